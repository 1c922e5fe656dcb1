"""Quick shift superpixels (Vedaldi and Soatto, 2008) from scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class QuickshiftOptions:
    """How far pixels search for their mode.

    ``ratio`` is in units of the overall contrast of the image, so that one default serves both
    CIELAB and principal components.
    """

    kernel_size: float = option(
        1.0,
        "Width in pixels of the kernel that estimates density; time grows with its square.",
        minimum=1,
    )
    max_dist: float = option(
        2.0,
        "Largest distance to a pixel of the same region; larger values give larger regions.",
        minimum=0,
    )
    ratio: float = option(
        5.0, "Distance in pixels that weighs as much as the full contrast of the image.", minimum=0
    )


def _load() -> SuperpixelFunction:
    from artextract_quickshift.segmentation import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Regions that climb to the same mode of the density in colour and position."""
    return SuperpixelMethod(
        name="quickshift",
        summary="Modes of the density in colour and position; follows detail; slow.",
        options=QuickshiftOptions,
        load=_load,
    )
