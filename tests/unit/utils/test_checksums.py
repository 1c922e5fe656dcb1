import hashlib
import json
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest, file_digest, verify_digest

CONTENT = json.dumps({"sha256": PLACEHOLDER, "model": PLACEHOLDER, "scene": "abbey"}).encode()


def test_only_the_first_place_is_sealed_and_the_rest_stays() -> None:
    made = json.loads(embed_digest(CONTENT))
    assert made == json.loads(CONTENT) | {"sha256": made["sha256"]}
    assert made["sha256"] != PLACEHOLDER
    assert verify_digest(embed_digest(CONTENT), made["sha256"])


def test_one_changed_bit_anywhere_is_seen() -> None:
    whole = embed_digest(CONTENT)
    seal = json.loads(whole)["sha256"]
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert not verify_digest(bytes(changed), seal)
    assert not verify_digest(whole[:-1], seal)
    assert not verify_digest(whole + b" ", seal)


@pytest.mark.parametrize("seal", [None, 3, "", PLACEHOLDER, "f" * 63, "é" * 64])
def test_what_is_no_seal(seal: object) -> None:
    assert not verify_digest(CONTENT, seal)


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
