"""Bad input: one clear line, the documented exit code, and nothing that was there is touched."""

import dataclasses
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.models.checkpoint import save_model
from artextract_cli.pipelines.networks import load_model
from tests.helpers.command_line import Ran
from tests.helpers.cut_files import INTERNALS, cut_short
from tests.helpers.datasets import write_png
from tests.torture.specimens import make_all

BAND = Path("train", "ms_masks", "t0_ms_650.png")
PHOTOGRAPH = Path("train", "rgb_images", "t0_RGB.png")


@pytest.fixture
def data(dataset: Path, tmp_path: Path) -> Path:
    """A copy of the dataset that may be damaged."""
    return Path(shutil.copytree(dataset, tmp_path / "data"))


def one_line(ran: Ran, exit_code: int, *words: str) -> None:
    assert ran.exit_code == exit_code, ran.stderr
    assert "Traceback" not in ran.stderr
    for word in words:
        assert word in ran.stderr


def remove_band(data: Path) -> None:
    (data / BAND).unlink()


def shrink_band(data: Path) -> None:
    write_png(data / BAND, np.full((20, 24), 9, np.uint16))


def text_as_png(data: Path) -> None:
    (data / BAND).write_text("not a picture")


def cut_png(data: Path) -> None:
    content = (data / BAND).read_bytes()
    (data / BAND).write_bytes(content[: len(content) // 2])


def cut_tiff(data: Path) -> None:
    picture = imagecodecs.png_decode((data / BAND).read_bytes())
    (data / BAND).unlink()
    path = (data / BAND).with_suffix(".tif")
    tifffile.imwrite(path, picture)
    path.write_bytes(path.read_bytes()[:-700])


DAMAGE: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "missing band": (remove_band, ("t0", "650")),
    "band of another size": (shrink_band, ("t0_ms_650.png", "t0_RGB.png", "24", "48")),
    "text named png": (text_as_png, ("t0_ms_650.png",)),
    "cut png": (cut_png, ("t0_ms_650.png",)),
    "cut tiff": (cut_tiff, ("t0_ms_650.tif",)),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_pictures(data: Path, run: Callable[..., Ran], tmp_path: Path, case: str) -> None:
    damage, words = DAMAGE[case]
    damage(data)
    one_line(run("graph", "build", data, "--out", tmp_path / "graphs"), 3, *words)
    assert not list(tmp_path.rglob("t0*.npz"))
    assert not list(tmp_path.rglob("*.tmp*"))
    checked = run("data", "check", data)
    one_line(checked, 3)
    assert words[0].split(".")[0] in checked.stdout


def test_what_is_told_of_a_file_cut_short_is_plain(tmp_path: Path) -> None:
    """Of every kind of file that is read, wherever it was cut."""
    told = set()
    for specimen in make_all(tmp_path / "made"):
        for _ in cut_short(specimen.path, specimen.share):
            try:
                specimen.read(specimen.path)
            except InputError as error:
                told.add(str(error).replace(str(tmp_path), ""))
    assert len(told) > 50
    assert [message for message in told if re.search(INTERNALS, message)] == []


@pytest.mark.parametrize(
    ("place", "shape"),
    [("rgb_images/v0_RGB.png", (40, 48, 3)), ("ms_masks/v0_ms_650.png", (40, 48))],
)
def test_a_picture_of_one_value_is_not_scored(
    data: Path,
    run: Callable[..., Ran],
    tmp_path: Path,
    trained: Path,
    place: str,
    shape: tuple[int, ...],
) -> None:
    """A dead band would be taken for a sign of a hidden layer, a dead photograph for none."""
    (data / "val" / place).write_bytes(imagecodecs.png_encode(np.zeros(shape, np.uint8)))
    words = ["--split", "val", "--model", trained / "run", "--out", tmp_path / "results"]
    name = place.rpartition("/")[2]
    one_line(run("infer", data, *words), 3, f"{name} is constant: every value is 0")
    one_line(run("graph", "build", data, "--out", tmp_path / "graphs"), 3, f"{name} is constant")
    assert not list(tmp_path.rglob("graphs/val/v0*"))
    assert not (tmp_path / "results" / "v0").exists()


@pytest.fixture
def told_by_all(
    data: Path, run: Callable[..., Ran], tmp_path: Path, trained: Path
) -> Callable[[str], None]:
    """Look whether all that look at the values of pictures say the same."""

    def check(told: str) -> None:
        assert told in run("data", "check", data).stdout
        words = ["--split", "val", "--model", trained / "run", "--out", tmp_path / "results"]
        assert told in run("infer", data, *words).stderr
        assert told in run("graph", "build", data, "--out", tmp_path / "graphs").stderr

    return check


def test_a_half_written_band_is_warned_of(data: Path, told_by_all: Callable[[str], None]) -> None:
    path = data / "val" / "ms_masks" / "v0_ms_650.png"
    band = imagecodecs.png_decode(path.read_bytes())
    band[10:] = 0
    write_png(path, band)
    told_by_all(
        "v0_ms_650.png appears to be cut off: rows 10 to 39 of 40 have one value (0), unlike those "
        "of"
    )


def test_counts_of_twelve_bit_are_warned_of(data: Path, told_by_all: Callable[[str], None]) -> None:
    for path in (data / "val" / "ms_masks").glob("v0_*.png"):
        write_png(path, imagecodecs.png_decode(path.read_bytes()) // 16)
    told_by_all("v0_ms_450.png and the other bands of its scene contain nothing brighter than ")


def test_wavelengths_the_wrong_way_round_are_warned_of(
    data: Path, run: Callable[..., Ran], tmp_path: Path, trained: Path
) -> None:
    """In one line, by all commands with this option."""
    message = "band 450 is 850 nm according to --wavelengths, but 450 nm according to "
    wrong = ["--wavelengths", "850,650,450"]
    assert message in run("data", "check", data, *wrong).stdout
    words = ["--model", trained / "run", "--out", tmp_path / "results", *wrong]
    for ran in (
        run("infer", data, *words),
        run("graph", "build", data, "--out", tmp_path / "graphs", *wrong),
    ):
        assert f"warning: {message}" in ran.stderr
        assert ran.stderr.count(" nm according to --wavelengths") == 1


def test_a_directory_without_scenes(run: Callable[..., Ran], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    one_line(run("graph", "build", empty, "--out", tmp_path / "g"), 3, "rgb_images")
    one_line(run("data", "check", empty), 3, "rgb_images")


@pytest.fixture(scope="module")
def trained(job: Path) -> Path:
    """Graphs and a GCN run in one folder."""
    return job


def test_a_graph_file_cut_short(trained: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    graphs = Path(shutil.copytree(trained / "graphs", tmp_path / "graphs"))
    path = graphs / "train" / "t1.npz"
    path.write_bytes(path.read_bytes()[:-3000])
    one_line(run("train", graphs, "--out", tmp_path / "run"), 3, "t1.npz", "damaged")
    one_line(run("graph", "inspect", path), 3, "t1.npz", "damaged")
    assert not (tmp_path / "run").exists()


def test_a_run_of_another_backbone_cannot_be_resumed(
    trained: Path, run: Callable[..., Ran]
) -> None:
    before = {p: p.read_bytes() for p in (trained / "run").iterdir()}
    words = ["--out", trained / "run", "--resume", "--backbone", "gat"]
    one_line(run("train", trained / "graphs", *words), 2, "backbone=gcn")
    assert {p: p.read_bytes() for p in (trained / "run").iterdir()} == before


def test_weights_of_another_backbone(
    dataset: Path, trained: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    network, card, _ = load_model(trained / "run")
    model = tmp_path / "model.safetensors"
    backbone = {**card.backbone, "name": "gat"}
    save_model(model, network.state_dict(), dataclasses.replace(card, backbone=backbone))
    ran = run("infer", dataset, "--model", model, "--out", tmp_path / "results")
    assert ran.exit_code in (2, 3)
    one_line(ran, ran.exit_code, "gat")
    assert not (tmp_path / "results").exists()


def test_a_model_that_is_none(dataset: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing of the kind")
    words = ["--model", tmp_path / "model.safetensors", "--out", tmp_path / "r"]
    one_line(run("infer", dataset, *words), 3, "not a model")
    one_line(run("infer", dataset, "--model", tmp_path / "none", "--out", tmp_path / "r"), 3)


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["graph", "build", "{data}", "--out", "{out}", "--superpixels", "cubes"], 2, "slic"),
        (["graph", "build", "{data}", "--out", "{out}", "-s", "segments=3"], 2, "n_segments"),
        (["graph", "build", "{data}", "--out", "{data}/graphs"], 2, "inside"),
        (["train", "{graphs}", "--out", "{out}", "--backbone", "gpt"], 2, "gat, gcn"),
        (["train", "{graphs}", "--out", "{out}", "-o", "heads=many"], 2, "heads=many"),
        (["train", "{graphs}", "--out", "{out}", "--objective", "none"], 2, "node-contrastive"),
        (["train", "{graphs}", "--out", "{out}", "--engine", "steam"], 2, "steam"),
        (["train", "{graphs}", "--out", "{run}"], 2, "--resume"),
        (["train", "{out}", "--out", "{out}-run"], 3, "graph build"),
        (["plugins", "info", "cubes"], 2, "slic"),
        (["visualize", "pair", "{out}"], 3, "infer"),
        (["visualize", "loss", "{out}"], 3, "train"),
        (["evaluate", "{out}", "--truth", "{data}"], 3, "infer"),
        (["infer", "--rgb", "a.png"], 2, "--band"),
    ],
)
def test_names_and_options_that_do_not_exist(
    dataset: Path,
    trained: Path,
    run: Callable[..., Ran],
    tmp_path: Path,
    words: list[str],
    exit_code: int,
    said: str,
) -> None:
    places = {
        "data": dataset,
        "out": tmp_path / "out",
        "graphs": trained / "graphs",
        "run": trained / "run",
    }
    ran = run(*(word.format(**places) for word in words))
    one_line(ran, exit_code, said)
    assert ran.stderr.count("error: ") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--precision", "fp8", "bf16"),
        ("--pooling", "sum", "mean"),
        ("--batch-size", "0", "than or equal to 1"),
        ("--weight-decay", "-1", "than or equal to"),
        ("--seed", "-1", "than or equal to 0"),
    ],
)
def test_values_that_an_option_does_not_take(
    run: Callable[..., Ran], tmp_path: Path, option: str, value: str, said: str
) -> None:
    """Which ones it takes is said before anything is read."""
    ran = run("train", tmp_path / "none", "--out", tmp_path / "out", option, value)
    assert ran.exit_code == 2
    assert option in ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_key_in_the_configuration(run: Callable[..., Ran], tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("train: {learning_rat: 1}\n")
    ran = run("--config", config, "train", tmp_path)
    one_line(ran, 3, "train.learning_rat", "learning_rate")
    config.write_text("train: {epochs: 1}\ntrain: {epochs: 2}\n")
    one_line(run("--config", config, "train", tmp_path), 3, "train")


def test_a_diverging_run_stops(trained: Path, run: Callable[..., Ran], tmp_path: Path) -> None:
    words = ["--backbone", "gcn", "-o", "norm=none", "--learning-rate", "1e30", "--epochs", "9"]
    ran = run("train", trained / "graphs", "--out", tmp_path / "run", *words)
    one_line(ran, 5, "diverged", "--learning-rate")


@pytest.mark.parametrize("command", ["graph", "train", "infer"])
def test_an_output_that_cannot_be_written(
    dataset: Path, trained: Path, run: Callable[..., Ran], tmp_path: Path, command: str
) -> None:
    """A file stands where a folder should be made (a mode would not stop root)."""
    (tmp_path / "file").write_text("kept")
    out = tmp_path / "file" / "out"
    words = {
        "graph": ["graph", "build", dataset, "--out", out],
        "train": ["train", trained / "graphs", "--out", out, "--epochs", 1],
        "infer": ["infer", dataset, "--model", trained / "run", "--out", out],
    }[command]
    ran = run(*words)
    one_line(ran, ran.exit_code, "cannot write")
    assert ran.exit_code in (1, 3)
    assert (tmp_path / "file").read_text() == "kept"
