"""A pipeline, and a trained model of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from artextract_cli.evidence.signs import Expect
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.card import FeatureNames, HeatMapOf, LearnsFrom, ModelCard
from artextract_cli.nn.choices import Pooling
from artextract_cli.nn.collate import SceneTensors
from artextract_cli.nn.engines.selection import ENGINE_NAMES
from artextract_cli.nn.siamese import ScoreFunction, SiameseNetwork
from artextract_cli.pipelines.training_task import TrainingInputs, TrainingTask
from artextract_cli.plugin.protocols import BackboneModule
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene

AnyNetwork = TypeVar("AnyNetwork", bound=SiameseNetwork)


@dataclass(frozen=True, kw_only=True)
class InputSizes:
    """Sizes of what a network receives of a scene."""

    views: int
    features: int
    edge_features: int


@dataclass(frozen=True, kw_only=True)
class Pipeline(Generic[AnyNetwork]):
    """The steps from scenes to a trained network and its scores; `pipeline_of` finds it by name."""

    name: LearnsFrom  # its name in objectives and model files
    network: Callable[[BackboneModule, Pooling], AnyNetwork]
    task: Callable[[TrainingInputs], TrainingTask[AnyNetwork]]
    score: Callable[["Model[AnyNetwork]", Scene], SceneScores]
    tensors: Callable[[Scene, GraphRecipe], SceneTensors]  # what its network receives of a scene
    input_sizes: Callable[[ModelCard], InputSizes]  # of a trained network
    in_size: Callable[[SceneGraphs], int]  # number of features that the backbone receives
    feature_names: Callable[[SceneGraphs], FeatureNames]  # of photograph and bands
    heat_map_of: HeatMapOf  # what the heat map scores, unless a scorer is chosen
    needs_infrared: bool
    has_evidence_scores: bool  # "envelope" and "residual", which need no network
    can_adapt: bool  # to a painting


@dataclass(frozen=True, kw_only=True)
class Model(Generic[AnyNetwork]):
    """A trained network on its device, ready for inference.

    Attributes
    ----------
    pipeline
        Its pipeline.
    network
        The network.
    card
        What the model file records: its settings, plugins, graph recipe and calibration.
    scorer
        Function from embeddings to a score per superpixel.
    path
        The model file.
    digest
        SHA-256 of that file.
    engine
        Engine of message passing.
    device
        Device of the weights.
    shown
        Score that the heat map shows; None for the model's own.
    expect
        Sign of the content that the heat map shows: "either", "dark" or "light".
    adapts
        Whether it adapts to every scene before scoring it.
    """

    pipeline: Pipeline[AnyNetwork]
    network: AnyNetwork
    card: ModelCard
    scorer: ScoreFunction
    path: Path
    digest: str
    engine: str
    device: torch.device
    shown: str | None = None
    expect: Expect = "either"
    adapts: bool = False

    @property
    def superpixels(self) -> Mapping[str, str]:
        """Origin of the superpixel method."""
        return self.card.superpixels

    @property
    def needs_infrared(self) -> bool:
        """Whether it scores only scenes with an infrared band."""
        return self.pipeline.needs_infrared

    @property
    def heat_map_score(self) -> str:
        """Name of the score that the heat map shows."""
        own = "fused" if self.card.heat_map_of == "pixels" else "network"
        return self.shown or (own if self.expect == "either" else self.expect)

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of `open_scorer` by which another process opens the same model."""
        return {
            "score": self.shown,
            "device": str(self.device),
            # The choice of "auto" for each layer has a name that is not an option.
            "engine": self.engine if self.engine in ENGINE_NAMES else "auto",
            "expect": self.expect,
            "adapts": self.adapts,
        }

    def score(self, scene: Scene) -> SceneScores:
        """Score every pixel of a scene in memory.

        Parameters
        ----------
        scene
            A scene of `read_scene`.
        """
        return self.pipeline.score(self, scene)

    def described(self) -> dict[str, Any]:
        """The entries of scene.json about the model."""
        card = self.card
        return {
            "model": {"path": str(self.path.resolve()), "sha256": self.digest},
            "backbone": dict(card.backbone),
            "objective": dict(card.objective),
            "learns_from": card.learns_from,
            "scorer": dict(card.scorer),
            "heat_map_of": "superpixels" if self.heat_map_score == "network" else "pixels",
            "heat_map_score": self.heat_map_score,
            "expect": self.expect,
            "adapts": self.adapts,
            "engine": self.engine,
            "device": str(self.device),
        }
