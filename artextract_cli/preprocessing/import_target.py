"""The dataset that captures are imported into: what it holds, and what may be added to it."""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.io.images import decode_picture
from artextract_cli.plugin.protocols import Capture
from artextract_cli.scenes.dataset_writer import (
    described_wavelengths,
    stored_counts,
    update_description,
)
from artextract_cli.scenes.description import DESCRIPTION, read_statement
from artextract_cli.scenes.layout import find_scenes, natural_key
from artextract_cli.utils.events import detail, warn

Images = Mapping[Path, NDArray[Any]]
"""The images of a scene by where they go, the photograph first."""


@dataclass
class ImportTarget:
    """What a dataset holds, and with it what may be added."""

    root: Path
    # Photographs by case-folded name, since file systems may ignore case; None for those of this
    # import.
    names: dict[str, Path | None] = field(default_factory=dict)
    band_ids: set[str] | None = None
    wavelengths: dict[str, float] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    """Coding of the images that are there, and of those that are added."""

    says_coding: bool = True

    def missing(self, capture: Capture, images: Images) -> dict[Path, NDArray[Any]]:
        """Return the images that do not exist yet; those that do hold what would be written.

        Raises
        ------
        InputError
            If there is another scene of that name, or another file in the place of an image.
        """
        missing = {path: values for path, values in images.items() if not path.exists()}
        present = {path: values for path, values in images.items() if path not in missing}
        changed = [path for path, values in present.items() if not _holds(path, values)]
        photograph, name = next(iter(images)), capture.name.casefold()
        if name in self.names and (self.names[name] != photograph or changed):
            msg = (
                f"there is a scene {capture.name!r} already, here or in {self.root}; name this one "
                "otherwise or import it into another dataset"
            )
            raise InputError(msg)
        if changed:
            msg = f"{changed[0]} is there already and is not written over; move it away"
            raise InputError(msg)
        if not missing:
            detail(f"{capture.name}: up to date")
        return missing

    def check_bands(self, capture: Capture) -> None:
        """Check that a scene has the bands of the others, of the same wavelengths.

        Raises
        ------
        InputError
            If it has not.
        """
        ids = capture.band_ids or ()
        if self.band_ids is not None and self.band_ids != set(ids):
            theirs = ", ".join(sorted(self.band_ids, key=natural_key))
            msg = (
                f"scene {capture.name!r} has the bands {', '.join(ids)}, but the scenes of "
                f"{self.root} have {theirs}; import it into another dataset"
            )
            raise InputError(msg)
        for band, nm in zip(ids, capture.wavelengths or (), strict=False):
            if self.wavelengths.get(band, nm) != nm:
                msg = (
                    f"band {band} of scene {capture.name!r} is {nm:g} nm, but "
                    f"{self.wavelengths[band]:g} nm in {self.root / DESCRIPTION}; import it into "
                    "another dataset"
                )
                raise InputError(msg)

    def add(self, capture: Capture) -> bool:
        """Note a scene, and return whether ``dataset.yaml`` has to be updated for it."""
        ids = capture.band_ids or ()
        self.names[capture.name.casefold()] = None
        self.band_ids = set(ids)
        is_described = self.says_coding
        self.says_coding = True
        if self.wavelengths or capture.wavelengths is None:
            return not is_described
        self.wavelengths = dict(zip(ids, capture.wavelengths, strict=True))
        return True

    def describe(self) -> None:
        """State wavelengths and coding, before the first scene that needs them is written.

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
        update_description(self.root, statements)


def open_target(root: Path, coding: Coding) -> ImportTarget:
    """Read what is in the dataset at ``root``; a folder that does not exist is an empty one.

    Raises
    ------
    InputError
        If it cannot be read, or ``coding`` is not that of its scenes.
    """
    if not root.exists():
        return ImportTarget(root, coding=coding, says_coding=coding == Coding())
    scenes, _ = find_scenes(root)
    statement = read_statement(root)
    if statement.clean == "all":
        warn(f"{root / DESCRIPTION} says that all scenes are clean: so will be what is imported")
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
        says_coding=coding == statement.coding,
    )


def _check_coding(coding: Coding, theirs: Coding, band_ids: Collection[str], root: Path) -> None:
    """Check that no other coding is stated of scenes that are there than theirs."""
    bands = sorted(band_ids, key=natural_key)
    if coding.resolved(bands) != theirs.resolved(bands):
        named = zip(("photograph", *bands), theirs.resolved(bands), strict=True)
        msg = (
            f"--coding is not that of the scenes that are in {root} "
            f"({', '.join(f'{name} {word}' for name, word in named)}); import into another dataset"
        )
        raise InputError(msg)


def _holds(path: Path, values: NDArray[Any]) -> bool:
    """Whether a file holds an image as it would be written."""
    counts = np.atleast_3d(stored_counts(values))
    with contextlib.suppress(InputError):
        stored = decode_picture(path).values
        return stored.dtype == counts.dtype and np.array_equal(stored, counts)
    return False
