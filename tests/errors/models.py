"""Error messages of artextract_cli.models."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest
from tests.errors.row import (
    INFER,
    TRAIN,
    Damage,
    Row,
    card,
    cut,
    flip,
    put,
)

CARD = "infer {here}/data --model {here}/card.json --out {new}"


def score_card(**changes: Any) -> Damage:
    """Write a score card that holds nothing but its own description."""
    content = {"format": "artextract-scores", "format_version": 1, "sha256": PLACEHOLDER} | changes
    return put("card.json", embed_digest(json.dumps(content).encode()))


ROWS = [
    Row(3, "there is nothing to resume: …/last.pt does not exist; train without --resume",
        TRAIN + " --resume"),
    Row(3, "the resume state …/last.pt is damaged: start anew with "
        "`artextract train GRAPHS --out RUN`",
        "train {here}/graphs --out {here}/run --resume", cut("run/last.pt")),
    Row(3, "there is no model …/absent: train one with `artextract train GRAPHS --out RUN`, or use "
        "gat or gcn, which are included with artextract",
        "infer {here}/data --out {new} --model {here}/absent"),
    Row(3, "…/model.safetensors is damaged or is not a model of artextract: run "
        "`artextract train GRAPHS --out RUN`",
        INFER, put("run/model.safetensors", "text")),
    Row(3, "…/model.safetensors is artextract-model version 0, this version of artextract reads "
        "version …: run `artextract train GRAPHS --out RUN`", INFER, card(format_version=0)),
    Row(3, "…/model.safetensors is damaged (its checksum is wrong): restore a copy, or run "
        "`artextract train GRAPHS --out RUN`", INFER, flip("run/model.safetensors")),
    Row(3, "the description of model …/model.safetensors is incomplete: run "
        "`artextract train GRAPHS --out RUN`", INFER,
        card(recipe=None)),
    Row(3, "the model is damaged or belongs to another plugin: gcn has no option 'hiddens'; …",
        INFER, card(options={"hiddens": 9})),
    Row(4, "the model needs plugin 'sgc' (backbones) of artextract-sgc 1.0: install it with "
        "`artextract plugins install artextract-sgc==1.0`", INFER,
        card(backbone={"name": "sgc", "distribution": "artextract-sgc", "version": "1.0"})),
    Row(3, "…/card.json cannot be read as a score card (…): choose --model none", CARD),
    Row(3, "…/card.json is artextract-model version 4, not a score card of version 1: choose "
        "--model none", CARD, score_card(format="artextract-model", format_version=4)),
    Row(3, "the score card …/card.json is damaged: its checksum is wrong; choose --model none",
        CARD, score_card(sha256="1" * 64)),
    Row(3, "the score card …/card.json is incomplete: choose --model none", CARD, score_card()),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/models/test_calibration.py::test_equal_scores_cannot_be_calibrated": (
        "cannot calibrate: the scores of 1000 clean superpixels have too few distinct values (1, "
        "at least 4 are needed); train on more or larger scenes",
    ),
    "unit/models/test_checkpoint.py::test_a_rightly_signed_bomb_is_refused_and_not_executed": (
        "…/last.pt is not a resume state of artextract: start anew with "
        "`artextract train GRAPHS --out RUN`",
    ),
}
