"""Small datasets and ways to run the program that several tests share."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner

from tests.helpers.command_line import Ran
from tests.helpers.datasets import write_scene

# One thread keeps small tests fast and their sums in one order.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A shell ignores Ctrl-C for what it starts in the background, and Python then keeps it so.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
    from artextract_cli.cli.main import app, hoist_global_flags

    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object) -> Ran:
        result = CliRunner().invoke(app, hoist_global_flags([str(word) for word in words]))
        console.configure()
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


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
