"""Names and requirements of installed distributions."""

import importlib.metadata
from pathlib import Path

import pytest

from artextract_cli.plugin.install import distributions
from artextract_cli.plugin.install.distributions import canonicalize_name, distribution_name


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
    assert distribution_name(package) == name


def test_the_name_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "artextract-sage"\n')
    assert distribution_name(str(tmp_path)) == "artextract-sage"


def test_names_as_indices_compare_them() -> None:
    assert canonicalize_name("Artextract__Sage.Net") == "artextract-sage-net"


def test_what_artextract_needs_stays_at_its_version() -> None:
    with distributions.constraints() as path:
        lines = path.read_text().splitlines()
    assert f"torch=={importlib.metadata.version('torch')}" in lines
    assert f"numpy=={importlib.metadata.version('numpy')}" in lines
    assert not path.exists()
