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
EXTRAS = ("cluster", "hdf5", "pandas", "pyg", "registration", "tensorboard", "dev")
NOTICE = "<!-- Written by docs/reference/licences.py from what is installed: do not edit. -->"
INTRODUCTION = """\
# Licences

The direct and indirect dependencies of artextract, with the licences that the distributions
declare, on Linux with Python 3.11 and torch for the CPU. Wheels may contain libraries of others;
their licences are in files inside the wheels. artextract itself is under Apache-2.0."""


def page() -> str:
    """The text of the page."""
    installed = {canonical_name(d.name): d for d in importlib.metadata.distributions()}
    needed = requirements(installed, HOME)
    extra = requirements(installed, HOME, EXTRAS) - needed
    lines = [
        NOTICE,
        "",
        INTRODUCTION,
        "",
        "## Required by artextract",
        "",
        *_table(installed, needed),
    ]
    lines += ["", f"## Required by the extras {', '.join(EXTRAS)}", "", *_table(installed, extra)]
    return "\n".join(lines) + "\n"


def requirements(
    installed: Mapping[str, Distribution], name: str, extras: tuple[str, ...] = ()
) -> set[str]:
    """Names of the installed distributions that one requires, directly or indirectly."""
    required: set[str] = set()
    pending = [(name, extras)]
    while pending:
        distribution, chosen = pending.pop()
        for text in installed[distribution].requires or ():
            requirement = Requirement(text)
            applies = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in ("", *chosen)
            )
            key = canonical_name(requirement.name)
            if applies and key in installed and key not in required:
                required.add(key)
                pending.append((key, tuple(requirement.extras)))
    return required - {name}


def licence(distribution: Distribution) -> str:
    """The declared licence: the expression, the classifiers, or the first line of the text."""
    metadata = distribution.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    prefix = "License ::"
    classified = [c for c in metadata.get_all("Classifier") or () if c.startswith(prefix)]
    names = [c.rpartition("::")[2].strip() for c in classified]
    if names := [name for name in names if name != "OSI Approved"]:
        return ", ".join(names)
    text = (metadata.get("License") or "").strip().splitlines()
    return text[0] if text else "not stated"


def canonical_name(name: str) -> str:
    """The normalised name of a distribution (PEP 503)."""
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
