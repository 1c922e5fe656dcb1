"""Reflectance of pigments in drying oil from 380 to 1100 nm, as small tables.

The values are the diffuse reflectance of an opaque film, in per cent, without the gloss. They are
drawn by hand through the features that the sources publish (position of an edge, maxima, minima,
behaviour past 700 nm); they are not digitised measurements, and accurate to about 3 % of
reflectance.

Sources, by the key that stands in ``Pigment.source``:

- C14: A. Cosentino, "FORS spectral database of historical pigments in different binders",
  e-conservation Journal 2, 2014, 53-65 (54 pigments, 360-1000 nm).
- C15: A. Cosentino, "Effects of different binders on technical photography and infrared
  reflectography of 54 historical pigments", Int. J. Conservation Science 6(3), 2015, 287-298.
- CF: A. Cosentino, "Identification of pigments by multispectral imaging; a flowchart method",
  Heritage Science 2:8, 2014 (which pigments stay dark or turn light in the infrared).
- B39: N. F. Barnes, "A spectrophotometric study of artists' pigments", Technical Studies in the
  Field of the Fine Arts 7, 1939, 120-138 (oil films, 400-700 nm).
- PAV: M. Picollo, M. Aceto, T. Vitorino, "UV-Vis spectroscopy", Physical Sciences Reviews, 2018.
- TB: J. Torrent, V. Barron, "Diffuse reflectance spectroscopy", in Methods of Soil Analysis 5,
  2008, ch. 13 (goethite and haematite).
- OK: Y. Okumura, "Developing a spectral and colorimetric database of artist paint materials",
  thesis, Rochester Institute of Technology, 2005 (absorption and scattering of oil paints).
- VA: J. R. J. van Asperen de Boer, "Infrared reflectography: a contribution to the examination of
  earlier European paintings", thesis, Amsterdam, 1970 (hiding power against wavelength).
- HA: J. Havermans, H. Abdul Aziz, H. Scholten, "Non destructive detection of iron gall inks by
  means of multispectral imaging", Restaurator 24, 2003 (inks from 350 to 1100 nm).
"""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.measured.optics import FloatArray, absorption_ratio, internal

# In nm: dense where the colour is decided, sparse where spectra of pigments are smooth.
KNOTS = (
    *(380, 400, 420, 440, 460, 480, 500, 520, 540, 560, 580),
    *(600, 620, 640, 660, 700, 750, 800, 850, 900, 1000, 1100),
)


@dataclass(frozen=True, kw_only=True)
class Pigment:
    """A pigment in oil.

    ``curve`` holds the reflectance in per cent at ``KNOTS``. ``scattering`` is that at 550 nm
    relative to lead white by volume, and falls off as the wavelength to the power ``-slope``:
    about 1 for grains as large as the wavelength, 2 and more for fine ones.
    """

    curve: tuple[float, ...]
    scattering: float
    slope: float
    source: str


def _pigment(curve: str, scattering: float, slope: float, source: str) -> Pigment:
    values = tuple(float(word) for word in curve.split())
    return Pigment(curve=values, scattering=scattering, slope=slope, source=source)


