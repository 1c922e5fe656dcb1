"""What evidence is computed with: compiled filters of NumPy arrays, or torch on a device.

Scenes, fits and results are NumPy arrays in any case. What is computed of every pixel, from the
visible channels and bands of a block to its evidence maps, stays on the device in between. For the
type checker these are `FloatArray` on every device.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.evidence.band_regression import (
    BandFit,
    Projection,
    Surface,
    as_image,
    log_of,
    slopes_of,
    surface_features,
)
from artextract_cli.evidence.sampled_pixels import values_at
from artextract_cli.evidence.structure import detail_maps, line_maps, local_maps
from artextract_cli.imaging.blocks import Slices
from artextract_cli.kernels.filters import blur
from artextract_cli.kernels.region_moments import Moments, moments
from artextract_cli.kernels.standardise import standardised_maps

if TYPE_CHECKING:
    import torch


class Arrays:
    """NumPy arrays and compiled filters; those of another device have the same methods.

    Images are (h, w, C), maps (h, w).
    """

    def placed(self, array: FloatArray) -> FloatArray:
        """The array on the device."""
        return array

    def returned(self, array: FloatArray) -> FloatArray:
        """The array as a NumPy array."""
        return array

    def taken(
        self, array: FloatArray, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> FloatArray:
        """The values (n, ...) at some pixels, as a contiguous NumPy array."""
        return values_at(array, rows, columns)

    def joined(self, images: Sequence[FloatArray]) -> FloatArray:
        """Images side by side along their channels."""
        return np.concatenate(images, axis=-1)

    def as_image(self, planes: Sequence[FloatArray]) -> FloatArray:
        """Maps as the channels of one image."""
        return as_image(planes)

    def blur(self, image: FloatArray, sigma: float) -> FloatArray:
        """Gaussian blur of each channel."""
        return blur(image, sigma)

    def log_of(self, reflectance: FloatArray) -> FloatArray:
        """log(R + .03)."""
        return log_of(reflectance)

    def components(self, projection: Projection, logs: FloatArray) -> FloatArray:
        """Principal components (h, w, K) of log channels."""
        return projection(logs)

    def surface(self, projection: Projection, logs: FloatArray) -> Surface:
        """Principal components and slopes of log channels."""
        return surface_features(logs, projection)

    def slopes(self, components: FloatArray) -> list[FloatArray]:
        """Slopes (h, w) down, then across, of the two strongest components."""
        return slopes_of(components)

    def residuals(self, fit: BandFit, surface: Surface, targets: FloatArray) -> FloatArray:
        """Residuals (T, h, w) of ``targets`` (h, w, T), in deviations."""
        return fit.residuals(surface, targets)

    def local_maps(self, components: FloatArray, centred: FloatArray) -> Iterable[FloatArray]:
        """Residuals of regressions in windows around each pixel."""
        return local_maps(components, centred)

    def line_maps(
        self, images: Sequence[FloatArray], inside: Slices
    ) -> Sequence[tuple[Sequence[FloatArray], FloatArray]]:
        """Strengths (h, w) of lines ``inside`` each of some images, and their axis (2, h, w)."""
        return [line_maps(image, inside) for image in images]

    def detail_maps(self, images: Sequence[FloatArray]) -> Iterable[FloatArray]:
        """Top-hats and slope of each of ``images`` (h, w)."""
        for image in images:
            yield from detail_maps(image)

    def moments(self, image: FloatArray, labels: LabelMap, n: int) -> Moments:
        """Moments of the ``n`` regions of a label map, as NumPy arrays."""
        return moments(np.require(image, np.float32, ["C", "W"]), labels, n)

    def standardised(
        self,
        image: FloatArray,
        centre: FloatArray,
        spread: FloatArray,
        largest: float,
        *,
        logarithmic: bool,
    ) -> FloatArray:
        """All maps, standardised, clipped and, if ``logarithmic``, compressed."""
        planes = np.moveaxis(image, -1, 0)
        return standardised_maps(planes, centre, spread, largest, logarithmic=logarithmic)


COMPILED = Arrays()


def arrays_on(device: "torch.device") -> Arrays:
    """The arrays and filters for a device: compiled filters on the CPU, else torch."""
    if device.type == "cpu":
        return COMPILED
    from artextract_cli.evidence.tensor_arrays import TensorArrays

    return cast("Arrays", TensorArrays(device))
