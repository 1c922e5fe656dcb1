from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.heatmap import colour
from artextract_cli.results import pictures
from artextract_cli.results.pictures import reduced_map, write_heatmap, write_hidden


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_heat_map_has_its_colours_and_is_white_outside(tmp_path: Path) -> None:
    score = np.linspace(0, 4, 48, dtype=np.float32).reshape(6, 8)
    score[0, :3] = np.nan
    write_heatmap(tmp_path / "heatmap.png", lambda block: score[block.place], (6, 8))
    pixels = read(tmp_path / "heatmap.png")
    assert (pixels[0, :3] == 255).all()
    np.testing.assert_array_equal(pixels[1:], colour(score[1:]))


def test_a_hidden_layer_goes_from_black_to_white(tmp_path: Path) -> None:
    hidden = np.linspace(-0.02, 0.01, 300, dtype=np.float32).reshape(15, 20)
    write_hidden(tmp_path / "hidden.png", lambda block: hidden[block.place], (15, 20))
    pixels = read(tmp_path / "hidden.png")
    assert (pixels[0, 0], pixels[-1, -1]) == (0, 255)
    assert pixels[7, 10] == pytest.approx(128, abs=2)
    # Without any contrast it stays grey, whatever its value.
    write_hidden(tmp_path / "flat.png", lambda block: hidden[block.place] * 0 + 0.05, (15, 20))
    assert set(np.unique(read(tmp_path / "flat.png"))) <= {127, 128}


@pytest.mark.parametrize("strip", [1, 10**6])
def test_a_large_map_is_reduced_to_means(monkeypatch: pytest.MonkeyPatch, strip: int) -> None:
    monkeypatch.setattr(pictures, "MAX_SIDE", 10)
    monkeypatch.setattr(pictures, "STRIP_PIXELS", strip)
    values = np.arange(21 * 33, dtype=np.float32).reshape(21, 33)
    values[:3] = np.nan  # all of the first row of squares
    values[4, :3] = np.nan  # a third of a square
    blocks: list[Block] = []

    def read_block(block: Block) -> np.ndarray:
        blocks.append(block)
        return values[block.place]

    found = reduced_map(read_block, values.shape)
    squares = values.reshape(7, 3, 11, 3).transpose(0, 2, 1, 3).reshape(7, 11, 9)
    assert found.shape == (7, 11)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1:], np.nanmean(squares[1:], axis=-1), rtol=1e-6)
    assert len(blocks) == (7 if strip == 1 else 1)


def test_a_long_frieze_keeps_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_SIDE", 10)
    frieze = np.ones((2, 5000), np.float32)
    assert reduced_map(lambda block: frieze[block.place], frieze.shape).shape == (1, 500)
