"""Evidence in plain torch, on any device; the methods are those of `arrays.Arrays`."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from artextract_cli._typing import FloatArray, LabelMap
from artextract_cli.evidence.band_regression import (
    DARKEST,
    LARGEST_RESIDUAL,
    SLOPE_BLUR,
    BandFit,
    Projection,
)
from artextract_cli.evidence.structure import (
    DETAIL_BLUR,
    DETAIL_SIZES,
    LINES,
    LOCAL_RIDGE,
    UNIT,
    WINDOWS,
)
from artextract_cli.imaging.blocks import Slices
from artextract_cli.kernels import tensor_filters as filters
from artextract_cli.kernels.region_moments import Moments


class TensorArrays:
    """Tensors on one device; an image (h, w, C) lies plane by plane in memory."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def placed(self, array: FloatArray) -> Tensor:
        """The array on the device."""
        return torch.from_numpy(np.require(array, np.float32, ["C", "W"])).to(self.device)

    def returned(self, tensor: Tensor) -> FloatArray:
        """The tensor as a contiguous NumPy array."""
        return np.asarray(tensor.contiguous().cpu().numpy(), np.float32)

    def taken(
        self, tensor: Tensor, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> FloatArray:
        """The values (n, ...) at some pixels, as a contiguous NumPy array."""
        at = [torch.from_numpy(index).to(tensor.device) for index in (rows, columns)]
        return self.returned(tensor[at[0], at[1]])

    def joined(self, images: Sequence[Tensor]) -> Tensor:
        """Images side by side along their channels."""
        return _image(torch.cat([_planes(image) for image in images]))

    def as_image(self, planes: Sequence[Tensor]) -> Tensor:
        """Maps as the channels of one image."""
        return _image(torch.stack([*planes]))

    def blur(self, image: Tensor, sigma: float) -> Tensor:
        """Gaussian blur of each channel."""
        return _image(filters.blur(_planes(image), sigma))

    def log_of(self, reflectance: Tensor) -> Tensor:
        """log(R + .03)."""
        return reflectance.clamp(min=0).add_(DARKEST).log_()

    def components(self, projection: Projection, logs: Tensor) -> Tensor:
        """Principal components (h, w, K) of log channels."""
        directions = projection.directions / projection.spread[:, None]
        centre = self.placed(projection.centre @ directions)
        planes = torch.zeros_like(_planes(logs)[:1]).repeat(len(centre), 1, 1)
        # Sums of a few channels, without `matmul`, whose products may have few digits on a GPU.
        for channel, gains in zip(_planes(logs), self.placed(directions), strict=True):
            planes.addcmul_(channel[None], gains[:, None, None])
        return _image(planes.sub_(centre[:, None, None]))

    def surface(self, projection: Projection, logs: Tensor) -> tuple[Tensor, Tensor]:
        """Principal components and slopes of log channels."""
        components = self.components(projection, logs)
        return components, self.as_image(self.slopes(components))

    def slopes(self, components: Tensor) -> list[Tensor]:
        """Slopes (h, w) down, then across, of the two strongest components."""
        first = filters.blur(_planes(components)[:2], SLOPE_BLUR)
        return [slope for axis in filters.gradients(first) for slope in axis]

    def residuals(self, fit: BandFit, surface: tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        """Residuals (T, h, w) of ``targets`` (h, w, T), in deviations."""
        x, extra = (_planes(image).flatten(1) for image in surface)
        predicted = filters.polynomial(x, extra, self.placed(fit.gains), cubic=fit.cubic)
        offsets, scales = (self.placed(part)[:, None] for part in (fit.offsets, fit.deviations))
        differences = _planes(targets).flatten(1) - offsets - predicted
        clipped = differences.div_(scales).clamp_(-LARGEST_RESIDUAL, LARGEST_RESIDUAL)
        return clipped.reshape(-1, *targets.shape[:2])

    def local_maps(self, components: Tensor, centred: Tensor) -> Sequence[Tensor]:
        """Residuals of regressions in windows around each pixel."""
        strongest = _planes(components)[:3]
        missing = strongest.new_zeros(3 - len(strongest), *strongest.shape[1:])
        predictors, targets = torch.cat([strongest, missing]), _planes(centred)
        return [
            residual / float(UNIT)
            for radius in WINDOWS
            for residual in filters.local_residuals(predictors, targets, radius, LOCAL_RIDGE)
        ]

    def line_maps(
        self, images: Sequence[Tensor], inside: Slices
    ) -> Sequence[tuple[Sequence[Tensor], Tensor]]:
        """Strengths (h, w) of lines ``inside`` each of some images, and their axis (2, h, w)."""
        planes = torch.stack([*images])
        # Every (4, C, h, w): all images together, since each step is a program of the GPU.
        lines = [
            filters.line_strength(planes, width, length)[..., *inside] for width, length in LINES
        ]
        return [
            ([strength for line in lines for strength in line[:2, image]], lines[1][2:, image])
            for image in range(len(planes))
        ]

    def detail_maps(self, images: Sequence[Tensor]) -> Sequence[Tensor]:
        """Top-hats and slope of each of ``images`` (h, w)."""
        planes = torch.stack([*images])
        maps = []
        for side in DETAIL_SIZES:
            maps.append(filters.closing(planes, side // 2) - planes)
            maps.append(planes - filters.opening(planes, side // 2))
        maps.append(torch.hypot(*filters.gradients(filters.blur(planes, DETAIL_BLUR))))
        return [of_kind[image] for image in range(len(planes)) for of_kind in maps]

    def moments(self, image: Tensor, labels: LabelMap, n: int) -> Moments:
        """Moments of the ``n`` regions of a label map, as NumPy arrays."""
        regions = torch.from_numpy(np.require(labels, np.int32, ["C", "W"])).to(self.device)
        moments = filters.region_moments(image, regions, n)
        mean, std, low, high, count, centroid = (part.cpu().numpy() for part in moments)
        return mean, std, low, high, count, centroid

    def standardised(
        self,
        image: Tensor,
        centre: FloatArray,
        spread: FloatArray,
        largest: float,
        *,
        logarithmic: bool,
    ) -> Tensor:
        """All maps, standardised, clipped and, if ``logarithmic``, compressed; by pixel."""
        # Read by map and written by pixel: (h, w, M), contiguous.
        maps = torch.empty(image.shape, device=self.device)
        torch.sub(image, self.placed(centre), out=maps)
        maps.div_(self.placed(spread)).clamp_(-largest, largest)
        return filters.signed_log1p(maps) if logarithmic else maps


def _planes(image: Tensor) -> Tensor:
    """An image (h, w, C) as planes (C, h, w)."""
    return image.movedim(-1, 0)


def _image(planes: Tensor) -> Tensor:
    """Planes (C, h, w) as an image (h, w, C)."""
    return planes.movedim(0, -1)
