"""The coding of the images of a scene: as stated, or else as their colour profiles say."""

from artextract_cli.imaging.coding import LINEAR, SRGB
from artextract_cli.io.codings import band_coding, embedded_profile, photograph_coding
from artextract_cli.io.profiles import linear_profile
from artextract_cli.scenes.scene import SceneFiles


def coding_of_photograph(files: SceneFiles) -> str:
    """The coding of the photograph: stated, or that of its profile, or sRGB.

    Raises
    ------
    InputError
        If it is not stated and the file cannot be read, or its profile is damaged.
    """
    return files.coding.photograph or photograph_coding(files.rgb)


def coding_of_band(files: SceneFiles, band: str) -> str:
    """The coding of a band, given its id: stated, or that of its grey profile, or linear.

    Raises
    ------
    InputError
        As :func:`coding_of_photograph`.
    """
    if files.coding.states(band):
        return files.coding.of_band(band)
    return band_coding(files.bands[files.band_ids.index(band)])


def codings(files: SceneFiles) -> tuple[str, ...]:
    """Codings of the photograph and of the bands in their order.

    Raises
    ------
    InputError
        As :func:`coding_of_photograph`.
    """
    return coding_of_photograph(files), *(coding_of_band(files, band) for band in files.band_ids)


def profile_to_keep(files: SceneFiles, band: str | None) -> bytes | None:
    """The profile that a copy of the photograph (None) or of a band needs to mean the same.

    None where the coding is stated, which goes along with the dataset, or where the profile says
    what is the case without one.

    Raises
    ------
    InputError
        As :func:`coding_of_photograph`.
    """
    if band is None:
        coding, usual, path = coding_of_photograph(files), SRGB, files.rgb
        is_stated = files.coding.photograph is not None
    else:
        coding, usual = coding_of_band(files, band), LINEAR
        is_stated, path = files.coding.states(band), files.bands[files.band_ids.index(band)]
    if is_stated or coding == usual:
        return None
    # Raw files have none, and are linear.
    return embedded_profile(path) or linear_profile()
