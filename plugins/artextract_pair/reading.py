"""Reading a photograph and an infrared image."""

from collections.abc import Iterator
from pathlib import Path

from artextract_cli import (
    Capture,
    InputError,
    as_band,
    as_photograph,
    is_coloured,
    list_pictures,
    read_counts,
)
from artextract_pair import PairOptions

HINT = "select them with -o rgb=FILE -o infrared=FILE"


def read(source: Path, options: PairOptions) -> Iterator[Capture]:
    """Yield the scene in the folder ``source``."""
    if not source.is_dir():
        msg = f"{source} is not a folder: give the one with the photograph and the infrared image"
        raise InputError(msg)
    rgb_path, infrared_path = _choose(source, options)
    rgb, infrared = read_counts(rgb_path), read_counts(infrared_path)
    yield Capture(
        name=options.name or source.resolve().name,
        rgb=as_photograph(rgb),
        bands=[as_band(infrared)],
        wavelengths=(options.nm,),
        files={"photograph": rgb_path, f"{options.nm:g}": infrared_path},
    )


def _choose(folder: Path, options: PairOptions) -> tuple[Path, Path]:
    """The photograph and the infrared image: as given by options, else the other image."""
    rgb = None if options.rgb is None else folder / options.rgb
    infrared = None if options.infrared is None else folder / options.infrared
    if rgb and infrared:
        return rgb, infrared
    files = list_pictures(folder)
    if len(files) != 2:
        count = "1 image" if len(files) == 1 else f"{len(files)} images"
        msg = f"{folder} contains {count} instead of 2; {HINT}"
        raise InputError(msg)
    if rgb is None and infrared is None:
        return _by_colour(folder, files)
    # With one of the two given, the other has the other role, whatever its colours.
    (other,) = (path for path in files if path not in (rgb, infrared))
    return rgb or other, infrared or other


def _by_colour(folder: Path, files: list[Path]) -> tuple[Path, Path]:
    in_colour = [path for path in files if is_coloured(read_counts(path))]
    if len(in_colour) != 1:
        how = "both are" if in_colour else "neither is"
        msg = f"of the two images in {folder} {how} in colour; {HINT}"
        raise InputError(msg)
    (rgb,) = in_colour
    (infrared,) = set(files) - {rgb}
    return rgb, infrared
