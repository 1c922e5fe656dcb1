"""The dataset that captures are imported into: its content, and what may be added to it."""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.preprocessing.scene_staging import StagedScene
from artextract_cli.scenes.dataset_writer import described_wavelengths, update_description
from artextract_cli.scenes.description import DESCRIPTION, read_statement
from artextract_cli.scenes.layout import find_scenes, natural_key
from artextract_cli.utils.events import detail, warn


@dataclass
class ImportTarget:
    """The content of a dataset, which determines what may be added."""

    root: Path
    # Photographs by case-folded name, since file systems may ignore case; None for those of this
    # import.
    names: dict[str, Path | None] = field(default_factory=dict)
    band_ids: set[str] | None = None
    wavelengths: dict[str, float] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    """Coding of existing and added images."""

    is_coding_stated: bool = True
    pixels_per_mm: float | None = None

    def check_files(self, scene: StagedScene) -> None:
        """Check that a scene is new, or exists with the same pixels.

        Raises
        ------
        InputError
            If another scene has that name, or another file the path of an image.
        """
        photograph, name, changed = scene.files[0], scene.name.casefold(), scene.changed
        # The same path with the same pixels is a repeated import, not another scene.
        if name in self.names and (self.names[name] != photograph or changed):
            msg = (
                f"a scene named {scene.name!r} already exists, in this import or in {self.root}; "
                "rename this one or import it into another dataset"
            )
            raise InputError(msg)
        if changed:
            msg = f"{changed[0]} already exists and is not overwritten; move it elsewhere"
            raise InputError(msg)
        if scene.is_up_to_date:
            detail(f"{scene.name}: up to date")

    def check_bands(self, scene: StagedScene) -> None:
        """Check that a scene has the same bands and wavelengths as the others.

        Raises
        ------
        InputError
            If it does not.
        """
        ids = scene.band_ids
        if self.band_ids is not None and self.band_ids != set(ids):
            theirs = ", ".join(sorted(self.band_ids, key=natural_key))
            msg = (
                f"scene {scene.name!r} has the bands {', '.join(ids)}, but the scenes of "
                f"{self.root} have {theirs}; import it into another dataset"
            )
            raise InputError(msg)
        for band, nm in zip(ids, scene.wavelengths or (), strict=False):
            if self.wavelengths.get(band, nm) != nm:
                msg = (
                    f"band {band} of scene {scene.name!r} is {nm:g} nm, but "
                    f"{self.wavelengths[band]:g} nm in {self.root / DESCRIPTION}; import it into "
                    "another dataset"
                )
                raise InputError(msg)

    def add(self, scene: StagedScene) -> bool:
        """Record a scene, and return whether ``dataset.yaml`` must be updated for it."""
        ids = scene.band_ids
        is_described = self.is_coding_stated and not self._takes_scale(scene)
        self.names[scene.name.casefold()] = None
        self.band_ids = set(ids)
        self.is_coding_stated = True
        # The first scene with wavelengths decides; `check_bands` compares the others with it.
        if self.wavelengths or scene.wavelengths is None:
            return not is_described
        self.wavelengths = dict(zip(ids, scene.wavelengths, strict=True))
        return True

    def _takes_scale(self, scene: StagedScene) -> bool:
        """Whether a scene gives the dataset its scale, which all scenes share: the first one may.

        A warning says so if the scale of a later one is another.
        """
        scale = scene.pixels_per_mm
        if scale is None or (self.pixels_per_mm and _is_close(scale, self.pixels_per_mm)):
            return False
        if self.pixels_per_mm is None and not self.names:
            self.pixels_per_mm = scale
            return True
        states = "none" if self.pixels_per_mm is None else f"{self.pixels_per_mm:g}"
        warn(
            f"scene {scene.name!r} has {scale:g} pixels per mm, but {self.root / DESCRIPTION} "
            f"states {states} for all scenes: import it into another dataset if millimetres matter"
        )
        return False

    def describe(self) -> None:
        """Write wavelengths, coding and scale, before the first scene that needs them.

        Raises
        ------
        ArtextractError
            If ``dataset.yaml`` cannot be written.
        """
        bands = sorted(self.band_ids or (), key=natural_key)
        statements: dict[str, Any] = {}
        if self.wavelengths:
            nm = {band: self.wavelengths[band] for band in bands}
            statements["wavelengths"] = described_wavelengths(nm)
        if coding := self.coding.described(bands):
            statements["coding"] = coding
        if self.pixels_per_mm is not None:
            statements["pixels_per_mm"] = self.pixels_per_mm
        update_description(self.root, statements)


def open_target(root: Path, coding: Coding) -> ImportTarget:
    """Read the content of the dataset at ``root``; a missing folder counts as an empty dataset.

    Raises
    ------
    InputError
        If it cannot be read, or ``coding`` differs from that of its scenes.
    """
    if not root.exists():
        return ImportTarget(root, coding=coding, is_coding_stated=coding == Coding())
    scenes, _ = find_scenes(root)
    statement = read_statement(root)
    if statement.clean == "all":
        warn(
            f"{root / DESCRIPTION} states that all scenes are clean: imported scenes will count as "
            "clean too"
        )
    # The description is written before the first scene and may list bands that no scene has yet.
    known = set(statement.wavelengths) or {band for scene in scenes for band in scene.bands}
    coding = coding.over(statement.coding)
    if scenes:
        _check_coding(coding, statement.coding, known, root)
    return ImportTarget(
        root=root,
        names={scene.name.casefold(): scene.rgb for scene in scenes},
        band_ids=known or None,
        wavelengths=dict(statement.wavelengths),
        coding=coding,
        is_coding_stated=coding == statement.coding,
        pixels_per_mm=statement.pixels_per_mm,
    )


def _is_close(scale: float, other: float) -> bool:
    # Files round the size of a pixel; a real difference of a thousandth cannot be measured.
    return math.isclose(scale, other, rel_tol=1e-3)


def _check_coding(coding: Coding, theirs: Coding, band_ids: Collection[str], root: Path) -> None:
    """Check that ``coding`` is the one of the existing scenes."""
    bands = sorted(band_ids, key=natural_key)
    if coding.resolved(bands) != theirs.resolved(bands):
        named = zip(("photograph", *bands), theirs.resolved(bands), strict=True)
        msg = (
            f"--coding differs from the coding of the scenes in {root} "
            f"({', '.join(f'{name} {theirs}' for name, theirs in named)}); import into another "
            "dataset"
        )
        raise InputError(msg)
