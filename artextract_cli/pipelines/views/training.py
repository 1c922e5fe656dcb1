"""Training on views: the photograph against each band, node- or graph-contrastive."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from artextract_cli._typing import FloatArray
from artextract_cli.models.calibration import Calibration, fit_calibration
from artextract_cli.nn.collate import SceneTensors, collate
from artextract_cli.nn.siamese import EmbeddedBatch, SiameseNetwork
from artextract_cli.pipelines.batches import Share, with_lender
from artextract_cli.pipelines.training_task import Losses, TrainingInputs
from artextract_cli.pipelines.views.pair_scores import view_scores
from artextract_cli.pipelines.views.tensors import scene_tensors

N_SYMMETRIES = 8  # of a square: rotations by quarters, mirrored or not


class ViewTask:
    """Training on node features stored with the graphs, which are read once and kept."""

    def __init__(self, given: TrainingInputs) -> None:
        self.settings, self.engine, self.device = given.settings, given.engine, given.device
        self.objective, self.scorer = given.loss_and_scorer
        self.graphs = given.training
        self.training = [scene_tensors(graphs) for graphs in given.training]
        self.validation = [scene_tensors(graphs) for graphs in given.validation]
        self.example = given.validation[0]
        batch_size = self.settings.batch_size
        self.micro_batches = given.share.micro_batches(len(self.training), batch_size)

    def begin(self, network: SiameseNetwork) -> None:
        """Do nothing: features are standardised per graph."""

    def training_losses(self, network: SiameseNetwork, epoch: int) -> Losses:
        """Losses of one epoch over the shuffled training scenes."""
        # From (seed, epoch): a resumed run draws what an uninterrupted one would.
        rng = np.random.default_rng([self.settings.seed, epoch])
        shuffled = [self.training[i] for i in rng.permutation(len(self.training))]
        for part in self.micro_batches:
            scenes = with_lender(shuffled, part.start, part.stop, self.validation)
            symmetries = rng.integers(
                N_SYMMETRIES if self.settings.augment else 1, size=len(scenes)
            )
            # Drawn for the parts of other processes too, so that all draw the same.
            seed = int(rng.integers(2**31))
            if part.is_own:
                loss = self._loss(network, scenes, part.n_scenes, seed, symmetries.tolist())
                yield loss, part.n_scenes

    def validation_losses(self, network: SiameseNetwork) -> Losses:
        """Losses of the validation scenes."""
        for part in Share().micro_batches(len(self.validation), self.settings.batch_size):
            scenes = with_lender(self.validation, part.start, part.stop, self.training)
            # One seed and no symmetries, so that epochs differ by their weights alone.
            yield self._loss(network, scenes, part.n_scenes, 0, None), part.n_scenes

    def extra_metrics(self) -> dict[str, float]:
        """No metrics in addition to the losses."""
        return {}

    def calibrations(self, network: SiameseNetwork) -> dict[str, Calibration]:
        """Calibrations on clean training scenes, or on all of them with a trimmed tail."""
        # Without a scene that is known to be clean, the highest scores may be hidden content.
        trimmed = not any(g.clean for g in self.graphs)
        scores = []
        for graphs, tensors in zip(self.graphs, self.training, strict=True):
            if graphs.clean or trimmed:
                batch = collate([tensors], engine=self.engine, device=self.device)
                # (N, B): of the superpixels on the painting only, since the backdrop is not paint.
                of_nodes = view_scores(network, batch, network(batch), graphs, self.scorer)
                scores.append(of_nodes[tensors.inside[0].numpy()])
        # Means vary less than single bands, so each needs rates of its own.
        fused, band = [s.mean(1) for s in scores], [s.ravel() for s in scores]
        return {
            "fused": fit_calibration(np.concatenate(fused), trimmed=trimmed),
            "band": fit_calibration(np.concatenate(band), trimmed=trimmed),
        }

    def example_scores(self, network: SiameseNetwork) -> FloatArray:
        """Mean scores (H, W) of the first validation scene over its bands."""
        batch = collate(self.validation[:1], engine=self.engine, device=self.device)
        scores = view_scores(network, batch, network(batch), self.example, self.scorer)
        return np.asarray(scores.mean(1)[self.example.graphs[0].labels])

    def quality(self, network: SiameseNetwork) -> dict[str, float]:
        """No AUROC: the hidden content of these scenes is unknown."""
        return {}

    def _loss(
        self,
        network: SiameseNetwork,
        scenes: Sequence[SceneTensors],
        n_anchors: int,
        seed: int,
        symmetries: Sequence[int] | None,
    ) -> Tensor:
        batch = collate(
            scenes,
            engine=self.engine,
            device=self.device,
            n_anchors=n_anchors,
            symmetries=symmetries,
        )
        embedded = EmbeddedBatch(
            network=network,
            batch=batch,
            z=network(batch),
            generator=torch.Generator().manual_seed(seed),
        )
        return embedded.loss(self.objective)
