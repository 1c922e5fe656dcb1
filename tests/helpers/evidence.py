"""Evidence of a whole scene, by name."""

from dataclasses import dataclass

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.band_residuals import BandResiduals
from artextract_cli.evidence.maps import MAPS, EvidenceMaps
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.imaging.blocks import full_block
from artextract_cli.scenes.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Maps (H, W, M) by the names of `MAPS`."""

    maps: FloatArray

    def __getitem__(self, name: str) -> FloatArray:
        """One map (H, W)."""
        return self.maps[..., MAPS.index(name)]


def gather_evidence(scene: Scene) -> Evidence:
    """All maps of a scene that has an infrared band, all at once."""
    return Evidence(maps=EvidenceMaps(SceneView(scene))(full_block(scene.shape))[..., : len(MAPS)])


def band_residuals(scene: Scene) -> FloatArray:
    """`BandResiduals` of a scene (H, W, B), all at once."""
    return BandResiduals(SceneView(scene))(full_block(scene.shape))
