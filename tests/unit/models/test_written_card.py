"""Cards: their front matter is YAML, what is known is stated, what a person wrote is kept."""

from pathlib import Path

import pytest
import yaml

from artextract_cli.errors import InputError
from artextract_cli.models.checkpoint import read_card
from artextract_cli.models.written_card import CARD_NAME, write_card, written_card


def front(text: str) -> dict[str, object]:
    _, head, body = text.split("---\n", 2)
    assert body.lstrip().startswith("# ")
    return dict(yaml.safe_load(head))


@pytest.mark.parametrize("name", ["gat", "gcn", "none"])
def test_cards_of_what_is_included(name: str) -> None:
    said = front(written_card(Path(name)))
    assert (said["license"], said["model_name"]) == ("apache-2.0", name)
    assert said["data"]
    assert said["limits"]


def test_training_writes_a_card_beside_the_model(trained: Path) -> None:
    said = front((trained / CARD_NAME).read_text(encoding="utf-8"))
    card = read_card(trained)
    assert said == front(written_card(trained))
    assert said["license"] == "other"
    assert said["metrics"]["val_loss"] == pytest.approx(card.val_loss, abs=1e-4)
    assert said["data"]["bands"] == list(card.band_ids)


def test_an_edited_card_is_kept(trained: Path, tmp_path: Path) -> None:
    card = read_card(trained)
    write_card(tmp_path, card)
    path = tmp_path / CARD_NAME
    written = path.read_bytes()
    write_card(tmp_path, card)
    assert path.read_bytes() == written
    edited = written.replace(b"other", b"cc-by-4.0")
    path.write_bytes(edited)
    write_card(tmp_path, card)
    assert path.read_bytes() == edited


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model"):
        written_card(tmp_path / "absent")
