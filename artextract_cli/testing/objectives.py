"""Conformance tests of objectives."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from artextract_cli.plugin.contract import Objective
from artextract_cli.testing.base import PluginTests, expect

# Dimensions of the embeddings: more than the two that the tests set, and none of the numbers of
# views or nodes, so that exchanged axes show.
WIDTH = 4


class ObjectiveTests(PluginTests):
    """Losses of synthetic embeddings: finite, unaffected by excluded nodes, lower if correct."""

    def test_finite_loss_with_gradient(self) -> None:
        """Batches of every shape have a finite loss, and a finite gradient."""
        for options in self.tried():
            # A single node has no partner to be compared with.
            for n_nodes in (1, 3, 40):
                for n_views in (2, 9):
                    scenes, z = self._noise(n_nodes, n_views)
                    loss = self._loss(scenes, options)
                    label = f"{n_nodes} nodes and {n_views} views per scene"
                    expect(bool(loss.isfinite()), f"the loss of {label} is {loss.item()}")
                    loss.backward()
                    finite = z.grad is not None and bool(z.grad.isfinite().all())
                    expect(finite, f"the gradient of {label} is missing or not finite")

    def test_equal_views_have_a_finite_gradient(self) -> None:
        """The gradient is finite where photograph and bands agree exactly."""
        for options in self.tried():
            # At distance zero the square root has an infinite derivative: the usual cause of NaN.
            parts = [np.full((6, 3, WIDTH), 1.0 * scene) for scene in range(2)]
            scenes, z = self._scenes(parts)
            self._loss(scenes, options).backward()
            expect(bool(z.grad.isfinite().all()), "equal embeddings have no finite gradient")

    def test_scenes_that_only_provide_negatives_do_not_count(self) -> None:
        """Beyond ``n_anchors`` the pairs within a scene do not count."""
        if self._learns_from_layers:
            return
        for options in self.tried():
            losses = []
            for apart in (0.0, 3.0):
                # At a distance of 50 the second scene is beyond any margin.
                parts = [np.zeros((6, 2, WIDTH)), np.full((6, 2, WIDTH), 50.0)]
                parts[1][:, 0, 0] += (
                    apart  # photograph of the second scene, which only provides negatives
                )
                scenes, _ = self._scenes(parts, n_anchors=1)
                losses.append(self._loss(scenes, options).item())
            expect(
                losses[0] == losses[1], "a scene that only provides negatives counts in the loss"
            )

    def test_same_draws_same_loss(self) -> None:
        """All random numbers come from the given generator."""
        for options in self.tried():
            first, second = (self._loss(self._noise(40, 2)[0], options) for _ in range(2))
            same = bool(first == second)
            expect(same, "the same batch has two losses: draw from scenes.generator only")

    def test_nodes_off_the_painting_do_not_count(self) -> None:
        """Embeddings have no gradient where ``inside`` is False."""
        import torch

        for options in self.tried():
            scenes, z = self._noise(40, 2, inside=torch.arange(80) % 3 > 0)
            self._loss(scenes, options).backward()
            largest = z.grad[~scenes.inside].abs().max()
            expect(float(largest) == 0, "nodes off the painting (inside is False) have a gradient")

    def test_undecided_nodes_do_not_count(self) -> None:
        """Embeddings have no gradient where ``hidden`` is NaN."""
        if not self._learns_from_layers:
            return
        for options in self.tried():
            scenes, z = self._noise(40, 2)
            self._loss(scenes, options).backward()
            largest = z.grad[scenes.hidden.isnan()].abs().max()
            expect(float(largest) == 0, "nodes that are neither clean nor hidden have a gradient")

    def test_order_of_scenes_does_not_matter(self) -> None:
        """Two scenes, each of equal superpixels, have the same loss in either order."""
        for options in self.tried():
            a, b = (_even(view, n) for view, n in (((0, 0), 3), ((0.7, 0.2), 5)))
            forward, backward = (
                self._loss(self._scenes(parts)[0], options).item() for parts in ((a, b), (b, a))
            )
            # Not exactly: the terms of the sum are float32 and come in another order.
            same = abs(forward - backward) < 1e-5
            expect(same, f"two scenes have the loss {forward}, but {backward} in reverse order")

    def test_agreement_has_lower_loss(self) -> None:
        """Correct embeddings have a lower loss than inverted ones."""
        for options in self.tried():
            good, bad = (
                self._loss(self._agreeing(right), options).item() for right in (True, False)
            )
            expect(good < bad, f"correct embeddings have the loss {good:.4g}, wrong ones {bad:.4g}")

    def test_separate_segmentations(self) -> None:
        """If it does not compare nodes, every view may have its own nodes."""
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
        return scenes.loss(lambda embedded: function(embedded, options))

    def _noise(
        self, n_nodes: int, n_views: int, inside: Any = None, separate: bool = False
    ) -> tuple[Any, Any]:
        """Two scenes with random embeddings, and the tensor of these."""
        rng = np.random.default_rng(n_nodes)
        parts = [rng.normal(size=(n_nodes, n_views, WIDTH)) for _ in range(2)]
        return self._scenes(parts, inside, separate)

    def _agreeing(self, right: bool) -> Any:
        """Scenes whose photographs agree with their bands and differ from others', or the opposite.

        Where layers were inserted, the reverse holds.
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
        truth: dict[str, Any] = {}
        if self._learns_from_layers:
            scores = torch.linspace(-1, 1, 10)
            hidden = torch.cat([_kinds(len(part)) for part in embedded])
            truth = {
                "hidden": hidden,
                "pixel_scores": scores,
                "pixel_hidden": (scores > 0).float(),
                "pixel_signs": scores.flip(0),
                "pixel_light": (torch.arange(len(scores)) % 2).float(),
            }
        batch_of_embeddings = EmbeddedBatch(
            network=SiameseNetwork(_Identity(), "max"),  # type: ignore[arg-type]
            batch=batch,
            z=z,
            generator=torch.Generator().manual_seed(0),
            **truth,
        )
        return batch_of_embeddings, z


class _Identity:
    """A placeholder backbone: the embeddings are given."""

    out_size = WIDTH


def _kinds(n_nodes: int) -> Any:
    """Hidden, clean, clean, undecided, and so on: (n,)."""
    import torch

    return torch.tensor([1.0, 0.0, 0.0, torch.nan]).repeat(n_nodes)[:n_nodes]


def _even(view: tuple[float, float], n_nodes: int) -> Any:
    """Embeddings (n, 2, D) of a scene whose superpixels are all equal."""
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
