"""Only names matter here: the pictures are empty files, so opening one would fail."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from artextract_cli.errors import InputError, UsageError
from artextract_cli.scenes.dataset import list_dataset, open_dataset, pair_files
from artextract_cli.scenes.description import read_statement
from artextract_cli.scenes.layout import list_pictures, natural_key
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.yaml import write_yaml


def make(root: Path, *names: str, yaml: str | None = None) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if yaml is not None:
        (root / "dataset.yaml").write_text(yaml)
    return root


def scene(name: str, *bands: str, split: str = "train") -> list[str]:
    return [
        f"{split}/rgb_images/{name}_RGB.png",
        *(f"{split}/ms_masks/{name}_ms_{band}.png" for band in bands),
    ]


def bands_of(root: Path) -> dict[str, tuple[str, ...]]:
    return {files.name: files.band_ids for files in open_dataset(root).scenes}


def refused(root: Path, said: str, wavelengths: Sequence[float] | None = None) -> None:
    with pytest.raises(InputError, match=said) as raised:
        open_dataset(root, wavelengths=wavelengths)
    assert "\n" not in str(raised.value)


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


def test_no_scenes(tmp_path: Path) -> None:
    refused(tmp_path, r"holds no scenes: expected are \{train,val\}/rgb_images/<scene>_RGB\.png")
    refused(tmp_path / "none", "cannot read .*none: No such file or directory")
    refused(make(tmp_path, "file") / "file", "cannot read .*file: Not a directory")


def test_scenes_must_be_whole(tmp_path: Path) -> None:
    refused(make(tmp_path / "1", *scene("a")), "scene a has no bands: .*ms_masks/a_ms_")
    lone = make(tmp_path / "2", *scene("a", "1"), *scene("b", "1", "2")[1:])
    refused(lone, r"2 bands such as .*b_ms_1\.png have no photograph b_RGB")


def test_names_are_unique(tmp_path: Path) -> None:
    suffixes = make(tmp_path / "1", *scene("a", "1"), "train/rgb_images/a_RGB.bmp")
    refused(suffixes, r"a_RGB\.png and .*a_RGB\.bmp are the same picture of scene a")
    splits = make(tmp_path / "2", *scene("a", "1"), *scene("a", "1", split="val"))
    refused(splits, r"val/rgb_images/a_RGB\.png and .*train/rgb_images/a_RGB\.png are the same")
    bands = make(tmp_path / "3", *scene("a", "1"), "train/ms_masks/a_ms_1.tif")
    refused(bands, r"a_ms_1\.tif and .*a_ms_1\.png are the same picture")


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


NAMED = "but 420 nm by its name: correct one of them, unless it is so"


@pytest.mark.parametrize(
    ("listed", "given", "told"),
    [
        ("{420: 950, 950: 420}", None, f"band 420 is 950 nm by {{}}, {NAMED}"),
        ("{420: 425, 950: 950}", None, f"band 420 is 425 nm by {{}}, {NAMED}"),
        ("{420: 424, 950: 946}", None, ""),
        ("{}", (950, 420), f"band 420 is 950 nm by --wavelengths, {NAMED}"),
        (
            "{420: 420, 950: 950}",
            (420, 850),
            "band 950 is 850 nm by --wavelengths, but 950 nm by {}: correct one of them, unless "
            "it is so",
        ),
        ("{}", (420, 951), ""),
        ("{}", None, ""),
    ],
)
def test_wavelengths_that_contradict(
    tmp_path: Path,
    listed: str,
    given: tuple[float, ...] | None,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first is told, though every scene has them."""
    files = [*scene("a", "420", "950"), *scene("b", "420", "950")]
    root = make(tmp_path, *files, yaml=f"wavelengths: {listed}")
    open_dataset(root, wavelengths=given)
    expected = f"warning: {told.format(root / 'dataset.yaml')}\n" if told else ""
    assert capsys.readouterr().err == expected


def test_bands_that_are_numbered_contradict_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make(tmp_path, *scene("a", "17", "IR", "4000"), yaml="wavelengths: {17: 560, IR: 950}")
    open_dataset(root, wavelengths=(500, 600, 700))
    assert capsys.readouterr().err == (
        f"warning: band 17 is 500 nm by --wavelengths, but 560 nm by {root / 'dataset.yaml'}: "
        "correct one of them, unless it is so\n"
    )


@pytest.mark.parametrize("nm", [0.56, -500, float("nan"), float("inf"), 2e5])
def test_given_wavelengths_must_be_in_nm(tmp_path: Path, nm: float) -> None:
    with pytest.raises(UsageError, match="not in nm: a wavelength is between 100 and 100000 nm"):
        open_dataset(make(tmp_path, *scene("a", "1")), wavelengths=(nm,))


