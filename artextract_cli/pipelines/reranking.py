"""A heat map re-ranked by the marks of a person, for the painting that they are on.

A logistic regression on the embeddings of the marked superpixels learns what distinguishes regions
of interest from retouching and pigments, beyond the score that they have. It is added to the score
of every superpixel. Its kernel is Gaussian, so that it says nothing of paint unlike any that is
marked: a linear model on the embeddings extrapolates from a handful of marks to all of the
painting, and ranked hidden content lower than before (docs/detection.md).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import UsageError
from artextract_cli.imaging.blocks import Block, Blocks
from artextract_cli.imaging.resize import Enlarged
from artextract_cli.results.marks import Mark, SceneMarks
from artextract_cli.results.regions import STRONG_LEVEL
from artextract_cli.results.scene_scores import SceneScorer, SceneScores
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.threads import single_threaded_blas

Values = NDArray[np.float64]

RERANKED = "reranked"
"""Name of the re-ranked map. It is not a false-alarm rate: clean paint was not ranked by marks."""
# Chosen on 60 paintings, others than those of the table in docs/detection.md.
PENALTY = 0.2  # of the squared norm; a marked region weighs 1, however many superpixels it has
LENGTH = 0.7  # of the kernel, where two superpixels taken at random are 1.4 apart
ODDS_SHARE = 0.5  # of the natural logarithm of a false-alarm rate that counts as log odds
# A kernel of 4096 × 2000 numbers takes 66 MB.
MOST_NODES = 2000  # superpixels learned from, in equal parts from all marks
NODES_AT_ONCE = 4096
# A box holds more than the region that is meant. With less, superpixels are taken that a region
# only touches.
LEAST_STRONG = 0.25  # share of a superpixel that scores 2 or more within the box of a mark


def check_can_learn(model: SceneScorer) -> None:
    """Check that a model has embeddings, from which marks can be learned.

    Raises
    ------
    UsageError
        If it is a score without learning.
    """
    if model.described()["learns_from"] is None:
        msg = (
            "--marks needs the embeddings of a trained model, but --model none has no network: "
            "choose gat, gcn or your own model"
        )
        raise UsageError(msg)


@single_threaded_blas()
def reranked(scores: SceneScores, scene: Scene, marks: SceneMarks, path: Path) -> SceneScores:
    """Add the map `RERANKED` to the scores of a scene, and what it was learned from.

    The heat map and the verdict stay as they are. ``path`` is the file of the marks.
    """
    superpixels = _Superpixels(scores, scene)
    most = max(1, MOST_NODES // len(marks.marks))
    found = [_thinned(superpixels.of(mark, marks.shape), most) for mark in marks.marks]
    shift = _learned(scores, superpixels, marks.marks, found)

    def of_block(block: Block) -> FloatArray:
        return superpixels.heat[block.place] + shift[scores.labels[block.place]]

    if scene.shape == scores.labels.shape:
        values = scene.filled(of_block)
    else:
        values = of_block(Block(0, 0, *scores.labels.shape))
    described = {
        "path": str(path.resolve()),
        "sha256": marks.sha256,
        "counts": marks.counts,
        "superpixels": len(np.unique(np.concatenate(found))),
    }
    return replace(scores, maps={**scores.maps, RERANKED: values}, marks=described)


def _learned(
    scores: SceneScores,
    superpixels: "_Superpixels",
    marks: Sequence[Mark],
    found: Sequence[NDArray[np.intp]],
) -> FloatArray:
    """How much the marks raise the score of every superpixel (N,); ``found`` are those meant."""
    nodes = np.concatenate(found)
    wanted = np.repeat([_sign(mark) for mark in marks], [len(of_mark) for of_mark in found])
    weights = np.concatenate([np.full(len(of_mark), 1 / len(of_mark)) for of_mark in found])
    features = _standardised(scores.nodes, superpixels.painted)
    odds_of_score = ODDS_SHARE * np.log(10)
    known = odds_of_score * (superpixels.mean_score[nodes] - STRONG_LEVEL)
    coefficients = fitted(gaussian(features[nodes], features[nodes]), known, wanted, weights)
    learned = _everywhere(features, nodes, coefficients)
    return np.asarray(learned / odds_of_score, np.float32)


def fitted(kernel: Values, offset: Values, wanted: Values, weights: Values) -> Values:
    """Coefficients (n,) of a logistic regression of ``wanted`` (n,), ±1, by a ``kernel`` (n, n).

    ``offset`` (n,) are log odds that are known before; ``weights`` (n,) say how much each counts.
    The norm of the function is penalised, so that it is unique.
    """
    from scipy.linalg import solve_triangular
    from scipy.optimize import minimize

    # In the basis of this factor the norm is Euclidean. The addition keeps it regular if two
    # superpixels have the same embedding.
    factor = np.linalg.cholesky(kernel + 1e-6 * np.eye(len(kernel)))

    def loss(solution: Values) -> tuple[float, Values]:
        margin = wanted * (offset + factor @ solution)
        # The derivative of log(1 + e^-m), written so that nothing overflows.
        slope = -weights * wanted * np.exp(-np.logaddexp(0, margin))
        value = weights @ np.logaddexp(0, -margin) + PENALTY / 2 * solution @ solution
        return float(value), slope @ factor + PENALTY * solution

    solution = minimize(loss, np.zeros(len(kernel)), jac=True, method="L-BFGS-B").x
    return np.asarray(solve_triangular(factor.T, solution, lower=False))


def gaussian(rows: Values, columns: Values) -> Values:
    """Kernel (m, n) of ``rows`` (m, F) and ``columns`` (n, F): 1 where they are the same."""
    # |a - b|² = |a|² + |b|² - 2ab, without an array (m, n, F).
    squares = (rows**2).sum(1)[:, None] + (columns**2).sum(1) - 2 * rows @ columns.T
    return np.asarray(np.exp(-np.maximum(squares, 0) / (2 * LENGTH**2)))


def _everywhere(features: Values, nodes: NDArray[np.intp], coefficients: Values) -> Values:
    """The learned function at all superpixels (N,), some at a time."""
    parts = range(0, len(features), NODES_AT_ONCE)
    return np.concatenate(
        [
            gaussian(features[start : start + NODES_AT_ONCE], features[nodes]) @ coefficients
            for start in parts
        ]
    )


def _sign(mark: Mark) -> float:
    """Whether a mark raises (1) or lowers (-1) what looks like it."""
    return 1.0 if mark.kind == "interest" else -1.0


def _thinned(nodes: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """At most ``most`` of some superpixels, at regular steps, so that every run has the same."""
    return nodes[:: -(-len(nodes) // most)]


def _standardised(views: Sequence[FloatArray], painted: Values) -> Values:
    """Embeddings of all views (N, F) with mean 0 and total variance 1 over the painting."""
    joined = np.concatenate(views, axis=1).astype(np.float64)
    weights = painted / max(painted.sum(), 1)
    centred = joined - weights @ joined
    # 1e-9 keeps a constant dimension finite.
    spread = np.sqrt(weights @ centred**2) + 1e-9
    return np.asarray(centred / (spread * np.sqrt(joined.shape[1])))


class _Superpixels:
    """Areas and mean scores of the superpixels of a scene, and those that a mark means."""

    def __init__(self, scores: SceneScores, scene: Scene) -> None:
        self.labels, self.heat = scores.labels, scores.maps["heatmap"]
        shape = (self.labels.shape[0], self.labels.shape[1])
        self.mask = None if scene.mask is None else Enlarged(scene.mask, shape)
        n = len(scores.nodes[0])
        self.area, self.painted, total = (np.zeros(n) for _ in range(3))
        # As the scene itself is read, so that a large one need not fit into memory.
        same = scene.blocks(0) if scene.shape == shape else Blocks(shape, None, 0)
        for block in same:
            labels, painted = self.labels[block.place].ravel(), self._painted(block).ravel()
            self.area += np.bincount(labels, minlength=n)
            self.painted += np.bincount(labels, painted, n)
            total += np.bincount(labels, self.heat[block.place].ravel(), n)
        self.mean_score = total / self.area

    def _painted(self, block: Block) -> NDArray[Any]:
        return np.ones(block.shape, np.bool_) if self.mask is None else self.mask.block(block)

    def of(self, mark: Mark, shape: Sequence[int]) -> NDArray[np.intp]:
        """Superpixels (n,) that a mark on a photograph of ``shape`` means, at least one.

        Those with enough strong pixels in its box; if there are none, those mostly within it; and
        if there are none either, the one with most of its pixels there.
        """
        block = self._block(mark, shape)
        labels = self.labels[block.place]
        strong = (self.heat[block.place] >= STRONG_LEVEL) & self._painted(block)
        for within, least in ((strong, LEAST_STRONG), (np.ones_like(strong), 0.5)):
            numbers, counts = np.unique(labels[within], return_counts=True)
            chosen = numbers[counts >= least * self.area[numbers]]
            if len(chosen):
                return np.asarray(chosen, np.intp)
        return np.asarray(numbers[[(counts / self.area[numbers]).argmax()]], np.intp)

    def _block(self, mark: Mark, shape: Sequence[int]) -> Block:
        """The box of a mark in the labels, which may have another size than the photograph."""
        rows, columns = (size / full for size, full in zip(self.labels.shape, shape, strict=True))
        left, top, right, bottom = mark.box
        return Block(int(top * rows), int(left * columns), _up(bottom * rows), _up(right * columns))


def _up(place: float) -> int:
    # Whole places stay whole where the product is a hair above.
    return int(np.ceil(place - 1e-9))
