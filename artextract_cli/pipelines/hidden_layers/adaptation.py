"""Adaptation of a trained network to the painting at hand, by layers put beneath it.

Windows of the painting get random layers, as in training; a few steps on some of them make the
network used to this painting's surface, and others, which it never learnt from, decide whether
that helped. Without a clear gain there the network stays as it was. Test-time training on the
sample itself: Sun et al., Proc. ICML 119, 9229 (2020).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch  # noqa: TID253
from numpy.typing import NDArray

from artextract_cli.augmentation import turned
from artextract_cli.blocks import Block
from artextract_cli.calibration import Calibration
from artextract_cli.checkpoint import recorded_objective
from artextract_cli.contract import FloatArray
from artextract_cli.evidence_graph import evidence_graph
from artextract_cli.hidden_layer import (
    HiddenLayerNetwork,
    InjectedScene,
    embedded,
    injected_batch,
    injected_scene,
)
from artextract_cli.hidden_layer_scores import raw_scores
from artextract_cli.inference import Model
from artextract_cli.injection import inject
from artextract_cli.scene import CLEAN, HIDDEN, UNDECIDED, Scene

SEED = 0
WINDOW = 192  # side in pixels
LEARNT, CHECKED = 16, 10  # windows with layers to learn from, and to decide by
STEPS, AT_ONCE = 30, 4
LEARNING_RATE = 5e-4
# Of the way from the weights before to those after, that are tried: all of it finds the layers put
# in best, and those really there worse.
SHARES = (0.5, 0.25)
TRIMMED = 0.1  # of a window: what scores highest may be hidden content and counts as neither
LEAST_GAIN = 0.01  # of the mean AUROC of the windows checked
LEAST_AGREEING = 0.7  # share of the windows that must be found at least as well
LEAST_HIDDEN = 60  # pixels of a layer, for its window to count
QUANTILES = np.concatenate([np.linspace(0, 0.95, 20), 1 - np.logspace(-1.5, -4, 12)])


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """An adapted model, and what led to it."""

    model: Model
    share: float  # of the way to the learnt weights; 0: the model is as it was
    n_windows: int  # that decided
    before: float  # mean AUROC on them
    after: float

    def described(self) -> dict[str, float | int | None]:
        """What scene.json says of it."""
        return {
            "share": self.share,
            "n_windows": self.n_windows,
            "auroc_before": _known(self.before),
            "auroc_after": _known(self.after),
        }


def adapt(model: Model, scene: Scene) -> Adaptation:
    """Adapt a model to a scene, if windows of it with layers put beneath say that it helps.

    Deterministic. The scene's own hidden content, if there is any, must not be learnt as clean:
    what the model scores highest counts as neither.
    """
    rng = np.random.default_rng(SEED)
    learnt = _windows(model, scene, LEARNT, rng)
    checked = _windows(model, scene, CHECKED, rng)
    if len(checked) < CHECKED // 2 or len(learnt) < AT_ONCE:
        return _unchanged(model)
    before = _found(model, checked)
    tuned = _tuned(model, learnt)
    tried = [(share, _mixed(model, tuned, share)) for share in SHARES]
    measured = [(share, other, _found(other, checked)) for share, other in tried]
    share, best, after = max(measured, key=lambda row: float(row[2].mean()))
    gains = after - before
    if gains.mean() < LEAST_GAIN or (gains >= 0).mean() < LEAST_AGREEING:
        return _unchanged(model, len(checked), float(before.mean()))
    return Adaptation(
        model=_recalibrated(model, best, scene, rng),
        share=share,
        n_windows=len(checked),
        before=float(before.mean()),
        after=float(after.mean()),
    )


def _unchanged(model: Model, n_windows: int = 0, found: float = float("nan")) -> Adaptation:
    return Adaptation(model=model, share=0.0, n_windows=n_windows, before=found, after=found)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _network(model: Model) -> HiddenLayerNetwork:
    if not isinstance(model.network, HiddenLayerNetwork):
        raise TypeError(type(model.network))
    return model.network


def _window(scene: Scene, rng: np.random.Generator) -> Scene:
    """A random window of the scene."""
    height, width = (min(WINDOW, side) for side in scene.shape)
    top = int(rng.integers(scene.shape[0] - height + 1))
    left = int(rng.integers(scene.shape[1] - width + 1))
    part = scene.part(Block(top, left, top + height, left + width))
    rgb, bands = (np.ascontiguousarray(array, np.float32) for array in (part.rgb, part.bands))
    return replace(part, rgb=rgb, bands=bands)


def _windows(model: Model, scene: Scene, n: int, rng: np.random.Generator) -> list[InjectedScene]:
    made = []
    for _ in range(n):
        window = turned(_window(scene, rng), int(rng.integers(8)))
        if window.mask is not None and window.mask.mean() < 0.5:
            continue
        trimmed = _anomalous(model, window)
        layered, truth, is_light = inject(rng, window)
        truth = np.where(trimmed & (truth == CLEAN), UNDECIDED, truth).astype(np.uint8)
        if (truth == HIDDEN).sum() < LEAST_HIDDEN:
            continue
        graph = evidence_graph(layered, model.card.recipe)
        made.append(injected_scene(scene.name, graph, truth, is_light, window.mask, rng))
    return made


def _anomalous(model: Model, window: Scene) -> NDArray[np.bool_]:
    score = _scores(model, window)["fused"]
    return np.asarray(score > np.quantile(score, 1 - TRIMMED))


def _scores(model: Model, window: Scene) -> dict[str, FloatArray]:
    graph = evidence_graph(window, model.card.recipe)
    raw = raw_scores(
        _network(model),
        graph,
        window.mask,
        model.scorer,
        engine=model.engine,
        device=model.device,
    )
    return raw.maps()


@torch.no_grad()
def _found(model: Model, windows: Sequence[InjectedScene]) -> NDArray[np.float64]:
    """AUROC (n,) of the layers in windows."""
    from sklearn.metrics import roc_auc_score

    network, found = _network(model), []
    for window in windows:
        batch = injected_batch([window], engine=model.engine, device=model.device)
        scores = embedded(network, batch, torch.Generator()).pixel_scores
        if scores is not None:
            found.append(roc_auc_score(window.pixels.hidden.numpy(), scores.cpu().numpy()))
    return np.array(found)


def _tuned(model: Model, windows: Sequence[InjectedScene]) -> HiddenLayerNetwork:
    """The network after some steps on windows."""
    network = copy.deepcopy(_network(model)).train()
    objective = recorded_objective(model.card)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.0)
    torch.manual_seed(SEED)  # of the noise on features
    generator = torch.Generator().manual_seed(SEED)
    order = np.random.default_rng(SEED)
    for _ in range(STEPS):
        chosen = order.choice(len(windows), min(AT_ONCE, len(windows)), replace=False)
        batch = injected_batch(
            [windows[i] for i in chosen], engine=model.engine, device=model.device
        )
        optimizer.zero_grad()
        embedded(network, batch, generator).loss(objective).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    return network.eval()


def _mixed(model: Model, tuned: HiddenLayerNetwork, share: float) -> Model:
    """The model with weights ``share`` of the way to the tuned ones (Wortsman et al. 2022)."""
    network = copy.deepcopy(_network(model))
    old, new = network.state_dict(), tuned.state_dict()
    mixed = {
        name: torch.lerp(value, new[name], share) if value.is_floating_point() else value
        for name, value in old.items()  # counts of batches are not weights
    }
    network.load_state_dict(mixed)
    return replace(model, network=network.eval())


def _recalibrated(before: Model, after: Model, scene: Scene, rng: np.random.Generator) -> Model:
    """The model ``after`` with rates by which as much of the painting scores high as ``before``.

    A new score has the rate of the old one of equal rank in the painting. What judged whole
    paintings was learnt from the network before and is left out.
    """
    windows = [_window(scene, rng) for _ in range(4)]
    old, new = ([_scores(model, window) for window in windows] for model in (before, after))
    calibration = {k: v for k, v in before.card.calibration.items() if k != "whole"}
    for name in ("fused", "dark", "light", "network"):
        scores, levels = (
            np.quantile(np.concatenate([maps[name].ravel() for maps in side]), QUANTILES)
            for side in (new, old)
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
