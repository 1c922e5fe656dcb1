"""Names of scenes, bands and layers that can be names of files on every operating system."""

import re
from collections.abc import Sequence

MOST_NAMES = 10
"""Names in a message: enough to recognise a wrong folder, a wrong file or a misspelt name."""

LAYER_NAME = re.compile("[A-Za-z0-9_-]+")
"""Names of layers, which are part of the names of maps as well."""

# Characters that file names must not contain on Windows, which include all path separators;
# characters that look like separators; and device names of Windows.
_FORBIDDEN = set('<>:"/\\|?*') | set("⁄∕∖⧵⧸⧹／＼")
_DEVICES = re.compile("(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)


def name_problem(name: str) -> str | None:
    """Why a file or folder cannot have this name on every operating system; None if it can."""
    if not name.isprintable():
        return "contains unprintable characters"
    if forbidden := sorted(_FORBIDDEN & {*name}):
        return f"contains {' '.join(forbidden)}"
    # Windows drops spaces and dots at the end, a leading dot hides a file, and the name of a device
    # remains one with any suffix.
    if name != name.strip(" .") or _DEVICES.fullmatch(name.split(".")[0].rstrip(" ")):
        return "is not allowed on every operating system"
    return None


def first_names(names: Sequence[str]) -> str:
    """The first names of a list, for a message."""
    return ", ".join(names[:MOST_NAMES]) + (", ..." if names[MOST_NAMES:] else "")
