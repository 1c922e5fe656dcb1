import errno
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import ArtextractError, DependencyError, InputError, UsageError
from artextract_cli.imaging.coding import Coding, coded_rgb
from artextract_cli.io.images import decode_picture
from artextract_cli.plugin.contract import Importer
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing import import_scenes, scene_staging
from artextract_cli.scenes import dataset_writer
from artextract_cli.scenes.checks.dataset import check_dataset
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.utils.locks import directory_lock
from tests.helpers.toy_plugins import put_in

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (12, 10, 3), np.uint8)
BANDS = RNG.integers(0, 65536, (12, 10, 2), np.uint16)


def capture(name: str = "abbey", **changes: Any) -> Capture:
    return Capture(
        **{"name": name, "rgb": RGB, "bands": BANDS, "wavelengths": (850, 950)} | changes
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


@pytest.fixture
def imported(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[import_scenes.ImportedScene]]:
    """Import what a toy yields into a dataset."""

    def call(
        captures: Iterable[Any] | Callable[..., Any], out: Path = tmp_path / "dataset", **more: Any
    ) -> list[import_scenes.ImportedScene]:
        def read(path: Path, options: Any) -> Iterable[Any]:
            return captures() if callable(captures) else iter(captures)

        spec = Importer(name="toy", summary="", load=lambda: read)
        plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
        put_in(monkeypatch, "importers", plugin)
        return list(import_scenes.import_scenes("toy", source, out, options={}, **more))

    return call


def files(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_a_scene_is_written_in_the_layout_of_a_dataset(
    imported: Callable[..., Any], tmp_path: Path
) -> None:
    mask = np.ones((12, 10), bool)
    mask[0] = False
    (made,) = imported([capture(mask=mask)])
    root = tmp_path / "dataset"
    assert files(root) == [
        "dataset.yaml",
        "history/abbey.json",
        "train/ms_masks/abbey_ms_850.png",
        "train/ms_masks/abbey_ms_950.png",
        "train/object/abbey_mask.png",
        "train/rgb_images/abbey_RGB.png",
    ]
    assert [str(path.relative_to(root)) for path in made.files] == files(root)[2:]
    assert (made.size, made.depth, made.band_ids) == ((10, 12), "uint16", ("850", "950"))
    assert made.wavelengths == (850.0, 950.0)
    assert (root / "dataset.yaml").read_text() == "wavelengths:\n  '850': 850\n  '950': 950\n"
    (scene,) = open_dataset(root).scenes
    assert scene.wavelengths == (850, 950)
    np.testing.assert_array_equal(read_scene(scene).mask, mask)
    (finding,) = check_dataset(root).findings
    assert "shows 110 pixels of painting, about 4 superpixels: too few" in finding.message


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("large", [False, True], ids=["png", "tiff"])
def test_counts_stay_as_they_are(
    imported: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, dtype: Any, large: bool
) -> None:
    if large:
        monkeypatch.setattr(scene_staging, "LARGE_PIXELS", 100)
    bands = RNG.integers(0, np.iinfo(dtype).max, (12, 10, 2), dtype, endpoint=True)
    rgb = RNG.integers(0, np.iinfo(dtype).max, (12, 10, 3), dtype, endpoint=True)
    (made,) = imported([capture(rgb=rgb, bands=bands)])
    first, second, photograph = (decode_picture(path) for path in made.files)
    assert {path.suffix for path in made.files} == {".tif" if large else ".png"}
    assert {p.depth for p in (first, second, photograph)} == {np.dtype(dtype).name} == {made.depth}
    np.testing.assert_array_equal(photograph.values, rgb)
    np.testing.assert_array_equal(first.values[..., 0], bands[..., 0])
    np.testing.assert_array_equal(second.values[..., 0], bands[..., 1])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_become_16_bit(imported: Callable[..., Any], dtype: Any) -> None:
    bands = np.linspace(0, 1, 240, dtype=dtype).reshape(12, 10, 2)
    (made,) = imported([capture(bands=bands)])
    stored = decode_picture(made.files[0])
    assert (stored.depth, made.depth) == ("uint16", "uint16")
    np.testing.assert_allclose(stored.scaled()[..., 0], bands[..., 0], atol=0.51 / 65535)


def test_scenes_are_added_to_a_dataset_whose_description_stays(
    imported: Callable[..., Any], tmp_path: Path
) -> None:
    root = tmp_path / "dataset"
    imported([capture("first")])
    text = "# mine\nnotes: kept\n" + (root / "dataset.yaml").read_text()
    (root / "dataset.yaml").write_text(text)
    third = capture("third", wavelengths=None, band_ids=("950", "850"))
    imported([capture("second", split="val"), third], split="val")
    assert (root / "dataset.yaml").read_text() == text
    scenes = {scene.name: scene for scene in open_dataset(root).scenes}
    assert {name: scene.split for name, scene in scenes.items()} == {
        "first": "train",
        "second": "val",
        "third": "val",
    }
    assert scenes["third"].wavelengths == (850, 950)


def test_wavelengths_are_added_to_what_a_dataset_says(
    imported: Callable[..., Any], tmp_path: Path
) -> None:
    root = tmp_path / "dataset"
    imported([capture("first", wavelengths=None, band_ids=("850", "950"))])
    assert not (root / "dataset.yaml").exists()
    (root / "dataset.yaml").write_text("pixels_per_mm: 3\n")
    imported([capture("second")])
    dataset = open_dataset(root)
    assert dataset.pixels_per_mm == 3
    assert {scene.wavelengths for scene in dataset.scenes} == {(850, 950)}


def test_a_dataset_of_clean_scenes_is_pointed_out(
    imported: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "dataset.yaml").write_text("clean: all\n")
    imported([capture()])
    assert "states that all scenes are clean" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (capture("first", rgb=255 - RGB), "a scene named 'first' already exists"),
        (capture("first", bands=BANDS // 2), "a scene named 'first' already exists"),
        (capture("first", split="val"), "a scene named 'first' already exists"),
        (capture("FIRST"), "a scene named 'FIRST' already exists"),
        (capture(bands=BANDS[..., :1], wavelengths=(850,)), "has the bands 850, but .* 850, 950"),
        (capture(wavelengths=None), "has the bands 1, 2, but .* have 850, 950"),
        (
            capture(wavelengths=(850, 940), band_ids=("850", "950")),
            "band 950 of scene 'abbey' is 940 nm, but 950 nm in ",
        ),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_what_does_not_agree_with_the_scenes_before_is_refused(
    imported: Callable[..., Any], tmp_path: Path, second: Capture, said: str, at_once: bool
) -> None:
    first = capture("first")
    if not at_once:
        imported([first])
    with pytest.raises(InputError, match=said) as raised:
        imported([first, second] if at_once else [second])
    assert ("the scenes imported before it (1) are in" in str(raised.value)) == at_once
    assert len(files(tmp_path / "dataset")) == 5
    assert [scene.name for scene in open_dataset(tmp_path / "dataset").scenes] == ["first"]


def test_a_file_that_is_there_is_not_written_over(
    imported: Callable[..., Any], tmp_path: Path
) -> None:
    stray = tmp_path / "dataset" / "train" / "ms_masks" / "abbey_ms_950.png"
    stray.parent.mkdir(parents=True)
    stray.write_text("mine")
    for dry_run in (True, False):
        with pytest.raises(InputError, match="already exists and is not overwritten"):
            imported([capture()], dry_run=dry_run)
    assert files(tmp_path / "dataset") == ["train/ms_masks/abbey_ms_950.png"]
    assert stray.read_text() == "mine"


@pytest.mark.parametrize("large", [False, True], ids=["png", "tiff"])
@pytest.mark.parametrize("lost", [0, 1, 3, 4])
def test_an_import_that_was_killed_is_done_again(
    imported: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    large: bool,
    lost: int,
) -> None:
    """What is there is not touched; the photograph is the first that a kill leaves out."""
    monkeypatch.setattr(scene_staging, "LARGE_PIXELS", 100 if large else 2**24)
    floats = np.linspace(0, 1, 240).reshape(12, 10, 2)
    captures = [capture("a", mask=RGB[..., 0] > 9), capture("b", bands=floats)]
    first, second = imported(captures, split="val")
    whole = {path: path.read_bytes() for path in (*first.files, *second.files)}
    for path in sorted(second.files, key=lambda path: "RGB" not in path.name)[:lost]:
        path.unlink()
    kept = {path: path.stat().st_mtime_ns for path in whole if path.exists()}
    assert imported(captures, split="val") == [first, second]
    assert {path: path.read_bytes() for path in whole} == whole
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), ArtextractError),
    ],
)
@pytest.mark.parametrize("moment", range(7))
def test_no_half_scene_is_left(
    imported: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    told: type[BaseException],
    moment: int,
) -> None:
    """Stopped when one of three pictures is written, or when it or the history is moved."""
    imported([capture("first")])
    before = files(tmp_path / "dataset")
    step = iter(range(100))

    def stop_in_time() -> None:
        if next(step) == moment:
            raise error

    write, replace = dataset_writer.write_picture, Path.replace

    def write_or_stop(path: Path, values: Any) -> None:
        stop_in_time()
        write(path, values)

    def replace_or_stop(path: Path, target: Path) -> Path:
        stop_in_time()
        return replace(path, target)

    monkeypatch.setattr(dataset_writer, "write_picture", write_or_stop)
    monkeypatch.setattr(Path, "replace", replace_or_stop)
    with pytest.raises(told):
        imported([capture("second")])
    assert files(tmp_path / "dataset") == before


