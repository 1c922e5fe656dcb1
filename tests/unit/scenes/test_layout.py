"""Which files of a folder are scenes, bands, masks and truths."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from artextract_cli.errors import InputError
from artextract_cli.scenes.dataset import list_dataset, open_dataset
from artextract_cli.scenes.layout import list_pictures, natural_key
from tests.helpers.folders import make, scene


def bands_of(root: Path) -> dict[str, tuple[str, ...]]:
    return {files.name: files.band_ids for files in open_dataset(root).scenes}


@pytest.mark.parametrize("suffix", ["png", "bmp", "jpg", "jpeg", "tif", "tiff", "PNG", "TIF"])
def test_suffixes(tmp_path: Path, suffix: str) -> None:
    make(tmp_path, f"train/rgb_images/a_RGB.{suffix}", f"train/ms_masks/a_ms_1.{suffix}")
    assert bands_of(tmp_path) == {"a": ("1",)}


def test_bands_are_not_taken_by_prefix(tmp_path: Path) -> None:
    make(tmp_path, *scene("img1", "1", "2"), *scene("img10", "1", "2", "3"))
    assert bands_of(tmp_path) == {"img1": ("1", "2"), "img10": ("1", "2", "3")}


def test_names_that_hold_ms(tmp_path: Path) -> None:
    """``a_ms_ms_1`` is band 1 of a_ms, ``a_ms_x`` band x of a, and so on."""
    make(
        tmp_path,
        *scene("a", "x", "ms"),
        *scene("a_ms", "1"),
        *scene("a_ms_b", "1", "2"),
        *scene("c", "ms_1"),
        *scene("d_ms_", "1"),
    )
    assert bands_of(tmp_path) == {
        "a": ("ms", "x"),
        "a_ms": ("1",),
        "a_ms_b": ("1", "2"),
        "c": ("ms_1",),
        "d_ms_": ("1",),
    }


def test_names_of_every_kind(tmp_path: Path) -> None:
    names = ["my RGB scan", "Löwe.v2", "x_RGB", "007", "a[1]*", "_"]
    make(tmp_path, *(file for name in names for file in scene(name, "850 nm", "a.b")))
    assert bands_of(tmp_path) == dict.fromkeys(names, ("850 nm", "a.b"))


def test_natural_order(tmp_path: Path) -> None:
    make(tmp_path, *scene("s10", "1050", "950", "IR", "b10", "b9"), *scene("s9", "09", "9", "10"))
    assert list(bands_of(tmp_path).items()) == [
        ("s9", ("09", "9", "10")),
        ("s10", ("950", "1050", "IR", "b9", "b10")),
    ]
    assert sorted(["a5", "a", "", "5", "a5b", "5a"], key=natural_key) == [
        "", "5", "5a", "a", "a5", "a5b",
    ]  # fmt: skip


def test_other_files_are_ignored(tmp_path: Path) -> None:
    make(tmp_path, *scene("a", "1"), "train/rgb_images/Thumbs.db", "train/ms_masks/._a_ms_2.png")
    make(tmp_path, "train/rgb_images/.DS_Store", "test/rgb_images/z_RGB.png", "readme.txt")
    assert bands_of(tmp_path) == {"a": ("1",)}
    assert list_dataset(tmp_path)[1] == []


def test_pictures_that_are_left_out_are_told(tmp_path: Path) -> None:
    left_out = [
        "train/rgb_images/copy.png",
        "train/ms_masks/a_1.png",
        "train/ms_masks/_ms_1.png",
        "train/ms_masks/a_ms_.png",
        "train/truth/z_hidden.png",
        "train/object/z_mask.png",
    ]
    findings = list_dataset(make(tmp_path, *scene("a", "1"), *left_out))[1]
    assert {finding.file for finding in findings} == {tmp_path / name for name in left_out}
    assert {finding.level for finding in findings} == {"warning"}
    assert bands_of(tmp_path) == {"a": ("1",)}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("object/a_Mask.png", "a_mask.png"),
        ("object/a-mask.png", "a_mask.png"),
        ("object/A.png", "a_mask.png"),
        ("object/a_ms_1-mask.TIF", "a_ms_1_mask.TIF"),
        ("object/mask.png", "<scene>_mask.png"),
        ("object/_mask.png", "<scene>_mask.png"),
        ("object/a_layer.tif", "a_mask.tif"),
        ("truth/a_Hidden.png", "a_hidden.png"),
        ("truth/a_ms_1_hidden2.png", "a_hidden.png"),
    ],
)
def test_masks_and_truths_of_wrong_names_are_told(tmp_path: Path, file: str, expected: str) -> None:
    root = make(tmp_path, *scene("a", "1"), "train/truth/a_layer.tif", f"train/{file}")
    (finding,) = list_dataset(root)[1]
    assert finding.level == "warning"
    assert finding.message == f"{root / 'train' / file} is left out: it is not named {expected}"


def test_pictures_of_a_folder_are_listed_in_natural_order(tmp_path: Path) -> None:
    for name in ("b10.png", "b9.TIF", ".hidden.png", "notes.txt", "b9.jpeg"):
        (tmp_path / name).touch()
    assert [path.name for path in list_pictures(tmp_path)] == ["b9.TIF", "b9.jpeg", "b10.png"]
    with pytest.raises(InputError, match="none: No such file"):
        list_pictures(tmp_path / "none")


@given(
    name=some.sampled_from(["a", "a_ms", "ms_1", "ä b", "_", "a.b"]),
    bands=some.sets(some.sampled_from(["1", "x_1", "ir", "9.5", "ms"]), min_size=1),
)
def test_every_band_is_found_by_its_name(
    tmp_path_factory: pytest.TempPathFactory, name: str, bands: set[str]
) -> None:
    root = make(tmp_path_factory.mktemp("named"), *scene(name, *bands))
    assert {found: set(ids) for found, ids in bands_of(root).items()} == {name: bands}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a_mask.png"], None),
        (["z_mask.png"], "1 mask belongs to no scene and is not used ({0}): name a mask <scene>_m"),
        (
            ["a-mask.png", "b_msk.png", "y_mask.png", "z_mask.png"],
            "4 masks belong to no scene and are not used ({0}, {1}, {2} and 1 more): name a mask",
        ),
    ],
)
def test_masks_of_no_scene(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, names: list[str], said: str | None
) -> None:
    masks = [f"train/object/{name}" for name in names]
    root = make(tmp_path, *scene("a", "450"), *scene("b", "450"), *masks)
    with caplog.at_level(logging.WARNING, "artextract"):
        open_dataset(root)
    assert len(caplog.messages) == (said is not None)
    if said:
        assert caplog.messages[0].startswith(said.format(*(root / mask for mask in masks)))
