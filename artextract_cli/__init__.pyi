"""Find hidden layers in paintings by comparing a photograph with its multispectral bands.

The names below are public and keep their meaning from one version to the next. Everything else may
change without notice.
"""

from artextract_cli.cli.console import emit as emit
from artextract_cli.cli.console import mapping_table as mapping_table
from artextract_cli.cli.console import suggest as suggest
from artextract_cli.cli.console import table as table
from artextract_cli.environment import Diagnosis as Diagnosis
from artextract_cli.environment import diagnosis as diagnosis
from artextract_cli.errors import ArtextractError as ArtextractError
from artextract_cli.errors import DependencyError as DependencyError
from artextract_cli.errors import DivergedError as DivergedError
from artextract_cli.errors import FailedScenesError as FailedScenesError
from artextract_cli.errors import InputError as InputError
from artextract_cli.errors import UsageError as UsageError
from artextract_cli.evaluation.evaluate import evaluate as evaluate
from artextract_cli.evaluation.figure import draw_evaluation as draw_evaluation
from artextract_cli.evaluation.robustness import Robustness as Robustness
from artextract_cli.evaluation.robustness import measure_robustness as measure_robustness
from artextract_cli.evaluation.robustness import model_scorer as model_scorer
from artextract_cli.evaluation.scores import DetectionScores as DetectionScores
from artextract_cli.evaluation.scores import Evaluation as Evaluation
from artextract_cli.evaluation.scores import MapScores as MapScores
from artextract_cli.evaluation.scores import SceneEvaluation as SceneEvaluation
from artextract_cli.evaluation.summary import summarize_evaluation as summarize_evaluation
from artextract_cli.examination.examine import Examination as Examination
from artextract_cli.examination.examine import examine as examine
from artextract_cli.examination.record import Step as Step
from artextract_cli.export.crate import export_crate as export_crate
from artextract_cli.export.crate_statements import Author as Author
from artextract_cli.export.graph import export_graph as export_graph
from artextract_cli.export.iiif.writing import export_iiif as export_iiif
from artextract_cli.export.image_pyramid import write_pyramid as write_pyramid
from artextract_cli.export.images import ExportedImages as ExportedImages
from artextract_cli.export.images import export_images as export_images
from artextract_cli.export.network_inputs import export_inputs as export_inputs
from artextract_cli.export.network_program import ExportedModel as ExportedModel
from artextract_cli.export.network_program import export_model as export_model
from artextract_cli.graphs.build_dataset import BuildReport as BuildReport
from artextract_cli.graphs.build_dataset import build_dataset as build_dataset
from artextract_cli.graphs.recipe import GraphRecipe as GraphRecipe
from artextract_cli.graphs.regions import connected_regions as connected_regions
from artextract_cli.graphs.regions import gradient_magnitude as gradient_magnitude
from artextract_cli.graphs.store import find_graphs as find_graphs
from artextract_cli.graphs.store import load_graphs as load_graphs
from artextract_cli.graphs.superpixel_graph import SceneGraphs as SceneGraphs
from artextract_cli.graphs.superpixel_graph import SuperpixelGraph as SuperpixelGraph
from artextract_cli.imaging.coding import Coding as Coding
from artextract_cli.imaging.coding import coded_rgb as coded_rgb
from artextract_cli.imaging.coding import coded_values as coded_values
from artextract_cli.imaging.coding import linear_values as linear_values
from artextract_cli.imaging.spectral_rendering import interpolation_weights as interpolation_weights
from artextract_cli.imaging.spectral_rendering import rgb_weights as rgb_weights
from artextract_cli.inference.adapt_dataset import adapt_to_dataset as adapt_to_dataset
from artextract_cli.inference.finish_results import finish_results as finish_results
from artextract_cli.inference.infer_dataset import infer_dataset as infer_dataset
from artextract_cli.inference.infer_dataset import infer_scenes as infer_scenes
from artextract_cli.io.codings import linear_band as linear_band
from artextract_cli.io.image import as_band as as_band
from artextract_cli.io.image import as_photograph as as_photograph
from artextract_cli.io.image import is_coloured as is_coloured
from artextract_cli.io.images import read_counts as read_counts
from artextract_cli.kernels.jit import compiled as compiled
from artextract_cli.kernels.jit import inlined as inlined
from artextract_cli.models.listing import ListedModel as ListedModel
from artextract_cli.models.listing import list_models as list_models
from artextract_cli.models.written_card import written_card as written_card
from artextract_cli.nn.conv import GATConv as GATConv
from artextract_cli.nn.conv import GraphConv as GraphConv
from artextract_cli.nn.norm import NodeNorm as NodeNorm
from artextract_cli.nn.siamese import contrastive_loss as contrastive_loss
from artextract_cli.nn.siamese import distance as distance
from artextract_cli.pipelines.hidden_layers.adaptation import Adaptation as Adaptation
from artextract_cli.pipelines.loaded_model import open_model as open_model
from artextract_cli.pipelines.pipeline import Model as Model
from artextract_cli.pipelines.scoring import open_scorer as open_scorer
from artextract_cli.pipelines.scoring import score_scene as score_scene
from artextract_cli.pipelines.settings import TrainingSettings as TrainingSettings
from artextract_cli.pipelines.settings import settings_for as settings_for
from artextract_cli.pipelines.without_learning.scoring import ModelFree as ModelFree
from artextract_cli.plugin.conformance import check_plugin as check_plugin
from artextract_cli.plugin.conformance import try_plugin as try_plugin
from artextract_cli.plugin.contract import API_VERSION as API_VERSION
from artextract_cli.plugin.contract import Backbone as Backbone
from artextract_cli.plugin.contract import Command as Command
from artextract_cli.plugin.contract import Importer as Importer
from artextract_cli.plugin.contract import Logger as Logger
from artextract_cli.plugin.contract import NoOptions as NoOptions
from artextract_cli.plugin.contract import Objective as Objective
from artextract_cli.plugin.contract import Scorer as Scorer
from artextract_cli.plugin.contract import SuperpixelMethod as SuperpixelMethod
from artextract_cli.plugin.contract import option as option
from artextract_cli.plugin.contract import superpixel_count as superpixel_count
from artextract_cli.plugin.hookspecs import hookimpl as hookimpl
from artextract_cli.plugin.host import list_plugins as list_plugins
from artextract_cli.plugin.plugin import Plugin as Plugin
from artextract_cli.plugin.protocols import Capture as Capture
from artextract_cli.plugin.protocols import CodedImporterFunction as CodedImporterFunction
from artextract_cli.plugin.protocols import EmbeddedScenes as EmbeddedScenes
from artextract_cli.plugin.protocols import ImporterFunction as ImporterFunction
from artextract_cli.plugin.protocols import MessageGraph as MessageGraph
from artextract_cli.plugin.protocols import ScoredNodes as ScoredNodes
from artextract_cli.plugin.protocols import SuperpixelFunction as SuperpixelFunction
from artextract_cli.plugin.protocols import TrainingLogger as TrainingLogger
from artextract_cli.plugin.scaffold import new_plugin as new_plugin
from artextract_cli.preprocessing.calibrate_dataset import CalibratedBand as CalibratedBand
from artextract_cli.preprocessing.calibrate_dataset import calibrate_dataset as calibrate_dataset
from artextract_cli.preprocessing.colour_dataset import CorrectedPhotograph as CorrectedPhotograph
from artextract_cli.preprocessing.colour_dataset import PatchDifference as PatchDifference
from artextract_cli.preprocessing.colour_dataset import colour_dataset as colour_dataset
from artextract_cli.preprocessing.flatten_dataset import FlattenedPicture as FlattenedPicture
from artextract_cli.preprocessing.flatten_dataset import flatten_dataset as flatten_dataset
from artextract_cli.preprocessing.import_dataset import import_dataset as import_dataset
from artextract_cli.preprocessing.import_scenes import ImportedScene as ImportedScene
from artextract_cli.preprocessing.mask_dataset import MaskedScene as MaskedScene
from artextract_cli.preprocessing.mask_dataset import mask_dataset as mask_dataset
from artextract_cli.preprocessing.register_dataset import RegisteredScene as RegisteredScene
from artextract_cli.preprocessing.register_dataset import register_dataset as register_dataset
from artextract_cli.preprocessing.registration.bands import RegisteredBand as RegisteredBand
from artextract_cli.report.filing import Filing as Filing
from artextract_cli.report.writing import write_report as write_report
from artextract_cli.results.marks import Mark as Mark
from artextract_cli.results.marks import Marks as Marks
from artextract_cli.results.marks import SceneMarks as SceneMarks
from artextract_cli.results.marks import read_marks as read_marks
from artextract_cli.results.reader import find_scene as find_scene
from artextract_cli.results.reader import open_results as open_results
from artextract_cli.results.reader import tabulate_results as tabulate_results
from artextract_cli.results.scene_result import SceneResult as SceneResult
from artextract_cli.results.scene_scores import SceneScores as SceneScores
from artextract_cli.results.scene_scores import WholeScore as WholeScore
from artextract_cli.results.summary import SceneSummary as SceneSummary
from artextract_cli.results.summary import mean_scores as mean_scores
from artextract_cli.scenes.checks.dataset import DatasetCheck as DatasetCheck
from artextract_cli.scenes.checks.dataset import SplitRow as SplitRow
from artextract_cli.scenes.checks.dataset import check_dataset as check_dataset
from artextract_cli.scenes.checks.registration import Registration as Registration
from artextract_cli.scenes.checks.scene import SceneRow as SceneRow
from artextract_cli.scenes.dataset import Dataset as Dataset
from artextract_cli.scenes.dataset import open_dataset as open_dataset
from artextract_cli.scenes.dataset import pair_files as pair_files
from artextract_cli.scenes.findings import Finding as Finding
from artextract_cli.scenes.layout import list_pictures as list_pictures
from artextract_cli.scenes.reading import check_same_size as check_same_size
from artextract_cli.scenes.reading import read_scene as read_scene
from artextract_cli.scenes.reading import read_truth as read_truth
from artextract_cli.scenes.scene import Scene as Scene
from artextract_cli.scenes.scene import SceneFiles as SceneFiles
from artextract_cli.simulate import PALETTES as PALETTES
from artextract_cli.simulate.scene import SimulatedScene as SimulatedScene
from artextract_cli.simulate.scene import simulate_scene as simulate_scene
from artextract_cli.simulate.settings import SceneSettings as SceneSettings
from artextract_cli.simulate.writer import simulate_dataset as simulate_dataset
from artextract_cli.training.run_directory import TrainingResult as TrainingResult
from artextract_cli.training.run_directory import read_metrics as read_metrics
from artextract_cli.training.seeds import TrainedSeeds as TrainedSeeds
from artextract_cli.training.seeds import train_seeds as train_seeds
from artextract_cli.training.trainer import train as train
from artextract_cli.utils.device import resolve_device as resolve_device
from artextract_cli.utils.events import Advance as Advance
from artextract_cli.utils.events import on_progress as on_progress
from artextract_cli.utils.events import progress as progress
from artextract_cli.utils.events import warn as warn
from artextract_cli.utils.file_errors import reading as reading
from artextract_cli.utils.libraries.dgl_compat import dgl_nn as dgl_nn
from artextract_cli.utils.npz import opened_npz as opened_npz
from artextract_cli.utils.parallel.certificates import create_certificates as create_certificates
from artextract_cli.utils.parallel.cluster import Cluster as Cluster
from artextract_cli.utils.parallel.shards import Shard as Shard
from artextract_cli.utils.size_limits import check_claim as check_claim
from artextract_cli.utils.size_limits import max_pixels as max_pixels
from artextract_cli.utils.yaml import read_yaml as read_yaml
from artextract_cli.visualization.embedding_figure import Projection as Projection
from artextract_cli.visualization.embedding_figure import draw_embedding as draw_embedding
from artextract_cli.visualization.embedding_figure import project_embeddings as project_embeddings
from artextract_cli.visualization.graph_figure import draw_graph as draw_graph
from artextract_cli.visualization.loss_figure import draw_loss as draw_loss
from artextract_cli.visualization.pair_figure import draw_pair as draw_pair
from artextract_cli.visualization.settings import Page as Page

