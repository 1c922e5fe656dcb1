"""Checking a plugin in a process of its own."""

from pathlib import Path

import pytest

from artextract_cli.errors import ArtextractError, DependencyError, InputError, UsageError
from artextract_cli.plugin.conformance import check_plugin, try_plugin

MODULE = """
import os
import numpy as np
from artextract_cli import SuperpixelMethod, hookimpl

def cut(image, options):
    print("a plugin talks")
    {line}
    rows, columns = np.indices(image.shape[:2]) // 5
    return rows * 1000 + columns

@hookimpl
def artextract_superpixels():
    return SuperpixelMethod(name="squares", summary="Squares.", load=lambda: cut, api_version=1)
"""
PROJECT = '[project]\nname = "artextract-squares"\n[project.entry-points.artextract]\n'


def module(folder: Path, line: str = "pass") -> Path:
    path = folder / "artextract_squares.py"
    path.write_text(MODULE.format(line=line))
    return path


def test_a_module_that_is_not_installed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = check_plugin(str(module(tmp_path)))
    assert {o["state"] for o in outcomes} == {"passed", "skipped"}
    assert [o["why"] for o in outcomes if o["state"] == "skipped"] == ["it has no option device"]
    assert {(o["kind"], o["plugin"]) for o in outcomes} == {("superpixels", "squares")}
    out, err = capfd.readouterr()
    assert out == ""
    assert "a plugin talks" in err


@pytest.mark.parametrize("source", ["", "src"])
def test_a_project_that_is_not_installed(tmp_path: Path, source: str) -> None:
    (tmp_path / source).mkdir(exist_ok=True)
    module(tmp_path / source)
    (tmp_path / "pyproject.toml").write_text(f'{PROJECT}squares = "artextract_squares"\n')
    assert {o["plugin"] for o in check_plugin(str(tmp_path))} == {"squares"}


def test_a_plugin_that_fails_a_check(tmp_path: Path) -> None:
    outcomes = check_plugin(str(module(tmp_path, "return np.zeros(3, int)")))
    (label_map,) = [o for o in outcomes if o["check"] == "label map"]
    assert label_map["state"] == "failed"
    assert "returned int64 of shape (3,), not integers of shape (1, 1)" in label_map["why"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("os.abort()", r"ended its test process after 'hook is light' \(SIGABRT\)"),
        ("os._exit(0)", r"ended its test process after 'hook is light' \(exit code 0\)"),
        ("os._exit(3)", r"ended its test process after 'hook is light' \(exit code 3\)"),
    ],
)
def test_a_plugin_that_ends_the_process(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ArtextractError, match=said):
        check_plugin(str(module(tmp_path, line)))


def test_what_is_no_plugin(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown plugin 'hexagons': give a project folder"):
        check_plugin("hexagons")
    with pytest.raises(InputError, match=r"has no pyproject\.toml"):
        check_plugin(str(tmp_path))
    (tmp_path / "pyproject.toml").write_text(f'{PROJECT}squares = "artextract_squares"\n')
    with pytest.raises(DependencyError, match="No module named 'artextract_squares'"):
        check_plugin(str(tmp_path))
    (tmp_path / "broken.py").write_text("def (:\n")
    with pytest.raises(DependencyError, match="SyntaxError"):
        check_plugin(str(tmp_path / "broken.py"))


def test_a_trial_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="doctor takes no part in a training"):
        try_plugin("doctor")
