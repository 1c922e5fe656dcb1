"""What a plugin must return to be taken."""

from collections.abc import Callable

import pytest

from artextract_cli.plugin.host import PluginHost
from tests.helpers.toy_plugins import GOOD

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
        "written for plugin API 99, not API 1: update artextract",
    ),
    "future_and_different": (
        "from artextract_cli import NoSuchName\n"
        + GOOD.format(name="future").replace("load=", "api_version=99, load="),
        "written for plugin API 99, not API 1: update artextract",
    ),
    "past": (
        GOOD.format(name="past").replace("load=", "api_version=0, load="),
        "written for plugin API 0, not API 1: update the plugin",
    ),
    "computed_api": (
        GOOD.format(name="computed").replace("load=", "api_version=1 + 1, load="),
        "written for plugin API 2, not API 1: update artextract",
    ),
    "no_hook": (
        "x = 1",
        "implements none of the hooks artextract_superpixels, artextract_backbones",
    ),
    "no_mark": (
        GOOD.format(name="x").replace("@hookimpl\n", ""),
        "its function artextract_backbones is not marked as a hook: put @hookimpl above it",
    ),
    "wrong_name": (
        GOOD.format(name="My Net"),
        "its name 'My Net' must consist of lower-case letters",
    ),
    "wrong_options": (
        GOOD.format(name="x").replace("load=", "options=dict, load="),
        "the options of x cannot be used: they are not a dataclass",
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
        "backbones 'x' already belongs to artextract-twice",
    ),
    "raises_its_own_exit": (
        "class Stop(BaseException): pass\nraise Stop('no licence')",
        "cannot be used: Stop: no licence",
    ),
    "cannot_tell": (
        "class Mute(Exception):\n    def __str__(self):\n        return 1\nraise Mute",
        "cannot be used: Mute",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_plugin_harms_only_itself(install: Callable[..., PluginHost], case: str) -> None:
    source, cause = BAD[case]
    host = install(**{case: source, "sage": GOOD.format(name="sage")})
    assert host.find("backbones", "sage")
    assert host.find("backbones", "gat")
    (broken,) = host.broken
    assert cause in str(broken)
    assert f"plugin {case!r} of artextract-{case} 2.1 cannot be used" in str(broken)
    assert "\n" not in str(broken)
