"""Learning rates over a run."""

from pathlib import Path

import pytest

from artextract_cli.training.run_directory import read_metrics
from tests.helpers.scenes import train_tiny


def test_the_learning_rate_is_reduced_in_steps(graphs: Path, tmp_path: Path) -> None:
    schedule = {"learning_rate": 1e-3, "step_size": 2, "step_factor": 0.5}
    train_tiny(graphs, tmp_path / "run", epochs=5, **schedule)
    rates = [row["learning_rate"] for row in read_metrics(tmp_path / "run")]
    assert rates == pytest.approx([1e-3, 1e-3, 5e-4, 5e-4, 2.5e-4])


def test_one_cycle_warms_up_and_cools_down(graphs: Path, tmp_path: Path) -> None:
    """Three scenes, two to a batch: 2 steps an epoch, 40 in all, of which 6 are warm-up."""
    train_tiny(graphs, tmp_path / "run", epochs=20, learning_rate=1e-2, schedule="one-cycle")
    rates = [row["learning_rate"] for row in read_metrics(tmp_path / "run")]
    assert rates[0] == pytest.approx(0.04 * 1e-2)
    assert rates[3] == pytest.approx(1e-2)
    assert rates[:4] == sorted(rates[:4])
    assert rates[3:] == sorted(rates[3:], reverse=True)
    # Half of the 34 steps after the warm-up is step 23: between the epochs 12 and 13.
    assert rates[11] > 0.5e-2 > rates[12]
    assert 0 < rates[-1] < 0.01 * 1e-2
