"""What a further layer of a scene, such as an X-ray radiograph, shows beyond the visible surface.

A robust regression, like that of the bands: the visible channels and the position predict the
layer, and the residual is what they do not explain. The infrared is not a predictor: it shows part
of what is hidden itself, and would explain it away (docs/detection.md has the figures).
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.evidence.band_regression import (
    FIT_PIXELS,
    LARGEST_RESIDUAL,
    TARGET_BLUR,
    BandFit,
    Surface,
    fit_bands,
    log_of,
)
from artextract_cli.evidence.envelope import Chain, ShorterBands
from artextract_cli.evidence.layer_texture import Bars, PeriodicFilter
from artextract_cli.evidence.maps import LUMINANCE
from artextract_cli.evidence.sampled_pixels import Pixels, random_pixels
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block
from artextract_cli.imaging.resize import fill_maps
from artextract_cli.imaging.robust_regression import robust_deviation
from artextract_cli.kernels.filters import blur
from artextract_cli.scenes.scene import Scene

RADIOGRAPH, RAKING = "radiograph", "raking"
# A fit that includes bars follows them, and what it leaves of them is too weak. Two rounds gain .01
# of AUROC over one; more gain less.
_ROUNDS_OF_BARS = 2
# As in `band_regression`, in logarithms.
_LEAST_DEVIATION = 3e-3
_N_PLACE = 3  # last slopes of `ShorterBands`: column, row and their squares
_LEAST_KNOWN = 1e-3  # weight of the pixels with data in a blur


def layer_residuals(scene: Scene, view: SceneView, layer: FloatArray, kind: str) -> FloatArray:
    """The robust signed residual (H, W) of a layer, in deviations; positive = lighter.

    The texture of the support is removed from radiographs and raking light, and bars behind the
    painting from radiographs.

    Parameters
    ----------
    scene
        The scene.
    view
        Its view.
    layer
        (H, W) or (H, W, 3), 0..1; of several channels, their luminance counts. NaN where it has no
        data, as is the result, which is NaN outside the painting too.
    kind
        Kind of the layer, such as "radiograph".
    """
    target = _Target(scene, view, layer, kind)
    if not target.known.any():
        return np.full(scene.shape, np.nan, np.float32)
    pixels = random_pixels(target.known, scene.shape, FIT_PIXELS)
    fit = _LayerFit(view, target, pixels, has_bars=kind == RADIOGRAPH)
    residuals = scene.empty()
    for _ in range(_ROUNDS_OF_BARS if kind == RADIOGRAPH else 0):
        fill_maps(view.blocks, {"residual": residuals}, lambda block: {"residual": fit(block)})
        fit.add_bars(residuals)
    fit.finish()
    fill_maps(view.blocks, {"residual": residuals}, lambda block: {"residual": fit(block)})
    if kind in (RADIOGRAPH, RAKING):
        filtered, residuals = PeriodicFilter(residuals), scene.empty()
        fill_maps(view.blocks, {"residual": residuals}, lambda block: {"residual": filtered(block)})
    standard = _Standard.of(pixels, residuals)
    return scene.filled(lambda block: standard(residuals[block.place], target.known[block.place]))


class _Target:
    """Logarithms of a layer, slightly blurred, and where they are ``known`` (H, W)."""

    def __init__(self, scene: Scene, view: SceneView, layer: FloatArray, kind: str) -> None:
        self._layer, self._view, self._kind = layer, view, kind
        known = np.isfinite(layer if layer.ndim == 2 else layer.sum(axis=-1))
        # What lies beside the painting is neither support nor paint.
        self.known: BoolArray = scene.shared(known & scene.painted)
        self._complete = bool(self.known.all())

    def __call__(self, block: Block) -> FloatArray:
        """The target (h, w) of a block."""
        window = self._view.blocks.window(block)
        part = np.asarray(self._layer[window.place], np.float32)
        grey = part if part.ndim == 2 else part @ LUMINANCE
        # In a film between its shoulders, this is proportional to thickness.
        logs = log_of(grey) - log_of(1 - grey) if self._kind == RADIOGRAPH else log_of(grey)
        core = partial(self._view.blocks.core, block)
        if self._complete:
            return core(blur(logs[..., None], TARGET_BLUR)[..., 0])
        weights = self.known[window.place].astype(np.float32)
        both = blur(np.stack([np.where(weights > 0, logs, 0), weights], axis=-1), TARGET_BLUR)
        blurred = both[..., 0] / np.maximum(both[..., 1], _LEAST_KNOWN)
        return core(np.where(weights > 0, blurred, np.nan).astype(np.float32))


class _LayerFit:
    """The regression of a layer; its residuals (h, w) block by block, without the bars."""

    def __init__(self, view: SceneView, target: _Target, pixels: Pixels, *, has_bars: bool) -> None:
        self._view, self._target, self._pixels = view, target, pixels
        self._bars = Bars(view.blocks.shape)
        self._surface = ShorterBands(view, Chain(n_below=0, bands=(), cubic=False))
        self._sample = self._sampled()
        # Terms of the place would follow bars, which are not known yet.
        self._n_left_out = _N_PLACE if has_bars else 0
        self._fit = self._fitted()

    def _sampled(self) -> tuple[Surface, FloatArray]:
        def arrays(block: Block) -> list[FloatArray]:
            placed = self._view.arrays.placed(self._target(block))
            return [*self._surface(block), placed[..., None]]

        components, slopes, targets = self._view.gather(arrays, self._pixels, margin=0)
        return Surface(components, slopes), targets

    def add_bars(self, residuals: FloatArray) -> None:
        """Fit again, to the layer without the bars that its ``residuals`` (H, W) show."""
        self._bars.add(residuals)
        self._fit = self._fitted()

    def finish(self) -> None:
        """Fit again, when no more bars are added."""
        self._n_left_out = 0
        self._fit = self._fitted()

    def _fitted(self) -> BandFit:
        surface, targets = self._sample
        bars = self._bars.at(self._pixels.rows, self._pixels.columns)
        fit = fit_bands(self._chosen(surface), targets - bars[:, None], cubic=False)
        # Residuals in logarithms, not in deviations, so that they are not clipped yet.
        return replace(fit, deviations=np.ones_like(fit.deviations))

    def _chosen(self, surface: Surface) -> Surface:
        slopes = surface.slopes
        return Surface(surface.components, slopes[..., : slopes.shape[-1] - self._n_left_out])

    def __call__(self, block: Block) -> FloatArray:
        """Residuals (h, w), in logarithms; NaN without data."""
        rows, columns = (np.arange(part.start, part.stop) for part in block.place)
        target = self._target(block) - self._bars.at(rows[:, None], columns)
        arrays = self._view.arrays
        placed = arrays.placed(np.nan_to_num(target)[..., None])
        surface = self._chosen(self._surface(block))
        residuals = arrays.returned(arrays.residuals(self._fit, surface, placed)[0])
        return np.where(np.isfinite(target), residuals, np.nan)


@dataclass(frozen=True)
class _Standard:
    """Median and robust deviation of residuals."""

    centre: float
    deviation: float

    @classmethod
    def of(cls, pixels: Pixels, residuals: FloatArray) -> "_Standard":
        sample = residuals[pixels.rows, pixels.columns]
        centre = float(np.median(sample))
        return cls(centre, robust_deviation(sample - centre, least=_LEAST_DEVIATION))

    def __call__(self, residuals: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
        scaled = (residuals - np.float32(self.centre)) / np.float32(self.deviation)
        clipped = np.clip(scaled, -LARGEST_RESIDUAL, LARGEST_RESIDUAL)
        return np.where(known, clipped, np.nan).astype(np.float32)
