"""What the metadata of the images of a scene say, compared with what is stated."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.io.codings import band_coding, embedded_profile, photograph_coding
from artextract_cli.io.metadata import read_metadata
from artextract_cli.io.profiles import GREY, PROFILE, RGB, profile_name, profile_space
from artextract_cli.scenes.scene import SceneFiles

# Values of ColorSpace; 2 is not in EXIF, but what cameras write for Adobe RGB.
SRGB_SPACE, ADOBE_SPACE = 1, 2


def profile_problems(files: SceneFiles) -> Iterator[tuple[Path, str]]:
    """Images whose profile contradicts their stated coding, or does not count for a band.

    Unreadable files are skipped here: whoever reads them reports them.
    """
    with suppress(InputError):
        if files.coding.photograph and (profile := embedded_profile(files.rgb)) is not None:
            yield from _contradiction(
                files.rgb, profile, files.coding.photograph, photograph_coding(files.rgb)
            )
    images = (("", files.rgb), *zip(files.band_ids, files.bands, strict=True))
    for image, path in images:
        with suppress(InputError):
            yield from _metadata_problems(files, image, path)
    for band, path in zip(files.band_ids, files.bands, strict=True):
        with suppress(InputError):
            yield from _of_band(files, band, path)


def _metadata_problems(files: SceneFiles, band: str, path: Path) -> Iterator[tuple[Path, str]]:
    """Problems with metadata other than the profile; ``band`` is empty for the photograph."""
    found = read_metadata(path)
    if found.problem:
        yield path, f"{path} has {found.problem}: they are left out, the image is not affected"
    if embedded_profile(path) is not None:
        return
    if not band and found.colour_space == ADOBE_SPACE and not files.coding.photograph:
        yield (
            path,
            f"{path} has the colours of Adobe RGB according to its EXIF data, but no colour "
            "profile, and is read as sRGB: export it again with its profile",
        )
    if band and found.colour_space == SRGB_SPACE and not files.coding.states(band):
        yield (
            path,
            f"{path} is coded as sRGB according to its EXIF data, but read as linear: "
            f"{_stating(band)}",
        )


def _stating(band: str) -> str:
    return (
        f"if it was saved for display, state coding: {{bands: {{{band!r}: srgb}}}} in "
        "dataset.yaml, otherwise linear instead of srgb"
    )


def _of_band(files: SceneFiles, band: str, path: Path) -> Iterator[tuple[Path, str]]:
    profile = embedded_profile(path)
    if profile is None:
        return
    is_stated = files.coding.states(band)
    if profile_space(profile) == GREY and is_stated:
        yield from _contradiction(path, profile, files.coding.of_band(band), band_coding(path))
    if profile_space(profile) == RGB and not is_stated:
        yield (
            path,
            f"{path} has {_named(profile)}, which does not count for a band: {_stating(band)}",
        )


def _contradiction(
    path: Path, profile: bytes, stated: str, embedded: str
) -> Iterator[tuple[Path, str]]:
    if stated == embedded:
        return
    says = "another coding" if embedded == PROFILE else embedded
    yield (
        path,
        f"{path} is stated to be {stated}, but has {_named(profile)}, which says {says}: correct "
        "the coding in dataset.yaml, or remove it to have the profile count",
    )


def _named(profile: bytes) -> str:
    name = profile_name(profile)
    return f"the colour profile {name}" if name else "a colour profile"
