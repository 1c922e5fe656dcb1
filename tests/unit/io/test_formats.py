from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.io import decoders
from artextract_cli.io.formats import decoder_of, decoding
from tests.helpers.image_files import RGB8
from tests.helpers.profiles import save


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", RGB8, None).rename(tmp_path / "a.png")
    assert decoder_of(tmp_path / "a.png") is decoders.decode_jpeg


def test_damage_is_one_error() -> None:
    with pytest.raises(InputError, match=r"a\.png is damaged"), decoding(Path("a.png")):
        raise KeyError
