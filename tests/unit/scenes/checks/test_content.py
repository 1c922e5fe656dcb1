"""What the images of a scene show, in datasets on disk."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.simulate import PALETTES, SceneSettings, simulate_dataset
from tests.helpers.charts import chart_colours, with_patches
from tests.helpers.checked_datasets import SHAPE, counts, found, view, write

RGB = "train/rgb_images/a_RGB.png"


@pytest.fixture
def simulated(tmp_path: Path) -> Path:
    root = tmp_path / "simulated"
    settings = SceneSettings(size=128, palette=PALETTES["old-masters"])
    simulate_dataset(root, train=0, val=1, seed=3, settings=settings)
    return root


@pytest.mark.parametrize("palette", ["old-masters", "moderns", "measured", "workshop"])
def test_simulated_paintings_have_no_problems(tmp_path: Path, palette: str) -> None:
    root, settings = tmp_path / "data", SceneSettings(size=128, palette=PALETTES[palette])
    simulate_dataset(root, train=0, val=2, seed=5, settings=settings)
    assert [finding.message for finding in found(root)] == []


def test_exchanged_bands(simulated: Path) -> None:
    (blue,), (red,) = (simulated.glob(f"val/ms_masks/*_{nm}.png") for nm in (420, 650))
    content = blue.read_bytes()
    blue.write_bytes(red.read_bytes())
    red.write_bytes(content)
    (finding,) = found(simulated)
    assert (finding.level, finding.file) == ("warning", blue.relative_to(simulated))
    assert "bands 420 and 650 of scene sim_val_0000 are probably exchanged" in finding.message


def test_bands_of_another_painting_are_not_called_exchanged(simulated: Path) -> None:
    (blue,) = simulated.glob("val/ms_masks/*_420.png")
    write(blue, counts(view(9, shape=(128, 128))))
    (finding,) = found(simulated)
    assert "shares no edges" in finding.message


def test_a_chart_in_the_photograph(root: Path) -> None:
    photograph = np.dstack([view(0)] * 3)
    charted = with_patches(photograph, chart_colours(3, 4), 12, (20, 30))
    write(root / RGB, counts(charted, np.uint8))
    (finding,) = [f for f in found(root) if "regular grid" in f.message]
    assert (finding.scene, str(finding.file)) == ("a", RGB)
    mask = np.full(SHAPE, 255, np.uint8)
    mask[:75, :100] = 0
    write(root / "train/object/a_mask.png", mask)
    assert not [f for f in found(root) if "regular grid" in f.message]


def test_a_grey_photograph_is_examined(root: Path) -> None:
    write(root / RGB, counts(view(0)))
    assert found(root) == []
