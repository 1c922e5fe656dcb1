"""Settings of simulated scenes: those that a caller fixes, and those drawn for each scene."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from artextract_cli.errors import UsageError
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape
from artextract_cli.simulate.optics.pigments import Palette
from artextract_cli.simulate.styles.old_masters.palette import OLD_MASTERS
from artextract_cli.simulate.world import World

# In nm: five visible bands and three in the infrared, as far as a silicon sensor is useful.
DEFAULT_WAVELENGTHS = (420.0, 470.0, 530.0, 590.0, 650.0, 750.0, 850.0, 950.0)

KINDS = ("drawing", "underpainting", "reuse", "ink", "light")
"""Kinds of hidden content: carbon drawing, dark filled underpainting, an earlier painting with
other pigments, an ink that fades in the infrared, and a light underpainting on a dark ground."""

LAYERS: Mapping[str, str] = MappingProxyType({"xray": "radiograph"})
"""Layers that can be simulated beside the bands, and the kind of each."""

_KIND_ODDS = (0.36, 0.24, 0.15, 0.15, 0.1)  # in the order of `KINDS`: drawings are most common
_SECOND_KIND_ODDS = 0.25  # of a second kind of content in the same scene
# The loads of 20 pigments at 2048 x 2048 pixels take 336 MB.
_SIZES = (8, 2048)  # px
_WAVELENGTHS_NM = (380.0, 1100.0)  # range in which the absorption bands of the pigments are known

# Ranges of the conditions; what is drawn below 0 counts as 0, so that some scenes have none of it.
_RANGES: dict[str, tuple[float, float]] = {
    "coverage": (0.03, 0.2),
    "thickness": (0.9, 1.6),
    "dark_lines": (0.0, 0.025),
    "metamers": (0.0, 0.03),
    "craquelure": (-0.3, 0.3),
    "weave": (-0.02, 0.06),
    "vignetting": (0.0, 0.15),
    "exposure": (0.0, 0.04),
    # Real bands are up to 0.7 px off their photograph (docs/capture.md).
    "misregistration": (0.0, 0.6),
    "noise": (0.001, 0.005),
}


@dataclass(frozen=True, kw_only=True)
class SceneSettings:
    """How scenes are simulated; every None is drawn for each scene from a realistic range.

    Each number is independent of the others, so that one can be varied alone.

    Attributes
    ----------
    size
        Height and width in pixels, or one number for both; 8 to 2048.
    wavelengths
        Wavelengths of the bands in nm; 380 to 1100.
    palette
        One of `PALETTES`, which decides pigments, composition and camera.
    kinds
        Kinds of hidden content: "drawing", "underpainting", "reuse", "ink", "light"; () hides
        nothing.
    coverage
        Share of the image with hidden content (.03-.2; lines at most .09).
    thickness
        Relative thickness of the paint; 1 just hides the ground from the eye (.9-1.6).
    dark_lines
        Share of the surface in visible dark lines (0-.025).
    metamers
        Share repainted in the same colour with different pigments (0-.03).
    craquelure
        Darkening in a crack (0-.3; half of the scenes have none).
    weave
        Relative variation of thickness by the canvas weave (0-.06; a quarter are on panel).
    vignetting
        Loss of light in the corners (0-.15).
    exposure
        Standard deviation of each band's relative exposure error (0-.04).
    misregistration
        Largest displacement of a band relative to the RGB image in px (0-.6).
    noise
        Standard deviation at a reflectance of .5 (.001-.005); grows with the square root of light.
    layers
        Further layers of a scene: "xray", a radiograph. All else stays the same with them.

    Raises
    ------
    UsageError
        If a value is out of range.
    """

    size: int | Shape = 256
    wavelengths: tuple[float, ...] = DEFAULT_WAVELENGTHS
    palette: Palette | World = OLD_MASTERS
    kinds: tuple[str, ...] | None = None
    coverage: float | None = None
    thickness: float | None = None
    dark_lines: float | None = None
    metamers: float | None = None
    craquelure: float | None = None
    weave: float | None = None
    vignetting: float | None = None
    exposure: float | None = None
    misregistration: float | None = None
    noise: float | None = None
    layers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise UsageError(problem)

    @property
    def shape(self) -> Shape:
        """Height and width in pixels."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    def _problems(self) -> list[str]:
        problems = []
        if not all(_SIZES[0] <= side <= _SIZES[1] for side in self.shape):
            problems.append(f"size must be {_SIZES[0]} to {_SIZES[1]} pixels, not {self.size}")
        low, high = _WAVELENGTHS_NM
        if not self.wavelengths or not all(low <= nm <= high for nm in self.wavelengths):
            problems.append(f"wavelengths must be {low:g} to {high:g} nm, not {self.wavelengths}")
        # Band ids and file names have this form, so that closer wavelengths would collide.
        if len({f"{nm:g}" for nm in self.wavelengths}) < len(self.wavelengths):
            problems.append(f"wavelengths must differ from each other: {self.wavelengths}")
        unknown = set(self.kinds or ()) - set(KINDS)
        if unknown:
            problems.append(f"unknown hidden content {sorted(unknown)}; use {', '.join(KINDS)}")
        missing = [name for name in self.layers if name not in LAYERS]
        if missing:
            names = ", ".join(missing)
            problems.append(f"layers {names} cannot be simulated; use {', '.join(LAYERS)}")
        negative = [name for name, value in self.given().items() if value < 0]
        if negative:
            problems.append(f"{', '.join(negative)} must not be negative")
        return problems

    def given(self) -> dict[str, float]:
        """The values of `Conditions` that are fixed here."""
        values = {name: getattr(self, name) for name in _RANGES}
        return {name: value for name, value in values.items() if value is not None}


def draw_conditions(rng: np.random.Generator, settings: SceneSettings) -> Conditions:
    """Draw the conditions of one scene; those fixed in the settings do not affect the others."""
    # All are drawn, in one order, even those that are given: the others keep their random numbers.
    drawn = {name: max(0.0, rng.uniform(*limits)) for name, limits in _RANGES.items()}
    return Conditions(**drawn | settings.given())


def draw_kinds(
    rng: np.random.Generator, settings: SceneSettings, odds: tuple[float, ...] = _KIND_ODDS
) -> tuple[str, ...]:
    """Draw one kind of hidden content, sometimes two, unless the settings give them.

    A light underpainting is never combined: nothing dark would show on its dark ground.
    """
    # Drawn even if the kinds are given, for the same reason.
    first, second = rng.choice(KINDS, size=2, p=odds)
    has_second = rng.random() < _SECOND_KIND_ODDS
    if settings.kinds is not None:
        return settings.kinds
    if has_second and "light" not in (first, second) and first != second:
        return (str(first), str(second))
    return (str(first),)


def without_hidden_content(settings: SceneSettings) -> SceneSettings:
    """The same settings for a clean scene."""
    return dataclasses.replace(settings, kinds=())
