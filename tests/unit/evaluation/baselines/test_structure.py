"""Baselines that compare neighbourhoods, on scenes whose answer is known."""

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines import structure as module
from artextract_cli.evaluation.baselines.structure import (
    graph_change,
    local_anomaly,
    structural_dissimilarity,
)
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.scenes.scene import Scene
from tests.helpers.painted_scenes import make_scene, painted_bands

SIZE = (80, 96)
PLACE = np.s_[20:44, 30:60]


def changed(factor: FloatArray | float) -> tuple[Scene, np.ndarray]:
    """A scene whose infrared follows from its photograph, but by ``factor`` in one place."""
    pigments = painted_bands(SIZE, 3)
    band = pigments.mean(axis=-1)
    band[PLACE] *= factor
    hidden = np.zeros(SIZE, dtype=bool)
    hidden[PLACE] = True
    return make_scene(band[..., None], (950.0,), rgb=coded_rgb(pigments)), hidden


def test_structure_that_the_photograph_explains_is_similar() -> None:
    same, hidden = changed(1.0)
    rng = np.random.default_rng(1)
    pattern = np.exp(0.5 * gaussian_filter(rng.normal(size=(24, 30)), 1.5) / 0.2)
    other, _ = changed(pattern.astype(np.float32))
    assert np.median(structural_dissimilarity(same)) < 0.1
    found = structural_dissimilarity(other)
    assert found.min() >= -1e-6
    assert found.max() <= 2
    assert roc_auc_score(hidden.ravel(), found.ravel()) > 0.9


def test_a_texture_seen_nowhere_else_is_anomalous() -> None:
    rng = np.random.default_rng(1)
    scene, hidden = changed(rng.choice([0.5, 1.5], size=(24, 30)).astype(np.float32))
    found = local_anomaly(scene)
    assert roc_auc_score(hidden.ravel(), found.ravel()) > 0.9
    np.testing.assert_array_equal(found, local_anomaly(scene))


def test_the_distance_to_the_bank_is_that_to_its_nearest() -> None:
    """For more pixels than are compared at once."""
    rng = np.random.default_rng(0)
    features, bank = rng.normal(size=(module.CHUNK + 7, 2)), rng.normal(size=(20, 2))
    expected = np.sort(cdist(features, bank), axis=1)[:, : module.NEIGHBOURS].mean(axis=1)
    np.testing.assert_allclose(module.mean_distance(features, bank), expected)


def test_graphs_of_both_pictures_disagree_where_the_infrared_departs() -> None:
    scene, hidden = changed(0.5)
    found = graph_change(scene)
    assert roc_auc_score(hidden.ravel(), found.ravel()) > 0.85
    same, _ = changed(1.0)
    assert graph_change(same)[PLACE].mean() < 0.5 * found[PLACE].mean()


def test_structure_change_worked_by_hand() -> None:
    """Of four nodes on a line, the last lies elsewhere in the other picture."""
    places, others = (np.array(p, dtype=float)[:, None] for p in ([0, 1, 5, 6], [0, 1, 5, 0]))
    change = module.structure_change(cdist(places, places), cdist(others, others))
    # The two most alike are the node itself and its neighbour: (0, 1), (5, 6).
    nearest = [0, 0.5, 2, 0]
    mapped = [0.5, 0.5, 2.5, 2.5]
    np.testing.assert_allclose(change, np.subtract(mapped, nearest))
