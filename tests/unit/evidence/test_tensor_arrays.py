"""Evidence in plain torch against the compiled filters, on the CPU and, if there is one, on a GPU.

With single precision, fits are sensitive to the last digits of what they are fitted on. The maps of
the same fits agree to rounding; those of a fit of its own agree on average.
"""

from typing import cast

import numpy as np
import pytest
import torch

from artextract_cli._typing import FloatArray
from artextract_cli.evidence.arrays import COMPILED, Arrays
from artextract_cli.evidence.band_residuals import BandResiduals
from artextract_cli.evidence.hidden_image import HiddenLayerImage
from artextract_cli.evidence.maps import MAPS, EvidenceMaps
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.evidence.tensor_arrays import TensorArrays
from artextract_cli.imaging.blocks import Workspace, full_block
from artextract_cli.scenes.scene import Scene
from tests.helpers.paintings import painting, ring, with_bands

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")
DEVICES = ["cpu", pytest.param("cuda", marks=[pytest.mark.cuda, needs_cuda])]


@pytest.fixture(params=DEVICES)
def tensors(request: pytest.FixtureRequest) -> Arrays:
    return cast("Arrays", TensorArrays(torch.device(request.param)))


def hidden_ring(shape: tuple[int, int] = (96, 131)) -> Scene:
    return painting(-0.2 * ring(shape), shape)


def differences(found: FloatArray, expected: FloatArray) -> FloatArray:
    """Differences (P, M) of maps (H, W, M), each as a share of its range."""
    of_range = np.abs(found - expected) / np.maximum(np.ptp(expected, axis=(0, 1)), 1e-6)
    return of_range.reshape(-1, of_range.shape[-1])


def maps_of_the_same_fits(scene: Scene, tensors: Arrays) -> tuple[FloatArray, FloatArray]:
    ours, theirs = SceneView(scene), SceneView(scene, tensors)
    theirs.__dict__["_log_sample"] = ours._log_sample
    compiled, found = EvidenceMaps(ours), EvidenceMaps(theirs)
    one, other = compiled._raw._make, found._raw._make
    other._fits, other._level = one._fits, one._level
    for mine, yours in zip(other._envelopes, one._envelopes, strict=True):
        mine._fit = yours._fit
    found._centre, found._spread = compiled._centre, compiled._spread
    found._raw._last.__dict__.clear()
    block = full_block(scene.shape)
    return tensors.returned(found(block))[..., : len(MAPS)], compiled(block)[..., : len(MAPS)]


@pytest.mark.parametrize("bands", [[0, 1, 2, 3, 4, 5], [1, 5]])
def test_maps_of_the_same_fits_agree(tensors: Arrays, bands: list[int]) -> None:
    of_range = differences(*maps_of_the_same_fits(with_bands(hidden_ring(), bands), tensors))
    worst = {MAPS[i]: of_range[:, i].max() for i in np.argsort(-of_range.max(0))[:3]}
    assert max(worst.values()) < 1e-4, worst


def test_maps_and_residuals_with_fits_of_their_own_agree_on_average(tensors: Arrays) -> None:
    scene = hidden_ring()
    ours, theirs, block = SceneView(scene), SceneView(scene, tensors), full_block(scene.shape)
    found = tensors.returned(EvidenceMaps(theirs).compressed(block))
    expected = EvidenceMaps(ours).compressed(block)
    assert differences(found, expected)[:, : len(MAPS)].mean(0).max() < 1e-3
    bands = BandResiduals(theirs)(block)
    assert differences(bands, BandResiduals(ours)(block)).mean(0).max() < 1e-3
    hidden, wanted = (HiddenLayerImage(scene, view)(block)[..., None] for view in (theirs, ours))
    assert differences(hidden, wanted).mean() < 1e-3


def test_blocks_do_not_change_the_maps(tensors: Arrays, tmp_path) -> None:
    whole = hidden_ring((150, 180))
    parts = whole.__class__(**{**vars(whole), "workspace": Workspace(90, tmp_path)})
    expected = EvidenceMaps(SceneView(whole, tensors))(full_block(whole.shape))
    view = SceneView(parts, tensors)
    maps = EvidenceMaps(view)
    assert len(view.blocks) > 1
    for block in view.blocks:
        of_range = differences(
            tensors.returned(maps(block)), tensors.returned(expected[block.place])
        )
        assert of_range[:, : len(MAPS)].mean(0).max() < 1e-3


def test_nothing_is_copied_where_nothing_is_placed() -> None:
    image = np.zeros((2, 3, 4), np.float32)
    assert COMPILED.placed(image) is COMPILED.returned(image) is image
