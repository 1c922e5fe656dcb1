"""Score a scene with any trained model, or without one."""

from dataclasses import replace
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.evidence.signs import Expect
from artextract_cli.models.score_card import card_path
from artextract_cli.pipelines.without_learning.scoring import open_model_free
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.scenes.checks.registration import measure_registration
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.threads import single_threaded


def open_scorer(
    model: Path,
    *,
    score: str | None = None,
    device: str = "auto",
    engine: str = "auto",
    expect: Expect = "either",
    adapts: bool = False,
) -> SceneScorer:
    """Open a trained model, or the scores without learning, for which torch is not imported.

    Parameters
    ----------
    model
        Run directory, model file, ``Path("gat")`` or ``Path("gcn")``; or ``Path("none")`` or a
        score card for the scores without learning.
    score
        Score of the heat map: "envelope" or "residual". None is the model's own score, or
        "envelope" without learning.
    device
        "auto", "cpu", "cuda", or one of several GPUs, such as "cuda:1".
    engine
        Engine of message passing: "auto", "numba", "dgl" or "torch".
    expect
        Sign of the hidden content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether a trained model adapts to each scene before scoring it.

    Returns
    -------
    Model or ModelFree
        For `score_scene`, `infer_dataset` and `infer_scenes`.

    Raises
    ------
    UsageError
        If the score does not exist, or does not suit the model.
    InputError
        If the model or card is missing or damaged.
    DependencyError
        If a plugin of the model is not installed.
    """
    if (card := card_path(model)) is not None:
        if adapts:
            msg = "--adapt needs a trained model, but --model none has no network: omit --adapt"
            raise UsageError(msg)
        return open_model_free(card, score, expect)
    # Imported here: the scores without learning need no torch.
    from artextract_cli.pipelines.loaded_model import open_model

    return open_model(
        model, device=device, engine=engine, shown=score, expect=expect, adapts=adapts
    )


@single_threaded()
def score_scene(model: SceneScorer, scene: Scene) -> SceneScores:
    """Score every pixel of a scene in memory.

    Parameters
    ----------
    model
        From `open_scorer` or `open_model`.
    scene
        From `read_scene`.

    Returns
    -------
    SceneScores
        Maps, embeddings and, if the model was calibrated for it, the verdict on the scene as a
        whole; and the registration of the bands, of which `infer_dataset` warns.

    Raises
    ------
    InputError
        If the model detects hidden layers and the scene has no infrared band.
    """
    return replace(model.score(scene), registration=measure_registration(scene))
