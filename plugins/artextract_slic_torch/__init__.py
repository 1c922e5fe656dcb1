"""SLIC superpixels in plain torch, for batches of images, on the CPU or on a GPU."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option
from artextract_slic import ClusteringOptions


@dataclass(frozen=True)
class SlicTorchOptions(ClusteringOptions):
    """The options of SLIC, and its device."""

    device: str = option(
        "auto",
        "Device that segments images: auto (a GPU if there is one), cpu, cuda, or cuda:N for one "
        "of several GPUs.",
    )


def _load() -> SuperpixelFunction:
    from artextract_slic_torch.clustering import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Compact superpixels of about equal size, on the CPU or on a GPU."""
    return SuperpixelMethod(
        name="slic-torch",
        summary="The superpixels of slic in torch; for batches of images on a GPU.",
        options=SlicTorchOptions,
        load=_load,
    )
