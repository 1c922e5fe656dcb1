"""Commands that continue where they were interrupted, and how."""

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artextract_cli.cli.help.layout import HelpCommand

CONTINUE = "artextract.continue"
"""Key of `Context.meta`: the words to add to the command line so that it continues."""


class ResumableCommand(HelpCommand):
    """A command that, called again, continues where Ctrl-C stopped it."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; after Ctrl-C, leave the words that continue it to the root."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.meta[CONTINUE] = continuing_words(ctx.params)
            raise


def continuing_words(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The words to add: --resume if the command takes it and its run has begun."""
    return ("--resume",) if "resume" in params and _has_begun(params["out"]) else ()


def _has_begun(out: Path) -> bool:
    """Whether a run directory, or one of those of several seeds, contains a run."""
    folders = [out, *out.parent.glob(f"{glob.escape(out.name)}-*")]
    if not any(folder.is_dir() for folder in folders):
        return False
    # Imported already if there is a folder: without one, the import would take seconds.
    from artextract_cli.training.run_directory import CONFIG_NAME

    return any((folder / CONFIG_NAME).is_file() for folder in folders)
