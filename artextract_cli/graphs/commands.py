"""The command of `graph build` that messages suggest; graph files do not name their dataset."""

from pathlib import Path

from artextract_cli.scenes.layout import SPLITS
from artextract_cli.utils.events import command_line


def build_again(path: Path) -> str:
    """The command that builds a graph file GRAPHS/SPLIT/SCENE.npz again."""
    folders = path.parents
    return build_command(folders[1] if folders[0].name in SPLITS else "GRAPHS")


def build_command(graphs: Path | str = "GRAPHS", dataset: Path | None = None) -> str:
    """A command of `graph build`; words in capitals stand for what is not known."""
    return command_line("graph", "build", dataset or "DATASET", "--out", graphs)
