"""What `uv tool` remembers of a tool it installed, and the words that install it again."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class UvTool:
    """A tool and what was installed with it, as its receipt tells."""

    main: Mapping[str, Any]
    others: Sequence[Mapping[str, Any]]
    python: str | None

    def install_command(self, *, without: str) -> list[str]:
        """The command that installs the tool as it is, but for what is called ``without``."""
        is_editable = "editable" in self.main
        main = ["--editable", _place(self.main)] if is_editable else [_requirement(self.main)]
        python = ["--python", self.python] if self.python else []
        kept = [word for r in self.others if r["name"] != without for word in _with(r)]
        return ["uv", "tool", "install", *main, *python, *kept]

    @staticmethod
    def with_words(package: str) -> list[str]:
        """The words that install a package beside the tool."""
        return ["--with", package]


def read_receipt(path: Path, name: str) -> UvTool | None:
    """Read the receipt of the tool ``name``; None if there is none."""
    if not path.is_file():
        return None
    tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    required = [{"name": r} if isinstance(r, str) else r for r in tool.get("requirements", [])]
    return UvTool(
        main=next((r for r in required if r["name"] == name), {"name": name}),
        others=[r for r in required if r["name"] != name],
        python=tool.get("python"),
    )


def _with(requirement: Mapping[str, Any]) -> list[str]:
    if "editable" in requirement:
        return ["--with-editable", _place(requirement)]
    return ["--with", _requirement(requirement)]


def _place(requirement: Mapping[str, Any]) -> str:
    return f"{requirement['editable']}{_extras(requirement)}"


def _requirement(requirement: Mapping[str, Any]) -> str:
    """A requirement as it is written on the command line."""
    named = f"{requirement['name']}{_extras(requirement)}"
    source = _source(requirement)
    where = f" @ {source}" if source else requirement.get("specifier", "")
    marker = requirement.get("marker")
    return f"{named}{where}" + (f" ; {marker}" if marker else "")


def _extras(requirement: Mapping[str, Any]) -> str:
    extras = ",".join(requirement.get("extras", []))
    return f"[{extras}]" if extras else ""


def _source(requirement: Mapping[str, Any]) -> str | None:
    """Where a requirement comes from, if not from an index."""
    for key in ("directory", "path"):
        if key in requirement:
            return Path(requirement[key]).as_uri()
    if "git" in requirement:
        return _git(requirement["git"])
    url: str | None = requirement.get("url")
    return url


def _git(address: str) -> str:
    """``https://host/project?rev=main&subdirectory=x`` as requirements write it."""
    told = parse_qs(urlsplit(address).query)
    plain = address.partition("?")[0].partition("#")[0]
    revision = next((f"@{told[key][0]}" for key in ("rev", "tag", "branch") if key in told), "")
    folder = f"#subdirectory={told['subdirectory'][0]}" if "subdirectory" in told else ""
    return f"git+{plain}{revision}{folder}"
