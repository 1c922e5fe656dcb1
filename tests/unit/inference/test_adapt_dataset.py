"""Adapted models that are kept: files like any other, which tell what they come from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from artextract_cli.models.checkpoint import read_card
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.networks import load_model
from artextract_cli.pipelines.scoring import score_scene
from artextract_cli.pipelines.settings import HIDDEN_LAYER
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.utils.checksums import file_digest
from tests.helpers.adaptation import adapt_little, keep_gains_of
from tests.helpers.command_line import Ran
from tests.helpers.scenes import train_tiny


@pytest.fixture(scope="module")
def before(graphs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("before") / "run"
    train_tiny(graphs, run, objective=HIDDEN_LAYER, epochs=1)
    return run


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    adapt_little(monkeypatch, N_TRAINING=12, N_CHECKING=6, STEPS=2, LEAST_HIDDEN=5, N_WINDOWS=2)


def weights(run: Path) -> torch.Tensor:
    values = load_model(run)[0].state_dict().values()
    return torch.cat([value.flatten().float() for value in values])


def test_one_adaptation_serves_several_scenes(
    before: Path,
    dataset: Path,
    tmp_path: Path,
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_gains_of(monkeypatch, -1.0)
    out = tmp_path / "adapted"
    words = ("adapt", dataset, "--model", before, "--scene", "v0", "--scene", "t1")
    ran = run("--json", *words, "--out", out)
    assert ran.exit_code == 0, ran.stderr
    told = read_card(out).adaptation
    assert told is not None
    assert json.loads(ran.stdout) == {"run": str(out), **told}
    assert told["scenes"] == ["t1", "v0"]
    assert told["model"]["sha256"] == file_digest(before / "model.safetensors")
    assert 0 < told["share"] < 1
    assert not torch.equal(weights(out), weights(before))
    scene = read_scene(open_dataset(dataset).scenes[0])
    scores = score_scene(open_model(out, device="cpu", engine="torch"), scene)
    assert scores.adaptation == told
    assert scores.whole is None


def test_without_a_gain_the_model_is_written_as_it_was(
    before: Path,
    dataset: Path,
    tmp_path: Path,
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_gains_of(monkeypatch, 2.0)  # of AUROC: out of reach
    out = tmp_path / "adapted"
    ran = run("adapt", dataset, "--model", before, "--out", out)
    assert ran.exit_code == 0, ran.stderr
    assert "adaptation does not clearly help" in ran.stdout
    torch.testing.assert_close(weights(out), weights(before), rtol=0, atol=0)
    assert read_card(out).calibration == read_card(before).calibration
    told = read_card(out).adaptation
    assert told is not None
    assert (told["share"], told["scenes"]) == (0, ["t0", "t1", "t2", "v0", "v1"])


def test_a_run_is_not_written_over(before: Path, dataset: Path, run: Callable[..., Ran]) -> None:
    earlier = (before / "model.safetensors").read_bytes()
    ran = run("adapt", dataset, "--model", before, "--out", before)
    assert ran.exit_code == 2
    assert (before / "model.safetensors").read_bytes() == earlier
