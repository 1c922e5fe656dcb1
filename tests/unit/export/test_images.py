"""Exported images: no input is lost, and an importer reads back the same counts."""

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.export.envi import write_envi
from artextract_cli.export.image_stack import Channel, ImageStack
from artextract_cli.export.images import export_images
from artextract_cli.export.ome_tiff import write_ome_tiff
from artextract_cli.preprocessing.import_dataset import import_dataset
from artextract_cli.utils.yaml import read_yaml
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png, write_scene

WAYS = [
    ("a.ome.tif", {}),
    ("a.hdr", {"photograph": "*_RGB.png"}),
]


@pytest.fixture(params=["u1", "u2"])
def scans(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A scene larger than a tile, in which every count of its depth occurs."""
    root = tmp_path / "scans"
    size, depth = (520, 515), np.dtype(request.param)
    write_scene(root, "val", "a", size=size, bands=("450.5", "850"))
    every = np.arange(size[0] * size[1]).reshape(size)
    write_png(root / "val" / "ms_masks" / "a_ms_450.5.png", every.astype(depth))
    write_png(root / "val" / "ms_masks" / "a_ms_850.png", (every[::-1] * 3).astype(depth))
    (root / "dataset.yaml").write_text('wavelengths: {"450.5": 450.5, "850": 850}\n'
                                       "pixels_per_mm: 12.5\n")  # fmt: skip
    return root


def files_of(root: Path) -> dict[str, bytes]:
    paths = (*root.glob("val/ms_masks/*"), *root.glob("val/rgb_images/*"))
    return {path.name: path.read_bytes() for path in paths}


@pytest.mark.parametrize(("name", "options"), WAYS)
def test_what_is_exported_and_imported_again_is_the_same(
    scans: Path, name: str, options: dict[str, str]
) -> None:
    out, again = scans.parent / name, scans.parent / "again"
    export_images(scans, out)
    chosen = {"centres": "all", **options}
    import_dataset("cube", out, again, split="val", options=chosen)
    assert files_of(again) == files_of(scans)
    assert read_yaml(again / "dataset.yaml") == read_yaml(scans / "dataset.yaml")


@pytest.mark.parametrize(("name", "n_files"), [("a.ome.tif", 1), ("a.hdr", 3)])
def test_two_exports_are_equal(scans: Path, name: str, n_files: int) -> None:
    done = [export_images(scans, scans.parent / folder / name) for folder in ("x", "y")]
    assert [len(each.files) for each in done] == [n_files, n_files]
    for one, other in zip(*(each.files for each in done), strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["a.tif", "a.img", "a"])
def test_other_suffixes_are_refused(dataset: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="OME-TIFF"):
        export_images(dataset, tmp_path / name)


def test_nothing_is_written_into_a_dataset(tmp_path: Path) -> None:
    write_scene(tmp_path, "val", "a")
    with pytest.raises(UsageError, match="is inside the dataset"):
        export_images(tmp_path, tmp_path / "val" / "a.hdr")


@pytest.mark.parametrize(("write", "name"), [(write_ome_tiff, "a.ome.tif"), (write_envi, "a.hdr")])
def test_one_channel_is_in_memory_at_a_time(
    tmp_path: Path, write: Callable[[ImageStack, Path], None], name: str
) -> None:
    alive: list[weakref.ref[np.ndarray]] = []

    def read() -> np.ndarray:
        assert not any(former() is not None for former in alive)
        values = np.zeros((600, 5), np.uint16)
        alive.append(weakref.ref(values))
        return values

    channels = tuple(Channel(name=name, read=read) for name in "abc")
    stack = ImageStack(
        scene="a",
        description="",
        shape=(600, 5),
        depth=np.dtype(np.uint16),
        channels=channels,
        source_files=(),
    )
    write(stack, tmp_path / name)
    assert len(alive) == 3


def test_the_command_tells_what_it_wrote(dataset: Path, run: Callable[..., Ran]) -> None:
    ran = run("export", "images", dataset, "--scene", "v1", "--out", "v1.hdr", "--quiet")
    assert ran.stdout == ("v1.hdr, v1.img, v1_RGB.png  (3 channels, 48 × 40 pixels, uint16)\n")
    assert run("export", "images", dataset, "--scene", "x").exit_code == 3
