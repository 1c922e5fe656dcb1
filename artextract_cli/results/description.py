"""The description of a scored scene, ``scene.json``."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import artextract_cli
from artextract_cli._typing import FloatArray
from artextract_cli.results.regions import STRONG_LEVEL, shares_by_sign
from artextract_cli.results.scene_scores import SceneScorer, SceneScores, layer_map
from artextract_cli.results.verdict import verdict_of
from artextract_cli.scenes.embedded.captures import CAPTURE, captures
from artextract_cli.scenes.embedded.codings import coding_of_band, coding_of_photograph
from artextract_cli.scenes.history import ProcessingStep, dataset_root, scene_history
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.checksums import file_digest


def describe(
    files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer, heatmap: FloatArray
) -> dict[str, Any]:
    """Describe the results of a scene; ``heatmap`` (H, W) is NaN outside the painting."""
    inside = np.count_nonzero(np.isfinite(heatmap))
    strong_share = np.count_nonzero(heatmap >= STRONG_LEVEL) / inside
    return {
        "scene": scene.name,
        **origins(files, model),
        "shape": list(scene.shape),
        # Labels are 0..N-1, none of them empty.
        "n_superpixels": int(scores.labels.max()) + 1,
        "superpixels": dict(scores.superpixels),
        "euclidean_distance": _optional(scores.distances),
        "cosine_similarity": _optional(scores.similarities),
        "image_level": None if scores.whole is None else dataclasses.asdict(scores.whole),
        "verdict": verdict_of(
            None if scores.whole is None else scores.whole.something_is_there, strong_share
        ),
        "share_above_1_percent_false_alarms": strong_share,
        "signs": shares_by_sign(scores, scene, heatmap),
        "scales": list(scores.scales),
        "adaptation": None if scores.adaptation is None else dict(scores.adaptation),
        "registration": scores.registration.described(),
        # The blue of the heat map ends at 1.3, which 5 % of clean paint exceed. Comparisons with
        # NaN are false, so that only the painting is counted.
        "share_blue": np.count_nonzero(heatmap <= -np.log10(0.05)) / inside,
        "history": [*past(files), dataclasses.asdict(_inference(files, scene, scores, model))],
        "masking_effect": None if scores.masking is None else dataclasses.asdict(scores.masking),
        # Results without marks, or without metadata of the capture, have no such keys: they are the
        # same bytes as before there were any.
        **({} if scores.marks is None else {"marks": dict(scores.marks)}),
        **({CAPTURE: captured} if (captured := captures(files)) else {}),
        **_described_layers(files, scores),
    }


def layer_sources(files: SceneFiles) -> dict[str, dict[str, Any]]:
    """Kind and files of each further layer of a scene, by name."""
    return {
        layer.name: {
            "kind": layer.kind,
            **_source(layer.path),
            "mask": None if layer.mask is None else _source(layer.mask),
        }
        for layer in files.layers
    }


def _described_layers(files: SceneFiles, scores: SceneScores) -> dict[str, Any]:
    """The layers of a scene and how their maps are read; nothing without layers."""
    described: dict[str, Any] = {
        name: {**source, **_described_evidence(scores, name)}
        for name, source in layer_sources(files).items()
    }
    return {"layers": described} if described else {}


def _described_evidence(scores: SceneScores, name: str) -> dict[str, Any]:
    """How the map of a layer is read, and how much of the painting is unlikely to be clean."""
    if name not in scores.layers:
        return {"evidence": None}
    evidence, residuals = scores.layers[name], scores.maps[layer_map(name)]
    inside = int(np.count_nonzero(np.isfinite(residuals)))
    strong = np.count_nonzero(evidence.levels(residuals) >= STRONG_LEVEL)
    return {"evidence": {**dataclasses.asdict(evidence), "strong_share": strong / max(inside, 1)}}


def past(files: SceneFiles) -> list[dict[str, Any]]:
    """The steps that led to the files of a scene, as its description records them."""
    return [dataclasses.asdict(step) for step in scene_history(files)]


def _inference(
    files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer
) -> ProcessingStep:
    described = model.described()
    kept = ("heat_map_score", "expect", "engine", "device")
    workspace = scene.workspace
    return ProcessingStep(
        name="infer",
        source=str((dataset_root(files) or files.rgb).resolve()),
        parameters={
            "model": str(model.path),
            "model_sha256": model.digest,
            **{name: described.get(name) for name in kept},
            "scales": list(scores.scales),
            "block_side_px": None if workspace is None else workspace.block_side,
        },
        figures={"superpixels": int(scores.labels.max()) + 1},
    )


def origins(files: SceneFiles, model: SceneScorer) -> dict[str, Any]:
    """The sources and the model of a result, as its description records them."""
    return {
        "split": files.split,
        "photograph": _source(files.rgb) | {"coding": coding_of_photograph(files)},
        "bands": [
            {"id": band, **_source(path), "coding": coding_of_band(files, band)}
            for band, path in zip(files.band_ids, files.bands, strict=True)
        ],
        "object_mask": None if files.mask is None else _source(files.mask),
        "wavelengths_nm": files.wavelengths,
        "pixels_per_mm": files.pixels_per_mm,
        **model.described(),
        "artextract": artextract_cli.__version__,
    }


def _optional(numbers: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if numbers is None else dict(numbers)


def _source(path: Path) -> dict[str, str]:
    return {"path": str(path.resolve()), "sha256": file_digest(path)}
