"""From a model file to a model on its device, ready for inference."""

from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evidence.signs import SIGNED_MAPS, Expect
from artextract_cli.models.card import ModelCard
from artextract_cli.models.checkpoint import model_path
from artextract_cli.models.recorded_plugins import recorded_plugin, recorded_scorer
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.pipelines.networks import load_model
from artextract_cli.pipelines.pipeline import Model, Pipeline
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.device import resolve_device


def open_model(
    run: Path,
    *,
    device: str = "auto",
    engine: str = "auto",
    shown: str | None = None,
    expect: Expect = "either",
    adapts: bool = False,
) -> Model[Any]:
    """Load a trained model onto its device.

    Parameters
    ----------
    run
        Run directory or model file, or ``Path("gat")`` or ``Path("gcn")``, which come with
        artextract.
    device
        "auto", "cpu" or "cuda".
    engine
        What passes messages: "auto", "numba", "dgl" or "torch".
    shown
        Score of the heat map: "envelope" or "residual"; the model's own if None.
    expect
        Sign of the hidden content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether the model adapts to each scene, by synthetic layers beneath it, before scoring it.

    Returns
    -------
    Model
        For `score_scene`, `infer_dataset` and `infer_scenes`.

    Raises
    ------
    InputError
        If there is none, it is damaged, or its training was killed before it was calibrated.
    UsageError
        If the model does not have the score asked for, or does not distinguish signs.
    DependencyError
        If a plugin that it was made with is not installed.
    """
    network, card, pipeline = load_model(run)
    if not card.calibration:
        msg = f"the training of {run} did not end: finish it with 'artextract train --resume'"
        raise InputError(msg)
    _check_shown(run, card, pipeline, shown, expect)
    if adapts and not pipeline.can_adapt:
        msg = (
            f"{run} compares views and cannot adapt to a painting: leave out --adapt, or choose "
            "a model that looks for hidden layers"
        )
        raise UsageError(msg)
    recorded_plugin("superpixels", card.superpixels)
    on = resolve_device(device)
    return Model(
        pipeline=pipeline,
        network=network.to(on),
        card=card,
        scorer=recorded_scorer(card),
        path=model_path(run),
        digest=file_digest(model_path(run)),
        engine=resolve_engine(engine, on).name,
        device=on,
        shown=shown,
        expect=expect,
        adapts=adapts,
    )


def _check_shown(
    run: Path, card: ModelCard, pipeline: Pipeline[Any], shown: str | None, expect: Expect
) -> None:
    """Refuse a heat map that the model cannot make."""
    if shown is not None and not pipeline.has_evidence_scores:
        msg = (
            f"{run} compares views and has no score {shown!r}: leave --scorer out, or choose "
            "--model none"
        )
        raise UsageError(msg)
    if expect == "either":
        return
    if not set(SIGNED_MAPS) <= card.calibration.keys():
        msg = f"the model {run} does not distinguish dark from light content: leave out --expect"
        raise UsageError(msg)
    if shown is not None:
        msg = f"--expect {expect} and --scorer {shown} each choose the heat map: leave one out"
        raise UsageError(msg)
