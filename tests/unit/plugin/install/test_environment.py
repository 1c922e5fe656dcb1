"""The tool that manages an environment, and its commands."""

import dataclasses
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.plugin.install.environment import Environment
from tests.helpers.installs import kept_by


def test_pip_in_a_plain_environment(plain: Environment) -> None:
    python = str(plain.python)
    limits = Path("limits.txt")
    assert plain.install_command("artextract-sage", limits) == [
        *(python, "-m", "pip", "install", "--constraint", "limits.txt", "artextract-sage")
    ]
    assert plain.install_command("/src/sage", limits, editable=True) == [
        *(python, "-m", "pip", "install", "--constraint", "limits.txt", "--editable", "/src/sage")
    ]
    assert plain.uninstall_command(["artextract-sage", "what-it-needs"]) == [
        *(python, "-m", "pip", "uninstall", "--yes", "artextract-sage", "what-it-needs")
    ]
    assert plain.dry_run_command("artextract-sage", limits) is None
    assert plain.variables(limits) == {}


def test_uv_where_there_is_no_pip(plain: Environment) -> None:
    bare = dataclasses.replace(plain, has_pip=False)
    python = str(plain.python)
    assert bare.install_command("./sage") == ["uv", "pip", "install", "--python", python, "./sage"]
    assert bare.uninstall_command(["sage"]) == [
        "uv",
        "pip",
        "uninstall",
        "--python",
        python,
        "sage",
    ]


def test_pipx_injects_within_limits_that_it_does_not_remember(plain: Environment) -> None:
    tool = kept_by(plain, "pipx_metadata.json")
    limits = Path("limits.txt")
    assert tool.install_command("artextract-sage", limits) == [
        *("pipx", "inject", "env", "artextract-sage")
    ]
    assert tool.install_command("numpy", limits) == ["pipx", "inject", "--force", "env", "numpy"]
    assert tool.install_command("/src/sage", editable=True) == [
        *("pipx", "inject", "--editable", "env", "/src/sage")
    ]
    assert tool.variables(limits) == {"PIP_CONSTRAINT": "limits.txt", "UV_CONSTRAINT": "limits.txt"}
    assert tool.uninstall_command(["artextract-sage"]) == [
        *("pipx", "uninject", "env", "artextract-sage")
    ]


def test_what_belongs_to_the_operating_system_is_left_alone(plain: Environment) -> None:
    managed = dataclasses.replace(plain, is_managed=True)
    said = r"belongs to the operating system.*'python3 -m venv ENV' and 'ENV/bin/pip install artext"
    with pytest.raises(UsageError, match=said):
        managed.install_command("artextract-sage")
    with pytest.raises(UsageError, match="belongs to the operating system"):
        managed.uninstall_command(["artextract-sage"])


def test_this_environment() -> None:
    assert Environment.current().python.exists()
