"""Plugins of a few lines, and distributions that bring them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.plugin.contract import Backbone
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin

USUAL = "Metadata-Version: 2.1\nName: artextract-{name}\nVersion: 2.1\n"


def lay_out_info(site: Path, name: str, points: str, metadata: str | None = USUAL) -> None:
    info = site / f"artextract_{name}-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(points)
    if metadata is not None:
        (info / "METADATA").write_text(metadata.format(name=name))


def plugin(load: Callable[[], Any]) -> Plugin:
    spec = Backbone(name="sage", summary="A toy.", load=load)
    return Plugin(spec=spec, distribution="artextract-sage", version="2.1")


def put_in(monkeypatch: pytest.MonkeyPatch, kind: str, toy: Plugin) -> None:
    """Let a plugin be installed, in place of one of its name."""
    monkeypatch.setitem(plugin_host().plugins, (kind, toy.spec.name), toy)


GOOD = """
from artextract_cli import Backbone, hookimpl
@hookimpl
def artextract_backbones():
    return [Backbone(name="{name}", summary="A toy.", load=lambda: None)]
"""
