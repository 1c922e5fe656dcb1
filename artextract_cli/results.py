"""The results directory: what `infer` writes and the other commands read.

Maps have the size of the photograph. Where an object mask says that there is no painting, the heat
map is NaN.
"""

import csv
import dataclasses
import io
import json
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import artextract_cli
from artextract_cli import sources
from artextract_cli.blocks import Block, released
from artextract_cli.console import warn
from artextract_cli.contract import FloatArray
from artextract_cli.dataset_layout import refuse_datasets
from artextract_cli.errors import InputError, UsageError
from artextract_cli.files import (
    TEMPORARY,
    atomic_path,
    cause,
    linked,
    refuse_inputs,
    replaced_folder,
)
from artextract_cli.heatmap import overlay
from artextract_cli.map_files import Read, write_map
from artextract_cli.npz_files import DAMAGE, opened_npz
from artextract_cli.picture import decode_picture, read_page, read_pages
from artextract_cli.plugin_manager import plugin_host
from artextract_cli.scene import Scene, SceneFiles, picture_digest
from artextract_cli.scene_scores import Enlarged, SceneScorer, SceneScores
from artextract_cli.seals import UNSEALED, is_whole, sealed
from artextract_cli.signs import DARKER, LIGHTER, SIGNED_MAPS, sign_of

FORMAT, SUMMARY_FORMAT = "artextract-scene", "artextract-summary"
FORMAT_VERSION, SUMMARY_VERSION = 4, 3
"""Described by ``schema/*.schema.json``, which refuse keys that they do not know."""

EvidenceAt = Callable[[NDArray[np.intp], NDArray[np.intp]], FloatArray]

STRONG_LEVEL = 2.0  # a false-alarm rate of 1 % on clean paint
EXPECTED_SHARE = 0.01  # of clean paint lies above this level
MANY = 2 * EXPECTED_SHARE  # paint alone may reach a little more than it should
MAX_REGIONS = 100
REGION_COLUMNS = (
    "region",
    "row",
    "column",
    "top",
    "left",
    "bottom",
    "right",
    "area_px",
    "mean_score",
    "max_score",
    "false_alarm_rate",
    "telling_band",
    "sign",
)


@dataclass(frozen=True, kw_only=True)
class SceneResult:
    """One scene of a results directory."""

    path: Path
    description: Mapping[str, Any]
    _whole: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The scene's name."""
        return str(self.description["scene"])

    @property
    def dataset_root(self) -> Path | None:
        """The dataset that the scene lies in: its photograph is ROOT/SPLIT/rgb_images/FILE."""
        parents = Path(self.description["photograph"]["path"]).parents
        split = self.description["split"]
        return parents[2] if split and len(parents) > 2 and parents[1].name == split else None

    @property
    def is_model_free(self) -> bool:
        """Whether it was scored without learning."""
        return self.description.get("learns_from", "") is None

    def refuse_output(self, out: Path) -> None:
        """Refuse to write over what the scene was made from, over its results, or into its dataset.

        Raises
        ------
        UsageError
            If ``out`` is such a place.
        """
        pictures = (self.description["photograph"], *self.description["bands"])
        refuse_inputs(out, (Path(picture["path"]) for picture in pictures))
        refuse_datasets(out)
        refuse_results(out)

    def has_map(self, name: str) -> bool:
        """Whether the model that made it has written this map."""
        return self._map_path(name).name in self.description["files"]

    def map(self, name: str, page: int = 0) -> FloatArray:
        """Read one page of a map, such as the only one of heatmap or labels: (H, W).

        Raises
        ------
        InputError
            If it is missing or damaged.
        """
        return read_page(self._existing(name), page)

    def pages(self, name: str) -> FloatArray:
        """Read a map of several pages, bands, attention or gradcam: (pages, H, W).

        Raises
        ------
        InputError
            If it is missing or damaged.
        """
        return np.moveaxis(read_pages(self._existing(name)), -1, 0)

    def embeddings(self) -> tuple[FloatArray, ...]:
        """Read the embeddings of the superpixels of every view, (N, D) each.

        Raises
        ------
        InputError
            If they are missing or damaged.
        """
        self._refuse_without_network("embeddings", "embeddings.npz")
        path = self.checked("embeddings.npz")
        try:
            with opened_npz(path) as arrays:
                views = sorted((name for name in arrays if name.startswith("nodes_")), key=_view)
                return tuple(arrays[name] for name in views)
        except DAMAGE as error:
            msg = f"{path} cannot be read ({cause(error)}): run 'artextract infer' again"
            raise InputError(msg) from error

    def checked(self, name: str) -> Path:
        """The path of the file ``name``, once its content is known to be what was written.

        Raises
        ------
        InputError
            If it is missing, or has changed since.
        """
        path = self.path / name
        if not path.exists():
            msg = f"{path} is missing: run 'artextract infer' again"
            raise InputError(msg)
        if name not in self._whole:
            if picture_digest(path) != self.description["files"].get(name):
                msg = f"{path} is damaged or was changed: run 'artextract infer' again"
                raise InputError(msg)
            self._whole.add(name)
        return path

    def _map_path(self, name: str) -> Path:
        return self.path / f"{name}.tif"

    def _existing(self, name: str) -> Path:
        path = self._map_path(name)
        self._refuse_without_network(name, path.name)
        if not self.has_map(name):
            msg = f"{path} does not exist: its model has no {name}"
            raise InputError(msg)
        return self.checked(path.name)

    def _refuse_without_network(self, what: str, file: str) -> None:
        if self.is_model_free and file not in self.description["files"]:
            msg = (
                f"{self.path} has no {what}: it was scored without learning; run 'artextract "
                "infer' with a trained model for that"
            )
            raise InputError(msg)

    def photograph(self) -> FloatArray:
        """Read the photograph (H, W, 3) that the scene was made from.

        Raises
        ------
        InputError
            If it is missing, or has changed since.
        """
        source = sources.photograph(self.description)
        picture = decode_picture(source.check()).srgb(source.coding)
        return np.broadcast_to(picture, (*picture.shape[:2], 3))


