"""Training on hidden layers, inserted anew in every epoch into scenes that hide nothing."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from artextract_cli._typing import FloatArray
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
from artextract_cli.utils.threads import cores, reserve_cores, single_threaded_blas

# Share of the most anomalous pixels of a scene that may hide something; they do not count as clean.
TRIMMED_SHARE = 0.1
# Centre and spread of superpixels and pixels of all of them; more scenes delay the first epoch.
N_NORMALISATION_SCENES = 16  # injected scenes that centres and spreads are taken from
# The other half keeps what good captures show.
CORRUPTED_SHARE = 0.5  # of injected scenes
# A scene takes 120 ms (docs/performance.md); workers take their cores from torch.
MOST_WORKERS = 4  # threads that prepare scenes
_VALIDATION_SEED = 2**31  # replaces the epoch in the seeds of scenes that never change


class HiddenLayerTask:
    """Training on clean scenes with inserted layers.

    Only scenes that the dataset lists as clean are used, if there are four or more; otherwise all
    are, and the most anomalous tenth of their pixels is left out of the loss.
    """

    def __init__(self, given: TrainingInputs) -> None:
        self.root, self.settings = given.root, given.settings
        self.engine, self.device = given.engine, given.device
        self.objective, self.scorer = given.loss_and_scorer
        self.injection_seconds: list[float] = []
        self.training = _usable(given.training, "training")
        self.held_out = _usable(given.validation, "validation", fewest=1)
        self.validation = [
            self._injected(graphs, [self.settings.seed, _VALIDATION_SEED, i])
            for i, graphs in enumerate(self.held_out if given.share.is_first else [])
        ]
        batch_size = self.settings.batch_size
        self.micro_batches = given.share.micro_batches(len(self.training), batch_size)

    def begin(self, network: HiddenLayerNetwork) -> None:
        """Fit the normalisation of features on some injected scenes."""
        chosen = self.training[:N_NORMALISATION_SCENES]
        seeds = [[self.settings.seed, _VALIDATION_SEED + 1, i] for i in range(len(chosen))]
        scenes = [self._injected(g, seed) for g, seed in zip(chosen, seeds, strict=True)]
        network.fit_normalisation(scenes)

    def training_losses(self, network: HiddenLayerNetwork, epoch: int) -> Losses:
        """Losses of one epoch; every scene has a new layer, pose and corruption."""
        self.injection_seconds.clear()
        rng = np.random.default_rng([self.settings.seed, epoch])
        order = rng.permutation(len(self.training)).tolist()
        own = [order[part.start : part.stop] for part in self.micro_batches if part.is_own]
        scenes = self._prepared([i for part in own for i in part], epoch)
        for part in self.micro_batches:
            # Drawn for the parts of other processes too, so that all draw the same.
            seed = int(rng.integers(2**31))
            if part.is_own:
                batch = [next(scenes) for _ in range(part.n_scenes)]
                yield self._loss(network, batch, seed), part.n_scenes

    def validation_losses(self, network: HiddenLayerNetwork) -> Losses:
        """Losses on the held-out scenes, whose layers never change."""
        size = self.settings.batch_size
        for start in range(0, len(self.validation), size):
            batch = self.validation[start : start + size]
            yield self._loss(network, batch, 0), len(batch)

    def extra_metrics(self) -> dict[str, float]:
        """CPU seconds of injection in this epoch, over all threads."""
        return {"injection_seconds": round(sum(self.injection_seconds), 3)}

    @single_threaded_blas()
    def calibrations(self, network: HiddenLayerNetwork) -> dict[str, Calibration]:
        """Calibrations of all scores on held-out scenes; on training scenes too if these are few.

        Scenes count unchanged and with corruptions, because captures are seldom as good as those of
        training: rates should rather be too high than too low. "whole", for the image-level
        verdict, is left out if there are fewer than four clean scenes.
        """
        scenes = [*self.held_out, *(self.training if len(self.held_out) < FEWEST_CLEAN else [])]
        trimmed = not all(graphs.clean for graphs in scenes)
        rng = np.random.default_rng(self.settings.seed)
        samples: dict[str, list[np.ndarray]] = {name: [] for name in SCORES}
        wholes: list[float] = []
        for graphs, scene in augmented_copies(self.root, scenes, rng):
            raw = self._scores(network, scene, graphs.recipe)
            # Random pixels of the painting: neighbouring ones are nearly the same observation.
            chosen = rng.permutation(np.flatnonzero(scene.painted))[:CALIBRATION_PIXELS]
            for name, score in raw.maps().items():
                samples[name].append(score.ravel()[chosen])
            if graphs.clean:
                # The null doubles the time; scenes that may hide something cannot calibrate a
                # verdict.
                null = self._scores(network, without_infrared(scene), graphs.recipe)
                wholes += excesses(raw.fused, null.fused, graphs.mask)
        calibrations = {
            name: cautious(fit_calibration(np.concatenate(scores), trimmed=trimmed))
            for name, scores in samples.items()
        }
        whole = whole_calibration(wholes, sum(bool(graphs.clean) for graphs in scenes))
        return calibrations if whole is None else calibrations | {"whole": whole}

    def example_scores(self, network: HiddenLayerNetwork) -> FloatArray:
        """Scores (H, W) of the superpixels of the first validation scene."""
        scene = self.validation[0]
        batch = collate([scene.tensors], engine=self.engine, device=self.device)
        nodes = EmbeddedScene(network=network, batch=batch, z=network(batch))
        return np.asarray(superpixel_scores(nodes, self.scorer)[:, 0][scene.labels])

    def quality(self, network: HiddenLayerNetwork) -> dict[str, float]:
        """AUROC of scores on the pixels of the layers inserted into the validation scenes."""
        from sklearn.metrics import roc_auc_score

        scores: dict[str, list[np.ndarray]] = {"fused": [], "network": [], "residual": []}
        for scene in self.validation:
            batch = collate([scene.tensors], engine=self.engine, device=self.device)
            z = network(batch)
            pixels = scene.pixels
            node, evidence = pixels.node.to(self.device), pixels.evidence.to(self.device)
            scores["fused"].append(either(network.refine(z, evidence, node)).cpu().numpy())
            nodes = EmbeddedScene(network=network, batch=batch, z=z)
            scores["network"].append(superpixel_scores(nodes, self.scorer)[pixels.node.numpy(), 0])
            scores["residual"].append(residual_of(pixels.evidence.numpy()))
        hidden = [scene.pixels.hidden.numpy() for scene in self.validation]
        # AUROC needs pixels of both classes; a layer may not show anywhere.
        usable = [i for i, truth in enumerate(hidden) if len(np.unique(truth)) == 2]
        return {
            name: float(np.mean([roc_auc_score(hidden[i], of_scene[i]) for i in usable]))
            for name, of_scene in scores.items()
            if usable
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
        """Yield injected scenes in ``order``, prepared by other threads during training."""
        workers = min(MOST_WORKERS, cores())
        waiting: deque[Future[InjectedScene]] = deque()
        with reserve_cores(workers), ThreadPoolExecutor(workers) as pool:
            try:
                for i in order:
                    seeds = [self.settings.seed, epoch, i]
                    waiting.append(pool.submit(self._injected, self.training[i], seeds))
                    # A batch ahead and one scene for every worker: more would only take memory.
                    if len(waiting) > workers + self.settings.batch_size:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                # If training stops early, scenes that nobody needs must not delay its end.
                for future in waiting:
                    future.cancel()

    def _injected(self, graphs: SceneGraphs, seeds: Sequence[int]) -> InjectedScene:
        rng = np.random.default_rng(seeds)
        # From (seed, epoch, scene): what is drawn depends neither on the number of threads nor on
        # their order. The pose comes before the layer, whose optics know no direction.
        scene = rotated(stored_scene(self.root, graphs), int(rng.integers(8)))
        # Processor time of this thread: others work at the same time.
        started = time.thread_time()
        scene, truth, is_light = inject(rng, scene)
        seconds = time.thread_time() - started
        if rng.random() < CORRUPTED_SHARE:
            scene = corrupted(rng, scene)
        graph = evidence_graph(scene, graphs.recipe)
        if not graphs.clean:
            truth = trim_anomalous(graph, truth)
        self.injection_seconds.append(seconds)
        return injected_scene(graphs.name, graph, truth, is_light, scene.mask, rng)


def _usable(
    scenes: Sequence[SceneGraphs], what: str, fewest: int = FEWEST_CLEAN
) -> list[SceneGraphs]:
    clean = [graphs for graphs in scenes if graphs.clean]
    if len(clean) >= fewest:
        detail(
            f"{len(clean)} of {len(scenes)} {what} scenes are clean; layers are inserted into these"
        )
        return clean
    if len(clean) < len(scenes):
        warn(
            f"{len(clean)} of {len(scenes)} {what} scenes are known to be clean: all are used, and "
            "the most anomalous tenth of the pixels of the others does not count as clean"
        )
    return list(scenes)


def trim_anomalous(graph: EvidenceGraph, truth: np.ndarray) -> np.ndarray:
    """Set the most anomalous clean pixels of ``truth`` (H, W) to undecided."""
    score = residual_of(graph.pixels)
    clean = truth == CLEAN
    if not clean.any():
        return truth
    anomalous = score > np.quantile(score[clean], 1 - TRIMMED_SHARE)
    return np.where(clean & anomalous, UNDECIDED, truth).astype(np.uint8)