def test_the_photograph_comes_last(
    imported: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda a, b: moved.append(b.name) or replace(a, b))
    imported([capture(mask=np.ones((12, 10), bool))])
    assert moved[:2] == ["dataset.yaml", "abbey.json"]
    assert moved[-1] == "abbey_RGB.png"


def test_one_scene_is_in_memory_at_a_time(imported: Callable[..., Any]) -> None:
    alive: list[weakref.ref[Any]] = []

    def scenes() -> Iterator[Capture]:
        for index in range(3):
            assert [ref() for ref in alive] == [None] * index
            bands = BANDS.copy()
            alive.append(weakref.ref(bands))
            yield capture(f"s{index}", bands=bands)
            del bands

    assert len(imported(scenes)) == 3


def test_a_dry_run_checks_and_writes_nothing(imported: Callable[..., Any], tmp_path: Path) -> None:
    made = imported([capture("a"), capture("b")], dry_run=True)
    assert [len(scene.files) for scene in made] == [3, 3]
    assert not (tmp_path / "dataset").exists()
    with pytest.raises(InputError, match="a scene named 'a' already exists"):
        imported([capture("a"), capture("a")], dry_run=True)


def test_a_dataset_is_held_while_scenes_are_added(
    imported: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "new" / "dataset"

    def scenes() -> Iterator[Capture]:
        with (
            pytest.raises(ArtextractError, match="another artextract process is writing"),
            directory_lock(out),
        ):
            pass
        yield capture()

    imported(scenes, out)
    assert len(files(out)) == 5
    with directory_lock(out):
        assert len(imported([capture("second")], out, dry_run=True)) == 1
    with pytest.raises(InputError):
        imported([capture(split="x")], tmp_path / "other" / "dataset")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("file", ["v0/scene.json", "model.safetensors", "train/v0.npz", "../a"])
def test_what_is_no_dataset_is_not_made_one(
    imported: Callable[..., Any], tmp_path: Path, file: str
) -> None:
    out = tmp_path / "out" if file != "../a" else tmp_path / "a"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / file).parent.mkdir(exist_ok=True)
    (tmp_path / "out" / file).write_text("mine")
    for dry_run in (True, False):
        with pytest.raises(UsageError, match="is neither a new or empty folder nor a dataset"):
            imported([capture()], out, dry_run=dry_run)
    assert files(tmp_path) == [str((tmp_path / "out" / file).resolve().relative_to(tmp_path))]


