"""The recipe of a graph: everything that decides how it is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from artextract_cli.errors import UsageError
from artextract_cli.plugin.options import parted
from artextract_cli.scenes.scene import Scene, resize_scene

BANDS = "bands"  # parts the options of the bands alone from the others: bands.KEY


@dataclass(frozen=True, kw_only=True)
class GraphRecipe:
    """How graphs are made; a model remembers the recipe of its graphs.

    Attributes
    ----------
    superpixels
        Name of the superpixel method.
    superpixel_options
        Options of the method by name. With separate segmentation, ``bands.KEY`` is an option of the
        bands alone, and ``KEY`` is one of the RGB image too.
    segmentation
        One label map for all images, computed from all of them ("shared") or from the RGB image
        alone ("photograph"), or one for each image ("separate", as published).
    features
        Node features: "standard" or "published".
    size
        Side in pixels to which every image is resized first; None keeps the size.
    """

    superpixels: str = "slic"
    superpixel_options: Mapping[str, Any] = field(default_factory=dict)
    segmentation: Literal["shared", "photograph", "separate"] = "shared"
    features: Literal["standard", "published"] = "standard"
    size: int | None = None

    def __post_init__(self) -> None:
        """Refuse options for the bands alone where there is one segmentation for all."""
        _, banded = parted(self.superpixel_options, BANDS)
        if banded and self.segmentation != "separate":
            msg = f"superpixel option '{BANDS}.{next(iter(banded))}' needs --segmentation separate"
            raise UsageError(msg)


def sized(scene: Scene, recipe: GraphRecipe) -> Scene:
    """Bring a scene to the size that the recipe asks for."""
    return scene if recipe.size is None else resize_scene(scene, recipe.size)
