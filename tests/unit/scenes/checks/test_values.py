"""Pictures that were read, but can tell nothing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.scenes.checks.values import check_values
from artextract_cli.scenes.scene import Scene, SceneFiles
from tests.helpers.scenes import make_scene

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
    assert check_values(FILES, scene()) == []
    assert capsys.readouterr().err == ""


def test_a_constant_photograph_is_refused() -> None:
    with pytest.raises(InputError, match=r"abbey_RGB\.png is constant: .* 0\.25, .*; replace it$"):
        check_values(FILES, scene(rgb=0.25))


def test_a_photograph_that_differs_in_one_channel_is_taken() -> None:
    made = scene()
    made.rgb[..., :2] = 0.25
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
    assert "abbey_ms_500.png contains values from" in capsys.readouterr().err
    made.bands[3, 4, 0] = 1.9
    made.rgb[0, 0, 1] = -0.2
    check_values(FILES, made)
    assert "abbey_RGB.png contains values from -0.2 to" in capsys.readouterr().err


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
    made.bands[:20, 25:, 1] = made.bands[20:, :25, 1] = 1
    blocks = dataclasses.replace(made, workspace=Workspace(scratch=tmp_path, block_side=25))
    assert len(blocks.blocks(0)) > 1
    check_values(FILES, blocks)
    assert capsys.readouterr().err == ""
    with pytest.raises(InputError):
        check_values(FILES, dataclasses.replace(scene(rgb=0.5), workspace=blocks.workspace))


@pytest.mark.parametrize("masked", [False, True])
def test_a_band_dead_but_for_a_pixel_is_refused(masked: bool) -> None:
    made = scene(bands=(None, 0))
    made.bands[20, 30, 1] = 0.7
    if masked:  # the value of nearly all is looked for among what is painted
        made.bands[:30, :, 1] = np.where(made.bands[:30, :, 1], 0.7, 0.3)
        made.bands[30:, 2, 1] = 0.4
        made = dataclasses.replace(made, mask=np.zeros(made.shape, np.bool_))
        made.mask[:30] = True
    told = (
        "within the object mask: all but 1 of 1500 .* 0.3" if masked else ": all but 1 of 2000 .* 0"
    )
    with pytest.raises(
        InputError, match=f"ms_600.png is constant ?{told}, so it carries no information"
    ):
        check_values(FILES, made)


def test_a_thin_drawing_on_clipped_ground_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of forty, dotted: three pixels in a thousand."""
    made = scene(bands=(None, 1))
    made.bands[20, ::8, 1] = 0.4
    check_values(FILES, made)
    assert capsys.readouterr().err == ""


def test_a_mask_that_hardly_leaves_anything() -> None:
    """Its few pixels lie between those that are looked at for a usual value."""
    made = make_scene((640, 80))
    made.bands[..., 1] = 0
    made.bands[301, 41, 1] = 0.6
    made = dataclasses.replace(made, mask=np.zeros(made.shape, np.bool_))
    made.mask[301:303, 41] = True
    made.bands[302, 41, 1] = 0.6
    with pytest.raises(InputError, match=r"ms_600\.png is constant within .*every value is 0\.6"):
        check_values(FILES, made)


CUTS = {
    "rows 14 to 39 of 40": np.s_[14:],
    "rows 0 to 1 of 40": np.s_[:2],
    "columns 30 to 49 of 50": np.s_[:, 30:],
    "columns 0 to 2 of 50": np.s_[:, :3],
}


