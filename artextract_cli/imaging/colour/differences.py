"""CIELAB under D50, and colour differences CIEDE2000, of linear sRGB."""

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.floating]

D50_XY = np.array([0.34570, 0.35850])
"""White of the graphic arts (ISO 3664), under which colour charts are specified."""


def lab_of(linear: Colours) -> NDArray[np.float64]:
    """CIELAB of linear sRGB.

    Parameters
    ----------
    linear
        (..., 3) linear sRGB; white is 1, and values may lie outside 0..1.

    Returns
    -------
    ndarray
        (..., 3) L*, a*, b* under D50, to which white is adapted (Bradford).
    """
    import colour

    xyz = colour.RGB_to_XYZ(
        np.asarray(linear, float),
        "sRGB",
        illuminant=D50_XY,
        chromatic_adaptation_transform="Bradford",
        apply_cctf_decoding=False,
    )
    return np.asarray(colour.XYZ_to_Lab(xyz, D50_XY))


def ciede2000(lab: Colours, other: Colours) -> NDArray[np.float64]:
    """Colour differences ΔE00 (ISO/CIE 11664-6).

    Parameters
    ----------
    lab, other
        (..., 3) CIELAB.

    Returns
    -------
    ndarray
        (...): about 1 is just visible side by side.
    """
    import colour

    return np.asarray(colour.delta_E(lab, other, method="CIE 2000"))
