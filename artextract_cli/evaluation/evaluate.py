"""Evaluation of result maps and of the classical baselines against ground truth.

Several results folders of one dataset, such as seeds or backbones, are evaluated on the scenes that
they have in common; each scene is read once.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError, UsageError
from artextract_cli.evaluation.baselines.painted_pixels import longest_band
from artextract_cli.evaluation.baselines.pixels import BASELINES, plain_residual
from artextract_cli.evaluation.layers import layer_maps
from artextract_cli.evaluation.metrics import (
    binary_scores,
    correlation,
    false_alarm_share,
)
from artextract_cli.evaluation.scores import (
    HIDDEN_LAYER_IMAGE,
    OURS,
    OWN_METHODS,
    PROMISED,
    Evaluation,
    MapScores,
    SceneEvaluation,
    Truth,
    method_label,
)
from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.results.commands import infer_dataset_again
from artextract_cli.results.reader import open_scene, scene_folders
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.embedded.codings import codings
from artextract_cli.scenes.reading import read_picture, read_scene, read_truth
from artextract_cli.scenes.scene import CLEAN, HIDDEN, Scene, SceneFiles
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.events import progress, warn
from artextract_cli.utils.parallel.cluster import Cluster, chosen_pool
from artextract_cli.utils.parallel.work import results_of

# Percentile of a map that scores a scene without an answer of its own: high enough for content that
# covers half a percent, not decided by a single pixel.
IMAGE_PERCENTILE = 99.5
# Evenly spread clean pixels kept per scene to check a calibration: bounds the memory of a large
# scene, and the rarest promised rate, 0.5 %, still has 1300 of them.
MOST_CLEAN_PIXELS = 1 << 18


def evaluate(
    results: Sequence[Path], dataset: Path, *, jobs: int = 1, cluster: Cluster | None = None
) -> Evaluation:
    """Compare every calibrated map of the results, and the classical baselines, with the truth.

    Parameters
    ----------
    results
        Results directories of one dataset, such as seeds or backbones; they are compared on the
        scenes they have in common.
    dataset
        Dataset with ``truth/`` folders.
    jobs
        Number of scenes evaluated at a time, in processes of their own; see `build_dataset`.
    cluster
        Workers of Dask that take the place of ``jobs``.

    Returns
    -------
    Evaluation
        The scores of every scene and method.

    Raises
    ------
    UsageError
        If two results folders have the same name.
    InputError
        If there are no results, they have no scene with a truth image in common, or they belong to
        images other than the dataset's.
    """
    pool = chosen_pool(jobs, cluster)
    files = {scene.name: scene for scene in open_dataset(dataset).scenes if scene.truth}
    folders = {
        name: _known_scenes(path, files, dataset) for name, path in name_results(results).items()
    }
    names = _common_scenes(folders)
    evaluate_scene = partial(_evaluate_scene, folders, dataset)
    with progress("evaluating", len(names)) as advance:
        scenes = results_of(evaluate_scene, [files[name] for name in names], pool, advance)
    return Evaluation(results=tuple(folders), scenes=dict(zip(names, scenes, strict=True)))


def name_results(results: Sequence[Path]) -> dict[str, Path]:
    """Map the name of every results folder to its path.

    Raises
    ------
    UsageError
        If there is no folder, or two have the same name.
    """
    named: dict[str, Path] = {}
    if not results:
        msg = "no results are given: name one results folder or more"
        raise UsageError(msg)
    for path in results:
        first = named.setdefault(path.resolve().name, path)
        if first is not path:
            msg = f"{first} and {path} have the same name, which identifies results: rename one"
            raise UsageError(msg)
    return named


def _known_scenes(
    results: Path, files: Mapping[str, SceneFiles], dataset: Path
) -> dict[str, SceneResult]:
    """The scenes of one results folder that have a truth image, by name."""
    known = {
        folder.name: open_scene(folder) for folder in scene_folders(results) if folder.name in files
    }
    if not known:
        msg = f"no scene of {results} has a truth image in {dataset}: nothing to evaluate"
        raise InputError(msg)
    return known


def _common_scenes(folders: Mapping[str, Mapping[str, SceneResult]]) -> list[str]:
    """The scenes that every folder has, in the order of the first."""
    first = next(iter(folders.values()))
    common = [name for name in first if all(name in known for known in folders.values())]
    if not common:
        msg = f"the results {', '.join(folders)} have no scene with truth in common"
        raise InputError(msg)
    left_out = len({name for known in folders.values() for name in known}) - len(common)
    if left_out:
        warn(f"{left_out} scenes are left out: not all of {', '.join(folders)} contain them")
    return common


def _evaluate_scene(
    folders: Mapping[str, Mapping[str, SceneResult]], dataset: Path, files: SceneFiles
) -> SceneEvaluation:
    """Evaluate one scene of all ``folders``, whose results must be of the same images."""
    results = {folder: known[files.name] for folder, known in folders.items()}
    for result in results.values():
        _check_source(result, files, dataset)
    if files.truth is None:
        raise ValueError(files.name)
    scene = read_scene(files)
    truth = read_truth(files.truth, scene.rgb.shape[:2])
    hidden = bool((truth == HIDDEN).any())
    methods = {
        method_label(method, folder, len(results)): _own_scores(result, method, scene, truth)
        for method, name in OWN_METHODS.items()
        for folder, result in results.items()
        if method == OURS or result.has_map(name)
    }
    baselines = {name: _map_scores(find(scene), scene, truth) for name, find in BASELINES.items()}
    layer = files.truth.with_name(f"{files.name}_layer.tif")
    return SceneEvaluation(
        hidden=hidden,
        methods=methods | baselines,
        correlations=_correlations(results, scene, layer) if hidden and layer.exists() else {},
        layers={
            found.label: _map_scores(found.score, scene, truth, calibrated=found.is_calibrated)
            for found in layer_maps(results, files, scene)
        },
    )


def _check_source(result: SceneResult, files: SceneFiles, dataset: Path) -> None:
    """Refuse results of other images: equal names do not make them the same."""
    again = infer_dataset_again(dataset, result.path, result.description)
    # Compared by content: a name says little about pixels.
    photograph = result.description["photograph"]["sha256"]
    if photograph != file_digest(files.rgb):
        msg = (
            f"the results of {result.name} in {result.path} belong to another photograph: run "
            f"`{again}`"
        )
        raise InputError(msg)
    bands = {band["id"]: band["sha256"] for band in result.description.get("bands", ())}
    if bands and bands != dict(zip(files.band_ids, map(file_digest, files.bands), strict=True)):
        msg = (
            f"the results of {result.name} in {result.path} belong to bands other than the "
            f"dataset's: run `{again}`"
        )
        raise InputError(msg)
    # The same files decoded differently are other images.
    if bands and _codings(result) != codings(files):
        msg = (
            f"the results of {result.name} in {result.path} were computed with a coding other than "
            f"the dataset's: set it in dataset.yaml, or run `{again}`"
        )
        raise InputError(msg)


def _codings(result: SceneResult) -> tuple[str, ...]:
    """Coding of the photograph and of every band with which they were scored."""
    description = result.description
    bands = (band.get("coding", LINEAR) for band in description["bands"])
    return description["photograph"].get("coding", SRGB), *bands


def _own_scores(result: SceneResult, method: str, scene: Scene, truth: Truth) -> MapScores:
    """Scores of a calibrated map of ours; the fused one may come with a verdict on the scene."""
    score = _own_map(result, OWN_METHODS[method], scene)
    verdict: Mapping[str, Any] = result.description.get("image_level") or {}
    scores = _map_scores(score, scene, truth, calibrated=True)
    if method != OURS or not verdict:
        return scores
    return dataclasses.replace(
        scores,
        image_score=float(verdict["score"]),
        called_hidden=bool(verdict["something_is_there"]),
    )


def _map_scores(
    score: FloatArray, scene: Scene, truth: Truth, *, calibrated: bool = False
) -> MapScores:
    detection = binary_scores(score, truth, scene.mask)
    image_score = float(np.percentile(score[scene.painted], IMAGE_PERCENTILE))
    if not calibrated or (truth == HIDDEN).any():
        return MapScores(detection=detection, image_score=image_score)
    clean = score[scene.painted & (truth == CLEAN)]
    return MapScores(
        detection=detection,
        image_score=image_score,
        false_alarms={
            name: false_alarm_share(score, truth, scene.mask, -np.log10(rate))
            for name, rate in PROMISED.items()
        },
        # Every n-th pixel rather than a random choice: evaluations need no seed. At least every
        # one.
        clean_scores=clean[:: -(-len(clean) // MOST_CLEAN_PIXELS) or 1],
    )


def _own_map(result: SceneResult, name: str, scene: Scene) -> FloatArray:
    score = result.map(name)
    _check_shape(result.path / f"{name}.tif", score, scene)
    # Maps contain NaN outside the painting, where nothing is counted.
    return np.nan_to_num(score)


def _check_shape(path: Path, image: FloatArray, scene: Scene) -> None:
    if image.shape != scene.rgb.shape[:2]:
        msg = (
            f"{path} has shape {image.shape}, but the photograph of {scene.name} has "
            f"{scene.rgb.shape[:2]}: they belong to different datasets"
        )
        raise InputError(msg)


def _correlations(
    results: Mapping[str, SceneResult], scene: Scene, path: Path
) -> dict[str, float | None]:
    """Correlation of the signed images of a scene with its simulated layer at ``path``."""
    layer = read_picture(path, pages=True)[..., 0]
    _check_shape(path, layer, scene)
    images = _signed_images(results, scene)
    return {name: correlation(image, layer, scene.painted) for name, image in images}


def _signed_images(
    results: Mapping[str, SceneResult], scene: Scene
) -> Iterator[tuple[str, FloatArray]]:
    """Images of the hidden layer, low where it is dark, like the simulated layer."""
    for folder, result in results.items():
        if result.has_map(HIDDEN_LAYER_IMAGE):
            image = _own_map(result, HIDDEN_LAYER_IMAGE, scene)
            yield method_label(HIDDEN_LAYER_IMAGE, folder, len(results)), image
    yield "longest_band", scene.bands[..., longest_band(scene)]
    yield "plain_residual", -plain_residual(scene)
