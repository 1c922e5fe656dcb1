"""Score cards: JSON files that describe themselves."""

import dataclasses
import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.models.score_card import (
    SHIPPED_CARD,
    card_path,
    read_score_card,
    write_card,
)
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest
from tests.helpers.score_cards import LEVELS, make_card


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    write_card(path, make_card())
    first = path.read_bytes()
    assert read_score_card(path) == make_card()
    write_card(path, make_card())
    assert path.read_bytes() == first


def test_none_is_the_card_that_comes_with_artextract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert card_path(Path("none")) == SHIPPED_CARD
    assert card_path(Path("my.json")) == Path("my.json")
    assert card_path(Path("gat")) is None
    Path("none").mkdir()
    assert card_path(Path("none")) is None


def test_the_shipped_card_has_both_scores_and_whole_paintings() -> None:
    card = read_score_card(SHIPPED_CARD)
    assert set(card.calibration) == set(card.whole) == {"envelope", "residual"}
    assert card.n_captures == 3 * card.n_scenes >= 60
    for levels in card.calibration.values():
        assert levels.levels[-1] > 3


@pytest.mark.parametrize("missing", ["calibration", "recipe", "n_scenes"])
def test_an_incomplete_card_is_refused(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "card.json"
    write_card(path, make_card())
    told = json.loads(path.read_bytes()) | {"sha256": PLACEHOLDER}
    del told[missing]
    path.write_bytes(embed_digest(json.dumps(told).encode()))
    with pytest.raises(InputError, match="is incomplete"):
        read_score_card(path)


def test_a_card_needs_both_scores(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    write_card(path, dataclasses.replace(make_card(), calibration={"envelope": LEVELS}))
    with pytest.raises(InputError, match="is incomplete"):
        read_score_card(path)


def test_a_changed_digit_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    write_card(path, make_card())
    path.write_bytes(path.read_bytes().replace(b"6.0", b"6.1", 1))
    with pytest.raises(InputError, match="checksum is wrong"):
        read_score_card(path)


@pytest.mark.parametrize("content", [b"", b"[1]", b"{}", b"\xff"])
def test_other_files_are_no_cards(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a score card"):
        read_score_card(path)
    with pytest.raises(InputError, match="No such file"):
        read_score_card(tmp_path / "gone.json")


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text('{"format": "artextract-scores", "format_version": 99}')
    with pytest.raises(InputError, match="not a score card of version 1"):
        read_score_card(path)
