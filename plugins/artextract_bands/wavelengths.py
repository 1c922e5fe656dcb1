"""Wavelengths in nm: from the names of files, from ``bands.yaml``, or as given."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path, PureWindowsPath

from artextract_cli import InputError, UsageError, read_yaml, warn

NOTE = "bands.yaml"
SHORTEST_NM, LONGEST_NM = 200, 3000
"""Range in nm of numbers in file names that count as wavelengths without the unit nm."""

# Not before a letter, so that ``5nmos`` has no wavelength.
_WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)[ _-]?nm(?![a-z])", re.IGNORECASE)
# Micrometres with any of the letters in use: u, the micro sign, and the Greek letter mu.
_MICROMETRES = re.compile(r"(\d+(?:\.\d+)?)[ _-]?[u\u00b5\u03bc]m(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Words for what is recorded to calibrate a camera, also joined as in WHITEREF.
_FRAME = re.compile(r"(?<![a-z])(?:white|dark|flat|bias|ref|reference)+s?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Note:
    """Contents of ``bands.yaml``; empty if the file is missing."""

    bands: Mapping[Path, float] = field(default_factory=dict)
    photograph: Path | None = None


def wavelength_in(stem: str) -> float | None:
    """The number before ``nm`` or ``um`` in the stem of a file name, else its last number."""
    with_unit = _with_unit(stem)
    if with_unit:
        return with_unit.pop() if len(with_unit) == 1 else None
    # The last number, since names usually begin with that of the scene.
    numbers = [float(number) for number in _NUMBER.findall(stem)]
    return numbers[-1] if numbers and SHORTEST_NM <= numbers[-1] <= LONGEST_NM else None


def _with_unit(stem: str) -> set[float]:
    """Wavelengths in nm with their unit in a file name; several if it is ambiguous."""
    # A set: ``450nm_copy_450nm`` is unambiguous, two different wavelengths are not.
    if nm := {float(number) for number in _WITH_UNIT.findall(stem)}:
        return nm
    # Rounded, since 0.57 times 1000 may not be whole. Other lengths, such as 5um, are those of
    # pixels or particles.
    nm = {round(1000 * float(number), 3) for number in _MICROMETRES.findall(stem)}
    return {number for number in nm if SHORTEST_NM <= number <= LONGEST_NM}


def read_note(folder: Path) -> Note:
    """Read ``bands.yaml`` in a folder, if there is one.

    Raises
    ------
    InputError
        If it lists a missing file or an invalid wavelength.
    """
    path = folder / NOTE
    if not path.exists():
        return Note()
    content = read_yaml(path)
    photograph = content.pop("photograph", None)
    bands = {_file(path, name): _number(path, name, nm) for name, nm in content.items()}
    if not bands:
        msg = f"{path} lists no bands; write a line such as '{folder.name}_ir.tif: 950' for each"
        raise InputError(msg)
    return Note(bands=bands, photograph=None if photograph is None else _file(path, photograph))


def _file(note: Path, name: object) -> Path:
    path, parts = note.parent / str(name), PureWindowsPath(str(name))
    if parts.anchor or ".." in parts.parts:  # with separators of any operating system
        msg = f"{note} lists {name}, which is outside {note.parent}: only files in it are read"
        raise InputError(msg)
    if not path.is_file():
        msg = f"{note} lists {name}, but there is no such file in {note.parent}"
        raise InputError(msg)
    return path


def _number(note: Path, name: str, nm: object) -> float:
    if isinstance(nm, bool) or not isinstance(nm, int | float):
        msg = f"{note} gives {name} the wavelength {nm!r}, which is not a number in nm"
        raise InputError(msg)
    return float(nm)


def parse_wavelengths(text: str) -> tuple[float, ...]:
    """Parse ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is not a number.
    """
    try:
        return tuple(float(part) for part in text.split(","))
    # The cause would only repeat the text of the option.
    except ValueError:
        msg = f"wavelengths={text} are not comma-separated numbers in nm, such as 420,470,850"
        raise UsageError(msg) from None


def wavelengths_of(files: list[Path], noted: Mapping[Path, float]) -> tuple[float, ...]:
    """The wavelength of each band file, from ``bands.yaml`` or its name.

    Raises
    ------
    InputError
        If a file has none.
    """
    wavelengths = [noted.get(path) if noted else wavelength_in(path.stem) for path in files]
    for path, nm in zip(files, wavelengths, strict=True):
        if nm is None:
            advice = _advice_on_frames(path) or (
                f"list all bands in {path.parent / NOTE}, or give -o wavelengths=NM,NM,... in the "
                "order of the files"
            )
            msg = f"the name of {path} contains no wavelength: {advice}"
            raise InputError(msg)
    return tuple(nm for nm in wavelengths if nm is not None)


def _advice_on_frames(*files: Path) -> str:
    """What to do if the name of a file is that of a white or dark frame; empty if none is."""
    frames = [path.name for path in files if _FRAME.search(path.stem)]
    if not frames:
        return ""
    return (
        f"if {frames[0]} is a white or dark frame, move such frames into folders of their own, "
        "import the images of the painting, and run `artextract data calibrate DATASET "
        "--white WHITE --dark DARK --out CALIBRATED`"
    )


def check_wavelengths(files: Sequence[Path], nm: Sequence[float]) -> None:
    """Refuse equal wavelengths, and warn if file names contain other ones.

    ``files`` has one file per band, or one with all bands.

    Raises
    ------
    InputError
        If two bands have the same wavelength.
    """
    of_bands = len(files) == len(nm)
    names = [str(file) for file in files] if of_bands else [f"band {n + 1}" for n in range(len(nm))]
    for (one, its_nm), (other, other_nm) in combinations(zip(names, nm, strict=True), 2):
        if f"{its_nm:g}" == f"{other_nm:g}":  # as in ids of bands
            advice = _advice_on_frames(Path(one), Path(other)) or (
                "correct the wavelengths, or remove one of them"
            )
            msg = (
                f"{one} and {other} are both {its_nm:g} nm, which must differ between bands: "
                f"{advice}"
            )
            raise InputError(msg)
    for file, given in zip(files, nm, strict=False) if of_bands else ():
        named = wavelength_in(file.stem) if _with_unit(file.stem) else None
        if named is not None and abs(named - given) >= 1:  # names are rounded to whole nm
            warn(f"{file.name} is named {named:g} nm, but is read as {given:g} nm as specified")
            return
