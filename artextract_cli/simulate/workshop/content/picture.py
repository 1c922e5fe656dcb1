"""A picture that is being laid out: colours to be mixed, forms, and where there is paint at all."""

import colorsys
from dataclasses import dataclass, field

import numpy as np

from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.noise import Shape, Sheet, blurred, cloud

# Coded sRGB: flesh and lights, earths and reds, blues, greens, darks and greys.
_TONES = (
    *((0.93, 0.89, 0.78), (0.85, 0.74, 0.58), (0.86, 0.68, 0.55), (0.80, 0.62, 0.28)),
    *((0.66, 0.47, 0.22), (0.70, 0.22, 0.16), (0.55, 0.28, 0.18), (0.45, 0.12, 0.14)),
    *((0.22, 0.30, 0.52), (0.45, 0.58, 0.70), (0.70, 0.77, 0.82), (0.18, 0.24, 0.33)),
    *((0.30, 0.38, 0.20), (0.48, 0.53, 0.32), (0.20, 0.26, 0.18), (0.34, 0.25, 0.17)),
    *((0.22, 0.17, 0.13), (0.14, 0.12, 0.11), (0.55, 0.52, 0.48), (0.40, 0.32, 0.40)),
)


def tone(rng: np.random.Generator, lightness: tuple[float, float] = (0.0, 1.0)) -> FloatArray:
    """A coded colour (3,) such as pictures have, of a lightness in this range."""
    fitting = [c for c in _TONES if lightness[0] <= max(c) <= lightness[1]]
    pool = fitting or _TONES
    hue, saturation, value = colorsys.rgb_to_hsv(*pool[int(rng.integers(len(pool)))])
    return np.array(
        colorsys.hsv_to_rgb(
            (hue + 0.02 * rng.standard_normal()) % 1,
            float(np.clip(saturation * rng.uniform(0.7, 1.3), 0, 1)),
            float(np.clip(value * rng.uniform(0.8, 1.15), 0.07, 0.97)),
        ),
        dtype=np.float32,
    )


@dataclass(kw_only=True)
class Picture:
    """A layout (H, W), painted step by step.

    ``colours`` (H, W, 3) are coded sRGB; ``forms`` number what belongs together; ``regions`` are 1
    where the painter's other palette is used; ``cover`` is the share that is painted and
    ``writing`` that of written lines, which are not paint.
    """

    shape: Shape
    colours: FloatArray = field(init=False)
    forms: FloatArray = field(init=False)
    regions: FloatArray = field(init=False)
    cover: FloatArray = field(init=False)
    writing: FloatArray = field(init=False)
    n_forms: int = 0

    def __post_init__(self) -> None:
        self.colours = np.full((*self.shape, 3), 0.6, np.float32)
        self.forms, self.regions, self.writing = (np.zeros(self.shape, np.float32) for _ in "abc")
        self.cover = np.ones(self.shape, np.float32)

    def fill(self, mask: FloatArray, colour: FloatArray, other: bool = False) -> None:
        """Paint a form: a colour (3,), or one for each pixel (H, W, 3), where the mask is 1."""
        self.n_forms += 1
        self.colours += mask[..., None] * (colour - self.colours)
        inside = mask > 0.5
        self.forms[inside] = self.n_forms
        self.regions[inside] = float(other)

    def polygon(self, points: FloatArray, colour: FloatArray, other: bool = False) -> FloatArray:
        """Paint a polygon with corners (K, 2) given as shares of the height and width."""
        sheet = Sheet(self.shape)
        sheet.polygon(np.asarray(points) * self.shape)
        mask = sheet.mask()
        self.fill(mask, colour, other)
        return mask

    def outlines(self) -> FloatArray:
        """1 along the edges of the forms and of what is shaded steeply, 0 elsewhere."""
        forms = np.zeros(self.shape, bool)
        forms[1:] |= self.forms[1:] != self.forms[:-1]
        forms[:, 1:] |= self.forms[:, 1:] != self.forms[:, :-1]
        grey = blurred(self.colours.mean(axis=2), 1.5)
        steps = np.hypot(np.gradient(grey, axis=0), np.gradient(grey, axis=1))
        # The steepest twentieth, unless the picture is so flat that this would be noise.
        steep = steps > max(float(np.quantile(steps, 0.95)), 0.02)
        # Where the slope exceeds that around it: a crest, thinner than the whole slope.
        ridge = steep & (steps >= blurred(steps, 1.5))
        return (forms | ridge).astype(np.float32)


def brushwork(rng: np.random.Generator, picture: Picture, strength: float) -> None:
    """Let the colours vary as bristles and mixing leave them."""
    fine = cloud(rng, picture.shape, 3, 1.5)
    angle = rng.uniform(0, np.pi)
    drawn_out = fine
    # Averages with shifted copies draw the noise out over 8 px, as bristles do.
    for step in (1, 2, 4):
        offset = (round(step * np.sin(angle)), round(step * np.cos(angle)))
        drawn_out = (drawn_out + np.roll(drawn_out, offset, axis=(0, 1))) / 2
    broad = cloud(rng, picture.shape, max(picture.shape) / 8, 2.0)
    change = strength * (0.6 * drawn_out / max(float(drawn_out.std()), 1e-6) + 0.5 * broad)
    # Channels vary together, but not alike: incomplete mixing shifts the hue.
    hues = 1 + 0.3 * rng.standard_normal(3)
    picture.colours = np.clip(picture.colours * (1 + change[..., None] * hues), 0.02, 0.98)
    picture.colours = picture.colours.astype(np.float32)
