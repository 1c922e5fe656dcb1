"""Parameters that several commands share."""

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.errors import UsageError
from artextract_cli.evidence.signs import Expect

if TYPE_CHECKING:
    from artextract_cli.imaging.coding import Coding

Device = Annotated[str, typer.Option(help="Where to compute: auto, cpu or cuda.")]
Engine = Annotated[str, typer.Option(help="Message passing by: auto, numba, dgl or torch.")]
Remember = Annotated[
    bool, typer.Option("--remember", help="Write the paths into artextract.yaml for next time.")
]
Wavelengths = Annotated[
    str | None,
    typer.Option(help="Wavelengths of the bands in nm, e.g. 420,470,530,590,650,750,850,950."),
]
CodingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--coding",
        help="How counts stand for light, as photograph=WORD, bands=WORD or BAND=WORD with linear, "
        "srgb or gamma 2.2, e.g. bands=srgb for bands that were saved for display.",
    ),
]
UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "MI": 2**20, "GI": 2**30, "TI": 2**40}
DEFAULT_MEMORY = "4GB"
MaxMemory = Annotated[
    str,
    typer.Option(
        help="Memory that the work on one scene may take, e.g. 8GB; larger scenes are worked on in "
        "blocks, with scratch files beside the output."
    ),
]
View = Annotated[
    int, typer.Option(min=0, help="With separate graphs: 0 photograph, 1... the bands.")
]
DEFAULT_MODEL = Path("gat")
ModelOption = Annotated[
    Path,
    typer.Option(
        help="Run directory or model file made by 'artextract train', or gat or gcn: the models "
        "that come with artextract, trained on simulated paintings. none scores without learning."
    ),
]
ScorerOption = Annotated[
    Literal["envelope", "residual"] | None,
    typer.Option(
        help="Heat map of a score without learning, instead of that of the model; envelope with "
        "--model none if left out."
    ),
]
ExpectOption = Annotated[
    Expect,
    typer.Option(
        help="Sign of the hidden content that the heat map shows: dark (carbon black, charcoal), "
        "light (such as lead white), or either. Maps of both signs are written in any case."
    ),
]
Photograph = Annotated[
    Path | None, typer.Option("--rgb", help="One photograph instead of a dataset.")
]
Bands = Annotated[
    list[str] | None,
    typer.Option("--band", help="A band of that photograph as NM=FILE, e.g. 950=ir.tif."),
]


def parse_wavelengths(text: str | None) -> tuple[float, ...] | None:
    """Turn ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is no number above zero.
    """
    if text is None:
        return None
    try:
        made = tuple(float(part) for part in text.split(","))
    except ValueError:
        made = ()
    if not made or not all(0 < value < float("inf") for value in made):
        msg = f"--wavelengths takes numbers in nm parted by commas, such as 420,850; got {text!r}"
        raise UsageError(msg)
    return made


def parse_bands(words: list[str]) -> dict[str, Path]:
    """Turn ``["950=ir.tif"]`` into a mapping from band to file.

    Raises
    ------
    UsageError
        If a word has no ``=``, or a band comes twice.
    """
    bands: dict[str, Path] = {}
    for word in words:
        name, equals, file = word.partition("=")
        if not (name and equals and file) or name in bands:
            msg = f"--band takes each band once as NM=FILE, such as 950=ir.tif; got {word!r}"
            raise UsageError(msg)
        bands[name] = Path(file)
    return bands


def parse_coding(words: list[str] | None) -> "Coding":
    """Turn ``["bands=srgb", "950=linear"]`` into what they say of photograph and bands.

    Raises
    ------
    UsageError
        If a word has no ``=``, says no coding, or a name comes twice.
    """
    from artextract_cli.imaging.coding import BANDS, PHOTOGRAPH, WORDS, Coding, coding_word

    said: dict[str, str] = {}
    for word in words or ():
        name, _, text = word.partition("=")
        with suppress(ValueError):
            if name and name not in said:
                said[name] = coding_word(text)
                continue
        msg = (
            f"--coding takes each of photograph, bands or one band once, with {WORDS}, such as "
            f"bands=srgb; got {word!r}"
        )
        raise UsageError(msg)
    photograph, bands = said.pop(PHOTOGRAPH, None), said.pop(BANDS, None)
    return Coding(photograph=photograph, bands=bands, by_band=said)


def parse_memory(text: str) -> int:
    """Turn ``4GB``, ``500MB`` or ``2GiB`` into bytes.

    Raises
    ------
    UsageError
        If it is no such amount, or nothing.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MGT]I?)B?", text.strip(), re.IGNORECASE)
    amount = float(found[1]) * UNITS[found[2].upper()] if found else 0
    if amount < 1:
        msg = f"--max-memory takes an amount such as 4GB or 800MB; got {text!r}"
        raise UsageError(msg)
    return int(amount)
