"""Clean scenes as they would be captured, to learn from how high clean paint scores."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from artextract_cli.errors import InputError
from artextract_cli.graphs.graph_file import graph_path
from artextract_cli.graphs.store import load_pixels
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.models.calibration import Calibration, fit_calibration
from artextract_cli.pipelines.hidden_layers.augmentation import corrupted, recoloured
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.events import warn

FEWEST_CLEAN = 4  # scenes known to be clean, below which others are used too or nothing is told
CALIBRATION_PIXELS = 20_000  # of a scene
# Paintings in use are never quite like those of training, so that most of the scenes that
# calibrate are not either.
N_AUGMENTED_COPIES = 2


def augmented_copies(
    root: Path, scenes: Sequence[SceneGraphs], rng: np.random.Generator
) -> Iterator[tuple[SceneGraphs, Scene]]:
    """Every scene below ``root`` as it is, and ``N_AUGMENTED_COPIES`` with other pigments, degraded.

    Raises
    ------
    InputError
        If stored pixels do not fit their graphs.
    """
    for graphs in scenes:
        scene = stored_scene(root, graphs)
        yield graphs, scene
        for _ in range(N_AUGMENTED_COPIES):
            yield graphs, corrupted(rng, recoloured(rng, scene))


def stored_scene(root: Path, graphs: SceneGraphs) -> Scene:
    """The scene whose pixels `graph build` has stored below ``root``.

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
            f"{shape}: run 'artextract graph build' again"
        )
        raise InputError(msg)
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
    """From the scores of whole captures of ``n_scenes`` paintings; None where these are few."""
    if min(n_scenes, len(set(scores))) >= FEWEST_CLEAN:
        return fit_calibration(np.array(scores), trimmed=False)
    warn(
        f"{n_scenes} clean scenes are too few to tell how often a whole painting is called "
        "hidden by mistake: the model will not judge paintings as a whole"
    )
    return None
