"""From graphs of clean scenes to a score card."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.maps import EvidenceMaps, envelope_score, residual_score
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import full_block
from artextract_cli.models.calibration import Calibration, fit_calibration
from artextract_cli.models.score_card import SCORES, ScoreCard, write_card
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.hidden_layers.clean_captures import (
    CALIBRATION_PIXELS,
    N_AUGMENTED_COPIES,
    augmented_copies,
    whole_calibration,
)
from artextract_cli.results.scene_scores import check_infrared, image_score
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.events import progress
from artextract_cli.utils.threads import single_threaded_blas

RAW_SCORES: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "envelope": envelope_score,
    "residual": residual_score,
}
"""From evidence maps (..., M) to an uncalibrated score (...,)."""


@single_threaded_blas()
def calibrate_scores(graphs: Path, out: Path, *, seed: int = 0) -> ScoreCard:
    """Calibrate scores on the clean scenes of a graphs folder, and write the score card.

    The scenes of the val split are used if there are any, each once unchanged and twice with other
    pigments and corruptions.

    Raises
    ------
    InputError
        If there are no graphs, none is known to be clean, or they have no infrared band.
    """
    clean = [scene for scene in load_alike(graphs) if scene.clean]
    # Preferred, since a model trained on this folder is calibrated on its validation scenes too.
    scenes = [scene for scene in clean if scene.split == "val"] or clean
    if not scenes:
        msg = f"no scene of {graphs} is known to be clean: name clean scenes in dataset.yaml"
        raise InputError(msg)
    rng = np.random.default_rng(seed)
    samples: dict[str, list[FloatArray]] = {name: [] for name in SCORES}
    wholes: dict[str, list[float]] = {name: [] for name in SCORES}
    n_captures = len(scenes) * (1 + N_AUGMENTED_COPIES)
    with progress("calibrating", n_captures) as advance:
        for about, scene in augmented_copies(graphs, scenes, rng):
            chosen = rng.permutation(np.flatnonzero(scene.painted))[:CALIBRATION_PIXELS]
            for name, raw in _scores(scene).items():
                samples[name].append(raw.ravel()[chosen])
                wholes[name].append(image_score(raw, scene.mask))
            advance(about.name)
    of_whole = {name: whole_calibration(scores, len(scenes)) for name, scores in wholes.items()}
    card = ScoreCard(
        calibration={name: _fit(scores) for name, scores in samples.items()},
        whole={name: fitted for name, fitted in of_whole.items() if fitted is not None},
        recipe=scenes[0].recipe,
        superpixels=scenes[0].superpixels_origin,
        n_scenes=len(scenes),
        n_captures=n_captures,
    )
    write_card(out, card)
    return card


def _scores(scene: Scene) -> dict[str, FloatArray]:
    """Uncalibrated scores (H, W) of a scene in memory."""
    check_infrared(scene, "score")
    # Lines and details are not part of these scores.
    maps = EvidenceMaps(SceneView(scene), only_residuals=True)(full_block(scene.shape))
    return {name: score(maps) for name, score in RAW_SCORES.items()}


def _fit(samples: list[FloatArray]) -> Calibration:
    return fit_calibration(np.concatenate(samples), trimmed=False)
