"""Only names matter here: the pictures are empty files, so opening one would fail."""

import re
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.scenes.dataset import list_dataset, open_dataset, pair_files
from artextract_cli.scenes.scene import SceneFiles
from tests.helpers.folders import make, refused, scene
from tests.helpers.other_systems import system


def test_everything_of_a_scene(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        *scene("b", "450", "950", split="val"),
        *scene("a", "450", "950"),
        "val/truth/b_hidden.png",
        "val/truth/b_layer.tif",
        "val/object/b_mask.png",
        yaml="wavelengths: {450: 450, 950: 950.5}\nclean: [a]\npixels_per_mm: 12.5\nnotes: x",
    )
    dataset = open_dataset(root)
    assert (dataset.root, dataset.pixels_per_mm, dataset.notes) == (root, 12.5, "x")
    assert dataset.scenes == (
        SceneFiles(
            name="a",
            split="train",
            rgb=root / "train/rgb_images/a_RGB.png",
            bands=(root / "train/ms_masks/a_ms_450.png", root / "train/ms_masks/a_ms_950.png"),
            band_ids=("450", "950"),
            wavelengths=(450.0, 950.5),
            truth=None,
            mask=None,
            clean=True,
            pixels_per_mm=12.5,
        ),
        SceneFiles(
            name="b",
            split="val",
            rgb=root / "val/rgb_images/b_RGB.png",
            bands=(root / "val/ms_masks/b_ms_450.png", root / "val/ms_masks/b_ms_950.png"),
            band_ids=("450", "950"),
            wavelengths=(450.0, 950.5),
            truth=root / "val/truth/b_hidden.png",
            mask=root / "val/object/b_mask.png",
            clean=False,
            pixels_per_mm=12.5,
        ),
    )
    assert list_dataset(root)[1] == []


def test_without_a_description(tmp_path: Path) -> None:
    dataset = open_dataset(make(tmp_path, *scene("a", "1")))
    assert (dataset.pixels_per_mm, dataset.notes) == (None, "")
    (files,) = dataset.scenes
    assert files.wavelengths is None
    assert files.clean is None


def test_no_scenes(tmp_path: Path) -> None:
    refused(tmp_path, r"contains no scenes: expected \{train,val\}/rgb_images/<scene>_RGB\.png")
    refused(tmp_path / "none", "cannot read .*none: No such file or directory")
    refused(make(tmp_path, "file") / "file", "cannot read .*file: Not a directory")


def test_scenes_must_be_whole(tmp_path: Path) -> None:
    refused(make(tmp_path / "1", *scene("a")), "scene a has no bands: .*ms_masks/a_ms_")
    lone = make(tmp_path / "2", *scene("a", "1"), *scene("b", "1", "2")[1:])
    refused(lone, r"2 bands such as .*b_ms_1\.png have no photograph b_RGB")
    (lone / "train/ms_masks/b_ms_2.png").unlink()
    refused(lone, r"^.*b_ms_1\.png has no photograph b_RGB")


def test_names_are_unique(tmp_path: Path) -> None:
    suffixes = make(tmp_path / "1", *scene("a", "1"), "train/rgb_images/a_RGB.bmp")
    refused(suffixes, r"a_RGB\.png and .*a_RGB\.bmp are the same image of scene a")
    splits = make(tmp_path / "2", *scene("a", "1"), *scene("a", "1", split="val"))
    refused(splits, r"val/rgb_images/a_RGB\.png and .*train/rgb_images/a_RGB\.png are the same")
    bands = make(tmp_path / "3", *scene("a", "1"), "train/ms_masks/a_ms_1.tif")
    refused(bands, r"a_ms_1\.tif and .*a_ms_1\.png are the same image")


def test_names_differ_in_more_than_their_case(tmp_path: Path) -> None:
    root = make(tmp_path, *scene("a", "1"), *scene("A", "1", split="val"))
    refused(root, r"^scenes a and A differ only in upper and lower case, and on Windows and macOS ")


@pytest.mark.parametrize("name", ["aux", "a."])
def test_names_that_windows_does_not_allow_are_refused_there(tmp_path: Path, name: str) -> None:
    root = make(tmp_path, *scene(name, "1"))
    _, (finding,) = list_dataset(root)
    said = f"the name of scene {name} is not allowed on every operating system: rename its files"
    assert (finding.level, finding.scene, finding.message) == ("warning", name, said)
    with system("win32"):
        refused(root, re.escape(said))


def test_a_listed_band_must_be_there(tmp_path: Path) -> None:
    root = make(
        tmp_path, *scene("a", "1", "2"), *scene("b", "1"), yaml="wavelengths: {1: 500, 2: 600}"
    )
    refused(root, r"^scene b has no band 2, which .*dataset\.yaml lists$")
    refused(root, r"^scene b has no band 2", wavelengths=(500, 600))


