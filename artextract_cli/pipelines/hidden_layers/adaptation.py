"""Adaptation of a trained network to a painting, by layers inserted into it.

Random layers are inserted into windows of the painting, as in training. A few steps on some of them
adapt the network to the surface of this painting; the others, which it was not trained on, decide
whether that helped. Without a clear gain the network stays as it was. Test-time training on the
sample itself: Sun et al., Proc. ICML 119, 9229 (2020).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.blocks import Block
from artextract_cli.models.calibration import Calibration
from artextract_cli.models.recorded_plugins import recorded_objective
from artextract_cli.nn.superpixel_scores import EmbeddedScene, superpixel_scores
from artextract_cli.pipelines.hidden_layers.augmentation import rotated, rotated_map
from artextract_cli.pipelines.hidden_layers.evidence_graph import envelope_of, evidence_graph
from artextract_cli.pipelines.hidden_layers.injection import inject
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork, embedded
from artextract_cli.pipelines.hidden_layers.pixel_scores import (
    HiddenLayerModel,
    raw_scores_by,
    with_added_scores,
)
from artextract_cli.pipelines.hidden_layers.samples import (
    InjectedScene,
    injected_batch,
    injected_scene,
)
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene
from artextract_cli.utils.threads import single_threaded_blas

# Fixed: the same painting always gets the same adaptation.
SEED = 0
# Windows, layers and steps bound the time: 10 s of processor time for 256 × 256 pixels
# (docs/detection.md). More windows make the decision more certain.
WINDOW = 192  # side of a window in pixels
N_WINDOWS = 8  # of all scenes together; layers are inserted into each of them several times
TRIES_PER_WINDOW = 8  # to find a window of which at least half is painting
# Three or four layers in each of the eight windows.
N_TRAINING, N_CHECKING = 16, 12  # windows with layers to train on, and to decide by
STEPS, BATCH_SIZE = 30, 4
# A sixth of the peak rate of training: 30 steps should correct the network, not retrain it.
LEARNING_RATE = 5e-4
# Of the way from the weights before to those after training: at half of the way inserted layers are
# detected better still, but real ones worse, by two to three times as much (docs/detection.md).
INTERPOLATED_SHARE = 0.25
TRIMMED_SHARE = 0.1  # of a window: the highest scores may be hidden content and count as neither
# Significance alone is not enough: inserted layers were detected better by more than three standard
# errors where real content was detected worse (docs/detection.md).
LEAST_GAIN = 0.005  # in the mean AUROC of the windows that decide
LEAST_T = 3.0  # that gain in standard errors
LEAST_HIDDEN = 60  # pixels of a layer; a window with fewer is left out
# Ranks at which false-alarm rates are transferred, denser at the highest scores.
QUANTILES = np.concatenate([np.linspace(0, 0.95, 20), 1 - np.logspace(-1.5, -4, 12)])


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """A model after adaptation, and the figures of the decision, which its card records too.

    Attributes
    ----------
    model
        The adapted model, or the original one if adaptation did not help.
    share
        Share of the way from the original to the trained weights; 0 if adaptation was rejected.
    n_windows
        Number of windows with synthetic layers that the decision is based on.
    before
        Mean AUROC on these windows before adaptation, 0..1; NaN without windows.
    after
        Mean AUROC on these windows after adaptation, even if it was rejected.
    """

    model: HiddenLayerModel
    share: float
    n_windows: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class _ScoredWindow:
    """A window of a painting, and its scores by the original model."""

    window: Scene
    scores: dict[str, FloatArray]  # (H, W) by name


def cut_windows(scene: Scene, n_scenes: int = 1) -> list[Scene]:
    """Cut windows at random positions of a scene, one of ``n_scenes`` that share an adaptation.

    There are fewer if little of the scene is painting.
    """
    rng = np.random.default_rng(SEED)
    # An even number of every scene: one window for training and one that decides.
    n_windows = 2 * max(1, N_WINDOWS // (2 * n_scenes))
    windows = (_window(scene, rng) for _ in range(TRIES_PER_WINDOW * n_windows))
    painted = (w for w in windows if w.mask is None or w.mask.mean() >= 0.5)
    return list(islice(painted, n_windows))


@single_threaded_blas()
def adapt(model: HiddenLayerModel, windows: Sequence[Scene]) -> Adaptation:
    """Adapt a model to paintings, if it then detects layers inserted into their windows better.

    Deterministic. Every second window is for training, the others decide. The paintings' own hidden
    content, if any, must not be learned as clean: the highest-scoring pixels count as neither.
    """
    rng = np.random.default_rng(SEED)
    scored = [_ScoredWindow(window=window, scores=_scores(model, window)) for window in windows]
    training = _with_layers(model, scored[::2], N_TRAINING, rng)
    checking = _with_layers(model, scored[1::2], N_CHECKING, rng)
    # With fewer, a standard error of the gains says little.
    if len(checking) < N_CHECKING // 2 or len(training) < BATCH_SIZE:
        return _with_record(model, windows, 0.0, np.zeros((2, 0)))
    before = _aurocs(model, checking)
    adapted = _interpolated(model, _fine_tuned(model, training))
    aurocs = np.stack([before, _aurocs(adapted, checking)])
    if not is_clear_gain(aurocs[1] - before):
        return _with_record(model, windows, 0.0, aurocs)
    return _with_record(_recalibrated(model, adapted, scored), windows, INTERPOLATED_SHARE, aurocs)


def is_clear_gain(gains: NDArray[np.float64]) -> bool:
    """Whether gains (n,) are large enough and significant."""
    # The same layers before and after: the standard error is that of paired differences.
    least = max(LEAST_GAIN, LEAST_T * float(gains.std(ddof=1)) / len(gains) ** 0.5)
    return bool(gains.mean() >= least)


def _with_record(
    model: HiddenLayerModel, windows: Sequence[Scene], share: float, aurocs: NDArray[np.float64]
) -> Adaptation:
    """The model with its adaptation recorded in its card; ``aurocs`` (2, n) before and after."""
    before, after = map(float, aurocs.mean(1)) if aurocs.size else (float("nan"), float("nan"))
    record = {
        "model": {"path": str(model.path.resolve()), "sha256": model.digest},
        "scenes": list(dict.fromkeys(window.name for window in windows)),
        "share": share,
        "n_windows": aurocs.shape[1],
        "auroc_before": _rounded(before),
        "auroc_after": _rounded(after),
    }
    return Adaptation(
        model=replace(model, card=replace(model.card, adaptation=record)),
        share=share,
        n_windows=aurocs.shape[1],
        before=before,
        after=after,
    )


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _window(scene: Scene, rng: np.random.Generator) -> Scene:
    """Cut a random window from the scene."""
    height, width = (min(WINDOW, side) for side in scene.shape)
    top = int(rng.integers(scene.shape[0] - height + 1))
    left = int(rng.integers(scene.shape[1] - width + 1))
    part = scene.part(Block(top, left, top + height, left + width))
    rgb, bands = (np.ascontiguousarray(array, np.float32) for array in (part.rgb, part.bands))
    return replace(part, rgb=rgb, bands=bands)


def _with_layers(
    model: HiddenLayerModel, scored: Sequence[_ScoredWindow], n: int, rng: np.random.Generator
) -> list[InjectedScene]:
    """``n`` windows, or all if more, with random layers, except layers that hardly show."""
    samples = []
    for i in range(max(n, len(scored)) if scored else 0):
        original, symmetry = scored[i % len(scored)], int(rng.integers(8))
        window = rotated(original.window, symmetry)
        layered, truth, is_light = inject(rng, window)
        # What may be real hidden content must not be learned as clean paint.
        may_hide = rotated_map(_anomalous(original), symmetry)
        truth = np.where(may_hide & (truth == CLEAN), UNDECIDED, truth).astype(np.uint8)
        if (truth == HIDDEN).sum() < LEAST_HIDDEN:
            continue
        graph = evidence_graph(layered, model.card.recipe)
        samples.append(injected_scene(window.name, graph, truth, is_light, window.mask, rng))
    return samples


def _anomalous(scored: _ScoredWindow) -> NDArray[np.bool_]:
    score = scored.scores["fused"]
    return np.asarray(score > np.quantile(score, 1 - TRIMMED_SHARE))


def _scores(model: HiddenLayerModel, window: Scene) -> dict[str, FloatArray]:
    graph = evidence_graph(window, model.card.recipe)
    return raw_scores_by(model, graph, window.mask).maps()


@torch.no_grad()
def _aurocs(model: HiddenLayerModel, windows: Sequence[InjectedScene]) -> NDArray[np.float64]:
    """AUROC (n,) of the layers in windows, by the score of the heat map."""
    from sklearn.metrics import roc_auc_score

    network, aurocs = model.network, []
    for window in windows:
        batch = injected_batch([window], engine=model.engine, device=model.device)
        pixels = batch.pixels
        z = network(batch.scenes)
        odds = network.refine(z, pixels.evidence, pixels.node).cpu().numpy()
        scene = EmbeddedScene(network=network, batch=batch.scenes, z=z)
        distance = superpixel_scores(scene, model.scorer)[window.pixels.node.numpy(), 0]
        # The score that users see: an adaptation that only improves the refinement may not help it.
        score = with_added_scores(odds, envelope_of(window.pixels.evidence.numpy()), distance)
        hidden = window.pixels.hidden.numpy()
        aurocs.append(roc_auc_score(hidden, np.logaddexp(score[..., 0], score[..., 1])))
    return np.array(aurocs)


def _fine_tuned(model: HiddenLayerModel, windows: Sequence[InjectedScene]) -> HiddenLayerNetwork:
    """The network after training on windows.

    The refinement of pixels is not trained: otherwise detection of real content gets worse.
    """
    # The original is needed again, to compare with and to interpolate from.
    network = copy.deepcopy(model.network).train()
    network.refinement.requires_grad_(False)
    trained = [value for value in network.parameters() if value.requires_grad]
    objective = recorded_objective(model.card)
    # Without weight decay: weights should stay close to the trained ones, not to zero.
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.0)
    torch.manual_seed(SEED)  # for the noise on features
    generator = torch.Generator().manual_seed(SEED)
    order = np.random.default_rng(SEED)
    for _ in range(STEPS):
        chosen = order.choice(len(windows), min(BATCH_SIZE, len(windows)), replace=False)
        batch = injected_batch(
            [windows[i] for i in chosen], engine=model.engine, device=model.device
        )
        optimizer.zero_grad()
        embedded(network, batch, generator).loss(objective).backward()  # type: ignore[no-untyped-call]
        # As in training; of 30 steps, a single one with a large gradient would matter.
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    return network.eval()


def _interpolated(model: HiddenLayerModel, tuned: HiddenLayerNetwork) -> HiddenLayerModel:
    """The model with weights part of the way to the tuned ones (Wortsman et al. 2022)."""
    network = copy.deepcopy(model.network)
    old, new = network.state_dict(), tuned.state_dict()
    weights = {
        name: torch.lerp(value, new[name], INTERPOLATED_SHARE)
        if value.is_floating_point()
        else value
        for name, value in old.items()  # batch counts are not interpolated
    }
    network.load_state_dict(weights)
    return replace(model, network=network.eval())


def _recalibrated(
    before: HiddenLayerModel, after: HiddenLayerModel, scored: Sequence[_ScoredWindow]
) -> HiddenLayerModel:
    """The model ``after``, with rates by which the same share of paintings scores high as before.

    A new score has the rate of the old one of equal rank in the paintings. The calibration for
    whole paintings belongs to the network before and is left out.
    """
    new = [_scores(after, each.window) for each in scored]
    calibration = {k: v for k, v in before.card.calibration.items() if k != "whole"}
    # Residual and envelope do not come from the network, and keep their rates.
    for name in ("fused", "dark", "light", "network"):
        scores, levels = (
            np.quantile(np.concatenate([maps[name].ravel() for maps in side]), QUANTILES)
            for side in (new, [each.scores for each in scored])
        )
        # (32,) knots: the old levels at these ranks, over the new scores of equal rank.
        known = before.card.calibration[name](levels)
        # Calibrations need strictly increasing knots, but quantiles of equal scores are equal.
        kept = np.flatnonzero(np.diff(scores, prepend=-np.inf) > 1e-6)
        rising = np.maximum.accumulate(known[kept]) + 1e-6 * np.arange(len(kept))
        if len(kept) > 1:
            calibration[name] = Calibration(
                scores=tuple(map(float, scores[kept])), levels=tuple(map(float, rising))
            )
    card = replace(after.card, calibration=calibration)
    return replace(after, card=card)
