import dataclasses
from functools import cache

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.simulate import DEFAULT_WAVELENGTHS, KINDS, SceneSettings, simulate_scene
from artextract_cli.simulate.content.surface import paint_surface
from artextract_cli.simulate.content.underlayers import HiddenLayer, draw_ground, hide
from artextract_cli.simulate.optics.colour import RGB_WEIGHTS
from artextract_cli.simulate.optics.kubelka_munk import infinite_reflectance, through_surface
from artextract_cli.simulate.optics.pigments import draw_batch
from artextract_cli.simulate.scene import mark_truth, render
from artextract_cli.simulate.settings import draw_conditions, draw_kinds

SMALL = SceneSettings(size=96)


def with_(**changes) -> SceneSettings:
    return dataclasses.replace(SMALL, **changes)


def perfect(**changes) -> SceneSettings:
    """A camera without faults."""
    return with_(noise=0.0, misregistration=0.0, exposure=0.0, vignetting=0.0, **changes)


def assert_same(one, other):
    for field in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_the_same_seed_gives_the_same_scene_and_another_seed_another():
    first = simulate_scene((5, 0, 2), SMALL)
    assert_same(first, simulate_scene((5, 0, 2), SMALL))
    assert (first.rgb != simulate_scene((5, 0, 3), SMALL).rgb).any()
    assert (first.rgb != simulate_scene((5, 1, 2), SMALL).rgb).any()