@pytest.mark.parametrize(
    ("clean", "expected"),
    [("all", [True] * 3), ("[s1, 7]", [True, True, False]), ("[]", [False] * 3), ("", [None] * 3)],
)
def test_clean(tmp_path: Path, clean: str, expected: list[bool | None]) -> None:
    files = [file for name in ("7", "s1", "s2") for file in scene(name, "1")]
    dataset = open_dataset(make(tmp_path, *files, yaml=f"clean: {clean}\n"))
    assert [files.clean for files in dataset.scenes] == expected


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("clean: [a, z9, z10]", r"dataset\.yaml: clean names scenes that do not exist: z9, z10"),
        ("clean: some", r"dataset\.yaml: clean: expected is 'all' or a list of scene names"),
        ("clean: [true]", r"clean: expected is 'all' or a list"),
        ("wavelength: {1: 500}", r"unknown key 'wavelength'; known keys: wavelengths, clean"),
        ("wavelengths: {1: 0.5}", r"wavelengths\.1: a wavelength is between .*\(got 0\.5\)"),
        ("wavelengths: {1: red}", r"wavelengths\.1: Input should be a valid number"),
        ("wavelengths: [500]", r"wavelengths: Input should be a valid dictionary"),
        ("wavelengths: {1: 500, 1: 600}", r"dataset\.yaml, line 1: the key '1' is given twice"),
        ("pixels_per_mm: 0", r"pixels_per_mm: Input should be greater than 0"),
        ("pixels_per_mm: .inf", r"pixels_per_mm: Input should be a finite number"),
        ("- 1", r"dataset\.yaml must hold keys and values"),
        *(
            (f"coding: {value}", r"coding: it has the keys photograph and bands, .* linear, srgb")
            for value in ("srgb", "[srgb]", "{photo: srgb}", "2.2")
        ),
        ("coding: {bands: 2.2}", r"coding\.bands: a coding is linear, srgb .*\(got 2\.2\)"),
        ("coding: {bands: {1: foo}}", r"coding\.bands: of band 1, a coding is linear, srgb or"),
        ("coding: {photograph: [srgb]}", r"coding\.photograph: a coding is linear, srgb or gamma"),
    ],
)
def test_a_wrong_description(tmp_path: Path, yaml: str, said: str) -> None:
    refused(make(tmp_path, *scene("a", "1"), yaml=yaml), said)


def test_several_errors_are_counted(tmp_path: Path) -> None:
    root = make(tmp_path, *scene("a"), *scene("b"), *scene("c"))
    refused(root, r"scene a has no bands.* \(2 more: `artextract data check .*`\)$")


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
        (["1", "2"], "1 is not in nm"),
        (["-850"], "not in nm"),
    ],
)
def test_pairs_that_will_not_do(ids: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pair_files(Path("a.png"), {band: Path(band) for band in ids})


def test_what_a_dataset_says_of_itself(tmp_path: Path) -> None:
    assert read_statement(tmp_path).pixels_per_mm is None
    make(tmp_path, yaml="pixels_per_mm: 12.5\nnotes: from the vault\n")
    said = read_statement(tmp_path)
    assert (said.pixels_per_mm, said.notes) == (12.5, "from the vault")
    make(tmp_path, yaml="pixels_per_mm: many\n")
    with pytest.raises(InputError, match="pixels_per_mm"):
        read_statement(tmp_path)


def test_pictures_of_a_folder_are_listed_in_natural_order(tmp_path: Path) -> None:
    for name in ("b10.png", "b9.TIF", ".hidden.png", "notes.txt", "b9.jpeg"):
        (tmp_path / name).touch()
    assert [path.name for path in list_pictures(tmp_path)] == ["b9.TIF", "b9.jpeg", "b10.png"]
    with pytest.raises(InputError, match="none: No such file"):
        list_pictures(tmp_path / "none")


TEXT = some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
SAID = some.fixed_dictionaries(
    {},
    optional={
        "wavelengths": some.dictionaries(TEXT, some.floats(100, 100_000)),
        "clean": some.just("all") | some.lists(TEXT),
        "pixels_per_mm": some.floats(1e-9, 1e9),
        "notes": TEXT,
    },
)


@given(SAID)
def test_whatever_a_dataset_says_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, Any]
) -> None:
    root = tmp_path_factory.mktemp("said")
    write_yaml(root / "dataset.yaml", said)
    read = read_statement(root)
    assert read.wavelengths == said.get("wavelengths", {})
    clean = said.get("clean")
    assert read.clean == (tuple(clean) if isinstance(clean, list) else clean)
    assert (read.pixels_per_mm, read.notes) == (said.get("pixels_per_mm"), said.get("notes", ""))


@given(some.binary() | TEXT.map(str.encode) | SAID.map(repr).map(str.encode))
def test_no_description_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("said")
    (root / "dataset.yaml").write_bytes(content)
    with suppress(InputError):
        read_statement(root)


@given(
    name=some.sampled_from(["a", "a_ms", "ms_1", "ä b", "_", "a.b"]),
    bands=some.sets(some.sampled_from(["1", "x_1", "ir", "9.5", "ms"]), min_size=1),
)
def test_every_band_is_found_by_its_name(
    tmp_path_factory: pytest.TempPathFactory, name: str, bands: set[str]
) -> None:
    root = make(tmp_path_factory.mktemp("named"), *scene(name, *bands))
    assert {found: set(ids) for found, ids in bands_of(root).items()} == {name: bands}


@pytest.mark.parametrize("yaml", ["", "coding:", "coding: {}", "coding: {photograph: , bands: {}}"])
def test_a_coding_need_not_be_stated(tmp_path: Path, yaml: str) -> None:
    (files,) = open_dataset(make(tmp_path, *scene("a", "1"), yaml=f"{yaml}\n")).scenes
    assert files.coding.resolved(files.band_ids) == ("srgb", "linear")
