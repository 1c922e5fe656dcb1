"""Problems of a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from artextract_cli.utils.events import warn

MASKS = "object"
"""Folder of the object masks of a split."""

Level = Literal["error", "warning"]
Remedy = Literal["register", "mask"] | None
_N_NAMED = 3  # unused masks that a warning names


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem of a dataset.

    Attributes
    ----------
    level
        ``error`` or ``warning``.
    scene
        Name of the scene; empty if the problem does not concern a single scene.
    file
        The file that has the problem; None if it does not concern a single file.
    message
        One sentence.
    remedy
        "register" if registering the bands mends it, "mask" if finding the painting on its backdrop
        does; else None.
    """

    level: Level
    scene: str
    file: Path | None
    message: str
    remedy: Remedy = None


def warn_of(findings: Sequence[Finding]) -> None:
    """Warn of the findings that concern every image, and of object masks that belong to no scene.

    What such a mask excludes would count as painting.
    """
    for finding in findings:
        if finding.file is None:
            warn(finding.message)
    files = [finding.file for finding in findings if finding.file is not None]
    unused = [str(path) for path in files if path.parent.name == MASKS]
    if unused:
        listed = ", ".join(unused[:_N_NAMED])
        more = f" and {len(unused) - _N_NAMED} more" if len(unused) > _N_NAMED else ""
        what = (
            "masks belong to no scene and are" if unused[1:] else "mask belongs to no scene and is"
        )
        warn(
            f"{len(unused)} {what} not used ({listed}{more}): name a mask <scene>_mask.png after "
            "its photograph <scene>_RGB.png"
        )
