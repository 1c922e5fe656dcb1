"""The world "measured": what it promises, and that it never changes."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED
from artextract_cli.simulate.measured import plan
from artextract_cli.simulate.measured import scene as measured
from artextract_cli.simulate.measured.optics import (
    absorption_ratio,
    external,
    film,
    internal,
    opaque_reflectance,
)
from artextract_cli.simulate.measured.pigments import KNOTS, PIGMENTS, coefficients
from artextract_cli.simulate.measured.scene import simulate_measured
from artextract_cli.simulate.scene import SimulatedScene
from artextract_cli.simulate.settings import SceneSettings

KINDS = ("drawing", "underpainting", "reuse", "ink", "light")
QUIET = {
    "thickness": 0.8,
    "coverage": 0.1,
    "dark_lines": 0.0,
    "metamers": 0.0,
    "craquelure": 0.0,
    "weave": 0.0,
    "vignetting": 0.0,
    "exposure": 0.0,
    "misregistration": 0.0,
    "noise": 0.0,
}


def painted(seed: int = 5, size: Any = 64, **settings: Any) -> SimulatedScene:
    return simulate_measured([seed], SceneSettings(size=size, **settings))


def quiet(seed: int = 5, **settings: Any) -> SimulatedScene:
    return painted(seed, **{"kinds": ("drawing", "reuse"), **QUIET, **settings})


def same(one: SimulatedScene, other: SimulatedScene, *names: str) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_the_same_seed_paints_the_same_scene() -> None:
    assert same(painted(), painted(), "rgb", "bands", "truth", "layer", "kinds")
    assert not same(painted(), painted(6), "rgb")
    assert not same(painted(), simulate_measured([5, 0], SceneSettings(size=64)), "rgb")


@pytest.mark.parametrize("size", [16, (16, 40), (37, 19), 65])
@pytest.mark.parametrize("waves", [(900.0,), tuple(np.linspace(380, 1100, 30))])
def test_any_size_and_number_of_bands(size: Any, waves: tuple[float, ...]) -> None:
    scene = painted(size=size, wavelengths=waves)
    shape = size if isinstance(size, tuple) else (size, size)
    assert scene.rgb.shape == (*shape, 3)
    assert scene.bands.shape == (*shape, len(waves))
    assert scene.truth.shape == scene.layer.shape == shape
    assert [a.dtype for a in (scene.rgb, scene.bands, scene.layer)] == [np.float32] * 3
    assert scene.truth.dtype == np.uint8
    for values in (scene.rgb, scene.bands):
        assert values.min() >= 0
        assert values.max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_hides_something(kind: str) -> None:
    scenes = [quiet(seed, kinds=(kind,)) for seed in range(6)]
    assert all(scene.kinds == (kind,) and not scene.clean for scene in scenes)
    assert sum(int((scene.truth == HIDDEN).sum()) for scene in scenes) > 300
    depths = np.concatenate([scene.layer[scene.truth == HIDDEN] for scene in scenes])
    assert (np.median(depths) > 0.02) == (kind == "light")


def test_a_clean_scene_hides_nothing() -> None:
    for scene in (painted(kinds=()), quiet(coverage=0.0)):
        assert scene.clean
        assert scene.kinds == ()
        assert not scene.truth.any()
        assert not scene.layer.any()


def test_both_clean_and_hiding_scenes_are_drawn() -> None:
    scenes = [painted(seed, size=16) for seed in range(24)]
    assert 1 <= sum(scene.clean for scene in scenes) < 12
    assert {kind for scene in scenes for kind in scene.kinds} == set(KINDS)


def test_truth_is_where_the_layer_covers_and_changes_a_band() -> None:
    settings = SceneSettings(size=64, **{**QUIET, "kinds": ("drawing", "underpainting")})
    rng = plan.random_streams([3])
    bands = np.array(settings.wavelengths)
    waves = np.concatenate([measured.VISIBLE, bands])
    painting = plan.plan_painting(rng, (64, 64), waves, plan.draw_conditions(rng, settings))
    exact, change = measured.rendered(rng, painting, bands)
    bare, _ = measured.rendered(rng, dataclasses.replace(painting, contents=[]), bands)
    difference = np.max([np.abs(a - b) for a, b in zip(exact, bare, strict=True)], 0)
    np.testing.assert_allclose(change, difference, atol=1e-6)
    cover = measured.cover_of(painting)
    truth = simulate_measured([3], settings).truth
    assert ((truth == HIDDEN) == ((cover > 0.5) & (difference > 0.02))).all()
    assert ((truth == CLEAN) == (cover <= 0.05)).all()
    assert ((truth == UNDECIDED) == ((cover > 0.05) & (truth != HIDDEN))).all()


def test_the_layer_is_nothing_where_nothing_is_hidden() -> None:
    scene = quiet()
    assert (scene.layer[scene.truth == HIDDEN] != 0).mean() > 0.95
    assert (scene.layer != 0).mean() < 0.3


def test_coverage() -> None:
    for kind in KINDS:
        for share in (0.02, 0.2):
            scene = quiet(2, size=128, kinds=(kind,), coverage=share, thickness=0.1)
            assert (scene.truth == HIDDEN).mean() == pytest.approx(share, rel=0.35, abs=0.004)


def test_thickness_hides() -> None:
    thin, thick = quiet(thickness=0.4), quiet(thickness=4.0)
    assert (thin.truth == HIDDEN).sum() > 1.5 * (thick.truth == HIDDEN).sum()
    assert same(thin, thick, "layer")


def test_paint_that_just_hides_hides_from_the_eye() -> None:
    changes = []
    for seed in range(8):
        scenes = [quiet(seed, thickness=1.0, kinds=kinds) for kinds in (("drawing",), ())]
        light = [linear_rgb(scene.rgb) @ np.array([0.2126, 0.7152, 0.0722]) for scene in scenes]
        infrared = [scene.bands[..., -1] for scene in scenes]
        found = scenes[0].truth == HIDDEN
        changes.append([np.abs(a - b)[found].mean() for a, b in (light, infrared)])
    visible, hidden = np.nanmean(changes, 0)
    assert visible < 0.01
    assert hidden > 5 * visible


def test_dark_lines_darken_the_share_that_is_asked_for() -> None:
    plain, lined = quiet(1, size=128), quiet(1, size=128, dark_lines=0.02)
    changed = np.abs(lined.rgb - plain.rgb).max(-1) > 0.02
    assert 0.008 < changed.mean() < 0.06
    assert lined.rgb[changed].mean() < plain.rgb[changed].mean()
    assert same(plain, lined, "layer")


def test_metamers_keep_the_colour_and_change_the_infrared() -> None:
    shares, colours, infrared = [], [], []
    for seed in range(5):
        plain, retouched = quiet(seed, kinds=()), quiet(seed, kinds=(), metamers=0.2)
        change = np.abs(retouched.bands - plain.bands)
        where = change.max(-1) > 1e-3
        shares.append(where.mean())
        colours.append(np.abs(retouched.rgb - plain.rgb)[where].mean())
        infrared.append(change[where][:, -3:].mean())
    assert 0.1 < np.mean(shares) < 0.45
    assert np.mean(colours) < 0.05
    assert np.mean(infrared) > 1.2 * np.mean(colours)


def test_craquelure_darkens_by_what_is_asked_for() -> None:
    scene, plain = quiet(craquelure=0.3), quiet()
    ratio = scene.bands[..., 0] / np.maximum(plain.bands[..., 0], 1e-3)
    assert 0.65 < ratio.min() < 0.85
    assert 0.01 < (ratio < 0.95).mean() < 0.4


def test_the_weave_shows_more_in_one_band_than_in_another() -> None:
    scene, plain = quiet(kinds=(), weave=0.04, thickness=9.0), quiet(kinds=(), thickness=9.0)
    deviations = (scene.bands / np.maximum(plain.bands, 1e-3)).std((0, 1))
    assert 0.01 < deviations.mean() < 0.05
    assert deviations.max() > 1.3 * deviations.min()


def test_vignetting_takes_light_from_the_corners() -> None:
    ratio = quiet(vignetting=0.15).bands / np.maximum(quiet().bands, 1e-3)
    assert ratio[0, 0].mean() == pytest.approx(0.85, abs=0.05)
    assert ratio[32, 32].mean() == pytest.approx(1.0, abs=0.01)


def test_exposure_is_one_factor_for_each_band() -> None:
    ratio = quiet(exposure=0.04).bands / np.maximum(quiet().bands, 1e-3)
    assert np.abs(np.median(ratio, (0, 1)) - 1).max() > 0.01
    assert (ratio.std((0, 1)) < 0.01).all()


def test_misregistration_displaces_the_bands() -> None:
    plain, moved = quiet(), quiet(misregistration=0.6)
    moves, scales = measured.faults.moved(np.random.default_rng(0), (64, 64), 8, 0.6)
    greatest = np.hypot(*moves.T) + np.abs(scales) * np.hypot(32, 32)
    assert greatest.max() == pytest.approx(0.6, abs=1e-6)
    assert np.abs(plain.bands - moved.bands).max() > 0.02
    assert same(plain, moved, "rgb", "truth", "layer")


def test_noise_is_what_is_asked_for() -> None:
    noisy, plain = quiet(noise=0.006), quiet()
    difference = noisy.bands - plain.bands
    level = 0.006 * np.sqrt(0.8 * plain.bands.mean((0, 1)) / 0.5 + 0.2)
    np.testing.assert_allclose(difference.std((0, 1)), level, rtol=0.4)
    assert same(noisy, plain, "truth", "layer")


@pytest.mark.parametrize(
    "name", ["craquelure", "vignetting", "exposure", "misregistration", "noise"]
)
def test_a_condition_leaves_the_others_as_they_were(name: str) -> None:
    drawn, fixed = painted(), painted(**{name: 0.0})
    assert same(drawn, fixed, "layer", "kinds")
    np.testing.assert_allclose(drawn.rgb.mean((0, 1)), fixed.rgb.mean((0, 1)), atol=0.02)


def test_the_surface_and_the_film_are_physical() -> None:
    reflectance = np.linspace(0.03, 0.95, 20)
    np.testing.assert_allclose(external(internal(reflectance)), reflectance, rtol=1e-9)
    ratio = absorption_ratio(reflectance)
    np.testing.assert_allclose(opaque_reflectance(ratio, 1 + 0 * ratio), reflectance, rtol=1e-6)
    thick = film(ratio, np.ones(20), np.full(20, 1e4), np.full(20, 0.5))
    np.testing.assert_allclose(thick, reflectance, rtol=1e-3)
    none = film(ratio, np.ones(20), np.zeros(20), np.full(20, 0.5))
    np.testing.assert_allclose(none, 0.5, rtol=1e-9)
    halves = film(ratio, np.ones(20), np.full(20, 0.3), np.full(20, 0.5))
    whole = film(ratio, np.ones(20), np.full(20, 0.6), np.full(20, 0.5))
    np.testing.assert_allclose(film(ratio, np.ones(20), np.full(20, 0.3), halves), whole, rtol=1e-6)


def test_the_pigments_are_whole_tables() -> None:
    assert 25 <= len(PIGMENTS) <= 45
    for name, pigment in PIGMENTS.items():
        assert len(pigment.curve) == len(KNOTS), name
        assert 0 < min(pigment.curve) < max(pigment.curve) < 97, name
        assert pigment.source
    absorption, scattering = coefficients(("azurite", "ultramarine"), np.array([450.0, 950.0]))
    assert (absorption > 0).all()
    assert absorption[0, 1] > 3 * absorption[1, 1]
    assert (scattering[:, 1] < scattering[:, 0]).all()


def fingerprint(scene: SimulatedScene) -> list[float]:
    """Means and mean steps between rows, in 1e-5, and the counts of the truth's values."""
    pictures = (scene.rgb, scene.bands[..., 0], scene.bands[..., -1], scene.layer)
    values = [1e5 * float(p.astype(np.float64).mean()) for p in pictures]
    values += [1e5 * float(np.abs(np.diff(p.astype(np.float64), axis=0)).mean()) for p in pictures]
    counts = [int((scene.truth == value).sum()) for value in (CLEAN, UNDECIDED, HIDDEN)]
    return [*values, *counts]


