"""How random paintings are recorded: relief in side light, uneven light, displacement, files."""

from collections.abc import Sequence
from dataclasses import dataclass

import imagecodecs
import numpy as np
from scipy import ndimage

from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape, craquelure, grid, smooth_noise, weave
from artextract_cli.simulate.optics.camera import point_spread
from artextract_cli.simulate.optics.kubelka_munk import FloatArray

# Bands beyond are saved apart from the photograph, and so may have another depth and coding.
_INFRARED_NM = 700.0
_READ_NOISE = 0.05  # light whose photon noise equals the read noise of a pixel


@dataclass(frozen=True, kw_only=True)
class Files:
    """How the images are stored: each false, or None, in a clean capture.

    ``eight_bit`` and ``coded`` concern the bands beyond 700 nm: steps of 1/255, and an sRGB curve
    that is not decoded. ``photograph_quality`` and ``band_quality`` are those of JPEG.
    """

    eight_bit: bool = False
    coded: bool = False
    photograph_quality: int | None = None
    band_quality: int | None = None


@dataclass(frozen=True, kw_only=True)
class Relief:
    """What light from one side shows of a surface: fields (H, W) of about unit size.

    ``cracks`` are 1 in a crack and 0 elsewhere; ``pale`` is the share of their darkness that they
    lose in the infrared.
    """

    weave: FloatArray
    impasto: FloatArray
    grain: FloatArray
    cracks: FloatArray
    strengths: tuple[float, float, float, float]
    pale: float

    def shade(self, contrasts: FloatArray, wavelength: float) -> FloatArray:
        """Factor (H, W) on the light at one wavelength, with the contrasts (3,) of its light."""
        weave, impasto, grain, cracks = self.strengths
        beyond = np.clip((wavelength - 550) / 400, 0, 1)
        shade = 1 + contrasts[0] * weave * self.weave + contrasts[1] * impasto * self.impasto
        shade += contrasts[2] * grain * self.grain
        return np.asarray(shade * (1 - cracks * (1 - self.pale * beyond) * self.cracks))


def draw_files(rng: np.random.Generator, *, benign: bool) -> Files:
    """How a scene is stored."""
    # Drawn before the return, so that a benign scene takes as many random numbers as any other.
    # 8-bit, display-coded infrared is common among real captures, and decoding cannot always be
    # expected.
    eight_bit, coded, jpeg = rng.random(3) < (0.33, 0.2, 0.2)  # of those that are not benign
    photograph, bands = rng.integers(70, 96, 2)
    which = rng.integers(3)
    if benign:
        return Files()
    return Files(
        eight_bit=bool(eight_bit),
        coded=bool(coded),
        photograph_quality=int(photograph) if jpeg and which != 0 else None,
        band_quality=int(bands) if jpeg and which != 1 else None,
    )


