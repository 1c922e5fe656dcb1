"""A job that is done: dataset, captures, graphs, run and results in one folder."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.helpers.datasets import write_png
from tests.helpers.registration import PICTURE, known, seen_by

TRAINING = ["--backbone", "gcn", "--epochs", 1, "--schedule", "steps"]  # may go on


@pytest.fixture(scope="session")
def job(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``data``, ``graphs``, ``run`` (GCN, one epoch) and ``results`` of the scenes in val."""
    from artextract_cli.cli.main import app
    from artextract_cli.visualization import panels  # noqa: F401 - that no forked child has to

    root = tmp_path_factory.mktemp("job")
    data = shutil.copytree(dataset, root / "data")
    infer = ["--model", root / "run", "--split", "val"]
    for words in (
        ["graph", "build", data, "--out", root / "graphs"],
        ["train", root / "graphs", "--out", root / "run", *TRAINING],
        ["infer", data, *infer, "--out", root / "results"],
    ):
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
    return root


@pytest.fixture(scope="session")
def captures(job: Path) -> Path:
    """Beside the job what comes before it: ``capture``, ``white``, ``dark`` and ``shifted``."""
    for path in (job / "data" / "train").glob("*/t0_*.png"):
        if path.parent.name != "truth":
            name = path.stem.removeprefix("t0_").removeprefix("ms_")
            (job / "capture").mkdir(exist_ok=True)
            shutil.copy(path, job / "capture" / f"{name}.png")
    for band in ("450", "650", "850"):
        write_png(job / "white" / f"{band}.png", np.full((40, 48), 60000, np.uint16))
        write_png(job / "dark" / f"{band}.png", np.full((40, 48), 90, np.uint16))
    grey = np.uint16(np.clip(PICTURE, 0, 1) * 65535)
    folder = job / "shifted" / "train"
    write_png(folder / "rgb_images" / "a_RGB.png", np.stack([grey, grey // 2, grey], -1))
    band = seen_by(known(1, 0, 3, -2), PICTURE.shape)
    write_png(folder / "ms_masks" / "a_ms_650.png", np.uint16(band * 65535))
    return job
