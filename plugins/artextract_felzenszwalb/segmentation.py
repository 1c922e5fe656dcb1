"""Efficient graph-based segmentation of images with any number of channels.

P. F. Felzenszwalb and D. P. Huttenlocher, "Efficient graph-based image segmentation", IJCV 59(2),
2004.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import felzenszwalb

from artextract_felzenszwalb import FelzenszwalbOptions

# scikit-image divides its scale by this, assuming images of 8 bits.
LIBRARY_SCALE = 255


def segment(image: NDArray[np.float32], options: FelzenszwalbOptions) -> NDArray[np.int64]:
    """Segment ``image`` (H, W, C) into regions: labels (H, W).

    The contrast of the image is the root of its summed variances over the channels.
    """
    # In float64: float32 variances of large images lose digits.
    contrast = float(np.sqrt(image.var(axis=(0, 1), dtype=np.float64).sum()))
    with warnings.catch_warnings():
        # Any number of channels is intended.
        warnings.filterwarnings("ignore", "Got image with third dimension", RuntimeWarning)
        labels: NDArray[np.int64] = felzenszwalb(
            image.astype(np.float64),
            scale=options.scale * contrast * LIBRARY_SCALE,
            sigma=options.sigma,
            min_size=options.min_size,
            channel_axis=-1,
        )
    return labels
