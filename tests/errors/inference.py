"""Error messages of artextract_cli.inference."""

from collections.abc import Mapping, Sequence

from tests.errors.row import INFER, Row

ROWS = [
    Row(2, "…/data has no scenes in split 'test'; choose train or val", INFER + " --split test"),
    Row(3, "5 of 5 scenes are not scored in …/new: t0, t1, t2, v0, v1; run `artextract infer … "
        "--out … --model …`, which scores only these", INFER + " --finish"),
    Row(2, "none has no network to adapt: choose gat, gcn or your own model",
        "adapt {here}/data --model none --out {new}"),
    Row(2, "…/run contains a model already: choose another --out",
        "adapt {here}/data --out {here}/run"),
    Row(2, "…/run/model.safetensors is a file, but the model needs a folder: choose another --out",
        "adapt {here}/data --out {here}/run/model.safetensors"),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/inference/test_scene_work.py::test_a_model_that_was_replaced_meanwhile_is_refused": (
        "… was replaced while it was in use: run the command again",
    ),
}
