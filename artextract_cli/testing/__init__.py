"""Conformance tests that every plugin should pass: subclass one in the tests of the plugin.

::

    from artextract_cli.testing import BackboneTests
    from artextract_sage import artextract_backbones

    class TestSage(BackboneTests):
        spec = artextract_backbones()

pytest finds the tests of such a class; `artextract plugins check` runs them without pytest. A test
that fails reports what was expected, what was returned, and what the host relies on.
"""

from artextract_cli.testing.backbones import BackboneTests
from artextract_cli.testing.base import Outcome, PluginTests, run
from artextract_cli.testing.commands import CommandTests
from artextract_cli.testing.importers import ImporterTests
from artextract_cli.testing.loggers import LoggerTests
from artextract_cli.testing.objectives import ObjectiveTests
from artextract_cli.testing.scorers import ScorerTests
from artextract_cli.testing.superpixels import SuperpixelTests

__all__ = [
    "BackboneTests",
    "CommandTests",
    "ImporterTests",
    "LoggerTests",
    "ObjectiveTests",
    "Outcome",
    "PluginTests",
    "ScorerTests",
    "SuperpixelTests",
    "run",
]
