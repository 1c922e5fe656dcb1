"""Images as files: a client of the Image API finds every tile, and the tiles make up the image."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.export.iiif import tiles
from artextract_cli.export.iiif.tiles import ImageFiles, write_image

ADDRESS = "http://a/b"
SIDE = 64
"""Of tiles in these tests."""


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "TILE", SIDE)
    monkeypatch.setattr(tiles, "WHOLE", 100)


def smooth(shape: tuple[int, int], channels: int = 3) -> np.ndarray:
    """A picture (H, W, C) that JPEG hardly changes."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    slope = 255 / max(shape)
    planes = (slope * rows, slope * columns, 128 + 0 * rows)
    return np.stack(planes, axis=-1).astype(np.uint8)[..., :channels]


def strips(image: np.ndarray) -> Iterator[np.ndarray]:
    return (image[top : top + SIDE] for top in range(0, len(image), SIDE))


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(int)


def requests(info: dict[str, object], factor: int) -> Iterator[tuple[str, slice, slice]]:
    """The tiles of a resolution as a client asks for them, and where they lie in it.

    By the algorithm in the implementation notes of the Image API 3.0.
    """
    width, height, side = info["width"], info["height"], info["tiles"][0]["width"]
    for top in range(0, height, side * factor):
        for left in range(0, width, side * factor):
            w, h = min(side * factor, width - left), min(side * factor, height - top)
            tw, th = -(-w // factor), -(-h // factor)
            is_full = (left, top, w, h) == (0, 0, width, height)
            region = "full" if is_full else f"{left},{top},{w},{h}"
            size = "max" if is_full and (tw, th) == (width, height) else f"{tw},{th}"
            y, x = top // factor, left // factor
            yield f"{region}/{size}/0/default.jpg", slice(y, y + th), slice(x, x + tw)


@pytest.mark.parametrize(
    "shape", [(200, 150), (64, 64), (65, 64), (129, 257), (1, 300), (300, 1), (20, 30), (127, 2)]
)
def test_every_tile_that_a_client_asks_for_is_there(tmp_path: Path, shape: tuple[int, int]) -> None:
    image = smooth(shape)
    write_image(tmp_path, ImageFiles(address=ADDRESS, shape=shape), strips(image))
    info = json.loads((tmp_path / "info.json").read_bytes())
    assert (info["id"], info["width"], info["height"]) == (ADDRESS, shape[1], shape[0])
    asked = set()
    for factor in info["tiles"][0]["scaleFactors"]:
        seen = np.zeros((-(-shape[0] // factor), -(-shape[1] // factor), 3), int)
        for path, rows, columns in requests(info, factor):
            seen[rows, columns] = read(tmp_path / path)
            asked.add(path)
        # The pixels of the full size in the middle of those of this one.
        y, x = (
            np.minimum(np.arange(n) * factor + factor // 2, size - 1)
            for n, size in zip(seen.shape, shape, strict=False)
        )
        assert np.abs(seen - image[np.ix_(y, x)]).mean() < 3
    for size in info["sizes"]:
        path = f"full/{size['width']},{size['height']}/0/default.jpg"
        assert read(tmp_path / path).shape == (size["height"], size["width"], 3)
        asked.add(path)
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.jpg")}
    assert written == asked | {"full/max/0/default.jpg"}


def test_of_a_large_image_max_is_a_smaller_size_and_the_description_says_so(
    tmp_path: Path,
) -> None:
    files = ImageFiles(address=ADDRESS, shape=(401, 150))
    write_image(tmp_path, files, strips(smooth((401, 150))))
    info = json.loads((tmp_path / "info.json").read_bytes())
    assert (info["maxWidth"], info["maxHeight"]) == (38, 101)
    assert files.sizes == [(51, 19), (101, 38)]
    assert read(tmp_path / "full" / "max" / "0" / "default.jpg").shape == (101, 38, 3)
    assert files.whole((101, 38)) == f"{ADDRESS}/full/max/0/default.jpg"
    assert files.whole((51, 19)) == f"{ADDRESS}/full/19,51/0/default.jpg"


def test_an_odd_last_line_is_kept_in_smaller_resolutions(tmp_path: Path) -> None:
    image = np.zeros((65, 65, 1), np.uint8)
    image[-1] = 255
    write_image(tmp_path, ImageFiles(address=ADDRESS, shape=(65, 65)), strips(image))
    half = read(tmp_path / "full" / "33,33" / "0" / "default.jpg")
    assert half.shape == (33, 33)
    assert half[-1].min() > 200
    assert half[:-2].max() < 50


def test_a_long_frieze_is_whole_only_where_jpeg_can_hold_it(tmp_path: Path) -> None:
    shape = (1, 9000)
    write_image(tmp_path, ImageFiles(address=ADDRESS, shape=shape), strips(smooth(shape)))
    info = json.loads((tmp_path / "info.json").read_bytes())
    assert info["maxWidth"] == 4500
