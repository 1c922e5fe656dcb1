import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.models.checkpoint import SHIPPED_MODELS
from artextract_cli.report.provenance import describe_model, inputs, scoring
from tests.helpers.results import described, sealed_again, with_layers, write_result


def test_every_input_with_its_digest(tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"a mask")
    result = write_result(tmp_path, object_mask=described(mask))
    found = inputs(result, with_bands=True)
    assert [one.role for one in found] == [
        "photograph",
        *("band 450", "band 650", "band 850", "object mask"),
    ]
    assert found[0].sha256 == result.description["photograph"]["sha256"]
    assert all(one.checked for one in found)
    unseen = inputs(result, with_bands=False)
    assert [one.checked for one in unseen] == [True, False, False, False, True]
    mask.write_bytes(b"another")
    with pytest.raises(InputError, match="has changed"):
        inputs(result, with_bands=True)


def test_how_counts_stand_for_light(tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"a mask")
    usual = write_result(tmp_path, object_mask=described(mask))
    told = [one.coding for one in inputs(usual, with_bands=False)]
    assert told == ["sRGB", "linear", "linear", "linear", ""]
    photograph, (first, *others) = usual.description["photograph"], usual.description["bands"]
    changed = sealed_again(
        usual,
        photograph=photograph | {"coding": "linear"},
        bands=[first | {"coding": "gamma 2.2"}, *others],
    )
    told = [one.coding for one in inputs(changed, with_bands=False)]
    assert told == ["linear", "gamma 2.2", "linear", "linear", ""]


def test_how_a_scene_was_scored(tmp_path: Path) -> None:
    rows = dict(scoring(write_result(tmp_path)))
    assert rows["Engine, device"] == "torch, cpu"
    assert rows["Superpixels"] == "192, by slic (artextract 0.1.0)"
    assert rows["Expected content"] == "darker or lighter"
    assert rows["Size of the photograph"] == "80 × 60 px"
    assert rows["Wavelengths"] == "450, 650, 850 nm"
    (tmp_path / "other").mkdir()
    unknown = write_result(tmp_path / "other", wavelengths_nm=None)
    assert dict(scoring(unknown))["Wavelengths"] == "unknown"


def test_a_shipped_model_has_a_card_and_no_losses(tmp_path: Path) -> None:
    model = described(SHIPPED_MODELS / "gat.safetensors")
    story = describe_model(write_result(tmp_path, model=model))
    rows = dict(story.rows)
    assert rows["Backbone"].startswith("gat (artextract ")
    assert (rows["Seed"], rows["Training engine"]) == ("0", "numba/torch")
    assert "heads 4" in rows["Backbone options"]
    assert rows["AUROC on validation scenes"].startswith("fused 0.")
    assert story.curve is None
    assert story.notice.startswith("There is no loss curve")


def test_a_model_of_a_run_has_its_losses(trained: Path, tmp_path: Path) -> None:
    model = described(trained / "model.safetensors")
    story = describe_model(write_result(tmp_path, model=model))
    assert story.curve is not None
    losses = [json.loads(row) for row in (trained / "metrics.jsonl").read_text().splitlines()]
    assert story.curve.n_epochs == len(losses) == 2
    assert story.curve.best_loss == min(row["val_loss"] for row in losses)
    assert story.notice == ""


@pytest.mark.parametrize("content", [None, b"another model"])
def test_a_model_that_is_gone_or_another_is_told_of(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.safetensors"
    result = write_result(tmp_path, model={"path": str(path), "sha256": "0" * 64})
    if content is not None:
        path.write_bytes(content)
    story = describe_model(result)
    assert (story.rows, story.curve) == ((), None)
    assert ("has changed" if content else "does not exist") in story.notice
    assert story.notice.endswith(": its description is left out.")


def test_further_layers_are_inputs(tmp_path: Path) -> None:
    found = inputs(with_layers(tmp_path), with_bands=True)
    assert [(one.role, one.coding) for one in found[4:]] == [
        ("layer xray", ""),
        ("layer uv", ""),
        ("mask of layer xray", ""),
    ]
