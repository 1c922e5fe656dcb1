"""The network for hidden layers on graphs small enough to make by hand."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from artextract_cli.evidence.maps import MAPS
from artextract_cli.graphs.regions import region_adjacency
from artextract_cli.nn.collate import SceneBatch, collate
from artextract_cli.nn.siamese import distance
from artextract_cli.pipelines.hidden_layers.evidence_graph import (
    BAND_FEATURES,
    PHOTOGRAPH_FEATURES,
)
from artextract_cli.pipelines.hidden_layers.network import (
    CLIPPED,
    EMBEDDING,
    GATES,
    WIDTH,
    HiddenLayerNetwork,
    either,
    embedded,
    gated_mean,
)
from artextract_cli.pipelines.hidden_layers.samples import (
    FEWEST_HIDDEN,
    N_PIXELS,
    InjectedScene,
    evidence_tensors,
    injected_batch,
    injected_scene,
)
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from tests.helpers.evidence_graphs import BACKBONES, SHAPE, along, new_graph, new_network
from tests.helpers.scenes import comparison

needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")


def half_hidden() -> NDArray[np.uint8]:
    """Truth: hidden, undecided and clean, four columns of superpixels from left to right."""
    truth = np.full(SHAPE, CLEAN, np.uint8)
    truth[:, :8] = HIDDEN
    truth[:, 8:12] = UNDECIDED
    return truth


def lighter() -> NDArray[np.bool_]:
    """What is hidden in the lower half makes the infrared lighter."""
    made = np.zeros(SHAPE, np.bool_)
    made[SHAPE[0] // 2 :] = True
    return made


def new_scene(
    seed: int = 0,
    truth: NDArray[np.uint8] | None = None,
    mask: NDArray[np.bool_] | None = None,
) -> InjectedScene:
    truth = half_hidden() if truth is None else truth
    rng = np.random.default_rng(seed)
    return injected_scene(f"scene{seed}", new_graph(seed), truth, lighter(), mask, rng)


def batch_of(scenes: Sequence[InjectedScene]) -> SceneBatch:
    return collate([scene.tensors for scene in scenes], engine="torch", device="cpu")


def loss_of(
    network: HiddenLayerNetwork, *scenes: InjectedScene, margin: float = 1.0
) -> torch.Tensor:
    batch = injected_batch(scenes, engine="torch", device="cpu")
    made = embedded(network, batch, torch.Generator())
    return made.loss(comparison("hidden-layer", margin=margin).objective)


class TestTensors:
    def test_views_are_photograph_and_bands(self) -> None:
        graph = new_graph()
        x = evidence_tensors("name", graph, None).features[0]
        assert x.shape == (graph.n_nodes, 2, len(BAND_FEATURES))
        np.testing.assert_array_equal(x[:, 0, : len(PHOTOGRAPH_FEATURES)], graph.photograph)
        assert not x[:, 0, len(PHOTOGRAPH_FEATURES) :].any()
        np.testing.assert_array_equal(x[:, 1], graph.bands)

    def test_superpixels_off_the_mask_are_outside(self) -> None:
        mask = np.ones(SHAPE, np.bool_)
        mask[:, :4] = False
        tensors = evidence_tensors("name", new_graph(), mask)
        np.testing.assert_array_equal(tensors.inside[0].reshape(3, 5)[:, 0], False)
        assert bool(tensors.inside[0].reshape(3, 5)[:, 1:].all())

    def test_a_superpixel_is_hidden_clean_or_neither(self) -> None:
        truth = half_hidden()
        truth[:4, 16:18] = UNDECIDED  # half of a superpixel that is clean otherwise
        truth[4, 16] = HIDDEN  # a sixteenth of the next
        truth[:4, :3] = CLEAN  # a quarter of a hidden one is not enough
        hidden = new_scene(truth=truth).hidden.reshape(3, 5).numpy()
        nan = np.nan
        expected = [[nan, 1, nan, 0, nan], [1, 1, nan, 0, 0], [1, 1, nan, 0, 0]]
        np.testing.assert_array_equal(hidden, expected)

    def test_pixels_are_drawn_with_their_evidence(self) -> None:
        graph, scene = new_graph(), new_scene()
        pixels = scene.pixels
        # Of a thin layer pixels are drawn more than once.
        assert pixels.hidden.sum() == FEWEST_HIDDEN > (half_hidden() == HIDDEN).sum()
        assert (1 - pixels.hidden).sum() == (half_hidden() == CLEAN).sum()
        for evidence, node, hidden in zip(
            pixels.evidence[::17], pixels.node[::17], pixels.hidden[::17], strict=True
        ):
            at = np.flatnonzero((graph.pixels == evidence.numpy()).all(-1).ravel())
            assert len(at) == 1
            assert graph.labels.ravel()[at[0]] == node
            assert (half_hidden().ravel()[at[0]] == HIDDEN) == bool(hidden)
        rows = pixels.node[pixels.hidden == 1] // 5  # of superpixels, of which there are three
        light = pixels.light[pixels.hidden == 1]
        assert not light[rows == 0].any()
        assert light[rows == 2].all()

    def test_no_pixel_off_the_mask_is_drawn(self) -> None:
        mask = np.zeros(SHAPE, np.bool_)
        mask[:, 4:16] = True
        scene = new_scene(mask=mask)
        labels = new_graph().labels
        assert set(scene.pixels.node.tolist()) <= set(labels[mask].tolist())
        clean = half_hidden()[mask] == CLEAN
        assert len(scene.pixels.node) == FEWEST_HIDDEN + clean.sum()
        assert torch.isnan(scene.hidden.reshape(3, 5)[:, [0, 4]]).all()

    def test_there_is_a_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("artextract_cli.pipelines.hidden_layers.samples.N_PIXELS", 20)
        pixels = new_scene().pixels
        assert (int(pixels.hidden.sum()), len(pixels.hidden)) == (10, 30)
        assert N_PIXELS > 20

    def test_the_seed_draws_them(self) -> None:
        drawn = [
            injected_scene(
                "", new_graph(), half_hidden(), lighter(), None, np.random.default_rng(seed)
            )
            for seed in (1, 1, 2)
        ]
        assert torch.equal(drawn[0].pixels.evidence, drawn[1].pixels.evidence)
        assert not torch.equal(drawn[0].pixels.evidence, drawn[2].pixels.evidence)


@pytest.mark.parametrize("backbone", BACKBONES)
class TestNetwork:
    def test_shapes(self, backbone: str) -> None:
        network, scenes = new_network(backbone).eval(), [new_scene(0), new_scene(1)]
        batch = batch_of(scenes)
        assert network.project(batch.x).shape == (30, 2, WIDTH)
        z = network(batch)
        assert z.shape == (30, 2, EMBEDDING)
        assert network.pool(batch, z).shape == (2, 2, EMBEDDING)
        pixels = scenes[0].pixels
        scores = network.refine(z, pixels.evidence, pixels.node)
        assert scores.shape == (*pixels.node.shape, 2)
        odds = scores.exp().sum(1).log()
        torch.testing.assert_close(either(scores), odds, rtol=1e-4, atol=1e-5)

    def test_every_parameter_learns(self, backbone: str) -> None:
        network = new_network(backbone).train()
        loss_of(network, new_scene(0), new_scene(1)).backward()  # type: ignore[no-untyped-call]
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.abs().max() > 0, name
            assert torch.isfinite(parameter.grad).all(), name

    def test_a_batch_is_its_scenes(self, backbone: str) -> None:
        network, scenes = new_network(backbone).eval(), [new_scene(seed) for seed in range(3)]
        together = network(batch_of(scenes)).split(15)
        for scene, z in zip(scenes, together, strict=True):
            torch.testing.assert_close(network(batch_of([scene])), z, rtol=1e-4, atol=1e-5)

    def test_numbering_of_nodes_does_not_matter(self, backbone: str) -> None:
        network, graph = new_network(backbone).eval(), new_graph()
        new = np.random.default_rng(3).permutation(graph.n_nodes)
        old = np.argsort(new)
        labels = new[graph.labels].astype(np.int32)
        renumbered = dataclasses.replace(
            graph,
            labels=labels,
            edges=region_adjacency(labels, graph.n_nodes),
            photograph=graph.photograph[old],
            bands=graph.bands[old],
        )
        renumbered = dataclasses.replace(
            renumbered, edge_features=along(renumbered.edges, renumbered.bands)
        )
        z, moved = (
            network(collate([evidence_tensors("", g, None)], engine="torch", device="cpu"))
            for g in (graph, renumbered)
        )
        torch.testing.assert_close(moved[new], z, rtol=1e-4, atol=1e-5)

    def test_noise_is_for_training_only(self, backbone: str) -> None:
        network, scene = new_network(backbone), new_scene()
        batch, pixels = batch_of([scene]), scene.pixels

        def scores() -> torch.Tensor:
            return network.refine(network(batch), pixels.evidence, pixels.node)

        network.train()
        assert not torch.equal(scores(), scores())
        network.eval()
        assert torch.equal(scores(), scores())

    def test_its_state_can_be_loaded(self, backbone: str) -> None:
        network, other = new_network(backbone).eval(), new_network(backbone, seed=1).eval()
        network.fit_normalisation([new_scene(0), new_scene(1)])
        batch = batch_of([new_scene(2)])
        assert not torch.equal(network(batch), other(batch))
        other.load_state_dict(network.state_dict())
        assert torch.equal(network(batch), other(batch))


class TestGatedMean:
    N_FEATURES = 8

    def means(self, engine: str, gates: torch.Tensor | None = None) -> torch.Tensor:
        graph = new_graph()
        batch = collate([evidence_tensors("", graph, None)], engine=engine, device="cpu").graph
        generator = torch.Generator().manual_seed(1)
        x = torch.randn(graph.n_nodes, 2, self.N_FEATURES, generator=generator)
        drawn = torch.rand(len(batch.target), GATES, generator=generator)
        return gated_mean(batch, x, drawn if gates is None else gates)

    def test_by_hand(self) -> None:
        graph = new_graph()
        batch = collate([evidence_tensors("", graph, None)], engine="torch", device="cpu").graph
        generator = torch.Generator().manual_seed(1)
        x = torch.randn(graph.n_nodes, 2, self.N_FEATURES, generator=generator)
        gates = torch.rand(len(batch.target), GATES, generator=generator)
        of_features = gates.repeat_interleave(self.N_FEATURES // GATES, dim=1)
        expected = torch.zeros_like(x)
        for node in range(graph.n_nodes):
            weights = of_features[batch.target == node]
            neighbours = x[batch.source[batch.target == node]]
            total = (weights[:, None] * neighbours).sum(0)
            expected[node] = total / (1 + weights.sum(0))
        torch.testing.assert_close(self.means("torch"), expected, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("engine", ["numba", pytest.param("dgl", marks=needs_dgl)])
    def test_engines_agree(self, engine: str) -> None:
        torch.testing.assert_close(self.means(engine), self.means("torch"), rtol=1e-5, atol=1e-6)

    def test_closed_gates_let_nothing_through(self) -> None:
        graph = new_graph()
        n_edges = graph.edges.shape[1] + graph.n_nodes  # with a loop at every node
        assert not self.means("torch", torch.zeros(n_edges, GATES)).any()


def standardised(values: torch.Tensor) -> torch.Tensor:
    """Columns of mean 0 and deviation 1."""
    return (values - values.mean(0)) / values.std(0)


def refined(network: HiddenLayerNetwork, evidence: torch.Tensor) -> torch.Tensor:
    """Scores (K, 2) of pixels of one superpixel, by their evidence (K, M)."""
    node = torch.zeros(len(evidence), dtype=torch.long)
    return network.refine(torch.zeros(1, 2, EMBEDDING), evidence, node).detach()


class TestStandards:
    def test_features_become_normalised(self) -> None:
        scenes = [new_scene(seed) for seed in range(4)]
        shifted = [
            dataclasses.replace(
                scene,
                tensors=dataclasses.replace(
                    scene.tensors, features=(7 + 3 * scene.tensors.features[0],)
                ),
                pixels=dataclasses.replace(scene.pixels, evidence=5 - 2 * scene.pixels.evidence),
            )
            for scene in scenes
        ]
        fitted, plain = new_network().eval(), new_network().eval()
        fitted.fit_normalisation(shifted)
        nodes = torch.cat([scene.tensors.features[0] for scene in shifted])
        pixels = torch.cat([scene.pixels.evidence for scene in shifted])
        n_photograph = len(PHOTOGRAPH_FEATURES)
        standard_nodes = nodes.clone()
        standard_nodes[:, 0, :n_photograph] = standardised(nodes[:, 0, :n_photograph])
        standard_nodes[:, 1] = standardised(nodes[:, 1])
        torch.testing.assert_close(
            fitted.project(nodes), plain.project(standard_nodes), atol=0.02, rtol=0
        )
        torch.testing.assert_close(
            refined(fitted, pixels), refined(plain, standardised(pixels)), atol=0.02, rtol=0
        )
        assert not torch.allclose(refined(plain, pixels), refined(fitted, pixels), atol=0.2)

    def test_where_features_are_centred_does_not_matter(self) -> None:
        """Standards are used on both views and on pixels: a shift of all of them is undone."""
        scene = new_scene()
        features = scene.tensors.features[0].clone()
        features[:, 0, : len(PHOTOGRAPH_FEATURES)] += 5
        features[:, 1] -= 4
        shifted = dataclasses.replace(
            scene,
            tensors=dataclasses.replace(scene.tensors, features=(features,)),
            pixels=dataclasses.replace(scene.pixels, evidence=scene.pixels.evidence + 3),
        )
        losses = []
        for made in (scene, shifted):
            network = new_network().eval()
            network.fit_normalisation([made])
            losses.append(loss_of(network, made).item())
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)
        assert loss_of(new_network().eval(), shifted).item() != pytest.approx(losses[1], rel=0.01)

    def test_an_even_feature_is_told_in_hundredths(self) -> None:
        scene = new_scene()
        even = torch.full_like(scene.pixels.evidence, 3)
        fitted, plain = new_network().eval(), new_network().eval()
        fitted.fit_normalisation(
            [dataclasses.replace(scene, pixels=dataclasses.replace(scene.pixels, evidence=even))]
        )
        found = refined(fitted, even + 0.02)
        torch.testing.assert_close(
            found, refined(plain, torch.full_like(even, 2)), atol=1e-3, rtol=0
        )

    def test_outliers_are_clipped(self) -> None:
        network, limit = new_network().eval(), torch.full((1, len(MAPS)), CLIPPED)
        for sign in (1, -1):
            far, within = (refined(network, sign * factor * limit) for factor in (1e9, 0.9))
            assert torch.equal(far, refined(network, sign * limit))
            assert not torch.allclose(far, within)

    def test_one_superpixel_and_constant_features_are_finite(self) -> None:
        graph = new_graph(side=40)
        assert graph.n_nodes == 1
        truth = np.full(SHAPE, UNDECIDED, np.uint8)
        for marked in (None, CLEAN):
            if marked is not None:
                truth[0, 0] = marked
            scene = injected_scene("", graph, truth, lighter(), None, np.random.default_rng(0))
            network = new_network()
            network.fit_normalisation([scene])
            assert all(torch.isfinite(value).all() for value in network.state_dict().values())
            assert torch.isfinite(loss_of(network, scene))


class TestLoss:
    def test_by_hand(self) -> None:
        network, scene = new_network().eval().requires_grad_(False), new_scene()
        batch, pixels = batch_of([scene]), scene.pixels
        z = network(batch)
        d = (z[:, 0] - z[:, 1]).norm(dim=1)
        clean, hidden = scene.hidden == 0, scene.hidden == 1
        # The odds of clean, darker and lighter are as 1, exp(s) and exp(t).
        scores = network.refine(z, pixels.evidence, pixels.node)
        p = torch.cat([torch.zeros(len(scores), 1), scores], dim=1).softmax(1)
        truth = (pixels.hidden * (1 + pixels.light)).long()
        assert set(truth.tolist()) == {0, 1, 2}
        right = p[torch.arange(len(p)), truth]
        margin = 1.5 * float(d.mean())
        expected = d[clean].square().mean() + (margin - d[hidden]).relu().square().mean()
        expected = expected - right.log().mean()
        assert loss_of(network, scene, margin=margin).item() == pytest.approx(float(expected), 1e-4)

    def test_nodes_of_later_scenes_are_theirs(self) -> None:
        """The loss of two scenes with equally many pixels is the mean of their two losses."""
        network, scenes = new_network().eval(), [new_scene(0), new_scene(1)]
        apart = [loss_of(network, scene).item() for scene in scenes]
        assert loss_of(network, *scenes).item() == pytest.approx(np.mean(apart), rel=1e-4)

    @pytest.mark.parametrize("value", [CLEAN, HIDDEN, UNDECIDED])
    def test_an_absent_class_adds_nothing(self, value: int) -> None:
        network = new_network().eval()
        scene = new_scene(truth=np.full(SHAPE, value, np.uint8))
        loss = loss_of(network, scene)
        assert torch.isfinite(loss)
        loss.backward()  # type: ignore[no-untyped-call]
        if value == UNDECIDED:
            assert loss == 0

    def test_superpixels_off_the_painting_do_not_count(self) -> None:
        network, mask = new_network().eval(), np.ones(SHAPE, np.bool_)
        mask[:, :4] = False
        scene = new_scene(mask=mask)
        # A superpixel off the mask is labelled all the same, as if its pixels had been drawn.
        told = dataclasses.replace(scene, hidden=scene.hidden.nan_to_num(1.0))
        first = torch.where(scene.tensors.inside[0], told.hidden, torch.nan)
        untold = dataclasses.replace(scene, hidden=first)
        assert loss_of(network, told).item() == pytest.approx(loss_of(network, untold).item())

    def test_it_can_be_learnt(self) -> None:
        """Hidden superpixels whose bands are told by one feature come apart."""
        graph = new_graph()
        labels_hidden = np.isin(graph.labels % 5, (0, 1))
        truth = np.where(labels_hidden, HIDDEN, CLEAN).astype(np.uint8)
        bands = graph.bands.copy()
        bands[:, 0] = np.where(np.isin(np.arange(15) % 5, (0, 1)), 3, -3)
        told = dataclasses.replace(graph, bands=bands)
        scene = injected_scene("", told, truth, lighter(), None, np.random.default_rng(0))
        network = new_network().train()
        optimizer = torch.optim.Adam(network.parameters(), 0.01)
        for _ in range(40):
            optimizer.zero_grad()
            loss_of(network, scene).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        z = network.eval()(batch_of([scene]))
        d = distance(z[:, 0], z[:, 1])
        assert d[scene.hidden == 1].min() > d[scene.hidden == 0].max()
