"""Checking a dataset: every problem of its layout and its images in one pass."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from artextract_cli.imaging.coding import Coding
from artextract_cli.scenes.checks.scene import SceneRow, check_scene
from artextract_cli.scenes.dataset import list_dataset
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.findings import Finding
from artextract_cli.scenes.layout import SPLITS, natural_key
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.scenes.spectrum import equal_wavelengths
from artextract_cli.utils.events import progress
from artextract_cli.utils.parallel.work import results_of

INFRARED_NM = 750
"""Wavelength from which hidden layers can be expected to show, in nm."""

__all__ = ["DatasetCheck", "Finding", "SceneRow", "SplitRow", "check_dataset"]


@dataclass(frozen=True, kw_only=True)
class SplitRow:
    """The size of a split, and where the wavelengths of its bands come from.

    Attributes
    ----------
    split
        ``train`` or ``val``.
    scenes
        Number of scenes.
    bands
        Number of bands of all scenes together.
    wavelengths_from
        Where the wavelengths are stated, or ``unknown``.
    """

    split: str
    scenes: int
    bands: int
    wavelengths_from: str


@dataclass(frozen=True, kw_only=True)
class DatasetCheck:
    """The result of checking a dataset.

    Attributes
    ----------
    root
        Folder of the dataset.
    findings
        Every problem, errors and warnings; ``file`` is relative to ``root``, and messages name
        paths from the current folder.
    rows
        One entry per scene.
    splits
        One entry per split.
    """

    root: Path
    findings: tuple[Finding, ...]
    rows: tuple[SceneRow, ...]
    splits: tuple[SplitRow, ...]

    @property
    def brief(self) -> "DatasetCheck":
        """The same with messages that name paths relative to ``root``, for a list beneath it."""
        root = f"{self.root}{os.sep}"
        findings = [replace(f, message=f.message.replace(root, "")) for f in self.findings]
        return replace(self, findings=tuple(findings))


def check_dataset(
    root: Path,
    *,
    wavelengths: Sequence[float] | None = None,
    coding: Coding | None = None,
    jobs: int = 1,
) -> DatasetCheck:
    """Check the layout and all images of a dataset, continuing after every problem.

    Parameters
    ----------
    root
        Folder with ``train/`` or ``val/``.
    wavelengths
        Wavelengths in nm, one per band in natural order; they override ``dataset.yaml``.
    coding
        How pixel values relate to light; overrides ``dataset.yaml``.
    jobs
        Number of scenes checked at a time, in processes of their own; see `build_dataset`.

    Returns
    -------
    DatasetCheck
        Every problem, and the content of the dataset.

    Raises
    ------
    InputError
        If there are no scenes.
    UsageError
        If ``wavelengths`` are not in nm, or ``coding`` names a band that does not exist.
    """
    dataset, findings = list_dataset(root, wavelengths, coding)
    # If wavelengths are listed, listing the dataset has already reported bands that are missing.
    if all(scene.wavelengths is None for scene in dataset.scenes):
        findings += _uneven_bands(dataset.scenes)
    findings += _missing_infrared(dataset.scenes)
    source = "--wavelengths" if wavelengths else DESCRIPTION
    findings += _equal_wavelengths(dataset.scenes, source)
    with progress("checking", len(dataset.scenes)) as advance:
        checked = results_of(check_scene, dataset.scenes, jobs, advance)
    findings += chain.from_iterable(problems for _, problems in checked)
    return DatasetCheck(
        root=root,
        findings=tuple(_relative(finding, root) for finding in findings),
        rows=tuple(row for row, _ in checked),
        splits=tuple(_split_row(split, dataset.scenes, source) for split in SPLITS),
    )


def _uneven_bands(scenes: Sequence[SceneFiles]) -> Iterator[Finding]:
    """Findings for bands missing from a scene that at least half of the other scenes have."""
    counts = Counter(band for scene in scenes for band in scene.band_ids)
    for scene in scenes:
        for band in sorted(set(counts) - set(scene.band_ids), key=natural_key):
            # The scene itself lacks the band: all that have it are among the others.
            if scene.bands and 2 * counts[band] >= len(scenes) - 1:
                message = f"scene {scene.name} has no band {band}, unlike other scenes"
                yield Finding(level="error", scene=scene.name, file=scene.rgb, message=message)


def _equal_wavelengths(scenes: Sequence[SceneFiles], source: str) -> Iterator[Finding]:
    """Findings for bands of equal wavelength; scenes with wavelengths all have the same ones."""
    scene = next((scene for scene in scenes if scene.wavelengths), None)
    for problem in equal_wavelengths(scene.band_ids, scene.wavelengths or ()) if scene else ():
        message = f"{problem} according to {source}: correct one of them unless this is intended"
        yield Finding(level="warning", scene="", file=None, message=message)


def _missing_infrared(scenes: Sequence[SceneFiles]) -> Iterator[Finding]:
    """A finding for scenes of known wavelengths none of which is infrared."""
    visible = [s for s in scenes if s.wavelengths and max(s.wavelengths) < INFRARED_NM]
    if visible:
        scene, n_others = visible[0], len(visible) - 1
        others = f" and {n_others} other{'s' * (n_others > 1)} have" if n_others else " has"
        message = (
            f"scene {scene.name}{others} no infrared band: the longest wavelength is "
            f"{max(scene.wavelengths or ()):g} nm, but hidden layers show from about "
            f"{INFRARED_NM} nm on; add an infrared band, or correct its wavelength"
        )
        yield Finding(level="warning", scene=scene.name, file=scene.rgb, message=message)


def _relative(finding: Finding, root: Path) -> Finding:
    return (
        finding if finding.file is None else replace(finding, file=finding.file.relative_to(root))
    )


def _split_row(split: str, scenes: Sequence[SceneFiles], source: str) -> SplitRow:
    members = [scene for scene in scenes if scene.split == split]
    return SplitRow(
        split=split,
        scenes=len(members),
        bands=sum(len(scene.bands) for scene in members),
        wavelengths_from=source if any(scene.wavelengths for scene in members) else "unknown",
    )
