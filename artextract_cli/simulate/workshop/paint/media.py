"""Ways of painting: which pigments, grounds, drawing materials and surfaces belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from artextract_cli.simulate.radiograph.attenuation import attenuation_of
from artextract_cli.simulate.workshop.arrays import FloatArray

_GROUND_KNOTS_NM = (380.0, 450.0, 550.0, 650.0, 750.0, 850.0, 950.0, 1100.0)

GROUNDS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "gesso": (70, 85, 91, 92, 93, 93, 93, 92),
        "lead_priming": (48, 74, 82, 85, 87, 88, 88, 88),
        "acrylic_gesso": (10, 88, 92, 93, 93, 92, 92, 91),
        "paper": (35, 55, 72, 79, 83, 85, 86, 85),
        "white_paper": (55, 80, 86, 88, 89, 90, 90, 89),
        "parchment": (33, 52, 69, 76, 81, 84, 85, 84),
        "blue_paper": (25, 38, 36, 33, 45, 55, 58, 58),
        "buff": (12, 22, 40, 52, 58, 60, 62, 65),
        "grey": (22, 32, 36, 37, 40, 42, 43, 44),
        "red_earth": (6, 7, 11, 24, 33, 33, 38, 48),
        "umber": (5, 7, 11, 15, 18, 20, 22, 26),
        "dark_grey": (9, 12, 13, 13, 14, 15, 15, 16),
    }
)
"""Reflectance of bare grounds at the knots, in per cent."""


# What a radiograph shows of them; paper and parchment absorb next to nothing.
_MAIN_PIGMENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gesso": ("chalk",),
        "lead_priming": ("lead_white",),
        "acrylic_gesso": ("titanium_white", "chalk"),
        "buff": ("lead_white", "chalk", "yellow_ochre"),
        "grey": ("lead_white", "chalk", "bone_black"),
        "red_earth": ("red_ochre", "chalk"),
        "umber": ("raw_umber", "chalk"),
        "dark_grey": ("bone_black", "chalk"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Medium:
    """One way of painting.

    ``palettes`` are sets of pigments of which a painter uses one for most of a picture and another
    elsewhere or later; the retouching uses ``later``. ``gloss`` and ``varnish`` are ranges of the
    surface (see `optics.under_gloss`) and of the optical depth of a yellowed varnish at 450 nm.
    ``flat`` says that whole documents, with much bare ground, are made in this way.
    """

    palettes: tuple[tuple[str, ...], ...]
    later: tuple[str, ...]
    pale: tuple[str, ...]
    toned: tuple[str, ...]
    drawing: tuple[str, ...]
    dark_washes: tuple[str, ...]
    inks: tuple[str, ...]
    lights: tuple[str, ...]
    gloss: tuple[float, float]
    varnish: tuple[float, float]
    supports: tuple[str, ...]
    flat: bool = False


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OLD = (
    _names(
        "lead_white lead_tin_yellow yellow_ochre vermilion red_ochre "
        "madder_lake azurite malachite raw_umber bone_black"
    ),
    _names(
        "lead_white yellow_ochre lead_tin_yellow red_lead burnt_sienna "
        "carmine_lake ultramarine green_earth burnt_umber vine_black"
    ),
    _names(
        "lead_white naples_yellow yellow_ochre vermilion burnt_sienna "
        "smalt verdigris yellow_lake van_dyck_brown bone_black"
    ),
)
_LATE = (
    _names(
        "lead_white chrome_yellow yellow_ochre vermilion madder_lake "
        "prussian_blue viridian burnt_umber bone_black"
    ),
    _names(
        "zinc_white cadmium_yellow raw_sienna cadmium_red cobalt_blue "
        "emerald_green manganese_violet raw_umber lamp_black"
    ),
    _names(
        "lead_white cadmium_yellow red_ochre vermilion ultramarine "
        "chromium_oxide cerulean_blue asphaltum lamp_black"
    ),
)
_MODERN = (
    _names(
        "titanium_white hansa_yellow yellow_ochre quinacridone cadmium_red "
        "phthalo_blue phthalo_green burnt_umber lamp_black"
    ),
    _names(
        "titanium_white cadmium_yellow raw_sienna cadmium_red "
        "ultramarine viridian cerulean_blue bone_black"
    ),
)
_PAPER = (
    _names(
        "lead_white orpiment red_lead vermilion carmine_lake "
        "indigo azurite verdigris yellow_ochre lamp_black"
    ),
    _names(
        "lead_white lead_tin_yellow yellow_lake red_ochre madder_lake "
        "ultramarine malachite raw_umber vine_black"
    ),
)

MEDIA: Mapping[str, Medium] = MappingProxyType(
    {
        "old_oil": Medium(
            palettes=_OLD,
            later=_LATE[0],
            pale=("gesso", "lead_priming", "buff"),
            toned=("red_earth", "umber", "dark_grey"),
            drawing=("vine_black", "bone_black", "lamp_black", "graphite"),
            dark_washes=("burnt_umber", "bone_black", "raw_umber", "vine_black"),
            inks=("iron_gall_ink", "bistre"),
            lights=("lead_white", "lead_tin_yellow"),
            gloss=(0.6, 1.0),
            varnish=(0.05, 0.7),
            supports=("canvas", "canvas", "panel"),
        ),
        "tempera": Medium(
            palettes=_OLD[:2],
            later=_LATE[2],
            pale=("gesso",),
            toned=("red_earth", "umber"),
            drawing=("vine_black", "lamp_black"),
            dark_washes=("bone_black", "vine_black", "burnt_umber"),
            inks=("iron_gall_ink", "bistre", "sepia"),
            lights=("lead_white",),
            gloss=(0.3, 0.9),
            varnish=(0.0, 0.4),
            supports=("panel",),
        ),
        "late_oil": Medium(
            palettes=_LATE,
            later=_MODERN[0],
            pale=("lead_priming", "buff", "gesso", "grey"),
            toned=("umber", "dark_grey", "red_earth"),
            drawing=("graphite", "vine_black", "lamp_black"),
            dark_washes=("burnt_umber", "bone_black", "asphaltum"),
            inks=("bistre", "sepia", "iron_gall_ink"),
            lights=("lead_white", "zinc_white", "naples_yellow"),
            gloss=(0.4, 1.0),
            varnish=(0.0, 0.4),
            supports=("canvas", "canvas", "panel", "paper"),
        ),
        "modern": Medium(
            palettes=_MODERN,
            later=_LATE[1],
            pale=("acrylic_gesso", "acrylic_gesso", "grey"),
            toned=("dark_grey", "umber"),
            drawing=("graphite", "lamp_black", "vine_black"),
            dark_washes=("lamp_black", "burnt_umber"),
            inks=("sepia", "iron_gall_ink"),
            lights=("titanium_white", "lead_white"),
            gloss=(0.1, 0.9),
            varnish=(0.0, 0.08),
            supports=("canvas", "canvas", "paper"),
        ),
        "on_paper": Medium(
            palettes=_PAPER,
            later=_LATE[0],
            pale=("paper", "white_paper", "parchment"),
            toned=("blue_paper", "umber", "dark_grey"),
            drawing=("graphite", "vine_black", "lamp_black"),
            dark_washes=("lamp_black", "raw_umber", "vine_black"),
            inks=("iron_gall_ink", "iron_gall_ink", "bistre", "sepia"),
            lights=("lead_white",),
            gloss=(0.0, 0.3),
            varnish=(0.0, 0.0),
            supports=("paper",),
            flat=True,
        ),
    }
)
"""Ways of painting by name."""

# In the order of `MEDIA`.
MEDIA_ODDS = (0.3, 0.15, 0.2, 0.15, 0.2)


def draw_medium(rng: np.random.Generator) -> Medium:
    """One way of painting."""
    return MEDIA[str(rng.choice(list(MEDIA), p=MEDIA_ODDS))]


def ground_xray(name: str) -> float:
    """μ·x of a unit load of a ground, whose main pigments have equal shares."""
    pigments = _MAIN_PIGMENTS.get(name, ())
    return float(attenuation_of(pigments).mean()) if pigments else 0.0


def ground_reflectance(name: str, strength: float, wavelengths: Sequence[float]) -> FloatArray:
    """Reflectance (B,) of a bare ground; a ``strength`` other than 1 makes it darker or paler."""
    knots = np.asarray(GROUNDS[name]) / 100
    # A power below 1 makes pale, above 1 dark; black and white stay what they are.
    return np.asarray(np.interp(wavelengths, _GROUND_KNOTS_NM, knots) ** strength)
