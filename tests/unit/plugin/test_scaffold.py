"""New plugins are complete, pass their own tests, and never overwrite anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.plugin.scaffold import new_plugin
from artextract_cli.plugin.specs import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_passes_its_own_tests(tmp_path: Path, kind: str) -> None:
    project = new_plugin("my-own", kind, tmp_path)
    assert project == tmp_path / "artextract-my-own"
    assert {str(p.relative_to(project)) for p in project.rglob("*") if p.is_file()} == {
        *("pyproject.toml", "README.md", ".gitignore"),
        *("artextract_my_own.py", "tests/test_my_own.py"),
    }
    source = (project / "artextract_my_own.py").read_text()
    assert len([line for line in source.splitlines() if line.strip()]) <= 45
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=project,
        env={"PYTHONPATH": str(project), "PATH": "", "NUMBA_CACHE_DIR": str(tmp_path / "numba")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_is_tidy(tmp_path: Path, kind: str) -> None:
    project = new_plugin("tidy", kind, tmp_path)
    for words in (["check", "--select", "E,F,W,UP,B,SIM"], ["format", "--check"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", "--line-length=100", project],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("x", "backbone", "unknown kind 'backbone'; choose from: superpixels, backbones"),
        ("My-net", "backbones", "must consist of lower-case letters, digits and single hyphens"),
        ("a--b", "backbones", "single hyphens"),
        ("../up", "backbones", "lower-case"),
        ("x" * 51, "backbones", "lower-case"),
        ("gat", "backbones", "backbones 'gat' already belongs to artextract"),
        ("gat", "scorers", "a module artextract_gat already exists"),
        ("cli", "commands", "a module artextract_cli already exists"),
        ("train", "commands", "commands 'train' already belongs to artextract"),
    ],
)
def test_what_cannot_be_named_so(tmp_path: Path, name: str, kind: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        new_plugin(name, kind, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    project = tmp_path / "artextract-mine"
    project.mkdir()
    (project / "work.py").write_text("precious")
    with pytest.raises(UsageError, match="already exists"):
        new_plugin("mine", "scorers", tmp_path)
    assert [path.name for path in project.iterdir()] == ["work.py"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtextractError, match="cannot write"):
        new_plugin("mine", "scorers", tmp_path / "file")


# Words of the templates, of Python and of pytest.
ODD_NAMES = (
    *("any", "app", "backbone", "capture", "emit", "import", "import-error", "input-error", "load"),
    *(
        "nn",
        "no",
        "option",
        "path",
        "print",
        "scorer",
        "sorted",
        "table",
        "tensor",
        "torch",
        "typer",
    ),
)


USE_ALL = """
import importlib, sys
from pathlib import Path
import typer, typer.main
kind, *names = sys.argv[1:]
for name in names:
    sys.path.insert(0, f"artextract-{name}")
    module = importlib.import_module(f"artextract_{name.replace('-', '_')}")
    spec = getattr(module, f"artextract_{kind}")()
    made = spec.load()
    assert spec.name == name
    if kind == "backbones":
        made(5, spec.options())
    if kind == "commands":
        typer.main.get_command(made)(["."], standalone_mode=False)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_may_be_called_anything(tmp_path: Path, kind: str) -> None:
    for name in ODD_NAMES:
        new_plugin(name, kind, tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", USE_ALL, kind, *ODD_NAMES],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
