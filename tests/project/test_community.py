"""What people meet who contribute: the same checks everywhere, and files that a forge can read."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import artextract_cli

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_hooks_run_what_lint_runs() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2]
    lint = re.findall(r"^\t\$\(BIN\)/(.+)$", recipe.partition("\n\n")[0], re.M)
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert [hook["entry"].removeprefix(".venv/bin/") for hook in hooks] == lint


def test_the_forge_runs_what_ci_runs_on_the_versions_of_the_readme() -> None:
    (job,) = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"].values()
    assert job["steps"][-1]["run"].endswith(".ci/run")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python {' or '.join(job['strategy']['matrix']['python'])}" in readme


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_forms_have_what_a_forge_requires(form: Path) -> None:
    content = read(form)
    assert content.keys() >= {"name", "description", "body"}
    ids = [part["id"] for part in content["body"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("page", ["CONTRIBUTING", "SECURITY", "CODE_OF_CONDUCT"])
def test_links_of_pages_at_the_top_lead_somewhere(page: str) -> None:
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / target).exists(), target


def test_the_version_is_in_one_place_and_the_citation_follows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "artextract_cli/__init__.py"
    citation = read(ROOT / "CITATION.cff")
    assert citation["version"] == artextract_cli.__version__
