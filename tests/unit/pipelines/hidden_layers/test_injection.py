"""Layers put beneath a paint, against the two-flux theory itself."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.pipelines.hidden_layers import layer_optics
from artextract_cli.pipelines.hidden_layers.injection import (
    GROUNDS,
    KINDS,
    ODDS,
    inject,
)
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene
from artextract_cli.simulate.optics import kubelka_munk
from artextract_cli.simulate.scene import DETECTABLE_CHANGE
from tests.helpers.injection import (
    NM,
    SHAPE,
    WAVELENGTHS,
    even_scene,
    left_half,
    only,
    paint,
    put,
    put_signed,
)
from tests.helpers.scenes import make_scene


@pytest.mark.parametrize("thickness", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("ratio", [0.02, 0.2, 1.0])
@pytest.mark.parametrize(("ground", "below"), [(0.8, 0.05), (0.8, 0.5), (0.2, 0.9)])
def test_a_known_paint_shows_what_theory_says(
    monkeypatch: pytest.MonkeyPatch, thickness: float, ratio: float, ground: float, below: float
) -> None:
    bare = paint(thickness, ratio, np.full(len(NM), ground))
    expected = paint(thickness, ratio, np.full(len(NM), below))
    made, _ = put(monkeypatch, even_scene(bare), thickness=thickness, ground=ground, below=below)
    np.testing.assert_allclose(made.bands[5, 5], expected[3:], atol=0.012)
    np.testing.assert_allclose(linear_rgb(made.rgb)[5, 5], expected[:3], atol=0.012)
    np.testing.assert_allclose(made.bands[5, 25], bare[3:], atol=1e-5)


def test_half_a_pixel_is_ground_and_layer_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = paint(1, 0.1, np.full(len(NM), 0.8))
    expected = paint(1, 0.1, np.full(len(NM), 0.5 * 0.8 + 0.5 * 0.1))
    made, _ = put(monkeypatch, even_scene(bare), thickness=1, ground=0.8, below=0.1, share=0.5)
    np.testing.assert_allclose(made.bands[5, 5], expected[3:], atol=0.012)


def test_what_is_like_the_ground_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = even_scene(paint(1, 0.1, np.full(len(NM), 0.7)))
    made, truth = put(monkeypatch, scene, thickness=1, ground=0.7, below=0.7)
    np.testing.assert_allclose(made.bands, scene.bands, atol=1e-6)
    np.testing.assert_array_equal(truth, np.where(left_half() > 0, UNDECIDED, CLEAN))


def test_opaque_paint_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = even_scene(paint(60, 0.5, np.full(len(NM), 0.8)))
    made, truth = put(monkeypatch, scene, thickness=60, ground=0.8, below=0.02)
    np.testing.assert_allclose(made.bands, scene.bands, atol=1e-5)
    assert HIDDEN not in truth


def test_thinner_paint_and_longer_waves_show_more(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = []
    for thickness in (4.0, 2.0, 1.0):
        scene = even_scene(paint(thickness, 0.05, np.full(len(NM), 0.8)))
        made, truth = put(monkeypatch, scene, thickness=thickness, ground=0.8, below=0.05)
        changes.append((scene.bands - made.bands)[5, 5])
        assert (np.diff(changes[-1]) > 0).all()
        assert (truth[:, :12] == HIDDEN).all() == (changes[-1].max() > DETECTABLE_CHANGE)
    assert (np.diff(changes, axis=0) > 0).all()


def test_truth_says_where_the_layer_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = even_scene(paint(0.8, 0.05, np.full(len(NM), 0.8)))
    for share, expected in ((1.0, HIDDEN), (0.4, UNDECIDED), (0.04, CLEAN)):
        _, truth = put(monkeypatch, scene, thickness=0.8, ground=0.8, below=0.05, share=share)
        assert (truth[:, :12] == expected).all()
        assert (truth[:, 12:] == CLEAN).all()


@pytest.mark.parametrize("ground", GROUNDS)
def test_tables_are_those_of_theory(ground: float) -> None:
    """At any thickness of the table, a paint that reflects 0.35 over its ground is found."""
    optics = layer_optics.draw_optics(ground)
    for column in (10, 30, 50):
        scattering = np.exp(layer_optics.LOG_THICKNESSES[column])
        ratio = np.logspace(-4, 2, 20_000)
        r0, t = kubelka_munk.layer(ratio * scattering, np.full_like(ratio, scattering))
        seen = kubelka_munk.over(r0, t, np.float64(ground))
        if not seen.min() < 0.35 < seen.max():
            continue
        at, row = int(np.abs(seen - 0.35).argmin()), 0.35 * (layer_optics.N_REFLECTANCES - 1)
        rows = np.arange(layer_optics.N_REFLECTANCES)
        found = np.interp(row, rows, optics.reflectance[:, column])
        assert found == pytest.approx(r0[at], abs=0.01)
        found = np.interp(row, rows, optics.transmittance[:, column])
        assert found == pytest.approx(t[at] ** 2, abs=0.01)


@pytest.mark.parametrize(("ground", "below"), [(0.8, 0.05), (0.15, 0.9)])
def test_the_sign_is_that_of_the_infrared(
    monkeypatch: pytest.MonkeyPatch, ground: float, below: float
) -> None:
    scene = even_scene(paint(0.8, 0.05, np.full(len(NM), ground)))
    made, truth, is_light = put_signed(monkeypatch, scene, ground=ground, below=below)
    assert (truth[:, :12] == HIDDEN).all()
    assert (is_light[:, :12] == (below > ground)).all()
    change = (made.bands - scene.bands)[:, :12, -1]
    assert ((change > 0) == is_light[:, :12]).all()
    assert not is_light[:, 12:].any()


def test_the_infrared_decides_where_the_visible_changes_the_other_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An underpaint that is darker to the eye and lighter past 720 nm counts as lighter."""
    scene = even_scene(paint(0.8, 0.05, np.full(len(NM), 0.5)))
    below = np.where(NM > 720, 0.9, 0.02)
    made, _, is_light = put_signed(monkeypatch, scene, ground=0.5, below=below)
    assert (made.bands[:, :12, 0] < scene.bands[:, :12, 0]).all()
    assert is_light[:, :12].all()


