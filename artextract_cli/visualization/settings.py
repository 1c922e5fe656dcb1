"""Options of figures, in a module of their own: those of the figures import matplotlib."""

from dataclasses import dataclass
from typing import Annotated, Literal

from artextract_cli.utils.settings import Setting, check_values

MM_PER_INCH = 25.4  # by definition

Mode = Literal["difference", "dark", "light", "attention", "gradcam", "hidden"]
Colours = Annotated[
    Literal["blue-red", "jet"], Setting(help="Colours of the heat map.", group="Figure")
]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Width and resolution of a figure.

    Attributes
    ----------
    width_mm
        Width in mm; that of the content if None.
    dpi
        Resolution in pixels per inch of what is not drawn as vectors.
    """

    width_mm: Annotated[
        float | None,
        Setting(
            help="Width of the figure in mm, e.g. 85 for one column and 180 for two; the text "
            "keeps its size. Default: the width of the content.",
            # At 50 mm, half is left for the panels beside the colour bar (`canvas.panel_grid`).
            minimum=50,
            maximum=1000,
            group="Figure",
        ),
    ] = None
    dpi: Annotated[
        int,
        Setting(
            help="Resolution in pixels per inch of what is not drawn as vectors.",
            minimum=50,
            maximum=1200,
            group="Figure",
        ),
    ] = 200

    def __post_init__(self) -> None:
        check_values(self)

    @property
    def inches(self) -> float | None:
        """Width in inches; None if it is not given."""
        return None if self.width_mm is None else self.width_mm / MM_PER_INCH


DEFAULT_PAGE = Page()


@dataclass(frozen=True, kw_only=True)
class PairOptions:
    """What a pair figure shows."""

    mode: Annotated[
        Mode,
        Setting(
            help="Map to show: difference (the heat map), dark or light (hidden content of that "
            "sign only), attention, gradcam, or hidden (the hidden-layer image).",
            group="Figure",
        ),
    ] = "difference"
    show_bands: Annotated[
        tuple[str, ...],
        Setting(
            help="Band to show, by id or wavelength in nm; may be given several times. Default: "
            "the last band.",
            option="show_band",
            group="Figure",
            metavar="BAND",
        ),
    ] = ()
    only_band: Annotated[
        bool, Setting(help="Show the heat map of the shown band only.", group="Figure")
    ] = False
    colours: Colours = "blue-red"


@dataclass(frozen=True, kw_only=True)
class EmbeddingOptions:
    """Projection and colours of an embedding figure."""

    method: Annotated[
        Literal["pca", "tsne"],
        Setting(
            help="Projection: principal components (pca), or t-SNE (tsne), which preserves "
            "neighbourhoods.",
            group="Figure",
        ),
    ] = "pca"
    colours: Colours = "blue-red"
