"""Files that processes hold or fail to write."""

from pathlib import Path

from artextract_cli.utils.atomic import atomic_path


def write(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("new")
