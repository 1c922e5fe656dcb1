"""What the host relies on in a command."""

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

        made = self.spec.load()
        expect(isinstance(made, typer.Typer), f"load returned {type(made).__name__}, no Typer app")

    def test_help(self) -> None:
        """``--help`` tells how it is used."""
        from typer.testing import CliRunner

        ran = CliRunner().invoke(self.spec.load(), ["--help"])
        expect(ran.exit_code == 0, f"--help ended with {ran.exit_code}: {ran.output.strip()}")
        expect("Usage" in ran.output, "--help shows no usage")

    def test_loading_it_is_light(self) -> None:
        """Loading imports nothing heavy: what works may import inside its functions."""
        module = inspect.getmodule(self.spec.load)
        name = "" if module is None else module.__name__.partition(".")[0]
        if not hasattr(sys.modules.get(name), "artextract_commands"):
            msg = "load does not come from the module with the hook"
            raise unittest.SkipTest(msg)
        found = in_child(_PROBE.format(module=name, heavy=HEAVY)).splitlines()[-1]
        expect(found == "[]", f"loading the command imports {found}: import inside functions")
