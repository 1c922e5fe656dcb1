"""Plugins that a model names, found again."""

from collections.abc import Callable, Mapping
from typing import Any

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.models.card import ModelCard
from artextract_cli.nn.siamese import LossFunction, ScoreFunction, check_loss, check_scores
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.utils.events import warn


def recorded_plugin(kind: str, origin: Mapping[str, str], made: str = "the model") -> Plugin:
    """Find the plugin that something was ``made`` with; warn if another version is installed.

    Raises
    ------
    DependencyError
        If it is not installed; the sentence says what to install.
    """
    name, distribution, version = origin["name"], origin["distribution"], origin["version"]
    try:
        plugin = plugin_host().find(kind, name)
    except UsageError as error:
        msg = (
            f"{made} needs plugin {name!r} ({kind}) of {distribution} {version}: "
            f"install it with 'artextract plugins install {distribution}=={version}'"
        )
        raise DependencyError(msg) from error
    if plugin.origin != dict(origin):
        warn(
            f"{made} was made with {name} of {distribution} {version}, "
            f"installed is that of {plugin.distribution} {plugin.version}"
        )
    return plugin


def recorded_objective(card: ModelCard) -> LossFunction:
    """The objective that a model learns by; raises as `new_network`."""
    return _function("objectives", card.objective, card.objective_options, check_loss)


def recorded_scorer(card: ModelCard) -> ScoreFunction:
    """The scorer that a model was calibrated for; raises as `new_network`."""
    return _function("scorers", card.scorer, card.scorer_options, check_scores)


def _function(
    kind: str,
    origin: Mapping[str, str],
    values: Mapping[str, Any],
    check: Callable[[Any, Any], None],
) -> Callable[[Any], Any]:
    """What the plugin's ``load`` gives, its options given and what it returns checked."""
    plugin, options = recorded(kind, origin, values)
    function = plugin.load()

    def call(seen: Any) -> Any:
        with plugin.running():
            made = function(seen, options)
            check(seen, made)
            return made

    return call


def recorded(kind: str, origin: Mapping[str, str], values: Mapping[str, Any]) -> tuple[Plugin, Any]:
    """The plugin, and its options."""
    plugin = recorded_plugin(kind, origin)
    try:
        options = make_options(plugin.spec, values)
    except UsageError as error:
        msg = f"the model is damaged or of another plugin: {error}"
        raise InputError(msg) from error
    return plugin, options
