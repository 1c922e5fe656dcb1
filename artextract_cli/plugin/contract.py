"""What a plugin hands to the host: specs, options, and the protocols their factories fulfil.

A plugin module implements a hook of `artextract_cli.plugin.hookspecs` and returns a spec from here.
A spec is light: its `load` imports the heavy module only when the plugin is used.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from artextract_cli.plugin.protocols import (
    ImporterFunction,
    ObjectiveFunction,
    ScorerFunction,
    SuperpixelFunction,
)

if TYPE_CHECKING:
    import typer


API_VERSION = 1


def option(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """A field of an options dataclass: its default, its help, and the values it may take.

    ``minimum`` and ``maximum`` are inclusive.
    """
    metadata = {"help": help, "minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class NoOptions:
    """The options of a plugin that has none."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What every kind of plugin tells about itself."""

    kind: ClassVar[str]

    name: str
    summary: str
    options: type = NoOptions
    load: Callable[[], Any]
    api_version: int = API_VERSION


@dataclass(frozen=True, kw_only=True)
class SuperpixelMethod(Spec):
    """A superpixel method: ``load()`` returns a :class:`SuperpixelFunction`."""

    kind: ClassVar[str] = "superpixels"

    load: Callable[[], SuperpixelFunction]


@dataclass(frozen=True, kw_only=True)
class Backbone(Spec):
    """A graph backbone: ``load()`` returns ``(in_size, options) -> BackboneModule``."""

    kind: ClassVar[str] = "backbones"

    load: Callable[[], Callable[[int, Any], Any]]


@dataclass(frozen=True, kw_only=True)
class Objective(Spec):
    """How training compares the branches: ``load()`` returns an :class:`ObjectiveFunction`."""

    kind: ClassVar[str] = "objectives"

    load: Callable[[], ObjectiveFunction]
    # What it learns from: the photograph against every band as they were captured, or the
    # photograph against all bands together, with layers put beneath some superpixels.
    learns_from: Literal["views", "layers"] = "views"
    # Whether it compares superpixel with superpixel, so that all views must share one label map.
    compares_nodes: bool = True
    # Training settings that suit it better than the usual ones.
    suited: Mapping[str, Any] = field(default_factory=dict)
    # The least loss of embeddings that tell nothing, by its options; a floor in figures of losses.
    uninformative_loss: Callable[[Any], float] | None = None


@dataclass(frozen=True, kw_only=True)
class Scorer(Spec):
    """How embeddings become a score: ``load()`` returns a :class:`ScorerFunction`."""

    kind: ClassVar[str] = "scorers"

    load: Callable[[], ScorerFunction]


@dataclass(frozen=True, kw_only=True)
class Importer(Spec):
    """How a capture becomes a dataset: ``load()`` returns an :class:`ImporterFunction`."""

    kind: ClassVar[str] = "importers"

    load: Callable[[], ImporterFunction]
    # Whether it is a CodedImporterFunction, which is given --coding as a third argument.
    takes_coding: bool = False


@dataclass(frozen=True, kw_only=True)
class Command(Spec):
    """A command of one's own: ``load()`` returns a Typer app, mounted under the spec's name."""

    kind: ClassVar[str] = "commands"

    load: "Callable[[], typer.Typer]"


def superpixel_count(
    shape: Sequence[int], n_segments: int | None, region_size: float, limit: int = 60_000
) -> int:
    """How many superpixels to ask for in a picture of ``shape`` (H, W, ...).

    ``n_segments`` wins where it is given; otherwise one superpixel per square of ``region_size``
    pixels, at most ``limit``. Never more than there are pixels, never less than one.
    """
    pixels = shape[0] * shape[1]
    wanted = min(round(pixels / region_size**2), limit) if n_segments is None else n_segments
    return max(1, min(wanted, pixels))
