"""Which command changes which environment, and what is known of distributions."""

import dataclasses
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin.install import distributions
from artextract_cli.plugin.install import transaction as installation
from artextract_cli.plugin.install.distributions import Installed, distribution_named, normal
from artextract_cli.plugin.install.environment import Environment

RECEIPT = """
[tool]
requirements = [
    { name = "artextract", extras = ["bench"], directory = "/src/artextract" },
    { name = "artextract-hex", specifier = ">=1.2,<2" },
    { name = "artextract-sage", git = "https://example.org/sage?rev=v2&subdirectory=plugin" },
    { name = "artextract-lsc", editable = "/src/lsc" },
    { name = "torch", url = "https://example.org/torch-2.whl" },
]
python = "3.12"
"""
MAIN = ["uv", "tool", "install", "artextract[bench] @ file:///src/artextract", "--python", "3.12"]
HEX = ["--with", "artextract-hex>=1.2,<2"]
SAGE = ["--with", "artextract-sage @ git+https://example.org/sage@v2#subdirectory=plugin"]
LSC = ["--with-editable", "/src/lsc"]
TORCH = ["--with", "torch @ https://example.org/torch-2.whl"]


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
    assert plain.uninstall_command(["artextract-sage", "what-it-needs"]) == [
        *(python, "-m", "pip", "uninstall", "--yes", "artextract-sage", "what-it-needs")
    ]
    assert plain.rehearsal("artextract-sage", limits) is None
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


