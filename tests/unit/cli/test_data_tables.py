"""Cells of the tables that `data` prints."""

from pathlib import Path

import numpy as np

from artextract_cli.cli.data_tables import check_tables, colour_tables, import_tables
from artextract_cli.preprocessing.colour_dataset import CorrectedPhotograph, PatchDifference
from artextract_cli.preprocessing.import_scenes import import_scenes
from artextract_cli.scenes.checks.dataset import check_dataset
from tests.helpers.datasets import write_png, write_scene


def cells(table: object) -> list[list[str]]:
    """The cells of each column."""
    return [list(column.cells) for column in table.columns]  # type: ignore[attr-defined]


def test_a_dataset_without_a_problem(tmp_path: Path) -> None:
    write_scene(tmp_path, "val", "a", size=(80, 96))
    splits, scenes, *rest = check_tables(check_dataset(tmp_path))
    assert [column[-1] for column in cells(splits)][:3] == ["val", "1", "3"]
    row = [column[0] for column in cells(scenes)]
    assert row[:4] == ["val", "a", "96 × 80", "uint16 / uint16"]
    assert row[6:8] == ["yes", "no"]
    assert rest == ["no problems"]


def test_a_dry_run_lists_what_would_be_written(tmp_path: Path, dataset: Path) -> None:
    rng = np.random.default_rng(0)
    source = tmp_path / "raw"
    write_png(source / "RGB.png", rng.integers(0, 255, (9, 12, 3), np.uint8))
    write_png(source / "ir_950nm.png", rng.integers(0, 255, (9, 12), np.uint8))
    made = list(import_scenes("bands", source, tmp_path / "new", options={}, dry_run=True))
    table, said, *files = import_tables(tmp_path / "new", made, dry_run=True)
    assert [column[0] for column in cells(table)][2] == "12 × 9"
    assert said == "dry run, nothing written; files that would be written:"
    assert len(files) == len(made[0].files) == 2


def test_patches_are_listed_for_a_single_photograph() -> None:
    patches = tuple(
        PatchDifference(name=name, before=before, after=after)
        for name, before, after in (("red", 4.0, 1.0), ("blue", 8.0, 2.0))
    )
    row = CorrectedPhotograph(
        scene="a", measured_in="b", patches=patches, left_out=1.75, matrix=((1.0,),), clipped=0.0
    )
    summary, listed = colour_tables(Path("out"), [row])
    assert [column[0] for column in cells(summary)] == [
        *("a", "b", "2"),
        *("6.000", "1.500", "1.750"),
        *("8.000", "2.000"),
    ]
    assert cells(listed)[0] == ["red", "blue"]
    assert len(list(colour_tables(Path("out"), [row, row]))) == 1
