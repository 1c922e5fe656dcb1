"""Hidden layers inserted into clean scenes by a physical model, as training data.

A measured pixel is modelled as paint of unknown pigments on a bare ground. In the two-flux theory
of Kubelka and Munk (see `simulate.optics.kubelka_munk`), its reflectance and an assumed optical
thickness give its transmittance, and hence its reflectance over another underlying layer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import IntArray
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.kernels.filters import blur, displaced
from artextract_cli.pipelines.hidden_layers.layer_optics import (
    LOG_THICKNESSES,
    above_surface,
    below_surface,
    draw_optics,
    reflectance_over,
    thickness_of,
)
from artextract_cli.pipelines.hidden_layers.underlayer_shapes import (
    draw_coverage,
    draw_lines,
    draw_shapes,
)
from artextract_cli.scenes.scene import CLEAN, HIDDEN, UNDECIDED, Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from artextract_cli.simulate.content.fields import Shape, smooth_noise
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.scene import DETECTABLE_CHANGE

PHOTOGRAPH_NM = (610.0, 540.0, 450.0)  # peak sensitivity of the three channels
# No kind is rare: nothing is known about the content to be detected, and a kind that is seldom
# inserted is hardly learned.
KINDS = ("lines", "shapes", "reuse", "ink", "light")
ODDS = (0.3, 0.19, 0.15, 0.15, 0.21)  # of the kinds
# Optics depend on the ground and are tabulated once for each of these; the nearest to the drawn
# ground is used. The first three are the dark grounds of light content.
GROUNDS = (0.1, 0.2, 0.35, 0.6, 0.7, 0.8, 0.9)  # reflectances for which optics are tabulated
# Layers are inserted after the camera has blurred the surface: if all kept their full sharpness,
# that alone would give them away.
UNSHARP_SHARE, UNSHARP_PX = (
    0.5,
    (0.4, 0.9),
)  # share of layers that are blurred by the lens, and the σ range


DrawnShapes = tuple[IntArray, list[FloatArray]]
"""Labels (H, W), 0 for bare ground, and the reflectance (C,) of each other label."""


@dataclass(frozen=True, kw_only=True)
class Underlayer:
    """An underlying layer: label 0 is bare ground, label k the k-th row of ``spectra``."""

    labels: IntArray  # (H, W)
    share: FloatArray  # (H, W) of each pixel, 0..1
    spectra: FloatArray  # (K + 1, C) reflectances, the first of the ground


class Injected(NamedTuple):
    """A scene with an inserted layer, and its ground truth."""

    scene: Scene
    truth: NDArray[np.uint8]  # (H, W) 255 hidden, 128 neither, 0 clean
    is_light: NDArray[np.bool_]  # (H, W) the layer makes the infrared lighter


def inject(rng: np.random.Generator, scene: Scene) -> Injected:
    """Insert a random hidden layer into a clean scene that has wavelengths.

    Truth is 255 where the layer covers more than half of a pixel and changes some band by more than
    .02, 128 where it shows less, 0 where there is none. Its sign is that of the infrared band that
    it changes most.
    """
    shape = scene.rgb.shape[0], scene.rgb.shape[1]
    return insert(rng, scene, _draw_underlayer(rng, shape, _wavelengths(scene)))


def insert(rng: np.random.Generator, scene: Scene, underlayer: Underlayer) -> Injected:
    """Insert a given layer, with the truth of `inject`; what lies above it is random."""
    wavelengths = _wavelengths(scene)
    # Photograph and bands change together, (H, W, 3 + B), since one layer lies below all of them.
    channels = np.concatenate([linear_rgb(scene.rgb), scene.bands], axis=-1)
    change = _change(rng, channels, underlayer, wavelengths)
    if rng.random() < UNSHARP_SHARE:
        change = blur(change, rng.uniform(*UNSHARP_PX))
    injected = np.clip(channels + change, 0, 1)
    truth = np.full(underlayer.share.shape, UNDECIDED, np.uint8)
    shows = np.abs(change[..., 3:]).max(-1) > DETECTABLE_CHANGE
    # The limits of the simulated paintings: more than half of a pixel is hidden content, less than
    # a twentieth is clean, and what is between, or does not show, counts as neither.
    truth[(underlayer.share > 0.5) & shows] = HIDDEN
    truth[underlayer.share < 0.05] = CLEAN
    # The sign is that of the infrared alone: what shows in the visible may have another one.
    infrared = change[..., wavelengths > LAST_VISIBLE_NM]
    is_light = infrared.max(-1) > -infrared.min(-1)
    return Injected(
        replace(scene, rgb=coded_rgb(injected[..., :3]), bands=injected[..., 3:]), truth, is_light
    )


def _wavelengths(scene: Scene) -> FloatArray:
    """Wavelengths (C,) in nm of the channels of the photograph, then of the bands."""
    return np.array([*PHOTOGRAPH_NM, *(scene.wavelengths or ())])


def _draw_underlayer(rng: np.random.Generator, shape: Shape, nm: FloatArray) -> Underlayer:
    kind = str(rng.choice(KINDS, p=ODDS))
    # 0 at 550 nm and 1 at 950 nm: a slope in these units is the difference between the two.
    tilt = (nm - 550) / 400
    is_dark_ground = kind == "light"
    # Light grounds from beige to white; no ground is perfectly black or white.
    bare = rng.choice(GROUNDS[:3]) if is_dark_ground else rng.uniform(0.55, 0.92)
    ground = np.clip(bare + rng.uniform(-0.05, 0.1) * tilt, 0.03, 0.95)
    labels, spectra = _DRAW[kind](rng, shape, nm, ground)
    covered = (labels > 0).astype(np.float32)
    # Drawn borders are those of whole pixels. Real ones end within a pixel.
    share = blur(covered[..., None], rng.uniform(0.4, 0.9))[..., 0]
    if rng.random() < 0.5:
        share = share * (1 + 0.25 * smooth_noise(rng, shape, rng.uniform(3, 10)))
    return Underlayer(
        labels=labels,
        share=np.clip(share * rng.uniform(0.5, 1), 0, 1).astype(np.float32),
        spectra=np.stack([ground, *spectra]).astype(np.float32),
    )


def _dark(rng: np.random.Generator, nm: FloatArray) -> FloatArray:
    """Carbon, or a dark paint that is lighter in the infrared."""
    # From 420 to 950 nm, the first and the last of the default bands.
    rise = rng.uniform(-0.05, 0.3) * (nm - 420) / 530 if rng.random() < 0.3 else 0 * nm
    return np.clip(rng.uniform(0.02, 0.2) + rise, 0.02, 0.8)


def _any_paint(rng: np.random.Generator, nm: FloatArray) -> FloatArray:
    at = (380, 480, 580, 680, 800, 950, 1100)
    # A random walk from knot to knot, so that the infrared does not follow from the visible.
    levels = rng.uniform(0.1, 0.8) + np.cumsum(rng.normal(0, 0.12, len(at)))
    return np.interp(nm, at, np.clip(levels, 0.02, 0.92))


def _lines(
    rng: np.random.Generator, shape: Shape, nm: FloatArray, ground: FloatArray
) -> DrawnShapes:
    # Below one half: a line of one pixel that lies across two rows covers half of each.
    return (draw_lines(rng, shape, draw_coverage(rng)) > 0.4).astype(int), [_dark(rng, nm)]


def _shapes(
    rng: np.random.Generator, shape: Shape, nm: FloatArray, ground: FloatArray
) -> DrawnShapes:
    labels, spectra = (
        (draw_shapes(rng, shape, draw_coverage(rng)) > 0).astype(int),
        [_dark(rng, nm)],
    )
    return _with_lines(rng, shape, nm, labels, spectra)


def _reuse(
    rng: np.random.Generator, shape: Shape, nm: FloatArray, ground: FloatArray
) -> DrawnShapes:
    labels = draw_shapes(rng, shape, draw_coverage(rng))
    spectra = [_any_paint(rng, nm) for _ in range(labels.max())]
    return _with_lines(rng, shape, nm, labels, spectra)


def _with_lines(
    rng: np.random.Generator,
    shape: Shape,
    nm: FloatArray,
    labels: IntArray,
    spectra: list[FloatArray],
) -> DrawnShapes:
    if rng.random() < 0.3:
        labels = np.where(draw_lines(rng, shape, 0.03) > 0.4, len(spectra) + 1, labels)
        spectra = [*spectra, _dark(rng, nm)]
    return labels, spectra


def _ink(rng: np.random.Generator, shape: Shape, nm: FloatArray, ground: FloatArray) -> DrawnShapes:
    """Iron-gall ink: as dark as carbon to the eye, transparent somewhere beyond 740 nm."""
    end, width, black = rng.uniform(740, 900), rng.uniform(20, 60), rng.uniform(0.02, 0.1)
    # Iron-gall inks fade past 700 nm, carbon does not (Havermans et al., Restaurator 24, 2003).
    # Where and how fast differs between inks: a logistic with its middle at ``end``.
    clear = rng.uniform(0.8, 1) / (1 + np.exp(-(nm - end) / width))
    coverage = draw_coverage(rng)
    if rng.random() < 0.8:
        labels = draw_lines(rng, shape, coverage) > 0.4
    else:
        # Washes; ink does not fill large areas.
        labels = draw_shapes(rng, shape, min(coverage, 0.12)) > 0
    return labels.astype(int), [black + (ground - black) * clear]


def _light(
    rng: np.random.Generator, shape: Shape, nm: FloatArray, ground: FloatArray
) -> DrawnShapes:
    coverage = draw_coverage(rng)
    light = np.clip(rng.uniform(0.6, 0.92) + rng.uniform(-0.1, 0.1) * (nm - 550) / 400, 0.3, 0.95)
    is_filled = rng.random() < 0.75
    labels = (
        draw_shapes(rng, shape, coverage) > 0
        if is_filled
        else draw_lines(rng, shape, coverage) > 0.4
    )
    return labels.astype(int), [light]


_DRAW: dict[str, Callable[..., DrawnShapes]] = {
    "lines": _lines,
    "shapes": _shapes,
    "reuse": _reuse,
    "ink": _ink,
    "light": _light,
}


def _change(
    rng: np.random.Generator, channels: FloatArray, underlayer: Underlayer, nm: FloatArray
) -> FloatArray:
    """Change of each channel (H, W, C) by the layer, with displaced channels."""
    shape = underlayer.share.shape
    bare = underlayer.spectra[0]
    # By the mean over the channels: one table serves all of them.
    optics = draw_optics(GROUNDS[int(np.abs(np.array(GROUNDS) - bare.mean()).argmin())])
    has_varnish = rng.random() < 0.7
    inner = below_surface(channels) if has_varnish else channels
    # In the logarithm, so that noise multiplies the thickness and cannot make it negative.
    log_thickness = thickness_of(rng, channels, optics) + rng.uniform(0.05, 0.3) * smooth_noise(
        rng, shape, rng.uniform(3, 12)
    )
    # S·d(λ) = S·d(550 nm)·(λ/550 nm)^−p: paint becomes transparent in the infrared because it
    # scatters less there (van Asperen de Boer, Applied Optics 7, 1968).
    fall = rng.uniform(0.4, 2.6) * np.log(nm / 550)
    below = _underlying_reflectance(underlayer)
    visible = reflectance_over(
        # One type and layout: the kernel is compiled anew for every other.
        np.ascontiguousarray(inner, np.float32),
        log_thickness.astype(np.float32),
        fall.astype(np.float32),
        underlayer.share,
        below,
        bare,
        optics.reflectance,
        optics.transmittance,
        float(LOG_THICKNESSES[0]),
        float(LOG_THICKNESSES[-1]),
    )
    # The change is added to the measured pixels, instead of replacing them: their noise and
    # texture, which the model does not describe, are preserved.
    change = (above_surface(visible) if has_varnish else visible) - channels
    # The way below the surface and back clips highlights: without a layer nothing may change.
    change[underlayer.share <= 0] = 0
    # Registration is never exact: up to .4 px remain between the channels in either direction.
    return displaced(np.ascontiguousarray(change), rng.uniform(-0.4, 0.4, (len(nm), 2)))


def _underlying_reflectance(underlayer: Underlayer) -> FloatArray:
    """Reflectance below each pixel (H, W, C); a soft border has that of its shape."""
    covered = (underlayer.labels > 0)[..., None].astype(np.float32)
    own = underlayer.spectra[underlayer.labels] * covered
    # The blurred share reaches beyond the labels, where a pixel takes the mean of the paints
    # nearby. Beyond the blur both sums are zero; the guard makes that 0, not NaN.
    around = blur(own, 1.5) / np.maximum(blur(covered, 1.5), 1e-6)
    return np.where(covered > 0, own, around)
