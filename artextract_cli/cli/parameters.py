"""Parsing of option values: wavelengths, bands, codings and amounts of memory."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.errors import UsageError
from artextract_cli.imaging.coding import BANDS, PHOTOGRAPH, WORDS, Coding, canonical_coding
from artextract_cli.utils.parallel.cluster import Cluster
from artextract_cli.utils.settings import Setting

# Decimal and binary units (IEC 80000-13); kilobytes are too little for any scene.
UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "MI": 2**20, "GI": 2**30, "TI": 2**40}

Jobs = Annotated[
    int,
    typer.Option(
        min=1,
        help="Scenes to process at a time, each in a process of its own.",
        rich_help_panel="Computing",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The processes, or the cluster, that work on the scenes of a dataset."""

    jobs: Annotated[
        int,
        Setting(
            help="Scenes to process at a time.",
            minimum=1,
            group="Computing",
        ),
    ] = 1
    cluster: Annotated[
        str | None,
        Setting(
            help="Dask workers instead: local:N, scheduler.json, or tls://HOST:PORT.",
            group="Computing",
            metavar="WHERE",
        ),
    ] = None
    certificates: Annotated[
        Path | None,
        Setting(help="TLS certificates of the cluster.", group="Computing", metavar="DIR"),
    ] = None

    @property
    def chosen_cluster(self) -> Cluster | None:
        """The cluster, if one is given.

        Raises
        ------
        UsageError
            If there is no such cluster, it is open to others, or only certificates are given.
        """
        if self.cluster is not None:
            return Cluster(address=self.cluster, certificates=self.certificates)
        if self.certificates is not None:
            msg = "--certificates belong to a cluster: give --cluster too"
            raise UsageError(msg)
        return None


def parse_wavelengths(text: str | None) -> tuple[float, ...] | None:
    """Parse ``420,470`` into numbers.

    Raises
    ------
    UsageError
        If a part is not a positive number.
    """
    if text is None:
        return None
    try:
        wavelengths = tuple(float(part) for part in text.split(","))
    except ValueError:
        wavelengths = ()
    # The comparison also refuses NaN.
    if not wavelengths or not all(0 < value < float("inf") for value in wavelengths):
        msg = f"--wavelengths takes comma-separated numbers in nm, such as 420,850; got {text!r}"
        raise UsageError(msg)
    return wavelengths


def parse_bands(words: list[str] | None) -> dict[str, Path]:
    """Parse ``["950=ir.tif"]`` into a mapping from band to file.

    Raises
    ------
    UsageError
        If a word has no ``=``, or a band is given twice.
    """
    bands: dict[str, Path] = {}
    for word in words or ():
        name, equals, file = word.partition("=")
        if not (name and equals and file) or name in bands:
            msg = f"--band takes each band once as NM=FILE, such as 950=ir.tif; got {word!r}"
            raise UsageError(msg)
        bands[name] = Path(file)
    return bands


def parse_grey(text: str | None) -> tuple[int, int, int, int] | None:
    """Parse ``"40,60,30,20"`` into column, row, width and height in px.

    Raises
    ------
    UsageError
        If these are not four whole numbers, or the patch has no pixel.
    """
    if text is None:
        return None
    numbers = text.split(",")
    if len(numbers) == 4 and all(n.strip().isascii() and n.strip().isdigit() for n in numbers):
        left, top, width, height = map(int, numbers)
        if width and height:
            return left, top, width, height
    msg = f"--grey takes X,Y,WIDTH,HEIGHT in pixels, such as 40,60,30,20; got {text!r}"
    raise UsageError(msg)


def parse_coding(words: list[str] | None) -> Coding:
    """Parse ``["bands=srgb", "950=linear"]`` into the coding of photograph and bands.

    Raises
    ------
    UsageError
        If a word has no ``=`` or no known coding, or a name is given twice.
    """
    codings: dict[str, str] = {}
    for word in words or ():
        name, _, text = word.partition("=")
        # An unknown coding falls through to the message, like a missing or repeated name.
        with suppress(ValueError):
            if name and name not in codings:
                codings[name] = canonical_coding(text)
                continue
        msg = (
            f"--coding takes each of photograph, bands or one band once, with {WORDS}, such as "
            f"bands=srgb; got {word!r}"
        )
        raise UsageError(msg)
    photograph, bands = codings.pop(PHOTOGRAPH, None), codings.pop(BANDS, None)
    return Coding(photograph=photograph, bands=bands, by_band=codings)


def parse_memory(text: str) -> int:
    """Parse ``4GB``, ``500MB`` or ``2GiB`` into bytes.

    Raises
    ------
    UsageError
        If it is not such an amount, or zero.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MGT]I?)B?", text.strip(), re.IGNORECASE)
    amount = float(match[1]) * UNITS[match[2].upper()] if match else 0
    if amount < 1:
        msg = f"--max-memory takes an amount such as 4GB or 800MB; got {text!r}"
        raise UsageError(msg)
    return int(amount)
