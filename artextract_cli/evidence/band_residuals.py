"""How every band differs from what the visible data predict."""

from functools import partial

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_regression import Surface, fit_bands
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import Block, BlockCache


class BandResiduals:
    """The robust signed residual of every band, in deviations; negative = darker.

    An infrared band is predicted by all visible data, a visible one by the photograph.
    """

    def __init__(self, view: SceneView) -> None:
        self._view = view
        every = list(range(view.n_bands))
        visible = [b for b in every if b not in view.infrared]
        self._logs = BlockCache(lambda block: view.log_bands(block, every))
        surfaces, bands = view.samples(self._logs)
        self._chosen = (view.infrared, visible)
        self._fits = [
            fit_bands(surface, bands[:, chosen])
            for surface, chosen in zip(surfaces, self._chosen, strict=True)
        ]

    def __call__(self, block: Block) -> FloatArray:
        """The residuals (h, w, B) of a block."""
        core = partial(self._view.blocks.core, block)
        surfaces, logs = self._view.surfaces(block), core(self._logs(block))
        arrays = self._view.arrays
        planes: dict[int, FloatArray] = {}
        for surface, chosen, fit in zip(surfaces, self._chosen, self._fits, strict=True):
            of_block = Surface(*map(core, surface))
            residuals = arrays.residuals(fit, of_block, logs[..., chosen])
            planes |= dict(zip(chosen, residuals, strict=True))
        return arrays.returned(
            arrays.as_image([planes[band] for band in range(self._view.n_bands)])
        )
