"""The share of a training step of the default objective that the network takes.

Objective hidden-layer, the GAT of the bundled model, four simulated clean scenes of 256 × 256
pixels per step. Inserting layers into scenes and computing their evidence belongs to the objective,
but other threads do it during the step: it is not part of *step*, and timed separately.

- *step*: batching, network, losses of superpixels and pixels, gradients, clipping, optimiser, on
  prepared scenes.
- *network alone*: forward and backward pass of everything that is learned, on a ready-made batch:
  projection, graph layers, embedding, pixel refinement.
- *graph layers alone*: the layers of the backbone plugin only.
- *epoch*: preparation of, and training on, sixteen scenes, as the trainer does it.

``default_step_overhead_share`` is the share of the step outside the network: batching, losses,
clipping, optimiser. ``default_step_beyond_graph_layers_share`` also counts projection, embedding
and refinement, which only this objective has.
"""

import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import torch
from interleaved import interleaved
from networks import comparison
from outcome import Outcome

from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.hidden_layers.network import EMBEDDING, WIDTH, HiddenLayerNetwork
from artextract_cli.pipelines.hidden_layers.samples import InjectedBatch, injected_batch
from artextract_cli.pipelines.hidden_layers.training import HiddenLayerTask
from artextract_cli.pipelines.settings import HIDDEN_LAYER, settings_for
from artextract_cli.pipelines.training_task import TrainingInputs
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.simulate import simulate_dataset
from artextract_cli.training.scenes import split_scenes
from artextract_cli.utils.memory import keep_freed_memory

SETTINGS = settings_for(
    HIDDEN_LAYER,
    options={"hidden": 48, "out_size": 48, "layers": 4, "dropout": 0.0},
    device="cpu",
)
N_TRAINING, N_PREPARED = 16, SETTINGS.batch_size
GRADIENT_NORM = 1.0
STEP, NETWORK, GRAPH_LAYERS, EPOCH = "step", "network alone", "graph layers alone", "epoch"
SEED = 0


class DefaultStep:
    """The default network on simulated scenes, with its objective and optimiser."""

    def __init__(self, graphs: Path) -> None:
        training, validation = split_scenes(load_alike(graphs), 0.2, SEED)
        self.engine = resolve_engine("auto", torch.device("cpu")).name
        self.task = HiddenLayerTask(
            TrainingInputs(
                root=graphs,
                training=training,
                validation=validation,
                settings=SETTINGS,
                loss_and_scorer=comparison(SETTINGS.objective),
                engine=self.engine,
                device=torch.device("cpu"),
            )
        )
        spec = plugin_host().find("backbones", SETTINGS.backbone).spec
        torch.manual_seed(SEED)
        backbone = spec.load()(WIDTH, make_options(spec, SETTINGS.options))
        self.network = HiddenLayerNetwork(backbone, SETTINGS.pooling).train()
        self.task.begin(self.network)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=SETTINGS.learning_rate)

    def step(self) -> None:
        """One step on prepared scenes: those of the validation split, which do not change."""
        for loss, _ in self.task.validation_losses(self.network):
            self._descend(loss)

    def epoch(self) -> None:
        """One epoch over all training scenes, which another thread prepares meanwhile."""
        for loss, _ in self.task.training_losses(self.network, 1):
            self._descend(loss)

    def network_alone(self) -> Callable[[], object]:
        """Forward and backward pass of everything that is learned, on the prepared batch."""
        batch, pixels = self._batch.scenes, self._batch.pixels
        gradients = [torch.randn(len(batch.x), 2, EMBEDDING), torch.randn(len(pixels.node))]

        def run() -> None:
            self.network.zero_grad()
            z = self.network(batch)
            score = self.network.refine(z, pixels.evidence, pixels.node)
            torch.autograd.backward([z, score], gradients)

        return run

    def graph_layers_alone(self) -> Callable[[], object]:
        """Forward and backward pass of the backbone on the same batch."""
        batch = self._batch.scenes
        with torch.no_grad():
            x = self.network.project(batch.x)
        gradient = torch.randn(*x.shape[:2], self.network.backbone.out_size)

        def run() -> None:
            self.network.zero_grad()
            # In the step, gradients flow on to the projection.
            self.network.backbone(batch.graph, x.requires_grad_()).backward(gradient)

        return run

    @cached_property
    def _batch(self) -> InjectedBatch:
        return injected_batch(self.task.validation, engine=self.engine, device="cpu")

    def _descend(self, loss: torch.Tensor) -> None:
        loss.item()
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM)
        self.optimizer.step()


def measure(turns: int) -> Outcome:
    """Time step, network and epoch."""
    keep_freed_memory()
    with tempfile.TemporaryDirectory() as folder:
        scenes, graphs = Path(folder, "scenes"), Path(folder, "graphs")
        simulate_dataset(
            scenes, train=N_TRAINING, val=N_PREPARED, clean_splits=("train", "val"), seed=SEED
        )
        build_dataset(scenes, graphs, GraphRecipe())
        run = DefaultStep(graphs)
        sides = {
            STEP: run.step,
            NETWORK: run.network_alone(),
            GRAPH_LAYERS: run.graph_layers_alone(),
            EPOCH: run.epoch,
        }
        timed = interleaved(sides, turns=turns)
    return Outcome(
        what=__doc__ or "",
        settings={"batch_size": SETTINGS.batch_size, "options": dict(SETTINGS.options)},
        timed={"default objective": timed},
        figures=_figures(timed.milliseconds, N_TRAINING // SETTINGS.batch_size),
    )


def _figures(milliseconds: Callable[[str], float | None], n_steps: int) -> dict[str, float | None]:
    step, epoch = milliseconds(STEP) or 0.0, milliseconds(EPOCH) or 0.0
    network, graph_layers = milliseconds(NETWORK) or 0.0, milliseconds(GRAPH_LAYERS) or 0.0
    return {
        "default_step_ms": step,
        "default_step_overhead_share": 1 - network / step,
        "default_step_beyond_graph_layers_share": 1 - graph_layers / step,
        "default_preparation_ms_per_scene": (epoch / n_steps - step) / SETTINGS.batch_size,
    }
