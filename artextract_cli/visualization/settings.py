"""What the user chooses of a figure; apart from the figures, which import matplotlib."""

from dataclasses import dataclass
from typing import Annotated, Literal

from artextract_cli.utils.settings import Setting

MM_PER_INCH = 25.4

Mode = Literal["difference", "dark", "light", "attention", "gradcam", "hidden"]
Colours = Annotated[Literal["blue-red", "jet"], Setting(help="Colours of the heat map.")]


@dataclass(frozen=True, kw_only=True)
class Page:
    """How large a figure is printed, and how fine its pixels are.

    Attributes
    ----------
    width_mm
        Width in mm; as large as its content if None.
    dpi
        Pixels per inch of what is not drawn as lines.
    """

    width_mm: Annotated[
        float | None,
        Setting(
            help="Width of the figure in mm, e.g. 85 for one column and 180 for two; text keeps "
            "its size. As large as its content if left out.",
            minimum=50,
            maximum=1000,
        ),
    ] = None
    dpi: Annotated[
        int,
        Setting(help="Pixels per inch of what is not drawn as lines.", minimum=50, maximum=1200),
    ] = 200

    @property
    def inches(self) -> float | None:
        """Width in inches, where it is given."""
        return None if self.width_mm is None else self.width_mm / MM_PER_INCH


AS_DRAWN = Page()


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a picture of a pair shows."""

    mode: Annotated[
        Mode,
        Setting(
            help="What the map shows: difference, the heat map; dark or light, hidden content of "
            "that sign only; attention; Grad-CAM; hidden, the hidden-layer image."
        ),
    ] = "difference"
    show_bands: Annotated[
        tuple[str, ...],
        Setting(
            help="Band to show beside it, by id or nm; may be given several times. The last band "
            "if left out.",
            option="show_band",
        ),
    ] = ()
    only_band: Annotated[bool, Setting(help="Heat map of the shown band alone.")] = False
    colours: Colours = "blue-red"


@dataclass(frozen=True, kw_only=True)
class EmbeddingLook:
    """How embeddings come down to two dimensions, and their colours."""

    method: Annotated[
        Literal["pca", "tsne"],
        Setting(help="Projection: principal components, or t-SNE, which keeps neighbours."),
    ] = "pca"
    colours: Colours = "blue-red"
