"""The Python environment of artextract, and the tool that manages it."""

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
    """The environment in which artextract is installed, and its installer."""

    prefix: Path
    python: Path
    has_pip: bool
    is_managed: bool  # by the operating system, which forbids installing with pip

    @classmethod
    def current(cls) -> "Environment":
        """The environment of this process."""
        is_virtual = sys.prefix != sys.base_prefix
        # The marker by which an operating system forbids installing into its Python (PEP 668).
        marker = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
        return cls(
            prefix=Path(sys.prefix),
            python=Path(sys.executable),
            has_pip=importlib.util.find_spec("pip") is not None,
            is_managed=not is_virtual and marker.exists(),
        )

    def install_command(
        self, package: str, constraints: Path | None = None, *, editable: bool = False
    ) -> list[str]:
        """The command that installs ``package``; a project that is ``editable`` stays in place.

        Raises
        ------
        UsageError
            If the operating system forbids it; the message says what to do instead.
        """
        self._check_allowed(f"artextract {shlex.quote(package)}")
        mode = ["--editable"] if editable else []
        if tool := self._uv_tool():
            name = canonicalize_name(distribution_name(package))
            return [*tool.install_command(without=name), *tool.with_arguments(package, editable)]
        if self._is_pipx:
            # With --force, pipx also reinstalls what is present, including artextract itself.
            is_installed = canonicalize_name(distribution_name(package)) in snapshot()
            force = ["--force"] if is_installed else []
            return ["pipx", "inject", *force, *mode, self.prefix.name, package]
        limits = [] if constraints is None else ["--constraint", str(constraints)]
        return [*self._installer("install"), *limits, *mode, package]

    def dry_run_command(self, package: str, constraints: Path) -> list[str] | None:
        """A command that fails if ``package`` cannot be installed within the constraints.

        Only for uv tools: uv would record the constraints and never update artextract again.
        """
        if self._uv_tool() is None:
            return None
        limits = ["--constraint", str(constraints)]
        python = str(self.python)
        return ["uv", "pip", "install", "--dry-run", "--python", python, *limits, package]

    def variables(self, constraints: Path) -> dict[str, str]:
        """Environment variables of the command: pipx would record constraints given as options."""
        if not self._is_pipx:
            return {}
        return {"PIP_CONSTRAINT": str(constraints), "UV_CONSTRAINT": str(constraints)}

    def uninstall_command(self, distributions: Sequence[str]) -> list[str]:
        """The command that uninstalls distributions.

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
        uninstall = self._installer("uninstall")
        # uv does not ask, and does not know the option.
        return [*uninstall, *(["--yes"] if self.has_pip else []), *distributions]

    @property
    def is_managed_by_tool(self) -> bool:
        """Whether a tool (pipx, uv) manages it and removes unneeded dependencies by itself."""
        return self._is_pipx or self._uv_tool() is not None

    @property
    def _is_pipx(self) -> bool:
        return (self.prefix / "pipx_metadata.json").is_file()

    def _uv_tool(self) -> UvTool | None:
        return read_receipt(self.prefix / "uv-receipt.toml", HOME_DISTRIBUTION)

    def _installer(self, verb: str) -> list[str]:
        if self.has_pip:
            return [str(self.python), "-m", "pip", verb]
        # uv creates environments without pip, and installs into them from outside.
        return ["uv", "pip", verb, "--python", str(self.python)]

    def _check_allowed(self, packages: str) -> None:
        if self.is_managed:
            msg = (
                f"{self.python} belongs to the operating system, which forbids installing there: "
                "create an environment with 'python3 -m venv ENV' and 'ENV/bin/pip install "
                f"{packages}'"
            )
            raise UsageError(msg)
