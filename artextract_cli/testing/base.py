"""Tests common to all kinds of plugins, and running them without pytest."""

import dataclasses
import inspect
import os
import subprocess
import sys
import unittest
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from artextract_cli.plugin.contract import API_VERSION, Spec
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.specs import NAME

# Packages that take longer to import than all of ``artextract --help`` may take.
HEAVY = ("dgl", "matplotlib", "numba", "pandas", "scipy", "skimage", "sklearn", "torch")
_PROBE = """
import json, sys, {module} as module
for name in {hooks}:
    getattr(module, name)()
print(json.dumps(sorted(set(sys.modules) & set({heavy}))))
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Outcome of one check of a plugin."""

    check: str
    state: Literal["passed", "failed", "skipped"]
    why: str = ""


class PluginTests:
    """Tests of any plugin; a subclass sets ``spec``, and ``options`` to try with the defaults."""

    spec: ClassVar[Spec]
    options: ClassVar[Sequence[Any]] = ()

    def tried(self) -> Iterator[Any]:
        """Yield the options to run every test with: the defaults, and those of the subclass."""
        yield self.spec.options()
        yield from self.options

    @property
    def plugin(self) -> Plugin:
        """The spec wrapped as the host does it."""
        return Plugin(spec=self.spec, distribution="this distribution", version="?")

    def test_name_and_summary(self) -> None:
        """The name is valid, the summary is one sentence."""
        name, summary = self.spec.name, self.spec.summary
        expect(
            NAME.fullmatch(name),
            f"name {name!r}: use lower-case letters, digits and single hyphens",
        )
        one_line = summary.endswith(".") and "\n" not in summary
        expect(one_line, f"summary {summary!r}: use one sentence on one line, with a full stop")

    def test_api_version(self) -> None:
        """The plugin is written for the installed plugin API."""
        version = self.spec.api_version
        message = f"it is written for plugin API {version}, but API {API_VERSION} is installed"
        expect(version == API_VERSION, message)

    def test_options(self) -> None:
        """The options are a frozen dataclass; each has a default and a help text."""
        options = self.spec.options
        frozen = dataclasses.is_dataclass(options) and options.__dataclass_params__.frozen  # type: ignore[attr-defined]
        expect(frozen, f"{options.__name__} must be a frozen dataclass")
        for field in dataclasses.fields(options):
            has_default = field.default is not dataclasses.MISSING
            expect(has_default, f"option {field.name} has no default: use option(...)")
            expect(field.metadata.get("help"), f"option {field.name} has no help: use option(...)")
        # Fails for a default outside its own limits.
        make_options(self.spec, dataclasses.asdict(options()))

    def test_hook_is_light(self) -> None:
        """The hook imports no heavy package: only ``load`` may."""
        module = inspect.getmodule(self.spec.load)
        name = "" if module is None else module.__name__.partition(".")[0]
        hooks = [f"artextract_{self.spec.kind}"]
        if not hasattr(sys.modules.get(name), hooks[0]):
            msg = f"load is not defined in the module with the hook {hooks[0]}"
            raise unittest.SkipTest(msg)
        # In a fresh process: this one may have imported anything. The last line, since the plugin
        # may print.
        heavy = in_child(_PROBE.format(module=name, hooks=hooks, heavy=HEAVY)).splitlines()[-1]
        expect(heavy == "[]", f"the hook imports {heavy}: import it in load, or inside functions")


def expect(condition: Any, message: str) -> None:
    """Fail with ``message`` unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def in_child(code: str) -> str:
    """Output of ``code`` in a fresh Python process with the same module path."""
    # A project that is not installed is found by sys.path only.
    path = os.pathsep.join(part for part in sys.path if part)
    completed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | {"PYTHONPATH": path},
    )
    expect(completed.returncode == 0, f"a fresh Python failed: {completed.stderr.strip()[-400:]}")
    return completed.stdout.strip()


def checks(tests: type[PluginTests]) -> dict[str, Callable[[PluginTests], None]]:
    """The tests of a class by name, those of its bases first."""
    tests_by_name: dict[str, Callable[[PluginTests], None]] = {}
    # From the base downwards: a subclass may replace a test, which keeps its place in the order.
    for base in reversed(tests.__mro__):
        tests_by_name |= {
            name: test for name, test in vars(base).items() if name.startswith("test_")
        }
    return tests_by_name


def run(tests: type[PluginTests]) -> Iterator[Outcome]:
    """Run the tests of a class one after another, without pytest."""
    for name, test in checks(tests).items():
        yield _outcome(name.removeprefix("test_").replace("_", " "), test, tests())


def _outcome(check: str, test: Callable[[PluginTests], None], tests: PluginTests) -> Outcome:
    try:
        test(tests)
    except unittest.SkipTest as reason:
        return Outcome(check=check, state="skipped", why=_sentence(str(reason)))
    except AssertionError as failure:
        return Outcome(check=check, state="failed", why=_sentence(str(failure)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
        why = f"{type(error).__name__}: {_sentence(str(error))}"
        return Outcome(check=check, state="failed", why=why)
    return Outcome(check=check, state="passed")


def _sentence(text: str) -> str:
    return " ".join(text.split())
