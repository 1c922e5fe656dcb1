"""The page: template, style and script under a strict content security policy.

The policy gives the digests of the one style and the one script, and allows only images that are
inside the page; nothing else may run or load. Every value is escaped, data included.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from artextract_cli.errors import UsageError
from artextract_cli.utils.file_errors import writing

ASSETS = Path(__file__).parent / "assets"
# As in the template, where only the policy of some hundred bytes comes before it.
MARK = b'<meta name="generator" content="artextract '
HEAD_BYTES = 4096
"""Bytes at the beginning of a file that contain the mark, if it is a report."""
SCRIPTS = (
    *("pixels.js", "picture.js", "saving.js", "marks.js"),
    *("viewer.js", "controls.js", "start.js"),
)


def render(values: Mapping[str, Any]) -> str:
    """Render the page; ``values`` are the variables of the template."""
    style, script = _asset("report.css"), _script()
    # Style and script are our own, and are not escaped: the digests must be of the very text in the
    # page.
    return _template().render(
        **values, style=Markup(style), script=Markup(script), policy=policy(style, script)
    )


def check_earlier_report(out: Path) -> None:
    """Check that a file at ``out`` is an earlier report, or empty: nothing else is replaced.

    Raises
    ------
    UsageError
        If it is another file.
    ArtextractError
        If it cannot be read.
    """
    with writing(out):
        # Folders are refused where the file is written.
        if not out.exists() or out.is_dir() or _is_replaceable(out):
            return
    msg = f"{out} is not a report of artextract: choose another --out, or move it away"
    raise UsageError(msg)


def _is_replaceable(path: Path) -> bool:
    """Whether a file is empty or names artextract as its generator."""
    # A pipe would never end.
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return not head or MARK in head


def policy(style: str, script: str) -> str:
    """Content security policy of a page that allows this style and script only."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS),
        autoescape=True,
        # A misspelt variable is an error instead of an empty place in the page.
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _script() -> str:
    """All scripts joined in one function scope: later ones use what earlier ones define."""
    parts = "\n".join(_asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
