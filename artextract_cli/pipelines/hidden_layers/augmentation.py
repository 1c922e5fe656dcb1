"""Augmentation of training scenes: pose, pigments, displacement, noise and bands.

Augmented scenes are worse than most captures, so that the network does not rely on chance details.
"""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from artextract_cli.evidence.band_regression import DARKEST
from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.kernels.filters import displaced
from artextract_cli.scenes.scene import Scene
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM

T = TypeVar("T", bound=np.generic)
# A corrupted scene has 1.25 of these faults on average. More of them make the network robust, but
# cost detection in good captures.
DISPLACED_SHARE, NOISY_SHARE, FEWER_BANDS_SHARE, UNEVEN_SHARE, CODED_SHARE = (
    0.25,
    0.2,
    0.35,
    0.3,
    0.15,
)  # of the scenes
# As in the test of uneven light in docs/detection.md, ±20 % of a band.
LARGEST_FALL_OFF = 0.2  # of illumination in a band, either way, towards the corners
# From registration as `data register` leaves it to clearly visible fringes; half a pixel costs
# little, three pixels cost much.
DISPLACEMENTS_PX = (0.35, 0.7, 1.4)  # standard deviations, one of which is drawn per scene
LARGEST_DISPLACEMENT_PX = 3.0
NOISE = (0.002, 0.02)  # standard deviation, of reflectance
# More of them would change most of the painting, and with it the regressions that predict its
# infrared.
MOST_PIGMENTS = 4  # replaced in a scene
COLOUR_RANGE = (0.1, 0.5)  # standard deviation of a pigment's colours, of log reflectance
# A factor of e in either direction at one deviation. With smaller changes the rates are too low for
# unfamiliar pigments, with larger ones too high for all others.
INFRARED_CHANGE = 1.0  # standard deviation of its log reflectance at 950 nm
# The eye sees little beyond the first; the second is the last of the default bands.
CHANGE_FROM_NM, CHANGE_TO_NM = 650.0, 950.0


def rotated(scene: Scene, symmetry: int) -> Scene:
    """Transform a scene by one of the eight symmetries of a square: transposed, then rotated."""
    rgb, bands = (rotated_map(image, symmetry) for image in (scene.rgb, scene.bands))
    mask = None if scene.mask is None else rotated_map(scene.mask, symmetry)
    return replace(scene, rgb=rgb, bands=bands, mask=mask)


def rotated_map(image: NDArray[T], symmetry: int) -> NDArray[T]:
    """Transform an image (H, W, ...) by one of the eight symmetries."""
    transposed = np.swapaxes(image, 0, 1) if symmetry >= 4 else image
    return np.ascontiguousarray(np.rot90(transposed, symmetry % 4))


def recoloured(rng: np.random.Generator, scene: Scene) -> Scene:
    """Replace the pigments of some colours by others that differ only in the infrared.

    Training scenes contain only a few of the existing pigments. Pixels whose colour is close to
    that of a random pixel change their infrared reflectance by a common factor, which grows with
    the wavelength. Calibration on such scenes keeps the stated rates valid for new pigments;
    training on them lost more hidden content than it avoided false alarms.
    """
    colours = np.log(linear_rgb(scene.rgb) + np.float32(DARKEST))
    flat = colours.reshape(-1, 3)
    excess_nm = np.array(scene.wavelengths, np.float32) - CHANGE_FROM_NM
    # Bands beyond 950 nm change a little more, but not without limit.
    rise = np.clip(excess_nm / (CHANGE_TO_NM - CHANGE_FROM_NM), 0, 1.2)
    log_factor = np.zeros(scene.bands.shape, np.float32)
    for _ in range(rng.integers(1, MOST_PIGMENTS + 1)):
        distance = np.square(colours - flat[rng.integers(len(flat))]).sum(-1, keepdims=True)
        # Soft membership: a sharp border between old and new pigment would look like an edge of a
        # layer.
        near = np.exp(-0.5 * distance / rng.uniform(*COLOUR_RANGE) ** 2)
        log_factor += near * (rise * np.float32(rng.normal(0, INFRARED_CHANGE)))
    return replace(scene, bands=np.clip(scene.bands * np.exp(log_factor), 0, 1))


def corrupted(rng: np.random.Generator, scene: Scene) -> Scene:
    """Corrupt a scene at random: displaced bands, noise, uneven light, coding, fewer bands."""
    # Displacement before noise, which arises in the sensor and does not move with the image; coding
    # after everything that happens in linear light.
    if rng.random() < DISPLACED_SHARE:
        scene = _displaced(rng, scene)
    if rng.random() < NOISY_SHARE:
        noise = rng.standard_normal(scene.bands.shape, np.float32)
        bands = scene.bands + np.float32(rng.uniform(*NOISE)) * noise
        scene = replace(scene, bands=np.clip(bands, 0, 1))
    if rng.random() < UNEVEN_SHARE:
        scene = _unevenly_lit(rng, scene)
    if rng.random() < CODED_SHARE:
        scene = _coded_infrared(scene)
    return _with_fewer_bands(rng, scene) if rng.random() < FEWER_BANDS_SHARE else scene


def _displaced(rng: np.random.Generator, scene: Scene) -> Scene:
    shifts = rng.normal(0, rng.choice(DISPLACEMENTS_PX), (scene.bands.shape[-1], 2))
    # A normal draw has no limit, and three pixels already cost much of the detection.
    shifts = shifts.clip(-LARGEST_DISPLACEMENT_PX, LARGEST_DISPLACEMENT_PX)
    return replace(scene, bands=displaced(np.ascontiguousarray(scene.bands), shifts))


def _unevenly_lit(rng: np.random.Generator, scene: Scene) -> Scene:
    """Apply illumination that varies over the image, differently in every band."""
    height, width, n_bands = scene.bands.shape
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    # Halved, since the two slopes add in a corner.
    down, right, fall = rng.uniform(-LARGEST_FALL_OFF, LARGEST_FALL_OFF, (3, n_bands)) / 2
    radius = (rows**2 + columns**2) / 2
    light = 1 + down * rows + right * columns - np.abs(fall) * radius
    return replace(scene, bands=np.clip(scene.bands * light, 0, 1).astype(np.float32))


def _coded_infrared(scene: Scene) -> Scene:
    """Code the infrared for display, in 8 bits, as many cameras save it."""
    bands, infrared = scene.bands.copy(), np.array(scene.wavelengths) > LAST_VISIBLE_NM
    bands[..., infrared] = np.rint(coded_rgb(bands[..., infrared]) * 255) / 255
    return replace(scene, bands=bands.astype(np.float32))


def _with_fewer_bands(rng: np.random.Generator, scene: Scene) -> Scene:
    """Keep a random number of the visible bands and at least one infrared band."""
    wavelengths = np.array(scene.wavelengths)
    # At least one infrared band stays: without any there is no evidence.
    infrared = np.flatnonzero(wavelengths > LAST_VISIBLE_NM)
    visible = np.flatnonzero(wavelengths <= LAST_VISIBLE_NM)
    kept = np.sort(
        np.concatenate(
            [
                rng.permutation(infrared)[: rng.integers(1, len(infrared) + 1)],
                rng.permutation(visible)[: rng.integers(0, len(visible) + 1)],
            ]
        )
    )
    return replace(
        scene,
        bands=np.ascontiguousarray(scene.bands[..., kept]),
        wavelengths=tuple(float(nm) for nm in wavelengths[kept]),
        band_ids=tuple(scene.band_ids[b] for b in kept),
    )
