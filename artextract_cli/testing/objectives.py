"""What the host relies on in an objective."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from artextract_cli.plugin.contract import Objective
from artextract_cli.testing.base import PluginTests, expect

WIDTH = 4


class ObjectiveTests(PluginTests):
    """Losses of embeddings that are made up: finite, fair, and lower where they should be."""

    def test_finite_loss_with_gradient(self) -> None:
        """Batches of every shape have a finite loss, and a finite gradient."""
        for options in self.tried():
            for n_nodes in (1, 3, 40):
                for n_views in (2, 9):
                    scenes, z = self._noise(n_nodes, n_views)
                    loss = self._loss(scenes, options)
                    shown = f"{n_nodes} nodes and {n_views} views a scene"
                    expect(bool(loss.isfinite()), f"the loss of {shown} is {loss.item()}")
                    loss.backward()
                    finite = z.grad is not None and bool(z.grad.isfinite().all())
                    expect(finite, f"the gradient of {shown} is missing or not finite")

    def test_equal_views_have_a_finite_gradient(self) -> None:
        """Where photograph and bands agree fully, the gradient is finite all the same."""
        for options in self.tried():
            parts = [np.full((6, 3, WIDTH), 1.0 * scene) for scene in range(2)]
            scenes, z = self._scenes(parts)
            self._loss(scenes, options).backward()
            expect(bool(z.grad.isfinite().all()), "equal embeddings have no finite gradient")

    def test_scenes_that_lend_negatives_do_not_count(self) -> None:
        """Beyond ``n_anchors`` a scene's own pairs cost nothing."""
        if self._learns_from_layers:
            return
        for options in self.tried():
            losses = []
            for apart in (0.0, 3.0):
                parts = [np.zeros((6, 2, WIDTH)), np.full((6, 2, WIDTH), 50.0)]
                parts[1][:, 0, 0] += apart  # the lender's own photograph, which nobody asks for
                scenes, _ = self._scenes(parts, n_anchors=1)
                losses.append(self._loss(scenes, options).item())
            expect(losses[0] == losses[1], "a scene that only lends negatives counts in the loss")

    def test_same_draws_same_loss(self) -> None:
        """All that is random comes from the generator that it is given."""
        for options in self.tried():
            first, second = (self._loss(self._noise(40, 2)[0], options) for _ in range(2))
            same = bool(first == second)
            expect(same, "the same batch has two losses: draw from scenes.generator only")

    def test_nodes_off_the_painting_do_not_count(self) -> None:
        """Where ``inside`` is False nothing pulls at an embedding."""
        import torch

        for options in self.tried():
            scenes, z = self._noise(40, 2, inside=torch.arange(80) % 3 > 0)
            self._loss(scenes, options).backward()
            pulled = z.grad[~scenes.inside].abs().max()
            expect(float(pulled) == 0, "nodes off the painting (inside is False) have a gradient")

    def test_undecided_nodes_do_not_count(self) -> None:
        """Where ``hidden`` is NaN nothing pulls at an embedding."""
        if not self._learns_from_layers:
            return
        for options in self.tried():
            scenes, z = self._noise(40, 2)
            self._loss(scenes, options).backward()
            pulled = z.grad[scenes.hidden.isnan()].abs().max()
            expect(float(pulled) == 0, "nodes that are neither clean nor hidden have a gradient")

    def test_order_of_scenes_does_not_matter(self) -> None:
        """Two scenes, each all alike, have one loss in either order."""
        for options in self.tried():
            a, b = (_even(view, n) for view, n in (((0, 0), 3), ((0.7, 0.2), 5)))
            there, back = (
                self._loss(self._scenes(parts)[0], options).item() for parts in ((a, b), (b, a))
            )
            near = abs(there - back) < 1e-5
            expect(near, f"two scenes have the loss {there}, in turned order {back}")

    def test_agreement_costs_less(self) -> None:
        """Embeddings as they should be cost less than all the wrong way round."""
        for options in self.tried():
            good, bad = (self._loss(self._told(right), options).item() for right in (True, False))
            expect(good < bad, f"right embeddings cost {good:.4g}, wrong ones {bad:.4g}")

    def test_separate_segmentations(self) -> None:
        """Where it does not compare nodes, every view may have nodes of its own."""
        if self._spec.compares_nodes:
            return
        for options in self.tried():
            scenes, _ = self._noise(12, 3, separate=True)
            expect(bool(self._loss(scenes, options).isfinite()), "the loss is not finite")

    @property
    def _spec(self) -> Objective:
        return cast(Objective, self.spec)

    @property
    def _learns_from_layers(self) -> bool:
        return self._spec.learns_from == "layers"

    def _loss(self, scenes: Any, options: Any) -> Any:
        function: Callable[[Any, Any], Any] = self.spec.load()
        return scenes.loss(lambda seen: function(seen, options))

    def _noise(
        self, n_nodes: int, n_views: int, inside: Any = None, separate: bool = False
    ) -> tuple[Any, Any]:
        """Two scenes of random embeddings, and these."""
        rng = np.random.default_rng(n_nodes)
        parts = [rng.normal(size=(n_nodes, n_views, WIDTH)) for _ in range(2)]
        return self._scenes(parts, inside, separate)

    def _told(self, right: bool) -> Any:
        """Scenes whose photographs agree with their bands and differ from others', or the opposite.

        Where layers were put in, they differ, or agree, there.
        """
        parts = []
        for scene in range(2):
            is_hidden = np.zeros(12)
            if self._learns_from_layers:
                is_hidden = np.nan_to_num(_kinds(12).numpy())
            apart = is_hidden if right else 1 - is_hidden
            z = np.full((12, 2, WIDTH), 3.0 * scene)
            z[:, 1, 0] += 2 * apart
            parts.append(z)
        return self._scenes(parts)[0]

    def _scenes(
        self,
        parts: Any,
        inside: Any = None,
        separate: bool = False,
        n_anchors: int | None = None,
    ) -> tuple[Any, Any]:
        import torch

        from artextract_cli.nn.collate import SceneTensors, collate
        from artextract_cli.nn.siamese import EmbeddedBatch, SiameseNetwork

        embedded = [torch.tensor(np.asarray(z), dtype=torch.float32) for z in parts]
        tensors = [_tensors(SceneTensors, z, separate) for z in embedded]
        batch = collate(tensors, engine="torch", device="cpu", n_anchors=n_anchors)
        if inside is not None:
            batch = type(batch)(**{**vars(batch), "inside": inside})
        z = batch.x.requires_grad_()
        told: dict[str, Any] = {}
        if self._learns_from_layers:
            scores = torch.linspace(-1, 1, 10)
            hidden = torch.cat([_kinds(len(part)) for part in embedded])
            told = {
                "hidden": hidden,
                "pixel_scores": scores,
                "pixel_hidden": (scores > 0).float(),
                "pixel_signs": scores.flip(0),
                "pixel_light": (torch.arange(len(scores)) % 2).float(),
            }
        made = EmbeddedBatch(
            network=SiameseNetwork(_Identity(), "max"),  # type: ignore[arg-type]
            batch=batch,
            z=z,
            generator=torch.Generator().manual_seed(0),
            **told,
        )
        return made, z


