"""Find hidden layers in paintings by comparing a photograph with its multispectral bands."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import DependencyError, InputError, UsageError
from artextract_cli.plugin.contract import (
    API_VERSION,
    Backbone,
    Command,
    Importer,
    NoOptions,
    Objective,
    Scorer,
    SuperpixelMethod,
    option,
    superpixel_count,
)
from artextract_cli.plugin.hookspecs import hookimpl
from artextract_cli.plugin.protocols import (
    Capture,
    CodedImporterFunction,
    EmbeddedScenes,
    ImporterFunction,
    MessageGraph,
    ScoredNodes,
    SuperpixelFunction,
)
from artextract_cli.utils.device import resolve_device

if TYPE_CHECKING:
    from artextract_cli.cli.console import emit, mapping_table, table
    from artextract_cli.diagnosis import diagnosis
    from artextract_cli.export.graphml import export_graph
    from artextract_cli.graphs.build_dataset import build_dataset
    from artextract_cli.graphs.recipe import GraphRecipe
    from artextract_cli.graphs.regions import connected_regions, gradient_magnitude
    from artextract_cli.graphs.store import find_graphs, load_graphs
    from artextract_cli.imaging.coding import Coding, coded_rgb, coded_values, linear_values
    from artextract_cli.inference.adapt_dataset import adapt_to_dataset
    from artextract_cli.inference.infer_dataset import infer_dataset
    from artextract_cli.io.image import as_band, as_photograph, is_coloured
    from artextract_cli.io.images import read_counts
    from artextract_cli.kernels.jit import compiled
    from artextract_cli.nn.conv import GATConv, GraphConv
    from artextract_cli.nn.engines.dgl_compat import dgl_nn
    from artextract_cli.nn.norm import NodeNorm
    from artextract_cli.nn.siamese import contrastive_loss, distance
    from artextract_cli.pipelines.loaded_model import open_model
    from artextract_cli.pipelines.pipeline import open_scorer, score_scene
    from artextract_cli.pipelines.settings import settings_for
    from artextract_cli.report.writing import write_report
    from artextract_cli.results.reader import find_scene, open_results
    from artextract_cli.results.summary import mean_scores
    from artextract_cli.scenes.dataset import open_dataset
    from artextract_cli.scenes.layout import list_pictures
    from artextract_cli.scenes.reading import check_same_size, read_scene, read_truth
    from artextract_cli.simulate import SceneSettings, simulate_dataset
    from artextract_cli.training.trainer import train
    from artextract_cli.utils.events import progress, warn
    from artextract_cli.utils.file_errors import reading
    from artextract_cli.utils.npz import opened_npz
    from artextract_cli.utils.size_limits import check_claim, max_pixels
    from artextract_cli.utils.yaml import read_yaml
    from artextract_cli.visualization.embedding_figure import project_embeddings

__version__ = "0.1.0"

__all__ = [
    "API_VERSION",
    "Backbone",
    "Capture",
    "CodedImporterFunction",
    "Coding",
    "Command",
    "DependencyError",
    "EmbeddedScenes",
    "GATConv",
    "GraphConv",
    "GraphRecipe",
    "Importer",
    "ImporterFunction",
    "InputError",
    "MessageGraph",
    "NoOptions",
    "NodeNorm",
    "Objective",
    "SceneSettings",
    "ScoredNodes",
    "Scorer",
    "SuperpixelFunction",
    "SuperpixelMethod",
    "UsageError",
    "__version__",
    "adapt_to_dataset",
    "as_band",
    "as_photograph",
    "build_dataset",
    "check_claim",
    "check_same_size",
    "coded_rgb",
    "coded_values",
    "compiled",
    "connected_regions",
    "contrastive_loss",
    "dgl_nn",
    "diagnosis",
    "distance",
    "emit",
    "export_graph",
    "find_graphs",
    "find_scene",
    "gradient_magnitude",
    "hookimpl",
    "infer_dataset",
    "interpolation_weights",
    "is_coloured",
    "linear_values",
    "list_pictures",
    "load_graphs",
    "mapping_table",
    "max_pixels",
    "mean_scores",
    "open_dataset",
    "open_model",
    "open_results",
    "open_scorer",
    "opened_npz",
    "option",
    "progress",
    "project_embeddings",
    "read_counts",
    "read_scene",
    "read_truth",
    "read_yaml",
    "reading",
    "resolve_device",
    "rgb_weights",
    "score_scene",
    "settings_for",
    "simulate_dataset",
    "superpixel_count",
    "table",
    "train",
    "warn",
    "write_report",
]

# Public names whose modules import heavy packages: imported when they are first used.
_LAZY = {
    "as_band": "artextract_cli.io.images",
    "as_photograph": "artextract_cli.io.images",
    "check_claim": "artextract_cli.utils.size_limits",
    "check_same_size": "artextract_cli.scenes.scene",
    "Coding": "artextract_cli.imaging.coding",
    "coded_rgb": "artextract_cli.imaging.coding",
    "coded_values": "artextract_cli.imaging.coding",
    "diagnosis": "artextract_cli.diagnosis",
    "emit": "artextract_cli.cli.console",
    "interpolation_weights": "artextract_cli.imaging.spectral_rendering",
    "is_coloured": "artextract_cli.io.images",
    "linear_values": "artextract_cli.imaging.coding",
    "list_pictures": "artextract_cli.scenes.layout",
    "mapping_table": "artextract_cli.cli.console",
    "max_pixels": "artextract_cli.utils.size_limits",
    "opened_npz": "artextract_cli.utils.npz",
    "progress": "artextract_cli.utils.events",
    "read_counts": "artextract_cli.io.images",
    "read_yaml": "artextract_cli.utils.yaml",
    "reading": "artextract_cli.utils.atomic",
    "rgb_weights": "artextract_cli.imaging.spectral_rendering",
    "table": "artextract_cli.cli.console",
    "warn": "artextract_cli.utils.events",
    "GATConv": "artextract_cli.nn.conv",
    "GraphConv": "artextract_cli.nn.conv",
    "NodeNorm": "artextract_cli.nn.conv",
    "compiled": "artextract_cli.kernels.jit",
    "contrastive_loss": "artextract_cli.nn.siamese",
    "dgl_nn": "artextract_cli.nn.engines.dgl_compat",
    "distance": "artextract_cli.nn.siamese",
    "connected_regions": "artextract_cli.graphs.regions",
    "gradient_magnitude": "artextract_cli.graphs.regions",
    "GraphRecipe": "artextract_cli.graphs.superpixel_graph",
    "SceneSettings": "artextract_cli.simulate",
    "adapt_to_dataset": "artextract_cli.inference.adapt_dataset",
    "build_dataset": "artextract_cli.graphs.build_dataset",
    "export_graph": "artextract_cli.export.graphml",
    "find_graphs": "artextract_cli.graphs.store",
    "find_scene": "artextract_cli.results.reader",
    "infer_dataset": "artextract_cli.inference.infer_dataset",
    "load_graphs": "artextract_cli.graphs.store",
    "mean_scores": "artextract_cli.results.reader",
    "open_dataset": "artextract_cli.scenes.dataset",
    "open_model": "artextract_cli.pipelines.loaded_model",
    "open_results": "artextract_cli.results.reader",
    "open_scorer": "artextract_cli.pipelines.pipeline",
    "project_embeddings": "artextract_cli.visualization.embedding_figure",
    "read_scene": "artextract_cli.scenes.scene",
    "read_truth": "artextract_cli.scenes.scene",
    "score_scene": "artextract_cli.pipelines.pipeline",
    "settings_for": "artextract_cli.pipelines.settings",
    "simulate_dataset": "artextract_cli.simulate",
    "train": "artextract_cli.training.trainer",
    "write_report": "artextract_cli.report.writing",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_LAZY[name]), name)
