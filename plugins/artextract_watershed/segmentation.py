"""Compact watershed on the gradient magnitude of all channels, from a regular grid of seeds.

P. Neubert and P. Protzel, "Compact watershed and preemptive SLIC", ICPR 2014.
"""

import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import watershed

from artextract_cli import gradient_magnitude, superpixel_count
from artextract_watershed import WatershedOptions


def segment(image: NDArray[np.float32], options: WatershedOptions) -> NDArray[np.int64]:
    """Segment ``image`` (H, W, C) into superpixels: labels (H, W), one per seed.

    The gradient is the Euclidean norm of the channels' gradients.
    """
    gradient = np.linalg.norm(gradient_magnitude(image), axis=-1)
    labels: NDArray[np.int64] = watershed(
        gradient,
        markers=superpixel_count(image.shape, options.n_segments, options.region_size),
        # In units of the mean gradient, so that one default suits images of any scale.
        compactness=options.compactness * float(gradient.mean()),
    )
    return labels