class _Identity:
    """A backbone that is not asked for anything: the embeddings are given."""

    out_size = WIDTH


def _kinds(n_nodes: int) -> Any:
    """Hidden, clean, clean, neither, and so on: (n,)."""
    import torch

    return torch.tensor([1.0, 0.0, 0.0, torch.nan]).repeat(n_nodes)[:n_nodes]


def _even(view: tuple[float, float], n_nodes: int) -> Any:
    """Embeddings (n, 2, D) of a scene whose superpixels are all alike."""
    z = np.zeros((n_nodes, 2, WIDTH))
    z[:, 0, 0], z[:, 1, 1] = view
    return z


def _tensors(kind: Any, z: Any, separate: bool) -> Any:
    import torch

    from artextract_cli.nn.batch import Topology

    features = tuple(z.split(1, dim=1)) if separate else (z,)
    n_nodes = len(z)
    forth = np.stack([np.arange(n_nodes - 1), np.arange(1, n_nodes)])
    topology = Topology.from_edges(np.concatenate([forth, forth[::-1]], axis=1), n_nodes)
    return kind(
        name="scene",
        n_views=z.shape[1],
        topologies=(topology,) * len(features),
        features=features,
        places=None,
        inside=(torch.ones(n_nodes, dtype=torch.bool),) * len(features),
    )