__version__: str

__all__ = [
    "API_VERSION",
    "PALETTES",
    "Adaptation",
    "Advance",
    "ArtextractError",
    "Author",
    "Backbone",
    "BuildReport",
    "CalibratedBand",
    "Capture",
    "Cluster",
    "CodedImporterFunction",
    "Coding",
    "Command",
    "CorrectedPhotograph",
    "Dataset",
    "DatasetCheck",
    "DependencyError",
    "DetectionScores",
    "Diagnosis",
    "DivergedError",
    "EmbeddedScenes",
    "Evaluation",
    "Examination",
    "ExportedImages",
    "ExportedModel",
    "FailedScenesError",
    "Filing",
    "Finding",
    "FlattenedPicture",
    "GATConv",
    "GraphConv",
    "GraphRecipe",
    "ImportedScene",
    "Importer",
    "ImporterFunction",
    "InputError",
    "ListedModel",
    "Logger",
    "MapScores",
    "Mark",
    "Marks",
    "MaskedScene",
    "MessageGraph",
    "Model",
    "ModelFree",
    "NoOptions",
    "NodeNorm",
    "Objective",
    "Page",
    "PatchDifference",
    "Plugin",
    "Projection",
    "RegisteredBand",
    "RegisteredScene",
    "Registration",
    "Robustness",
    "Scene",
    "SceneEvaluation",
    "SceneFiles",
    "SceneGraphs",
    "SceneMarks",
    "SceneResult",
    "SceneRow",
    "SceneScores",
    "SceneSettings",
    "SceneSummary",
    "ScoredNodes",
    "Scorer",
    "Shard",
    "SimulatedScene",
    "SplitRow",
    "Step",
    "SuperpixelFunction",
    "SuperpixelGraph",
    "SuperpixelMethod",
    "TrainedSeeds",
    "TrainingLogger",
    "TrainingResult",
    "TrainingSettings",
    "UsageError",
    "WholeScore",
    "__version__",
    "adapt_to_dataset",
    "as_band",
    "as_photograph",
    "build_dataset",
    "calibrate_dataset",
    "check_claim",
    "check_dataset",
    "check_plugin",
    "check_same_size",
    "coded_rgb",
    "coded_values",
    "colour_dataset",
    "compiled",
    "connected_regions",
    "contrastive_loss",
    "create_certificates",
    "dgl_nn",
    "diagnosis",
    "distance",
    "draw_embedding",
    "draw_evaluation",
    "draw_graph",
    "draw_loss",
    "draw_pair",
    "emit",
    "evaluate",
    "examine",
    "export_crate",
    "export_graph",
    "export_iiif",
    "export_images",
    "export_inputs",
    "export_model",
    "find_graphs",
    "find_scene",
    "finish_results",
    "flatten_dataset",
    "gradient_magnitude",
    "hookimpl",
    "import_dataset",
    "infer_dataset",
    "infer_scenes",
    "inlined",
    "interpolation_weights",
    "is_coloured",
    "linear_band",
    "linear_values",
    "list_models",
    "list_pictures",
    "list_plugins",
    "load_graphs",
    "mapping_table",
    "mask_dataset",
    "max_pixels",
    "mean_scores",
    "measure_robustness",
    "model_scorer",
    "new_plugin",
    "on_progress",
    "open_dataset",
    "open_model",
    "open_results",
    "open_scorer",
    "opened_npz",
    "option",
    "pair_files",
    "progress",
    "project_embeddings",
    "read_counts",
    "read_marks",
    "read_metrics",
    "read_scene",
    "read_truth",
    "read_yaml",
    "reading",
    "register_dataset",
    "resolve_device",
    "rgb_weights",
    "score_scene",
    "settings_for",
    "simulate_dataset",
    "simulate_scene",
    "suggest",
    "summarize_evaluation",
    "superpixel_count",
    "table",
    "tabulate_results",
    "train",
    "train_seeds",
    "try_plugin",
    "warn",
    "write_pyramid",
    "write_report",
    "written_card",
]
