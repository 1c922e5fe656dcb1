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
        Run directory or model file, or ``Path("gat")`` or ``Path("gcn")``, the bundled models.
    device
        "auto", "cpu", "cuda", or one of several GPUs, such as "cuda:1".
    engine
        Engine of message passing: "auto", "numba", "dgl" or "torch".
    shown
        Score of the heat map: "envelope" or "residual"; the model's own if None.
    expect
        Sign of the hidden content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether the model adapts to each scene before scoring it, by inserting synthetic layers.

    Returns
    -------
    Model
        For `score_scene`, `infer_dataset` and `infer_scenes`.

    Raises
    ------
    InputError
        If the model is missing or damaged, or its training stopped before calibration.
    UsageError
        If the model does not have the requested score, or does not distinguish signs.
    DependencyError
        If a plugin of the model is not installed.
    """
    network, card, pipeline = load_model(run)
    if not card.calibration:
        msg = (
            f"the training of {run} is not finished: repeat the command that began it, with "
            "--resume"
        )
        raise InputError(msg)
    _check_shown(run, card, pipeline, shown, expect)
    if adapts and not pipeline.can_adapt:
        msg = (
            f"{run} compares views and cannot adapt to a painting: omit --adapt, or choose a "
            "model that detects hidden layers"
        )
        raise UsageError(msg)
    # Here already, so that a missing plugin is reported before any scene is read.
    recorded_plugin("superpixels", card.superpixels)
    resolved = resolve_device(device)
    return Model(
        pipeline=pipeline,
        network=network.to(resolved),
        card=card,
        scorer=recorded_scorer(card),
        path=model_path(run),
        digest=file_digest(model_path(run)),
        engine=resolve_engine(engine, resolved).name,
        device=resolved,
        shown=shown,
        expect=expect,
        adapts=adapts,
    )


def _check_shown(
    run: Path, card: ModelCard, pipeline: Pipeline[Any], shown: str | None, expect: Expect
) -> None:
    """Raise `UsageError` for a heat map that the model cannot provide."""
    if shown is not None and not pipeline.has_evidence_scores:
        msg = (
            f"{run} compares views and has no score {shown!r}: omit --scorer, or choose "
            "--model none"
        )
        raise UsageError(msg)
    if expect == "either":
        return
    if not set(SIGNED_MAPS) <= card.calibration.keys():
        msg = f"the model {run} does not distinguish dark from light content: omit --expect"
        raise UsageError(msg)
    if shown is not None:
        msg = f"--expect {expect} and --scorer {shown} each choose the heat map: omit one of them"
        raise UsageError(msg)
