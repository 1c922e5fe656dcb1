"""How strongly pigments attenuate X-rays: chemical formulas, densities, and tables of elements.

Mass attenuation coefficients (with coherent scattering) at 30 keV: J. H. Hubbell, S. M. Seltzer,
"Tables of X-Ray Mass Attenuation Coefficients", NIST Standard Reference Database 126, NISTIR 5632
(1995, 2004); those of a compound are weighted by mass. Formulas and densities are those of the
minerals or compounds that the pigments mainly consist of (Artists' Pigments 1-4, 1986-2007); earths
contain clay, lakes alumina. Radiographs of paintings are taken at 15 to 40 kV: 30 keV is at the
upper end, where single layers do not saturate the film.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np

from artextract_cli._typing import FloatArray

# g/mol and cm²/g at 30 keV, of the elements that occur in pigments.
_ELEMENTS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "H": (1.008, 0.357),
        "C": (12.011, 0.256),
        "N": (14.007, 0.307),
        "O": (15.999, 0.378),
        "Na": (22.99, 0.72),
        "Mg": (24.305, 0.931),
        "Al": (26.982, 1.128),
        "Si": (28.085, 1.44),
        "P": (30.974, 1.70),
        "S": (32.06, 2.11),
        "Cl": (35.45, 2.43),
        "K": (39.098, 3.41),
        "Ca": (40.078, 4.08),
        "Ti": (47.867, 4.97),
        "Cr": (51.996, 6.43),
        "Mn": (54.938, 7.14),
        "Fe": (55.845, 8.18),
        "Co": (58.933, 8.96),
        "Cu": (63.546, 10.9),
        "Zn": (65.38, 12.1),
        "As": (74.922, 15.1),
        "Se": (78.971, 16.0),
        "Sr": (87.62, 21.6),
        "Cd": (112.41, 37.7),
        # Antimony lies below its K edge (30.5 keV), tin above its own (29.2 keV).
        "Sn": (118.71, 41.2),
        "Sb": (121.76, 7.63),
        "Hg": (200.59, 28.4),
        "Pb": (207.2, 30.3),
    }
)

_LAKE = ("C14 H11 Al O7", 1.7)
_CARBON = ("C", 1.8)

COMPOUNDS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "lead white": ("Pb3 C2 H2 O8", 6.8),
        "zinc white": ("Zn O", 5.6),
        "titanium white": ("Ti O2", 4.2),
        "chalk": ("Ca C O3", 2.7),
        "lead-tin yellow": ("Pb2 Sn O4", 9.0),
        "naples yellow": ("Pb2 Sb2 O7", 7.5),
        "chrome yellow": ("Pb Cr O4", 6.1),
        "strontium yellow": ("Sr Cr O4", 3.9),
        "cadmium yellow": ("Cd S", 4.8),
        "cadmium red": ("Cd2 S Se", 5.0),
        "orpiment": ("As2 S3", 3.5),
        "hansa yellow": ("C17 H16 N4 O4", 1.4),
        "yellow lake": _LAKE,
        "yellow ochre": ("Fe Al Si O6.5 H3", 3.2),
        "raw sienna": ("Fe Al Si O6.5 H3", 3.2),
        "burnt sienna": ("Fe2 Al Si O6.5", 3.6),
        "red ochre": ("Fe2 Al Si O7.5 H2", 3.9),
        "mars yellow": ("Fe O2 H", 4.1),
        "mars red": ("Fe2 O3", 5.1),
        "mars brown": ("Fe5 O7", 5.0),
        "mars black": ("Fe3 O4", 5.1),
        "raw umber": ("Fe2 Mn Si O8 H3", 3.4),
        "burnt umber": ("Fe2 Mn Si O7", 3.7),
        "vermilion": ("Hg S", 8.1),
        "red lead": ("Pb3 O4", 8.9),
        "madder lake": _LAKE,
        "carmine": _LAKE,
        "carmine lake": _LAKE,
        "alizarin crimson": _LAKE,
        "quinacridone": ("C20 H12 N2 O2", 1.5),
        "cobalt violet": ("Co3 P2 O8", 3.8),
        "manganese violet": ("N H4 Mn P2 O7", 2.8),
        "ultramarine": ("Na7 Al6 Si6 O24 S3", 2.4),
        "azurite": ("Cu3 C2 H2 O8", 3.8),
        "smalt": ("K2 Co0.5 Si6 O14.5", 2.6),
        "cobalt blue": ("Co Al2 O4", 4.2),
        "cerulean blue": ("Co2 Sn O4", 6.0),
        "prussian blue": ("Fe7 C18 N18 H30 O15", 1.8),
        "indigo": ("C16 H10 N2 O2", 1.4),
        "phthalocyanine blue": ("Cu C32 H16 N8", 1.6),
        "phthalo blue": ("Cu C32 H16 N8", 1.6),
        "phthalo green": ("Cu C32 Cl16 N8", 2.0),
        "malachite": ("Cu2 C O5 H2", 4.0),
        "verdigris": ("Cu C4 H8 O5", 1.9),
        "emerald green": ("Cu4 As6 C4 H6 O16", 3.3),
        "viridian": ("Cr2 O5 H4", 3.4),
        "chromium oxide green": ("Cr2 O3", 5.2),
        "chromium oxide": ("Cr2 O3", 5.2),
        "green earth": ("K Mg Fe Si4 O12 H2", 2.7),
        "van dyke brown": ("C10 H10 O5", 1.5),
        "van dyck brown": ("C10 H10 O5", 1.5),
        "asphaltum": ("C10 H12", 1.1),
        "bone black": ("Ca5 P3 O13 H C10", 2.4),
        "carbon black": _CARBON,
        "lamp black": _CARBON,
        "vine black": _CARBON,
        "charcoal": _CARBON,
        "graphite": ("C", 2.2),
        "iron-gall ink": ("Fe C14 H10 O9", 1.7),
        "logwood ink": ("Cr C16 H12 O6", 1.6),
        "bistre": ("C10 H10 O5", 1.3),
        "sepia": ("C10 H8 N2 O4", 1.4),
    }
)
"""Formula and density (g/cm³) of each pigment."""

# A load hides like 8 µm of paint with 30 % of pigment by volume (ours: lead white at the dozen
# loads that hide its ground is then a film of 0.1 mm). Oil absorbs next to nothing.
_PIGMENT_PER_LOAD = 8e-4 * 0.3  # cm
# What a random painter's pigments may consist of, by the first letter of their names.
_RANDOM_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "w": ("lead white", "lead white", "zinc white", "titanium white"),
        "k": ("carbon black", "bone black", "mars black"),
        "i": ("iron-gall ink", "logwood ink"),
    }
)
_COLOURED = tuple(
    name for name in COMPOUNDS if not any(part in name for part in ("white", "black", "ink"))
)


def attenuation_of(names: Sequence[str]) -> FloatArray:
    """μ·x (P,) of a unit load of each of the named pigments."""
    return np.array([_linear(name.lower().replace("_", " ")) for name in names], np.float32)


def random_attenuation(rng: np.random.Generator, names: Sequence[str]) -> FloatArray:
    """μ·x (P,) of a unit load of pigments that are nothing real, each as of some real one."""
    offered = [_RANDOM_NAMES.get(name[0], _COLOURED) for name in names]
    return attenuation_of([str(rng.choice(list(some))) for some in offered])


@cache
def _linear(name: str) -> float:
    if name not in COMPOUNDS:
        # Names with a hyphen are written with an underscore in some palettes.
        name = next(known for known in COMPOUNDS if known.replace("-", " ") == name)
    formula, density = COMPOUNDS[name]
    atoms = [(e, float(n or 1)) for e, n in re.findall(r"([A-Z][a-z]?)([\d.]*)", formula)]
    masses = np.array([n * _ELEMENTS[element][0] for element, n in atoms])
    coefficients = np.array([_ELEMENTS[element][1] for element, _ in atoms])
    return float(density * (masses @ coefficients) / masses.sum() * _PIGMENT_PER_LOAD)
