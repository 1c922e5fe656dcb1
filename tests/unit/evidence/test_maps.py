"""Evidence maps of paintings whose hidden layer is known by construction."""

import dataclasses
import warnings
from pathlib import Path

import numpy as np
import pytest

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import TARGET_BLUR, log_reflectance
from artextract_cli.evidence.maps import (
    LARGEST_VALUE,
    MAPS,
    RESIDUALS,
    SURFACE_MAPS,
    EvidenceMaps,
    residual_score,
)
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.pipelines.hidden_layers.augmentation import rotated
from artextract_cli.scenes.spectrum import visible_channels
from tests.helpers.evidence import gather_evidence
from tests.helpers.paintings import painting, ring, with_bands
from tests.helpers.residuals import SHAPE, Seen, residuals
from tests.helpers.scenes import make_scene


def spots(*, at: tuple[int, int] = (16, 20)) -> FloatArray:
    """A spot (H, W) of nine pixels that a painting hides."""
    made = np.zeros(SHAPE, np.float32)
    made[at[0] - 1 : at[0] + 2, at[1] - 1 : at[1] + 2] = 1
    return made


def moved(maps: FloatArray, symmetry: int) -> FloatArray:
    return np.rot90(np.swapaxes(maps, 0, 1) if symmetry >= 4 else maps, symmetry % 4)


def test_every_map_has_a_name_of_its_own() -> None:
    evidence = gather_evidence(make_scene(SHAPE, 6))
    assert evidence.maps.shape == (*SHAPE, len(MAPS))
    assert evidence.maps.dtype == np.float32
    assert len(set(MAPS)) == len(MAPS)
    assert set(SURFACE_MAPS) < set(MAPS)
    np.testing.assert_array_equal(evidence["slope_residual"], evidence.maps[..., -1])


def deviations_of(values: FloatArray) -> FloatArray:
    """``values`` as numbers of robust deviations from their median, as far as maps tell them."""
    apart = values - np.median(values)
    return np.clip(apart / (1.4826 * np.median(np.abs(apart))), -LARGEST_VALUE, LARGEST_VALUE)


def test_every_map_is_standardised_within_its_painting() -> None:
    """Median 0 and robust deviation 1, whatever the painting's infrared is like."""
    for contrast in (1.0, 3.0):
        scene = painting(-0.2 * ring(SHAPE), SHAPE)
        bands = scene.bands.copy()
        bands[..., 3:] = 0.2 * (bands[..., 3:] / 0.2) ** contrast
        maps = gather_evidence(dataclasses.replace(scene, bands=bands)).maps
        median = np.median(maps, axis=(0, 1))
        spread = 1.4826 * np.median(np.abs(maps - median), axis=(0, 1))
        np.testing.assert_allclose(median, 0, atol=1e-3)
        # A top-hat is zero over more than half of the painting, and has its standard deviation.
        has_spread = spread > 0.01
        assert has_spread.sum() > 0.8 * len(MAPS)
        np.testing.assert_allclose(spread[has_spread], 1, atol=1e-3)
        assert np.abs(maps).max() <= LARGEST_VALUE


@pytest.mark.parametrize("n_bands", [1, 3, 30])
def test_there_are_as_many_maps_whatever_the_bands(n_bands: int) -> None:
    wavelengths = tuple(np.linspace(1000, 400, n_bands).tolist())
    maps = gather_evidence(make_scene(SHAPE, n_bands, wavelengths=wavelengths)).maps
    assert maps.shape == (*SHAPE, len(MAPS))
    assert np.isfinite(maps).all()


def test_the_order_of_bands_does_not_matter() -> None:
    scene = painting(-0.2 * ring(SHAPE), SHAPE)
    mixed = with_bands(scene, [5, 2, 0, 3, 1, 4])
    found, expected = gather_evidence(mixed).maps, gather_evidence(scene).maps
    np.testing.assert_allclose(found, expected, atol=0.05)


@pytest.mark.parametrize("symmetry", range(1, 8))
def test_evidence_turns_with_the_scene(symmetry: int) -> None:
    shape = (25, 39)  # so small that every round of a fit takes all pixels
    scene = painting(-0.2 * ring(shape), shape)
    found = gather_evidence(rotated(scene, symmetry)).maps
    expected = moved(gather_evidence(scene).maps, symmetry)
    # Standardised maps reach 25 deviations, of which rounding takes a share.
    np.testing.assert_allclose(found, expected, atol=0.05, rtol=0.003)


