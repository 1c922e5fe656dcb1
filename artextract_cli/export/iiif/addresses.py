"""Addresses of exported files, and the names of their folders."""

import hashlib
import re
from urllib.parse import urlsplit

from artextract_cli.errors import UsageError
from artextract_cli.scenes.names import name_problem

# These characters stand for themselves in an address (RFC 3986, section 2.3).
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_OTHERS = re.compile(r"[^A-Za-z0-9_-]+")
COLLECTION, MARK = "collection.json", "export.json"
OWN_FILES = frozenset({COLLECTION, MARK})
"""Names of files beside the folders of scenes."""
MAX_NAME, DIGEST = 100, 8
"""Characters of the name of a folder at most, and of a digest in it."""


def checked_base(url: str) -> str:
    """The address under which a folder will be served, without a slash at its end.

    Raises
    ------
    UsageError
        If it is not an http or https address, or has more than host, port and path.
    """
    if not _is_plain_address(url):
        msg = (
            f"{url!r} cannot be the address of a folder: give http:// or https:// with host and "
            "path, such as https://museum.example/iiif"
        )
        raise UsageError(msg)
    return url.rstrip("/")


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # which is parsed only here
    except ValueError:
        return False
    # Identifiers of IIIF are compared as text: whatever a browser would rewrite is refused.
    characters = re.fullmatch(r"[A-Za-z0-9._~:/%\[\]-]+", url)
    steps = {".", ".."} & {*parts.path.split("/")}
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return bool(is_web and characters and not steps)


def checked_rights(uri: str) -> str:
    """The address of a licence or statement of rights in the form that IIIF asks for.

    Raises
    ------
    UsageError
        If it is not an http or https address.
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname or not _is_printable(uri):
        msg = (
            f"{uri!r} is not the address of a licence or statement of rights: give one such as "
            "http://creativecommons.org/licenses/by/4.0/"
        )
        raise UsageError(msg)
    # The identifiers of these two begin with http, although browsers show https (Presentation API
    # 3.0, section 3.2, rights).
    if parts.hostname in ("creativecommons.org", "rightsstatements.org"):
        return parts._replace(scheme="http").geturl()
    return uri


def _is_printable(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`{|}')


def folder_name(scene: str) -> str:
    """The name of the folder of a scene, the same on every system and in every address."""
    is_short, is_free = len(scene) <= MAX_NAME, scene.lower() not in OWN_FILES
    if is_short and is_free and _PLAIN.fullmatch(scene) and name_problem(scene) is None:
        return scene
    # Scenes whose names have the same plain characters must not share a folder.
    digest = hashlib.sha256(scene.encode("utf-8", errors="surrogatepass")).hexdigest()[:DIGEST]
    plain = _OTHERS.sub("-", scene[: MAX_NAME - DIGEST - 1]).strip("-")
    return f"{plain or 'scene'}-{digest}"
