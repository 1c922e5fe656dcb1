"""Lookup of the plugins that a model records."""

from collections.abc import Callable, Mapping
from typing import Any

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.models.card import ModelCard
from artextract_cli.nn.siamese import LossFunction, ScoreFunction, check_loss, check_scores
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.utils.events import command_line, warn


def recorded_plugin(kind: str, origin: Mapping[str, str], user: str = "the model") -> Plugin:
    """Find the plugin that ``user`` needs; warn if another version is installed.

    Raises
    ------
    DependencyError
        If it is not installed; the message says what to install.
    """
    name, distribution, version = origin["name"], origin["distribution"], origin["version"]
    try:
        plugin = plugin_host().find(kind, name)
    except UsageError as error:
        install = command_line("plugins", "install", f"{distribution}=={version}")
        msg = (
            f"{user} needs plugin {name!r} ({kind}) of {distribution} {version}: "
            f"install it with `{install}`"
        )
        raise DependencyError(msg) from error
    # A warning only: most versions compute the same, and an old model should remain usable.
    if plugin.origin != dict(origin):
        warn(
            f"{user} was created with {name} of {distribution} {version}, but "
            f"{plugin.distribution} {plugin.version} is installed"
        )
    return plugin


def recorded_objective(card: ModelCard) -> LossFunction:
    """The objective of a model; raises like `new_network`."""
    return _function("objectives", card.objective, card.objective_options, check_loss)


def recorded_scorer(card: ModelCard) -> ScoreFunction:
    """The scorer that a model was calibrated for; raises like `new_network`."""
    return _function("scorers", card.scorer, card.scorer_options, check_scores)


def _function(
    kind: str,
    origin: Mapping[str, str],
    values: Mapping[str, Any],
    check: Callable[[Any, Any], None],
) -> Callable[[Any], Any]:
    """The function that the plugin loads, with its options bound and its return value checked."""
    plugin, options = recorded(kind, origin, values)
    function = plugin.load()

    def call(argument: Any) -> Any:
        # The check is inside too, so that a wrong value is reported as an error of the plugin.
        with plugin.running():
            value = function(argument, options)
            check(argument, value)
            return value

    return call


def recorded(kind: str, origin: Mapping[str, str], values: Mapping[str, Any]) -> tuple[Plugin, Any]:
    """A recorded plugin and its options."""
    plugin = recorded_plugin(kind, origin)
    try:
        options = make_options(plugin.spec, values)
    except UsageError as error:
        msg = f"the model is damaged or belongs to another plugin: {error}"
        raise InputError(msg) from error
    return plugin, options
