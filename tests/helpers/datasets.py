"""Files of small datasets."""

from pathlib import Path

import imagecodecs
import numpy as np


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write uint8 or uint16 as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(picture)))


def write_scene(
    root: Path,
    split: str,
    name: str,
    *,
    size: tuple[int, int] = (40, 48),
    bands: tuple[str, ...] = ("450", "650", "850"),
    seed: int = 0,
    hidden: bool = False,
) -> None:
    """Write one scene of smooth colour patches, 16 bit; perhaps with a dark square in the last."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.2, 0.9, (size[0] // 8 + 1, size[1] // 8 + 1, 3))
    rgb = coarse.repeat(8, 0).repeat(8, 1)[: size[0], : size[1]]
    rgb = np.clip(rgb + rng.normal(0, 0.01, rgb.shape), 0, 1)
    write_png(root / split / "rgb_images" / f"{name}_RGB.png", np.uint16(rgb * 65535))
    truth = np.zeros(size, np.uint8)
    truth[10:22, 12:30] = 255 if hidden else 0
    for index, band in enumerate(bands):
        mixed = rgb @ rng.dirichlet(np.ones(3)) + rng.normal(0, 0.005, size)
        if index == len(bands) - 1:
            mixed = np.where(truth == 255, mixed * 0.6, mixed)
        picture = np.uint16(np.clip(mixed, 0, 1) * 65535)
        write_png(root / split / "ms_masks" / f"{name}_ms_{band}.png", picture)
    write_png(root / split / "truth" / f"{name}_hidden.png", truth)
