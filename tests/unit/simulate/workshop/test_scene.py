"""The world "workshop" keeps the contract of simulated scenes and stays as it was frozen."""

import dataclasses

import numpy as np
import pytest

from artextract_cli.simulate import (
    KINDS,
    PALETTES,
    WORKSHOP,
    SceneSettings,
    SimulatedScene,
    simulate_scene,
)
from artextract_cli.simulate.workshop.conditions import draw_conditions
from artextract_cli.simulate.workshop.content.strokes import limited
from artextract_cli.simulate.workshop.paint import optics
from artextract_cli.simulate.workshop.paint.media import GROUNDS, MEDIA
from artextract_cli.simulate.workshop.paint.pigment_table import KNOTS_NM, PIGMENTS
from artextract_cli.simulate.workshop.paint.pigments import draw_batch, masstone_reflectance
from artextract_cli.simulate.workshop.scene import mark_truth, simulate_workshop

SMALL = SceneSettings(size=(48, 56), wavelengths=(450.0, 650.0, 950.0), palette=WORKSHOP)
PERFECT = {"noise": 0.0, "exposure": 0.0, "vignetting": 0.0, "misregistration": 0.0}

# Of a scene of each kind: means, then deviations, of the photograph (3), the bands (3) and the
# layer, and shares of undecided and of hidden pixels. New paint or noise moves these by more than
# the last digits of another machine do.
FROZEN = {
    "drawing": (
        "0.5401 0.4066 0.3535 0.1416 0.2578 0.3661 -0.0004 "
        "0.1217 0.1257 0.1330 0.0972 0.1037 0.1076 0.0071 "
        "0.0026 0.0017"
    ),
    "underpainting": (
        "0.5274 0.3438 0.2415 0.0889 0.3126 0.5428 -0.0964 "
        "0.1463 0.1693 0.1810 0.1217 0.1612 0.1761 0.2274 "
        "0.0000 0.1547"
    ),
    "reuse": (
        "0.5176 0.4618 0.2793 0.0977 0.2662 0.4030 -0.0045 "
        "0.1444 0.1160 0.0975 0.0584 0.1410 0.1150 0.0282 "
        "0.0286 0.0002"
    ),
    "ink": (
        "0.6959 0.6493 0.5630 0.3339 0.5075 0.6295 -0.0026 "
        "0.2243 0.2182 0.1918 0.1687 0.2568 0.2470 0.0079 "
        "0.0927 0.0345"
    ),
    "light": (
        "0.3861 0.3568 0.3108 0.1154 0.1442 0.1929 0.0138 "
        "0.1101 0.1452 0.1677 0.1365 0.0992 0.1011 0.0816 "
        "0.0117 0.0206"
    ),
}


def scene(seed: int = 1, **changes: object) -> SimulatedScene:
    return simulate_workshop((seed, 0), dataclasses.replace(SMALL, **changes))


def same(first: SimulatedScene, second: SimulatedScene) -> bool:
    names = ("rgb", "bands", "truth", "layer")
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)


def test_the_world_is_palette_d() -> None:
    assert PALETTES["workshop"] is WORKSHOP
    assert same(simulate_scene((1, 0), SMALL), scene())


def test_the_same_seed_gives_the_same_scene_and_another_gives_another() -> None:
    assert same(scene(4), scene(4))
    assert not same(scene(4), scene(5))


