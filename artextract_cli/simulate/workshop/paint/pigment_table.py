"""Masstone reflectance of artists' pigments at knots from 380 to 1100 nm, in per cent.

The shapes (edges, maxima, transparency in the infrared) follow the publications that are named in
``docs/workshop_world.md``; the values themselves were typed for this world and measured nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Dense in the visible, where edges make the colour; wider apart in the infrared.
KNOTS_NM = (
    *(380.0, 400.0, 430.0, 460.0, 490.0, 520.0, 550.0, 580.0, 610.0, 640.0, 670.0, 700.0),
    *(740.0, 780.0, 850.0, 920.0, 1000.0, 1100.0),
)


@dataclass(frozen=True, kw_only=True)
class Pigment:
    """``masstone``: reflectance at the knots in per cent, of a layer that hides everything.

    ``scattering``: of a unit load at 550 nm, lead white being 1; it falls with the wavelength to
    the power of minus ``exponent``.
    """

    masstone: tuple[float, ...]
    scattering: float
    exponent: float


def _pigment(masstone: str, scattering: float, exponent: float) -> Pigment:
    values = tuple(float(value) for value in masstone.split())
    return Pigment(masstone=values, scattering=scattering, exponent=exponent)


PIGMENTS: Mapping[str, Pigment] = MappingProxyType(
    {
        "lead_white": _pigment("55 78 88 90 91 92 93 93 94 94 94 95 95 95 95 95 95 94", 1.0, 1.2),
        "titanium_white": _pigment(
            "8 40 86 92 94 95 95 95 95 96 96 96 96 96 95 95 94 93", 2.6, 2.0
        ),
        "zinc_white": _pigment("7 75 93 94 95 95 95 96 96 96 96 96 96 96 95 95 95 94", 0.7, 1.6),
        "lead_tin_yellow": _pigment(
            "12 14 17 24 45 66 76 80 82 83 84 85 86 87 88 88 88 88", 0.9, 1.0
        ),
        "orpiment": _pigment("8 8 9 11 24 50 65 71 74 76 78 79 80 81 82 82 83 83", 0.5, 1.3),
        "naples_yellow": _pigment(
            "15 17 22 32 50 64 72 76 78 79 80 81 82 83 84 85 85 85", 0.9, 1.0
        ),
        "chrome_yellow": _pigment("8 8 9 11 17 48 70 77 79 80 81 82 83 84 85 85 85 85", 1.0, 1.2),
        "cadmium_yellow": _pigment("6 6 6 7 16 60 80 84 85 86 87 87 88 88 89 89 89 89", 0.9, 1.3),
        "hansa_yellow": _pigment("6 6 7 9 26 62 78 82 84 85 86 86 87 88 88 88 88 88", 0.15, 1.0),
        "yellow_lake": _pigment("5 6 9 16 32 46 54 58 61 63 65 67 70 72 74 76 77 78", 0.05, 0.91),
        "yellow_ochre": _pigment("6 7 9 12 17 27 38 46 50 52 54 56 58 56 48 47 55 62", 0.6, 1.0),
        "raw_sienna": _pigment("5 5 7 9 13 20 28 35 38 40 42 45 48 46 39 38 47 55", 0.4, 1.0),
        "cadmium_red": _pigment("5 5 5 5 5 5 6 12 48 72 78 81 83 85 86 87 87 88", 0.8, 1.0),
        "vermilion": _pigment("6 6 6 6 6 6 7 14 48 63 68 71 74 77 80 82 84 85", 1.1, 0.78),
        "red_lead": _pigment("7 7 7 7 8 11 28 54 66 71 74 77 79 81 83 84 85 85", 1.0, 0.91),
        "red_ochre": _pigment("4 4 5 5 5 6 7 12 20 25 26 29 35 36 29 30 40 46", 0.6, 0.78),
        "burnt_sienna": _pigment("4 4 4 5 5 6 8 14 20 23 25 28 33 34 29 30 38 44", 0.35, 0.78),
        "madder_lake": _pigment("5 5 5 4 3 3 3 3 8 22 36 48 58 64 70 74 76 78", 0.05, 0.91),
        "carmine_lake": _pigment("5 6 6 5 3 3 3 4 14 34 48 56 63 68 72 75 77 78", 0.05, 0.91),
        "quinacridone": _pigment("8 9 8 6 4 3 3 6 26 50 62 68 72 75 78 80 81 82", 0.08, 1.0),
        "raw_umber": _pigment("4 4 5 6 7 9 11 13 14 15 15 16 17 18 19 20 22 25", 0.35, 0.65),
        "burnt_umber": _pigment("3 4 4 4 5 6 7 9 11 12 13 14 15 16 17 18 20 23", 0.35, 0.65),
        "van_dyck_brown": _pigment("3 3 3 3 4 4 5 6 7 8 10 13 20 28 40 50 58 64", 0.05, 0.78),
        "asphaltum": _pigment("2 2 2 3 3 3 4 5 6 7 9 12 17 23 33 43 53 62", 0.03, 0.78),
        "green_earth": _pigment("8 9 11 13 16 20 22 20 17 15 14 14 15 16 17 16 18 25", 0.15, 0.91),
        "malachite": _pigment("13 16 22 30 42 52 46 32 20 13 10 8 7 7 8 9 12 20", 0.35, 0.91),
        "verdigris": _pigment("3 4 8 16 28 30 18 8 4 3 3 3 3 3 4 6 12 25", 0.08, 0.65),
        "viridian": _pigment("5 6 9 17 30 29 17 8 6 6 7 10 22 40 60 66 70 72", 0.25, 1.2),
        "chromium_oxide": _pigment("8 9 9 9 11 18 22 14 10 10 11 16 30 36 42 46 50 53", 0.8, 0.91),
        "emerald_green": _pigment("22 28 38 50 62 64 48 30 18 12 10 8 8 8 9 12 18 30", 0.5, 1.0),
        "phthalo_green": _pigment("3 3 3 5 11 14 5 2 2 2 2 2 3 9 35 55 65 72", 0.05, 1.0),
        "azurite": _pigment("12 18 32 40 33 18 10 7 6 6 6 6 6 6 7 9 14 25", 0.3, 0.91),
        "ultramarine": _pigment("14 22 30 30 18 8 4 3 3 3 5 10 30 52 68 74 77 78", 0.12, 1.2),
        "smalt": _pigment("14 18 24 25 17 9 8 6 6 6 10 30 60 68 70 70 68 55", 0.06, 0.78),
        "indigo": _pigment("4 5 6 8 7 5 4 3 3 3 4 9 32 55 68 72 74 76", 0.06, 0.91),
        "prussian_blue": _pigment("4 5 6 7 6 4 3 2 2 2 2 2 2 2 3 4 8 18", 0.04, 1.0),
        "cobalt_blue": _pigment("22 32 48 52 34 17 10 7 6 7 12 38 66 72 74 73 70 60", 0.35, 1.0),
        "cerulean_blue": _pigment("15 22 38 45 42 28 14 9 8 8 8 12 38 60 70 70 66 50", 0.5, 1.0),
        "phthalo_blue": _pigment("5 6 10 14 10 5 2 2 2 2 2 3 10 30 55 65 70 74", 0.05, 1.0),
        "manganese_violet": _pigment("16 18 14 8 6 5 5 6 11 22 34 46 58 66 72 74 75 76", 0.3, 1.0),
        "bone_black": _pigment("3 3 3 3 3 3 3 3 3 3 3 3 3.1 3.3 3.6 4 4.6 5.5", 0.08, 0.65),
        "lamp_black": _pigment("2 2 2 2 2 2 2 2 2 2 2 2 2 2.1 2.2 2.3 2.4 2.6", 0.05, 0.65),
        "vine_black": _pigment(
            "3 3 3 3 3 3 3.2 3.2 3.3 3.3 3.4 3.4 3.5 3.6 3.8 4 4.2 4.5", 0.08, 0.5
        ),
        "graphite": _pigment(
            "9 9 9 9 9.2 9.2 9.4 9.4 9.6 9.6 9.8 9.8 10 10 10.3 10.6 11 11.5", 0.25, 0.3
        ),
        "iron_gall_ink": _pigment("3 3 3 3 3 3 4 4 5 6 7 9 13 18 28 38 52 66", 0.05, 0.78),
        "sepia": _pigment("2 2 3 3 3 4 4 5 6 7 8 10 13 16 22 29 38 48", 0.05, 0.78),
        "bistre": _pigment("3 3 4 4 5 6 8 10 13 17 22 27 35 42 52 60 66 70", 0.05, 0.78),
    }
)
