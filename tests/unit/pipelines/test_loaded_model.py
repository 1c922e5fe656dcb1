from pathlib import Path

import pytest
import torch

from artextract_cli.errors import InputError, UsageError
from artextract_cli.evidence.signs import Expect
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.pipeline import Model
from artextract_cli.utils.checksums import file_digest


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    return open_model(trained, device="cpu", engine="torch")


def test_an_opened_model_knows_its_file(model: Model, trained: Path) -> None:
    assert model.path == trained / "model.safetensors"
    assert model.digest == file_digest(model.path)
    assert (model.engine, model.device) == ("torch", torch.device("cpu"))
    assert open_model(model.path, device="cpu").digest == model.digest


@pytest.mark.parametrize("sign", ["dark", "light"])
def test_a_model_of_views_cannot_be_asked_for_a_sign(trained: Path, sign: Expect) -> None:
    with pytest.raises(UsageError, match="does not distinguish dark from light content: omit"):
        open_model(trained, device="cpu", expect=sign)
    assert open_model(trained, device="cpu").expect == "either"


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model"):
        open_model(tmp_path)
