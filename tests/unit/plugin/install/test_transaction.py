"""Which command changes which environment, and what is known of distributions."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

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

    def install_command(
        self, package: str, constraints: Path | None = None, *, editable: bool = False
    ) -> list[str]:
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


def installer(path: Path, noted: Path) -> Path:
    """A stand-in for pip or pipx: it notes what it is asked for, and cannot reach any server."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"""#!/bin/sh
echo "$*" >> {noted}
for last; do :; done
case "$last" in https*) exit 1;; esac
""")
    path.chmod(0o755)
    return path


def put_on_path(
    folder: Path, name: str, version: str, source: dict[str, Any] | None = None
) -> None:
    """Write the metadata of a distribution, as if it were installed."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata)
    if source is not None:
        (info / "direct_url.json").write_text(json.dumps(source))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which distributions are found."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_rolling_back_takes_out_what_is_new_and_brings_back_the_rest(
    plain: Environment, site: Path, tmp_path: Path
) -> None:
    noted = tmp_path / "noted"
    put_on_path(site, "kept", "1.0")
    before = {
        **distributions.snapshot(),
        "gone": found("gone"),
        "older": found("Older"),
        "here": found("here", url="file:///src"),
        "there": found("there", url="https://example.org/t.whl"),
    }
    for name, version in (("Older", "2"), ("here", "2"), ("there", "2"), ("New", "1")):
        put_on_path(site, name, version)
    put_on_path(site, "needed", "1")
    environment = dataclasses.replace(plain, python=installer(tmp_path / "bin" / "python", noted))
    told = installation.roll_back(environment, "new", before)
    taken_out = noted.read_text().splitlines()[0].split()
    assert taken_out[:4] == ["-m", "pip", "uninstall", "--yes"]
    assert {*taken_out[4:]} == {"New", "needed"}
    assert told == (
        f"{', '.join(taken_out[4:])} uninstalled again; Older 1.0 restored; here 1.0 was installed "
        "from file:///src, and stays in its present state; there 1.0 could not be restored: "
        "reinstall it"
    )
    assert noted.read_text().splitlines()[1:] == [
        "-m pip install Older==1.0",
        "-m pip install https://example.org/t.whl",
    ]


@pytest.mark.parametrize(
    ("package", "new", "taken_out"),
    [
        ("git+https://example.org/sage", ("Artextract_Sage", "needed"), "Artextract_Sage"),
        ("artextract-sage>1", ("Artextract_Sage", "needed"), "Artextract_Sage"),
        ("needed", ("Artextract_Sage", "needed"), "needed"),
        ("other", ("needed",), "needed"),
    ],
)
def test_a_tool_takes_out_what_was_requested_alone(
    plain: Environment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    new: Sequence[str],
    taken_out: str,
) -> None:
    """By its name; for an address, what records one; else the first of what is new."""
    noted = tmp_path / "noted"
    monkeypatch.setenv("PATH", str(installer(tmp_path / "bin" / "pipx", noted).parent), ":")
    before = distributions.snapshot()
    for name in new:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.syspath_prepend(folder)  # what comes last is found first
        address = {"url": "https://example.org/sage"} if name == "Artextract_Sage" else None
        put_on_path(folder, name, "1", address)
    told = installation.roll_back(kept_by(plain, "pipx_metadata.json"), package, before)
    assert told == f"{taken_out} uninstalled again"
    assert noted.read_text() == f"uninject env {taken_out}\n"


def test_a_tool_has_nothing_to_take_out_if_nothing_is_new(plain: Environment) -> None:
    tool = kept_by(plain, "pipx_metadata.json")
    assert installation.roll_back(tool, "new==1", distributions.snapshot()) == ""


def test_a_process_that_tries_plugins_tells_why_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that lists the plugins is one of ours, found before artextract."""
    program = tmp_path / "artextract_cli" / "__main__.py"
    program.parent.mkdir()
    (program.parent / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    listed = {"plugins": [{"name": "sage", "distribution": "artextract-sage"}], "broken": []}
    program.write_text(f"print({json.dumps(listed)!r})")
    assert installation.owner_of("sage") == "artextract-sage"
    program.write_text("raise SystemExit('warning: x\\nerror: no licence')")
    with pytest.raises(DependencyError, match=r"^no licence$"):
        installation.owner_of("sage")
    program.write_text("raise SystemExit(7)")
    with pytest.raises(DependencyError, match=r"a plugin ended artextract \(exit code 7\)"):
        installation.owner_of("sage")
    program.write_text("import time; time.sleep(9)")
    monkeypatch.setattr(installation, "TIMEOUT_S", 0.01)
    with pytest.raises(
        DependencyError, match=r"prevents artextract from starting: no response within 0.01"
    ):
        installation.owner_of("sage")


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
