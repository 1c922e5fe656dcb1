import dataclasses

import numpy as np
import pytest

from artextract_cli.simulate import DEFAULT_WAVELENGTHS, KINDS, SceneSettings, simulate_scene
from artextract_cli.simulate.scene import mark_truth
from tests.helpers.old_master_scenes import SMALL, hidden_change, painting_of, perfect, with_


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


def test_hidden_content_shows_in_the_infrared_more_than_in_the_visible():
    change = hidden_change("drawing")
    assert change[7] > 3 * change[2]


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
