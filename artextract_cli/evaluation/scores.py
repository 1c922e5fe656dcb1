"""Results of an evaluation: the scores of maps, of scenes, and of a whole dataset."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.utils.optional import data_frame

if TYPE_CHECKING:
    import pandas

OURS = "artextract"
OWN_METHODS: Mapping[str, str] = {
    OURS: "heatmap",
    **{name: name for name in ("network", "envelope", "residual")},
}
"""Our methods, and the calibrated map of a scene's results that belongs to each."""
HIDDEN_LAYER_IMAGE = "hidden"
PROMISED: Mapping[str, float] = {"1_percent": 0.01, "5_percent": 0.05}
"""False-alarm rates whose measured shares are reported, by the name of the figure."""
Truth = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class DetectionScores:
    """Detection of hidden pixels by a score, each 0..1; None if a class has no pixels.

    Attributes
    ----------
    auroc
        Area under the receiver operating characteristic.
    average_precision
        Step-wise area under precision and recall.
    aupro
        Area under the curve of the share detected of each region, up to 30 % false alarms.
    best_f1, best_iou
        Largest F1 and intersection over union over all thresholds.
    recall_at_0_1_percent, recall_at_0_3_percent, recall_at_1_percent
        Share of hidden pixels detected at that false-alarm rate of clean pixels.
    n_positive, n_negative
        Number of hidden and of clean pixels.
    """

    auroc: float | None = None
    average_precision: float | None = None
    aupro: float | None = None
    best_f1: float | None = None
    best_iou: float | None = None
    recall_at_0_1_percent: float | None = None
    recall_at_0_3_percent: float | None = None
    recall_at_1_percent: float | None = None
    n_positive: int
    n_negative: int


TABLE_COLUMNS = (
    *("scene", "hidden", "results", "method"),
    *(measure.name for measure in fields(DetectionScores)),
    *("image_score", "called_hidden"),
    *(f"false_alarms_{rate}" for rate in PROMISED),
)


@dataclass(frozen=True, kw_only=True)
class MapScores:
    """The scores of one method on one scene.

    Attributes
    ----------
    detection
        Detection of hidden pixels.
    image_score
        Score of the scene, larger if it is more likely to hide something.
    called_hidden
        Whether the method says that something is hidden; None if it does not decide.
    false_alarms
        Measured share of pixels by promised rate, ``1_percent`` or ``5_percent``, for calibrated
        maps of clean scenes.
    clean_scores
        (P,) scores of clean pixels, evenly sampled, of such maps.
    """

    detection: DetectionScores
    image_score: float
    called_hidden: bool | None = None
    false_alarms: Mapping[str, float | None] | None = None
    clean_scores: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class SceneEvaluation:
    """The scores of all methods on one scene.

    Attributes
    ----------
    hidden
        Whether its truth contains hidden pixels.
    methods
        Scores by label of the method, see `Evaluation.label`.
    correlations
        Correlation, -1..1, of signed images with the simulated hidden layer; empty without one.
    layers
        Scores of further layers of the scene, such as a radiograph, by label.
    """

    hidden: bool
    methods: Mapping[str, MapScores]
    correlations: Mapping[str, float | None]
    layers: Mapping[str, MapScores] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The scores of every scene and method.

    Attributes
    ----------
    results
        Names of the results directories.
    scenes
        Scores by scene, of the scenes that all results have in common.
    """

    results: tuple[str, ...]
    scenes: Mapping[str, SceneEvaluation]

    def label(self, method: str, folder: str) -> str:
        """The label of one of our methods.

        Parameters
        ----------
        method
            Name of the method.
        folder
            Name of the results directory.

        Returns
        -------
        str
            The method, and the directory if there are several.
        """
        return method_label(method, folder, len(self.results))

    @property
    def labels(self) -> tuple[str, ...]:
        """The methods: ours first, each in all results, then the baselines."""
        known = {label for scene in self.scenes.values() for label in scene.methods}
        own = [self.label(method, folder) for method in OWN_METHODS for folder in self.results]
        return tuple(label for label in (*own, *BASELINES) if label in known)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Tabulate the scores, one row per scene and method; needs pandas.

        Returns
        -------
        pandas.DataFrame
            ``scene``, ``hidden``, ``results`` (missing for baselines), ``method``, the fields of
            `DetectionScores`, ``image_score``, ``called_hidden``, ``false_alarms_1_percent`` and
            ``false_alarms_5_percent``; what is not measured is missing.

        Raises
        ------
        DependencyError
            If pandas is not installed.
        """
        return data_frame(TABLE_COLUMNS, self._rows())

    def _rows(self) -> Iterator[dict[str, Any]]:
        own = {
            self.label(method, folder): (method, folder)
            for method in OWN_METHODS
            for folder in self.results
        }
        for name, scene in self.scenes.items():
            for label, scores in scene.methods.items():
                method, folder = own.get(label, (label, None))
                yield {
                    "scene": name,
                    "hidden": scene.hidden,
                    "results": folder,
                    "method": method,
                    **asdict(scores.detection),
                    "image_score": scores.image_score,
                    "called_hidden": scores.called_hidden,
                    **{f"false_alarms_{k}": v for k, v in (scores.false_alarms or {}).items()},
                }


def method_label(method: str, folder: str, n_folders: int) -> str:
    """Label of our ``method``, with the name of its results folder if there are several."""
    return method if n_folders == 1 else f"{method}/{folder}"
