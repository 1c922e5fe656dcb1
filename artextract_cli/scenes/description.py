"""What ``dataset.yaml`` states about a dataset."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import WORDS, Coding, canonical_coding
from artextract_cli.scenes.layout import Finding, FoundScene, natural_key
from artextract_cli.scenes.spectrum import LONGEST_NM, SHORTEST_NM
from artextract_cli.utils.yaml import read_model

DESCRIPTION = "dataset.yaml"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What ``dataset.yaml`` says of all scenes."""

    pixels_per_mm: float | None = None
    notes: str = ""
    wavelengths: Mapping[str, float] = field(default_factory=dict)
    """In nm, by band id."""

    clean: Literal["all"] | tuple[str, ...] | None = None
    """Scenes known to hide nothing."""

    coding: Coding = field(default_factory=Coding)


def read_statement(root: Path) -> Statement:
    """Read what the dataset at ``root`` says of itself; nothing where it has no ``dataset.yaml``.

    Raises
    ------
    InputError
        If ``dataset.yaml`` is wrong.
    """
    path = root / DESCRIPTION
    if not path.exists():
        return Statement()
    said = read_model(path, Description)
    return Statement(
        pixels_per_mm=said.pixels_per_mm,
        notes=said.notes or "",
        wavelengths=said.wavelengths or {},
        clean=said.clean,
        coding=said.coding.stated(),
    )


def checked_wavelength(value: float) -> float:
    """Check that a wavelength is one in nm."""
    if not SHORTEST_NM <= value <= LONGEST_NM:
        msg = f"a wavelength is between {SHORTEST_NM} and {LONGEST_NM} nm"
        raise ValueError(msg)
    return value


def _all_or_names(value: object) -> object:
    """Scene names that are numbers come as such from YAML."""
    if value is None or value == "all":
        return value
    if isinstance(value, list) and all(type(name) in (str, int) for name in value):
        return tuple(map(str, value))
    msg = "expected is 'all' or a list of scene names"
    raise ValueError(msg)


_Word = Annotated[str, BeforeValidator(canonical_coding)]


def _word_or_words(value: object) -> object:
    """One word for all bands, or one for each."""
    if isinstance(value, dict):
        return {band: _word_of_band(band, word) for band, word in value.items()}
    return None if value is None else canonical_coding(value)


def _word_of_band(band: str, word: object) -> str:
    try:
        return canonical_coding(word)
    except ValueError as error:
        msg = f"of band {band}, {error}"
        raise ValueError(msg) from None


def _words_by_role(value: object) -> object:
    """Nothing stated is the usual coding."""
    if value is None:
        return {}
    if isinstance(value, dict) and value.keys() <= _Coding.model_fields.keys():
        return value
    msg = f"it has the keys photograph and bands, such as {{bands: srgb}}; a coding is {WORDS}"
    raise ValueError(msg)


class _Coding(BaseModel):
    """The content of ``coding`` in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photograph: _Word | None = None
    bands: Annotated[str | dict[str, str] | None, BeforeValidator(_word_or_words)] = None

    def stated(self) -> Coding:
        if isinstance(self.bands, dict):
            return Coding(photograph=self.photograph, by_band=self.bands)
        return Coding(photograph=self.photograph, bands=self.bands)


class Description(BaseModel):
    """The content of ``dataset.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wavelengths: dict[str, Annotated[float, AfterValidator(checked_wavelength)]] | None = None
    clean: Annotated[Literal["all"] | tuple[str, ...] | None, BeforeValidator(_all_or_names)] = None
    coding: Annotated[_Coding, BeforeValidator(_words_by_role)] = _Coding()
    pixels_per_mm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    notes: str | None = None


def read_description(path: Path, findings: list[Finding]) -> Description:
    """Read ``dataset.yaml``, if there is one; what is wrong with it joins ``findings``."""
    if not path.exists():
        return Description()
    try:
        return read_model(path, Description)
    except InputError as error:
        findings.append(Finding(level="error", scene="", file=path, message=str(error)))
        return Description()


def unknown_clean_scenes(
    path: Path, description: Description, scenes: Sequence[FoundScene]
) -> Iterator[Finding]:
    """Findings of scenes that are stated to be clean and are not there."""
    if description.clean is None or description.clean == "all":
        return
    if unknown := set(description.clean) - {scene.name for scene in scenes}:
        names = ", ".join(sorted(unknown, key=natural_key))
        message = f"{path}: clean names scenes that do not exist: {names}"
        yield Finding(level="error", scene="", file=path, message=message)


def unknown_coded_bands(path: Path, coding: _Coding, known: Collection[str]) -> Iterator[Finding]:
    """Findings of bands whose coding is stated and that are not there."""
    for band in coding.stated().by_band:
        if band not in known:
            message = f"{path}: coding names band {band}, which no scene has"
            yield Finding(level="error", scene="", file=path, message=message)
