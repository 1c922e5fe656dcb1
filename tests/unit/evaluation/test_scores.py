"""Labels of methods in an evaluation."""

from artextract_cli.evaluation.baselines.pixels import BASELINES
from artextract_cli.evaluation.scores import OURS, method_label
from tests.helpers.evaluations import evaluation, scene, scores


def test_one_folder_needs_no_name() -> None:
    assert method_label(OURS, "run", 1) == OURS
    assert method_label(OURS, "run", 2) == f"{OURS}/run"


def test_our_methods_come_first_and_by_folder() -> None:
    ours = {f"{OURS}/a": scores(0.8), f"{OURS}/b": scores(0.9)}
    found = evaluation(scene(**ours), results=("a", "b")).labels
    assert found[:2] == (f"{OURS}/a", f"{OURS}/b")
    assert found[2:] == tuple(BASELINES)
