"""Watershed superpixels on the gradient, from scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class WatershedOptions:
    """Size and compactness of superpixels."""

    n_segments: int | None = option(
        None, "Number of superpixels to request; overrides region_size.", minimum=1
    )
    region_size: float = option(5.0, "Side of a superpixel in pixels.", minimum=1)
    compactness: float = option(
        0.1,
        "Cost of each pixel of distance to the seed, as a fraction of the mean gradient of the "
        "image; larger values give rounder superpixels.",
        minimum=0,
    )


def _load() -> SuperpixelFunction:
    from artextract_watershed.segmentation import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Superpixels flooded from a regular grid of seeds."""
    return SuperpixelMethod(
        name="watershed",
        summary="Regions flooded from a regular grid of seeds up to the ridges of the gradient.",
        options=WatershedOptions,
        load=_load,
    )
