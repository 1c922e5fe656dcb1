"""Help shows the options of the plugins that stand on the command line."""

from collections.abc import Callable

import pytest

from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import describe_options
from tests.helpers.command_line import Ran

NAMED = {
    "data import bands": ("importers", "bands", "-o "),
    "examine capture --importer cube": ("importers", "cube", "-o "),
    "graph build --superpixels slic": ("superpixels", "slic", "-s "),
    "train --backbone gat": ("backbones", "gat", "-o "),
    "train graphs --objective hidden-layer": ("objectives", "hidden-layer", "-o objective."),
}


@pytest.mark.parametrize("words", NAMED)
def test_options_of_a_named_plugin(run: Callable[..., Ran], words: str) -> None:
    kind, name, flag = NAMED[words]
    ran = run(*words.split(), "--help")
    assert ran.exit_code == 0
    lines = ran.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"Options of {name} ("))
    rows = lines[start + 1 : lines.index("Examples")]
    options = describe_options(plugin_host().find(kind, name).spec.options)
    assert options
    for option in options:
        (row,) = (row for row in rows if row.startswith(f"  {flag}{option.name}="))
        assert option.help.split()[0] in row


def test_values_and_defaults(run: Callable[..., Ran]) -> None:
    text = " ".join(run("train", "--backbone", "gat", "--help").stdout.split())
    assert "-o heads=N Attention heads per layer; they divide its width evenly. [≥ 1;" in text
    assert "-o residual=true|false" in text
    assert "[batch, layer, none; default: layer]" in text


def test_several_plugins(run: Callable[..., Ran]) -> None:
    words = ("train", "graphs", "--scorer", "distance", "--backbone=gcn", "--help")
    lines = run(*words).stdout.splitlines()
    titles = [line for line in lines if line.startswith("Options of ")]
    assert titles == ["Options of gcn (backbone)", "Options of distance (scorer)"]


def test_importers_are_listed_where_one_must_be_named(run: Callable[..., Ran]) -> None:
    lines = run("data", "import", "--help").stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Importers "))
    rows = lines[start + 1 : lines.index("Examples")]
    names = [row.split()[0] for row in rows if row.strip() and row[2] != " "]
    assert names == [plugin.spec.name for plugin in plugin_host().of_kind("importers")]


@pytest.mark.parametrize(
    "words", ["train --help", "infer --scorer residual --help", "train --backbone none --help"]
)
def test_help_without_a_plugin_that_is_known(run: Callable[..., Ran], words: str) -> None:
    ran = run(*words.split())
    assert ran.exit_code == 0
    assert "Options of gat" not in ran.stdout
    assert "Options of residual" not in ran.stdout
