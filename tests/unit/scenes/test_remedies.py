"""Commands that mend a dataset."""

import shlex
from pathlib import Path

import pytest

from artextract_cli.scenes.remedies import (
    dataset_of,
    mask_command,
    masking,
    register_command,
    registering,
)


def test_the_new_dataset_lies_beside_the_old_one() -> None:
    assert register_command(Path("my scans")) == (
        "artextract data register 'my scans' --out 'my scans-registered'"
    )
    assert mask_command(Path("/a/b")) == "artextract data mask /a/b --out /a/b-masked"


@pytest.mark.parametrize("here", [".", ".."])
def test_from_within_a_dataset_too(
    here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "scans" / "train"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside.parent if here == "." else inside)
    *_, out = shlex.split(register_command(Path(here)))
    assert Path(out) == tmp_path / "scans-registered"


def test_the_dataset_of_an_image() -> None:
    assert dataset_of(Path("a/val/rgb_images/x_RGB.png")) == Path("a")
    assert dataset_of(Path("train/ms_masks/x_ms_1.png")) == Path()
    for pair in ("x.png", "a/b/c/x.png", "val/x.png"):
        assert dataset_of(Path(pair)) is None


def test_images_without_a_dataset_are_imported_first() -> None:
    assert registering(Path("a.png")) == (
        "import the images with `artextract data import IMPORTER FOLDER --out DATASET`, then run "
        "`artextract data register DATASET --out REGISTERED`"
    )
    assert masking(Path("a/val/rgb_images/x_RGB.png")) == (
        "run `artextract data mask a --out a-masked`, or draw an object mask"
    )
