"""Groups of options that several commands share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.cli.derived_options import Parsed
from artextract_cli.cli.parameters import (
    Workers,
    parse_bands,
    parse_coding,
    parse_memory,
    parse_wavelengths,
)
from artextract_cli.evidence.signs import Expect
from artextract_cli.imaging.coding import Coding
from artextract_cli.pipelines.settings import Device, Engine
from artextract_cli.report.filing import GROUP, Filing, read_filing
from artextract_cli.utils.parallel.shards import Shard, parse_shard
from artextract_cli.utils.settings import Setting

if TYPE_CHECKING:
    from artextract_cli.results.scene_scores import SceneScorer
    from artextract_cli.scenes.scene import SceneFiles

Wavelengths = Annotated[
    tuple[float, ...] | None,
    Parsed(
        help="Wavelengths of the bands in nm, e.g. 420,470,530,650,850,950.",
        parse=parse_wavelengths,
        metavar="NM,...",
    ),
]
Codings = Annotated[
    Coding,
    Parsed(
        help="Transfer function of photograph, bands or one band: linear, srgb or gamma 2.2, e.g. "
        "bands=srgb for bands saved for display.",
        parse=parse_coding,
        metavar="IMAGE=WORD",
    ),
]
MaxMemory = Annotated[
    int,
    Parsed(
        help="Memory limit; larger scenes are processed in blocks.",
        parse=parse_memory,
        # Leaves room beside other programs on a machine of 8 GB; a scene of 10 000 × 10 000 pixels
        # with 8 bands then takes 85 s to build and 11 min to score (docs/performance.md).
        default="4GB",
        group="Computing",
        metavar="SIZE",
    ),
]
Model = Annotated[
    Path,
    Setting(
        help="Run directory or model file, or a bundled model, gat or gcn; none scores without a "
        "trained model."
    ),
]
# The bundled GAT: docs/detection.md compares it with the GCN.
DEFAULT_MODEL = Path("gat")
View = Annotated[
    int,
    typer.Option(min=0, help="With separate graphs: 0 for the photograph, 1 and up for the bands."),
]


@dataclass(frozen=True, kw_only=True)
class Captures:
    """Properties of the captures of a dataset that its files do not contain."""

    wavelengths: Wavelengths
    coding: Codings

    @property
    def words(self) -> list[str]:
        """The options that state the same properties on another command line."""
        words = [word for option in self.coding.options for word in ("--coding", option)]
        if self.wavelengths is not None:
            words += ["--wavelengths", ",".join(f"{nm:g}" for nm in self.wavelengths)]
        return words


@dataclass(frozen=True, kw_only=True)
class LargeCaptures(Captures):
    """Captures that are processed in blocks if memory is short; ``max_memory`` in bytes."""

    max_memory: MaxMemory


@dataclass(frozen=True, kw_only=True)
class SharedCaptures(Workers, LargeCaptures):
    """Captures that are shared among processes and machines."""

    shard: Annotated[
        Shard | None,
        Parsed(
            help="Only part I of N of the scenes, e.g. 2/8.",
            parse=parse_shard,
            group="Computing",
            metavar="I/N",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class ScoredCaptures(SharedCaptures):
    """Captures of a split that are scored, or were scored in shards."""

    split: Annotated[str | None, Setting(help="Only this split.", metavar="train|val")] = None
    marks: Annotated[
        Path | None,
        Setting(
            help="Marks saved from a report, to re-rank heat maps by.",
            group="Model",
            metavar="FILE",
        ),
    ] = None
    finish: Annotated[bool, Setting(help="Write the summary of all shards.", group="Computing")] = (
        False
    )


@dataclass(frozen=True, kw_only=True)
class Computing:
    """Device and engine of networks."""

    device: Device = "auto"
    engine: Engine = "auto"


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """What the demo does, and its device and engine."""

    train: Annotated[
        bool,
        Setting(
            help="Train a small network first, and measure how well it finds hidden layers.",
            group="Training",
        ),
    ] = False
    # With these numbers and `demo_training.SMALL`, training takes about two minutes on two cores.
    epochs: Annotated[int, Setting(help="With --train: training epochs.", minimum=1)] = 20
    train_scenes: Annotated[
        int, Setting(help="With --train: training scenes.", minimum=2, group="Training")
    ] = 24
    val_scenes: Annotated[
        int, Setting(help="With --train: scenes to examine.", minimum=1, group="Training")
    ] = 8
    size: Annotated[
        int, Setting(help="Side length of the images in pixels.", minimum=32, group="Paintings")
    ] = 256
    device: Device = "auto"
    engine: Engine = "auto"


@dataclass(frozen=True, kw_only=True)
class ScorerChoice:
    """The model or method that scores scenes."""

    model: Model = DEFAULT_MODEL
    scorer: Annotated[
        Literal["envelope", "residual"] | None,
        Setting(help="Score without learning for the heat map; --model none: envelope."),
    ] = None
    expect: Annotated[
        Expect,
        Setting(
            help="Hidden content in the heat map: dark (carbon black), light (lead white) or "
            "either; both have maps of their own."
        ),
    ] = "either"

    def open(self) -> "SceneScorer":
        """Open the model, or the model-free score."""
        from artextract_cli.pipelines.scoring import open_scorer

        return open_scorer(self.model, score=self.scorer, expect=self.expect)


@dataclass(frozen=True, kw_only=True)
class ScorerSetup(Computing, ScorerChoice):
    """The model or method that scores scenes, with device, engine and adaptation."""

    adapt: Annotated[
        bool,
        Setting(help="Adapt the model to each painting first, if that clearly helps."),
    ] = False

    def open(self) -> "SceneScorer":
        """Open the model on its device, or the model-free score."""
        from artextract_cli.pipelines.scoring import open_scorer

        return open_scorer(
            self.model,
            score=self.scorer,
            device=self.device,
            engine=self.engine,
            expect=self.expect,
            adapts=self.adapt,
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A photograph and its bands, given as files instead of a dataset."""

    rgb: Annotated[Path | None, Setting(help="One photograph instead of a dataset.")] = None
    bands: Annotated[
        Mapping[str, Path],
        Parsed(
            help="A band of that photograph as NM=FILE, e.g. 950=ir.tif.",
            option="band",
            parse=parse_bands,
            metavar="NM=FILE",
        ),
    ]

    @property
    def is_absent(self) -> bool:
        """Whether neither a photograph nor a band is given."""
        return self.rgb is None and not self.bands

    def files(self, coding: Coding) -> "SceneFiles | None":
        """The files as a scene; None unless a photograph and a band are given.

        Raises
        ------
        UsageError
            If the coding names an unknown band, or only some bands have wavelengths.
        """
        from artextract_cli.scenes.dataset import pair_files

        return pair_files(self.rgb, self.bands, coding=coding) if self.rgb and self.bands else None


Plates = Annotated[
    Path | None,
    Setting(
        help="Folder for photograph, longest band, heat map and other maps as PNG.", group="Output"
    ),
]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is shown of results."""

    no_bands: Annotated[
        bool,
        Setting(
            help="Omit images of the bands, for instance if the files are unavailable.",
            group="Output",
        ),
    ] = False
    pixels_per_mm: Annotated[
        float | None,
        Setting(help="Scale of the photograph; overrides dataset.yaml.", minimum=1e-6, maximum=1e6),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Reporting(Shown):
    """What a report shows."""

    plates: Plates = None
    marks: Annotated[
        Path | None,
        Setting(help="Marks saved from a report, to be shown.", group="Input", metavar="FILE"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Filed(Filing):
    """Statements about an examination, from options and from a file."""

    filing: Annotated[
        Path | None,
        Setting(help="YAML file with these statements; options override it.", group=GROUP),
    ] = None

    def read(self) -> Filing:
        """The statements of the options, and those of the file where there are none.

        Raises
        ------
        InputError
            If the file is not valid.
        """
        given = {name: getattr(self, name) for name in Filing.__dataclass_fields__}
        of_file = Filing() if self.filing is None else read_filing(self.filing)
        return Filing(**given).over(of_file)
