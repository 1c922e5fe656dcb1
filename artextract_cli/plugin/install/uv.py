"""The receipt of `uv tool` for an installed tool, and the arguments that reinstall it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class UvTool:
    """A uv tool and the packages installed with it, read from its receipt."""

    main: Mapping[str, Any]
    others: Sequence[Mapping[str, Any]]
    python: str | None

    def install_command(self, *, without: str) -> list[str]:
        """The command that reinstalls the tool with its packages except ``without``."""
        is_editable = "editable" in self.main
        main = ["--editable", _place(self.main)] if is_editable else [_requirement(self.main)]
        python = ["--python", self.python] if self.python else []
        kept = [word for r in self.others if r["name"] != without for word in _with(r)]
        return ["uv", "tool", "install", *main, *python, *kept]

    @staticmethod
    def with_arguments(package: str, editable: bool) -> list[str]:
        """The arguments that install a package beside the tool."""
        return ["--with-editable" if editable else "--with", package]


def read_receipt(path: Path, name: str) -> UvTool | None:
    """Read the receipt of the tool ``name``; None if it does not exist."""
    if not path.is_file():
        return None
    tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    # A receipt lists a plain requirement as text, any other as a table.
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
    """A requirement as written on the command line."""
    named = f"{requirement['name']}{_extras(requirement)}"
    source = _source(requirement)
    where = f" @ {source}" if source else requirement.get("specifier", "")
    marker = requirement.get("marker")
    return f"{named}{where}" + (f" ; {marker}" if marker else "")


def _extras(requirement: Mapping[str, Any]) -> str:
    extras = ",".join(requirement.get("extras", []))
    return f"[{extras}]" if extras else ""


def _source(requirement: Mapping[str, Any]) -> str | None:
    """Source of a requirement, if it is not a package index."""
    for key in ("directory", "path"):
        if key in requirement:
            return Path(requirement[key]).as_uri()
    if "git" in requirement:
        return _git(requirement["git"])
    url: str | None = requirement.get("url")
    return url


def _git(address: str) -> str:
    """``https://host/project?rev=main&subdirectory=x`` in the form of a requirement."""
    query = parse_qs(urlsplit(address).query)
    # uv keeps revision and folder in the query of the address, pip expects them behind "@" and "#".
    plain = address.partition("?")[0].partition("#")[0]
    revision = next((f"@{query[key][0]}" for key in ("rev", "tag", "branch") if key in query), "")
    folder = f"#subdirectory={query['subdirectory'][0]}" if "subdirectory" in query else ""
    return f"git+{plain}{revision}{folder}"
