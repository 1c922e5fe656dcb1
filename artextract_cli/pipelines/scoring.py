"""Score a scene with any trained model, or without one."""

from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.evidence.signs import Expect
from artextract_cli.models.score_card import card_path
from artextract_cli.pipelines.without_learning.scoring import open_model_free
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.threads import one_for_algebra


def open_scorer(
    model: Path,
    *,
    score: str | None = None,
    device: str = "auto",
    engine: str = "auto",
    expect: Expect = "either",
    adapts: bool = False,
) -> SceneScorer:
    """Open a trained model, or the scores without learning where ``model`` is `none` or a card.

    The heat map is that of ``score``, "envelope" or "residual"; by default that of a trained
    model's own score, or of "envelope" without one. ``expect`` is the sign of the content that it
    shows. A trained model that ``adapts`` learns from each scene before it scores it. torch is
    imported for a trained model only.

    Raises
    ------
    UsageError
        If there is no such score.
    InputError
        If the model or card is missing or damaged.
    DependencyError
        If a plugin that the model was made with is not installed.
    """
    if (card := card_path(model)) is not None:
        if adapts:
            msg = "--adapt needs a trained model, and --model none has no network: leave it out"
            raise UsageError(msg)
        return open_model_free(card, score, expect)
    from artextract_cli.pipelines.loaded_model import open_model

    return open_model(
        model, device=device, engine=engine, shown=score, expect=expect, adapts=adapts
    )


@one_for_algebra()
def score_scene(model: SceneScorer, scene: Scene) -> SceneScores:
    """Score every pixel of a scene by the objective that the model was trained for, or by none.

    Raises
    ------
    InputError
        If hidden layers are looked for and the scene has no infrared band.
    """
    return model.score(scene)
