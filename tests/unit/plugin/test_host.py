import importlib.metadata
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin.contract import Backbone
from artextract_cli.plugin.host import PluginHost, discover, list_plugins, plugin_host, some
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.specs import KINDS

GOOD = """
from artextract_cli import Backbone, hookimpl
@hookimpl
def artextract_backbones():
    return [Backbone(name="{name}", summary="A toy.", load=lambda: None)]
"""

USUAL = "Metadata-Version: 2.1\nName: artextract-{name}\nVersion: 2.1\n"

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


@pytest.mark.parametrize(
    ("points", "cause"),
    [
        ("x = toy_absent", "ModuleNotFoundError: No module named 'toy_absent'"),
        ("x = json:no_such", "AttributeError: module 'json' has no attribute 'no_such'"),
        ("x = json", "it implements no hook: one of artextract_superpixels"),
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
        "plugin 'x' of artextract_x-2.1.dist-info ? is left out: its metadata has no name or no "
        f"version: delete {tmp_path / 'artextract_x-2.1.dist-info'} and install it again"
    )
    assert host.find("backbones", "gat")


def test_a_distribution_that_lies_on_the_path_twice_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("first", "second"):
        monkeypatch.syspath_prepend(tmp_path / place)
        lay_out_info(tmp_path / place, "x", "[artextract]\nx = toy_absent\n")
    assert len(in_this_process().broken) == 1


def test_an_interruption_ends_the_program(install: Callable[..., PluginHost]) -> None:
    with pytest.raises(KeyboardInterrupt):
        install(slow="raise KeyboardInterrupt")


def lay_out_info(site: Path, name: str, points: str, metadata: str | None = USUAL) -> None:
    info = site / f"artextract_{name}-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(points)
    if metadata is not None:
        (info / "METADATA").write_text(metadata.format(name=name))


def in_this_process() -> PluginHost:
    """What a program that starts now would find."""
    return plugin_host.__wrapped__()


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


def plugin(load: Callable[[], Any]) -> Plugin:
    spec = Backbone(name="sage", summary="A toy.", load=load)
    return Plugin(spec=spec, distribution="artextract-sage", version="2.1")


def raising(error: BaseException) -> Callable[[], Any]:
    def load() -> Any:
        raise error

    return load


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ModuleNotFoundError("No module named 'cv2'"),
            r"'sage' of artextract-sage 2\.1 cannot be loaded \(ModuleNotFoundError: No module "
            r"named 'cv2'\): install artextract-sage and what it needs anew",
        ),
        (ZeroDivisionError("by zero"), r"\(ZeroDivisionError: by zero\): report it to its authors"),
        (SystemExit(3), r"\(SystemExit: 3\)"),
        (OSError("libgl.so: not found"), r"libgl\.so: not found\): install artextract-sage and"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_owner(error: BaseException, said: str) -> None:
    with pytest.raises(DependencyError, match=said):
        plugin(raising(error)).load()


@pytest.mark.parametrize(
    "error", [InputError("a word"), KeyboardInterrupt(), MemoryError(), OSError(28, "disk")]
)
def test_what_is_not_the_plugins_fault_goes_on(error: BaseException) -> None:
    with pytest.raises(type(error)), plugin(print).running():
        raise error


def test_want_of_graphics_memory_is_not_the_plugins_fault() -> None:
    with pytest.raises(MemoryError, match="CUDA out of memory"), plugin(print).running():
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_a_missing_package_is_told_with_what_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    required = "Requires-Dist: opencv-python>=4\nRequires-Dist: pytest; extra == 'dev'\n"
    lay_out_info(tmp_path, "sage", "", USUAL + required)
    said = r"install artextract-sage and what it needs \(opencv-python>=4\) anew"
    with pytest.raises(DependencyError, match=said):
        plugin(raising(ModuleNotFoundError("No module named 'cv2'"))).load()


def test_a_plugin_at_work_does_not_print_into_results(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor where several threads run it, whichever ends first."""
    first, second = threading.Barrier(2, timeout=10), threading.Event()

    def work(is_first: bool) -> None:
        with plugin(print).running():
            first.wait()
            sys.stdout.write(f"{is_first}\n")
            if not is_first:
                second.wait(10)

    threads = [threading.Thread(target=work, args=(is_first,)) for is_first in (True, False)]
    for thread in threads:
        thread.start()
    threads[0].join()
    second.set()
    threads[1].join()
    sys.stdout.write("result\n")
    captured = capsys.readouterr()
    assert captured.out == "result\n"
    assert sorted(captured.err.split()) == ["False", "True"]


@pytest.mark.parametrize(
    ("n", "told"),
    [(0, ""), (2, "p0, p1"), (8, "p0, p1, p2, p3, p4, p5, p6, p7")],
)
def test_few_names_are_all_told(n: int, told: str) -> None:
    assert some(f"p{i}" for i in range(n)) == told


def test_of_many_names_the_first_are_told() -> None:
    told = some(f"p{i}" for i in range(9))
    assert told == "p0, p1, p2, p3, p4, p5, p6, p7, … (`artextract plugins list`)"


def test_plugins_are_listed_by_kind_and_name() -> None:
    listed = [(plugin.spec.kind, plugin.spec.name) for plugin in list_plugins()]
    assert {kind for kind, _ in listed} == {*KINDS}
    backbones = [plugin.spec.name for plugin in list_plugins("backbones")]
    assert backbones == sorted(backbones)
    assert {"gat", "gcn"} <= {*backbones}
    with pytest.raises(UsageError, match="there is no kind 'networks'"):
        list_plugins("networks")
