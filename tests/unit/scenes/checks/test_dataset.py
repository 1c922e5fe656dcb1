import re
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.scenes.checks.dataset import SplitRow, check_dataset
from artextract_cli.scenes.checks.scene import SceneRow
from tests.helpers.checked_datasets import BAND, SHAPE, counts, found, only, view, write


def test_a_good_dataset(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 650, 850: 850}\n")
    write(root / "val/truth/c_hidden.png", np.full(SHAPE, 255, np.uint8))
    write(root / "val/object/c_mask.png", np.full(SHAPE, 1, np.uint8))
    check = check_dataset(root).brief
    assert check.findings == ()
    assert [row.scene for row in check.rows] == ["a", "b", "c"]
    assert check.rows[2] == SceneRow(
        split="val",
        scene="c",
        size=SHAPE,
        depth="uint8 / uint16",
        bands=3,
        wavelengths=(450.0, 650.0, 850.0),
        truth=True,
        mask=True,
        largest_shift=0.0,
    )
    source = "dataset.yaml"
    assert check.splits == (
        SplitRow(split="train", scenes=2, bands=6, wavelengths_from=source),
        SplitRow(split="val", scenes=1, bands=3, wavelengths_from=source),
    )


@pytest.mark.parametrize(
    ("given", "source"), [((450, 650, 850), "--wavelengths"), (None, "unknown")]
)
def test_where_wavelengths_come_from(
    root: Path, given: tuple[float, ...] | None, source: str
) -> None:
    check = check_dataset(root, wavelengths=given).brief
    assert {split.wavelengths_from for split in check.splits} == {source}
    assert {row.wavelengths for row in check.rows} == {given}


def test_a_band_missing_beside_other_scenes(root: Path) -> None:
    (root / BAND).unlink()
    message = "scene a has no band 650, unlike other scenes"
    only(root, "error", "a", "train/rgb_images/a_RGB.png", message)


def test_a_band_missing_beside_the_description(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 650, 850: 850}\n")
    (root / BAND).unlink()
    message = "scene a has no band 650, which dataset.yaml lists"
    only(root, "error", "a", "train/rgb_images/a_RGB.png", message)


def test_two_bands_of_one_wavelength(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelengths: {450: 450, 650: 850, 850: 850.0}\n")
    contradiction, finding = found(root)
    assert contradiction.message == (
        "band 650 is 850 nm according to dataset.yaml, but 650 nm according to its name: correct "
        "one of them unless this is intended"
    )
    assert (finding.level, finding.scene, finding.file) == ("warning", "", None)
    assert finding.message == (
        "bands 650 and 850 are both 850 nm according to dataset.yaml: correct one of them unless "
        "this is intended"
    )
    _, finding = check_dataset(root, wavelengths=(450, 450, 850)).brief.findings
    assert finding.message.startswith(
        "bands 450 and 650 are both 450 nm according to --wavelengths: "
    )


def test_every_problem_at_once(root: Path) -> None:
    (root / "dataset.yaml").write_text("wavelenghts: {450: 450}\n")
    (root / "train/ms_masks/a_ms_450.png").unlink()
    content = (root / BAND).read_bytes()
    (root / BAND).write_bytes(content[: len(content) // 2])
    write(root / "train/ms_masks/a_ms_850.png", counts(view(0)[:50]))
    write(root / "val/truth/c_hidden.png", np.zeros((3, 3), np.uint8))
    write(root / "val/object/c_mask.png", np.zeros(SHAPE, np.uint8))
    write(root / "val/ms_masks/z_ms_450.png", counts(view(0)))
    write(root / "val/rgb_images/d_RGB.png", counts(view(4)))
    check = check_dataset(root).brief
    assert {(finding.level, str(finding.file)) for finding in check.findings} == {
        ("error", "dataset.yaml"),
        ("error", "train/rgb_images/a_RGB.png"),
        ("error", BAND),
        ("error", "train/ms_masks/a_ms_850.png"),
        ("error", "val/truth/c_hidden.png"),
        ("error", "val/object/c_mask.png"),
        ("error", "val/ms_masks/z_ms_450.png"),
        ("error", "val/rgb_images/d_RGB.png"),
    }
    assert len(check.findings) == 8
    # Only a command names the dataset.
    texts = [re.sub("`.*?`", "", finding.message) for finding in check.findings]
    assert all(str(root) not in text for text in texts)
    assert len(check.rows) == 4


def test_no_scenes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rgb_images/<scene>_RGB"):
        check_dataset(tmp_path)


def test_thirty_bands_of_odd_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write(tmp_path / "train/rgb_images/a_RGB.png", rng.integers(0, 255, (7, 3, 3), np.uint8))
    for band in range(30):
        write(
            tmp_path / f"train/ms_masks/a_ms_{band}.png", rng.integers(0, 65535, (7, 3), np.uint16)
        )
    check = check_dataset(tmp_path)
    (finding,) = check.findings
    assert "a_RGB.png shows 21 pixels of painting, about 1 superpixel: too few" in finding.message
    assert check.rows[0].bands == 30
    assert check.rows[0].largest_shift is None


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("{450: 450, 650: 650, 850: 850}", None),
        ("{450: 450, 650: 650, 850: 750}", None),
        ("{450: 450, 650: 650, 850: 749}", "scene a and 2 others have no infrared band"),
    ],
)
def test_a_missing_infrared_band(root: Path, listed: str, said: str | None) -> None:
    (root / "dataset.yaml").write_text(f"wavelengths: {listed}\n")
    messages = [f.message for f in found(root) if "infrared" in f.message]
    assert len(messages) == (said is not None)
    if said:
        assert messages[0].startswith(f"{said}: the longest wavelength is 749 nm")


def test_messages_name_paths_that_exist_and_briefly_those_in_the_dataset(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root / BAND, np.zeros(SHAPE, np.uint16))
    monkeypatch.chdir(root.parent)
    check = check_dataset(Path(root.name))
    (finding,) = (f for f in check.findings if "is constant" in f.message)
    assert finding.message.startswith(f"{root.name}/{BAND} is constant")
    assert finding.file == Path(BAND)
    (brief,) = (f for f in check.brief.findings if "is constant" in f.message)
    assert finding.message == f"{root.name}/{brief.message}"
