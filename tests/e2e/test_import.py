"""From pictures as a camera leaves them to graphs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile

from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_png


def lay_out(folder: Path, seed: int) -> None:
    """A photograph and three bands of smooth colour patches."""
    rng = np.random.default_rng(seed)
    rgb = rng.uniform(0.2, 0.9, (5, 6, 3)).repeat(8, 0).repeat(8, 1)
    rgb += rng.normal(0, 0.01, rgb.shape)
    write_png(folder / "photo.png", np.uint8(np.clip(rgb, 0, 1) * 255))
    for nm in (450, 650, 850):
        band = np.clip(rgb @ rng.dirichlet(np.ones(3)), 0, 1)
        tifffile.imwrite(folder / f"{folder.name}_{nm}nm.tif", np.uint16(band * 65535))


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_imported_scenes_are_a_dataset(run: Callable[..., Ran], tmp_path: Path) -> None:
    raw, dataset = tmp_path / "raw", tmp_path / "dataset"
    for seed, name in enumerate(("abbey", "barn")):
        lay_out(raw / name, seed)
    before = content(raw)

    tried = run("data", "import", "bands", raw, "--out", dataset, "--dry-run")
    assert tried.exit_code == 0, tried.stderr
    assert "dry run, nothing written; files that would be written:" in tried.stdout
    assert str(dataset / "train" / "rgb_images" / "abbey_RGB.png") in tried.stdout
    assert not dataset.exists()

    made = run("data", "import", "bands", raw, "--out", dataset, "--json")
    assert made.exit_code == 0, made.stderr
    told = json.loads(made.stdout)
    assert [scene["scene"] for scene in told["scenes"]] == ["abbey", "barn"]
    assert told["scenes"][0]["wavelengths"] == [450, 650, 850]
    assert {Path(file) for scene in told["scenes"] for file in scene["files"]} == {
        path for path in content(dataset) if path.suffix not in (".yaml", ".json")
    }
    assert content(raw) == before

    checked = run("data", "check", dataset, "--json")
    assert checked.exit_code == 0, checked.stdout
    assert not [f for f in json.loads(checked.stdout)["findings"] if f["level"] == "error"]
    built = run("graph", "build", dataset, "--out", tmp_path / "graphs")
    assert built.exit_code == 0, built.stderr
    assert len(list((tmp_path / "graphs").rglob("*.npz"))) == 2


def test_a_pair_is_added_to_a_split(run: Callable[..., Ran], tmp_path: Path) -> None:
    lay_out(tmp_path / "abbey", 0)
    words = ("-o", "rgb=photo.png", "-o", "infrared=abbey_850nm.tif", "-o", "nm=850")
    dataset = tmp_path / "dataset"
    ran = run("data", "import", "pair", tmp_path / "abbey", "--out", dataset, *words, "--split=val")
    assert ran.exit_code == 0, ran.stderr
    (row,) = [line for line in ran.stdout.splitlines() if "abbey" in line]
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [
        *("val", "abbey", "48 × 40", "uint16", "1", "850", "2")
    ]
    assert (dataset / "val" / "ms_masks" / "abbey_ms_850.png").exists()


def test_importing_as_typed_wrongly(run: Callable[..., Ran], tmp_path: Path) -> None:
    raw, dataset = tmp_path / "raw", tmp_path / "dataset"
    lay_out(raw / "abbey", 0)
    for words, code, said in (
        (("bandz", raw), 2, "unknown plugin 'bandz' of kind importers; choose from: bands"),
        (("bands", raw, "-o", "nm=3"), 2, "bands has no option 'nm'"),
        (("bands", raw / "none"), 3, "none is not a folder"),
        (("pair", raw / "abbey"), 3, "contains 4 images instead of 2"),
    ):
        ran = run("data", "import", *words, "--out", dataset)
        assert (ran.exit_code, ran.stdout) == (code, "")
        assert said in ran.stderr
        assert ran.stderr.count("\n") == 1
    inside = run("data", "import", "bands", raw, "--out", raw / "dataset")
    assert inside.exit_code == 2
    assert "is inside the source" in inside.stderr
    assert not dataset.exists()
