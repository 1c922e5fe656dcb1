"""Find hidden layers in paintings by comparing a photograph with its multispectral bands."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from artextract_cli.contract import (
    API_VERSION,
    Backbone,
    Capture,
    CodedImporterFunction,
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
    from artextract_cli.coding import Coding, coded_rgb, coded_values, linear_values
    from artextract_cli.compiling import compiled
    from artextract_cli.console import emit, mapping_table, progress, table, warn
    from artextract_cli.dataset import open_dataset
    from artextract_cli.dataset_layout import list_pictures
    from artextract_cli.dgl_compat import dgl_nn
    from artextract_cli.embedding_view import project_embeddings
    from artextract_cli.environment import diagnosis
    from artextract_cli.files import reading
    from artextract_cli.graph_building import build_dataset
    from artextract_cli.graph_export import export_graph
    from artextract_cli.graph_store import find_graphs, load_graphs
    from artextract_cli.inference import open_model
    from artextract_cli.limits import check_claim, max_pixels
    from artextract_cli.message_passing import GATConv, GraphConv, NodeNorm
    from artextract_cli.npz_files import opened_npz
    from artextract_cli.picture import as_band, as_photograph, is_coloured, read_counts
    from artextract_cli.pipelines.hidden_layers.adapted_model import adapt_to_dataset
    from artextract_cli.region_kernels import connected_regions, gradient_magnitude
    from artextract_cli.report.writing import write_report
    from artextract_cli.results import find_scene, mean_scores, open_results
    from artextract_cli.scene import check_same_size, read_scene, read_truth
    from artextract_cli.scene_inference import infer_dataset
    from artextract_cli.scoring import open_scorer, score_scene
    from artextract_cli.siamese import contrastive_loss, distance
    from artextract_cli.simulate import SceneSettings, simulate_dataset
    from artextract_cli.superpixel_graph import GraphRecipe
    from artextract_cli.training import train
    from artextract_cli.training_settings import settings_for
    from artextract_cli.yaml_io import read_yaml

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
    "as_band": "artextract_cli.picture",
    "as_photograph": "artextract_cli.picture",
    "check_claim": "artextract_cli.limits",
    "check_same_size": "artextract_cli.scene",
    "Coding": "artextract_cli.coding",
    "coded_rgb": "artextract_cli.coding",
    "coded_values": "artextract_cli.coding",
    "diagnosis": "artextract_cli.environment",
    "emit": "artextract_cli.console",
    "interpolation_weights": "artextract_cli.rendering",
    "is_coloured": "artextract_cli.picture",
    "linear_values": "artextract_cli.coding",
    "list_pictures": "artextract_cli.dataset_layout",
    "mapping_table": "artextract_cli.console",
    "max_pixels": "artextract_cli.limits",
    "opened_npz": "artextract_cli.npz_files",
    "progress": "artextract_cli.console",
    "read_counts": "artextract_cli.picture",
    "read_yaml": "artextract_cli.yaml_io",
    "reading": "artextract_cli.files",
    "rgb_weights": "artextract_cli.rendering",
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
    "GraphRecipe": "artextract_cli.superpixel_graph",
    "SceneSettings": "artextract_cli.simulate",
    "adapt_to_dataset": "artextract_cli.pipelines.hidden_layers.adapted_model",
    "build_dataset": "artextract_cli.graph_building",
    "export_graph": "artextract_cli.graph_export",
    "find_graphs": "artextract_cli.graph_store",
    "find_scene": "artextract_cli.results",
    "infer_dataset": "artextract_cli.scene_inference",
    "load_graphs": "artextract_cli.graph_store",
    "mean_scores": "artextract_cli.results",
    "open_dataset": "artextract_cli.dataset",
    "open_model": "artextract_cli.inference",
    "open_results": "artextract_cli.results",
    "open_scorer": "artextract_cli.scoring",
    "project_embeddings": "artextract_cli.embedding_view",
    "read_scene": "artextract_cli.scene",
    "read_truth": "artextract_cli.scene",
    "score_scene": "artextract_cli.scoring",
    "settings_for": "artextract_cli.training_settings",
    "simulate_dataset": "artextract_cli.simulate",
    "train": "artextract_cli.training",
    "write_report": "artextract_cli.report.writing",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_LAZY[name]), name)
