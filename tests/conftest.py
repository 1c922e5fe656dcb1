"""Small datasets and ways to run the program that several tests share."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

# One thread keeps small tests fast and their sums in one order.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples in every run, and no time limit on machines that others use too.
settings.register_profile(
    "artextract",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("artextract")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep an artextract.yaml of the working directory out of every test."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _heard() -> None:
    """Show on stderr what the library says, as the command line does."""
    from artextract_cli.cli import console

    console.configure()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the program in this process, as typed."""
    from artextract_cli.cli import console
    from artextract_cli.cli.main import app, hoisted

    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object) -> Ran:
        result = CliRunner().invoke(app, hoisted([str(word) for word in words]))
        console.configure()
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write uint8 or uint16 as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(picture)))


def write_scene(
    root: Path,
    split: str,
    name: str,
    *,
    size: tuple[int, int] = (40, 48),
    bands: tuple[str, ...] = ("450", "650", "850"),
    seed: int = 0,
    hidden: bool = False,
) -> None:
    """Write one scene of smooth colour patches, 16 bit; perhaps with a dark square in the last."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.2, 0.9, (size[0] // 8 + 1, size[1] // 8 + 1, 3))
    rgb = coarse.repeat(8, 0).repeat(8, 1)[: size[0], : size[1]]
    rgb = np.clip(rgb + rng.normal(0, 0.01, rgb.shape), 0, 1)
    write_png(root / split / "rgb_images" / f"{name}_RGB.png", np.uint16(rgb * 65535))
    truth = np.zeros(size, np.uint8)
    truth[10:22, 12:30] = 255 if hidden else 0
    for index, band in enumerate(bands):
        mixed = rgb @ rng.dirichlet(np.ones(3)) + rng.normal(0, 0.005, size)
        if index == len(bands) - 1:
            mixed = np.where(truth == 255, mixed * 0.6, mixed)
        picture = np.uint16(np.clip(mixed, 0, 1) * 65535)
        write_png(root / split / "ms_masks" / f"{name}_ms_{band}.png", picture)
    write_png(root / split / "truth" / f"{name}_hidden.png", truth)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three training and two validation scenes of 40 × 48 pixels with bands 450, 650, 850 nm."""
    root = tmp_path_factory.mktemp("data") / "dataset"
    for i in range(3):
        write_scene(root, "train", f"t{i}", seed=i)
    for i in range(2):
        write_scene(root, "val", f"v{i}", seed=10 + i, hidden=True)
    (root / "dataset.yaml").write_text(
        'wavelengths: {"450": 450, "650": 650, "850": 850}\nclean: [t0, t1, t2]\n'
    )
    return root