@pytest.mark.parametrize(
    ("size", "wavelengths"),
    [
        (97, DEFAULT_WAVELENGTHS),
        ((61, 130), (850.0,)),
        (64, tuple(np.linspace(400, 1000, 30))),
        (8, (950.0, 420.0)),
        ((9, 200), DEFAULT_WAVELENGTHS),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_any_size_any_bands_every_kind(size, wavelengths, kind):
    settings = SceneSettings(size=size, wavelengths=wavelengths, kinds=(kind,), coverage=0.2)
    scene = simulate_scene((0, 0, 0), settings)
    shape = settings.shape
    assert scene.rgb.shape == (*shape, 3)
    assert scene.bands.shape == (*shape, len(wavelengths))
    assert scene.truth.shape == scene.layer.shape == shape
    assert scene.rgb.dtype == scene.bands.dtype == scene.layer.dtype == np.float32
    assert scene.truth.dtype == np.uint8
    for image in (scene.rgb, scene.bands):
        assert image.min() >= 0
        assert image.max() <= 1
    assert np.isin(scene.truth, (0, 128, 255)).all()
    assert scene.kinds == (kind,)


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_scene_hides_nothing_but_is_otherwise_the_same_painting(seed):
    clean = simulate_scene((seed, 0), perfect(kinds=()))
    assert clean.clean
    assert not clean.truth.any()
    assert not clean.layer.any()
    assert clean.bands.std() > 0.02
    hiding = simulate_scene((seed, 0), perfect(kinds=("underpainting",), thickness=1.2))
    assert np.abs(hiding.rgb - clean.rgb).mean() < 0.2


def painting_of(seed: int, settings: SceneSettings):
    streams = np.random.SeedSequence([seed]).spawn(8)
    rng = [np.random.default_rng(stream) for stream in streams]
    batch = draw_batch(rng[0], settings.palette)
    conditions = draw_conditions(rng[1], settings)
    kinds = draw_kinds(rng[2], settings)
    surface = paint_surface(rng[3], settings.shape, batch, conditions)
    ground = draw_ground(rng[4], batch, kinds)
    hidden = hide(rng[5], settings.shape, batch, kinds, conditions)
    bare = HiddenLayer(loads=0 * hidden.loads, presence=0 * hidden.presence)
    both = [render(surface, h, ground, batch, settings.wavelengths) for h in (hidden, bare)]
    return hidden, *both


@pytest.mark.parametrize("kind", KINDS)
def test_truth_is_the_difference_of_two_renderings(kind):
    settings = with_(kinds=(kind,))
    hidden, full, bare = painting_of(4, settings)
    np.testing.assert_allclose(full.without_hidden, bare.with_hidden, atol=1e-6)
    change = np.abs(full.with_hidden - bare.with_hidden).max(axis=-1)
    truth = simulate_scene((4,), settings).truth
    present, absent = hidden.presence > 0.5, hidden.presence <= 0.05
    assert (truth[present & (change > 0.0201)] == 255).all()
    assert (truth[present & (change < 0.0199)] == 128).all()
    assert (truth[~present & ~absent] == 128).all()
    assert (truth[absent] == 0).all()
    assert (truth == 255).any()
    assert (change[hidden.presence == 0] == 0).all()


def test_marking_by_hand():
    _, full, _ = painting_of(4, with_(kinds=("drawing",)))
    line = np.zeros((1, 5, 2), np.float32)
    changed = line + np.array([0.03, 0.01, 0.03, 0.03, 0.0])[None, :, None] * [0, 1]
    painting = dataclasses.replace(full, without_hidden=line, with_hidden=changed)
    presence = np.array([[1.0, 1.0, 0.4, 0.0, 0.0]])
    assert mark_truth(painting, presence).tolist() == [[255, 128, 128, 0, 0]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_layer_lies_where_the_content_is_and_has_its_sign(kind):
    hidden, full, _ = painting_of(4, with_(kinds=(kind,)))
    layer = simulate_scene((4,), with_(kinds=(kind,))).layer
    np.testing.assert_array_equal(layer, full.layer)
    assert not layer[hidden.presence == 0].any()
    inside = layer[hidden.presence > 0.9]
    if kind == "light":
        assert inside.mean() > 0.2
    elif kind != "reuse":
        assert inside.mean() < -0.05
        assert inside.max() <= 0


def test_the_layer_is_that_of_the_longest_wavelength_in_any_order():
    settings = with_(kinds=("ink",), wavelengths=(950.0, 650.0))
    turned = with_(kinds=("ink",), wavelengths=(650.0, 950.0))
    np.testing.assert_array_equal(
        simulate_scene((1,), settings).layer, simulate_scene((1,), turned).layer
    )


def test_a_surface_without_paint_shows_the_ground():
    batch = draw_batch(np.random.default_rng(0), SMALL.palette)
    ground = SMALL.palette.shares(SMALL.palette.grounds[0])
    nothing = np.zeros((len(ground), 4, 5), np.float32)
    hidden = HiddenLayer(loads=nothing, presence=nothing[0])
    painting = render(nothing, hidden, ground, batch, (550.0, 900.0))
    absorption, scattering = batch.optics((550.0, 900.0))
    expected = through_surface(infinite_reflectance(ground @ absorption, ground @ scattering))
    np.testing.assert_allclose(painting.with_hidden[2, 3], expected, rtol=1e-4)
    assert painting.colour.shape == (4, 5, RGB_WEIGHTS.shape[1])


@cache
def hidden_change(kind: str, thickness: float | None = None) -> np.ndarray:
    """Mean change of each band (B,) by fully hidden content, over a few paintings."""
    paintings = [painting_of(i, with_(kinds=(kind,), thickness=thickness)) for i in range(10)]
    return np.mean(
        [
            np.abs(full.with_hidden - full.without_hidden)[hidden.presence > 0.9].mean(axis=0)
            for hidden, full, _ in paintings
        ],
        axis=0,
    )


def test_hidden_content_shows_in_the_infrared_more_than_in_the_visible():
    change = hidden_change("drawing")
    assert change[7] > 3 * change[2]


def test_ink_fades_with_the_wavelength_where_carbon_shows_ever_better():
    ink, carbon = hidden_change("ink"), hidden_change("drawing")
    assert ink[7] < ink[5]
    assert carbon[7] > carbon[5]


def test_ink_itself_is_nearly_lost_at_950_nm():
    def darkness(wavelength: float) -> float:
        layers = [
            simulate_scene((i,), with_(kinds=("ink",), wavelengths=(wavelength,))).layer
            for i in range(6)
        ]
        return -float(np.mean([layer[layer != 0].mean() for layer in layers]))

    assert darkness(950) < 0.3 * darkness(750)


def test_thicker_paint_hides_more():
    assert hidden_change("drawing", 2.5)[7] < 0.5 * hidden_change("drawing", 0.6)[7]


def test_one_factor_changes_alone():
    still = simulate_scene((9,), perfect(kinds=("drawing",)))
    moved = simulate_scene((9,), dataclasses.replace(perfect(kinds=("drawing",)), exposure=0.3))
    np.testing.assert_array_equal(still.rgb, moved.rgb)
    np.testing.assert_array_equal(still.truth, moved.truth)
    ratio = moved.bands.mean(axis=(0, 1)) / still.bands.mean(axis=(0, 1))
    assert np.ptp(ratio) > 0.2
    repainted = simulate_scene((9,), perfect(kinds=("drawing",), metamers=0.1))
    original = simulate_scene((9,), perfect(kinds=("drawing",), metamers=0.0))
    same = (np.abs(repainted.rgb - original.rgb).max(axis=-1) < 1e-6).mean()
    assert 0.7 < same < 0.97
    np.testing.assert_array_equal(repainted.layer, original.layer)


def test_coverage_and_dark_lines_are_met():
    for wanted in (0.05, 0.3):
        scene = simulate_scene((2,), with_(size=128, kinds=("underpainting",), coverage=wanted))
        assert (scene.truth > 0).mean() == pytest.approx(wanted, rel=0.35)
    bare, lined = (simulate_scene((2,), perfect(kinds=(), dark_lines=x)) for x in (0.0, 0.06))
    darker = (bare.bands[..., 2] - lined.bands[..., 2]) > 0.02
    assert 0.02 < darker.mean() < 0.15


def test_misregistration_displaces_bands_and_never_the_photograph():
    settings = perfect(kinds=("drawing",))
    moved = dataclasses.replace(settings, misregistration=3.0)
    still, shifted = simulate_scene((3,), settings), simulate_scene((3,), moved)
    np.testing.assert_array_equal(still.rgb, shifted.rgb)
    np.testing.assert_array_equal(still.truth, shifted.truth)
    assert np.abs(still.bands - shifted.bands).mean() > 0.002


def test_noise_has_the_standard_deviation_asked_for():
    settings = with_(kinds=(), exposure=0.0, misregistration=0.0)
    quiet, noisy = (
        simulate_scene((3,), dataclasses.replace(settings, noise=sigma)) for sigma in (0.0, 0.01)
    )
    middle = (quiet.bands > 0.4) & (quiet.bands < 0.6)
    assert (noisy.bands - quiet.bands)[middle].std() == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"size": 4}, "size"),
        ({"size": (64, 5000)}, "size"),
        ({"wavelengths": ()}, "wavelengths"),
        ({"wavelengths": (2000.0,)}, "1100"),
        ({"wavelengths": (650.0, 650.0)}, "differ"),
        ({"kinds": ("ghost",)}, "ghost"),
        ({"noise": -1.0}, "noise"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, named):
    with pytest.raises(UsageError, match=named):
        SceneSettings(**changes)
