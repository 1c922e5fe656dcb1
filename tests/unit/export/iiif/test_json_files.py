"""JSON files of an export."""

import json
from pathlib import Path

from artextract_cli.export.iiif.json_files import write_json


def test_any_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    write_json(path, {"name": "ü\udc80"})
    assert path.read_bytes().isascii()
    assert json.loads(path.read_bytes()) == {"name": "ü\udc80"}
