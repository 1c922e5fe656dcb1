"""Find hidden layers in paintings by comparing a photograph with its multispectral bands.

The names below are public: they keep their meaning from one version to the next. Everything else
may change without notice.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Where each public name is defined. Its module, which may import heavy packages, is imported when
# the name is first used; `__init__.pyi` says the same to type checkers.
_DEFINED_IN = {
    "cli.console": (
        "emit",
        "mapping_table",
        "table",
    ),
    "environment": ("diagnosis",),
    "errors": (
        "DependencyError",
        "InputError",
        "UsageError",
    ),
    "export.graphml": ("export_graph",),
    "graphs.build_dataset": ("build_dataset",),
    "graphs.recipe": ("GraphRecipe",),
    "graphs.regions": (
        "connected_regions",
        "gradient_magnitude",
    ),
    "graphs.store": (
        "find_graphs",
        "load_graphs",
    ),
    "imaging.coding": (
        "Coding",
        "coded_rgb",
        "coded_values",
        "linear_values",
    ),
    "imaging.spectral_rendering": (
        "interpolation_weights",
        "rgb_weights",
    ),
    "inference.adapt_dataset": ("adapt_to_dataset",),
    "inference.infer_dataset": ("infer_dataset",),
    "io.image": (
        "as_band",
        "as_photograph",
        "is_coloured",
    ),
    "io.images": ("read_counts",),
    "kernels.jit": ("compiled",),
    "nn.conv": (
        "GATConv",
        "GraphConv",
    ),
    "nn.engines.dgl_compat": ("dgl_nn",),
    "nn.norm": ("NodeNorm",),
    "nn.siamese": (
        "contrastive_loss",
        "distance",
    ),
    "pipelines.loaded_model": ("open_model",),
    "pipelines.scoring": (
        "open_scorer",
        "score_scene",
    ),
    "pipelines.settings": ("settings_for",),
    "plugin.contract": (
        "API_VERSION",
        "Backbone",
        "Command",
        "Importer",
        "NoOptions",
        "Objective",
        "Scorer",
        "SuperpixelMethod",
        "option",
        "superpixel_count",
    ),
    "plugin.hookspecs": ("hookimpl",),
    "plugin.protocols": (
        "Capture",
        "CodedImporterFunction",
        "EmbeddedScenes",
        "ImporterFunction",
        "MessageGraph",
        "ScoredNodes",
        "SuperpixelFunction",
    ),
    "report.writing": ("write_report",),
    "results.reader": (
        "find_scene",
        "open_results",
    ),
    "results.summary": ("mean_scores",),
    "scenes.dataset": ("open_dataset",),
    "scenes.layout": ("list_pictures",),
    "scenes.reading": (
        "check_same_size",
        "read_scene",
        "read_truth",
    ),
    "simulate.settings": ("SceneSettings",),
    "simulate.writer": ("simulate_dataset",),
    "training.trainer": ("train",),
    "utils.device": ("resolve_device",),
    "utils.events": (
        "progress",
        "warn",
    ),
    "utils.file_errors": ("reading",),
    "utils.npz": ("opened_npz",),
    "utils.size_limits": (
        "check_claim",
        "max_pixels",
    ),
    "utils.yaml": ("read_yaml",),
    "visualization.embedding_figure": ("project_embeddings",),
}
_MODULE_OF = {
    name: f"{__name__}.{module}" for module, names in _DEFINED_IN.items() for name in names
}

__all__ = ["__version__", *sorted(_MODULE_OF)]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
