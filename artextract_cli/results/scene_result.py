"""The results of one scene: its description, its maps and its embeddings.

Maps have the size of the photograph. Outside the painting, by an object mask, the heat map is NaN.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.evidence.signs import SIGNED_MAPS
from artextract_cli.io.images import decode_picture, read_page, read_pages
from artextract_cli.results import sources
from artextract_cli.results.commands import infer_again, infer_by_network
from artextract_cli.results.tables import region_table, superpixel_table
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.file_errors import cause
from artextract_cli.utils.npz import DAMAGE, opened_npz
from artextract_cli.utils.output_plan import OutputPlan

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, kw_only=True)
class SceneResult:
    """One scene of a results directory.

    Attributes
    ----------
    path
        Folder of the scene.
    description
        ``scene.json``; docs/schema/scene.schema.json describes it.
    """

    path: Path
    description: Mapping[str, Any]
    # Files that were verified: each is hashed once, however many of its pages are read.
    _intact: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The scene's name."""
        return str(self.description["scene"])

    @property
    def dataset_root(self) -> Path | None:
        """The dataset of the scene, whose photograph is ROOT/SPLIT/rgb_images/FILE."""
        parents = Path(self.description["photograph"]["path"]).parents
        split = self.description["split"]
        return parents[2] if split and len(parents) > 2 and parents[1].name == split else None

    @property
    def again(self) -> str:
        """The command that scores the scene again, for messages."""
        return infer_again(self.path, self.description)

    @property
    def is_model_free(self) -> bool:
        """Whether it was scored without learning."""
        # None stands for a score without learning; a missing key does not.
        return self.description.get("learns_from", "") is None

    @property
    def is_signed(self) -> bool:
        """Whether it distinguishes dark from light; then the maps of bands are signed deviations.

        In other results they are false-alarm rates.
        """
        return all(map(self.has_map, SIGNED_MAPS))

    def output_plan(self, out: Path) -> OutputPlan:
        """Plan a file that is created from this result, such as a figure.

        It must replace neither the scored images nor results, and must not lie in a dataset.

        Parameters
        ----------
        out
            File to be written.

        Returns
        -------
        OutputPlan
            `check` it before the work.
        """
        images = (self.description["photograph"], *self.description["bands"])
        scored = [Path(image["path"]) for image in images]
        return OutputPlan(
            out=out,
            source_files=[*scored, *result_files(out.resolve().parent)],
            rules=(check_outside_datasets,),
        )

    def has_map(self, name: str) -> bool:
        """Whether the model wrote this map.

        Parameters
        ----------
        name
            Name of the map, such as "heatmap" or "hidden".
        """
        return self._map_path(name).name in self.description["files"]

    def map(self, name: str, page: int = 0) -> FloatArray:
        """Read one page of a map.

        Parameters
        ----------
        name
            Name of the map: "heatmap", "labels", "hidden", "dark", "light", ...
        page
            Number of the page, from 0, of a map of several pages.

        Returns
        -------
        ndarray
            (H, W) float32, NaN where there is no painting. The heat map is -log10 of the share of
            clean paint that scores as high: 2 is a false-alarm rate of 1 %.

        Raises
        ------
        InputError
            If it is missing or damaged.
        """
        return read_page(self._existing(name), page)

    def pages(self, name: str) -> FloatArray:
        """Read a map of several pages.

        Parameters
        ----------
        name
            "bands", a page per band; or "attention" or "gradcam", RGB image and mean over bands.

        Returns
        -------
        ndarray
            (pages, H, W) float32, NaN where there is no painting.

        Raises
        ------
        InputError
            If it is missing or damaged.
        """
        return np.moveaxis(read_pages(self._existing(name)), -1, 0)

    def embeddings(self) -> tuple[FloatArray, ...]:
        """Read the embeddings of the superpixels.

        Returns
        -------
        tuple of ndarray
            (N, D) float32 for every view, the RGB image first.

        Raises
        ------
        InputError
            If they are missing or damaged.
        """
        self._check_network("embeddings", "embeddings.npz")
        path = self.checked("embeddings.npz")
        try:
            with opened_npz(path) as arrays:
                # By number: sorted as text, nodes_10 would come before nodes_2.
                views = sorted((name for name in arrays if name.startswith("nodes_")), key=_view)
                return tuple(arrays[name] for name in views)
        except DAMAGE as error:
            advice = f"remove {self.path} and run `{self.again}`"
            msg = f"{path} cannot be read ({cause(error)}): {advice}"
            raise InputError(msg) from error

    def to_dataframe(
        self, rows: Literal["superpixels", "regions"] = "superpixels"
    ) -> "pandas.DataFrame":
        """Tabulate the superpixels of the scene, or its strong regions; needs pandas.

        Parameters
        ----------
        rows
            "superpixels" or "regions".

        Returns
        -------
        pandas.DataFrame
            Superpixels: number, centroid (row and column in pixels), area in pixels, and the means
            of the heat map (``score``, -log10 of the false-alarm rate), of the other maps and of
            the evidence of every band (``band_<id>``); NaN where there is no painting. Regions: the
            columns of ``regions.csv``.

        Raises
        ------
        InputError
            If a file is missing or damaged.
        DependencyError
            If pandas is not installed.
        """
        return superpixel_table(self) if rows == "superpixels" else region_table(self)

    def checked(self, name: str) -> Path:
        """The path of a file of the scene, after checking that it is intact.

        Parameters
        ----------
        name
            Name of the file, such as "overlay.png".

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If it is missing, or has changed since.
        """
        path = self.path / name
        if not path.exists():
            msg = f"{path} is missing: run `{self.again}`"
            raise InputError(msg)
        if name not in self._intact:
            if file_digest(path) != self.description["files"].get(name):
                msg = f"{path} is damaged or has been changed: run `{self.again}`"
                raise InputError(msg)
            self._intact.add(name)
        return path

    def _map_path(self, name: str) -> Path:
        return self.path / f"{name}.tif"

    def _existing(self, name: str) -> Path:
        path = self._map_path(name)
        self._check_network(name, path.name)
        if not self.has_map(name):
            msg = f"{path} does not exist: its model provides no {name}"
            raise InputError(msg)
        return self.checked(path.name)

    def _check_network(self, what: str, file: str) -> None:
        if self.is_model_free and file not in self.description["files"]:
            by_network = infer_by_network(self.path, self.description)
            msg = f"{self.path} has no {what}: it was scored without learning; run `{by_network}`"
            raise InputError(msg)

    def photograph(self) -> FloatArray:
        """Read the RGB image that was scored.

        Returns
        -------
        ndarray
            (H, W, 3) float32, 0..1, coded as sRGB.

        Raises
        ------
        InputError
            If it is missing, or has changed since.
        """
        source = sources.photograph(self)
        image = decode_picture(source.check()).srgb(source.coding)
        # A grey photograph gets three equal channels without being copied.
        return np.broadcast_to(image, (*image.shape[:2], 3))


def _view(name: str) -> int:
    return int(name.removeprefix("nodes_"))


def result_files(folder: Path) -> list[Path]:
    """List the files that `infer` has written into ``folder``, if it is the folder of a scene."""
    described = folder / "scene.json"
    if not described.exists():
        return []
    # A damaged description does not list its files.
    with suppress(OSError, ValueError, LookupError, TypeError):
        files = json.loads(described.read_bytes())["files"]
        return [described, *(folder / name for name in files)]
    return [described]