@pytest.mark.parametrize("left", [".DS_Store", "dataset.yaml", "README", "train/rgb_images/.half"])
def test_what_may_lie_in_the_folder_of_a_dataset(
    imported: Callable[..., Any], tmp_path: Path, left: str
) -> None:
    imported([], tmp_path / "dataset")
    path = tmp_path / "dataset" / left
    path.parent.mkdir(parents=True)
    path.touch()
    if left == "README":
        (tmp_path / "dataset" / "val").mkdir()
    assert len(imported([capture()])) == 1


@pytest.mark.parametrize("out", [".", "inside", "../source/inside"])
def test_nothing_is_written_into_the_source(
    imported: Callable[..., Any], source: Path, out: str
) -> None:
    with pytest.raises(UsageError, match="is inside the source"):
        imported([capture()], source / out)
    assert list(source.iterdir()) == []


def test_nothing_is_written_into_a_source_within_the_dataset(
    imported: Callable[..., Any], source: Path, tmp_path: Path
) -> None:
    source.rename(tmp_path / "train")
    source.symlink_to(tmp_path / "train")
    with pytest.raises(UsageError, match="is inside the source"):
        imported([capture()], tmp_path)


@pytest.mark.parametrize(
    ("error", "told", "said"),
    [
        (ValueError("bad\nnumber"), DependencyError, "artextract-toy 1.0.*ValueError: bad"),
        (SystemExit(0), DependencyError, "SystemExit: 0"),
        (InputError("no such file"), InputError, "no such file"),
        (OSError("disk"), OSError, "disk"),
    ],
)
def test_what_an_importer_raises(
    imported: Callable[..., Any],
    tmp_path: Path,
    error: BaseException,
    told: type[Exception],
    said: str,
) -> None:
    def scenes() -> Iterator[Capture]:
        yield capture()
        raise error

    with pytest.raises(told, match=said):
        imported(scenes)
    assert len(open_dataset(tmp_path / "dataset").scenes) == 1