def test_a_band_must_be_listed(tmp_path: Path) -> None:
    root = make(tmp_path, *scene("a", "1", "02"), yaml="wavelengths: {1: 500}")
    refused(root, r"a_ms_02\.png has no wavelength in .*dataset\.yaml: list band 02")
    assert open_dataset(root, wavelengths=(500, 600)).scenes[0].wavelengths == (500, 600)


def test_given_wavelengths_win(tmp_path: Path) -> None:
    root = make(tmp_path, *scene("a", "9", "10"), yaml="wavelengths: {9: 500, 10: 600}")
    assert open_dataset(root, wavelengths=(700, 800)).scenes[0].wavelengths == (700, 800)
    refused(root, "3 wavelengths are given but scene a has 2 bands: 9, 10", (700, 800, 900))


NAMED = "but 420 nm according to its name: correct one of them unless this is intended"


@pytest.mark.parametrize(
    ("listed", "given", "message"),
    [
        ("{420: 950, 950: 420}", None, f"band 420 is 950 nm according to {{}}, {NAMED}"),
        ("{420: 425, 950: 950}", None, f"band 420 is 425 nm according to {{}}, {NAMED}"),
        ("{420: 424, 950: 946}", None, ""),
        ("{}", (950, 420), f"band 420 is 950 nm according to --wavelengths, {NAMED}"),
        (
            "{420: 420, 950: 950}",
            (420, 850),
            "band 950 is 850 nm according to --wavelengths, but 950 nm according to {}: correct "
            "one of them unless this is intended",
        ),
        ("{}", (420, 951), ""),
        ("{}", None, ""),
    ],
)
def test_wavelengths_that_contradict(
    tmp_path: Path,
    listed: str,
    given: tuple[float, ...] | None,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first one is reported, although every scene has them."""
    files = [*scene("a", "420", "950"), *scene("b", "420", "950")]
    root = make(tmp_path, *files, yaml=f"wavelengths: {listed}")
    open_dataset(root, wavelengths=given)
    expected = f"warning: {message.format(root / 'dataset.yaml')}\n" if message else ""
    assert capsys.readouterr().err == expected


def test_bands_that_are_numbered_contradict_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make(tmp_path, *scene("a", "17", "IR", "4000"), yaml="wavelengths: {17: 560, IR: 950}")
    open_dataset(root, wavelengths=(500, 600, 700))
    assert capsys.readouterr().err == (
        "warning: band 17 is 500 nm according to --wavelengths, but 560 nm according to "
        f"{root / 'dataset.yaml'}: correct one of them unless this is intended\n"
    )


@pytest.mark.parametrize("nm", [0.56, -500, float("nan"), float("inf"), 2e5])
def test_given_wavelengths_must_be_in_nm(tmp_path: Path, nm: float) -> None:
    with pytest.raises(
        UsageError, match="nm is not valid: a wavelength must be between 100 and 100000 nm"
    ):
        open_dataset(make(tmp_path, *scene("a", "1")), wavelengths=(nm,))


@pytest.mark.parametrize(
    ("clean", "expected"),
    [("all", [True] * 3), ("[s1, 7]", [True, True, False]), ("[]", [False] * 3), ("", [None] * 3)],
)
def test_clean(tmp_path: Path, clean: str, expected: list[bool | None]) -> None:
    files = [file for name in ("7", "s1", "s2") for file in scene(name, "1")]
    dataset = open_dataset(make(tmp_path, *files, yaml=f"clean: {clean}\n"))
    assert [files.clean for files in dataset.scenes] == expected


def test_several_errors_are_counted(tmp_path: Path) -> None:
    root = make(tmp_path, *scene("a"), *scene("b"), *scene("c"))
    refused(root, r"scene a has no bands.* \(2 more: run `artextract data check .*`\)$")


def test_a_pair() -> None:
    files = pair_files(Path("x/lion_RGB.tif"), {"1050": Path("b.tif"), "850": Path("a.tif")})
    assert files == SceneFiles(
        name="lion",
        split="",
        rgb=Path("x/lion_RGB.tif"),
        bands=(Path("a.tif"), Path("b.tif")),
        band_ids=("850", "1050"),
        wavelengths=(850.0, 1050.0),
        truth=None,
        mask=None,
        clean=None,
    )


def test_a_pair_without_wavelengths() -> None:
    files = pair_files(Path("photo.jpg"), {"ir": Path("a.tif"), "uv": Path("b.tif")})
    assert (files.name, files.band_ids, files.wavelengths) == ("photo", ("ir", "uv"), None)


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([], "--band"),
        (["850", "ir"], "all bands a wavelength in nm, or none of them; got 850, ir"),
        (["1", "2"], "1 nm is not valid"),
        (["-850"], "-850 nm is not valid"),
    ],
)
def test_pairs_that_will_not_do(ids: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pair_files(Path("a.png"), {band: Path(band) for band in ids})
