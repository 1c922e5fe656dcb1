"""Scores without learning: the deviation of the infrared from its prediction by shorter bands.

No network is used, and torch is not imported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.evidence.band_residuals import BandResiduals
from artextract_cli.evidence.hidden_image import HiddenLayerImage
from artextract_cli.evidence.maps import (
    EvidenceMaps,
    envelope_score,
    residual_score,
    signed_envelope,
)
from artextract_cli.evidence.scales import Coarse, coarse_maps, mean_of_scales
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.evidence.signs import Expect
from artextract_cli.graphs.recipe import resized
from artextract_cli.graphs.segmentation import shared_superpixels
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.resize import fill_maps
from artextract_cli.models.score_card import SCORES, ScoreCard, read_score_card
from artextract_cli.plugin.host import plugin_host
from artextract_cli.results.scene_scores import SceneScores, check_infrared, image_score, judged
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.checksums import file_digest

MAP_NAMES = ("heatmap", "envelope", "residual", "dark", "light", "hidden")


@dataclass(frozen=True, kw_only=True)
class ModelFree:
    """A score without learning; only its false-alarm rates were calibrated, on clean paint.

    Attributes
    ----------
    card
        Recipe of the superpixels, and calibration.
    heat_map_score
        Score of the heat map: "envelope", "residual", "dark" or "light".
    expect
        Sign of the content that the heat map shows: "either", "dark" or "light".
    path
        File of the card.
    digest
        SHA-256 of that file.
    """

    card: ScoreCard
    heat_map_score: str
    expect: Expect = "either"
    path: Path
    digest: str

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the superpixel method."""
        return self.card.superpixels

    @property
    def needs_infrared(self) -> bool:
        """Whether it scores only scenes with an infrared band, which it does."""
        return True

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of `open_scorer` by which another process opens the same score."""
        score = self.heat_map_score if self.expect == "either" else None
        return {"score": score, "expect": self.expect}

    def score(self, scene: Scene) -> SceneScores:
        """Score every pixel of a scene in memory.

        Parameters
        ----------
        scene
            A scene of `read_scene`.
        """
        return score_model_free(self, scene)

    def described(self) -> dict[str, Any]:
        """The entries of scene.json about the model."""
        return {
            "model": {"path": str(self.path.resolve()), "sha256": self.digest},
            "backbone": None,
            "objective": None,
            "learns_from": None,
            "scorer": None,
            "heat_map_of": "pixels",
            "heat_map_score": self.heat_map_score,
            "expect": self.expect,
            "adapts": False,
            "engine": None,
            "device": "cpu",
        }


def open_model_free(path: Path, score: str | None = None, expect: Expect = "either") -> ModelFree:
    """Read a score card; the heat map shows ``score``, or "envelope" if it is None.

    If one sign is to ``expect``, it shows that part of the envelope score.

    Raises
    ------
    UsageError
        If the score does not exist.
    InputError
        If the card is missing, damaged or of another format.
    """
    shown = score or SCORES[0]
    if shown not in SCORES:
        msg = f"there is no score {shown!r}: choose one of {', '.join(SCORES)}"
        raise UsageError(msg)
    if expect != "either" and score is not None:
        msg = f"--expect {expect} and --scorer {score} each choose the heat map: omit one of them"
        raise UsageError(msg)
    shown = shown if expect == "either" else expect
    card = read_score_card(path)
    return ModelFree(
        card=card, heat_map_score=shown, expect=expect, path=path, digest=file_digest(path)
    )


def score_model_free(model: ModelFree, scene: Scene) -> SceneScores:
    """Score every pixel of a scene, and the scene as a whole.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    check_infrared(scene, "score")
    card = model.card
    scene = resized(scene, card.recipe)
    plugin = plugin_host().find("superpixels", card.recipe.superpixels)
    labels, _ = shared_superpixels(scene, card.recipe, plugin)
    # Before the evidence of the full size, so that both are never in memory together.
    coarse = coarse_maps(scene, _raw_maps)
    maps = _pixel_maps(model, scene, SceneView(scene), coarse)
    raw, bands = maps.pop("raw"), maps.pop("bands")
    return SceneScores(
        labels=labels,
        band_ids=scene.band_ids,
        superpixels=plugin.origin,
        maps=maps,
        band_maps=bands,
        whole=judged(card.whole.get(_verdict_score(model)), image_score(raw, scene.mask)),
        distances=None,
        similarities=None,
        pooled=None,
        nodes=(),
        attention=None,
        masking=None,
        gradcam=None,
        scales=(1, *(maps.factor for maps in coarse)),
    )


def _raw(evidence: EvidenceMaps, block: Block) -> dict[str, FloatArray]:
    """Uncalibrated scores (h, w) of a block, and "signed", which is negative where it is darker."""
    maps = evidence(block)
    return {
        "envelope": envelope_score(maps),
        "residual": residual_score(maps),
        "signed": signed_envelope(maps),
    }


def _raw_maps(scene: Scene) -> dict[str, FloatArray]:
    """`_raw` of a whole scene, (H, W) each."""
    view = SceneView(scene)
    maps = {name: scene.empty() for name in (*SCORES, "signed")}
    fill_maps(view.blocks, maps, partial(_raw, EvidenceMaps(view, only_residuals=True)))
    return maps


def _pixel_maps(
    model: ModelFree, scene: Scene, view: SceneView, coarse: Sequence[Coarse]
) -> dict[str, FloatArray]:
    """`MAP_NAMES`, "raw": the uncalibrated score (H, W), and "bands": residuals (H, W, B)."""
    evidence = EvidenceMaps(view, only_residuals=True)
    residuals, hidden = BandResiduals(view), HiddenLayerImage(scene, view)
    maps = {name: scene.empty() for name in (*MAP_NAMES, "raw")}
    maps["bands"] = scene.empty(len(scene.band_ids))

    def of_block(block: Block) -> dict[str, FloatArray]:
        # Scales are averaged before calibration, since the calibration is that of raw scores.
        raw = mean_of_scales(_raw(evidence, block), coarse, block)
        calibrated = {name: model.card.calibration[name](raw[name]) for name in SCORES}
        # Zero is a false-alarm rate of 1: paint of the other sign.
        is_dark = raw["signed"] < 0
        calibrated["dark"] = np.where(is_dark, calibrated["envelope"], 0)
        calibrated["light"] = np.where(is_dark, 0, calibrated["envelope"])
        return {
            **calibrated,
            "heatmap": calibrated[model.heat_map_score],
            "hidden": hidden(block),
            "raw": raw[_verdict_score(model)],
            "bands": residuals(block),
        }

    fill_maps(view.blocks, maps, of_block)
    return maps


def _verdict_score(model: ModelFree) -> str:
    """Name of the score for the verdict on the whole painting."""
    return model.heat_map_score if model.expect == "either" else SCORES[0]
