"""The interface of a pipeline for training: losses, validation losses and a calibration."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import Calibration
from artextract_cli.nn.siamese import LossFunction, ScoreFunction, SiameseNetwork
from artextract_cli.pipelines.batches import MicroBatch, Share
from artextract_cli.pipelines.settings import TrainingSettings

Losses = Iterator[tuple[Tensor, int]]
"""The loss of each batch or micro-batch, and its number of scenes."""

AnyNetwork_contra = TypeVar("AnyNetwork_contra", bound=SiameseNetwork, contravariant=True)


class LossAndScorer(NamedTuple):
    """The functions that compare photograph and bands: in training, and to score superpixels."""

    objective: LossFunction
    scorer: ScoreFunction


@dataclass(frozen=True, kw_only=True)
class TrainingInputs:
    """The inputs of a training task."""

    root: Path  # the folder of the graphs
    training: Sequence[SceneGraphs]
    validation: Sequence[SceneGraphs]
    settings: TrainingSettings
    loss_and_scorer: LossAndScorer
    engine: str
    device: torch.device
    share: Share = field(default_factory=Share)


class TrainingTask(Protocol[AnyNetwork_contra]):
    """The scenes of a run, prepared for its objective."""

    @property
    def micro_batches(self) -> Sequence[MicroBatch]:
        """The micro-batches of one epoch, of all processes."""

    def begin(self, network: AnyNetwork_contra) -> None:
        """Prepare a new network, before its first epoch; called in the first process only."""

    def training_losses(self, network: AnyNetwork_contra, epoch: int) -> Losses:
        """Losses of one epoch, of the micro-batches of this process.

        Whatever the task draws at random follows from the seed and ``epoch``.
        """

    def validation_losses(self, network: AnyNetwork_contra) -> Losses:
        """Losses on the validation scenes, without gradients, always the same for one network.

        This and the methods below are called in the first process only, except `extra_metrics`.
        """

    def extra_metrics(self) -> Mapping[str, float]:
        """Further metrics of the last epoch in this process, by name; they are added up."""

    def calibrations(self, network: AnyNetwork_contra) -> Mapping[str, Calibration]:
        """False-alarm rates of the trained network's scores, by the name of the score."""

    def example_scores(self, network: AnyNetwork_contra) -> FloatArray:
        """Scores (H, W) of the first validation scene, for loggers."""

    def quality(self, network: AnyNetwork_contra) -> Mapping[str, float]:
        """AUROC of the network's scores on the validation scenes, if a truth is known."""