def _view(name: str) -> int:
    return int(name.removeprefix("nodes_"))


def refuse_results(out: Path) -> None:
    """Refuse to write over what `infer` has written of any scene.

    Raises
    ------
    UsageError
        If ``out`` is such a file.
    """
    described = out.resolve().parent / "scene.json"
    if described.exists():
        with suppress(InputError):  # of a damaged description nothing but itself is known
            files = open_scene(described.parent).description["files"]
            refuse_inputs(out, (described.parent / name for name in files))
        refuse_inputs(out, (described,))


def write_scene(
    results: Path, files: SceneFiles, scene: Scene, scores: SceneScores, model: SceneScorer
) -> dict[str, Any]:
    """Write the folder of one scene, whole or not at all, and return its description.

    What others have put into the folder stays in it.
    """
    target = results / scene.name
    if target.is_symlink() or (target.exists() and not _is_ours(target / "scene.json", FORMAT)):
        msg = f"{target} exists and holds no results of ours: choose another --out"
        raise UsageError(msg)
    with replaced_folder(target) as folder:
        description = _write_all(folder, files, scene, scores, model)
        _keep_foreign(target, folder)
    return description


def _is_ours(path: Path, kind: str) -> bool:
    """Whether a file of ours has this name: perhaps damaged, but no other JSON."""
    try:
        content = json.loads(path.read_bytes())
    except OSError:
        return False
    except ValueError:
        return True
    return isinstance(content, dict) and content.get("format") == kind


def refuse_foreign_summary(results: Path) -> None:
    """Refuse to write summaries over files of that name that are no summary of ours.

    Raises
    ------
    UsageError
        If there are such.
    """
    summary = results / "summary.json"
    if not _is_ours(summary, SUMMARY_FORMAT):
        for path in (summary, summary.with_suffix(".csv")):
            _refuse_foreign(path, path)


def _refuse_foreign(path: Path, target: Path) -> None:
    """Refuse to write ``target``, if there is such, in the place of what others have put there."""
    if target.exists():
        msg = f"{path} is no result of ours, and would be written over: move it away"
        raise UsageError(msg)


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
        _refuse_foreign(path, folder / path.name)
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


def refuse_other_models(results: Path, replaced: Container[str], model: SceneScorer) -> None:
    """Refuse to write beside scenes, other than those ``replaced``, that another model scored."""
    for folder in _folders(results):
        with suppress(InputError):  # a damaged one is told of by all that reads it
            scene = open_scene(folder)
            if scene.name not in replaced and not _is_by(scene, model):
                msg = (
                    f"{results} holds {scene.name} as scored by another model: choose another "
                    "--out, or remove what is there"
                )
                raise UsageError(msg)


def _is_by(scene: SceneResult, model: SceneScorer) -> bool:
    """Whether this model made a result, and by the same score."""
    told = scene.description
    by_score = told.get("heat_map_score", model.heat_map_score)
    return bool((told["model"]["sha256"], by_score) == (model.digest, model.heat_map_score))


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
    of_bands, signs = Enlarged(scores.band_maps, scene.shape), _signs_at(scores, scene)
    regions = strong_regions(heatmap, of_bands.at, scores.band_ids, reach, signs)
    (folder / "regions.csv").write_text(_csv(REGION_COLUMNS, regions), encoding="utf-8")
    description = _description(files, scene, scores, model, heatmap)
    return write_description(folder, description)


