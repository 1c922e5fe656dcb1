"""Clean scenes and augmented copies, to calibrate scores of clean paint on."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from artextract_cli.errors import InputError
from artextract_cli.graphs.commands import build_again
from artextract_cli.graphs.graph_file import graph_path
from artextract_cli.graphs.store import load_pixels
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import Calibration, fit_calibration
from artextract_cli.pipelines.hidden_layers.augmentation import corrupted, recoloured
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.events import warn

# With fewer scenes that are known to be clean, others are used too, or there is no verdict.
FEWEST_CLEAN = 4
# Bounds memory, and gives large and small paintings the same weight.
CALIBRATION_PIXELS = 20_000  # of a scene, at random
# Real captures are never quite like those of training; therefore most scenes that calibrate are
# augmented.
# With one copy, 7.9 % of the clean paint of 40 paintings of another palette were above the 5 %
# threshold of an earlier network, with two 6.0 %.
N_AUGMENTED_COPIES = 2


def augmented_copies(
    root: Path, scenes: Sequence[SceneGraphs], rng: np.random.Generator
) -> Iterator[tuple[SceneGraphs, Scene]]:
    """Yield each scene below ``root`` unchanged, and copies with other pigments and corruptions.

    Raises
    ------
    InputError
        If stored pixels do not fit their graphs.
    """
    for graphs in scenes:
        scene = stored_scene(root, graphs)
        yield graphs, scene
        for _ in range(N_AUGMENTED_COPIES):
            # Pigments first: they belong to the painting, corruptions to its capture.
            yield graphs, corrupted(rng, recoloured(rng, scene))


def stored_scene(root: Path, graphs: SceneGraphs) -> Scene:
    """Read the scene whose pixels `graph build` has stored below ``root``.

    Raises
    ------
    InputError
        If they do not fit the graphs.
    """
    path = graph_path(root, graphs.split, graphs.name)
    stored = load_pixels(path)
    shape = (*graphs.graphs[0].labels.shape, 3 + len(graphs.band_ids))
    if stored.shape != shape or stored.dtype != np.uint16:
        msg = (
            f"the pixels of {path} are {stored.dtype} of shape {stored.shape}, not uint16 of "
            f"{shape}: remove it and run `{build_again(path)}`"
        )
        raise InputError(msg)
    # `graph build` rounds linear bands and the coded photograph to 16 bits.
    pixels = np.asarray(stored, np.float32) / np.float32(65535)
    return Scene(
        name=graphs.name,
        rgb=pixels[..., :3],
        bands=np.ascontiguousarray(pixels[..., 3:]),
        band_ids=graphs.band_ids,
        wavelengths=graphs.wavelengths,
        mask=graphs.mask,
    )


def whole_calibration(scores: Sequence[float], n_scenes: int) -> Calibration | None:
    """Image-level calibration on captures of ``n_scenes`` paintings; None if there are too few."""
    # Equal scores carry no more information than one, and a calibration needs several knots.
    if min(n_scenes, len(set(scores))) >= FEWEST_CLEAN:
        return fit_calibration(np.array(scores), trimmed=False)
    warn(
        f"{n_scenes} clean scenes are too few to estimate how often a clean painting is reported "
        "as hidden: the model will give no verdict on whole paintings"
    )
    return None
