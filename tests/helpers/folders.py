"""Datasets of empty files, which are listed but not read."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.scenes.dataset import open_dataset


def make(root: Path, *names: str, yaml: str | None = None) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if yaml is not None:
        (root / "dataset.yaml").write_text(yaml)
    return root


def scene(name: str, *bands: str, split: str = "train") -> list[str]:
    return [
        f"{split}/rgb_images/{name}_RGB.png",
        *(f"{split}/ms_masks/{name}_ms_{band}.png" for band in bands),
    ]


def refused(root: Path, said: str, wavelengths: Sequence[float] | None = None) -> None:
    with pytest.raises(InputError, match=said) as raised:
        open_dataset(root, wavelengths=wavelengths)
    assert "\n" not in str(raised.value)
