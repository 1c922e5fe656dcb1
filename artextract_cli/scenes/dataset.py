"""Datasets: scenes on disk, with the metadata of ``dataset.yaml``.

::

    wavelengths: {"17": 560, "19": 580}   # nm, by the band part of the file names
    clean: all                            # or a list of scenes known to have no hidden layer
    coding: {photograph: srgb, bands: linear}   # bands may be listed: {"950": srgb}
    pixels_per_mm: 12.5
    layers: {xray: {kind: radiograph}}   # further images, by the end of the file names
    notes: free text
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import Coding
from artextract_cli.scenes.description import (
    DESCRIPTION,
    Description,
    checked_wavelength,
    read_description,
    unknown_clean_scenes,
    unknown_coded_bands,
)
from artextract_cli.scenes.findings import Finding, warn_of
from artextract_cli.scenes.layers import layer_problems, scene_layers
from artextract_cli.scenes.layout import FoundScene, find_scenes, natural_key
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.scenes.spectrum import equal_wavelengths
from artextract_cli.utils.events import command_line

NAMED_NM = (200, 3000)
"""A band id that is a number in this range is read as a wavelength in nm.

Ids that only count the bands (1, 2, ...) lie below it."""

CONTRADICTION_NM = 5
"""Smallest difference between two stated wavelengths of a band that is reported, in nm.