def test_an_importer_of_nothing_but_none(imported: Callable[..., Any]) -> None:
    with pytest.raises(DependencyError, match="TypeError"):
        imported(lambda: None)


def test_it_is_found_by_name() -> None:
    with pytest.raises(UsageError, match="unknown plugin 'x' of kind importers; choose from"):
        import_scenes.import_scenes("x", Path(), Path("out"), options={})
    with pytest.raises(UsageError, match="bands has no option 'x'"):
        import_scenes.import_scenes("bands", Path(), Path("out"), options={"x": "1"})


def test_who_renders_is_told_what_the_dataset_says_of_its_bands(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Coding | None] = []

    def read(path: Path, options: Any, coding: Coding | None = None) -> Iterator[Capture]:
        told.append(coding)
        yield capture()

    spec = Importer(name="toy", summary="", load=lambda: read, takes_coding=True)
    plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
    put_in(monkeypatch, "importers", plugin)
    root = tmp_path / "dataset"
    stated = (Coding(photograph="linear"), None)
    root.mkdir()
    (root / "dataset.yaml").write_text("coding: {bands: srgb}\n")
    for coding in stated:
        list(import_scenes.import_scenes("toy", source, root, options={}, coding=coding))
    assert told == [Coding(photograph="linear", bands="srgb")] * 2


def test_a_mask_is_looked_for_in_decoded_pictures(
    imported: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    images: list[np.ndarray] = []
    monkeypatch.setattr(scene_staging, "find_mask", lambda name, found: images.extend(found))
    coding = Coding(photograph="linear", by_band={"950": "gamma 2"})
    imported([capture()], auto_mask=True, coding=coding)
    np.testing.assert_allclose(images[0], coded_rgb(np.float32(RGB / 255)), atol=1e-6)
    np.testing.assert_allclose(images[1], BANDS[..., 0] / 65535, atol=1e-6)
    np.testing.assert_allclose(images[2], (BANDS[..., 1] / 65535) ** 2, atol=1e-6)


def test_the_mask_to_draw_is_in_the_new_dataset(
    imported: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Path] = []
    monkeypatch.setattr(
        scene_staging, "find_mask", lambda scene, found: scenes.append(scene.mask())
    )
    imported([capture()], auto_mask=True, split="val")
    (mask,) = scenes
    assert (
        mask.parents[1] / "rgb_images" / f"{mask.name.removesuffix('_mask.png')}_RGB.png"
    ).is_file()
