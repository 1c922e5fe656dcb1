"""Scores without learning: how far the infrared is from what shorter wavelengths predict.

No network takes part, and torch is not imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.blocks import Block, released
from artextract_cli.contract import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.evidence.maps import (
    BandResiduals,
    EvidenceMaps,
    envelope_score,
    residual_score,
    signed_envelope,
)
from artextract_cli.hidden_picture import HiddenPicture
from artextract_cli.plugin_manager import plugin_host
from artextract_cli.scene import Scene, picture_digest
from artextract_cli.scene_scores import (
    DECISION_RATE,
    SceneScores,
    check_infrared,
    judged,
    whole_score,
)
from artextract_cli.score_card import SCORES, ScoreCard, read_score_card
from artextract_cli.sight import Sight
from artextract_cli.superpixel_graph import shared_superpixels, sized

MAP_NAMES = ("heatmap", "envelope", "residual", "dark", "light", "hidden")


@dataclass(frozen=True, kw_only=True)
class ModelFree:
    """A score that nothing was learned for but the rates of clean paint."""

    card: ScoreCard
    heat_map_score: str  # of SCORES
    path: Path
    digest: str

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the method that cuts superpixels."""
        return self.card.superpixels

    def described(self) -> dict[str, Any]:
        """What scene.json says of it."""
        return {
            "model": {"path": str(self.path.resolve()), "sha256": self.digest},
            "backbone": None,
            "objective": None,
            "learns_from": None,
            "scorer": None,
            "heat_map_of": "pixels",
            "heat_map_score": self.heat_map_score,
            "engine": None,
            "device": "cpu",
        }


def open_model_free(path: Path, score: str | None = None) -> ModelFree:
    """Read a score card; the heat map is that of ``score``, "envelope" where it is None.

    Raises
    ------
    UsageError
        If there is no such score.
    InputError
        If the card is missing, damaged or of another kind.
    """
    shown = score or SCORES[0]
    if shown not in SCORES:
        msg = f"there is no score {shown!r}: choose one of {', '.join(SCORES)}"
        raise UsageError(msg)
    card = read_score_card(path)
    return ModelFree(card=card, heat_map_score=shown, path=path, digest=picture_digest(path))


def score_model_free(model: ModelFree, scene: Scene) -> SceneScores:
    """Score every pixel of a scene, and the scene as a whole.

    Raises
    ------
    InputError
        If no wavelength of the scene is known, or none is infrared.
    """
    check_infrared(scene, "score")
    card = model.card
    scene = sized(scene, card.recipe)
    plugin = plugin_host().find("superpixels", card.recipe.superpixels)
    labels, _ = shared_superpixels(scene, card.recipe, plugin)
    maps = _pixel_maps(model, scene, Sight(scene))
    raw, bands = maps.pop("raw"), maps.pop("bands")
    return SceneScores(
        labels=labels,
        band_ids=scene.band_ids,
        superpixels=plugin.origin,
        maps=maps,
        band_maps=bands,
        whole=judged(card.whole.get(model.heat_map_score), whole_score(raw, scene.mask)),
        distances=None,
        similarities=None,
        pooled=None,
        nodes=(),
        attention=None,
        masking=None,
        gradcam=None,
    )


def _pixel_maps(model: ModelFree, scene: Scene, sight: Sight) -> dict[str, FloatArray]:
    """`MAP_NAMES`, "raw": the uncalibrated score (H, W), and "bands": residuals (H, W, B)."""
    evidence = EvidenceMaps(sight, only_residuals=True)
    residuals, hidden = BandResiduals(sight), HiddenPicture(scene, sight)
    made = {name: scene.empty() for name in (*MAP_NAMES, "raw")}
    made["bands"] = scene.empty(len(scene.band_ids))

    def fill(block: Block) -> None:
        maps = evidence(block)
        raw = {"envelope": envelope_score(maps), "residual": residual_score(maps)}
        calibrated = {name: model.card.calibration[name](score) for name, score in raw.items()}
        heatmap, is_dark = calibrated[model.heat_map_score], signed_envelope(maps) < 0
        found = {
            **calibrated,
            "heatmap": heatmap,
            "dark": np.where(is_dark, calibrated["envelope"], 0),
            "light": np.where(is_dark, 0, calibrated["envelope"]),
            "hidden": hidden(block) * faded(heatmap),
            "raw": raw[model.heat_map_score],
            "bands": residuals(block),
        }
        for name, values in found.items():
            made[name][block.place] = values
            released(made[name])

    for _ in sight.blocks.each(fill):
        pass
    return made


def faded(level: FloatArray) -> FloatArray:
    """How much of the hidden picture is shown (H, W), 0..1, at calibrated scores ``level`` (H, W).

    Half where 5 % of clean paint scores as high: there is no probability without learning.
    """
    rate = np.power(10.0, -np.clip(level, 0, 30))
    return np.asarray(1 / (1 + rate / DECISION_RATE), np.float32)
