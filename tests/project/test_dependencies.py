"""What is installed is pinned, and its licences are listed."""

import importlib.metadata
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"artextract"}
BY_PYTHON = {"pip"}  # comes with every environment, in the version of that Python


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "licences", ROOT / "docs" / "reference" / "licences.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pinned(licences: ModuleType) -> dict[str, str]:
    """Versions in constraints.txt by name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {licences.canonical_name(name): version for name, version in pairs}


def needed(licences: ModuleType) -> set[str]:
    """All that artextract and its extras need, as far as it is installed."""
    installed = {licences.canonical_name(d.name): d for d in importlib.metadata.distributions()}
    found: set[str] = licences.requirements(installed, "artextract", licences.EXTRAS)
    return found - OURS - BY_PYTHON


def test_all_that_is_needed_is_pinned(licences: ModuleType, pinned: dict[str, str]) -> None:
    assert sorted(needed(licences) - pinned.keys()) == []


def test_what_is_installed_has_the_version_that_is_pinned(
    licences: ModuleType, pinned: dict[str, str]
) -> None:
    installed = {name: importlib.metadata.version(name) for name in needed(licences)}
    others = {
        name: (version, pinned[name])
        for name, version in installed.items()
        if name in pinned and version.partition("+")[0] != pinned[name]
    }
    assert others == {}, "install by 'make', or write what the tests passed with to constraints.txt"


def test_the_licences_are_up_to_date(licences: ModuleType) -> None:
    written = licences.PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in licences.page().splitlines() if line not in written] == [], (
        "run 'make reference'"
    )


def test_every_licence_is_stated(licences: ModuleType) -> None:
    assert "not stated" not in licences.PAGE.read_text(encoding="utf-8")
