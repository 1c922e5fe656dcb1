"""Real photographs that come with installed packages, as models for a painter to copy."""

from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
from PIL import Image

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.noise import Shape

# Only files that packages install: nothing is downloaded. (package, file) each.
_PHOTOGRAPHS = (
    *(("skimage", "data/astronaut.png"), ("skimage", "data/coffee.png")),
    *(("skimage", "data/chelsea.png"), ("skimage", "data/rocket.jpg")),
    *(("skimage", "data/camera.png"), ("skimage", "data/motorcycle_left.png")),
    *(("sklearn", "datasets/images/china.jpg"), ("sklearn", "datasets/images/flower.jpg")),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)


@lru_cache(maxsize=len(_PHOTOGRAPHS))
def _photograph(index: int) -> Image.Image:
    package, name = _PHOTOGRAPHS[index]
    with as_file(files(package) / name) as path, Image.open(path) as image:
        return image.convert("RGB")


def crop(rng: np.random.Generator, shape: Shape) -> FloatArray:
    """A random part of a random photograph (H, W, 3), coded 0-1; grey ones are toned."""
    image = _photograph(int(rng.integers(len(_PHOTOGRAPHS))))
    largest = min(image.width / shape[1], image.height / shape[0])
    scale = largest * rng.uniform(0.45, 1.0)
    width, height = scale * shape[1], scale * shape[0]
    left, top = rng.uniform(0, image.width - width), rng.uniform(0, image.height - height)
    box = (left, top, left + width, top + height)
    part = image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
    colours = np.asarray(part, dtype=np.float32) / 255
    if rng.random() < 0.5:
        colours = colours[:, ::-1]
    # Grey photographs must not give paintings without any colour.
    warmth = np.array([1.04, 1.0, 0.86]) ** rng.uniform(0, 1.5)
    # No paint is as black or white as a photograph.
    return np.clip(colours * warmth, 0.03, 0.97).astype(np.float32)