@pytest.mark.parametrize("strength", [-0.3, 0.3])
def test_a_hidden_spot_shows_with_its_sign(strength: float) -> None:
    evidence = gather_evidence(painting(strength * spots(), SHAPE))
    sign = np.sign(strength)
    seen, unseen = ("light", "dark") if sign > 0 else ("dark", "light")
    residuals = ("residual_long", "photograph_residual_long", "local_12_long")
    for name in (*residuals, f"envelope_{seen}_long", f"skipped_{seen}_long"):
        assert sign * evidence[name][16, 20] > 3, name
        beside = np.delete(evidence[name], range(8, 25), axis=0)
        assert np.abs(np.median(beside)) < 1, name
    for name in ("detail_5_{}_infrared", "detail_5_{}_residual", "line_1.3_{}_residual"):
        assert evidence[name.format(seen)][16, 20] > 3, name
        assert evidence[name.format(unseen)][16, 20] < 1, name
    score = residual_score(evidence.maps)
    assert score[16, 20] > 4 * np.median(score)


def test_a_visible_spot_shows_at_the_surface_and_is_no_residual() -> None:
    scene = painting(np.zeros(SHAPE), SHAPE)
    dark = np.exp(-0.5 * spots())[..., None]
    rgb = coded_rgb(linear_rgb(scene.rgb) * dark)
    both = dataclasses.replace(scene, bands=scene.bands * dark, rgb=rgb)
    evidence = gather_evidence(both)
    assert evidence["detail_5_dark_visible"][16, 20] > 4
    assert np.abs(evidence["residual_long"][16, 20]) < 5
    hidden = gather_evidence(painting(-0.5 * spots(), SHAPE))
    assert hidden["detail_5_dark_visible"][16, 20] < 1
    assert hidden["residual_long"][16, 20] < -10


def test_lines_and_slopes_know_lines_from_steps() -> None:
    """A dark line of the infrared is one along its middle, a step is steep at its foot."""
    flat = np.full((*SHAPE, 1), 0.5, np.float32)
    line, step = flat.copy(), flat.copy()
    line[:, 20] = 0.2
    step[:, 20:] = 0.2
    grey = np.full((*SHAPE, 3), 0.5, np.float32)

    def seen(bands: FloatArray) -> dict[str, FloatArray]:
        made = gather_evidence(make_scene(SHAPE, 1, rgb=grey, bands=bands, wavelengths=(900.0,)))
        return {name: made[name][15] for name in MAPS}

    on_line, on_step = seen(line), seen(step)
    assert on_line["detail_5_dark_infrared"].argmax() == 20
    for width in ("1.3", "2", "4"):
        assert on_line[f"line_{width}_dark_difference"][20] > 3
        assert on_line[f"line_{width}_light_difference"][20] < 1
    assert on_step["slope_infrared"].argmax() in (19, 20)
    assert on_step["slope_visible"].max() < 1e-3
    assert on_line["line_1.3_dark_visible"].max() < 1e-3


@pytest.mark.parametrize(("side", "found"), [(3, (5, 9)), (11, (9,)), (15, ())])
@pytest.mark.parametrize(
    ("kind", "other", "level"), [("dark", "light", 0.2), ("light", "dark", 0.8)]
)
def test_details_are_what_is_narrower_than_their_size(
    kind: str, other: str, level: float, side: int, found: tuple[int, ...]
) -> None:
    """A square shows where it is narrower than the window.

    All else is plain and the maps are in deviations, so that the soft edge counts too: a square
    shows up to two pixels beyond the window.
    """
    bands = np.full((*SHAPE, 1), 0.5, np.float32)
    first = 15 - side // 2
    bands[first : first + side, first : first + side] = level
    grey = np.full((*SHAPE, 3), 0.5, np.float32)
    made = gather_evidence(make_scene(SHAPE, 1, rgb=grey, bands=bands, wavelengths=(900.0,)))
    for size in (5, 9):
        value = made[f"detail_{size}_{kind}_infrared"][15, 15]
        assert value > 3 if size in found else value < 0.5
        assert made[f"detail_{size}_{other}_infrared"][15, 15] < 0.1
        assert made[f"detail_{size}_{kind}_visible"][15, 15] < 1e-3


def test_one_infrared_band_fills_all_places() -> None:
    scene = with_bands(painting(-0.2 * ring(SHAPE), SHAPE), [0, 1, 2, 5])
    evidence = gather_evidence(scene)
    for kind in ("residual", "photograph_residual", "envelope_dark", "envelope_light"):
        short, middle, long = (evidence[f"{kind}_{s}"] for s in ("short", "middle", "long"))
        np.testing.assert_array_equal(short, long)
        np.testing.assert_array_equal(middle, long)
    # There is no shorter infrared band to chain to or to skip: the visible is all that predicts.
    for sign in ("dark", "light"):
        chained = evidence[f"chained_{sign}_middle"]
        np.testing.assert_allclose(chained, evidence[f"chained_{sign}_long"], atol=1e-3)
        skipped, envelope = (evidence[f"{kind}_{sign}_long"] for kind in ("skipped", "envelope"))
        np.testing.assert_allclose(skipped, envelope, atol=1e-3)


