import hashlib
import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.utils.checksums import UNSEALED, file_digest, is_whole, sealed

CONTENT = json.dumps({"sha256": UNSEALED, "model": UNSEALED, "scene": "abbey"}).encode()


def test_only_the_first_place_is_sealed_and_the_rest_stays() -> None:
    made = json.loads(sealed(CONTENT))
    assert made == json.loads(CONTENT) | {"sha256": made["sha256"]}
    assert made["sha256"] != UNSEALED
    assert is_whole(sealed(CONTENT), made["sha256"])


def test_one_changed_bit_anywhere_is_seen() -> None:
    whole = sealed(CONTENT)
    seal = json.loads(whole)["sha256"]
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert not is_whole(bytes(changed), seal)
    assert not is_whole(whole[:-1], seal)
    assert not is_whole(whole + b" ", seal)


@pytest.mark.parametrize("seal", [None, 3, "", UNSEALED, "f" * 63, "é" * 64])
def test_what_is_no_seal(seal: object) -> None:
    assert not is_whole(CONTENT, seal)


def test_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 10**6)
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"abc" * 10**6).hexdigest()
    with pytest.raises(InputError, match="No such file"):
        file_digest(tmp_path / "none")


def test_digests_tell_files_apart(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abc"]
    for path, content in zip(paths, (b"", b"abc", b"abd"), strict=True):
        path.write_bytes(content)
    assert len({file_digest(path) for path in paths}) == 3
