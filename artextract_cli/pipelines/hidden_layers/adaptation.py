"""Adaptation of a trained network to the painting at hand, by layers put beneath it.

Windows of the painting get random layers, as in training; a few steps on some of them make the
network used to this painting's surface, and others, which it never learnt from, decide whether
that helped. Without a clear gain there the network stays as it was. Test-time training on the
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
from artextract_cli.pipelines.hidden_layers.pixel_scores import raw_scores, with_shares
from artextract_cli.pipelines.hidden_layers.samples import (
    InjectedScene,
    injected_batch,
    injected_scene,
)
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene
from artextract_cli.utils.threads import one_for_algebra

HiddenLayerModel = Model[HiddenLayerNetwork]

SEED = 0
WINDOW = 192  # side in pixels
N_WINDOWS = 8  # windows cut, of all scenes; layers are put beneath each of them several times
TRIES_PER_WINDOW = 8  # at cutting a window that is half painting, for each that is wanted
N_TRAINING, N_CHECKING = 16, 12  # windows with layers to learn from, and to decide by
STEPS, BATCH_SIZE = 30, 4
LEARNING_RATE = 5e-4
# Of the way from the weights before to those after: further on, layers put in are found better, and
# those really there worse.
INTERPOLATED_SHARE = 0.25
TRIMMED_SHARE = 0.1  # of a window: what scores highest may be hidden content and counts as neither
LEAST_GAIN = 0.005  # of the mean AUROC of the windows checked
LEAST_T = 3.0  # of that gain in standard errors
LEAST_HIDDEN = 60  # pixels of a layer, for its window to count
QUANTILES = np.concatenate([np.linspace(0, 0.95, 20), 1 - np.logspace(-1.5, -4, 12)])


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """A model after adaptation, and what led to it; its card states it too.

    Attributes
    ----------
    model
        The adapted model, or the one from before if adaptation did not help.
    share
        Share of the way from the weights before to those that were learnt; 0 if adaptation was
        dropped.
    n_windows
        Number of windows with synthetic layers that decided.
    before
        Mean AUROC on these windows before adaptation, 0..1; NaN without windows.
    after
        Mean AUROC on these windows after adaptation, also if it was dropped.
    """

    model: HiddenLayerModel
    share: float
    n_windows: int
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A window of a painting, and what the model makes of it before it learns."""

    window: Scene
    scores: dict[str, FloatArray]  # (H, W) by name