def draw_relief(rng: np.random.Generator, surface: FloatArray, conditions: Conditions) -> Relief:
    """The relief of surface loads (P, H, W) on its canvas."""
    shape = surface.shape[1], surface.shape[2]
    angle = rng.uniform(0, 2 * np.pi)
    # Loads of glazes reach 40 units, those of opaque paints a few: the logarithm keeps both
    # visible.
    height = ndimage.gaussian_filter(np.log1p(surface.sum(axis=0)), rng.uniform(0.6, 1.5))
    down, right = np.gradient(height)
    slope = np.sin(angle) * down + np.cos(angle) * right
    # Lit from one side, slopes show, not heights. In units of their deviation, so that the strength
    # does not depend on the thickness; the clip is for steps at the edges of shapes.
    impasto = np.clip(slope / max(float(slope.std()), 1e-6), -3, 3)
    spacing = max(rng.uniform(0.04, 0.12) * min(shape), 4)
    cracks = craquelure(rng, shape, spacing) if conditions.craquelure else np.zeros(shape)
    # Half of the scenes are rough and half nearly flat, so that a model meets both.
    rough = rng.random() < 0.5
    return Relief(
        weave=weave(rng, shape, rng.uniform(2.5, 8)),
        impasto=impasto,
        grain=smooth_noise(rng, shape, rng.uniform(1, 3)),
        cracks=cracks,
        strengths=(
            float(conditions.weave * rng.uniform(0, 1.2)),
            float(rng.uniform(0, 0.06) if rough else rng.uniform(0, 0.01)),
            float(rng.uniform(0, 0.025) if rough else rng.uniform(0, 0.004)),
            conditions.craquelure,
        ),
        pale=float(rng.uniform(0, 0.9) if rng.random() < 0.4 else 0),
    )


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A scene's light, lens and noise; what differs from band to band is drawn for each.

    ``bend`` (3,) are the coefficients of the uneven light that all bands share, ``own`` how much
    of it each has for itself; ``blur`` are the least and the greatest in px.
    """

    conditions: Conditions
    bend: FloatArray
    own: float
    blur: tuple[float, float]
    differing: float

    def photograph(
        self, rng: np.random.Generator, linear: FloatArray, relief: Relief, files: Files
    ) -> FloatArray:
        """The photograph (H, W, 3) float32, sRGB coded, of linear colour (H, W, 3)."""
        light = self._light(rng, (linear.shape[0], linear.shape[1]))
        light = light * relief.shade(np.ones(3), 550.0)
        channels = [
            self._expose(rng, linear[..., i] * light, (0.0, 0.0), self.blur[0]) for i in range(3)
        ]
        coded = coded_rgb(np.stack(channels, axis=-1))
        return _through_jpeg(coded, files.photograph_quality)

    def capture(
        self,
        rng: np.random.Generator,
        reflectance: FloatArray,
        wavelengths: Sequence[float],
        relief: Relief,
        files: Files,
    ) -> FloatArray:
        """The bands (H, W, B) float32 of reflectance (H, W, B)."""
        bands = [
            stored_band(self._band(for_band, reflectance[..., i], nm, relief), nm, files)
            for i, (nm, for_band) in enumerate(
                zip(wavelengths, rng.spawn(len(wavelengths)), strict=True)
            )
        ]
        return np.stack(bands, axis=-1)

    def _band(
        self, rng: np.random.Generator, image: FloatArray, wavelength: float, relief: Relief
    ) -> FloatArray:
        gain = np.exp(self.conditions.exposure * rng.standard_normal())
        # Relief differs between bands, as lamps do; a residual then shows weave and strokes that
        # are no hidden layer. Negative contrast is light from the other side.
        contrasts = np.clip(1 + self.differing * rng.normal(0, 1, 3), -0.5, 2.5)
        light = gain * self._light(rng, (image.shape[0], image.shape[1]))
        light = light * relief.shade(contrasts, wavelength)
        # Evenly over the disc whose radius is the given displacement.
        angle, radius = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
        distance = self.conditions.misregistration * radius
        displacement = (distance * np.sin(angle), distance * np.cos(angle))
        return self._expose(rng, image * light, displacement, rng.uniform(*self.blur))

    def _light(self, rng: np.random.Generator, shape: Shape) -> FloatArray:
        """Light (H, W) that leans to one side and falls off from the middle."""
        bend = self.bend * (1 - self.own) + self.own * rng.uniform(-1, 1, 3)
        rows, columns = (
            2 * axis / max(side - 1, 1) - 1 for axis, side in zip(grid(shape), shape, strict=True)
        )
        uneven = bend[0] * rows + bend[1] * columns - abs(bend[2]) * (rows**2 + columns**2)
        return np.asarray(1 + self.conditions.vignetting * np.clip(uneven, -1, 1), np.float32)

    def _expose(
        self,
        rng: np.random.Generator,
        light: FloatArray,
        displacement: tuple[float, float],
        blur: float,
    ) -> FloatArray:
        for axis, shift in enumerate(displacement):
            light = ndimage.convolve1d(light, point_spread(shift, blur), axis=axis, mode="nearest")
        light = np.maximum(light, 0)
        grain = self.conditions.noise * np.sqrt((light + _READ_NOISE) / (0.5 + _READ_NOISE))
        noise = grain * rng.standard_normal(light.shape, dtype=np.float32)
        return np.asarray(np.clip(light + noise, 0, 1), np.float32)


def draw_studio(rng: np.random.Generator, conditions: Conditions, *, benign: bool) -> Studio:
    """The set-up of one scene."""
    blur = float(rng.uniform(0.35, 0.6))
    spread = float(rng.uniform(0, 0.15) if benign else rng.uniform(0, 0.8))
    own, differing = rng.uniform(0, 1), rng.uniform(0, 0.8)
    return Studio(
        conditions=conditions,
        bend=rng.uniform(-1, 1, 3),
        own=float(own),
        blur=(blur, blur + spread),
        differing=float(0.2 * differing if benign else differing),
    )


def stored_band(band: FloatArray, wavelength: float, files: Files) -> FloatArray:
    """A band (H, W) as its file has it."""
    infrared = wavelength > _INFRARED_NM
    # In the order of a camera program: coding, then depth, then compression.
    if infrared and files.coded:
        band = coded_rgb(band)
    if infrared and files.eight_bit:
        band = np.asarray(np.rint(255 * band) / 255, np.float32)
    return _through_jpeg(band, files.band_quality)


def _through_jpeg(picture: FloatArray, quality: int | None) -> FloatArray:
    """The picture, grey or coloured, 0-1, after JPEG of this quality."""
    if quality is None:
        return picture
    # JPEG takes 8 bits only, so that compressed bands are 8-bit ones as well.
    counts = np.ascontiguousarray(np.rint(255 * picture).astype(np.uint8))
    decoded = imagecodecs.jpeg8_decode(imagecodecs.jpeg8_encode(counts, level=quality))
    return (decoded.astype(np.float32) / 255).reshape(picture.shape)
