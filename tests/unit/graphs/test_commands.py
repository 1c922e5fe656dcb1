"""Commands that build graphs again."""

from pathlib import Path

from artextract_cli.graphs.commands import build_again, build_command


def test_the_folder_of_a_graph_file_is_known_by_its_split() -> None:
    assert build_again(Path("my graphs/val/a.npz")) == (
        "artextract graph build DATASET --out 'my graphs'"
    )
    assert build_again(Path("elsewhere/a.npz")) == "artextract graph build DATASET --out GRAPHS"


def test_a_dataset_that_is_known() -> None:
    assert build_command(dataset=Path("my scans")) == (
        "artextract graph build 'my scans' --out GRAPHS"
    )
