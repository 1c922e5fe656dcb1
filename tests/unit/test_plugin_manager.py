import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.plugin_manager import PluginHost, discover, plugin_host

GOOD = """
from artextract_cli import Backbone, hookimpl
@hookimpl
def artextract_backbones():
    return [Backbone(name="{name}", summary="A toy.", load=lambda: None)]
"""

BAD = {
    "import_error": ("import no_such_module", "ModuleNotFoundError"),
    "leaves": ("raise SystemExit(3)", "SystemExit"),
    "syntax": ("def (", "SyntaxError"),
    "raises": (
        "from artextract_cli import hookimpl\n@hookimpl\ndef artextract_backbones():\n    1 / 0",
        "ZeroDivisionError",
    ),
    "misspelt": (
        "from artextract_cli import hookimpl\n@hookimpl\ndef artextract_backbone():\n    return []",
        "unknown hook 'artextract_backbone'",
    ),
    "signature": (
        "from artextract_cli import hookimpl\n@hookimpl\ndef artextract_backbones(a):\n  return []",
        "artextract_backbones",
    ),
    "returns_text": (
        "from artextract_cli import hookimpl\n@hookimpl\ndef artextract_backbones():\n"
        "    return 'gat'",
        "returned str, not Backbone",
    ),
    "future": (
        GOOD.format(name="future").replace("load=", "api_version=99, load="),
        "written for API 99, this is API 1: update artextract",
    ),
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PluginHost]]:
    """Lay out distributions as pip would, and discover them beside the built-in plugins."""
    monkeypatch.syspath_prepend(tmp_path)
    modules = []

    def lay_out(**sources: str) -> PluginHost:
        for name, source in sources.items():
            info = tmp_path / f"artextract_{name}-2.1.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: artextract-{name}\nVersion: 2.1\n"
            )
            (info / "entry_points.txt").write_text(f"[artextract]\n{name} = toy_{name}\n")
            (tmp_path / f"toy_{name}.py").write_text(source)
            modules.append(f"toy_{name}")
        return discover(importlib.metadata.entry_points(group="artextract"))

    yield lay_out
    for module in modules:
        sys.modules.pop(module, None)


def test_built_in_plugins_come_through_entry_points() -> None:
    host = plugin_host()
    superpixels = [plugin.spec.name for plugin in host.of_kind("superpixels")]
    backbones = [plugin.spec.name for plugin in host.of_kind("backbones")]
    assert superpixels == ["felzenszwalb", "quickshift", "slic", "slic-torch", "watershed"]
    assert backbones == ["gat", "gcn"]
    assert host.broken == []


def test_a_third_party_plugin_is_found_with_its_owner(install: Callable[..., PluginHost]) -> None:
    plugin = install(sage=GOOD.format(name="sage")).find("backbones", "sage")
    assert plugin.origin == {
        "name": "sage",
        "distribution": "artextract-sage",
        "version": "2.1",
    }


@pytest.mark.parametrize("case", BAD)
def test_a_broken_plugin_harms_only_itself(install: Callable[..., PluginHost], case: str) -> None:
    source, cause = BAD[case]
    host = install(**{case: source, "sage": GOOD.format(name="sage")})
    assert host.find("backbones", "sage")
    assert host.find("backbones", "gat")
    (broken,) = host.broken
    assert cause in str(broken)
    assert f"plugin {case!r} of artextract-{case} 2.1 is left out" in str(broken)
    assert "\n" not in str(broken)


def test_a_second_owner_of_a_name_is_refused_and_both_are_named(
    install: Callable[..., PluginHost],
) -> None:
    host = install(a=GOOD.format(name="gat"), b=GOOD.format(name="one"), c=GOOD.format(name="one"))
    assert host.find("backbones", "gat").distribution == "artextract"
    assert host.find("backbones", "one").distribution == "artextract-b"
    assert [b.cause for b in host.broken] == [
        "backbones 'gat' belongs to artextract already; artextract-a must choose another name",
        "backbones 'one' belongs to artextract-b already; artextract-c must choose another name",
    ]


def test_a_plugin_that_prints_does_not_reach_stdout(
    install: Callable[..., PluginHost], capsys: pytest.CaptureFixture[str]
) -> None:
    install(chatty="print('hello')\n" + GOOD.format(name="chatty"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no plugin 'sage' among the backbones.*gat, gcn"):
        plugin_host().find("backbones", "sage")
