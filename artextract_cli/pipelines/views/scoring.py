"""Inference with a network that compares the photograph with each band separately."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.graphs.recipe import resized
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs
from artextract_cli.imaging.blocks import Block
from artextract_cli.models.card import ModelCard
from artextract_cli.nn.attention import grad_cam
from artextract_cli.nn.collate import collate
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.attention_maps import attention_of, pooled_numbers
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.pipelines.views.pair_scores import view_scores
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.events import warn


def score_views(model: Model[SiameseNetwork], scene: Scene) -> SceneScores:
    """Build the graphs of a scene with the model's recipe, and score every superpixel."""
    recipe = model.card.recipe
    scene = resized(scene, recipe)
    graphs = build_graphs(scene, recipe)
    batch = collate([scene_tensors(graphs)], engine=model.engine, device=model.device)
    with torch.no_grad():
        z, weights = model.network.attended(batch)
        pooled = model.network.pool(batch, z)[0].cpu()
    raw = view_scores(model.network, batch, z, graphs, model.scorer)
    attention, masking = attention_of(model.network, batch, z, weights)
    # (N, V, 1), or (N of all graphs, 1, 1).
    importance = grad_cam(model.network, batch, z)[..., None]
    labels = graphs.graphs[0].labels
    distances, similarities = pooled_numbers(pooled, graphs.band_ids)
    return SceneScores(
        labels=labels,
        band_ids=graphs.band_ids,
        superpixels=graphs.superpixels_origin,
        maps={"heatmap": scene.scatter_to_pixels(_fused(model.card, raw), labels)},
        band_maps=scene.scatter_to_pixels(model.card.calibration["band"](raw), labels),
        whole=None,
        distances=distances,
        similarities=similarities,
        pooled=pooled.numpy(),
        nodes=_per_view(z.cpu().numpy(), graphs),
        attention=None
        if attention is None
        else _two_maps(scene, _per_view(attention[..., None], graphs), graphs),
        masking=masking,
        gradcam=_two_maps(scene, _per_view(importance, graphs), graphs),
    )


def _fused(card: ModelCard, raw: FloatArray) -> FloatArray:
    """Calibrated mean over the bands (N,); a single band has its own calibration."""
    n_bands = raw.shape[1]
    # The spread of a mean depends on how many bands it is taken over.
    if n_bands not in (1, len(card.band_ids)):
        warn(
            f"the model was trained on {len(card.band_ids)} bands, but the scene has {n_bands}: "
            "its false-alarm rates are approximate"
        )
    return card.calibration["band" if n_bands == 1 else "fused"](raw.mean(1))


def _per_view(z: NDArray[np.float32], graphs: SceneGraphs) -> tuple[FloatArray, ...]:
    """Split (N, V, D), or (N of all graphs, 1, D), into one (N, D) per view."""
    if len(graphs.graphs) == 1:
        return tuple(np.moveaxis(z, 1, 0))
    # Separate segmentations: the nodes of all views follow one another.
    ends = np.cumsum([graph.n_nodes for graph in graphs.graphs])[:-1]
    return tuple(np.split(z[:, 0], ends))


def _two_maps(scene: Scene, values: Sequence[FloatArray], graphs: SceneGraphs) -> FloatArray:
    """Map values (N, 1) of every view to pixels, (h, w, 2): photograph, and mean over bands."""
    if len(graphs.graphs) == 1:
        bands = np.concatenate(values[1:], axis=1).mean(1, keepdims=True)
        both = np.concatenate([values[0], bands], axis=1)
        return scene.scatter_to_pixels(both, graphs.graphs[0].labels)

    # Segmentations differ between views, so values can only be averaged pixel by pixel; in blocks,
    # since V maps of a large scene would not fit into memory.
    def both_of(block: Block) -> FloatArray:
        views = zip(values, graphs.graphs, strict=True)
        maps = [value[graph.labels[block.place], 0] for value, graph in views]
        return np.stack([maps[0], np.mean(maps[1:], axis=0)], axis=-1)

    return scene.filled(both_of, 2)