@pytest.mark.parametrize("size", [8, (8, 37), (41, 9), (64, 33)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_size_gives_what_a_scene_has_to_have(size: int | tuple[int, int], seed: int) -> None:
    made = scene(seed, size=size)
    shape = (size, size) if isinstance(size, int) else size
    assert (made.rgb.shape, made.bands.shape) == ((*shape, 3), (*shape, 3))
    assert (made.truth.shape, made.layer.shape) == (shape, shape)
    assert {made.rgb.dtype, made.bands.dtype, made.layer.dtype} == {np.dtype(np.float32)}
    assert made.truth.dtype == np.uint8
    assert set(np.unique(made.truth)) <= {0, 128, 255}
    assert min(made.rgb.min(), made.bands.min()) >= 0
    assert max(made.rgb.max(), made.bands.max()) <= 1
    assert np.isfinite(made.layer).all()


@pytest.mark.parametrize("wavelengths", [(1100.0,), tuple(np.linspace(380, 1100, 30))])
def test_any_number_of_bands(wavelengths: tuple[float, ...]) -> None:
    made = scene(wavelengths=wavelengths)
    assert made.bands.shape == (48, 56, len(wavelengths))
    assert made.bands.std() > 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_hides_something_under_the_same_surface(kind: str) -> None:
    seed = next(s for s in range(40) if ("light" in scene(s).kinds) == (kind == "light"))
    made = scene(seed, kinds=(kind,), coverage=0.15, thickness=0.6)
    clean = scene(seed, kinds=(), coverage=0.15, thickness=0.6)
    assert (made.kinds, made.clean) == ((kind,), False)
    assert (clean.kinds, clean.clean) == ((), True)
    assert (made.truth > 0).any()
    assert not clean.truth.any()
    assert not clean.layer.any()
    changed = np.abs(made.rgb - clean.rgb).max(axis=2)
    far = made.truth == 0
    assert changed[far].mean() < 0.3 * max(changed[~far].mean(), 0.02)


def test_the_layer_is_darker_or_lighter_as_its_kind_is() -> None:
    light = scene(3, kinds=("light",), coverage=0.2).layer
    drawing = scene(3, kinds=("drawing",), coverage=0.1).layer
    assert light.max() > 0.1
    assert light.min() >= -0.02
    assert drawing.min() < -0.1
    assert drawing.max() <= 0.02


@pytest.mark.parametrize("kind", ["underpainting", "reuse", "light"])
def test_the_share_that_is_hidden_is_as_wished(kind: str) -> None:
    wide = {"size": 96, "kinds": (kind,)}
    shares = [(scene(9, coverage=c, **wide).truth > 0).mean() for c in (0.02, 0.1)]
    assert shares[0] < shares[1]
    assert shares[0] == pytest.approx(0.02, abs=0.02)


def test_a_setting_changes_what_it_names_alone() -> None:
    usual = scene(6, **PERFECT)
    noisy = scene(6, **PERFECT | {"noise": 0.01})
    assert np.array_equal(usual.truth, noisy.truth)
    assert 0.002 < float(np.std(usual.bands - noisy.bands)) < 0.02
    dark = scene(6, **PERFECT, dark_lines=0.04)
    bare = scene(6, **PERFECT, dark_lines=0.0)
    changed = np.abs(dark.bands - bare.bands).max(axis=2) > 0.1
    assert 0.005 < changed.mean() < 0.15


def test_fixed_numbers_leave_the_others_as_they_are() -> None:
    medium = MEDIA["old_oil"]
    drawn = [
        draw_conditions(np.random.default_rng(2), settings, medium, "canvas")
        for settings in (SMALL, dataclasses.replace(SMALL, thickness=1.25))
    ]
    assert drawn[1] == dataclasses.replace(drawn[0], thickness=1.25)
    panel = draw_conditions(np.random.default_rng(2), SMALL, medium, "panel")
    assert (panel.weave, drawn[0].weave > 0) == (0.0, True)


def test_corners_are_darker_by_the_fall_off() -> None:
    even, uneven = (scene(2, **PERFECT | {"vignetting": v}).bands for v in (0.0, 0.25))
    ratio = (uneven / np.maximum(even, 1e-6)).mean(axis=2)
    assert ratio.min() == pytest.approx(0.75, abs=0.06)


def test_truth_marks_what_is_covered_and_what_changes() -> None:
    presence = np.array([[0.0, 0.04, 0.05, 0.5, 0.6, 0.6]])
    change = np.array([[0.5, 0.5, 0.5, 0.5, 0.03, 0.01]])
    assert mark_truth(presence, change).tolist() == [[0, 0, 128, 128, 255, 128]]


def test_a_limited_mask_keeps_what_is_first_in_order() -> None:
    order = np.array([[4.0, 1.0], [3.0, 2.0]])
    assert limited(np.ones((2, 2)), order, 0.5).tolist() == [[1, 0], [1, 0]]


def test_layers_add_up() -> None:
    thin = optics.layer(np.array(0.3), np.array(0.7))
    thick = optics.layer(np.array(0.6), np.array(1.4))
    ground = np.array(0.8)
    assert optics.over(thin, optics.over(thin, ground)) == pytest.approx(
        optics.over(thick, ground), abs=1e-5
    )
    clear = optics.layer(np.array(0.0), np.array(0.0))
    assert optics.over(clear, ground) == pytest.approx(0.8, abs=2e-3)
    assert optics.to_inside(optics.under_gloss(ground, 0.7), 0.7) == pytest.approx(0.8)


def test_pigments_are_as_published() -> None:
    near, visible = np.array([950.0]), np.array([550.0])
    assert len(KNOTS_NM) == 18
    assert all(len(pigment.masstone) == 18 for pigment in PIGMENTS.values())
    assert all(len(knots) == 8 for knots in GROUNDS.values())
    for name in ("ultramarine", "smalt", "indigo", "phthalo_blue", "madder_lake"):
        assert masstone_reflectance(name, near) > 0.5 > 4 * masstone_reflectance(name, visible)
    for name in ("azurite", "malachite", "prussian_blue", "bone_black", "raw_umber"):
        assert masstone_reflectance(name, near) < 0.25


def test_a_unit_load_reflects_its_masstone() -> None:
    names = ("lead_white", "azurite")
    batch = dataclasses.replace(
        draw_batch(np.random.default_rng(0), names), shifts=np.zeros(2), absorption=np.ones(2)
    )
    absorption, scattering = batch.coefficients((460.0, 850.0))
    thick = optics.layer(absorption * 500, scattering * 500)[0]
    expected = [masstone_reflectance(name, np.array([460.0, 850.0])) for name in names]
    assert thick == pytest.approx(np.array(expected), abs=0.01)


def fingerprint(made: SimulatedScene) -> list[float]:
    planes = [*np.moveaxis(made.rgb, 2, 0), *np.moveaxis(made.bands, 2, 0), made.layer]
    counts = [float(np.mean(made.truth == value)) for value in (128, 255)]
    means = [float(np.mean(plane, dtype=float)) for plane in planes]
    return means + [float(np.std(plane, dtype=float)) for plane in planes] + counts


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_is_the_one_it_always_was(kind: str) -> None:
    made = simulate_workshop(
        (2026, KINDS.index(kind)), dataclasses.replace(SMALL, size=(64, 72), kinds=(kind,))
    )
    frozen = [float(number) for number in FROZEN[kind].split()]
    assert fingerprint(made) == pytest.approx(frozen, abs=1.5e-3)