PIGMENTS = {
    "lead white": _pigment(
        "55 72 82 86 88 89 90 90.5 91 91 91.5 92 92 92 92.5 93 93 93 93 93 92.5 92",
        *(1.0, 1.3, "C14; scattering OK, VA"),
    ),
    "zinc white": _pigment(
        "15 60 88 91 92 93 93 93.5 94 94 94 94 94 94 94 94 94 94 94 94 93.5 93",
        *(0.7, 1.9, "edge at 385 nm, PAV; weaker than lead white, OK"),
    ),
    "titanium white": _pigment(
        "8 45 84 89 91 92 93 93 93.5 94 94 94 94 94 94 94 94 94 94 94 94 93.5",
        *(2.6, 1.7, "rutile, edge at 405 nm, PAV; scattering OK"),
    ),
    "chalk": _pigment(
        "74 78 81 83 84.5 85.5 86.5 87 87.5 88 88.5 89 89 89.5 90 90.5 91 91 91 91 91 90.5",
        *(0.16, 0.8, "in glue, C14"),
    ),
    "lead-tin yellow": _pigment(
        "8 10 14 22 36 52 63 70 74 77 79 81 82 83 83.5 84.5 85 85.5 86 86 86 86",
        *(0.9, 1.2, "inflection near 460 nm, C14"),
    ),
    "Naples yellow": _pigment(
        "8 9 12 20 32 45 55 62 67 71 74 76.5 78 79 80 81.5 82.5 83 83.5 84 84 84",
        *(0.8, 1.1, "C14, B39"),
    ),
    "chrome yellow": _pigment(
        "6 6 6.5 7 8.5 13 28 50 66 74 78 80 81.5 82.5 83 84 85 85.5 86 86 86 86",
        *(1.0, 1.4, "B39, PAV"),
    ),
    "cadmium yellow": _pigment(
        "5 5 5 5.2 6 10 38 66 76 80 82 83.5 84.5 85 85.5 86.5 87 87.5 88 88 88 88",
        *(0.9, 1.6, "edge at 500 nm, PAV, OK"),
    ),
    "orpiment": _pigment(
        "6 6.5 7 9 14 27 45 58 66 71 74 76 77.5 78.5 79 80 81 81.5 82 82 82 82",
        *(0.5, 0.9, "edge at 490 nm, C14"),
    ),
    "yellow lake": _pigment(
        "6 6 6.5 8 12 21 33 44 53 59 63 66 68 69.5 71 73 75 77 78 79 80.5 81",
        *(0.08, 1.0, "weld on chalk, C14"),
    ),
    "yellow ochre": _pigment(
        "5 5.5 6 7 8.5 10 12.5 18 26.5 35 41 44 44.5 44 44.5 50 53 50 46 43.5 47 53",
        *(0.5, 1.1, "goethite: edge at 540 nm, minima at 650 and 900-930 nm, TB, C14"),
    ),
    "raw sienna": _pigment(
        "4 4.3 4.8 5.3 6 7 8.5 11.5 17 23.5 28.5 31 31.5 31.5 32.5 38 42 40 36.5 34.5 39 46",
        *(0.2, 1.1, "goethite, C14, B39"),
    ),
    "burnt sienna": _pigment(
        "3.8 3.9 4 4.2 4.4 4.7 5 5.6 6.6 9 13.5 18 20.5 22 23.5 28.5 33 32 29.5 29 35 42",
        *(0.25, 1.2, "haematite, C14, B39"),
    ),
    "red ochre": _pigment(
        "4 4.1 4.3 4.5 4.8 5.1 5.5 6.2 7.5 11.5 20 28 31.5 32.5 34 41 46 43 38.5 38 47 55",
        *(0.8, 1.4, "haematite: edge at 580 nm, minimum at 850-880 nm, TB, C14"),
    ),
    "vermilion": _pigment(
        "5 5 5 5 5 5 5 5.2 5.6 7 15 42 66 75 79 83 85 86 86.5 87 87 87",
        *(1.0, 1.2, "edge at 600 nm, C14, PAV"),
    ),
    "red lead": _pigment(
        "6 6 6 6 6.2 6.5 7.5 11 24 47 64 72 76 78 80 82 83.5 84 84.5 85 85 85",
        *(0.9, 1.3, "edge at 560-570 nm, C14"),
    ),
    "cadmium red": _pigment(
        "4.5 4.5 4.5 4.5 4.5 4.5 4.6 4.7 4.9 5.5 8 22 52 69 75 80 83 84 85 85.5 86 86",
        *(0.9, 1.6, "edge at 610 nm, PAV, OK"),
    ),
    "madder lake": _pigment(
        "7 6.5 6 6 5.5 4.5 3.6 3.2 3.4 4.2 7 16 30 42 51 62 70 74 77 79 81 82",
        *(0.05, 0.9, "two minima at 510 and 540 nm, PAV, C14"),
    ),
    "carmine": _pigment(
        "6 6 6 6 5.5 4.5 3.6 3 2.9 3 4.2 9 21 36 48 62 71 75 78 80 82 83",
        *(0.05, 0.9, "two minima at 525 and 560 nm, PAV, C14"),
    ),
    "ultramarine": _pigment(
        "8 12 15 17 15 10 6 4 3.2 2.8 2.6 2.5 2.6 3 4 10 30 48 58 63 66 67",
        *(0.11, 0.7, "minimum at 600 nm, steep rise past 700 nm, C14, PAV"),
    ),
    "azurite": _pigment(
        "10 15 22 27 29 27 22 16 12 9 7.2 6.2 5.8 5.6 5.5 5.5 5.6 6 6.6 7.5 11 18",
        *(0.3, 0.7, "copper: dark from 600 past 1000 nm, C14, CF; clears beyond, VA"),
    ),
    "smalt": _pigment(
        "22 27 30 31 29 24 19 14.5 12 12.5 10 8.6 9.8 9.4 11.5 30 55 62 65 66 64 58",
        *(0.09, 0.6, "cobalt: minima at 540, 590 and 640 nm, PAV, C14"),
    ),
    "cobalt blue": _pigment(
        "12 20 30 36 37 30 19 11.5 8.5 8 6.8 5.6 5.6 5.6 7.5 25 52 62 65 64 56 40",
        *(0.3, 1.3, "cobalt: minima at 545, 585 and 625 nm, next band past 1100 nm, PAV, OK"),
    ),
    "cerulean blue": _pigment(
        "14 18 24 31 38 42 41 33 23 17 13 10 9 8.4 9 17 38 50 54 53 45 32",
        *(0.5, 1.2, "cobalt stannate, OK, C14"),
    ),
    "Prussian blue": _pigment(
        "5 6 7 7.5 7 5.5 4.3 3.6 3.2 3 2.8 2.7 2.7 2.7 2.7 2.7 2.8 3.1 3.8 5 10 19",
        *(0.2, 2.2, "absorbs from 550 past 900 nm, C14, CF; clears past 1000 nm, VA"),
    ),
    "indigo": _pigment(
        "6 6.5 7 7.5 7.2 6.3 5.3 4.6 4.2 3.9 3.6 3.4 3.3 3.2 3.3 6.5 28 48 57 62 66 68",
        *(0.12, 1.5, "minimum at 650-660 nm, steep rise past 700 nm, PAV, C14"),
    ),
    "phthalocyanine blue": _pigment(
        "5 6 8 10 11 9.5 6.5 4.2 3.2 2.9 2.8 2.7 2.7 2.7 2.7 2.9 7 22 42 56 68 72",
        *(0.15, 2.4, "rise at 800 nm, C14, OK"),
    ),
    "malachite": _pigment(
        "10 11 13 16 20 26 32 34 32 27 21.5 17 14 12 10.5 9 8 7.7 7.8 8.5 12 19",
        *(0.28, 0.7, "copper: broad minimum at 800 nm, C14"),
    ),
    "verdigris": _pigment(
        "7 8 10 13 18 25 30 29 23 16 11 8 6.5 5.6 5 4.6 4.5 4.7 5.2 6.5 13 25",
        *(0.1, 0.9, "copper: broad minimum at 720-750 nm, C14"),
    ),
    "emerald green": _pigment(
        "12 14 18 25 36 48 54 51 42 31 22 16 12.5 10.5 9.5 8.5 8.2 8.5 9.5 11 18 28",
        *(0.5, 1.0, "copper acetoarsenite, maximum at 505 nm, PAV"),
    ),
    "viridian": _pigment(
        "5 5.5 6 6.5 8 13 20 19.5 13.5 9 6.2 5 4.6 4.6 5 8.5 19 33 44 52 60 63",
        *(0.14, 1.3, "chromium: minima at 460 and 620 nm, C14, OK"),
    ),
    "chromium oxide green": _pigment(
        "6 6.5 7 7.2 8 10.5 14.5 18 19.5 16.5 12.5 10.5 10 10.2 11 15.5 26 36 44 50 57 60",
        *(1.0, 1.3, "chromium: minima at 460 and 600 nm, OK"),
    ),
    "green earth": _pigment(
        "12 13 14 15.5 17.5 20 22.5 24.5 25.5 25 23.8 22 20.5 19.3 18.3 17.2 16.8 18 20 22 24 28",
        *(0.12, 0.8, "iron silicate: broad minimum at 740 nm, C14"),
    ),
    "raw umber": _pigment(
        "4 4.2 4.5 4.8 5.1 5.5 6 7 8.3 9.8 11.2 12 12.4 12.7 13.2 14.8 16.3 17 17.5 18.2 21 25",
        *(0.3, 1.2, "goethite and manganese oxide: slow rise, C14, B39"),
    ),
    "burnt umber": _pigment(
        "3.6 3.6 3.7 3.8 3.9 4 4.2 4.5 4.9 5.8 7.2 8.4 9.2 9.8 10.4 12.2 14 15 15.8 16.8 20 24.5",
        *(0.3, 1.3, "haematite and manganese oxide: slow rise, C14, B39"),
    ),
    "Van Dyke brown": _pigment(
        "3 3 3.1 3.1 3.2 3.2 3.3 3.4 3.5 3.7 3.9 4.2 4.6 5.1 5.8 8 12 18 25 33 48 58",
        *(0.07, 1.4, "humic earth: clears through the near infrared, C14, CF"),
    ),
    "bone black": _pigment(
        "3.5 3.5 3.5 3.5 3.5 3.5 3.5 3.5 3.6 3.6 3.6 3.7 3.7 3.8 3.8 4 4.3 4.6 5 5.4 6.3 7.2",
        *(0.1, 1.2, "C14, CF"),
    ),
    "vine black": _pigment(
        "4.2 4.2 4.2 4.2 4.1 4.1 4 4 4 4 4 4 4 4 4 4 4.1 4.2 4.3 4.4 4.7 5",
        *(0.14, 0.9, "C14, CF"),
    ),
    "lamp black": _pigment(
        "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3.1 3.1 3.2 3.3",
        *(0.18, 1.1, "C14, CF"),
    ),
    "graphite": _pigment(
        "9 9 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9 10 10 10.1 10.2 10.3 10.5 10.7 10.9 11 11.2 11.5 12",
        *(0.5, 0.5, "metallic grey, flat, CF"),
    ),
    "iron-gall ink": _pigment(
        "3.4 3.4 3.4 3.5 3.5 3.6 3.7 3.8 4 4.2 4.5 4.9 5.4 6 6.8 9.5 17 29 43 56 72 78",
        *(0.05, 1.0, "fades past 700 nm, lost at 1000 nm, HA, CF"),
    ),
    "bistre": _pigment(
        "4 4.2 4.5 5 5.6 6.3 7.2 8.3 9.6 11 12.6 14.3 16.2 18.2 20.3 25 31.5 38 44 49.5 58 64",
        *(0.05, 1.2, "soot tar: brown, fades slowly, HA"),
    ),
}


def coefficients(names: tuple[str, ...], wavelengths: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Absorption and scattering of pigments, both (n, n wavelengths), per unit of thickness."""
    curves = np.array([np.interp(wavelengths, KNOTS, PIGMENTS[name].curve) for name in names])
    strength = np.array([[PIGMENTS[name].scattering] for name in names])
    slope = np.array([[PIGMENTS[name].slope] for name in names])
    scattering = strength * (wavelengths / 550.0) ** -slope
    return absorption_ratio(internal(curves / 100.0)) * scattering, scattering
