"""The plugin contract: specs and options; see `artextract_cli.plugin.protocols` for protocols.

A plugin module implements a hook of `artextract_cli.plugin.hookspecs` and returns one of these
specs. A spec is light: its `load` imports the heavy module only when the plugin is used.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from artextract_cli.plugin.protocols import (
    ImporterFunction,
    LoggerFactory,
    ObjectiveFunction,
    ScorerFunction,
    SuperpixelFunction,
)

if TYPE_CHECKING:
    import typer


# Raised whenever a plugin written for the earlier contract would no longer work.
API_VERSION = 1

Sources = Callable[[Path, Any], Sequence[Path]]
"""Lists the sources of scenes, given the source of all and options."""


def option(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """Declare a field of an options dataclass.

    Parameters
    ----------
    default
        Default value.
    help
        Help text, one sentence.
    minimum, maximum
        Smallest and largest allowed value, inclusive; no limit if None.
    choices
        Allowed values of a text option; any if empty.

    Returns
    -------
    Any
        A dataclass field.
    """
    # Where dataclasses leave room for it: the field remains an ordinary field.
    metadata = {"help": help, "minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class NoOptions:
    """The options of a plugin without options."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Description that every kind of plugin has in common."""

    kind: ClassVar[str]

    name: str
    summary: str
    options: type = NoOptions
    load: Callable[[], Any]
    api_version: int = API_VERSION


@dataclass(frozen=True, kw_only=True)
class SuperpixelMethod(Spec):
    """A superpixel method.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns a `SuperpixelFunction`; called when the plugin is used.
    api_version
        Version of this contract that the plugin is written for.
    """

    kind: ClassVar[str] = "superpixels"

    load: Callable[[], SuperpixelFunction]


@dataclass(frozen=True, kw_only=True)
class Backbone(Spec):
    """A graph backbone.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns a factory: number of node features and options to a `BackboneModule`.
    api_version
        Version of this contract that the plugin is written for.
    """

    kind: ClassVar[str] = "backbones"

    load: Callable[[], Callable[[int, Any], Any]]


@dataclass(frozen=True, kw_only=True)
class Objective(Spec):
    """A training objective, which compares the branches.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns an `ObjectiveFunction`: `EmbeddedScenes` and options to the loss.
    api_version
        Version of this contract that the plugin is written for.
    learns_from
        "views": the RGB image against every band as captured; "layers": the RGB image against all
        bands together, with synthetic hidden layers under some superpixels.
    compares_nodes
        Whether it compares individual superpixels, so that all views must share one label map.
    suited
        Training settings that replace the defaults for this objective.
    uninformative_loss
        Smallest loss of uninformative embeddings as a function of the options; drawn in loss
        figures.
    """

    kind: ClassVar[str] = "objectives"

    load: Callable[[], ObjectiveFunction]
    learns_from: Literal["views", "layers"] = "views"
    compares_nodes: bool = True
    suited: Mapping[str, Any] = field(default_factory=dict)
    uninformative_loss: Callable[[Any], float] | None = None


@dataclass(frozen=True, kw_only=True)
class Scorer(Spec):
    """A scorer, which turns embeddings into scores.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns a `ScorerFunction`: `ScoredNodes` and options to scores (N, V - 1).
    api_version
        Version of this contract that the plugin is written for.
    """

    kind: ClassVar[str] = "scorers"

    load: Callable[[], ScorerFunction]


@dataclass(frozen=True, kw_only=True)
class Importer(Spec):
    """An importer, which reads captures of one format.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns an `ImporterFunction`.
    api_version
        Version of this contract that the plugin is written for.
    takes_coding
        Whether it is a `CodedImporterFunction`, which takes the coding as a third argument.
    recognises
        Whether a file or folder looks like captures of this format, judged by file names alone;
        `examine` selects the importer by it. None if the importer is only used by name.
    sources
        Lists the files or folders of the scenes in a source, given the options too; called on each
        of them, in any process, the `ImporterFunction` yields that scene. Reads no pixels. None if
        the function reads one scene after another: `--jobs` then shares encoding and writing only.
    """

    kind: ClassVar[str] = "importers"

    load: Callable[[], ImporterFunction]
    takes_coding: bool = False
    recognises: Callable[[Path], bool] | None = None
    sources: Sources | None = None


@dataclass(frozen=True, kw_only=True)
class Logger(Spec):
    """A logger, which shows how a training goes.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Dataclass of its options, see `option`.
    load
        Returns a `LoggerFactory`: run directory, settings and options to a `TrainingLogger`.
    api_version
        Version of this contract that the plugin is written for.
    """

    kind: ClassVar[str] = "loggers"

    load: Callable[[], LoggerFactory]


@dataclass(frozen=True, kw_only=True)
class Command(Spec):
    """A command of the command line, mounted under its name.

    Attributes
    ----------
    name
        Name on the command line.
    summary
        One sentence.
    options
        Not used: a command declares its own options.
    load
        Returns a Typer app.
    api_version
        Version of this contract that the plugin is written for.
    """

    kind: ClassVar[str] = "commands"

    load: "Callable[[], typer.Typer]"


# The default limit trades detail for memory and time, both of which grow with the superpixels: at a
# side of 5 px it is reached by images of 1225 × 1225 pixels, whose superpixels are then larger.
def superpixel_count(
    shape: Sequence[int], n_segments: int | None, region_size: float, limit: int = 60_000
) -> int:
    """Number of superpixels to request for an image.

    Parameters
    ----------
    shape
        (H, W, ...) of the image.
    n_segments
        The requested number, if any.
    region_size
        Side of a superpixel in pixels, used if ``n_segments`` is None.
    limit
        Upper limit of a number derived from ``region_size``; bounds the size of the graph.

    Returns
    -------
    int
        From 1 to the number of pixels.
    """
    pixels = shape[0] * shape[1]
    # The limit does not apply to a number that the user asked for.
    n = min(round(pixels / region_size**2), limit) if n_segments is None else n_segments
    return max(1, min(n, pixels))
