"""What training asks of a pipeline: losses to descend, losses to watch, and a calibration."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import Calibration
from artextract_cli.nn.siamese import LossFunction, ScoreFunction, SiameseNetwork
from artextract_cli.pipelines.settings import TrainingSettings

Losses = Iterator[tuple[Tensor, int]]
"""The loss of each batch, and how many scenes it stands for."""

AnyNetwork_contra = TypeVar("AnyNetwork_contra", bound=SiameseNetwork, contravariant=True)


class LossAndScorer(NamedTuple):
    """How photograph and bands are compared: in training, and to score superpixels."""

    objective: LossFunction
    scorer: ScoreFunction


@dataclass(frozen=True, kw_only=True)
class TrainingInputs:
    """What a training task is made from."""

    root: Path  # the folder of the graphs
    training: Sequence[SceneGraphs]
    validation: Sequence[SceneGraphs]
    settings: TrainingSettings
    compared_by: LossAndScorer
    engine: str
    device: torch.device


class TrainingTask(Protocol[AnyNetwork_contra]):
    """The scenes of a run and how its objective looks at them."""

    @property
    def n_batches(self) -> int:
        """Batches of one epoch."""

    def begin(self, network: AnyNetwork_contra) -> None:
        """Prepare a new network, before its first epoch."""

    def training_losses(self, network: AnyNetwork_contra, epoch: int) -> Losses:
        """Losses of one epoch; everything random follows from the seed and ``epoch``."""

    def validation_losses(self, network: AnyNetwork_contra) -> Losses:
        """Losses on the validation scenes, without gradients, always the same for one network."""

    def extra_metrics(self) -> Mapping[str, float]:
        """What else is worth noting of the last epoch, by name."""

    def calibrations(self, network: AnyNetwork_contra) -> Mapping[str, Calibration]:
        """False-alarm rates of the trained network's scores, by the name of the score."""

    def quality(self, network: AnyNetwork_contra) -> Mapping[str, float]:
        """AUROC of the network's scores on the validation scenes, where there is a truth to it."""
