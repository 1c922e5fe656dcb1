"""What training asks of an objective: losses to descend, losses to watch, and a calibration."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from torch import Tensor

from artextract_cli.models.calibration import Calibration
from artextract_cli.nn.siamese import LossFunction, ScoreFunction, SiameseNetwork

Losses = Iterator[tuple[Tensor, int]]
"""The loss of each batch, and how many scenes it stands for."""


class Comparison(NamedTuple):
    """How photograph and bands are compared: in training, and to score superpixels."""

    objective: LossFunction
    scorer: ScoreFunction


class TrainingTask(Protocol):
    """The scenes of a run and how its objective looks at them."""

    @property
    def n_batches(self) -> int:
        """Batches of one epoch."""

    def begin(self, network: SiameseNetwork) -> None:
        """Prepare a new network, before its first epoch."""

    def training_losses(self, network: SiameseNetwork, epoch: int) -> Losses:
        """Losses of one epoch; everything random follows from the seed and ``epoch``."""

    def validation_losses(self, network: SiameseNetwork) -> Losses:
        """Losses on the validation scenes, without gradients, always the same for one network."""

    def figures(self) -> Mapping[str, float]:
        """What else is worth noting of the last epoch, by name."""

    def calibrations(self, network: SiameseNetwork) -> Mapping[str, Calibration]:
        """False-alarm rates of the trained network's scores, by the name of the score."""

    def quality(self, network: SiameseNetwork) -> Mapping[str, float]:
        """AUROC of the network's scores on the validation scenes, where there is a truth to it."""
