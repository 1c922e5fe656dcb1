"""The loggers of a training, which show how it goes and never stop it."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.imaging.heatmap import colour
from artextract_cli.imaging.robust_regression import robust_deviation
from artextract_cli.pipelines.settings import LOGGER, OBJECTIVE, SCORER, TrainingSettings
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options, split_prefixed
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import LoggerFactory, TrainingLogger
from artextract_cli.plugin.specs import cause_of
from artextract_cli.utils.events import warn

MAP = "scores"
"""Name of the example map."""


class Loggers:
    """The loggers that a run names; those that fail are left out from then on.

    Parameters
    ----------
    settings
        The settings of the run, which name the loggers and have their options.

    Raises
    ------
    UsageError
        If a logger or an option is unknown.
    DependencyError
        If a package that a logger needs is not installed.
    """

    def __init__(self, settings: TrainingSettings) -> None:
        plugins = [plugin_host().find("loggers", name) for name in dict.fromkeys(settings.log)]
        options = _options(plugins, settings.options)
        self._factories: list[tuple[str, LoggerFactory, Any]] = [
            (plugin.spec.name, plugin.load(), of_plugin)
            for plugin, of_plugin in zip(plugins, options, strict=True)
        ]
        self._running: dict[str, TrainingLogger] = {}

    def start(self, run: Path, settings: Mapping[str, Any]) -> None:
        """Start all loggers; ``settings`` are the resolved ones of the run."""
        for name, factory, options in self._factories:
            with self._unused_if_it_fails(name):
                self._running[name] = factory(run, settings, options)

    def log(self, row: Mapping[str, Any], scores: Callable[[], FloatArray]) -> None:
        """Log an epoch; ``scores`` (H, W) of a validation scene are computed if anything logs."""
        if not self._running:
            return
        numbers = {name: float(value) for name, value in row.items()}
        maps = {MAP: example_map(scores())}
        for name, logger in [*self._running.items()]:
            with self._unused_if_it_fails(name):
                logger.log(numbers, maps)

    def close(self, figures: Mapping[str, float]) -> None:
        """End all loggers; ``figures`` are those of the finished model, if any."""
        for name, logger in [*self._running.items()]:
            with self._unused_if_it_fails(name):
                logger.close(figures)
        self._running.clear()

    @contextmanager
    def _unused_if_it_fails(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            self._running.pop(name, None)
            warn(f"the logger {name} has failed and is not used any more: {cause_of(error)}")


def _options(plugins: Sequence[Plugin], given: Mapping[str, Any]) -> list[Any]:
    """The options of every logger: those of ``logger.KEY`` that it has."""
    *_, values = split_prefixed(given, OBJECTIVE, SCORER, LOGGER)
    names = [{field.name for field in dataclasses.fields(p.spec.options)} for p in plugins]
    if unknown := values.keys() - set().union(*names):
        chosen = ", ".join(p.spec.name for p in plugins)
        who = f"none of the loggers {chosen} has it" if plugins else "add --log NAME"
        msg = f"the option {LOGGER}.{min(unknown)} belongs to no logger: {who}"
        raise UsageError(msg)
    return [
        make_options(plugin.spec, {k: v for k, v in values.items() if k in known})
        for plugin, known in zip(plugins, names, strict=True)
    ]


def example_map(scores: FloatArray) -> NDArray[np.uint8]:
    """Colour scores (H, W) by their robust deviations within the scene, as (H, W, 3)."""
    centred = scores - np.median(scores)
    return colour(centred / robust_deviation(centred, least=1e-6), scale="deviation")
