from collections.abc import Callable

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.plugin.host import PluginHost, enumerate_names, list_plugins, plugin_host
from artextract_cli.plugin.specs import KINDS
from tests.helpers.toy_plugins import GOOD


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


def test_an_interruption_ends_the_program(install: Callable[..., PluginHost]) -> None:
    with pytest.raises(KeyboardInterrupt):
        install(slow="raise KeyboardInterrupt")


def test_a_second_owner_of_a_name_is_refused_and_both_are_named(
    install: Callable[..., PluginHost],
) -> None:
    host = install(a=GOOD.format(name="gat"), b=GOOD.format(name="one"), c=GOOD.format(name="one"))
    assert host.find("backbones", "gat").distribution == "artextract"
    assert host.find("backbones", "one").distribution == "artextract-b"
    assert [b.cause for b in host.broken] == [
        "backbones 'gat' already belongs to artextract; artextract-a must choose another name",
        "backbones 'one' already belongs to artextract-b; artextract-c must choose another name",
    ]


def test_a_plugin_that_prints_does_not_reach_stdout(
    install: Callable[..., PluginHost], capsys: pytest.CaptureFixture[str]
) -> None:
    install(chatty="print('hello')\n" + GOOD.format(name="chatty"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"unknown plugin 'sage' of kind backbones.*gat, gcn"):
        plugin_host().find("backbones", "sage")


@pytest.mark.parametrize(
    ("n", "told"),
    [(0, ""), (2, "p0, p1"), (8, "p0, p1, p2, p3, p4, p5, p6, p7")],
)
def test_few_names_are_all_told(n: int, told: str) -> None:
    assert enumerate_names(f"p{i}" for i in range(n)) == told


def test_of_many_names_the_first_are_told() -> None:
    told = enumerate_names(f"p{i}" for i in range(9))
    assert told == "p0, p1, p2, p3, p4, p5, p6, p7, … (`artextract plugins list`)"


def test_plugins_are_listed_by_kind_and_name() -> None:
    listed = [(plugin.spec.kind, plugin.spec.name) for plugin in list_plugins()]
    assert {kind for kind, _ in listed} == {*KINDS}
    backbones = [plugin.spec.name for plugin in list_plugins("backbones")]
    assert backbones == sorted(backbones)
    assert {"gat", "gcn"} <= {*backbones}
    with pytest.raises(UsageError, match="unknown kind 'networks'"):
        list_plugins("networks")
