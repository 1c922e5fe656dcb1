"""Whether anything lies beneath a painting at all: from coherent structure in its score maps.

Thin or small content fills too little of a painting to move a percentile of its scores. What sets
it apart from noise is that it hangs together: long lines, areas that touch, scores that stay high
when they are averaged over a neighbourhood. A tile of the painting is described by such numbers, on
several scales, and by the same of its own opposite tail, which holds what this painting's surface
and noise do by themselves. A logistic regression fitted on paintings with and without layers weighs
them.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artextract_cli.contract import FloatArray
from artextract_cli.image_kernels import blur
from artextract_cli.kernels.lines import line_strength

Values = NDArray[np.float64]

TILE = 256  # side in pixels: the size of the paintings that the weights come from
LEAST_PAINTED = 0.25  # share of a tile that must be painting for it to be judged
LARGEST_LOGIT = 12.0  # log odds; more says no more
QUANTILES = (0.9, 0.97, 0.99, 0.997, 0.999)
BLURS = (2.0, 6.0)  # σ in pixels
THRESHOLDS = (-1.0, 0.0, 2.0)  # log odds above which pixels are put together
LINE = (2.0, 12.0)  # width and length of the line filter, σ in pixels
PENALTY = 1.0  # of squared weights, against the log likelihood of all samples
ROUNDS = 25

FEATURES = (
    *(f"quantile_{q}" for q in QUANTILES),
    *(f"blurred_{s:g}_quantile_{q}" for s in BLURS for q in QUANTILES[1:4]),
    *(f"area_above_{t:g}" for t in THRESHOLDS),
    *(f"largest_above_{t:g}" for t in THRESHOLDS),
    *("line_0.99", "line_0.999", "line_contrast"),
    *("median", "spread", "skew", "sign_contrast"),
)


def tiles(
    shape: tuple[int, int], painted: NDArray[np.bool_] | None
) -> Iterator[tuple[slice, slice]]:
    """Tiles of about `TILE` pixels a side that hold enough painting; all where none does."""
    rows, columns = (_cuts(size) for size in shape)
    every = [(r, c) for r in rows for c in columns]
    enough = [at for at in every if painted is None or float(painted[at].mean()) >= LEAST_PAINTED]
    yield from enough or every


def _cuts(size: int) -> list[slice]:
    edges = np.linspace(0, size, max(1, round(size / TILE)) + 1).round().astype(int)
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def describe(dark: FloatArray, light: FloatArray, painted: NDArray[np.bool_] | None) -> Values:
    """`FEATURES` (F,) of the log odds (h, w) of something darker and lighter beneath a tile."""
    if painted is not None and not painted.any():
        painted = None
    both = [np.clip(odds, -LARGEST_LOGIT, LARGEST_LOGIT) for odds in (dark, light)]
    if painted is not None:
        # What lies outside must neither be found nor make a border.
        both = [np.where(painted, odds, np.float32(np.median(odds[painted]))) for odds in both]
    score = np.maximum(*both)
    inside = score.ravel() if painted is None else score[painted]
    smooth = [blur(score[..., None], sigma)[..., 0] for sigma in BLURS]
    line = line_strength(score, *LINE)
    areas = [_areas(score > threshold) for threshold in THRESHOLDS]
    median = np.median(inside)
    low, high = np.quantile(inside, (0.003, 0.997))
    of_dark, of_light = (np.quantile(odds, 0.99) for odds in both)
    return np.array(
        [
            *np.quantile(inside, QUANTILES),
            *(value for image in smooth for value in np.quantile(image, QUANTILES[1:4])),
            *(np.log1p(total) for total, _ in areas),
            *(np.log1p(largest) for _, largest in areas),
            *_line_features(line),
            *(median, np.median(np.abs(inside - median)), high + low - 2 * median),
            abs(of_dark - of_light),
        ],
        np.float64,
    )


def _line_features(line: FloatArray) -> tuple[float, float, float]:
    """How strong ridges of the score are, and how much stronger than its valleys."""
    ridges, valleys = (np.quantile(line[..., side], (0.99, 0.999)) for side in (1, 0))
    return float(ridges[0]), float(ridges[1]), float(ridges[1] - valleys[1])


def _areas(above: NDArray[np.bool_]) -> tuple[int, int]:
    """Pixels of a mask (h, w), and of its largest connected part, corners included."""
    from scipy.ndimage import label

    numbered, n = label(above, np.ones((3, 3)))
    if not n:
        return 0, 0
    sizes = np.bincount(numbered.ravel())[1:]
    return int(sizes.sum()), int(sizes.max())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Weights of `FEATURES`, standardised by ``centre`` and ``spread``, that make one score."""

    features: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def __call__(self, described: Values) -> float:
        """Log odds that a tile (F,) hides something."""
        standard = np.clip((described - np.array(self.centre)) / np.array(self.spread), -5, 5)
        return float(standard @ np.array(self.weights) + self.bias)

    def of_painting(
        self, dark: FloatArray, light: FloatArray, painted: NDArray[np.bool_] | None
    ) -> tuple[float, int]:
        """The largest log odds of any tile of two maps (H, W), and how many tiles there are."""
        scores = [
            self(describe(dark[at], light[at], None if painted is None else painted[at]))
            for at in tiles((dark.shape[0], dark.shape[1]), painted)
        ]
        return max(scores), len(scores)


def fit_verdict(described: Sequence[Values], is_hidden: Sequence[bool]) -> Verdict:
    """Fit a ridge-penalised logistic regression by Newton's method; classes weigh alike."""
    x, y = np.array(described), np.array(is_hidden, np.float64)
    centre, spread = x.mean(0), x.std(0) + 1e-6
    design = np.column_stack([np.clip((x - centre) / spread, -5, 5), np.ones(len(x))])
    share = np.where(y > 0, 0.5 / max(y.mean(), 1e-9), 0.5 / max(1 - y.mean(), 1e-9))
    penalty = np.diag([PENALTY] * x.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = (design.T * (share * p * (1 - p))) @ design + penalty
        weights += np.linalg.solve(curvature, design.T @ (share * (y - p)) - penalty @ weights)
    return Verdict(
        features=FEATURES,
        centre=tuple(map(float, centre)),
        spread=tuple(map(float, spread)),
        weights=tuple(map(float, weights[:-1])),
        bias=float(weights[-1]),
    )


def held_out_scores(
    described: Sequence[Values], is_hidden: Sequence[bool], groups: Sequence[int], folds: int = 4
) -> Values:
    """Scores (n,) of samples by verdicts fitted on the other folds; ``groups`` stay together."""
    fold = np.array(groups) % folds
    scores = np.zeros(len(described))
    for k in range(folds):
        train, test = (np.flatnonzero(part).tolist() for part in (fold != k, fold == k))
        verdict = fit_verdict([described[i] for i in train], [is_hidden[i] for i in train])
        for i in test:
            scores[i] = verdict(described[i])
    return scores


def family_rate(rate: float, n_tiles: int) -> float:
    """False-alarm rate of a painting from that of the worst of its ``n_tiles`` tiles (Šidák)."""
    return float(-np.expm1(n_tiles * np.log1p(-min(rate, 1 - 1e-12))))


def from_card(described: Mapping[str, object]) -> Verdict:
    """The verdict that a model's description holds."""
    values: dict[str, object] = dict(described)
    lists = ("features", "centre", "spread", "weights")
    return Verdict(**(values | {name: tuple(values[name]) for name in lists}))  # type: ignore[arg-type]
