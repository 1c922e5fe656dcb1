"""Pictures that were saved for display give what those of linear counts give."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

from artextract_cli.imaging.coding import coded_rgb, linear_rgb
from artextract_cli.io.images import read_counts
from artextract_cli.preprocessing import mask_dataset
from artextract_cli.results.reader import open_scene
from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png

WAVELENGTHS = 'wavelengths: {"450": 450, "650": 650, "850": 850}\n'
CODED = WAVELENGTHS + "coding: {photograph: linear, bands: {'850': srgb}}\n"


def recoded(dataset: Path, path: Path, curve: Callable[[np.ndarray], np.ndarray]) -> None:
    counts = read_counts(dataset / path)
    values = curve(counts / np.float32(np.iinfo(counts.dtype).max))
    stored = np.uint16(np.rint(values * 65535))
    write_png(dataset / path, stored[..., 0] if stored.shape[2] == 1 else stored)


@pytest.fixture
def coded(dataset: Path, tmp_path: Path) -> Path:
    """The dataset with a linear photograph and an infrared band that was saved for display."""
    made = Path(shutil.copytree(dataset, tmp_path / "coded"))
    for path in made.rglob("*_RGB.png"):
        recoded(made, path.relative_to(made), linear_rgb)
    for path in made.rglob("*_ms_850.png"):
        recoded(made, path.relative_to(made), coded_rgb)
    (made / "dataset.yaml").write_text(CODED)
    return made


def heatmap(results: Path) -> np.ndarray:
    return np.nan_to_num(open_scene(results / "v0").map("heatmap"))


def infer(run: Callable[..., Ran], dataset: Path, out: Path, *words: object) -> Ran:
    ran = run("infer", dataset, "--split", "val", "--out", out, *words)
    assert ran.exit_code == 0, ran.stderr
    return ran


def test_the_same_scores_however_pictures_are_coded(
    run: Callable[..., Ran], dataset: Path, coded: Path, tmp_path: Path
) -> None:
    infer(run, dataset, tmp_path / "plain")
    infer(run, coded, tmp_path / "told")
    plain, told = heatmap(tmp_path / "plain"), heatmap(tmp_path / "told")
    np.testing.assert_allclose(told, plain, atol=0.05)
    photograph = open_scene(tmp_path / "told" / "v0").photograph()
    np.testing.assert_allclose(
        photograph, open_scene(tmp_path / "plain" / "v0").photograph(), atol=0.01
    )


def test_another_coding_is_scored_anew(
    run: Callable[..., Ran], coded: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    infer(run, coded, out)
    before = heatmap(out)
    assert infer(run, coded, out, "-v").stderr.count("up to date") == 2
    again = infer(run, coded, out, "-v", "--coding", "850=linear")
    assert "up to date" not in again.stderr
    assert np.abs(heatmap(out) - before).max() > 0.01


def test_the_same_graphs_and_others(run: Callable[..., Ran], coded: Path, tmp_path: Path) -> None:
    out = tmp_path / "graphs"
    words = ("graph", "build", coded, "--out", out, "--json")
    counts = [
        json.loads(run(*words, *more).stdout)
        for more in ((), ("--coding", "850=srgb"), ("--coding", "850=gamma 2.2"))
    ]
    assert [made["built"] for made in counts] == [5, 0, 5]


def test_infrared_of_8_bit_of_which_nothing_is_said(
    run: Callable[..., Ran], dataset: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(dataset, tmp_path / "data"))
    bands = sorted(data.rglob("*_ms_850.png"))
    for path in bands:
        write_png(path, np.uint8(read_counts(path)[..., 0] >> 8))
    told = "has 8 bits and no stated coding"
    assert run("data", "check", data).stdout.replace("\n", " ").count(told) == len(bands)
    assert infer(run, data, tmp_path / "one").stderr.count(told) == 1
    for word in ("bands=srgb", "850=linear"):
        assert told not in run("data", "check", data, "--coding", word).stdout
        assert told not in infer(run, data, tmp_path / word, "--coding", word).stderr


def test_one_pair(run: Callable[..., Ran], coded: Path, tmp_path: Path) -> None:
    folder = coded / "val"
    pair = ("--rgb", folder / "rgb_images" / "v0_RGB.png")
    bands = [
        word
        for band in (450, 650, 850)
        for word in ("--band", f"{band}={folder / 'ms_masks' / f'v0_ms_{band}.png'}")
    ]
    coding = ("--coding", "photograph=linear", "--coding", "850=srgb")
    ran = run("infer", *pair, *bands, *coding, "--out", tmp_path / "pair")
    assert ran.exit_code == 0, ran.stderr
    infer(run, coded, tmp_path / "dataset")
    found = open_scene(next((tmp_path / "pair").glob("v0*"))).map("heatmap")
    np.testing.assert_array_equal(np.nan_to_num(found), heatmap(tmp_path / "dataset"))


def statement(dataset: Path) -> Mapping[str, object]:
    return dict(yaml.safe_load((dataset / "dataset.yaml").read_text()))


def test_importing_says_the_coding(run: Callable[..., Ran], coded: Path, tmp_path: Path) -> None:
    raw, out = tmp_path / "raw" / "abbey", tmp_path / "out"
    write_png(raw / "photo.png", read_counts(coded / "val/rgb_images/v0_RGB.png"))
    for band in (450, 850):
        counts = read_counts(coded / f"val/ms_masks/v0_ms_{band}.png")[..., 0]
        write_png(raw / f"abbey_{band}nm.png", counts)
    words = ("data", "import", "bands", raw, "--out", out, "--coding", "850=srgb")
    for _ in range(2):  # again, as after an interruption
        ran = run(*words, "--coding", "photograph=linear")
        assert ran.exit_code == 0, ran.stderr
    assert statement(out)["coding"] == {"photograph": "linear", "bands": {"850": "srgb"}}
    assert run(*words).exit_code == 0  # what is not said stays
    assert run(*words[:-1], "850=linear").exit_code == 3


def test_a_photograph_that_is_rendered_is_that_of_decoded_bands(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Also where the dataset, not the command, says how the bands are coded."""
    ramp = np.tile(np.arange(0, 65280, 255, dtype=np.uint16), (32, 1))
    for nm in range(420, 721, 20):
        write_png(tmp_path / "raw" / "a" / f"a_{nm}nm.png", ramp)
        write_png(tmp_path / "more" / "b" / f"b_{nm}nm.png", ramp)
    out = tmp_path / "out"
    for source, words in (("raw", ("--coding", "bands=srgb")), ("more", ())):
        ran = run("data", "import", "bands", tmp_path / source, "--out", out, *words)
        assert ran.exit_code == 0, ran.stderr
    for name in "ab":
        made = read_counts(out / f"train/rgb_images/{name}_RGB.png")
        np.testing.assert_allclose(made / 65535, ramp[..., None] / 65535 + np.zeros(3), atol=2e-3)


def test_a_mask_is_looked_for_in_decoded_pictures(
    coded: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []
    monkeypatch.setattr(mask_dataset, "find_mask", lambda name, pictures: seen.extend(pictures))
    for root in (dataset, coded):
        mask_dataset.mask_dataset(root, tmp_path / root.parent.name)
    half = len(seen) // 2
    for plain, decoded in zip(seen[:half], seen[half:], strict=True):
        np.testing.assert_allclose(decoded, plain, atol=2e-3)


def test_calibrating_ends_linear(run: Callable[..., Ran], coded: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("data", "calibrate", coded, "--blind", "--out", out)
    assert ran.exit_code == 0, ran.stderr
    assert statement(out)["coding"] == {"photograph": "srgb", "bands": "linear"}
    assert statement(out)["wavelengths"] == statement(coded)["wavelengths"]
    assert run("data", "mask", coded, "--out", tmp_path / "masked").exit_code == 0
    assert statement(tmp_path / "masked") == statement(coded)
