"""SLIC superpixels in plain torch: whole batches of pictures, on the CPU or on a GPU."""

from dataclasses import dataclass

from artextract_cli import SuperpixelFunction, SuperpixelMethod, hookimpl, option
from artextract_slic import ClusteringOptions


@dataclass(frozen=True)
class SlicTorchOptions(ClusteringOptions):
    """The options of SLIC, and where it runs."""

    device: str = option(
        "auto",
        "Where pictures are cut; auto takes the GPU where there is one.",
        choices=("auto", "cpu", "cuda"),
    )


def _load() -> SuperpixelFunction:
    from artextract_slic_torch.clustering import segment

    return segment


@hookimpl
def artextract_superpixels() -> SuperpixelMethod:
    """Compact superpixels of about equal size, on the CPU or on a GPU."""
    return SuperpixelMethod(
        name="slic-torch",
        summary="The superpixels of slic by torch; for batches of pictures on a GPU.",
        options=SlicTorchOptions,
        load=_load,
    )
