"""Adaptation to the painting at hand: what it keeps, what it leaves, and that it is repeatable."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from artextract_cli.errors import UsageError
from artextract_cli.pipelines.hidden_layers import adaptation
from artextract_cli.pipelines.hidden_layers.adaptation import Adaptation, adapt, cut_windows
from artextract_cli.pipelines.hidden_layers.scoring import score_hidden_layer
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.settings import HIDDEN_LAYER
from artextract_cli.scenes.scene import Scene
from tests.helpers.adaptation import adapt_little, keep_gains_of
from tests.helpers.paintings import painting, ring
from tests.helpers.scenes import train_tiny

SHAPE = (48, 56)


@pytest.fixture(scope="module")
def model(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Model:
    run = tmp_path_factory.mktemp("adapted") / "run"
    train_tiny(graphs, run, objective=HIDDEN_LAYER, epochs=1)
    return open_model(run, device="cpu", engine="torch")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few windows and steps: what is tested is what follows from them."""
    adapt_little(monkeypatch, N_TRAINING=6, N_CHECKING=4, STEPS=4, LEAST_HIDDEN=20, N_WINDOWS=2)


def scene() -> Scene:
    return painting(-0.2 * ring(SHAPE), SHAPE)


def adapted(model: Model) -> Adaptation:
    return adapt(model, cut_windows(scene()))


def weights(model: Model) -> torch.Tensor:
    return torch.cat([value.flatten().float() for value in model.network.state_dict().values()])


def test_without_a_clear_gain_the_model_stays_as_it_was(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_gains_of(monkeypatch, 2.0)  # of AUROC: out of reach
    found = adapted(model)
    torch.testing.assert_close(weights(found.model), weights(model), rtol=0, atol=0)
    assert found.model.card.calibration == model.card.calibration
    assert found.share == 0
    assert found.n_windows > 0


def test_what_is_kept_lies_on_the_way_and_the_model_itself_does_not_change(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_gains_of(monkeypatch, -1.0)
    before = weights(model).clone()
    found = adapted(model)
    assert found.share == adaptation.INTERPOLATED_SHARE
    assert not torch.equal(weights(found.model), before)
    torch.testing.assert_close(weights(model), before, rtol=0, atol=0)
    for name, value in found.model.network.state_dict().items():
        if name.startswith("refinement."):
            torch.testing.assert_close(value, model.network.state_dict()[name], rtol=0, atol=0)


def test_it_is_repeatable(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_gains_of(monkeypatch, -1.0)
    first, second = adapted(model), adapted(model)
    torch.testing.assert_close(weights(first.model), weights(second.model), rtol=0, atol=0)
    assert first.model.card.adaptation == second.model.card.adaptation


def test_as_much_of_the_painting_scores_high_as_before(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_gains_of(monkeypatch, -1.0)
    adapts = dataclasses.replace(model, adapts=True)
    before, after = score_hidden_layer(model, scene()), score_hidden_layer(adapts, scene())
    assert after.adaptation is not None
    assert after.adaptation["share"] > 0
    assert after.adaptation["scenes"] == [scene().name]
    assert not np.array_equal(before.maps["heatmap"], after.maps["heatmap"])
    for share in (0.5, 0.9):
        old, new = (np.quantile(scores.maps["heatmap"], share) for scores in (before, after))
        assert new == pytest.approx(old, abs=0.15)
    assert after.whole == before.whole  # the verdict is that of the model as it was


def test_a_painting_too_small_for_layers_is_left_alone(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapt_little(monkeypatch, LEAST_HIDDEN=10**6)
    found = adapted(model)
    assert (found.share, found.n_windows) == (0, 0)
    assert found.model.card.adaptation is not None
    assert found.model.card.adaptation["auroc_before"] is None


def test_a_gain_must_be_large_and_sure() -> None:
    few, sure = np.full(9, 0.02), 0.001 * np.arange(-4.0, 5.0)
    assert adaptation.is_clear_gain(few + sure)
    assert not adaptation.is_clear_gain(few + 30 * sure)  # as large on the mean, and by chance
    assert not adaptation.is_clear_gain(0.1 * few + 0.1 * sure)  # as sure, and small


def test_scenes_that_share_an_adaptation_lend_fewer_windows_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapt_little(monkeypatch, N_WINDOWS=8)
    assert [len(cut_windows(scene(), n)) for n in (1, 2, 3, 4, 50)] == [8, 4, 2, 2, 2]


def test_a_window_is_half_painting_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    adapt_little(monkeypatch, WINDOW=24)
    mask = np.zeros(SHAPE, bool)
    mask[:, :30] = True
    windows = cut_windows(dataclasses.replace(scene(), mask=mask))
    assert len(windows) == 2
    assert all(w.mask is not None and w.mask.mean() >= 0.5 for w in windows)
    assert cut_windows(dataclasses.replace(scene(), mask=mask & False)) == []


def test_a_model_of_views_cannot_adapt(trained: Path) -> None:
    with pytest.raises(UsageError, match="cannot adapt to a painting: omit --adapt"):
        open_model(trained, device="cpu", adapts=True)
