"""The command that trains a model."""

import shlex

from artextract_cli.models.commands import TRAIN


def test_it_is_complete() -> None:
    assert shlex.split(TRAIN) == ["artextract", "train", "GRAPHS", "--out", "RUN"]