@pytest.mark.parametrize("told", CUTS)
def test_a_band_that_looks_cut_off(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = scene()
    made.bands[CUTS[told]][..., 1] = 0
    check_values(FILES, made)
    assert capsys.readouterr().err == (
        f"warning: abbey_ms_600.png appears to be cut off: {told} have one value (0), unlike "
        "those of its photograph; replace it, or exclude them with the object mask\n"
    )


def test_a_photograph_that_looks_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    made = scene()
    made.rgb[14:] = 0
    check_values(FILES, made)
    assert (
        "RGB.png appears to be cut off: rows 14 to 39 of 40 have one value (0), unlike "
        "those of its bands" in (capsys.readouterr().err)
    )


def frame(made: Scene) -> None:
    made.rgb[:8] = made.bands[:8] = 0


def dark_backdrop(made: Scene) -> None:
    """Clipped in the bands; the photograph sees a little of it."""
    made.rgb[:8] *= 0.05
    made.bands[:8] = 0


def a_line(made: Scene) -> None:
    made.bands[:1, :, 1] = 0


def a_block_within(made: Scene) -> None:
    made.bands[5:20, :, 1] = 0


def masked_frame(made: Scene) -> None:
    made.mask[:8] = False
    made.bands[:8, :, 1] = 0


@pytest.mark.parametrize("change", [frame, dark_backdrop, a_line, a_block_within, masked_frame])
def test_borders_that_are_no_cut(
    change: Callable[[Scene], None], capsys: pytest.CaptureFixture[str]
) -> None:
    made = dataclasses.replace(scene(), mask=np.ones((40, 50), np.bool_))
    change(made)
    check_values(FILES, made)
    assert capsys.readouterr().err == ""


def test_a_cut_behind_the_mask_is_counted_in_rows_of_the_picture(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = dataclasses.replace(scene(), mask=np.ones((40, 50), np.bool_))
    made.mask[35:] = False
    made.bands[20:, :, 0] = 0.5
    check_values(FILES, made)
    assert "rows 20 to 34 of 40 have one value (0.5)" in capsys.readouterr().err


COUNTS = "of full scale: if these are {}-bit counts in a 16-bit file, multiply them by {}\n"


@pytest.mark.parametrize(("which", "name"), [(0, "ms_500"), (1, "ms_600")])
def test_a_band_of_fewer_bits(which: int, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = scene()
    made.bands[..., which] *= 4095 / 65535
    made.bands[0, 0, which] = 4095 / 65535  # a hot pixel counts no more than the camera does
    check_values(FILES, made)
    told = f"warning: abbey_{name}.png contains nothing brighter than 6.25% {COUNTS.format(12, 16)}"
    assert capsys.readouterr().err == told


def test_a_photograph_of_fewer_bits(capsys: pytest.CaptureFixture[str]) -> None:
    made = scene()
    made.rgb[:] /= 16
    check_values(FILES, made)
    assert "abbey_RGB.png contains nothing brighter than 6.2" in capsys.readouterr().err


@pytest.mark.parametrize(("bits", "factor"), [(14, 4), (12, 16)])
def test_bands_of_fewer_bits_are_one_warning(
    bits: int, factor: int, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_scene((40, 50), 3)
    made.bands[:] /= factor
    paths = (*FILES.bands, Path("abbey_ms_700.png"))
    check_values(dataclasses.replace(FILES, bands=paths), made)
    told = capsys.readouterr().err
    assert told.startswith(
        "warning: abbey_ms_500.png and the other bands of its scene contain nothing "
    )
    assert told.endswith(COUNTS.format(bits, factor))
    assert told.count("warning") == 1


def test_dark_bands_beside_bright_ones_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a red painting, in blue; and two bands may be dark without a third."""
    made = make_scene((40, 50), 3)
    made.bands[..., :2] /= 5
    paths = (*FILES.bands, Path("abbey_ms_700.png"))
    check_values(dataclasses.replace(FILES, bands=paths), made)
    check_values(FILES, dataclasses.replace(made, bands=made.bands[..., :2]))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("size", "told"), [((31, 31), True), ((32, 32), False)])
def test_few_superpixels_are_a_warning(
    size: tuple[int, int], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    check_values(FILES, make_scene(size))
    err = capsys.readouterr().err
    assert ("RGB.png shows 961 pixels of painting, about 38 superpixels: too few" in err) is told
    assert bool(err) is told


def test_little_painting_is_little(capsys: pytest.CaptureFixture[str]) -> None:
    made = dataclasses.replace(scene(), mask=np.zeros((40, 50), np.bool_))
    made.mask[3:7, 5:10] = True
    check_values(FILES, made)
    assert "RGB.png shows 20 pixels of painting, about 1 superpixel: too few" in (
        capsys.readouterr().err
    )