def write_description(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is ``told`` of a scene, and the digests of its files; return all of it.

    ``scene.json`` is written last: it seals the other files of ``folder``, and itself.
    """
    about = {"format": FORMAT, "format_version": FORMAT_VERSION, "sha256": UNSEALED}
    files = {path.name: picture_digest(path) for path in sorted(folder.iterdir())}
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
        "signs": _shares_by_sign(scores, scene, heatmap),
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
    return {"path": str(path.resolve()), "sha256": picture_digest(path)}


def _signs_at(scores: SceneScores, scene: Scene) -> EvidenceAt | None:
    """By how much dark content scores more than light, for a network that distinguishes them."""
    if not set(SIGNED_MAPS) <= scores.maps.keys():
        return None
    dark, light = (Enlarged(scores.maps[name], scene.shape) for name in SIGNED_MAPS)
    return lambda rows, columns: dark.at(rows, columns) - light.at(rows, columns)


def _shares_by_sign(
    scores: SceneScores, scene: Scene, heatmap: FloatArray
) -> dict[str, float] | None:
    """How the share of the painting that scores high divides into darker and lighter."""
    signs = _signs_at(scores, scene)
    if signs is None:
        return None
    inside = np.count_nonzero(np.isfinite(heatmap))
    darker = signs(*np.nonzero(heatmap >= STRONG_LEVEL)) >= 0
    n_darker = np.count_nonzero(darker)
    return {DARKER: n_darker / inside, LIGHTER: (darker.size - n_darker) / inside}


def superpixel_side(shape: Sequence[int], n_superpixels: int) -> int:
    """Side in pixels of a superpixel of mean size in a picture of ``shape`` (H, W)."""
    return max(1, round(float(np.sqrt(shape[0] * shape[1] / n_superpixels))))


def strong_regions(
    heatmap: FloatArray,
    band_evidence: EvidenceAt,
    band_ids: Sequence[str],
    reach: int = 0,
    signs: EvidenceAt | None = None,
) -> list[dict[str, Any]]:
    """The regions of at most 1 % false alarms, strongest first.

    ``heatmap`` is (H, W); ``band_evidence`` gives the signed evidence (P, B) at rows and columns,
    ``signs`` by how much (P,) dark content scores more than light; None where nobody knows.
    Pixels belong to one region if they touch, at corners too, after each has grown by ``reach``
    pixels: a figure whose line is broken stays one. Only pixels at the level count for its numbers.
    At most 100 regions, by their sum of scores.
    """
    strong = heatmap >= STRONG_LEVEL
    if not strong.any():
        return []
    rows, columns = np.nonzero(strong)
    regions = _grouped(strong, reach)[rows, columns] - 1
    strength = np.bincount(regions, heatmap[rows, columns])
    order = np.argsort(regions, kind="stable")
    pixels = np.split(order, np.cumsum(np.bincount(regions))[:-1])
    strongest = np.argsort(-strength, kind="stable")[:MAX_REGIONS]
    return [
        _region(number, rows[where], columns[where], heatmap, band_evidence, band_ids, signs)
        for number, where in enumerate((pixels[region] for region in strongest), start=1)
    ]


def _grouped(strong: NDArray[np.bool_], reach: int) -> NDArray[np.int32]:
    """Number (H, W) the groups of pixels that touch after growing by ``reach``, from 1."""
    from scipy.ndimage import label, maximum_filter

    grown = maximum_filter(strong, 2 * reach + 1, mode="constant") if reach else strong
    numbered, _ = label(grown, np.ones((3, 3)))
    return np.asarray(numbered, np.int32)


def _region(
    number: int,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    heatmap: FloatArray,
    band_evidence: EvidenceAt,
    band_ids: Sequence[str],
    signs: EvidenceAt | None,
) -> dict[str, Any]:
    """The row of a region of ``rows`` (P,) and ``columns`` (P,)."""
    score = heatmap[rows, columns]
    mean = float(score.mean(dtype=np.float64))
    telling = np.abs(band_evidence(rows, columns)).mean(0).argmax()
    values = (
        number,
        round(float(rows.mean()), 1),
        round(float(columns.mean()), 1),
        int(rows.min()),
        int(columns.min()),
        int(rows.max()) + 1,
        int(columns.max()) + 1,
        len(rows),
        round(mean, 3),
        round(float(score.max()), 3),
        float(f"{10**-mean:.3g}"),
        band_ids[int(telling)],
        "" if signs is None else sign_of(float(signs(rows, columns).mean())),
    )
    return dict(zip(REGION_COLUMNS, values, strict=True))


def has_places(description: Mapping[str, Any]) -> bool:
    """Whether clearly more of a scene than of clean paint scores as high as strong regions do."""
    return bool(description["share_above_1_percent_false_alarms"] > MANY)


def mean_scores(heatmap: FloatArray, labels: NDArray[np.integer[Any]]) -> FloatArray:
    """Mean (N,) of a heat map (H, W) over every superpixel of ``labels`` (H, W).

    NaN where nothing is painted.
    """
    painted, n = np.isfinite(heatmap), int(labels.max()) + 1
    total = np.bincount(labels[painted], heatmap[painted], n)
    count = np.bincount(labels[painted], minlength=n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def fused(numbers: Mapping[str, float] | None) -> float | None:
    """The mean over the bands of distances or similarities; None without a network."""
    return None if numbers is None else numbers["fused"]


def write_summary(results: Path, descriptions: Sequence[Mapping[str, Any]]) -> None:
    """Write summary.json and summary.csv over all scenes."""
    rows = [
        {
            "scene": d["scene"],
            "split": d["split"],
            "euclidean_distance": fused(d["euclidean_distance"]),
            "cosine_similarity": fused(d["cosine_similarity"]),
            "share_above_1_percent_false_alarms": d["share_above_1_percent_false_alarms"],
            "something_is_there": (d["image_level"] or {}).get("something_is_there"),
            "false_alarm_rate": (d["image_level"] or {}).get("false_alarm_rate"),
        }
        for d in descriptions
    ]
    summary = {"format": SUMMARY_FORMAT, "format_version": SUMMARY_VERSION, "scenes": rows}
    with atomic_path(results / "summary.json") as temporary:
        temporary.write_text(json.dumps(summary, indent=2), encoding="utf-8")
    with atomic_path(results / "summary.csv") as temporary:
        temporary.write_text(_csv(tuple(rows[0]), rows), encoding="utf-8")


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def open_results(results: Path) -> list[SceneResult]:
    """List the scenes of a results directory.

    Raises
    ------
    InputError
        If there is none, or a description is missing or damaged.
    """
    return [open_scene(folder) for folder in scene_folders(results)]


def find_scene(results: Path, name: str | None) -> SceneResult:
    """The results of one scene; the first one where no name is given.

    Raises
    ------
    InputError
        If there is no such scene, or its description is missing or damaged.
    """
    return open_scene(scene_folders(results, () if name is None else (name,))[0])


def scene_folders(results: Path, names: Sequence[str] = ()) -> list[Path]:
    """The folders of scenes of a results directory, all or those named, for `open_scene` to read.

    Raises
    ------
    InputError
        If there is none, or none of a name; the sentence lists those there are.
    """
    found = _folders(results)
    if not found:
        msg = f"there are no results in {results}: make them with 'artextract infer'"
        raise InputError(msg)
    known = {folder.name: folder for folder in found}
    for name in names:
        if name not in known:
            listed = ", ".join(list(known)[:10]) + (", ..." if len(known) > 10 else "")
            msg = f"{results} has no scene {name!r}; its scenes are: {listed}"
            raise InputError(msg)
    return [known[name] for name in dict.fromkeys(names)] or found


def _folders(results: Path) -> list[Path]:
    """Those with a description, or with a heat map, whose description must have been lost."""
    paths = (path for name in ("scene.json", "heatmap.tif") for path in results.glob(f"*/{name}"))
    return sorted({path.parent for path in paths if path.parent.name[0] != "."})


def open_scene(folder: Path) -> SceneResult:
    """The results of the scene in ``folder``.

    Raises
    ------
    InputError
        If its description is missing or damaged, or that of another folder.
    """
    path = folder / "scene.json"
    if folder.is_dir() and not path.exists():
        msg = (
            f"{folder} has a heat map but no scene.json, which says what it is: move it away, and "
            "run 'artextract infer' again"
        )
        raise InputError(msg)
    try:
        content = path.read_bytes()
        description = json.loads(content)
        version = description["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be read ({cause(error)}): run 'artextract infer' again"
        raise InputError(msg) from error
    if version != FORMAT_VERSION:
        msg = f"{path} has version {version}, this artextract reads {FORMAT_VERSION}: infer again"
        raise InputError(msg)
    if not is_whole(content, description.get("sha256")):
        msg = f"{path} is damaged or was changed: run 'artextract infer' again"
        raise InputError(msg)
    result = SceneResult(path=folder, description=description)
    if unicodedata.normalize("NFC", folder.name) != unicodedata.normalize("NFC", result.name):
        msg = (
            f"{folder} holds the results of scene {result.name!r}: give the folder that name "
            "again, or move it out of the results directory"
        )
        raise InputError(msg)
    return result
