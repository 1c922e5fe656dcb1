"""Graph-based regions (Felzenszwalb and Huttenlocher, 2004) from scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class FelzenszwalbOptions:
    """When neighbouring regions are merged.

    ``scale`` is in units of the overall contrast of the image, so that one default serves both
    CIELAB and principal components.
    """

    scale: float = option(
        0.05,
        "Difference, as a fraction of the contrast of the image, up to which a single pixel is "
        "merged; for a region of n pixels, 1/n of it. Larger values give larger regions.",
        minimum=0,
    )
    sigma: float = option(0.5, "Width of the preliminary Gaussian smoothing in pixels.", minimum=0)
    min_size: int = option(5, "Smallest region in pixels.", minimum=1)


def _load() -> SuperpixelFunction:
    from artextract_felzenszwalb.segmentation import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Regions that differ more from each other than within themselves."""
    return SuperpixelMethod(
        name="felzenszwalb",
        summary="Regions bounded by contrast, of any size and shape.",
        options=FelzenszwalbOptions,
        load=_load,
    )
