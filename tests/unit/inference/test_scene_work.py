"""Scoring one scene, here or in another process."""

import pickle
import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.evidence.signs import Expect
from artextract_cli.inference.scene_work import Scoring, memory_plan
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.scenes.dataset import open_dataset


@pytest.mark.parametrize(
    ("score", "expect"),
    [(None, "either"), ("residual", "either"), ("envelope", "either"), (None, "dark")],
)
def test_another_process_opens_the_same_score(
    tmp_path: Path, score: str | None, expect: Expect
) -> None:
    model = open_scorer(Path("none"), score=score, expect=expect)
    sent = pickle.loads(pickle.dumps(Scoring(tmp_path, model, memory_plan(10**9, tmp_path))))
    assert (sent.results, sent.plan) == (tmp_path, memory_plan(10**9, tmp_path))
    assert sent.model.described() == model.described()


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_another_process_opens_the_same_model(trained: Path, tmp_path: Path, engine: str) -> None:
    model = open_model(trained, device="cpu", engine=engine)
    sent = pickle.loads(pickle.dumps(Scoring(tmp_path, model, None)))
    assert sent.model.described() == model.described()


def test_a_model_that_was_replaced_meanwhile_is_refused(trained: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(trained, tmp_path / "run"))
    sent = pickle.dumps(Scoring(tmp_path, open_model(run, device="cpu"), None))
    with (run / "model.safetensors").open("ab") as file:
        file.write(b" ")
    with pytest.raises(InputError):
        pickle.loads(sent)


def test_a_scene_is_scored_once(dataset: Path, tmp_path: Path) -> None:
    scoring = Scoring(tmp_path, open_scorer(Path("none")), None)
    files = open_dataset(dataset).scenes[0]
    first, again = scoring(files), scoring(files)
    assert (first.was_up_to_date, again.was_up_to_date) == (False, True)
    assert first.summary == again.summary
