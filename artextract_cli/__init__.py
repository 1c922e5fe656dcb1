"""Find hidden layers in paintings by comparing a photograph with its multispectral bands."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from artextract_cli.contract import (
    API_VERSION,
    Backbone,
    Capture,
    Command,
    EmbeddedScenes,
    Importer,
    MessageGraph,
    NoOptions,
    Objective,
    ScoredNodes,
    Scorer,
    SuperpixelFunction,
    SuperpixelMethod,
    option,
    superpixel_count,
)
from artextract_cli.device import resolve_device
from artextract_cli.errors import InputError, UsageError
from artextract_cli.hookspecs import hookimpl

if TYPE_CHECKING:
    from artextract_cli.compiling import compiled
    from artextract_cli.dgl_compat import dgl_nn
    from artextract_cli.message_passing import GATConv, GraphConv, NodeNorm
    from artextract_cli.region_kernels import connected_regions, gradient_magnitude
    from artextract_cli.siamese import contrastive_loss, distance

__version__ = "0.1.0"

__all__ = [
    "API_VERSION",
    "Backbone",
    "Capture",
    "Command",
    "EmbeddedScenes",
    "GATConv",
    "GraphConv",
    "Importer",
    "InputError",
    "MessageGraph",
    "NoOptions",
    "NodeNorm",
    "Objective",
    "ScoredNodes",
    "Scorer",
    "SuperpixelFunction",
    "SuperpixelMethod",
    "UsageError",
    "__version__",
    "compiled",
    "connected_regions",
    "contrastive_loss",
    "dgl_nn",
    "distance",
    "gradient_magnitude",
    "hookimpl",
    "option",
    "resolve_device",
    "superpixel_count",
]

# Public names whose modules import heavy packages: imported when they are first used.
_LAZY = {
    "GATConv": "artextract_cli.message_passing",
    "GraphConv": "artextract_cli.message_passing",
    "NodeNorm": "artextract_cli.message_passing",
    "compiled": "artextract_cli.compiling",
    "contrastive_loss": "artextract_cli.siamese",
    "dgl_nn": "artextract_cli.dgl_compat",
    "distance": "artextract_cli.siamese",
    "connected_regions": "artextract_cli.region_kernels",
    "gradient_magnitude": "artextract_cli.region_kernels",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_LAZY[name]), name)
