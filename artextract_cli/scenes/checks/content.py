"""What the images of a scene show, compared with one another: collected band by band."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.painting_mask import averaged
from artextract_cli.scenes.checks.band_order import LONGEST_SIDE, find_exchange
from artextract_cli.scenes.checks.dead_lines import dead_line_problems
from artextract_cli.scenes.checks.surroundings import surroundings_problems
from artextract_cli.scenes.findings import Finding, Remedy
from artextract_cli.scenes.scene import SceneFiles


@dataclass(frozen=True, kw_only=True)
class SceneContent:
    """A photograph (H, W, 3), coded as sRGB, and what is kept of its bands."""

    files: SceneFiles
    photograph: FloatArray
    mask: BoolArray | None
    _bands: dict[str, FloatArray] = field(default_factory=dict)
    """Reduced bands (h, w, 1) by id."""

    def add(self, band: str, path: Path, values: FloatArray) -> Iterator[Finding]:
        """Keep a band (H, W) of the size of the photograph; yield problems of its lines."""
        self._bands[band] = averaged(values)
        grey = self.photograph.mean(axis=2)
        for problem in dead_line_problems(path, values, grey, self.mask):
            yield self._warning(path, problem)

    def problems(self, registered: set[Path]) -> Iterator[Finding]:
        """Problems of all images together; ``registered`` are the bands that can be compared."""
        photograph, bands = averaged(self.photograph), list(self._bands.values())
        for problem, remedy in surroundings_problems(self.files.rgb, photograph, bands, self.mask):
            yield self._warning(self.files.rgb, problem, remedy)
        yield from self._exchange(registered)

    def _exchange(self, registered: set[Path]) -> Iterator[Finding]:
        nm = dict(zip(self.files.band_ids, self.files.wavelengths or (), strict=False))
        paths = dict(zip(self.files.band_ids, self.files.bands, strict=True))
        bands = [band for band in self._bands if band in nm and paths[band] in registered]
        if len(bands) < 2:
            return
        values = [averaged(self._bands[band], LONGEST_SIDE) for band in bands]
        photograph = averaged(averaged(self.photograph), LONGEST_SIDE)
        painted = None
        if self.mask is not None:
            painted = averaged(averaged(self.mask.astype(np.float32)), LONGEST_SIDE)[..., 0] > 0.99
        found = find_exchange(
            photograph, np.concatenate(values, axis=2), [nm[band] for band in bands], painted
        )
        if found is not None:
            shorter, longer = bands[found.shorter], bands[found.longer]
            yield self._warning(
                paths[shorter],
                f"bands {shorter} and {longer} of scene {self.files.name} are probably exchanged: "
                f"the colour of the photograph near {nm[shorter]:g} nm correlates with band "
                f"{longer} by {found.exchanged:.2f}, but with band {shorter} only by "
                f"{found.as_named:.2f}; exchange the files, or correct the wavelengths in "
                "dataset.yaml",
            )

    def _warning(self, file: Path, message: str, remedy: Remedy = None) -> Finding:
        scene = self.files.name
        return Finding(level="warning", scene=scene, file=file, message=message, remedy=remedy)
