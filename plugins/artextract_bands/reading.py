"""Reading a folder of bands and a photograph, or a folder of such folders."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_bands import BandsOptions
from artextract_bands.wavelengths import (
    NOTE,
    Note,
    check_wavelengths,
    parse_wavelengths,
    read_note,
    wavelength_in,
    wavelengths_of,
)
from artextract_cli import (
    Capture,
    Coding,
    InputError,
    UsageError,
    as_band,
    as_photograph,
    check_same_size,
    coded_values,
    is_coloured,
    linear_band,
    list_pictures,
    read_counts,
    rgb_weights,
)


def scene_folders(source: Path, options: BandsOptions) -> list[Path]:
    """The folders of scenes: ``source`` itself, or the folders in it that have images."""
    if not source.is_dir():
        msg = f"{source} is not a folder: give the one that contains the photograph and the bands"
        raise InputError(msg)
    if list_pictures(source):
        return [source]
    folders = sorted(path for path in source.iterdir() if path.is_dir() and list_pictures(path))
    if not folders:
        # Only for the advice: the user may have given a folder one level too high.
        deeper = sorted(p for p in source.glob("*/*") if p.is_dir() and list_pictures(p))
        advice = "move those of each scene into a subfolder"
        if deeper:
            advice = f"give {deeper[0].parent} instead, or move {deeper[0]} into it"
        msg = f"there are no images in {source}, nor in its subfolders; {advice}"
        raise InputError(msg)
    if options.name is not None and len(folders) > 1:
        msg = f"name={options.name} names one scene, but {source} contains {len(folders)} folders"
        raise UsageError(msg)
    return folders


def read(source: Path, options: BandsOptions, coding: Coding | None = None) -> Iterator[Capture]:
    """Yield the scene in the folder ``source``, or that of every folder in it."""
    for folder in scene_folders(source, options):
        yield _read_scene(folder, options, coding or Coding())


def _read_scene(folder: Path, options: BandsOptions, coding: Coding) -> Capture:
    noted = read_note(folder)
    given = None if options.wavelengths is None else parse_wavelengths(options.wavelengths)
    if noted.bands and given:
        msg = f"{folder / NOTE} gives wavelengths, and so does -o wavelengths: remove one of them"
        raise UsageError(msg)
    files = list_pictures(folder)
    photograph = _find_photograph(folder, files, noted, options.photograph)
    paths = list(noted.bands) or [path for path in files if path != photograph]
    if not paths:
        msg = f"{folder} contains the photograph {files[0].name} but no band"
        raise InputError(msg)
    rgb = None if photograph is None else read_counts(photograph)
    planes = _of_one_depth(list(_planes(paths, given)))
    if given and len(given) != len(planes):
        number = "1 wavelength is" if len(given) == 1 else f"{len(given)} wavelengths are"
        bands = f"{len(planes)} band{'s' * (len(planes) != 1)}"
        msg = f"{number} given, but {folder} contains {bands}"
        raise UsageError(msg)
    wavelengths = given or wavelengths_of(paths, noted.bands)
    check_wavelengths(paths, wavelengths)
    return Capture(
        name=options.name or folder.resolve().name,
        rgb=(
            _rendered(folder, paths, planes, wavelengths, coding)
            if rgb is None
            else as_photograph(rgb)
        ),
        bands=planes,
        wavelengths=wavelengths,
        files=_files(photograph, paths, wavelengths),
    )


def _files(photograph: Path | None, paths: list[Path], nm: Sequence[float]) -> dict[str, Path]:
    """The files of the images, as far as each has one of its own."""
    bands = {f"{band:g}": path for band, path in zip(nm, paths, strict=False)}
    own = bands if len(paths) == len(nm) else {}
    return own if photograph is None else {"photograph": photograph, **own}


def _rendered(
    folder: Path,
    paths: list[Path],
    planes: Sequence[NDArray[Any]],
    nm: Sequence[float],
    coding: Coding,
) -> NDArray[np.float32]:
    """A photograph (H, W, 3) rendered from bands of equal size, coded like a photograph."""
    weights = rgb_weights(folder, nm)
    linear = np.zeros((*planes[0].shape, 3), np.float32)
    for path, plane in zip(paths, planes, strict=False):  # one file may contain all planes
        check_same_size(path, plane.shape, paths[0], planes[0].shape)
    own = _files(None, paths, nm)
    for plane, weight, band in zip(planes, weights, nm, strict=True):
        name = f"{band:g}"
        stated = coding.of_band(name) if coding.states(name) else None
        light = linear_band(plane, own.get(name), stated)
        # Band by band: all of them in float32 would take several times the memory of the counts.
        linear += light[..., None] * weight.astype(np.float32)
    return np.asarray(coded_values(np.clip(linear, 0, 1), coding.of_photograph))


def _find_photograph(
    folder: Path, files: list[Path], noted: Note, pattern: str | None
) -> Path | None:
    """The image named by the option, else by ``bands.yaml``, else the one in colour, if any."""
    if pattern is not None:
        matches, what = [path for path in files if fnmatch(path.name, pattern)], f"named {pattern}"
    elif noted.photograph is not None:
        return noted.photograph
    else:
        matches, what = _in_colour([path for path in files if path not in noted.bands]), "in colour"
    if len(matches) == 1:
        return matches[0]
    if not matches and pattern is None:
        return None
    names = f" ({', '.join(path.name for path in matches)})" if matches else ""
    msg = (
        f"{len(matches)} images in {folder} are {what}{names}, but only the photograph should be; "
        "select it with -o photograph=FILE"
    )
    raise InputError(msg)


def _in_colour(files: list[Path]) -> list[Path]:
    """The images with the highest likelihood of being the photograph; of several grey ones none."""
    likelihoods = {path: _likelihood(path) for path in files}
    best = max(likelihoods.values(), default=0)
    likeliest = [path for path in files if likelihoods[path] == best]
    # Several grey images saved as RGB, without a wavelength in their names, are bands.
    return likeliest if best > 1 or (best == 1 and len(likeliest) == 1) else []


def _likelihood(path: Path) -> int:
    """Rank of an image as photograph: three channels, colours, and no wavelength in its name."""
    image = read_counts(path, stacked=True)
    if image.shape[2] != 3:
        return 0
    # Colour counts more than the name, as a grey image may have been saved as RGB.
    return 2 * is_coloured(image) + (wavelength_in(path.stem) is None)


def _planes(bands: list[Path], given: Sequence[float] | None) -> Iterator[NDArray[Any]]:
    """Yield bands (H, W): one per file, or all those in a single file."""
    is_single = len(bands) == 1
    for path in bands:
        image = read_counts(path, stacked=is_single)
        if not is_single or not _is_stack(image, given):
            yield as_band(image)
            continue
        if given is None:
            n_bands = image.shape[2]
            msg = (
                f"{path} contains {n_bands} bands: give their wavelengths, -o wavelengths=NM,NM,..."
            )
            raise InputError(msg)
        yield from np.moveaxis(image, 2, 0)


def _is_stack(image: NDArray[Any], given: Sequence[float] | None) -> bool:
    """Whether the channels are bands; three may be one band saved in colour."""
    n_channels = image.shape[2]
    return n_channels not in (1, 3) or len(given or ()) == n_channels


def _of_one_depth(planes: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Bands (H, W), all converted to the greatest depth."""
    depths = {plane.dtype for plane in planes}
    if len(depths) > 1:
        # 16 bit holds 8 and 16 exactly; together with floats, only floats do.
        depths = {np.dtype(np.uint16 if all(d.kind == "u" for d in depths) else np.float32)}
    (depth,) = depths
    return [_at_depth(plane, depth) for plane in planes]


def _at_depth(plane: NDArray[Any], depth: np.dtype[Any]) -> NDArray[Any]:
    """A band converted to 16 bit or floats."""
    if plane.dtype == depth:
        return plane
    if depth == np.uint16:
        # 65535 / 255: white stays white, and no count is rounded.
        return plane.astype(np.uint16) * 257
    return (plane / np.float32(np.iinfo(plane.dtype).max)).astype(np.float32)