def cut_windows(scene: Scene, n_scenes: int = 1) -> list[Scene]:
    """Windows at random places of a scene, one of ``n_scenes`` that share an adaptation.

    Fewer where little of the scene is painting.
    """
    rng = np.random.default_rng(SEED)
    wanted = 2 * max(1, N_WINDOWS // (2 * n_scenes))
    windows = (_window(scene, rng) for _ in range(TRIES_PER_WINDOW * wanted))
    painted = (w for w in windows if w.mask is None or w.mask.mean() >= 0.5)
    return list(islice(painted, wanted))


@one_for_algebra()
def adapt(model: HiddenLayerModel, windows: Sequence[Scene]) -> Adaptation:
    """Adapt a model to paintings, if their windows with layers put beneath say that it helps.

    Deterministic. Every second window is learnt from, the others decide. The paintings' own hidden
    content, if there is any, must not be learnt as clean: what the model scores highest counts as
    neither.
    """
    rng = np.random.default_rng(SEED)
    places = [_Place(window=window, scores=_scores(model, window)) for window in windows]
    learnt = _layered(model, places[::2], N_TRAINING, rng)
    checked = _layered(model, places[1::2], N_CHECKING, rng)
    if len(checked) < N_CHECKING // 2 or len(learnt) < BATCH_SIZE:
        return _with_record(model, windows, 0.0, np.zeros((2, 0)))
    before = _aurocs(model, checked)
    mixed = _interpolated(model, _fine_tuned(model, learnt))
    found = np.stack([before, _aurocs(mixed, checked)])
    if not _is_clear(found[1] - before):
        return _with_record(model, windows, 0.0, found)
    return _with_record(_recalibrated(model, mixed, places), windows, INTERPOLATED_SHARE, found)


def _is_clear(gains: NDArray[np.float64]) -> bool:
    """Whether gains (n,) are large enough, and not by chance."""
    least = max(LEAST_GAIN, LEAST_T * float(gains.std(ddof=1)) / len(gains) ** 0.5)
    return bool(gains.mean() >= least)


def _with_record(
    model: HiddenLayerModel, windows: Sequence[Scene], share: float, found: NDArray[np.float64]
) -> Adaptation:
    """The model with a card that tells of its adaptation; AUROCs ``found`` (2, n)."""
    before, after = map(float, found.mean(1)) if found.size else (float("nan"), float("nan"))
    about = {
        "model": {"path": str(model.path.resolve()), "sha256": model.digest},
        "scenes": list(dict.fromkeys(window.name for window in windows)),
        "share": share,
        "n_windows": found.shape[1],
        "auroc_before": _rounded(before),
        "auroc_after": _rounded(after),
    }
    return Adaptation(
        model=replace(model, card=replace(model.card, adaptation=about)),
        share=share,
        n_windows=found.shape[1],
        before=before,
        after=after,
    )


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _window(scene: Scene, rng: np.random.Generator) -> Scene:
    """A random window of the scene."""
    height, width = (min(WINDOW, side) for side in scene.shape)
    top = int(rng.integers(scene.shape[0] - height + 1))
    left = int(rng.integers(scene.shape[1] - width + 1))
    part = scene.part(Block(top, left, top + height, left + width))
    rgb, bands = (np.ascontiguousarray(array, np.float32) for array in (part.rgb, part.bands))
    return replace(part, rgb=rgb, bands=bands)


def _layered(
    model: HiddenLayerModel, places: Sequence[_Place], n: int, rng: np.random.Generator
) -> list[InjectedScene]:
    """``n`` windows, or all, with random layers beneath, but for those that hardly show."""
    made = []
    for i in range(max(n, len(places)) if places else 0):
        place, symmetry = places[i % len(places)], int(rng.integers(8))
        window = rotated(place.window, symmetry)
        layered, truth, is_light = inject(rng, window)
        may_hide = rotated_map(_anomalous(place), symmetry)
        truth = np.where(may_hide & (truth == CLEAN), UNDECIDED, truth).astype(np.uint8)
        if (truth == HIDDEN).sum() < LEAST_HIDDEN:
            continue
        graph = evidence_graph(layered, model.card.recipe)
        made.append(injected_scene(window.name, graph, truth, is_light, window.mask, rng))
    return made


def _anomalous(place: _Place) -> NDArray[np.bool_]:
    score = place.scores["fused"]
    return np.asarray(score > np.quantile(score, 1 - TRIMMED_SHARE))


def _scores(model: HiddenLayerModel, window: Scene) -> dict[str, FloatArray]:
    graph = evidence_graph(window, model.card.recipe)
    raw = raw_scores(
        model.network,
        graph,
        window.mask,
        model.scorer,
        engine=model.engine,
        device=model.device,
    )
    return raw.maps()


@torch.no_grad()
def _aurocs(model: HiddenLayerModel, windows: Sequence[InjectedScene]) -> NDArray[np.float64]:
    """AUROC (n,) of the layers in windows, by the score of the heat map."""
    from sklearn.metrics import roc_auc_score

    network, found = model.network, []
    for window in windows:
        batch = injected_batch([window], engine=model.engine, device=model.device)
        pixels = batch.pixels
        z = network(batch.scenes)
        odds = network.refine(z, pixels.evidence, pixels.node).cpu().numpy()
        seen = EmbeddedScene(network=network, batch=batch.scenes, z=z)
        distance = superpixel_scores(seen, model.scorer)[window.pixels.node.numpy(), 0]
        score = with_shares(odds, envelope_of(window.pixels.evidence.numpy()), distance)
        hidden = window.pixels.hidden.numpy()
        found.append(roc_auc_score(hidden, np.logaddexp(score[..., 0], score[..., 1])))
    return np.array(found)


def _fine_tuned(model: HiddenLayerModel, windows: Sequence[InjectedScene]) -> HiddenLayerNetwork:
    """The network after some steps on windows.

    The refinement of pixels stays as it is: when it learns, more of what is really there is lost.
    """
    network = copy.deepcopy(model.network).train()
    network.refinement.requires_grad_(False)
    learning = [value for value in network.parameters() if value.requires_grad]
    objective = recorded_objective(model.card)
    optimizer = torch.optim.AdamW(learning, lr=LEARNING_RATE, weight_decay=0.0)
    torch.manual_seed(SEED)  # of the noise on features
    generator = torch.Generator().manual_seed(SEED)
    order = np.random.default_rng(SEED)
    for _ in range(STEPS):
        chosen = order.choice(len(windows), min(BATCH_SIZE, len(windows)), replace=False)
        batch = injected_batch(
            [windows[i] for i in chosen], engine=model.engine, device=model.device
        )
        optimizer.zero_grad()
        embedded(network, batch, generator).loss(objective).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
    return network.eval()


def _interpolated(model: HiddenLayerModel, tuned: HiddenLayerNetwork) -> HiddenLayerModel:
    """The model with weights part of the way to the tuned ones (Wortsman et al. 2022)."""
    network = copy.deepcopy(model.network)
    old, new = network.state_dict(), tuned.state_dict()
    mixed = {
        name: torch.lerp(value, new[name], INTERPOLATED_SHARE)
        if value.is_floating_point()
        else value
        for name, value in old.items()  # counts of batches are not weights
    }
    network.load_state_dict(mixed)
    return replace(model, network=network.eval())


def _recalibrated(
    before: HiddenLayerModel, after: HiddenLayerModel, places: Sequence[_Place]
) -> HiddenLayerModel:
    """The model ``after`` with rates by which as much of the paintings scores high as ``before``.

    A new score has the rate of the old one of equal rank in the paintings. What judged whole
    paintings was learnt from the network before and is left out.
    """
    made = [_scores(after, place.window) for place in places]
    calibration = {k: v for k, v in before.card.calibration.items() if k != "whole"}
    for name in ("fused", "dark", "light", "network"):
        scores, levels = (
            np.quantile(np.concatenate([maps[name].ravel() for maps in side]), QUANTILES)
            for side in (made, [place.scores for place in places])
        )
        known = before.card.calibration[name](levels)
        kept = np.flatnonzero(np.diff(scores, prepend=-np.inf) > 1e-6)
        rising = np.maximum.accumulate(known[kept]) + 1e-6 * np.arange(len(kept))
        if len(kept) > 1:
            calibration[name] = Calibration(
                scores=tuple(map(float, scores[kept])), levels=tuple(map(float, rising))
            )
    card = replace(after.card, calibration=calibration)
    return replace(after, card=card)
