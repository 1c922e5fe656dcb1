import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.plugin.host import PluginHost, discover, plugin_host, some
from tests.helpers.toy_plugins import lay_out_info

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
    "future_and_different": (
        "from artextract_cli import NoSuchName\n"
        + GOOD.format(name="future").replace("load=", "api_version=99, load="),
        "written for API 99, this is API 1: update artextract",
    ),
    "past": (
        GOOD.format(name="past").replace("load=", "api_version=0, load="),
        "written for API 0, this is API 1: update the plugin",
    ),
    "computed_api": (
        GOOD.format(name="computed").replace("load=", "api_version=1 + 1, load="),
        "written for API 2, this is API 1: update artextract",
    ),
    "no_hook": ("x = 1", "implements no hook: one of artextract_superpixels, artextract_backbones"),
    "no_mark": (
        GOOD.format(name="x").replace("@hookimpl\n", ""),
        "its function artextract_backbones is not marked as a hook: put @hookimpl above it",
    ),
    "wrong_name": (GOOD.format(name="My Net"), "the name 'My Net' is not of lower-case letters"),
    "wrong_options": (
        GOOD.format(name="x").replace("load=", "options=dict, load="),
        "the options of x cannot be used: they are no dataclass",
    ),
    "needed_option": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass O:\n    width: int\n"
        + GOOD.format(name="x").replace("load=", "options=O, load="),
        "the options of x cannot be used: 'width' has no default",
    ),
    "mutable_options": (
        "import dataclasses\n@dataclasses.dataclass\nclass O:\n    width: int = 1\n"
        + GOOD.format(name="x").replace("load=", "options=O, load="),
        "the options of x cannot be used: O is not frozen: write @dataclass(frozen=True)",
    ),
    "list_option": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass O:\n"
        "    widths: list[int] = None\n"
        + GOOD.format(name="x").replace("load=", "options=O, load="),
        "'widths' is not of type bool, int, float or str",
    ),
    "unknown_type": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass O:\n"
        "    width: 'Nothing' = None\n"
        + GOOD.format(name="x").replace("load=", "options=O, load="),
        "NameError: name 'Nothing' is not defined",
    ),
    "text_api": (
        GOOD.format(name="x").replace("load=", "api_version='1', load="),
        "its api_version is '1', not an integer",
    ),
    "no_spec": (
        "from artextract_cli import hookimpl\n@hookimpl\ndef artextract_backbones():\n"
        "    return []",
        "its hooks return no spec: artextract_backbones",
    ),
    "no_summary": (GOOD.format(name="x").replace("A toy.", ""), "x has no summary"),
    "no_load": (
        GOOD.format(name="x").replace("lambda: None", "'gat'"),
        "load of x is str, not a function",
    ),
    "twice": (
        GOOD.format(name="x").replace("return [", "return 2 * ["),
        "backbones 'x' belongs to artextract-twice already",
    ),
    "raises_its_own_exit": (
        "class Stop(BaseException): pass\nraise Stop('no licence')",
        "left out: Stop: no licence",
    ),
    "cannot_tell": (
        "class Mute(Exception):\n    def __str__(self):\n        return 1\nraise Mute",
        "left out: Mute",
    ),
}


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
    assert broken.cause == "it is written for API 9, this is API 1: update artextract"


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


@pytest.mark.parametrize(
    ("n", "told"),
    [(0, ""), (2, "p0, p1"), (8, "p0, p1, p2, p3, p4, p5, p6, p7")],
)
def test_few_names_are_all_told(n: int, told: str) -> None:
    assert some(f"p{i}" for i in range(n)) == told


def test_of_many_names_the_first_are_told() -> None:
    told = some(f"p{i}" for i in range(9))
    assert told == "p0, p1, p2, p3, p4, p5, p6, p7, … (`artextract plugins list`)"
