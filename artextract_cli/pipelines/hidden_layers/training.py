"""Training on hidden layers: fresh ones every epoch, put into scenes that hide nothing."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import Calibration, cautious, fit_calibration
from artextract_cli.nn.collate import collate
from artextract_cli.nn.superpixel_scores import EmbeddedScene, superpixel_scores
from artextract_cli.pipelines.hidden_layers.augmentation import corrupted, rotated
from artextract_cli.pipelines.hidden_layers.clean_captures import (
    CALIBRATION_PIXELS,
    FEWEST_CLEAN,
    augmented_copies,
    stored_scene,
    whole_calibration,
)
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    EvidenceGraph,
    evidence_graph,
    residual_of,
)
from artextract_cli.pipelines.hidden_layers.injection import inject
from artextract_cli.pipelines.hidden_layers.network import HiddenLayerNetwork, either, embedded
from artextract_cli.pipelines.hidden_layers.pixel_scores import SCORES, RawScores, raw_scores
from artextract_cli.pipelines.hidden_layers.samples import (
    InjectedScene,
    injected_batch,
    injected_scene,
)
from artextract_cli.pipelines.hidden_layers.verdict import excesses, without_infrared
from artextract_cli.pipelines.training_task import Losses, TrainingInputs
from artextract_cli.scenes.scene import CLEAN, UNDECIDED, Scene
from artextract_cli.utils.events import detail, warn
from artextract_cli.utils.threads import cores, one_for_algebra, shared_with

# Of a scene that may hide something, this share of the strangest pixels does not count as clean.
TRIMMED_SHARE = 0.1
N_NORMALISATION_SCENES = 16  # scenes
CORRUPTED_SHARE = 0.5
MOST_WORKERS = 4
_VALIDATION_SEED = 2**31  # in place of an epoch, in the seeds of what is always the same


class HiddenLayerTask:
    """Clean scenes, and the layers that are put into them.

    Scenes that the dataset calls clean are used, if there are four or more; otherwise all are, and
    the strangest tenth of their pixels is left out of the loss.
    """

    def __init__(self, given: TrainingInputs) -> None:
        self.root, self.settings = given.root, given.settings
        self.engine, self.device = given.engine, given.device
        self.objective, self.scorer = given.compared_by
        self.injection_seconds: list[float] = []
        self.training = _usable(given.training, "training")
        self.held_out = _usable(given.validation, "validation", fewest=1)
        self.validation = [
            self._injected(graphs, [self.settings.seed, _VALIDATION_SEED, i])
            for i, graphs in enumerate(self.held_out)
        ]

    @property
    def n_batches(self) -> int:
        """Batches of one epoch."""
        return -(-len(self.training) // self.settings.batch_size)

    def begin(self, network: HiddenLayerNetwork) -> None:
        """Learn the features' centres and spreads from some injected scenes."""
        chosen = self.training[:N_NORMALISATION_SCENES]
        seeds = [[self.settings.seed, _VALIDATION_SEED + 1, i] for i in range(len(chosen))]
        made = [self._injected(g, seed) for g, seed in zip(chosen, seeds, strict=True)]
        network.fit_normalisation(made)

    def training_losses(self, network: HiddenLayerNetwork, epoch: int) -> Losses:
        """Losses of one epoch; every scene has a new layer, pose and condition."""
        self.injection_seconds.clear()
        rng = np.random.default_rng([self.settings.seed, epoch])
        order = rng.permutation(len(self.training)).tolist()
        scenes = self._prepared(order, epoch)
        for start in range(0, len(order), self.settings.batch_size):
            batch = [next(scenes) for _ in order[start : start + self.settings.batch_size]]
            yield self._loss(network, batch, int(rng.integers(2**31))), len(batch)

    def validation_losses(self, network: HiddenLayerNetwork) -> Losses:
        """Losses on the held-out scenes, whose layers never change."""
        size = self.settings.batch_size
        for start in range(0, len(self.validation), size):
            batch = self.validation[start : start + size]
            yield self._loss(network, batch, 0), len(batch)

    def extra_metrics(self) -> dict[str, float]:
        """CPU seconds that injection took in this epoch, all threads together."""
        return {"injection_seconds": round(sum(self.injection_seconds), 3)}

    @one_for_algebra()
    def calibrations(self, network: HiddenLayerNetwork) -> dict[str, Calibration]:
        """Of all scores on held-out scenes, as they are and degraded; on others where few are.

        Degraded, because a capture is seldom as good as those of training: the rates promised are
        rather too high than too low. "whole", of the verdict on whole paintings, is left out where
        there are fewer than four clean scenes.
        """
        scenes = [*self.held_out, *(self.training if len(self.held_out) < FEWEST_CLEAN else [])]
        trimmed = not all(graphs.clean for graphs in scenes)
        rng = np.random.default_rng(self.settings.seed)
        samples: dict[str, list[np.ndarray]] = {name: [] for name in SCORES}
        wholes: list[float] = []
        for graphs, scene in augmented_copies(self.root, scenes, rng):
            raw = self._scores(network, scene, graphs.recipe)
            chosen = rng.permutation(np.flatnonzero(scene.painted))[:CALIBRATION_PIXELS]
            for name, score in raw.maps().items():
                samples[name].append(score.ravel()[chosen])
            if graphs.clean:
                null = self._scores(network, without_infrared(scene), graphs.recipe)
                wholes += excesses(raw.fused, null.fused, graphs.mask)
        made = {
            name: cautious(fit_calibration(np.concatenate(scores), trimmed=trimmed))
            for name, scores in samples.items()
        }
        whole = whole_calibration(wholes, sum(bool(graphs.clean) for graphs in scenes))
        return made if whole is None else made | {"whole": whole}

    def quality(self, network: HiddenLayerNetwork) -> dict[str, float]:
        """AUROC of all scores on the pixels of the layers put into the validation scenes."""
        from sklearn.metrics import roc_auc_score

        found: dict[str, list[np.ndarray]] = {"fused": [], "network": [], "residual": []}
        for scene in self.validation:
            batch = collate([scene.tensors], engine=self.engine, device=self.device)
            z = network(batch)
            pixels = scene.pixels
            node, evidence = pixels.node.to(self.device), pixels.evidence.to(self.device)
            found["fused"].append(either(network.refine(z, evidence, node)).cpu().numpy())
            seen = EmbeddedScene(network=network, batch=batch, z=z)
            found["network"].append(superpixel_scores(seen, self.scorer)[pixels.node.numpy(), 0])
            found["residual"].append(residual_of(pixels.evidence.numpy()))
        hidden = [scene.pixels.hidden.numpy() for scene in self.validation]
        both = [i for i, truth in enumerate(hidden) if len(np.unique(truth)) == 2]
        return {
            name: float(np.mean([roc_auc_score(hidden[i], scores[i]) for i in both]))
            for name, scores in found.items()
            if both
        }

    def _scores(self, network: HiddenLayerNetwork, scene: Scene, recipe: GraphRecipe) -> RawScores:
        return raw_scores(
            network,
            evidence_graph(scene, recipe),
            scene.mask,
            self.scorer,
            engine=self.engine,
            device=self.device,
        )

    def _loss(
        self, network: HiddenLayerNetwork, scenes: Sequence[InjectedScene], seed: int
    ) -> torch.Tensor:
        batch = injected_batch(scenes, engine=self.engine, device=self.device)
        generator = torch.Generator().manual_seed(seed)
        return embedded(network, batch, generator).loss(self.objective)

    def _prepared(self, order: Sequence[int], epoch: int) -> Iterator[InjectedScene]:
        """Injected scenes in ``order``, made by other threads while the network learns."""
        workers = min(MOST_WORKERS, cores())
        waiting: deque[Future[InjectedScene]] = deque()
        with shared_with(workers), ThreadPoolExecutor(workers) as pool:
            try:
                for i in order:
                    seeds = [self.settings.seed, epoch, i]
                    waiting.append(pool.submit(self._injected, self.training[i], seeds))
                    if len(waiting) > workers + self.settings.batch_size:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _injected(self, graphs: SceneGraphs, seeds: Sequence[int]) -> InjectedScene:
        rng = np.random.default_rng(seeds)
        scene = rotated(stored_scene(self.root, graphs), int(rng.integers(8)))
        started = time.thread_time()
        scene, truth, is_light = inject(rng, scene)
        seconds = time.thread_time() - started
        if rng.random() < CORRUPTED_SHARE:
            scene = corrupted(rng, scene)
        graph = evidence_graph(scene, graphs.recipe)
        if not graphs.clean:
            truth = _trimmed(graph, truth)
        self.injection_seconds.append(seconds)
        return injected_scene(graphs.name, graph, truth, is_light, scene.mask, rng)


def _usable(
    scenes: Sequence[SceneGraphs], what: str, fewest: int = FEWEST_CLEAN
) -> list[SceneGraphs]:
    clean = [graphs for graphs in scenes if graphs.clean]
    if len(clean) >= fewest:
        detail(f"{len(clean)} of {len(scenes)} {what} scenes are clean; layers go into these")
        return clean
    if len(clean) < len(scenes):
        warn(
            f"{len(clean)} of {len(scenes)} {what} scenes are known to be clean: all are used, and "
            "the strangest tenth of the others' pixels is not taken for clean"
        )
    return list(scenes)


def _trimmed(graph: EvidenceGraph, truth: np.ndarray) -> np.ndarray:
    """``truth`` (H, W) without the strangest of its clean pixels."""
    score = residual_of(graph.pixels)
    clean = truth == CLEAN
    if not clean.any():
        return truth
    strange = score > np.quantile(score[clean], 1 - TRIMMED_SHARE)
    return np.where(clean & strange, UNDECIDED, truth).astype(np.uint8)
