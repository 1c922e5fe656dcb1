"""Reference pages say what the sources say, and every kind has built-in, page and tests."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from artextract_cli.plugin.host import list_plugins, plugin_host
from artextract_cli.plugin.specs import KINDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_up_to_date() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    del written["licences.md"]
    assert written == generator().pages(), "run 'make reference'"


def test_the_catalogue_is_up_to_date_and_has_every_plugin() -> None:
    written = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert written == generator().catalogue(), "run 'make reference'"
    for plugin in list_plugins():
        assert f" {plugin.spec.name} | {plugin.spec.summary} |" in written
    for project in (ROOT / "examples").glob("artextract-*"):
        assert f"### [{project.name}]" in written


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_tells_of_hook_spec_and_built_in_plugins(kind: str) -> None:
    page = (FOLDER / f"{kind}.md").read_text(encoding="utf-8")
    assert f"## Hook `artextract_{kind}()`" in page
    assert f"Returns one `{KINDS[kind].__name__}`" in page
    names = [p.spec.name for p in plugin_host().of_kind(kind) if p.distribution == "artextract"]
    assert names
    for name in names:
        assert f"### {name}\n" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_tutorial_leads_to_every_page(kind: str) -> None:
    assert f"(reference/{kind}.md)" in (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