@pytest.mark.parametrize(("kind", "is_light"), [("lines", False), ("light", True)])
def test_lines_are_darker_and_light_shapes_lighter(
    kind: str, is_light: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, kind)
    signs = []
    for seed in range(6):
        made = inject(np.random.default_rng(seed), clean_scene(seed=seed))
        signs.append(made.is_light[made.truth == HIDDEN])
    assert np.concatenate(signs).mean() == pytest.approx(float(is_light), abs=0.1)


def clean_scene(shape: tuple[int, int] = SHAPE, seed: int = 0) -> Scene:
    return make_scene(shape, 5, seed=seed, wavelengths=WAVELENGTHS)


def test_the_seed_decides() -> None:
    scene = clean_scene()
    before = scene.bands.copy()
    (first, truth, light), (again, same, as_light), (other, unlike, _) = (
        inject(np.random.default_rng(seed), scene) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.bands, again.bands)
    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(truth, same)
    np.testing.assert_array_equal(light, as_light)
    assert not np.array_equal(first.bands, other.bands)
    assert not np.array_equal(truth, unlike)
    np.testing.assert_array_equal(scene.bands, before)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_layer(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as hidden changes some band, and there is such in some of the scenes."""
    only(monkeypatch, kind)
    hidden = 0
    for seed in range(6):
        scene = clean_scene(seed=seed)
        made, truth, _ = inject(np.random.default_rng(seed), scene)
        assert made.bands.shape == scene.bands.shape
        assert made.wavelengths == scene.wavelengths
        assert truth.dtype == np.uint8
        assert set(np.unique(truth)) <= {HIDDEN, UNDECIDED, CLEAN}
        assert 0 <= made.bands.min() <= made.bands.max() <= 1
        change = np.abs(made.bands - scene.bands).max(-1)
        # Where light is cut off at 0 or 1 the change is smaller than the truth knows.
        shown = change[truth == HIDDEN] > DETECTABLE_CHANGE / 4
        assert shown.sum() >= 0.9 * len(shown)
        hidden += len(shown)
    assert hidden > 0


def test_odds_are_those_of_all_kinds() -> None:
    assert len(ODDS) == len(KINDS)
    assert sum(ODDS) == pytest.approx(1)


def test_far_from_the_layer_nothing_changes() -> None:
    from scipy.ndimage import binary_dilation

    for seed in range(6):
        scene = clean_scene((64, 50), seed)
        made, truth, _ = inject(np.random.default_rng(seed), scene)
        far = ~binary_dilation(truth != CLEAN, iterations=4)
        assert far.any()
        # A speck that fills less than a twentieth of its pixel counts as clean.
        np.testing.assert_allclose(made.bands[far], scene.bands[far], atol=2 * DETECTABLE_CHANGE)
        assert np.abs(made.bands - scene.bands)[far].mean() < 1e-4


def test_the_order_of_bands_is_free() -> None:
    """Unsorted wavelengths are taken as they are: each band changes by its own."""
    scene = even_scene(paint(1, 0.05, np.full(len(NM), 0.8)))
    turned = dataclasses.replace(
        scene, bands=scene.bands[..., ::-1].copy(), wavelengths=WAVELENGTHS[::-1]
    )
    made, truth, _ = inject(np.random.default_rng(4), turned)
    assert HIDDEN in truth
    change = np.abs(made.bands - turned.bands)[truth == HIDDEN].mean(0)
    assert change[0] > change[-1]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (31, 45)])
@pytest.mark.parametrize("value", [None, 0.0, 1.0])
def test_any_scene_stays_finite(shape: tuple[int, int], value: float | None) -> None:
    scene = clean_scene(shape)
    if value is not None:
        scene = dataclasses.replace(
            scene, rgb=np.full_like(scene.rgb, value), bands=np.full_like(scene.bands, value)
        )
    for seed in range(6):
        made, truth, _ = inject(np.random.default_rng(seed), scene)
        assert truth.shape == shape
        assert np.isfinite(made.rgb).all()
        assert np.isfinite(made.bands).all()


def test_the_mask_is_kept() -> None:
    mask = np.zeros(SHAPE, np.bool_)
    made, *_ = inject(np.random.default_rng(0), dataclasses.replace(clean_scene(), mask=mask))
    assert made.mask is mask
