"""Features of superpixels, against plain NumPy."""

import numpy as np
import pytest
from scipy import ndimage

from tests.helpers.label_maps import blocks, published, standardised
from tests.helpers.scenes import make_scene

QUADRANTS = np.array([[0, 0, 1], [0, 0, 1], [2, 2, 3]])


@pytest.mark.parametrize("shape", [(3, 3), (13, 17)])
def test_published_features_equal_plain_numpy(build, shape: tuple[int, int]) -> None:
    labels = QUADRANTS if shape == (3, 3) else blocks(shape, 4)
    scene = make_scene(shape)
    made = build(scene, labels, segmentation="separate", features="published")
    pictures = [scene.rgb, scene.bands[..., :1], scene.bands[..., 1:]]
    for graph, picture in zip(made.graphs, pictures, strict=True):
        assert graph.features.shape == (labels.max() + 1, 1, 14)
        np.testing.assert_allclose(graph.features[:, 0], published(picture, labels), atol=2e-5)
    assert made.feature_names[0][0] == "mean_r"
    assert made.feature_names[1] == ("mean", "std", "min", "max", "row", "column", *[""] * 8)


def test_standard_features_hold_mean_place_and_size(build) -> None:
    scene, labels = make_scene((13, 17)), blocks((13, 17), 4)
    made = build(scene, labels)
    names = made.feature_names[0]
    index = np.arange(labels.max() + 1)
    features = dict(zip(names, made.graphs[0].features[:, 0].T, strict=True))
    mean_g = standardised(ndimage.mean(scene.rgb[..., 1], labels, index))
    centre = np.array(ndimage.center_of_mass(np.ones_like(labels), labels, index))
    np.testing.assert_allclose(features["mean_g"], mean_g, atol=2e-5)
    np.testing.assert_allclose(features["column"], standardised(centre[:, 1]), atol=2e-5)
    size = standardised(np.log(np.bincount(labels.ravel())))
    np.testing.assert_allclose(features["size"], size, atol=2e-5)


@pytest.mark.parametrize("features", ["standard", "published"])
@pytest.mark.parametrize("segmentation", ["shared", "separate"])
@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_constant_pictures_have_zero_features(
    build, features: str, segmentation: str, level: float
) -> None:
    picture = np.full((13, 17, 3), level, np.float32)
    scene = make_scene(rgb=picture, bands=picture[..., :2])
    made = build(scene, blocks((13, 17), 4), features=features, segmentation=segmentation)
    names = made.feature_names[0]
    for graph in made.graphs:
        place = [i for i, name in enumerate(names) if name in ("row", "column", "size")]
        values = graph.features if features == "standard" else graph.features[..., :4]
        values = np.delete(values, place, axis=-1) if features == "standard" else values
        assert not values.any()
        assert np.isfinite(graph.features).all()
        assert not graph.edge_weights.any()
