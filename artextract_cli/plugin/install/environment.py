"""The environment that artextract runs in, and the tool that made it."""

import importlib.util
import shlex
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.errors import UsageError
from artextract_cli.plugin.entry_points import HOME_DISTRIBUTION
from artextract_cli.plugin.install.distributions import (
    canonicalize_name,
    distribution_name,
    snapshot,
)
from artextract_cli.plugin.install.uv import UvTool, read_receipt


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where artextract is installed, and what installs there."""

    prefix: Path
    python: Path
    has_pip: bool
    is_managed: bool  # by the operating system, which forbids others to install there

    @classmethod
    def current(cls) -> "Environment":
        """That of this process."""
        is_virtual = sys.prefix != sys.base_prefix
        marker = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
        return cls(
            prefix=Path(sys.prefix),
            python=Path(sys.executable),
            has_pip=importlib.util.find_spec("pip") is not None,
            is_managed=not is_virtual and marker.exists(),
        )

    def install_command(self, package: str, constraints: Path | None = None) -> list[str]:
        """The command that installs ``package``.

        Raises
        ------
        UsageError
            If the operating system forbids it; the sentence says what to do instead.
        """
        self._check_allowed(f"artextract {shlex.quote(package)}")
        if tool := self._uv_tool():
            name = canonicalize_name(distribution_name(package))
            return [*tool.install_command(without=name), *tool.with_words(package)]
        if self._is_pipx:
            # Forced, pipx also fetches anew what is there, artextract itself among it.
            is_there = canonicalize_name(distribution_name(package)) in snapshot()
            force = ["--force"] if is_there else []
            return ["pipx", "inject", *force, self.prefix.name, package]
        limits = [] if constraints is None else ["--constraint", str(constraints)]
        return [*self._installer("install"), *limits, package]

    def dry_run_command(self, package: str, constraints: Path) -> list[str] | None:
        """A command that fails if ``package`` cannot be installed within the constraints.

        Only for tools of uv: they would remember constraints, and never update artextract again.
        """
        if self._uv_tool() is None:
            return None
        limits = ["--constraint", str(constraints)]
        python = str(self.python)
        return ["uv", "pip", "install", "--dry-run", "--python", python, *limits, package]

    def variables(self, constraints: Path) -> dict[str, str]:
        """Environment variables of the command: pipx would remember constraints it is told."""
        if not self._is_pipx:
            return {}
        return {"PIP_CONSTRAINT": str(constraints), "UV_CONSTRAINT": str(constraints)}

    def uninstall_command(self, distributions: Sequence[str]) -> list[str]:
        """The command that takes distributions out.

        Raises
        ------
        UsageError
            If the operating system forbids it.
        """
        self._check_allowed(HOME_DISTRIBUTION)
        if tool := self._uv_tool():
            return tool.install_command(without=canonicalize_name(distributions[0]))
        if self._is_pipx:
            return ["pipx", "uninject", self.prefix.name, distributions[0]]
        made = self._installer("uninstall")
        return [*made, *(["--yes"] if self.has_pip else []), *distributions]

    @property
    def is_managed_by_tool(self) -> bool:
        """Whether it is kept by a tool that takes out what a distribution needs by itself."""
        return self._is_pipx or self._uv_tool() is not None

    @property
    def _is_pipx(self) -> bool:
        return (self.prefix / "pipx_metadata.json").is_file()

    def _uv_tool(self) -> UvTool | None:
        return read_receipt(self.prefix / "uv-receipt.toml", HOME_DISTRIBUTION)

    def _installer(self, verb: str) -> list[str]:
        if self.has_pip:
            return [str(self.python), "-m", "pip", verb]
        return ["uv", "pip", verb, "--python", str(self.python)]

    def _check_allowed(self, packages: str) -> None:
        if self.is_managed:
            msg = (
                f"{self.python} belongs to the operating system, which forbids to install there: "
                "make an environment with 'python3 -m venv ENV' and 'ENV/bin/pip install "
                f"{packages}'"
            )
            raise UsageError(msg)
