"""Entry points that are found, and those that are damaged."""

from pathlib import Path

import pytest

from artextract_cli.plugin.host import PluginHost, plugin_host
from tests.helpers.toy_plugins import lay_out_info


@pytest.mark.parametrize(
    ("points", "cause"),
    [
        ("x = toy_absent", "ModuleNotFoundError: No module named 'toy_absent'"),
        ("x = json:no_such", "AttributeError: module 'json' has no attribute 'no_such'"),
        ("x = json", "it implements none of the hooks artextract_superpixels"),
        ("x = not a module", "its entry point 'not a module' names no module"),
        ("x =", "its entry point '' names no module"),
        ("no equals sign", "its entry_points.txt is damaged"),
    ],
)
def test_an_entry_point_that_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: str, cause: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    lay_out_info(tmp_path, "x", f"[artextract]\n{points}\n")
    host = in_this_process()
    (broken,) = host.broken
    assert (broken.distribution, broken.version) == ("artextract-x", "2.1")
    assert cause in broken.cause
    assert host.find("backbones", "gat")


@pytest.mark.parametrize("metadata", [None, "", "Metadata-Version: 2.1\nName: artextract-x\n"])
def test_a_distribution_without_metadata_harms_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metadata: str | None
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    lay_out_info(tmp_path, "x", "[artextract]\nx = json\n", metadata)
    host = in_this_process()
    (broken,) = host.broken
    assert str(broken) == (
        "plugin 'x' of artextract_x-2.1.dist-info ? cannot be used: its metadata has no name or no "
        f"version: delete {tmp_path / 'artextract_x-2.1.dist-info'} and reinstall it"
    )
    assert host.find("backbones", "gat")


def test_a_distribution_that_lies_on_the_path_twice_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("first", "second"):
        monkeypatch.syspath_prepend(tmp_path / place)
        lay_out_info(tmp_path / place, "x", "[artextract]\nx = toy_absent\n")
    assert len(in_this_process().broken) == 1


def in_this_process() -> PluginHost:
    """What a program that starts now would find."""
    return plugin_host.__wrapped__()
