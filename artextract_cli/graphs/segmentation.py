"""Cutting a scene into superpixels, whole or in blocks."""

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

# Of pictures cut window by window, in superpixels: margin around a block (with less, some differ),
# and from one place where a block may begin to the next; their side where a method does not say.
MARGIN_REGIONS, STEP_REGIONS, USUAL_SIDE = 6, 3, 16


def shared_superpixels(scene: Scene, recipe: GraphRecipe, plugin: Plugin) -> tuple[LabelMap, int]:
    """One label map (H, W) for all views, cut from all of them or from the photograph, and N."""
    alone = recipe.segmentation == "photograph"
    look = FullRange(scene, photograph_of) if alone else Components(scene)
    return segment(scene, plugin, recipe.superpixel_options, look)


def segment(
    scene: Scene, plugin: Plugin, options: Mapping[str, Any], look: View
) -> tuple[LabelMap, int]:
    """Cut a scene into superpixels by the picture (h, w, C) that ``look`` makes of its parts.

    Returns connected labels (H, W), 0..N-1, and N. A scene that is worked on in blocks is cut
    window by window and `stitch_labels`; a method with the options ``n_segments`` and ``region_size`` is
    asked for one superpixel per cell of a grid of whole pixels, the same in all windows.

    Raises
    ------
    DependencyError
        If the superpixel plugin does not return a label map.
    """
    parsed = make_options(plugin.spec, options)
    if scene.workspace is None or len(scene.blocks(0)) == 1:
        return run_superpixel_plugin(look(scene), plugin, parsed)
    n = _requested_superpixels(scene.shape, parsed)
    side = superpixel_side(scene.shape, n) if n else DEFAULT_SIDE
    blocks = segmentation_blocks(scene.shape, side, scene.workspace)

    def cut_window(block: Block) -> tuple[LabelMap, int]:
        window = blocks.window(block)
        share = n and math.prod(max(1, round(length / side)) for length in window.shape)
        own = dataclasses.replace(parsed, n_segments=share) if share else parsed
        return run_superpixel_plugin(look(scene.part(window)), plugin, own)

    return stitch_labels(blocks, cut_window)


def superpixel_side(shape: tuple[int, int], n: int) -> int:
    """The side, in whole pixels, of about ``n`` superpixels in a picture (H, W)."""
    return max(1, round(math.sqrt(math.prod(shape) / n)))


def segmentation_blocks(shape: tuple[int, int], side: int, workspace: Workspace) -> Blocks:
    """The blocks in which a picture (H, W) is cut into superpixels of ``side`` pixels.

    Their windows begin at every third line of one grid of that side. `slic` starts from this grid
    and samples every third row at most, so that where two windows meet, far enough from the edges
    of both, they hold the same superpixels.
    """
    around = MARGIN_REGIONS * side
    return Blocks(shape, workspace.side_within(around), around, step=STEP_REGIONS * side)


def _requested_superpixels(shape: Sequence[int], options: Any) -> int | None:
    """How many superpixels the options ask for; None where a method has no such options."""
    if not (hasattr(options, "n_segments") and hasattr(options, "region_size")):
        return None
    return superpixel_count(shape, options.n_segments, options.region_size)


def run_superpixel_plugin(
    picture: FloatArray, plugin: Plugin, options: Any
) -> tuple[LabelMap, int]:
    """Run a superpixel plugin on ``picture`` (H, W, C): connected labels 0..N-1, and N.

    Raises
    ------
    InputError
        If a pixel is not a finite number.
    DependencyError
        If the plugin fails, or does not return a label map.
    """
    if not np.isfinite(picture).all():
        msg = "the picture to cut has pixels that are not finite numbers: mend them"
        raise InputError(msg)
    function = plugin.load()
    with plugin.running():
        labels = np.asarray(function(picture, options))
    if labels.shape != picture.shape[:2] or labels.dtype.kind not in "iu":
        msg = (
            f"superpixels {plugin.spec.name!r} of {plugin.distribution} returned an array of "
            f"{labels.dtype} and shape {labels.shape}, not labels of shape {picture.shape[:2]}: "
            "report it to its authors"
        )
        raise DependencyError(msg)
    return connected_regions(labels)


def photograph_of(part: Scene) -> FloatArray:
    """The photograph (H, W, 3) of a part of a scene."""
    return part.rgb
