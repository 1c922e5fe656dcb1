"""The compiled filters in plain torch, on any device: same functions, same results to rounding.

Images are planes (C, H, W) here, as torch's own filters take them. No filter uses convolutions,
which reduce the precision of products on many GPUs.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from artextract_cli.kernels.lines import N_DIRECTIONS, line_taps

# Rows of a kernel in the order of `kernels.region_moments.moments`.
RegionMoments = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def blur(planes: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of ``planes`` (C, H, W), mirrored at their edges, up to 3σ."""
    radius = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (1, 2):
        size = planes.shape[axis]
        padded = mirrored(planes, radius, axis)
        planes = padded.narrow(axis, 0, size) * float(weights[0])
        for shift in range(1, len(weights)):
            planes.add_(padded.narrow(axis, shift, size), alpha=float(weights[shift]))
    return planes


def mirrored(planes: Tensor, margin: int, axis: int) -> Tensor:
    """``planes`` with ``margin`` more pixels at both ends of ``axis``, mirrored as often as needed.

    The pixel at the edge is repeated.
    """
    size = planes.shape[axis]
    inside = torch.arange(-margin, size + margin, device=planes.device) % (2 * size)
    return planes.index_select(axis, torch.minimum(inside, 2 * size - 1 - inside))


def gradients(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences of ``planes`` (C, H, W) down and across, one-sided at the edges.

    Both are 0 if there is a single row or column.
    """
    if min(planes.shape[1:]) < 2:
        return torch.zeros_like(planes), torch.zeros_like(planes)
    down, across = torch.gradient(planes, dim=(1, 2))
    return down, across


def box_mean(planes: Tensor, radius: int) -> Tensor:
    """Mean of ``planes`` (C, H, W) in a square of side 2·radius + 1, cropped at the edges."""
    side = 2 * radius + 1
    for kernel, padding in (((side, 1), (radius, 0)), ((1, side), (0, radius))):
        planes = functional.avg_pool2d(planes, kernel, 1, padding, count_include_pad=False)
    return planes


def opening(planes: Tensor, radius: int) -> Tensor:
    """Grey opening of ``planes`` (C, H, W) by a square of side 2·radius + 1."""
    return _maximum(-_maximum(-planes, radius), radius)


def closing(planes: Tensor, radius: int) -> Tensor:
    """Grey closing of ``planes`` (C, H, W) by a square of side 2·radius + 1."""
    return -_maximum(-_maximum(planes, radius), radius)


def _maximum(planes: Tensor, radius: int) -> Tensor:
    side = 2 * radius + 1
    return functional.max_pool2d(planes, side, 1, radius)


def line_strength(planes: Tensor, width: float, length: float) -> Tensor:
    """`kernels.lines.line_strength` of each of ``planes`` (C, H, W): (4, C, H, W)."""
    taps = line_taps(width, length)
    _, height, n_columns = planes.shape
    padded = blur(planes, width)
    for axis in (1, 2):
        padded = mirrored(padded, taps.reach + 1, axis)
    down, across, mixed = _second_differences(padded)
    strength = planes.new_zeros(4, *planes.shape)
    dark, light, first, second = strength
    for direction in range(N_DIRECTIONS):
        sine, cosine = (float(part) for part in taps.directions[direction])
        curved = cosine**2 * down + sine**2 * across - 0.5 * sine * cosine * mixed
        total = torch.zeros_like(planes)
        for (y, x), weight in zip(taps.offsets[direction], taps.weights, strict=True):
            # The central tap comes once, as it has no mirror image; those that fill groups do not.
            for side in (1, -1)[: 1 + bool(y or x)] if weight else ():
                top, left = taps.reach + side * int(y), taps.reach + side * int(x)
                part = curved[:, top : top + height, left : left + n_columns]
                total.add_(part, alpha=float(weight))
        size = total.abs()
        is_stronger = size > torch.maximum(dark, light)
        torch.where(is_stronger, (cosine**2 - sine**2) * size, first, out=first)
        torch.where(is_stronger, 2 * sine * cosine * size, second, out=second)
        torch.maximum(dark, total, out=dark)
        torch.maximum(light, -total, out=light)
    return strength


def _second_differences(padded: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Second differences down, across and mixed, one pixel smaller on every side."""
    middle = 2 * padded[:, 1:-1, 1:-1]
    down = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] - middle
    across = padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:] - middle
    falling = padded[:, :-2, :-2] + padded[:, 2:, 2:]
    return down, across, falling - padded[:, :-2, 2:] - padded[:, 2:, :-2]


