"""Which command changes which environment, and what is known of distributions."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin.install import distributions
from artextract_cli.plugin.install import transaction as installation
from artextract_cli.plugin.install.distributions import Installed
from artextract_cli.plugin.install.environment import Environment
from tests.helpers.installs import kept_by


def test_a_folder_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert installation.resolve_requirement("artextract-sage") == "artextract-sage"
    (tmp_path / "artextract-sage").mkdir()
    with pytest.raises(InputError, match=r"artextract-sage has no pyproject\.toml"):
        installation.resolve_requirement("artextract-sage")
    (tmp_path / "artextract-sage" / "pyproject.toml").touch()
    assert installation.resolve_requirement("artextract-sage") == str(tmp_path / "artextract-sage")


def test_built_in_plugins_cannot_be_taken_out() -> None:
    with pytest.raises(UsageError, match="'gat' is built in"):
        installation.owner_of("gat")
    with pytest.raises(UsageError, match="'artextract' is built in"):
        installation.owner_of("artextract")
    with pytest.raises(UsageError, match="'numpy' is not an installed plugin"):
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
    said = r"'false' failed \(exit code 1\); see its output above. artextract and its dep"
    with pytest.raises(DependencyError, match=said):
        installation.install(fake(plain, monkeypatch, "false"), "x", Path("l"), before)
    with pytest.raises(
        DependencyError, match="no-such-tool, which manages this environment, is not installed"
    ):
        installation.install(fake(plain, monkeypatch, "no-such-tool"), "x", Path("l"), before)
    assert not installation.is_changed(before)


def test_a_package_that_brings_no_plugin(
    plain: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = distributions.snapshot()
    with pytest.raises(DependencyError, match="numpy is installed, but has no plugin"):
        installation.install(fake(plain, monkeypatch, "true"), "numpy", Path("l"), before)


def test_what_artextract_needs_may_not_change(
    plain: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(distributions.snapshot())
    before["numpy"] = dataclasses.replace(before["numpy"], version="1.0")
    with pytest.raises(DependencyError, match=r"numpy changed from version 1\.0 to 2"):
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
        "New, needed uninstalled again; Older 1.0 restored; here 1.0 was installed from "
        "file:///src, and stays in its present state; there 1.0 could not be restored: reinstall it"
    )
    assert [command[3:] for command in ran] == [
        ["uninstall", "--yes", "New", "needed"],
        ["install", "Older==1.0"],
        ["install", "https://example.org/t.whl"],
    ]
    tool = kept_by(plain, "pipx_metadata.json")
    ran.clear()
    assert installation.roll_back(tool, "new==1", {**after, **before}) != ""
    assert installation.roll_back(tool, "new==1", before).startswith("New uninstalled again; ")
    assert ["pipx", "uninject", "env", "New"] in ran


def test_a_tool_takes_out_what_was_requested_alone() -> None:
    new = [found("needed"), found("Artextract_Sage", url="https://example.org/sage")]
    assert installation._requested("git+https://example.org/sage", new) == [new[1]]
    assert installation._requested("artextract-sage>1", new) == [new[1]]
    assert installation._requested("needed", new) == [new[0]]
    assert installation._requested("other", new[:1]) == [new[0]]


def test_a_process_that_tries_plugins_tells_why_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation._child("-c", "print(3)") == "3\n"
    with pytest.raises(DependencyError, match=r"^no licence$"):
        installation._child("-c", "raise SystemExit('warning: x\\nerror: no licence')")
    with pytest.raises(DependencyError, match=r"a plugin ended artextract \(exit code 7\)"):
        installation._child("-c", "raise SystemExit(7)")
    monkeypatch.setattr(installation, "TIMEOUT_S", 0.01)
    with pytest.raises(
        DependencyError, match=r"prevents artextract from starting: no response within 0.01"
    ):
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
    with pytest.raises(
        UsageError, match="'net' belongs to artextract-a and artextract-b: name one"
    ):
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
