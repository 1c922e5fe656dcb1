"""The results directory: what `infer` writes and the other commands read.

Maps have the size of the photograph. Where an object mask says that there is no painting, the heat
map is NaN.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.io.images import decode_picture, read_page, read_pages
from artextract_cli.results import sources
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.checksums import file_digest, is_whole
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.npz import DAMAGE, opened_npz
from artextract_cli.utils.output_plan import OutputPlan

FORMAT, SUMMARY_FORMAT = "artextract-scene", "artextract-summary"
FORMAT_VERSION, SUMMARY_VERSION = 4, 3
"""Described by ``schema/*.schema.json``, which refuse keys that they do not know."""


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

    @property
    def is_signed(self) -> bool:
        """Whether it distinguishes dark from light: the maps of bands are signed deviations then.

        Those of other results are false-alarm rates.
        """
        return all(map(self.has_map, SIGNED_MAPS))

    def output_plan(self, out: Path) -> OutputPlan:
        """The plan of a file that is made from this result, such as a figure.

        It replaces neither the images that were scored nor results, and goes into no dataset.
        """
        images = (self.description["photograph"], *self.description["bands"])
        scored = [Path(image["path"]) for image in images]
        return OutputPlan(
            out=out,
            source_files=[*scored, *result_files(out.resolve().parent)],
            rules=(check_outside_datasets,),
        )

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
            if file_digest(path) != self.description["files"].get(name):
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


def result_files(folder: Path) -> list[Path]:
    """List the files that `infer` has written into ``folder``, if it is the folder of a scene."""
    described = folder / "scene.json"
    if not described.exists():
        return []
    with suppress(InputError):  # of a damaged description nothing but itself is known
        return [described, *(folder / name for name in open_scene(folder).description["files"])]
    return [described]


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
    found = result_folders(results)
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


def result_folders(results: Path) -> list[Path]:
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