def test_a_tool_of_uv_keeps_what_it_has(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", RECEIPT)
    assert tool.install_command("artextract-new[gpu]==1", Path("limits.txt")) == [
        *(*MAIN, *HEX, *SAGE, *LSC, *TORCH, "--with", "artextract-new[gpu]==1")
    ]
    assert tool.install_command("artextract_hex==1.9") == [
        *(*MAIN, *SAGE, *LSC, *TORCH, "--with", "artextract_hex==1.9")
    ]
    assert tool.uninstall_command(["Artextract_LSC"]) == [*MAIN, *HEX, *SAGE, *TORCH]


def test_a_tool_of_uv_is_not_told_limits_but_tried_within_them(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", RECEIPT)
    assert tool.rehearsal("artextract-new", Path("limits.txt")) == [
        *("uv", "pip", "install", "--dry-run", "--python", str(plain.python)),
        *("--constraint", "limits.txt", "artextract-new"),
    ]
    assert tool.variables(Path("limits.txt")) == {}


def test_an_editable_tool_of_uv_stays_so(plain: Environment) -> None:
    receipt = '[tool]\nrequirements = [{ name = "artextract", editable = "/src/artextract" }]'
    tool = kept_by(plain, "uv-receipt.toml", receipt)
    assert tool.uninstall_command(["x"]) == [
        *("uv", "tool", "install", "--editable", "/src/artextract")
    ]


def test_receipts_of_an_early_uv(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", '[tool]\nrequirements = ["artextract", "numpy"]')
    assert tool.uninstall_command(["x"]) == [
        "uv",
        "tool",
        "install",
        "artextract",
        "--with",
        "numpy",
    ]


def test_pipx_injects_within_limits_that_it_does_not_remember(plain: Environment) -> None:
    tool = kept_by(plain, "pipx_metadata.json")
    limits = Path("limits.txt")
    assert tool.install_command("artextract-sage", limits) == [
        *("pipx", "inject", "env", "artextract-sage")
    ]
    assert tool.install_command("numpy", limits) == ["pipx", "inject", "--force", "env", "numpy"]
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


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("artextract-sage", "artextract-sage"),
        ("artextract-sage==1.2", "artextract-sage"),
        ("artextract-sage[gpu]>=1", "artextract-sage"),
        ("artextract-sage @ https://example.org/a.zip", "artextract-sage"),
        ("dist/artextract_sage-1.2-py3-none-any.whl", "artextract-sage"),
        ("https://example.org/artextract_sage-1.2-py3-none-any.whl", "artextract-sage"),
    ],
)
def test_the_name_in_a_requirement(package: str, name: str) -> None:
    assert distribution_named(package) == name


def test_a_folder_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert installation.wanted("artextract-sage") == "artextract-sage"
    (tmp_path / "artextract-sage").mkdir()
    with pytest.raises(InputError, match=r"there is no pyproject\.toml in artextract-sage"):
        installation.wanted("artextract-sage")
    (tmp_path / "artextract-sage" / "pyproject.toml").touch()
    assert installation.wanted("artextract-sage") == str(tmp_path / "artextract-sage")


def test_the_name_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "artextract-sage"\n')
    assert distribution_named(str(tmp_path)) == "artextract-sage"


def test_names_as_indices_compare_them() -> None:
    assert normal("Artextract__Sage.Net") == "artextract-sage-net"


def test_what_artextract_needs_stays_at_its_version() -> None:
    with distributions.constraints() as path:
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


class Fake(Environment):
    """Runs these words instead of an installer."""

    words: ClassVar[Sequence[str]] = ()

    def install_command(self, package: str, constraints: Path | None = None) -> list[str]:
        return list(self.words)

    def uninstall_command(self, distributions: Sequence[str]) -> list[str]:
        return [*self.words, *distributions]


def fake(plain: Environment, monkeypatch: pytest.MonkeyPatch, *words: str) -> Environment:
    monkeypatch.setattr(Fake, "words", words)
    return Fake(**vars(plain))


def test_commands_that_fail(plain: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    before = distributions.snapshot()
    said = (
        r"'false' failed \(exit code 1\); why is said above. artextract and what it needs stay at"
    )
    with pytest.raises(DependencyError, match=said):
        installation.install(fake(plain, monkeypatch, "false"), "x", Path("l"), before)
    with pytest.raises(DependencyError, match="no-such-tool is not there, which manages"):
        installation.install(fake(plain, monkeypatch, "no-such-tool"), "x", Path("l"), before)
    assert not installation.is_changed(before)


def test_a_package_that_brings_no_plugin(
    plain: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = distributions.snapshot()
    with pytest.raises(DependencyError, match="numpy is installed, but brings no plugin"):
        installation.install(fake(plain, monkeypatch, "true"), "numpy", Path("l"), before)


def test_what_artextract_needs_may_not_change(
    plain: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(distributions.snapshot())
    before["numpy"] = dataclasses.replace(before["numpy"], version="1.0")
    with pytest.raises(DependencyError, match=r"numpy 1\.0 has become 2"):
        installation.install(fake(plain, monkeypatch, "true"), "numpy", Path("l"), before)


def found(name: str, version: str = "1.0", url: str | None = None) -> Installed:
    return Installed(
        name=name, version=version, written_at=1, url=url, is_folder=url == "file:///src"
    )


def test_rolling_back_takes_out_what_is_new_and_brings_back_the_rest(
    plain: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {
        "kept": found("kept"),
        "older": found("Older"),
        "here": found("here", url="file:///src"),
        "there": found("there", url="https://example.org/t.whl"),
    }
    after = {
        "kept": found("kept"),
        "older": found("Older", "2.0"),
        "here": found("here", "2.0"),
        "there": found("there", "2.0"),
        "new": found("New"),
        "needed": found("needed"),
    }
    ran: list[list[str]] = []

    def run(command: list[str]) -> None:
        ran.append(command)
        if command[-1].startswith("https"):
            raise DependencyError

    monkeypatch.setattr(installation, "snapshot", lambda: after)
    monkeypatch.setattr(installation, "_run", run)
    assert installation.roll_back(plain, "new", before) == (
        "New, needed taken out again; Older 1.0 is back; here 1.0 came from file:///src, and stays "
        "as that is now; there 1.0 could not be brought back: install it again"
    )
    assert [command[3:] for command in ran] == [
        ["uninstall", "--yes", "New", "needed"],
        ["install", "Older==1.0"],
        ["install", "https://example.org/t.whl"],
    ]
    tool = kept_by(plain, "pipx_metadata.json")
    ran.clear()
    assert installation.roll_back(tool, "new==1", {**after, **before}) != ""
    assert installation.roll_back(tool, "new==1", before).startswith("New taken out again; ")
    assert ["pipx", "uninject", "env", "New"] in ran


def test_a_tool_takes_out_what_was_asked_for_alone() -> None:
    new = [found("needed"), found("Artextract_Sage", url="https://example.org/sage")]
    assert installation._asked_for("git+https://example.org/sage", new) == [new[1]]
    assert installation._asked_for("artextract-sage>1", new) == [new[1]]
    assert installation._asked_for("needed", new) == [new[0]]
    assert installation._asked_for("other", new[:1]) == [new[0]]


def test_a_process_that_tries_plugins_tells_why_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation._child("-c", "print(3)") == "3\n"
    with pytest.raises(DependencyError, match=r"^no licence$"):
        installation._child("-c", "raise SystemExit('warning: x\\nerror: no licence')")
    with pytest.raises(DependencyError, match=r"a plugin ends artextract \(exit code 7\)"):
        installation._child("-c", "raise SystemExit(7)")
    monkeypatch.setattr(installation, "PATIENCE", 0.01)
    with pytest.raises(DependencyError, match=r"does not let artextract start: no answer in 0.01"):
        installation._child("-c", "import time; time.sleep(9)")


def test_a_name_of_two_distributions_must_be_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for owner in ("artextract-a", "artextract-b"):
        info = tmp_path / f"{owner}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[artextract]\nnet = no_such_module\n")
    with pytest.raises(UsageError, match="'net' is of artextract-a and of artextract-b: name one"):
        installation.owner_of("net")
    assert installation.owner_of("Artextract_B") == "artextract-b"


def test_a_damaged_distribution_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "artextract_a-1.dist-info").mkdir()
    points = tmp_path / "artextract_a-1.dist-info" / "entry_points.txt"
    points.write_text("[artextract]\nnet = no_such_module\n")
    with pytest.raises(
        DependencyError, match=r"its metadata has no name .* delete .*dist-info and"
    ):
        installation.owner_of("net")
    assert "artextract-a" not in distributions.snapshot()
