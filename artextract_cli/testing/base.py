"""What the tests of all kinds have in common, and how they run without pytest."""

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

HEAVY = ("dgl", "matplotlib", "numba", "pandas", "scipy", "skimage", "sklearn", "torch")
_PROBE = """
import json, sys, {module} as module
for name in {hooks}:
    getattr(module, name)()
print(json.dumps(sorted(set(sys.modules) & set({heavy}))))
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one check of a plugin ended."""

    check: str
    state: Literal["passed", "failed", "skipped"]
    why: str = ""


class PluginTests:
    """Tests of any plugin. A subclass sets ``spec``, and ``options`` to try beside the defaults."""

    spec: ClassVar[Spec]
    options: ClassVar[Sequence[Any]] = ()

    def tried(self) -> Iterator[Any]:
        """The options to run every test with: the defaults, and those of the subclass."""
        yield self.spec.options()
        yield from self.options

    @property
    def plugin(self) -> Plugin:
        """The spec as the host holds it."""
        return Plugin(spec=self.spec, distribution="this distribution", version="?")

    def test_name_and_summary(self) -> None:
        """The name can be typed, the summary is one sentence."""
        name, summary = self.spec.name, self.spec.summary
        expect(
            NAME.fullmatch(name), f"name {name!r}: lower-case letters, digits and single hyphens"
        )
        one_line = summary.endswith(".") and "\n" not in summary
        expect(one_line, f"summary {summary!r}: one sentence on one line, with a full stop")

    def test_api_version(self) -> None:
        """It is written for the plugin API that is installed."""
        got = self.spec.api_version
        expect(got == API_VERSION, f"it is written for API {got}, installed is API {API_VERSION}")

    def test_options(self) -> None:
        """Options are a frozen dataclass; each has a default and a help text."""
        options = self.spec.options
        frozen = dataclasses.is_dataclass(options) and options.__dataclass_params__.frozen  # type: ignore[attr-defined]
        expect(frozen, f"{options.__name__} must be a frozen dataclass")
        for field in dataclasses.fields(options):
            made = field.default is not dataclasses.MISSING
            expect(made, f"option {field.name} has no default: give it one by option(...)")
            expect(field.metadata.get("help"), f"option {field.name} has no help: use option(...)")
        # A default outside its own limits would be refused by what checks options.
        make_options(self.spec, dataclasses.asdict(options()))

    def test_asking_for_it_is_light(self) -> None:
        """Its hook imports nothing heavy: only ``load`` may."""
        module = inspect.getmodule(self.spec.load)
        name = "" if module is None else module.__name__.partition(".")[0]
        hooks = [f"artextract_{self.spec.kind}"]
        if not hasattr(sys.modules.get(name), hooks[0]):
            msg = f"load does not come from the module with the hook {hooks[0]}"
            raise unittest.SkipTest(msg)
        found = in_child(_PROBE.format(module=name, hooks=hooks, heavy=HEAVY)).splitlines()[-1]
        expect(found == "[]", f"the hook imports {found}: import it in load, or inside functions")


def expect(condition: Any, message: str) -> None:
    """Fail with ``message`` unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def in_child(code: str) -> str:
    """What a fresh Python prints that runs ``code`` and finds the same modules."""
    path = os.pathsep.join(part for part in sys.path if part)
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
    )
    expect(ran.returncode == 0, f"a fresh Python failed: {ran.stderr.strip()[-400:]}")
    return ran.stdout.strip()


def checks(tests: type[PluginTests]) -> dict[str, Callable[[PluginTests], None]]:
    """The tests of a class by name, those of its base first."""
    found: dict[str, Callable[[PluginTests], None]] = {}
    for base in reversed(tests.__mro__):
        found |= {name: test for name, test in vars(base).items() if name.startswith("test_")}
    return found


def run(tests: type[PluginTests]) -> Iterator[Outcome]:
    """Run the tests of a class one after the other, without pytest."""
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
