"""The content of ``dataset.yaml``, and its validation."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import WORDS, Coding, canonical_coding
from artextract_cli.scenes.findings import Finding
from artextract_cli.scenes.layers import KINDS, LayerKind
from artextract_cli.scenes.layout import FoundScene, natural_key
from artextract_cli.scenes.names import LAYER_NAME
from artextract_cli.scenes.spectrum import LONGEST_NM, SHORTEST_NM
from artextract_cli.utils.yaml import read_model

DESCRIPTION = "dataset.yaml"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Statements of ``dataset.yaml`` about all scenes."""

    pixels_per_mm: float | None = None
    notes: str = ""
    wavelengths: Mapping[str, float] = field(default_factory=dict)
    """In nm, by band id."""

    clean: Literal["all"] | tuple[str, ...] | None = None
    """Scenes known to have no hidden layer."""

    coding: Coding = field(default_factory=Coding)


def read_statement(root: Path) -> Statement:
    """Read ``dataset.yaml`` of the dataset at ``root``; an empty statement if there is none.

    Raises
    ------
    InputError
        If ``dataset.yaml`` is invalid.
    """
    path = root / DESCRIPTION
    if not path.exists():
        return Statement()
    content = read_model(path, Description)
    return Statement(
        pixels_per_mm=content.pixels_per_mm,
        notes=content.notes or "",
        wavelengths=content.wavelengths or {},
        clean=content.clean,
        coding=content.coding.stated(),
    )


def checked_wavelength(value: float) -> float:
    """Return a wavelength after checking that it is plausible in nm."""
    if not SHORTEST_NM <= value <= LONGEST_NM:
        msg = f"a wavelength must be between {SHORTEST_NM} and {LONGEST_NM} nm"
        raise ValueError(msg)
    return value


def _all_or_names(value: object) -> object:
    """Convert scene names that YAML reads as numbers to text."""
    if value is None or value == "all":
        return value
    # The exact type, because True is an int too: an unquoted "yes" is a mistake, not a name.
    if isinstance(value, list) and all(type(name) in (str, int) for name in value):
        return tuple(map(str, value))
    msg = "expected 'all' or a list of scene names"
    raise ValueError(msg)


_CodingName = Annotated[str, BeforeValidator(canonical_coding)]


def _coding_or_codings(value: object) -> object:
    """One coding for all bands, or one for each."""
    if isinstance(value, dict):
        return {band: _coding_of_band(band, word) for band, word in value.items()}
    return None if value is None else canonical_coding(value)


def _coding_of_band(band: str, word: object) -> str:
    try:
        return canonical_coding(word)
    except ValueError as error:
        msg = f"band {band}: {error}"
        # pydantic turns the message into its own error; the cause would only repeat it.
        raise ValueError(msg) from None


def _coding_mapping(value: object) -> object:
    """The mapping of ``coding``; empty if nothing is stated."""
    if value is None:
        return {}
    if isinstance(value, dict) and value.keys() <= _Coding.model_fields.keys():
        return value
    msg = f"expected the keys photograph and bands, such as {{bands: srgb}}; a coding is {WORDS}"
    raise ValueError(msg)


class _Coding(BaseModel):
    """The content of ``coding`` in ``dataset.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photograph: _CodingName | None = None
    bands: Annotated[str | dict[str, str] | None, BeforeValidator(_coding_or_codings)] = None

    def stated(self) -> Coding:
        if isinstance(self.bands, dict):
            return Coding(photograph=self.photograph, by_band=self.bands)
        return Coding(photograph=self.photograph, bands=self.bands)


def _layer_kind(value: object) -> object:
    if value not in KINDS:
        msg = f"expected one of {', '.join(KINDS)}"
        raise ValueError(msg)
    return value


def _layer_name(name: str) -> str:
    if not LAYER_NAME.fullmatch(name):
        msg = "a layer is named with letters A-Z, digits, _ and - only"
        raise ValueError(msg)
    return name


class _Layer(BaseModel):
    """The content of an entry of ``layers`` in ``dataset.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[LayerKind, BeforeValidator(_layer_kind)]


class Description(BaseModel):
    """The content of ``dataset.yaml``."""

    # A misspelt key is an error; if it were ignored, its default would apply unnoticed.
    model_config = ConfigDict(extra="forbid", frozen=True)

    wavelengths: dict[str, Annotated[float, AfterValidator(checked_wavelength)]] | None = None
    clean: Annotated[Literal["all"] | tuple[str, ...] | None, BeforeValidator(_all_or_names)] = None
    coding: Annotated[_Coding, BeforeValidator(_coding_mapping)] = _Coding()
    pixels_per_mm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    notes: str | None = None
    layers: dict[Annotated[str, AfterValidator(_layer_name)], _Layer] | None = None

    @property
    def layer_kinds(self) -> dict[str, LayerKind]:
        """Kinds of the layers by name."""
        return {name: layer.kind for name, layer in (self.layers or {}).items()}


def read_description(path: Path, findings: list[Finding]) -> Description:
    """Read ``dataset.yaml`` if it exists; its problems are added to ``findings``."""
    if not path.exists():
        return Description()
    try:
        return read_model(path, Description)
    except InputError as error:
        # `data check` goes on with the images, as if nothing were stated.
        findings.append(Finding(level="error", scene="", file=path, message=str(error)))
        return Description()


def unknown_clean_scenes(
    path: Path, description: Description, scenes: Sequence[FoundScene]
) -> Iterator[Finding]:
    """Findings for scenes that are stated to be clean but do not exist."""
    if description.clean is None or description.clean == "all":
        return
    if unknown := set(description.clean) - {scene.name for scene in scenes}:
        names = ", ".join(sorted(unknown, key=natural_key))
        message = f"{path}: clean names scenes that do not exist: {names}"
        yield Finding(level="error", scene="", file=path, message=message)


def unknown_coded_bands(path: Path, coding: _Coding, known: Collection[str]) -> Iterator[Finding]:
    """Findings for bands whose coding is stated but that do not exist."""
    for band in coding.stated().by_band:
        if band not in known:
            message = f"{path}: coding names band {band}, which no scene has"
            yield Finding(level="error", scene="", file=path, message=message)
