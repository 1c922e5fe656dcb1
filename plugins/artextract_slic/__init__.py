"""SLIC superpixels (Achanta et al., 2012) for images with any number of channels."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option


@dataclass(frozen=True)
class ClusteringOptions:
    """Size, compactness and iterations of superpixels."""

    n_segments: int | None = option(
        None, "Number of superpixels to request; overrides region_size.", minimum=1
    )
    region_size: float = option(5.0, "Side of a superpixel in pixels.", minimum=1)
    compactness: float = option(
        10.0,
        "Colour difference, in units of the image, that weighs as much as one side of a "
        "superpixel; larger values give squarer superpixels.",
        minimum=1e-6,
    )
    max_iterations: int = option(10, "Iterations of assigning pixels to superpixels.", minimum=1)


@dataclass(frozen=True)
class SlicOptions(ClusteringOptions):
    """The options of SLIC, and its variant SLICO."""

    slic_zero: bool = option(
        default=False,
        help="Adapt compactness to the contrast within each superpixel (SLICO).",
    )


def _load() -> SuperpixelFunction:
    from artextract_slic.clustering import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Compact superpixels of about equal size by local clustering."""
    return SuperpixelMethod(
        name="slic",
        summary="Compact superpixels of about equal size by local clustering; fast.",
        options=SlicOptions,
        load=_load,
    )
