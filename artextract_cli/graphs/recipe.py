"""The recipe of a graph: everything that determines how it is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from artextract_cli.errors import UsageError
from artextract_cli.plugin.options import split_prefixed
from artextract_cli.scenes.scene import Scene, resize_scene
from artextract_cli.utils.settings import Setting

BANDS = "bands"  # prefix of options for the bands alone: bands.KEY


@dataclass(frozen=True, kw_only=True)
class GraphRecipe:
    """How graphs are built; a model stores the recipe of its graphs.

    Attributes
    ----------
    superpixels
        Name of the superpixel method.
    superpixel_options
        Options of the method by name. With separate segmentation, ``bands.KEY`` applies to the
        bands alone, and ``KEY`` to the RGB image too.
    segmentation
        One label map for all images, computed from all of them ("shared") or from the RGB image
        alone ("photograph"), or one for each image ("separate", as published).
    features
        Node features: "standard" or "published".
    size
        Side in pixels to which every image is resized first; None keeps the size.
    """

    superpixels: Annotated[
        str, Setting(help="Superpixel method; see 'artextract plugins list'.", group="Graphs")
    ] = "slic"
    superpixel_options: Annotated[
        Mapping[str, Any],
        Setting(
            help="Option of the superpixel method, e.g. n_segments=3000; '--superpixels NAME "
            "--help' lists them.",
            group="Graphs",
        ),
    ] = field(default_factory=dict)
    segmentation: Annotated[
        Literal["shared", "photograph", "separate"],
        Setting(
            help="One label map for all images, computed from all of them or from the photograph "
            "alone; or one for each (as published).",
            group="Graphs",
        ),
    ] = "shared"
    features: Annotated[
        Literal["standard", "published"],
        Setting(help="Which node features to compute.", group="Graphs"),
    ] = "standard"
    size: Annotated[
        int | None,
        Setting(help="Resize images to this side in pixels first.", minimum=8, group="Graphs"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse options for the bands alone if one label map serves all images."""
        _, banded = split_prefixed(self.superpixel_options, BANDS)
        if banded and self.segmentation != "separate":
            msg = f"superpixel option '{BANDS}.{next(iter(banded))}' needs --segmentation separate"
            raise UsageError(msg)


def resized(scene: Scene, recipe: GraphRecipe) -> Scene:
    """Resize a scene if the recipe asks for it."""
    return scene if recipe.size is None else resize_scene(scene, recipe.size)
