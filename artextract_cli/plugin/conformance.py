"""Running the conformance tests of a plugin in a separate process, where it can do no harm."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from artextract_cli.errors import ArtextractError, DependencyError, InputError, UsageError

_ERRORS = {error.exit_code: error for error in (UsageError, InputError, DependencyError)}


def check_plugin(plugin: str) -> list[dict[str, Any]]:
    """Run the conformance tests of a plugin in a separate process.

    What the plugin prints goes to stderr.

    Parameters
    ----------
    plugin
        Name of a plugin or distribution, or a project folder.

    Returns
    -------
    list of dict
        Per check: ``kind``, ``plugin``, ``check``, ``state`` ("passed", "failed" or "skipped") and
        ``why``.

    Raises
    ------
    UsageError
        If the plugin is unknown.
    InputError
        If a folder is not a project with an entry point.
    DependencyError
        If it cannot be loaded.
    """
    return _apart("artextract_cli.testing", plugin)


def try_plugin(plugin: str) -> list[dict[str, Any]]:
    """Train a tiny network with a plugin, and one without it, in a separate process.

    Parameters
    ----------
    plugin
        Name of a plugin or distribution, or a project folder, installed or not.

    Returns
    -------
    list of dict
        Per run: ``kind``, ``plugin``, ``train_loss``, ``val_loss``, ``quality`` (AUROC by score),
        ``parameters`` and ``seconds``. The built-in default of a kind comes first.

    Raises
    ------
    UsageError
        If the plugin is unknown, or takes no part in a training, as importers and commands.
    InputError
        If a folder is not a project with an entry point.
    DependencyError
        If it cannot be loaded.
    ArtextractError
        If it ends the process, or its training fails.
    """
    return _apart("artextract_cli.testing.trial", plugin)


def _apart(module: str, plugin: str) -> list[dict[str, Any]]:
    """The rows that a module of the tests writes about a plugin, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        # A file, because the plugin may print to stdout.
        out = Path(folder, "outcomes.jsonl")
        command = [sys.executable, "-m", module, str(out), plugin]
        completed = subprocess.run(command, stdout=sys.stderr, check=False)
        lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    outcomes = [json.loads(line) for line in lines]
    if outcomes and "error" in outcomes[-1]:
        kind = _ERRORS.get(outcomes[-1]["exit_code"], ArtextractError)
        raise kind(outcomes[-1]["error"])
    # Without this last line the plugin has ended the process, by a crash or by exiting.
    if not outcomes or outcomes[-1] != {"all": "done"}:
        last = f" after {outcomes[-1].get('check', 'a training')!r}" if outcomes else ""
        msg = f"{plugin} ended its test process{last} ({_exit_reason(completed.returncode)})"
        raise ArtextractError(msg)
    return outcomes[:-1]


def _exit_reason(code: int) -> str:
    # Python reports the signal that ended a process as a negative number.
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