It lets the wavelength in a name be rounded."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The scenes of a dataset: training first, in natural order of their names.

    Attributes
    ----------
    root
        Folder of the dataset.
    scenes
        Files of the scenes, and what ``dataset.yaml`` states about them.
    pixels_per_mm
        Scale of the RGB images; None if unknown.
    notes
        Free text of ``dataset.yaml``.
    """

    root: Path
    scenes: tuple[SceneFiles, ...]
    pixels_per_mm: float | None
    notes: str


def open_dataset(
    root: Path, *, wavelengths: Sequence[float] | None = None, coding: Coding | None = None
) -> Dataset:
    """List the scenes of a dataset without opening an image; warn of wrong metadata and masks.

    Parameters
    ----------
    root
        Folder with ``train/`` or ``val/``.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.

    Returns
    -------
    Dataset
        Its scenes, training first.

    Raises
    ------
    InputError
        If there are no scenes, ``dataset.yaml`` is invalid, or a scene is incomplete.
    UsageError
        If ``wavelengths`` are not in nm, or ``coding`` names a band that does not exist.
    """
    dataset, findings = list_dataset(root, wavelengths, coding)
    errors = [finding.message for finding in findings if finding.level == "error"]
    if errors:
        check = command_line("data", "check", root)
        raise InputError(errors[0] + f" ({len(errors) - 1} more: run `{check}`)" * bool(errors[1:]))
    warn_of(findings)
    return dataset


def list_dataset(
    root: Path, wavelengths: Sequence[float] | None = None, coding: Coding | None = None
) -> tuple[Dataset, list[Finding]]:
    """List the scenes of a dataset, complete or not, and every problem of its layout.

    Raises
    ------
    InputError
        If there are no scenes.
    UsageError
        As :func:`open_dataset`.
    """
    given = None if wavelengths is None else tuple(map(_checked_option, wavelengths))
    scenes, findings = find_scenes(root)
    if not scenes:
        msg = (
            f"{root} contains no scenes: expected {{train,val}}/rgb_images/<scene>_RGB.png "
            "with {train,val}/ms_masks/<scene>_ms_<band>.png"
        )
        raise InputError(msg)
    description = read_description(root / DESCRIPTION, findings)
    findings += unknown_clean_scenes(root / DESCRIPTION, description, scenes)
    findings += layer_problems(root / DESCRIPTION, description.layer_kinds, scenes)
    for scene in scenes:
        findings += _band_problems(root / DESCRIPTION, scene, description.wavelengths, given)
    known = {band: None for scene in scenes for band in scene.bands}
    findings += unknown_coded_bands(root / DESCRIPTION, description.coding, known)
    coding = checked_coding(coding or Coding(), known)
    dataset = Dataset(
        root=root,
        scenes=tuple(_scene_files(scene, description, given, coding) for scene in scenes),
        pixels_per_mm=description.pixels_per_mm,
        notes=description.notes or "",
    )
    listed = {} if given is None else description.wavelengths or {}
    # One is enough: a wrong list of wavelengths contradicts most names at once.
    contradictions = _contradictions(root / DESCRIPTION, dataset.scenes, listed, given is not None)
    return dataset, findings + list(islice(contradictions, 1))


def pair_files(rgb: Path, bands: Mapping[str, Path], *, coding: Coding | None = None) -> SceneFiles:
    """Build a scene from one RGB image and its bands, without a dataset.

    Parameters
    ----------
    rgb
        The RGB image; its name without ``_RGB`` names the scene.
    bands
        Image of each band by band id. Ids that are numbers are wavelengths in nm.
    coding
        How pixel values relate to light; sRGB for the RGB image and linear for bands if None.

    Returns
    -------
    SceneFiles
        The scene, for `read_scene` or `infer_scenes`; its bands are in natural order of their ids.

    Raises
    ------
    UsageError
        If there are no bands, only some ids are wavelengths in nm, two are the same, or ``coding``
        names a band that does not exist.
    """
    ids = tuple(sorted(bands, key=natural_key))
    numbers = [number for number in map(_number, ids) if number is not None]
    if not ids:
        msg = f"{rgb} has no bands: give at least one, such as --band 950=FILE"
        raise UsageError(msg)
    if numbers and len(numbers) < len(ids):
        msg = f"give all bands a wavelength in nm, or none of them; got {', '.join(ids)}"
        raise UsageError(msg)
    for problem in equal_wavelengths(ids, numbers):
        msg = f"{problem}; give each wavelength once"
        raise UsageError(msg)
    return SceneFiles(
        name=rgb.stem.removesuffix("_RGB") or rgb.stem,
        split="",
        rgb=rgb,
        bands=tuple(bands[band] for band in ids),
        band_ids=ids,
        wavelengths=tuple(map(_checked_option, numbers)) or None,
        truth=None,
        mask=None,
        clean=None,
        coding=checked_coding(coding or Coding(), ids),
    )


def checked_coding(coding: Coding, band_ids: Collection[str]) -> Coding:
    """Return the ``coding`` given by a user after checking that it names only ``band_ids``.

    Raises
    ------
    UsageError
        If it names another band.
    """
    if unknown := [band for band in coding.by_band if band not in band_ids]:
        msg = f"--coding names band {unknown[0]!r}; the bands are {', '.join(band_ids)}"
        raise UsageError(msg)
    return coding


def _band_problems(
    path: Path,
    scene: FoundScene,
    listed: Mapping[str, float] | None,
    given: tuple[float, ...] | None,
) -> Iterator[Finding]:
    """Findings where the bands of a scene do not match the stated wavelengths."""
    if not scene.bands:
        return
    problems = [
        f"scene {scene.name} has no band {band}, which {path} lists"
        for band in listed or ()
        if band not in scene.bands
    ]
    if given is not None and len(given) != len(scene.bands):
        ids = ", ".join(scene.bands)
        problems.append(
            f"{len(given)} wavelengths are given but scene {scene.name} has "
            f"{len(scene.bands)} bands: {ids}"
        )
    if given is None and listed:
        problems += [
            f"{file} has no wavelength in {path}: list band {band} there, or remove the file"
            for band, file in scene.bands.items()
            if band not in listed
        ]
    for message in problems:
        yield Finding(level="error", scene=scene.name, file=scene.rgb, message=message)


def _contradictions(
    path: Path, scenes: Sequence[SceneFiles], listed: Mapping[str, float], is_given: bool
) -> Iterator[Finding]:
    """Findings where wavelengths contradict those ``listed``, or the names of bands."""
    source = "--wavelengths" if is_given else str(path)
    for scene in scenes:
        for band, nm in zip(scene.band_ids, scene.wavelengths or (), strict=False):
            for other, where in ((listed.get(band), path), (_named_nm(band), "its name")):
                if other is not None and abs(nm - other) >= CONTRADICTION_NM:
                    message = (
                        f"band {band} is {nm:g} nm according to {source}, but {other:g} nm "
                        f"according to {where}: correct one of them unless this is intended"
                    )
                    yield Finding(level="warning", scene="", file=None, message=message)


def _named_nm(band: str) -> float | None:
    number = _number(band)
    return None if number is None or not NAMED_NM[0] <= number <= NAMED_NM[1] else number


def _scene_files(
    scene: FoundScene,
    description: Description,
    given: tuple[float, ...] | None,
    coding: Coding,
) -> SceneFiles:
    clean = description.clean
    listed = description.wavelengths or {}
    known = given or tuple(listed[band] for band in scene.bands if band in listed)
    return SceneFiles(
        name=scene.name,
        split=scene.split,
        rgb=scene.rgb,
        bands=tuple(scene.bands.values()),
        band_ids=tuple(scene.bands),
        wavelengths=known if known and len(known) == len(scene.bands) else None,
        truth=scene.truth,
        mask=scene.mask,
        band_masks=scene.band_masks,
        clean=None if clean is None else clean == "all" or scene.name in clean,
        pixels_per_mm=description.pixels_per_mm,
        coding=coding.over(description.coding.stated()),
        layers=scene_layers(scene, description.layer_kinds),
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # float() also reads "nan" and "inf", which are words here.
    return number if math.isfinite(number) else None


def _checked_option(nm: float) -> float:
    try:
        return checked_wavelength(nm)
    except ValueError as error:
        msg = f"{nm:g} nm is not valid: {error}"
        raise UsageError(msg) from error
