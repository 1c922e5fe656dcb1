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
    ImporterFunction,
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
from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.hookspecs import hookimpl

if TYPE_CHECKING:
    from artextract_cli.compiling import compiled
    from artextract_cli.console import emit, mapping_table, progress, table, warn
    from artextract_cli.dataset_layout import list_pictures
    from artextract_cli.dgl_compat import dgl_nn
    from artextract_cli.environment import diagnosis
    from artextract_cli.files import reading
    from artextract_cli.message_passing import GATConv, GraphConv, NodeNorm
    from artextract_cli.picture import as_band, as_photograph, is_coloured, read_counts
    from artextract_cli.region_kernels import connected_regions, gradient_magnitude
    from artextract_cli.scene import check_same_size
    from artextract_cli.siamese import contrastive_loss, distance
    from artextract_cli.yaml_io import read_yaml

__version__ = "0.1.0"

__all__ = [
    "API_VERSION",
    "Backbone",
    "Capture",
    "Command",
    "DependencyError",
    "EmbeddedScenes",
    "GATConv",
    "GraphConv",
    "Importer",
    "ImporterFunction",
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
    "as_band",
    "as_photograph",
    "check_same_size",
    "compiled",
    "connected_regions",
    "contrastive_loss",
    "dgl_nn",
    "diagnosis",
    "distance",
    "emit",
    "gradient_magnitude",
    "hookimpl",
    "is_coloured",
    "list_pictures",
    "mapping_table",
    "option",
    "progress",
    "read_counts",
    "read_yaml",
    "reading",
    "resolve_device",
    "superpixel_count",
    "table",
    "warn",
]

# Public names whose modules import heavy packages: imported when they are first used.
_LAZY = {
    "as_band": "artextract_cli.picture",
    "as_photograph": "artextract_cli.picture",
    "check_same_size": "artextract_cli.scene",
    "diagnosis": "artextract_cli.environment",
    "emit": "artextract_cli.console",
    "is_coloured": "artextract_cli.picture",
    "list_pictures": "artextract_cli.dataset_layout",
    "mapping_table": "artextract_cli.console",
    "progress": "artextract_cli.console",
    "read_counts": "artextract_cli.picture",
    "read_yaml": "artextract_cli.yaml_io",
    "reading": "artextract_cli.files",
    "table": "artextract_cli.console",
    "warn": "artextract_cli.console",
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
