"""Quick shift superpixels (Vedaldi and Soatto, 2008) by scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class QuickshiftOptions:
    """How far pixels look for their mode.

    ``ratio`` is in units of the picture's overall contrast, so that one default serves CIELAB and
    principal components alike.
    """

    kernel_size: float = option(
        1.0,
        "Width in pixels of the kernel that estimates density; time grows with its square.",
        minimum=1,
    )
    max_dist: float = option(
        2.0,
        "Largest distance to a pixel of the same region; more makes larger regions.",
        minimum=0,
    )
    ratio: float = option(
        5.0, "Distance in pixels that weighs as much as the picture's whole contrast.", minimum=0
    )


def _load() -> SuperpixelFunction:
    from artextract_quickshift.segmentation import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Regions that climb to the same mode of the density in colour and place."""
    return SuperpixelMethod(
        name="quickshift",
        summary="Modes of the density in colour and place; follows detail, slow.",
        options=QuickshiftOptions,
        load=_load,
    )
