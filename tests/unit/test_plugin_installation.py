"""Which command changes which environment, and what is known of distributions."""

import dataclasses
import importlib.metadata
from pathlib import Path

import pytest

from artextract_cli import plugin_installation as installation
from artextract_cli.errors import ArtextractError, DependencyError, UsageError
from artextract_cli.plugin_installation import Environment, distribution_named, normal

RECEIPT = """
[tool]
requirements = [{ name = "artextract" }, { name = "artextract-hex" }, { name = "torch" }]
"""


@pytest.fixture
def plain(tmp_path: Path) -> Environment:
    return Environment(
        prefix=tmp_path / "env", python=tmp_path / "env/bin/python", has_pip=True, is_managed=False
    )


def kept_by(plain: Environment, name: str, content: str = "{}") -> Environment:
    plain.prefix.mkdir()
    (plain.prefix / name).write_text(content)
    return plain


def test_pip_in_a_plain_environment(plain: Environment) -> None:
    python = str(plain.python)
    limits = Path("limits.txt")
    assert plain.install_command("artextract-sage", limits) == [
        *(python, "-m", "pip", "install", "--constraint", "limits.txt", "artextract-sage")
    ]
    assert plain.uninstall_command("artextract-sage") == [
        *(python, "-m", "pip", "uninstall", "--yes", "artextract-sage")
    ]


def test_uv_where_there_is_no_pip(plain: Environment) -> None:
    bare = dataclasses.replace(plain, has_pip=False)
    python = str(plain.python)
    assert bare.install_command("./sage") == ["uv", "pip", "install", "--python", python, "./sage"]
    assert bare.uninstall_command("sage") == ["uv", "pip", "uninstall", "--python", python, "sage"]


def test_a_tool_of_uv_keeps_what_it_has(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", RECEIPT)
    kept = ["uv", "tool", "install", "artextract", "--with=artextract-hex", "--with=torch"]
    assert tool.install_command("artextract-sage") == [*kept, "--with=artextract-sage"]
    assert tool.install_command("artextract-hex") == [*kept[:4], kept[5], kept[4]]
    assert tool.uninstall_command("artextract-hex") == [*kept[:4], kept[5]]


def test_pipx_injects(plain: Environment) -> None:
    tool = kept_by(plain, "pipx_metadata.json")
    assert tool.install_command("artextract-sage") == ["pipx", "inject", "env", "artextract-sage"]
    assert tool.uninstall_command("artextract-sage")[:2] == ["pipx", "uninject"]


def test_what_belongs_to_the_operating_system_is_left_alone(plain: Environment) -> None:
    managed = dataclasses.replace(plain, is_managed=True)
    said = r"belongs to the operating system.*'python3 -m venv ENV' and 'ENV/bin/pip install artext"
    with pytest.raises(UsageError, match=said):
        managed.install_command("artextract-sage")


def test_this_environment() -> None:
    assert Environment.current().python.exists()


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("artextract-sage", "artextract-sage"),
        ("artextract-sage==1.2", "artextract-sage"),
        ("artextract-sage[gpu]>=1", "artextract-sage"),
        ("artextract-sage @ https://example.org/a.zip", "artextract-sage"),
        ("dist/artextract_sage-1.2-py3-none-any.whl", "artextract-sage"),
    ],
)
def test_the_name_in_a_requirement(package: str, name: str) -> None:
    assert distribution_named(package) == name


def test_a_folder_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert installation.wanted("artextract-sage") == "artextract-sage"
    (tmp_path / "artextract-sage").mkdir()
    assert installation.wanted("artextract-sage") == "artextract-sage"
    (tmp_path / "artextract-sage" / "pyproject.toml").touch()
    assert installation.wanted("artextract-sage") == str(tmp_path / "artextract-sage")


def test_the_name_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "artextract-sage"\n')
    assert distribution_named(str(tmp_path)) == "artextract-sage"


def test_names_as_indices_compare_them() -> None:
    assert normal("Artextract__Sage.Net") == "artextract-sage-net"


def test_what_artextract_needs_stays_at_its_version() -> None:
    with installation.constraints() as path:
        lines = path.read_text().splitlines()
    assert f"torch=={importlib.metadata.version('torch')}" in lines
    assert f"numpy=={importlib.metadata.version('numpy')}" in lines
    assert not path.exists()


def test_built_in_plugins_cannot_be_taken_out() -> None:
    with pytest.raises(UsageError, match="'gat' is built in"):
        installation.owner_of("gat")
    with pytest.raises(UsageError, match="'artextract' is built in"):
        installation.owner_of("artextract")
    with pytest.raises(UsageError, match="'numpy' is no installed plugin"):
        installation.owner_of("numpy")


def test_commands_that_fail() -> None:
    with pytest.raises(ArtextractError, match=r"'false' failed \(exit code 1\)"):
        installation.install("x", ["false"], {})
    with pytest.raises(DependencyError, match="no-such-tool is not there, which manages"):
        installation.install("x", ["no-such-tool"], {})


def test_a_package_that_brings_no_plugin() -> None:
    before = installation.plugin_distributions()
    with pytest.raises(DependencyError, match="numpy is installed, but brings no plugin"):
        installation.install("numpy", ["true"], before)
