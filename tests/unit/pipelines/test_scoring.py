"""Every model scores scenes by the objective that it was trained for."""

from pathlib import Path

import numpy as np
import pytest
import torch

from artextract_cli.errors import InputError
from artextract_cli.pipelines.hidden_layers.scoring import score_hidden_layer
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.pipelines.settings import HIDDEN_LAYER
from artextract_cli.pipelines.views.scoring import score_views
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.threads import single_threaded_blas
from tests.helpers.scenes import make_scene, train_tiny

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")


@pytest.fixture(scope="module")
def hidden_layer(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    run = tmp_path_factory.mktemp("hidden") / "run"
    train_tiny(graphs, run, objective=HIDDEN_LAYER, epochs=1)
    return open_model(run, device="cpu", engine="torch")


@pytest.fixture(scope="module")
def views(trained: Path) -> Model:
    return open_model(trained, device="cpu", engine="torch")


def test_a_model_of_views_compares_the_photograph_with_every_band(views: Model) -> None:
    scene = make_scene((31, 45))
    scores, expected = score_scene(views, scene), score_views(views, scene)
    assert set(scores.maps) == {"heatmap"}
    assert set(scores.distances) == {"500", "600", "fused"}
    np.testing.assert_array_equal(scores.maps["heatmap"], expected.maps["heatmap"])


def test_scores_do_not_depend_on_the_threads_of_torch(
    views: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    score = Model.score

    def counting(model: Model, scene: Scene) -> SceneScores:
        found.append(torch.get_num_threads())
        return score(model, scene)

    monkeypatch.setattr(Model, "score", counting)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        score_scene(views, make_scene((31, 45)))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert found == [1]


def test_a_model_of_hidden_layers_sees_the_bands_together(hidden_layer: Model) -> None:
    scene = make_scene((31, 45), 5)
    scores = score_scene(hidden_layer, scene)
    with single_threaded_blas():  # with more threads other bits may be the last
        expected = score_hidden_layer(hidden_layer, scene)
    own = {"heatmap", "dark", "light", "network", "residual", "envelope", "hidden", "probability"}
    assert set(scores.maps) == own
    assert set(scores.distances) == {"bands", "fused"}
    for name, found in scores.maps.items():
        np.testing.assert_array_equal(found, expected.maps[name])


def test_only_hidden_layers_need_an_infrared_band(views: Model, hidden_layer: Model) -> None:
    visible = make_scene((31, 45), 2)
    assert score_scene(views, visible).maps
    with pytest.raises(InputError, match="no band is infrared"):
        score_scene(hidden_layer, visible)


@pytest.mark.parametrize(
    ("device", "engine"),
    [
        ("cpu", "auto"),
        pytest.param("cuda", "auto", marks=[pytest.mark.cuda, needs_cuda]),
    ],
)
def test_other_engines_and_devices_score_alike(
    views: Model, hidden_layer: Model, device: str, engine: str
) -> None:
    scene = make_scene((31, 45), 5)
    for model in (views, hidden_layer):
        there = open_model(model.path, device=device, engine=engine)
        scores, expected = score_scene(there, scene), score_scene(model, scene)
        for name, found in scores.maps.items():
            np.testing.assert_allclose(found, expected.maps[name], rtol=1e-3, atol=1e-3)
        assert scores.distances == pytest.approx(expected.distances, rel=1e-3)
