"""Find hidden layers in paintings by comparing a photograph with its multispectral bands.

The names below are public and keep their meaning from one version to the next. Everything else may
change without notice.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Where each public name is defined. Its module, which may import heavy packages, is imported when
# the name is first used; `__init__.pyi` declares the same names for type checkers.
_DEFINED_IN = {
    "cli.console": ("emit", "mapping_table", "suggest", "table"),
    "environment": ("Diagnosis", "diagnosis"),
    "errors": (
        "ArtextractError",
        "DependencyError",
        "DivergedError",
        "FailedScenesError",
        "InputError",
        "UsageError",
    ),
    "evaluation.evaluate": ("evaluate",),
    "evaluation.figure": ("draw_evaluation",),
    "evaluation.robustness": ("Robustness", "measure_robustness", "model_scorer"),
    "evaluation.scores": ("DetectionScores", "Evaluation", "MapScores", "SceneEvaluation"),
    "evaluation.summary": ("summarize_evaluation",),
    "examination.examine": ("Examination", "examine"),
    "examination.record": ("Step",),
    "export.crate": ("export_crate",),
    "export.crate_statements": ("Author",),
    "export.graph": ("export_graph",),
    "export.network_inputs": ("export_inputs",),
    "export.network_program": ("ExportedModel", "export_model"),
    "export.iiif.writing": ("export_iiif",),
    "export.image_pyramid": ("write_pyramid",),
    "export.images": ("ExportedImages", "export_images"),
    "graphs.build_dataset": ("BuildReport", "build_dataset"),
    "graphs.recipe": ("GraphRecipe",),
    "graphs.regions": ("connected_regions", "gradient_magnitude"),
    "graphs.store": ("find_graphs", "load_graphs"),
    "graphs.superpixel_graph": ("SceneGraphs", "SuperpixelGraph"),
    "imaging.coding": ("Coding", "coded_rgb", "coded_values", "linear_values"),
    "imaging.spectral_rendering": ("interpolation_weights", "rgb_weights"),
    "inference.adapt_dataset": ("adapt_to_dataset",),
    "inference.finish_results": ("finish_results",),
    "inference.infer_dataset": ("infer_dataset", "infer_scenes"),
    "io.codings": ("linear_band",),
    "io.image": ("as_band", "as_photograph", "is_coloured"),
    "io.images": ("read_counts",),
    "kernels.jit": ("compiled", "inlined"),
    "models.listing": ("ListedModel", "list_models"),
    "models.written_card": ("written_card",),
    "nn.conv": ("GATConv", "GraphConv"),
    "utils.libraries.dgl_compat": ("dgl_nn",),
    "nn.norm": ("NodeNorm",),
    "nn.siamese": ("contrastive_loss", "distance"),
    "pipelines.hidden_layers.adaptation": ("Adaptation",),
    "pipelines.loaded_model": ("open_model",),
    "pipelines.pipeline": ("Model",),
    "pipelines.scoring": ("open_scorer", "score_scene"),
    "pipelines.settings": ("TrainingSettings", "settings_for"),
    "pipelines.without_learning.scoring": ("ModelFree",),
    "plugin.conformance": ("check_plugin", "try_plugin"),
    "plugin.contract": (
        "API_VERSION",
        "Backbone",
        "Command",
        "Importer",
        "Logger",
        "NoOptions",
        "Objective",
        "Scorer",
        "SuperpixelMethod",
        "option",
        "superpixel_count",
    ),
    "plugin.hookspecs": ("hookimpl",),
    "plugin.host": ("list_plugins",),
    "plugin.plugin": ("Plugin",),
    "plugin.protocols": (
        "Capture",
        "CodedImporterFunction",
        "EmbeddedScenes",
        "ImporterFunction",
        "MessageGraph",
        "ScoredNodes",
        "SuperpixelFunction",
        "TrainingLogger",
    ),
    "plugin.scaffold": ("new_plugin",),
    "preprocessing.registration.bands": ("RegisteredBand",),
    "preprocessing.calibrate_dataset": ("CalibratedBand", "calibrate_dataset"),
    "preprocessing.colour_dataset": (
        "CorrectedPhotograph",
        "PatchDifference",
        "colour_dataset",
    ),
    "preprocessing.flatten_dataset": ("FlattenedPicture", "flatten_dataset"),
    "preprocessing.import_dataset": ("import_dataset",),
    "preprocessing.import_scenes": ("ImportedScene",),
    "preprocessing.mask_dataset": ("MaskedScene", "mask_dataset"),
    "preprocessing.register_dataset": ("RegisteredScene", "register_dataset"),
    "report.filing": ("Filing",),
    "report.writing": ("write_report",),
    "results.marks": ("Mark", "Marks", "SceneMarks", "read_marks"),
    "results.reader": ("find_scene", "open_results", "tabulate_results"),
    "results.scene_result": ("SceneResult",),
    "results.scene_scores": ("SceneScores", "WholeScore"),
    "results.summary": ("SceneSummary", "mean_scores"),
    "scenes.checks.dataset": ("DatasetCheck", "SplitRow", "check_dataset"),
    "scenes.checks.registration": ("Registration",),
    "scenes.checks.scene": ("SceneRow",),
    "scenes.dataset": ("Dataset", "open_dataset", "pair_files"),
    "scenes.findings": ("Finding",),
    "scenes.layout": ("list_pictures",),
    "scenes.reading": ("check_same_size", "read_scene", "read_truth"),
    "scenes.scene": ("Scene", "SceneFiles"),
    "simulate": ("PALETTES",),
    "simulate.scene": ("SimulatedScene", "simulate_scene"),
    "simulate.settings": ("SceneSettings",),
    "simulate.writer": ("simulate_dataset",),
    "training.run_directory": ("TrainingResult", "read_metrics"),
    "training.seeds": ("TrainedSeeds", "train_seeds"),
    "training.trainer": ("train",),
    "utils.device": ("resolve_device",),
    "utils.events": ("Advance", "on_progress", "progress", "warn"),
    "utils.file_errors": ("reading",),
    "utils.npz": ("opened_npz",),
    "utils.parallel.shards": ("Shard",),
    "utils.size_limits": ("check_claim", "max_pixels"),
    "utils.parallel.certificates": ("create_certificates",),
    "utils.parallel.cluster": ("Cluster",),
    "utils.yaml": ("read_yaml",),
    "visualization.embedding_figure": ("Projection", "draw_embedding", "project_embeddings"),
    "visualization.graph_figure": ("draw_graph",),
    "visualization.loss_figure": ("draw_loss",),
    "visualization.pair_figure": ("draw_pair",),
    "visualization.settings": ("Page",),
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
    # The next access finds it without calling this function.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
