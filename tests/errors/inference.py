"""Error messages of artextract_cli.inference."""

from tests.errors.row import INFER, Row

ROWS = [
    Row(2, "…/data has no scenes in split 'test'; choose train or val", INFER + " --split test"),
    Row(2, "none has no network to adapt: choose gat, gcn or your own model",
        "adapt {here}/data --model none --out {new}"),
    Row(2, "…/run contains a model already: choose another --out",
        "adapt {here}/data --out {here}/run"),
    Row(2, "…/run/model.safetensors is a file, but the model needs a folder: choose another --out",
        "adapt {here}/data --out {here}/run/model.safetensors"),
]  # fmt: skip
