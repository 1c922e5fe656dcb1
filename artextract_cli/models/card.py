"""The model card: what a model file states about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.models.calibration import Calibration
from artextract_cli.nn.choices import Pooling

LearnsFrom = Literal["views", "layers"]
"""What a network learns from, as its objective declares; the name of the pipeline."""

HeatMapOf = Literal["pixels", "superpixels"]
FeatureNames = tuple[tuple[str, ...], tuple[str, ...]]
"""Names of the node features of the photograph, and of the bands."""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The description in a model file."""

    backbone: Mapping[str, str]  # name, distribution, version
    options: Mapping[str, Any]
    in_size: int
    pooling: Pooling
    objective: Mapping[str, str]
    objective_options: Mapping[str, Any]
    learns_from: LearnsFrom
    uninformative_loss: float | None  # loss of uninformative embeddings, if the objective states it
    scorer: Mapping[str, str]
    scorer_options: Mapping[str, Any]
    heat_map_of: HeatMapOf  # what the heat map scores
    seed: int
    recipe: GraphRecipe
    superpixels: Mapping[str, str]
    feature_names: FeatureNames
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    best_epoch: int
    train_loss: float
    val_loss: float
    versions: Mapping[str, str]
    engine: str
    calibration: Mapping[str, Calibration]  # by score; empty until training ends
    quality: Mapping[str, float]  # AUROC on validation scenes by score, where known
    adaptation: Mapping[str, Any] | None = None  # to paintings: the original model and the result
