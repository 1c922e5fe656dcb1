"""Pictures that were read, but can tell nothing."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.blocks import Workspace
from artextract_cli.errors import InputError
from artextract_cli.scene import Scene, SceneFiles
from artextract_cli.scene_check import check_values
from tests.small_scenes import make_scene

FILES = SceneFiles(
    name="abbey",
    split="val",
    rgb=Path("abbey_RGB.png"),
    bands=(Path("abbey_ms_500.png"), Path("abbey_ms_600.png")),
    band_ids=("500", "600"),
    wavelengths=None,
    truth=None,
    mask=None,
    clean=None,
)


def scene(
    rgb: float | None = None, bands: tuple[float | None, float | None] = (None, None)
) -> Scene:
    """Noise, but for pictures that are given a value throughout."""
    made = make_scene((40, 50))
    if rgb is not None:
        made.rgb[:] = rgb
    for band, value in enumerate(bands):
        if value is not None:
            made.bands[..., band] = value
    return made


def test_pictures_that_differ_within_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    check_values(FILES, scene())
    assert capsys.readouterr().err == ""


def test_a_constant_photograph_is_refused() -> None:
    with pytest.raises(InputError, match=r"abbey_RGB\.png is constant: .* 0\.25, .*; replace it$"):
        check_values(FILES, scene(rgb=0.25))


def test_a_photograph_that_differs_in_one_channel_is_taken() -> None:
    made = scene(rgb=0.25)
    made.rgb[3, 4, 2] = 0.5
    check_values(FILES, made)


def test_a_dead_band_among_others_is_refused() -> None:
    with pytest.raises(InputError, match=r"ms_600\.png is constant: every value is 0, .* band out"):
        check_values(FILES, scene(bands=(None, 0)))


def test_only_what_is_painted_counts() -> None:
    """A band that is even but for the frame around the painting is dead."""
    made = scene(bands=(None, 0.5))
    made.bands[0] = 4095
    masked = dataclasses.replace(made, mask=np.ones(made.shape, np.bool_))
    masked.mask[0] = False
    with pytest.raises(InputError, match=r"ms_600\.png is constant within the object mask: "):
        check_values(FILES, masked)


def test_values_that_are_no_reflectance_are_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    made = scene()
    made.bands[3, 4, 0] = 4095
    check_values(FILES, made)
    assert "abbey_ms_500.png holds values from" in capsys.readouterr().err
    made.bands[3, 4, 0] = 1.9
    made.rgb[0, 0, 1] = -0.2
    check_values(FILES, made)
    assert "abbey_RGB.png holds values from -0.2 to" in capsys.readouterr().err


def test_one_pixel_is_constant() -> None:
    made = make_scene((1, 1))
    made.rgb[:] = 0.5
    with pytest.raises(InputError, match=r"RGB\.png is constant: every value is 0\.5"):
        check_values(FILES, made)


def test_a_scene_in_blocks_is_seen_as_a_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A band that is even in every block, but not in all of them, differs."""
    made = scene(bands=(None, 0))
    made.bands[:, 25:, 1] = 1
    blocks = dataclasses.replace(made, workspace=Workspace(scratch=tmp_path, block_side=25))
    assert len(blocks.blocks(0)) > 1
    check_values(FILES, blocks)
    assert capsys.readouterr().err == ""
    with pytest.raises(InputError):
        check_values(FILES, dataclasses.replace(scene(rgb=0.5), workspace=blocks.workspace))
