"""Names of scenes and bands that can be names of files and folders on every operating system."""

import re

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
