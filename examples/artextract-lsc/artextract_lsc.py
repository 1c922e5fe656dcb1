"""Superpixels by linear spectral clustering (Li & Chen 2015), from OpenCV's contributed modules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli import SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class LscOptions:
    """How large and how compact superpixels are."""

    region_size: int = option(6, "Side of a superpixel in pixels.", minimum=2, maximum=1000)
    ratio: float = option(0.075, "Weight of place against colour.", minimum=0.001, maximum=10)
    iterations: int = option(10, "Rounds of clustering.", minimum=1, maximum=1000)


def segment(image: NDArray[np.float32], options: LscOptions) -> NDArray[np.int32]:
    """Cut ``image`` (H, W, C) into superpixels: labels (H, W)."""
    import cv2

    cv2.setNumThreads(1)  # several threads cut the same picture differently every time
    height, width = image.shape[:2]
    # OpenCV reads beyond pictures that are smaller than a few superpixels.
    least = 4 * options.region_size
    margins = ((0, max(0, least - height)), (0, max(0, least - width)), (0, 0))
    padded = np.ascontiguousarray(np.pad(image, margins, mode="edge"))
    clustering = cv2.ximgproc.createSuperpixelLSC(padded, options.region_size, options.ratio)
    clustering.iterate(options.iterations)
    return np.asarray(clustering.getLabels()[:height, :width])


def load() -> Callable[[NDArray[Any], LscOptions], NDArray[np.int32]]:
    """OpenCV is imported when the first picture comes."""
    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """OpenCV's linear spectral clustering."""
    return SuperpixelMethod(
        name="lsc",
        summary="Linear spectral clustering by OpenCV.",
        options=LscOptions,
        load=load,
        api_version=1,
    )
