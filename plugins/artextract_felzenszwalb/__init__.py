"""Graph-based regions (Felzenszwalb and Huttenlocher, 2004) by scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class FelzenszwalbOptions:
    """When neighbouring regions count as one.

    ``scale`` is in units of the picture's overall contrast, so that one default serves CIELAB and
    principal components alike.
    """

    scale: float = option(
        0.05,
        "Difference, as a share of the picture's contrast, that a single pixel may show and still "
        "be joined; a region of n pixels tolerates 1/n of it. More makes larger regions.",
        minimum=0,
    )
    sigma: float = option(0.5, "Width in pixels of the smoothing before.", minimum=0)
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
