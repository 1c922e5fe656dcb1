"""Segmenting a scene into superpixels, as a whole or in blocks."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.regions import connected_regions
from artextract_cli.graphs.segmentation_input import Components, FullRange, View
from artextract_cli.graphs.stitching import stitch_labels
from artextract_cli.imaging.blocks import Block, Blocks, Workspace
from artextract_cli.plugin.contract import superpixel_count
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.scenes.scene import Scene

# For block-wise segmentation, in superpixels: margin around a block (with less, some superpixels
# differ from those of the whole image), and step of the grid on which blocks begin; and the side of
# a superpixel in pixels if the method has no option for it.
MARGIN_REGIONS, STEP_REGIONS, DEFAULT_SIDE = 6, 3, 16


def shared_superpixels(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[LabelMap, int]:
    """One label map (H, W) for all views, computed from all or from the photograph, and N."""
    alone = recipe.segmentation == "photograph"
    features = FullRange(scene, photograph_of) if alone else Components(scene)
    return segment(scene, plugin, recipe.superpixel_options, features)


def segment(
    scene: Scene, plugin: Plugin, options: Mapping[str, Any], features: View
) -> tuple[LabelMap, int]:
    """Segment a scene into superpixels by the image (h, w, C) that ``features`` computes of a part.

    Returns connected labels (H, W), 0..N-1, and N. A scene that is processed in blocks is segmented
    window by window and combined by `stitch_labels`; a method with the options ``n_segments`` and
    ``region_size`` is asked for one superpixel per cell of a grid that is the same in all windows.

    Raises
    ------
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    parsed = make_options(plugin.spec, options)
    # The same superpixels as without a memory limit.
    if scene.workspace is None or len(scene.blocks(0)) == 1:
        return run_superpixel_plugin(features(scene), plugin, parsed)
    # Whole pixels: windows that begin at multiples of the side then start from the same cells.
    n = _requested_superpixels(scene.shape, parsed)
    side = superpixel_side(scene.shape, n) if n else DEFAULT_SIDE
    blocks = segmentation_blocks(scene.shape, side, scene.workspace)

    def segment_window(block: Block) -> tuple[LabelMap, int]:
        window = blocks.window(block)
        share = n and math.prod(max(1, round(length / side)) for length in window.shape)
        window_options = dataclasses.replace(parsed, n_segments=share) if share else parsed
        return run_superpixel_plugin(features(scene.part(window)), plugin, window_options)

    labels, n_stitched = stitch_labels(blocks, segment_window)
    return scene.shared(labels), n_stitched


def superpixel_side(shape: tuple[int, int], n: int) -> int:
    """The side, in whole pixels, of ``n`` superpixels that cover an image (H, W)."""
    return max(1, round(math.sqrt(math.prod(shape) / n)))


def segmentation_blocks(shape: tuple[int, int], side: int, workspace: Workspace) -> Blocks:
    """The blocks in which an image (H, W) is segmented into superpixels of ``side`` pixels.

    Their windows begin at every third line of one grid of that side. `slic` starts from this grid
    and samples every third row at most, so that two overlapping windows have the same superpixels
    far enough from the edges of both.
    """
    margin = MARGIN_REGIONS * side
    side_within, step = workspace.side_within(margin), STEP_REGIONS * side
    return Blocks(shape, side_within, margin, step, workspace.workers)


def _requested_superpixels(shape: Sequence[int], options: Any) -> int | None:
    """Number of superpixels that the options ask for; None if a method has no such options."""
    if not (hasattr(options, "n_segments") and hasattr(options, "region_size")):
        return None
    return superpixel_count(shape, options.n_segments, options.region_size)


def run_superpixel_plugin(image: FloatArray, plugin: Plugin, options: Any) -> tuple[LabelMap, int]:
    """Run a superpixel plugin on ``image`` (H, W, C): connected labels (H, W), 0..N-1, and N.

    Raises
    ------
    InputError
        If the image has values that are not finite.
    DependencyError
        If the plugin fails, or does not return a label map.
    """
    # No distance is smaller than NaN: a clustering would return wrong labels without a word.
    if not np.isfinite(image).all():
        msg = "the image to segment has values that are not finite: replace them"
        raise InputError(msg)
    function = plugin.load()
    with plugin.running():
        labels = np.asarray(function(image, options))
    if labels.shape != image.shape[:2] or labels.dtype.kind not in "iu":
        msg = (
            f"superpixels {plugin.spec.name!r} of {plugin.distribution} returned an array of "
            f"{labels.dtype} and shape {labels.shape}, not labels of shape {image.shape[:2]}: "
            "report it to its authors"
        )
        raise DependencyError(msg)
    # Plugins may return any integers and disconnected regions; everything else relies on 0..N-1.
    return connected_regions(labels)


def photograph_of(part: Scene) -> FloatArray:
    """The photograph (H, W, 3) of a part of a scene."""
    return part.rgb
