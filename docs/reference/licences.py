"""Write licences.md beside this file: what is installed with artextract, and under which licence.

`make reference` runs this in the environment of `constraints.txt`.
"""

import importlib.metadata
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).with_name("licences.md")
HOME = "artextract"
EXTRAS = ("hdf5", "pandas", "registration", "dev")
NOTICE = "<!-- Written by docs/reference/licences.py from what is installed: do not edit. -->"
INTRODUCTION = """\
# Licences

What artextract needs, itself or through what it needs, under the licences that the distributions
state, on Linux with Python 3.11 and torch for the CPU. Wheels may contain libraries of others, of
which files inside them tell. artextract itself is under Apache-2.0."""


def page() -> str:
    """The text of the page."""
    installed = {normal(d.name): d for d in importlib.metadata.distributions()}
    needed = requirements(installed, HOME)
    extra = requirements(installed, HOME, EXTRAS) - needed
    lines = [
        NOTICE,
        "",
        INTRODUCTION,
        "",
        "## Needed by artextract",
        "",
        *_table(installed, needed),
    ]
    lines += ["", f"## Needed by the extras {', '.join(EXTRAS)}", "", *_table(installed, extra)]
    return "\n".join(lines) + "\n"


def requirements(
    installed: Mapping[str, Distribution], name: str, extras: tuple[str, ...] = ()
) -> set[str]:
    """Names of the installed distributions that one needs, directly or not."""
    found: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        of, chosen = waiting.pop()
        for text in installed[of].requires or ():
            needed = Requirement(text)
            applies = needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ("", *chosen)
            )
            key = normal(needed.name)
            if applies and key in installed and key not in found:
                found.add(key)
                waiting.append((key, tuple(needed.extras)))
    return found - {name}


def licence(distribution: Distribution) -> str:
    """What the distribution says: the expression, the classifiers, or the first line of a text."""
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        return expression
    prefix = "License ::"
    classified = [c for c in said.get_all("Classifier") or () if c.startswith(prefix)]
    names = [c.rpartition("::")[2].strip() for c in classified]
    if names := [name for name in names if name != "OSI Approved"]:
        return ", ".join(names)
    text = (said.get("License") or "").strip().splitlines()
    return text[0] if text else "not stated"


def normal(name: str) -> str:
    """A distribution's name as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _table(installed: Mapping[str, Distribution], names: set[str]) -> Iterator[str]:
    yield from ("| distribution | licence |", "|---|---|")
    for name in sorted(names):
        yield f"| {name} | {licence(installed[name])} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"{PAGE.name}\n")


if __name__ == "__main__":
    main()
