"""Options that the commands of `artextract data` take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from artextract_cli.cli.option_groups import (
    DEFAULT_MODEL,
    Codings,
    MaxMemory,
    Model,
    Plates,
    Wavelengths,
)
from artextract_cli.cli.parameters import Workers
from artextract_cli.pipelines.settings import Device
from artextract_cli.utils.settings import Seed, Setting

PaletteName = Literal[
    "old-masters", "moderns", "measured", "workshop", "random", "mixed", "a", "b", "c", "d"
]


@dataclass(frozen=True, kw_only=True)
class Paintings:
    """A dataset of simulated paintings."""

    # Enough for the default objective to learn on two cores in minutes; as in the demo.
    train: Annotated[int, Setting(help="Training scenes.", minimum=0, group="Paintings")] = 24
    val: Annotated[int, Setting(help="Validation scenes.", minimum=0, group="Paintings")] = 8
    size: Annotated[
        int, Setting(help="Side length of the images in pixels.", minimum=16, group="Paintings")
    ] = 256
    seed: Seed = 0
    wavelengths: Wavelengths
    palette: Annotated[
        PaletteName,
        Setting(
            help="Style of the paintings: old-masters, moderns, measured or workshop (a to d for "
            "short); random, with new pigments, composition and camera for each painting; or "
            "mixed, two random to one old-masters, as used to train the bundled models.",
            group="Paintings",
        ),
    ] = "old-masters"
    clean: Annotated[
        Literal["some", "train", "all"],
        Setting(
            help="Scenes without a hidden layer: every fourth, all training scenes, or all.",
            group="Paintings",
        ),
    ] = "some"
    layers: Annotated[
        Literal["none", "xray"],
        Setting(
            help="Further layers of each painting: xray, an X-ray radiograph with canvas, ground "
            "and stretcher.",
            group="Paintings",
        ),
    ] = "none"


@dataclass(frozen=True, kw_only=True)
class Importing(Workers):
    """How captures are imported."""

    options: Annotated[Mapping[str, Any], Setting(help="Option of the importer.")] = field(
        default_factory=dict
    )
    split: Annotated[
        Literal["train", "val"], Setting(help="Split that the scenes are added to.")
    ] = "train"
    auto_mask: Annotated[
        bool, Setting(help="Mask backdrop and colour chart, like 'data mask'.", group="Output")
    ] = False
    coding: Codings
    dry_run: Annotated[
        bool, Setting(help="Read and check everything, report, and write nothing.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Examining:
    """How one painting is examined."""

    importer: Annotated[
        str | None,
        Setting(help="Importer of the captures; by default the one that recognises the folder."),
    ] = None
    options: Annotated[
        Mapping[str, Any],
        Setting(help="Option of the importer, e.g. wavelengths=450,550,650,950."),
    ] = field(default_factory=dict)
    coding: Codings
    model: Model = DEFAULT_MODEL
    device: Device = "auto"
    max_memory: MaxMemory
    pixels_per_mm: Annotated[
        float | None, Setting(help="Scale of the photograph.", minimum=1e-6, maximum=1e6)
    ] = None
    plates: Plates = None
    dry_run: Annotated[
        bool, Setting(help="Read the captures and say what they are; write nothing.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """By what the colours of photographs are corrected."""

    grey: Annotated[
        str | None,
        Setting(help="Grey patch instead of a chart: X,Y,WIDTH,HEIGHT in px.", group="Colour"),
    ] = None
    chart_scene: Annotated[
        str | None,
        Setting(help="Scene whose chart, or grey patch, serves all scenes.", group="Colour"),
    ] = None
    coding: Codings


@dataclass(frozen=True, kw_only=True)
class Lighting:
    """Reference frames and exposure of raw counts."""

    white: Annotated[
        Path | None,
        Setting(help="Folder with one frame of a white target per band.", group="Lighting"),
    ] = None
    dark: Annotated[
        Path | None,
        Setting(help="Folder with one frame of the covered lens per band.", group="Lighting"),
    ] = None
    blind: Annotated[
        bool,
        Setting(
            help="Without frames: estimate uneven light from the images, and divide by it.",
            group="Lighting",
        ),
    ] = False
    # The nominal value of targets of sintered PTFE, as sold for calibration.
    white_reflectance: Annotated[
        float,
        Setting(help="Reflectance of the white target.", minimum=0.01, maximum=1, group="Lighting"),
    ] = 0.99
    exposure_ratio: Annotated[
        float,
        Setting(
            help="Exposure time of the painting divided by that of white.",
            minimum=1e-3,
            maximum=1e3,
            group="Lighting",
        ),
    ] = 1.0
    coding: Codings
