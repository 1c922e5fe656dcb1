"""Writing the results of a scene."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import artextract_cli
from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.blocks import Block, released
from artextract_cli.imaging.heatmap import overlay
from artextract_cli.imaging.resize import Enlarged
from artextract_cli.io.tiff_maps import Read, write_map
from artextract_cli.plugin.host import plugin_host
from artextract_cli.results.reader import FORMAT, FORMAT_VERSION, open_scene
from artextract_cli.results.regions import (
    REGION_COLUMNS,
    STRONG_LEVEL,
    shares_by_sign,
    signs_at,
    strong_regions,
    superpixel_side,
)
from artextract_cli.results.results_plan import check_not_foreign
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.results.summary import csv_text
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.atomic import TEMPORARY, linked, replaced_folder
from artextract_cli.utils.checksums import UNSEALED, file_digest, sealed
from artextract_cli.utils.events import warn


def write_scene(
    results: Path, files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer
) -> dict[str, Any]:
    """Write the folder of one scene, whole or not at all, and return its description.

    What others have put into the folder stays in it.
    """
    target = results / scene.name
    with replaced_folder(target) as folder:
        description = _write_all(folder, files, scene, scores, model)
        _keep_foreign(target, folder)
    return description


def _keep_foreign(former: Path, folder: Path) -> None:
    """Give what is no result of ours in the ``former`` folder of a scene a place in the new one."""
    kept = []
    try:
        ours = {"scene.json", *open_scene(former).description["files"]}
    except InputError:  # what it wrote is not known: what is written now is taken for it
        ours = {path.name for path in folder.iterdir()}
    for path in sorted(former.iterdir()) if former.exists() else ():
        if path.name.startswith(TEMPORARY) or (path.name in ours and not path.is_dir()):
            continue
        check_not_foreign(path, folder / path.name)
        linked(path, folder / path.name)
        kept.append(path.name)
    if kept:
        warn(
            f"{former} is new but for {', '.join(kept)}: what was not written by 'artextract "
            "infer' stays, and figures among it show the former results"
        )


def up_to_date(results: Path, files: SceneFiles, model: SceneScorer) -> bool:
    """Whether the results of a scene are there: by this model, of these pictures, undamaged."""
    try:
        result = open_scene(results / files.name)
        for name in result.description["files"]:
            result.checked(name)
    except InputError:
        return False
    method = plugin_host().find("superpixels", model.superpixels["name"])
    wanted = {"superpixels": method.origin, **_made_from(files, model)}
    return bool(json.loads(json.dumps(wanted)).items() <= result.description.items())


def _write_all(
    folder: Path, files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer
) -> dict[str, Any]:
    _write_maps(folder, scene, scores, files.pixels_per_mm)
    if scores.pooled is not None:
        views = {f"nodes_{view}": z for view, z in enumerate(scores.nodes)}
        np.savez(folder / "embeddings.npz", allow_pickle=False, pooled=scores.pooled, **views)
    read = _reader(scores.maps["heatmap"][..., None], scene, scene.mask)
    heatmap = scene.filled(lambda block: read(0, block))
    Image.fromarray(_overlaid(scene, heatmap)).save(folder / "overlay.png")
    reach = superpixel_side(scene.shape, int(scores.labels.max()) + 1) // 2
    of_bands, signs = Enlarged(scores.band_maps, scene.shape), signs_at(scores, scene)
    regions = strong_regions(heatmap, of_bands.at, scores.band_ids, reach, signs)
    (folder / "regions.csv").write_text(csv_text(REGION_COLUMNS, regions), encoding="utf-8")
    description = _description(files, scene, scores, model, heatmap)
    return write_description(folder, description)


def write_description(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is ``told`` of a scene, and the digests of its files; return all of it.

    ``scene.json`` is written last: it seals the other files of ``folder``, and itself.
    """
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": UNSEALED}
    files = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    files.pop("scene.json", None)
    content = sealed(json.dumps(about | dict(told) | {"files": files}, indent=2).encode())
    (folder / "scene.json").write_bytes(content)
    return dict(json.loads(content))


def _write_maps(
    folder: Path, scene: Scene, scores: SceneScores, pixels_per_mm: float | None
) -> None:
    """Write every map as a TIFF of the photograph's size, NaN where nothing is painted."""
    importance = {"gradcam": scores.gradcam, "attention": scores.attention}
    for name, values in {**scores.maps, "bands": scores.band_maps, **importance}.items():
        if values is None:
            continue
        pages = values[..., None] if values.ndim == 2 else values
        read = _reader(pages, scene, scene.mask)
        path, n_pages = folder / f"{name}.tif", pages.shape[-1]
        write_map(path, read, n_pages, scene.shape, np.float32, pixels_per_mm)
    read = _reader(scores.labels[..., None], scene, None)
    write_map(folder / "labels.tif", read, 1, scene.shape, np.int32, pixels_per_mm)


def _reader(pages: NDArray[Any], scene: Scene, mask: NDArray[np.bool_] | None) -> Read:
    """Blocks of ``pages`` (h, w, P) at the scene's size, NaN off the ``mask``."""
    enlarged = [Enlarged(pages[..., page], scene.shape) for page in range(pages.shape[-1])]

    def read(page: int, block: Block) -> NDArray[Any]:
        values = enlarged[page].block(block)
        released(pages)
        return values if mask is None else np.where(mask[block.place], values, np.nan)

    return read


def _overlaid(scene: Scene, heatmap: FloatArray) -> NDArray[np.uint8]:
    made = np.empty((*scene.shape, 3), np.uint8)
    for block in scene.blocks(0):
        part = scene.part(block)
        made[block.place] = overlay(part.rgb, np.nan_to_num(heatmap[block.place]), mask=part.mask)
    return made


def _description(
    files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer, heatmap: FloatArray
) -> dict[str, Any]:
    inside = np.count_nonzero(np.isfinite(heatmap))
    return {
        "scene": scene.name,
        **_made_from(files, model),
        "shape": list(scene.shape),
        "n_superpixels": int(scores.labels.max()) + 1,
        "superpixels": dict(scores.superpixels),
        "euclidean_distance": _known(scores.distances),
        "cosine_similarity": _known(scores.similarities),
        "image_level": None if scores.whole is None else dataclasses.asdict(scores.whole),
        "share_above_1_percent_false_alarms": np.count_nonzero(heatmap >= STRONG_LEVEL) / inside,
        "signs": shares_by_sign(scores, scene, heatmap),
        "scales": list(scores.scales),
        "adaptation": None if scores.adaptation is None else dict(scores.adaptation),
        "share_blue": np.count_nonzero(heatmap <= -np.log10(0.05)) / inside,
        "masking_effect": None if scores.masking is None else dataclasses.asdict(scores.masking),
    }


def _made_from(files: SceneFiles, model: SceneScorer) -> dict[str, Any]:
    """What a result follows from, as its description says it."""
    return {
        "split": files.split,
        "photograph": _source(files.rgb) | {"coding": files.coding.of_photograph},
        "bands": [
            {"id": band, **_source(path), "coding": files.coding.of_band(band)}
            for band, path in zip(files.band_ids, files.bands, strict=True)
        ],
        "object_mask": None if files.mask is None else _source(files.mask),
        "wavelengths_nm": files.wavelengths,
        "pixels_per_mm": files.pixels_per_mm,
        **model.described(),
        "artextract": artextract_cli.__version__,
    }


def _known(numbers: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if numbers is None else dict(numbers)


def _source(path: Path) -> dict[str, str]:
    return {"path": str(path.resolve()), "sha256": file_digest(path)}
