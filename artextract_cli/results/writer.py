"""Writing of the results of a scene."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.heatmap import overlay
from artextract_cli.imaging.resize import Enlarged
from artextract_cli.io.image_writer import write_picture
from artextract_cli.io.tiff_maps import Read, write_map
from artextract_cli.results.description import describe
from artextract_cli.results.pictures import PNG_LEVEL, write_heatmap, write_hidden
from artextract_cli.results.reader import FORMAT, FORMAT_VERSION
from artextract_cli.results.regions import (
    REGION_COLUMNS,
    signs_at,
    strong_regions,
    superpixel_side,
)
from artextract_cli.results.results_plan import check_not_foreign
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.results.summary import csv_text
from artextract_cli.scenes.scene import Scene, SceneFiles
from artextract_cli.utils.atomic import TEMPORARY, link_or_copy, replace_folder
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, file_digest
from artextract_cli.utils.events import warn
from artextract_cli.utils.parallel.shared_arrays import release_pages


def write_scene(
    results: Path,
    files: SceneFiles,
    scene: Scene,
    scores: SceneScores,
    model: SceneScorer,
    former: Collection[str] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Write the folder of one scene atomically, and return its description.

    ``former`` are the names of files that an earlier run wrote into it, None if unknown: they are
    replaced, and other files in the folder are preserved. ``warnings`` of the images are recorded.
    """
    target = results / scene.name
    with replace_folder(target) as folder:
        description = _write_all(folder, files, scene, scores, model, warnings)
        _preserve_user_files(target, folder, former)
    return description


def _preserve_user_files(target: Path, folder: Path, former: Collection[str] | None) -> None:
    """Link files in the folder ``target`` of a scene that are not results into its new folder.

    If ``former`` is None, every file with the name of a new file is taken for a former result.
    """
    kept = []
    names = (path.name for path in folder.iterdir()) if former is None else former
    own = {"scene.json", *names}
    for path in sorted(target.iterdir()) if target.exists() else ():
        if path.name.startswith(TEMPORARY) or (path.name in own and not path.is_dir()):
            continue
        check_not_foreign(path, folder / path.name)
        link_or_copy(path, folder / path.name)
        kept.append(path.name)
    if kept:
        warn(
            f"{target} was replaced except for {', '.join(kept)}: files that `infer` did "
            "not write are kept, and figures among them show the former results"
        )


def _write_all(
    folder: Path,
    files: SceneFiles,
    scene: Scene,
    scores: SceneScores,
    model: SceneScorer,
    warnings: Sequence[str],
) -> dict[str, Any]:
    _write_maps(folder, scene, scores, files.pixels_per_mm)
    if scores.pooled is not None:
        views = {f"nodes_{view}": z for view, z in enumerate(scores.nodes)}
        np.savez(folder / "embeddings.npz", allow_pickle=False, pooled=scores.pooled, **views)
    read = _reader(scores.maps["heatmap"][..., None], scene, scene.mask)
    heatmap = scene.filled(lambda block: read(0, block))
    write_picture(folder / "overlay.png", _overlaid(scene, heatmap), png_level=PNG_LEVEL)
    write_heatmap(folder / "heatmap.png", lambda block: heatmap[block.place], scene.shape)
    if "hidden" in scores.maps:
        read_hidden = _reader(scores.maps["hidden"][..., None], scene, scene.mask)
        write_hidden(folder / "hidden.png", lambda block: read_hidden(0, block), scene.shape)
    # Two pieces each grow by half a superpixel, so that those within one superpixel become one
    # region.
    reach = superpixel_side(scene.shape, int(scores.labels.max()) + 1) // 2
    of_bands, signs = Enlarged(scores.band_maps, scene.shape), signs_at(scores, scene)
    regions = strong_regions(heatmap, of_bands.at, scores.band_ids, reach, signs)
    (folder / "regions.csv").write_text(
        csv_text(REGION_COLUMNS, regions), encoding="utf-8", newline="\n"
    )
    if scores.marks is not None:
        _write_reranked_regions(folder, scene, scores, reach)
    description = describe(files, scene, scores, model, heatmap)
    return write_description(folder, description | {"warnings": [*warnings]})


def _write_reranked_regions(folder: Path, scene: Scene, scores: SceneScores, reach: int) -> None:
    """Write the strong regions of the re-ranked map, which have no false-alarm rates."""
    read = _reader(scores.maps["reranked"][..., None], scene, scene.mask)
    ranked = scene.filled(lambda block: read(0, block))
    of_bands, signs = Enlarged(scores.band_maps, scene.shape), signs_at(scores, scene)
    regions = strong_regions(ranked, of_bands.at, scores.band_ids, reach, signs)
    columns = [name for name in REGION_COLUMNS if name != "false_alarm_rate"]
    rows = [{name: region[name] for name in columns} for region in regions]
    (folder / "reranked_regions.csv").write_text(
        csv_text(columns, rows), encoding="utf-8", newline="\n"
    )


def write_description(folder: Path, description: Mapping[str, Any]) -> dict[str, Any]:
    """Write the description of a scene with the digests of its files; return all of it.

    ``scene.json`` is written last: it has the digests of the other files of ``folder``, and its
    own.
    """
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": PLACEHOLDER}
    files = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    files.pop("scene.json", None)
    content = embed_digest(
        json.dumps(about | dict(description) | {"files": files}, indent=2).encode()
    )
    (folder / "scene.json").write_bytes(content)
    # As readers will see it: with its digest, and lists instead of tuples.
    return dict(json.loads(content))


def _write_maps(
    folder: Path, scene: Scene, scores: SceneScores, pixels_per_mm: float | None
) -> None:
    """Write every map as a TIFF of the photograph's size, NaN outside the painting."""
    importance = {"gradcam": scores.gradcam, "attention": scores.attention}
    for name, values in {**scores.maps, "bands": scores.band_maps, **importance}.items():
        if values is None:
            continue
        pages = values[..., None] if values.ndim == 2 else values
        read = _reader(pages, scene, scene.mask)
        path, n_pages = folder / f"{name}.tif", pages.shape[-1]
        write_map(path, read, n_pages, scene.shape, np.float32, pixels_per_mm)
    # Without the mask: an integer map has no NaN, and readers need a label at every pixel.
    read = _reader(scores.labels[..., None], scene, None)
    write_map(folder / "labels.tif", read, 1, scene.shape, np.int32, pixels_per_mm)


def _reader(pages: NDArray[Any], scene: Scene, mask: NDArray[np.bool_] | None) -> Read:
    """Reader of blocks of ``pages`` (h, w, P) at the scene's size, NaN outside the ``mask``."""
    enlarged = [Enlarged(pages[..., page], scene.shape) for page in range(pages.shape[-1])]

    def read(page: int, block: Block) -> NDArray[Any]:
        values = enlarged[page].block(block)
        # If the pages are mapped from a scratch file, those read would count as memory of this
        # process.
        release_pages(pages)
        return values if mask is None else np.where(mask[block.place], values, np.nan)

    return read


def _overlaid(scene: Scene, heatmap: FloatArray) -> NDArray[np.uint8]:
    image = np.empty((*scene.shape, 3), np.uint8)
    for block in scene.blocks(0):
        part = scene.part(block)
        # NaN marks what is not painting; the mask leaves it uncoloured.
        image[block.place] = overlay(part.rgb, np.nan_to_num(heatmap[block.place]), mask=part.mask)
    return image
