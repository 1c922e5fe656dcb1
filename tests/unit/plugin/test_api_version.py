"""The API version that a source states, read without running it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from artextract_cli.plugin.host import PluginHost
from tests.helpers.toy_plugins import GOOD, lay_out_info


@pytest.mark.parametrize(
    "source",
    [
        "connect = dict(api_version=7)\n" + GOOD.format(name="sage"),
        "# api_version=99\n" + GOOD.format(name="sage").replace("load=", "api_version=1, load="),
    ],
)
def test_an_api_version_of_something_else_does_not_count(
    install: Callable[..., PluginHost], source: str
) -> None:
    assert install(sage=source).broken == []


def test_a_package_is_not_imported_to_read_the_api_version(
    install: Callable[..., PluginHost], tmp_path: Path
) -> None:
    package = tmp_path / "toy_nest" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "toy_nest" / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "__init__.py").write_text(GOOD.format(name="x").replace("load", "api_version=9, l"))
    points = "[artextract]\nnest = toy_nest.inner\n"
    lay_out_info(tmp_path, "nest", points)
    (broken,) = install().broken
    assert broken.cause == "it is written for plugin API 9, not API 1: update artextract"
