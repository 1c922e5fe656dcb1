"""Watershed superpixels on the gradient, by scikit-image."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class WatershedOptions:
    """How large and how compact superpixels are."""

    n_segments: int | None = option(
        None, "Superpixels to ask for; overrides region_size.", minimum=1
    )
    region_size: float = option(5.0, "Side of a superpixel in pixels.", minimum=1)
    compactness: float = option(
        0.1,
        "Share of the picture's mean gradient that a pixel of distance to the seed costs; more "
        "makes rounder superpixels.",
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
