"""Writing of JSON files."""

import json
from pathlib import Path
from typing import Any


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file, and its folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name that is not valid text contains surrogates; escaped, they are ASCII like the rest.
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
