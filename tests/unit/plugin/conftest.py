"""Plugins that are installed beside the tests."""

import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artextract_cli.plugin.host import PluginHost, discover
from tests.helpers.toy_plugins import lay_out_info


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PluginHost]]:
    """Lay out distributions as pip would, and discover them beside the built-in plugins."""
    monkeypatch.syspath_prepend(tmp_path)
    modules = []

    def lay_out(**sources: str) -> PluginHost:
        for name, source in sources.items():
            lay_out_info(tmp_path, name, f"[artextract]\n{name} = toy_{name}\n")
            (tmp_path / f"toy_{name}.py").write_text(source)
            modules.append(f"toy_{name}")
        return discover(importlib.metadata.entry_points(group="artextract"))

    yield lay_out
    for module in modules:
        sys.modules.pop(module, None)
