"""Mode seeking in colour and position, for images with any number of channels.

A. Vedaldi and S. Soatto, "Quick shift and kernel methods for mode seeking", ECCV 2008.
"""

import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import quickshift

from artextract_quickshift import QuickshiftOptions

# Seed of the noise that breaks ties between equally dense pixels.
TIE_SEED = 0


def segment(image: NDArray[np.float32], options: QuickshiftOptions) -> NDArray[np.int64]:
    """Segment ``image`` (H, W, C) into regions: labels (H, W), not always connected.

    The contrast of the image is the root of its summed variances over the channels.
    """
    contrast = float(np.sqrt(image.var(axis=(0, 1), dtype=np.float64).sum()))
    labels: NDArray[np.int64] = quickshift(
        image,
        # A constant image has no contrast to divide by, and any ratio gives the same regions.
        ratio=options.ratio / contrast if contrast > 0 else 1.0,
        kernel_size=options.kernel_size,
        max_dist=options.max_dist,
        # The image already has the colour space, or the components, of the recipe.
        convert2lab=False,
        rng=TIE_SEED,
    )
    return labels
