"""Conformance tests of commands."""

import inspect
import sys
import unittest

from artextract_cli.testing.base import HEAVY, PluginTests, expect, in_child

_PROBE = """
import json, sys, {module} as module
specs = module.artextract_commands()
for spec in specs if isinstance(specs, (list, tuple)) else [specs]:
    spec.load()
print(json.dumps(sorted(set(sys.modules) & set({heavy}))))
"""


class CommandTests(PluginTests):
    """The Typer app of a command."""

    def test_it_is_a_typer_app(self) -> None:
        """``load`` returns a Typer app."""
        import typer

        app = self.spec.load()
        is_app = isinstance(app, typer.Typer)
        expect(is_app, f"load returned {type(app).__name__}, which is not a Typer app")

    def test_help(self) -> None:
        """``--help`` shows the usage."""
        from typer.testing import CliRunner

        result = CliRunner().invoke(self.spec.load(), ["--help"])
        expect(
            result.exit_code == 0,
            f"--help ended with exit code {result.exit_code}: {result.output.strip()}",
        )
        expect("Usage" in result.output, "--help shows no usage")

    def test_loading_is_light(self) -> None:
        """Loading imports no heavy package: commands may import inside functions."""
        module = inspect.getmodule(self.spec.load)
        name = "" if module is None else module.__name__.partition(".")[0]
        if not hasattr(sys.modules.get(name), "artextract_commands"):
            msg = "load is not defined in the module with the hook"
            raise unittest.SkipTest(msg)
        # Loaded in a fresh process, since this one may have imported anything.
        heavy = in_child(_PROBE.format(module=name, heavy=HEAVY)).splitlines()[-1]
        expect(heavy == "[]", f"loading the command imports {heavy}: import inside functions")
