import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from artextract_cli.errors import InputError
from artextract_cli.inference import Model, enlarged, open_model, score_scene, similarity_numbers
from artextract_cli.scene import picture_digest
from artextract_cli.siamese import band_distances, collate, scene_tensors
from artextract_cli.superpixel_graph import GraphRecipe
from tests.small_scenes import make_scene, train_tiny

SEPARATE = GraphRecipe(segmentation="separate", superpixel_options={"n_segments": 6})


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    return open_model(trained, device="cpu", engine="torch")


@pytest.fixture(scope="module")
def attentive(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    run = tmp_path_factory.mktemp("gat") / "run"
    small = {"hidden": 8, "out_size": 4, "heads": 2}
    train_tiny(graphs, run, backbone="gat", options=small, epochs=1)
    return open_model(run, device="cpu", engine="torch")


def with_recipe(model: Model, recipe: GraphRecipe) -> Model:
    return dataclasses.replace(model, card=dataclasses.replace(model.card, recipe=recipe))


def test_an_opened_model_knows_its_file(model: Model, trained: Path) -> None:
    assert model.path == trained / "model.safetensors"
    assert model.digest == picture_digest(model.path)
    assert (model.engine, model.device) == ("torch", torch.device("cpu"))
    assert open_model(model.path, device="cpu").digest == model.digest


@pytest.mark.parametrize("n_bands", [1, 3, 30])
def test_scores_have_the_shapes_that_are_promised(model: Model, n_bands: int) -> None:
    scores = score_scene(model, make_scene((31, 45), n_bands), split="val")
    n = scores.graphs.graphs[0].n_nodes
    assert scores.score.shape == (n,)
    assert scores.band_score.shape == (n, n_bands)
    assert scores.distances.shape == scores.similarities.shape == (n_bands,)
    assert scores.pooled.shape == (1 + n_bands, 4)
    assert [z.shape for z in scores.nodes] == [(n, 4)] * (1 + n_bands)
    assert scores.gradcam.shape == (31, 45, 2)
    assert scores.attention is scores.masking is None
    assert scores.graphs.split == "val"
    assert all(np.isfinite(part).all() for part in (scores.score, scores.band_score, scores.pooled))


def test_scores_are_calibrated_distances_of_node_embeddings(model: Model) -> None:
    scores = score_scene(model, make_scene((31, 45)))
    raw = np.stack(
        [np.linalg.norm(scores.nodes[0] - band, axis=1) for band in scores.nodes[1:]], axis=1
    )
    calibration = model.card.calibration
    np.testing.assert_allclose(scores.band_score, calibration["band"](raw), rtol=1e-3, atol=1e-4)
    fused = calibration["fused"](raw.mean(1))
    np.testing.assert_allclose(scores.score, fused, rtol=1e-3, atol=1e-4)
    pooled = np.stack([z.max(0) for z in scores.nodes])
    np.testing.assert_allclose(scores.pooled, pooled)
    distances = np.linalg.norm(pooled[:1] - pooled[1:], axis=1)
    np.testing.assert_allclose(scores.distances, distances, rtol=1e-5)
    cosine = pooled[1:] @ pooled[0] / np.linalg.norm(pooled[1:], axis=1) / np.linalg.norm(pooled[0])
    np.testing.assert_allclose(scores.similarities, cosine, rtol=1e-5)


def test_scoring_twice_gives_the_same(attentive: Model) -> None:
    first, second = (score_scene(attentive, make_scene((31, 45))) for _ in range(2))
    for name in ("score", "band_score", "pooled", "gradcam", "attention"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert first.masking == second.masking


@pytest.mark.parametrize("separate", [False, True])
def test_attention_is_a_map_of_mean_one_over_nodes(attentive: Model, separate: bool) -> None:
    model = with_recipe(attentive, SEPARATE) if separate else attentive
    scores = score_scene(model, make_scene((31, 45)))
    assert scores.attention.shape == (31, 45, 2)
    labels = scores.graphs.graphs[0].labels
    first_pixels = np.unique(labels, return_index=True)[1]
    per_node = scores.attention.reshape(-1, 2)[first_pixels]
    assert per_node[:, 0].mean() == pytest.approx(1, rel=1e-4)
    np.testing.assert_array_equal(scores.attention, per_node[labels]) if not separate else None
    assert min(scores.masking.attended, scores.masking.random) >= 0


def test_separate_segmentations_are_scored_on_the_photograph(model: Model) -> None:
    model = with_recipe(model, SEPARATE)
    scores = score_scene(model, make_scene((31, 45), 2))
    sizes = [graph.n_nodes for graph in scores.graphs.graphs]
    assert len(sizes) == 3
    assert scores.band_score.shape == (sizes[0], 2)
    assert [len(z) for z in scores.nodes] == sizes
    batch = collate([scene_tensors(scores.graphs)], engine="torch", device="cpu")
    with torch.no_grad():
        raw = band_distances(model.network(batch), scores.graphs)
    np.testing.assert_array_equal(scores.band_score, model.card.calibration["band"](raw))


def test_one_superpixel_and_a_constant_scene(model: Model, attentive: Model) -> None:
    grey = np.full((13, 17, 3), 0.5, np.float32)
    for opened in (model, attentive):
        scores = score_scene(opened, make_scene(rgb=grey, bands=grey[..., :2]))
        np.testing.assert_allclose(scores.distances, 0, atol=1e-6)
        assert (scores.score <= 0).all()
        assert score_scene(opened, make_scene((1, 1))).score.shape == (1,)


def test_fused_numbers_are_the_mean_over_bands(model: Model) -> None:
    scores = score_scene(model, make_scene((13, 17), 3))
    numbers = similarity_numbers(scores)
    for kind, values in (("euclidean_distance", scores.distances), ("cosine_similarity", None)):
        assert list(numbers[kind]) == ["500", "600", "700", "fused"]
        *bands, fused = numbers[kind].values()
        assert fused == pytest.approx(np.mean(bands), rel=1e-5)
        assert values is None or bands == pytest.approx(values.tolist())


@pytest.mark.parametrize("shape", [(4, 6), (5, 7), (2, 3), (1, 1)])
def test_enlarging_by_nearest_neighbours(shape: tuple[int, int]) -> None:
    picture = np.arange(12).reshape(2, 3, 2)
    made = enlarged(picture, shape)
    assert made.shape == (*shape, 2)
    for row in range(shape[0]):
        for column in range(shape[1]):
            source = picture[(2 * row + 1) // shape[0], (2 * column + 1) * 3 // (2 * shape[1])]
            assert made[row, column].tolist() == source.tolist()


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model"):
        open_model(tmp_path)
