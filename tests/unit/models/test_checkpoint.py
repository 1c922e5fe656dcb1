import dataclasses
import hashlib
import io
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from artextract_cli import Backbone
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.models import checkpoint
from artextract_cli.models.checkpoint import (
    load_state,
    model_path,
    read_card,
    save_model,
    save_state,
)
from artextract_cli.nn.siamese import SiameseNetwork
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.networks import load_model
from artextract_cli.plugin.plugin import Plugin
from tests.helpers.models import Narrow

STATE = {
    "settings": '{"seed": 0}',
    "network": {"weight": torch.arange(6.0).reshape(2, 3)},
    "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 1e-3}]},
    "history": [{"epoch": 1, "val_loss": 0.5}],
}


def test_a_model_is_read_back_whole(trained: Path, tmp_path: Path) -> None:
    network, card, _ = load_model(trained)
    assert not network.training
    copy = tmp_path / "copy.safetensors"
    save_model(copy, network.state_dict(), card)
    again, card_again, _ = load_model(copy)
    assert card_again == card
    for name, weight in network.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight)
    assert copy.read_bytes() == (trained / "model.safetensors").read_bytes()


def test_the_card_says_what_was_trained(trained: Path) -> None:
    card = read_card(trained)
    assert card.backbone["name"] == "gcn"
    assert (card.options["hidden"], card.options["out_size"]) == (8, 4)
    assert card.recipe.superpixel_options["region_size"] == 6
    assert card.wavelengths == (450, 650, 850)
    assert card.in_size == len(card.feature_names[0]) == 18
    assert set(card.calibration) == {"fused", "band"}
    assert card.best_epoch in (1, 2)
    assert np.isfinite([card.train_loss, card.val_loss]).all()


@pytest.mark.parametrize("backbone", ["gat", "gcn"])
def test_a_model_that_comes_with_artextract_can_be_read(backbone: str) -> None:
    assert read_card(Path(backbone)).backbone["name"] == backbone


def test_a_model_that_comes_with_artextract_is_found_by_its_name(trained: Path) -> None:
    """A run here of that name goes before it, any other folder does not."""
    ours = checkpoint.SHIPPED_MODELS / "gat.safetensors"
    assert model_path(Path("gat")) == ours
    assert read_card(Path("gat")) == read_card(ours)
    for other in ("sage", "runs/gat", "gat.safetensors"):
        assert model_path(Path(other)) == Path(other)
    Path("gat").mkdir()
    assert model_path(Path("gat")) == ours
    run = Path(shutil.copy(trained / "model.safetensors", "gat"))
    assert model_path(Path("gat")) == run


def test_equal_models_give_equal_bytes_in_whatever_order(trained: Path, tmp_path: Path) -> None:
    network, card, _ = load_model(trained)
    weights = network.state_dict()
    turned = {name: weights[name] for name in reversed(weights)}
    for name, given in (("a", weights), ("b", turned)):
        save_model(tmp_path / name, given, dataclasses.replace(card))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_model_that_was_not_calibrated_is_not_opened(trained: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    network, card, _ = load_model(trained)
    save_model(path, network.state_dict(), dataclasses.replace(card, calibration={}))
    with pytest.raises(InputError, match="is not finished: repeat the command that began it"):
        open_model(path, device="cpu")


@pytest.mark.parametrize("kept", [0, 7, 200, -1])
def test_a_model_cut_short(trained: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes((trained / "model.safetensors").read_bytes()[:kept])
    with pytest.raises(InputError, match="damaged or is not a model"):
        load_model(path)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {"artextract": "{}"},
        {"artextract": "{"},
        {"artextract": "[]"},
        {"artextract": "3"},
        {"artextract": '{"format": "artextract-model", "format_version": 3}'},
        {"artextract": '{"format": "artextract-model", "format_version": 2}'},
    ],
)
def test_safetensors_of_others(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors.torch.save({"w": torch.zeros(1)}, metadata))
    with pytest.raises(InputError, match=r"model\.safetensors"):
        read_card(path)


def test_no_model(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match=r"there is no model .*`artextract train GRAPHS"):
            read_card(path)


def test_a_resume_state_is_read_back(tmp_path: Path) -> None:
    save_state(tmp_path / "last.pt", STATE)
    loaded = load_state(tmp_path / "last.pt")
    assert torch.equal(loaded["network"]["weight"], STATE["network"]["weight"])
    assert loaded["optimizer"]["param_groups"] == [{"lr": 1e-3}]
    assert loaded["history"] == STATE["history"]


def test_one_flipped_byte_anywhere_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_state(path, STATE)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for at in [0, len(whole) - 1, len(whole) - 66, *rng.integers(0, len(whole), 20)]:
        changed = bytearray(whole)
        changed[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        with pytest.raises(InputError, match="is damaged: start anew with `artextract train"):
            load_state(path)


@pytest.mark.parametrize("kept", [0, 10, -1, -64, -72])
def test_a_resume_state_cut_short(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "last.pt"
    save_state(path, STATE)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match="is damaged"):
        load_state(path)


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def signed(payload: bytes) -> bytes:
    return payload + b"\nsha256:" + hashlib.sha256(payload).hexdigest().encode()


def saved(state: Any, *, as_zip: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer, _use_new_zipfile_serialization=as_zip)
    return buffer.getvalue()


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_rightly_signed_bomb_is_refused_and_not_executed(tmp_path: Path, as_zip: bool) -> None:
    path, crater = tmp_path / "last.pt", tmp_path / "crater"
    path.write_bytes(signed(saved({"settings": Bomb(crater)}, as_zip=as_zip)))
    with pytest.raises(InputError, match=r"last\.pt is not a resume state") as raised:
        load_state(path)
    assert "\n" not in str(raised.value)
    assert not crater.exists()


@pytest.mark.parametrize("payload", [b"", b"text", b"PK\x03\x04", saved([1, 2]), saved(3)])
def test_rightly_signed_nonsense(tmp_path: Path, payload: bytes) -> None:
    (tmp_path / "last.pt").write_bytes(signed(payload))
    with pytest.raises(InputError, match=r"last\.pt is not a resume state"):
        load_state(tmp_path / "last.pt")


def test_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to resume"):
        load_state(tmp_path / "last.pt")


def test_embeddings_of_another_shape_are_reported_with_their_owner() -> None:
    spec = Backbone(name="narrow", summary="A toy.", load=lambda: Narrow)
    toy = Plugin(spec=spec, distribution="artextract-narrow", version="1")
    network = SiameseNetwork(Narrow(7), "max")
    network.running = toy.running
    message = r"'narrow' of artextract-narrow 1 failed .*it returned \(5, 2, 4\), not embeddings"
    with pytest.raises(DependencyError, match=message):
        network.backbone_features(None, torch.zeros(5, 2, 3))
    z = SiameseNetwork(Narrow(4), "max").backbone_features(None, torch.zeros(5, 2, 3))
    assert z.shape == (5, 2, 4)


def test_what_no_network_learns_from_is_damage(trained: Path, tmp_path: Path) -> None:
    network, card, _ = load_model(trained)
    path = tmp_path / "model.safetensors"
    save_model(path, network.state_dict(), dataclasses.replace(card, learns_from="words"))
    with pytest.raises(InputError, match=r"the description of model .* is incomplete"):
        open_model(path, device="cpu")
