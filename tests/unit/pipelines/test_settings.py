"""Defaults follow from the objective; what is given goes before them."""

import dataclasses
from typing import Any

import pytest

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.pipelines import settings
from artextract_cli.pipelines.settings import (
    HIDDEN_LAYER,
    TrainingSettings,
    objective_spec,
    settings_for,
    with_objective,
)


def values(settings: TrainingSettings) -> dict[str, Any]:
    return dataclasses.asdict(settings) | {"defaulted": None}


@pytest.mark.parametrize("objective", ["node-contrastive", "graph-contrastive"])
def test_views_are_trained_with_the_plain_defaults(objective: str) -> None:
    assert settings_for(objective, epochs=None) == TrainingSettings(objective=objective)


def test_hidden_layers_have_defaults_of_their_own() -> None:
    made, plain = settings_for(HIDDEN_LAYER), TrainingSettings()
    assert made.objective == plain.objective == HIDDEN_LAYER
    assert (made.epochs, made.batch_size, made.schedule) == (30, 4, "one-cycle")
    assert (made.learning_rate, made.patience) == (3e-3, 30)
    same = {name for name, value in values(made).items() if value == values(plain)[name]}
    assert set(values(made)) - same == set(objective_spec(HIDDEN_LAYER).suited)


def test_what_is_given_goes_before_and_none_is_not_given() -> None:
    made = settings_for(HIDDEN_LAYER, epochs=7, batch_size=None, seed=2, schedule="steps")
    assert (made.epochs, made.batch_size, made.seed, made.schedule) == (7, 4, 2, "steps")


def test_another_objective_brings_its_own_defaults() -> None:
    made = with_objective(settings_for(HIDDEN_LAYER, seed=3), "node-contrastive")
    assert values(made) == values(settings_for("node-contrastive", seed=3))


def test_another_objective_keeps_what_was_given() -> None:
    """Even where it is what the former objective would have taken of itself."""
    given = {**objective_spec(HIDDEN_LAYER).suited, "seed": 2, "options": {"heads": 2}}
    made = with_objective(settings_for(HIDDEN_LAYER, **given), "node-contrastive")
    assert {name: getattr(made, name) for name in given} == given
    assert made.objective == "node-contrastive"
    some = with_objective(settings_for(HIDDEN_LAYER, epochs=30), "node-contrastive")
    assert (some.epochs, some.batch_size) == (30, TrainingSettings().batch_size)


def test_a_change_of_objective_survives_other_changes() -> None:
    """Of the seed, for one: `train --seeds` replaces it."""
    settings = dataclasses.replace(settings_for(HIDDEN_LAYER), seed=4)
    made = with_objective(settings, "node-contrastive")
    assert values(made) == values(settings_for("node-contrastive", seed=4))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"objective": "none"}, "unknown plugin 'none' of kind objectives; choose from: graph-c"),
        ({"pooling": "sum"}, "unknown pooling 'sum'; choose from: max, mean"),
        ({"schedule": "cosine"}, "unknown schedule 'cosine'; choose from: one-cycle, steps"),
        ({"precision": "fp16"}, "unknown precision 'fp16'; choose from: fp32, bf16"),
        ({"epochs": 0}, "epochs must be a number 1 or more, not 0"),
        ({"learning_rate": float("inf")}, "learning_rate must be a number above 0, not inf"),
        ({"weight_decay": -1.0}, r"weight_decay must be a number 0 or more, not -1\.0"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        settings_for(**{"objective": HIDDEN_LAYER} | given)


def test_an_objective_that_suits_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = dataclasses.replace(objective_spec("node-contrastive"), suited={"epoch": 3})
    monkeypatch.setattr(settings, "objective_spec", lambda name: spec)
    with pytest.raises(DependencyError, match="sets 'epoch', which is no training setting"):
        settings_for("node-contrastive")