def local_residuals(predictors: Tensor, targets: Tensor, radius: int, ridge: float) -> Tensor:
    """Residuals (T, H, W) of ``targets`` after a linear regression in a square around each pixel.

    ``predictors`` are (3, H, W), ``targets`` (T, H, W), ``ridge`` is added to the variances.
    """
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    squares = torch.stack([predictors[i] * predictors[j] for i, j in pairs])
    products = (targets[:, None] * predictors).flatten(0, 1)
    n = len(targets)
    means = box_mean(torch.cat([predictors, targets, squares, products]), radius)
    m, level, of_squares, of_products = torch.split(means, [3, n, 6, 3 * n])
    a, b, c, d, e, f = (
        of_squares[k] - m[i] * m[j] + (ridge if i == j else 0) for k, (i, j) in enumerate(pairs)
    )
    # The inverse of a symmetric 3 × 3 matrix by its cofactors.
    c0, c1, c2 = d * f - e * e, c * e - b * f, b * e - c * d
    c3, c4, c5 = a * f - c * c, b * c - a * e, a * d - b * b
    scale = 1 / (a * c0 + b * c1 + c * c2)
    p0, p1, p2 = predictors - m
    weights = torch.stack(
        [c0 * p0 + c1 * p1 + c2 * p2, c1 * p0 + c3 * p1 + c4 * p2, c2 * p0 + c4 * p1 + c5 * p2]
    )
    covariances = of_products.reshape(n, 3, *level.shape[1:]) - level[:, None] * m
    return targets - level - (weights * scale * covariances).sum(1)


def polynomial(x: Tensor, extra: Tensor, gains: Tensor, *, cubic: bool) -> Tensor:
    """`kernels.local_regression.monomials` of ``x`` (K, P) and ``extra`` (S, P) times ``gains``.

    ``gains`` are (terms, n), the result is (n, P).
    """
    result = x.new_zeros(gains.shape[1], x.shape[1])
    gain = iter(gains)
    for i in range(len(x)):
        result.addr_(next(gain), x[i])
        for j in range(i, len(x)):
            two = x[i] * x[j]
            result.addr_(next(gain), two)
            for h in range(j, len(x)) if cubic else ():
                result.addr_(next(gain), two * x[h])
    for row in extra:
        result.addr_(next(gain), row)
    return result


def signed_log1p(values: Tensor) -> Tensor:
    """sign(x)·log(1 + |x|)."""
    return torch.copysign(torch.log1p(values.abs()), values)


def region_moments(pixels: Tensor, labels: Tensor, n: int) -> RegionMoments:
    """`kernels.region_moments.moments` of ``pixels`` (H, W, C) in ``n`` regions, on their device.

    Pixels are sorted by region, so that sums do not depend on the order in which a GPU adds.
    """
    flat = labels.flatten().long()
    order = torch.argsort(flat, stable=True)
    counts = torch.bincount(flat, minlength=n)

    def over_regions(values: Tensor, how: str) -> Tensor:
        return torch.segment_reduce(values, how, lengths=counts, axis=0, unsafe=True)

    by_region = pixels.flatten(0, 1)[order]
    mean = over_regions(by_region, "mean")
    differences = by_region - mean.repeat_interleave(counts, dim=0)
    std = over_regions(differences.square_(), "mean").sqrt_()
    width = labels.shape[1]
    # In double precision: sums of coordinates need more digits than those of evidence.
    place = torch.stack([order // width, order % width], dim=1).double()
    return (
        mean,
        std,
        over_regions(by_region, "min"),
        over_regions(by_region, "max"),
        counts,
        over_regions(place, "mean").float(),
    )
