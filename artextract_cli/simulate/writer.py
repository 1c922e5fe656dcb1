"""Simulated scenes on disk, in the layout of a dataset."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import UsageError
from artextract_cli.scenes.dataset_writer import (
    ScenePaths,
    counts_of_16_bit,
    described_wavelengths,
    update_description,
    write_image,
    write_layer,
)
from artextract_cli.scenes.history import ProcessingStep, write_history
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.scene import SimulatedScene, simulate_scene
from artextract_cli.simulate.settings import LAYERS, SceneSettings, without_hidden_content
from artextract_cli.utils.atomic import atomic_folder
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder
from artextract_cli.utils.threads import single_threaded_blas

# Six of the 24 training scenes by default: from four clean ones on, training uses no others, and
# the false-alarm rates are calibrated on clean scenes that are held out (docs/detection.md).
CLEAN_EVERY = 4
"""Every fourth scene of a split hides nothing."""

# The position is part of the seed: another order would change every scene.
_SPLITS = ("train", "val")


# Sums in another order round differently: with one thread, the bytes do not depend on the cores.
@single_threaded_blas()
def simulate_dataset(
    out: Path,
    *,
    train: int = 24,
    val: int = 8,
    seed: int = 0,
    settings: SceneSettings | None = None,
    clean_splits: Collection[str] = (),
    on_scene: Callable[[str], None] | None = None,
) -> None:
    """Write a dataset of simulated paintings with their truth, completely or not at all.

    Parameters
    ----------
    out
        Folder to write; must not exist, or be empty.
    train, val
        Number of training and of validation scenes, 0 or more. Pixels and name of scene i of a
        split depend on (seed, split, i) only, so that both numbers can be increased.
    seed
        Random seed, 0 or more.
    settings
        Size, bands, palette and conditions; the default settings if None.
    clean_splits
        Splits in which no scene hides anything. In the others, every fourth scene hides nothing.
    on_scene
        Called with the name of each scene once it is written.

    Raises
    ------
    UsageError
        If ``out`` exists and is not an empty folder, a number is negative, or the number of scenes
        is zero.
    """
    settings = settings or SceneSettings()
    if min(train, val, seed) < 0 or train + val == 0:
        problem = (
            f"train={train}, val={val}, seed={seed}: at least one scene and a seed of 0 or more "
            "are required"
        )
        raise UsageError(problem)
    OutputPlan(out=out, rules=(check_new_folder,)).check()
    counts = {"train": train, "val": val}
    with atomic_folder(out) as work:
        clean, names = [], []
        for split, name, scene in _scenes(counts, seed, settings, clean_splits):
            _write_scene(work / split, name, scene, settings)
            names.append(name)
            clean += [name] if scene.clean else []
            if on_scene is not None:
                on_scene(name)
        _write_description(work, clean, seed, settings)
        parameters = {"palette": settings.palette.name, "seed": seed}
        step = ProcessingStep(name="simulate", source=None, parameters=parameters)
        write_history(work, dict.fromkeys(names, (step,)))


def _scenes(
    counts: dict[str, int], seed: int, settings: SceneSettings, clean_splits: Collection[str]
) -> Iterator[tuple[str, str, SimulatedScene]]:
    """Split, name and content of every scene."""
    bare = without_hidden_content(settings)
    for number, split in enumerate(_SPLITS):
        for i in range(counts[split]):
            is_clean = split in clean_splits or i % CLEAN_EVERY == CLEAN_EVERY - 1
            scene = simulate_scene((seed, number, i), bare if is_clean else settings)
            yield split, f"sim_{split}_{i:04d}", scene


def _write_scene(folder: Path, name: str, scene: SimulatedScene, settings: SceneSettings) -> None:
    paths = ScenePaths(folder=folder, name=name)
    write_image(paths.photograph, _counts(scene.rgb))
    for i, wavelength in enumerate(settings.wavelengths):
        write_image(paths.band(f"{wavelength:g}"), _counts(scene.bands[..., i]))
    write_image(paths.truth, scene.truth)
    write_layer(paths.layer, scene.layer)
    for layer, values in scene.layers.items():
        write_image(paths.further_layer(layer), _counts(values))


def _counts(image: FloatArray) -> NDArray[np.uint16]:
    # In single precision: rounding in double precision would change pixels of existing datasets.
    return counts_of_16_bit(image, np.float32)


def _write_description(folder: Path, clean: list[str], seed: int, settings: SceneSettings) -> None:
    statements = {
        "wavelengths": described_wavelengths({f"{nm:g}": nm for nm in settings.wavelengths}),
        "clean": clean,
        **_described_layers(settings),
        "notes": f"simulated paintings, palette {settings.palette.name!r}, seed {seed}",
    }
    update_description(folder, statements)


def _described_layers(settings: SceneSettings) -> dict[str, dict[str, dict[str, str]]]:
    if not settings.layers:
        return {}
    return {"layers": {name: {"kind": LAYERS[name]} for name in settings.layers}}