FROZEN = {
    ("drawing",): (
        2024,
        [53548.8, 24213.3, 30129.9, -5072.1, 2759.1, 2410.4, 2855.1, 1905.4, 3252, 312, 532],
    ),
    ("underpainting",): (
        2025,
        [43783.0, 9558.5, 30929.0, -564.1, 1906.8, 1044.3, 1783.6, 311.1, 3382, 600, 114],
    ),
    ("reuse",): (
        2026,
        [35403.9, 5679.0, 26378.6, -9261.7, 1507.7, 547.0, 2651.0, 1165.7, 3428, 425, 243],
    ),
    ("ink",): (
        2027,
        [57864.6, 25278.1, 53254.0, 520.9, 3683.0, 3080.2, 2530.2, 432.2, 2953, 1129, 14],
    ),
    ("light",): (
        2028,
        [54607.1, 28346.3, 44167.2, 5120.4, 3228.9, 2753.0, 3625.3, 4237.0, 3130, 515, 451],
    ),
    (): (2029, [40033.7, 9996.1, 25698.6, 0.0, 3187.7, 1113.5, 2674.4, 0.0, 4096, 0, 0]),
}


@pytest.mark.parametrize("kinds", FROZEN)
def test_the_world_is_frozen(kinds: tuple[str, ...]) -> None:
    """Figures of detectors are compared over years: never renew these numbers."""
    seed, expected = FROZEN[kinds]
    found = fingerprint(painted(seed, kinds=kinds, coverage=0.15 if kinds else None))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1.5)