def test_residuals_are_those_of_the_regression() -> None:
    scene = painting(-0.2 * ring(SHAPE), SHAPE)
    logs = log_reflectance(scene.bands, TARGET_BLUR)
    everything, photograph = Seen(visible_channels(scene)), Seen(linear_rgb(scene.rgb))
    evidence = gather_evidence(scene)
    for slot, b in zip(("short", "middle", "long"), (3, 4, 5), strict=True):
        expected = residuals(everything, logs[..., [b]])[..., 0]
        # Evidence is standardised once more, by the deviations of the whole painting.
        standard = deviations_of(expected)
        np.testing.assert_allclose(evidence[f"residual_{slot}"], standard, atol=1e-3)
        by_predictor = residuals(photograph, logs[..., [b]])[..., 0]
        found = evidence[f"photograph_residual_{slot}"]
        np.testing.assert_allclose(found, deviations_of(by_predictor), atol=1e-3)


def test_the_score_is_the_strongest_of_either_view() -> None:
    maps = np.zeros((2, 3, len(MAPS)), np.float32)
    maps[0, 0, MAPS.index("residual_middle")] = -4
    maps[0, 0, MAPS.index("residual_long")] = 3
    maps[0, 0, MAPS.index("photograph_residual_short")] = 2
    maps[1, 1, MAPS.index("slope_residual")] = 50
    expected = np.zeros((2, 3))
    expected[0, 0] = 6
    np.testing.assert_array_equal(residual_score(maps), expected)


def test_pixels_off_the_mask_do_not_change_the_residuals() -> None:
    scene = painting(-0.2 * ring(SHAPE), SHAPE)
    mask = np.ones(SHAPE, np.bool_)
    mask[:, :15] = False
    bands = scene.bands.copy()
    bands[:, :3] = 0.9  # farther from the painting than two blurs and a slope reach
    masked = dataclasses.replace(scene, mask=mask)
    framed = dataclasses.replace(masked, bands=bands)
    first, second = gather_evidence(masked), gather_evidence(framed)
    for name in ("residual_long", "photograph_residual_short", "chained_dark_middle"):
        np.testing.assert_array_equal(first[name][mask], second[name][mask])


def test_blocks_that_see_no_painting_show_nothing_of_what_lies_there(tmp_path: Path) -> None:
    """Whatever lies beside the painting, the evidence there is that of a plain surface."""
    shape = (40, 300)
    mask = np.zeros(shape, np.bool_)
    mask[:, 230:] = True
    workspace = Workspace(block_side=50, scratch=tmp_path)
    plain = dataclasses.replace(make_scene(shape, 6, mask=mask), workspace=workspace)
    made = []
    for seed in (1, 2):
        beside = np.random.default_rng(seed).random((*shape, 9), np.float32)
        rgb, bands = (
            np.where(mask[..., None], picture, noise)
            for picture, noise in ((plain.rgb, beside[..., :3]), (plain.bands, beside[..., 3:]))
        )
        view = SceneView(dataclasses.replace(plain, rgb=rgb, bands=bands))
        evidence = EvidenceMaps(view)
        made.append([evidence(block) for block in view.blocks])
    assert len(made[0]) > 3
    for first, second in zip(*made, strict=True):
        np.testing.assert_array_equal(first, second)
    residuals = made[0][0][..., RESIDUALS]
    assert np.ptp(residuals, axis=(0, 1)).max() < 1e-3


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 3), (5, 4)])
def test_tiny_pictures_are_finite(shape: tuple[int, int]) -> None:
    scene = make_scene(shape, 6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(gather_evidence(scene).maps).all()


@pytest.mark.parametrize("value", [0.0, 0.37, 1.0])
def test_a_constant_picture_shows_nothing(value: float) -> None:
    rgb, bands = (np.full((*SHAPE, n), value, np.float32) for n in (3, 6))
    maps = gather_evidence(make_scene(SHAPE, 6, rgb=rgb, bands=bands)).maps
    np.testing.assert_allclose(maps, 0, atol=1e-2)


@pytest.mark.parametrize("factor", [1e4, 1e20])
def test_huge_values_are_finite(factor: float) -> None:
    scene = make_scene(SHAPE, 6)
    bright = dataclasses.replace(scene, bands=scene.bands * np.float32(factor))
    assert np.isfinite(gather_evidence(bright).maps).all()


@pytest.mark.parametrize("n_painted", [0, 1, 5])
def test_a_mask_of_few_pixels_is_finite(n_painted: int) -> None:
    mask = np.zeros(SHAPE, np.bool_)
    mask.ravel()[300 : 300 + n_painted] = True
    assert np.isfinite(gather_evidence(make_scene(SHAPE, 6, mask=mask)).maps).all()
