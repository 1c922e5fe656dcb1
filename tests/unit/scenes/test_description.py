"""What dataset.yaml may say."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from artextract_cli.errors import InputError
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.description import read_statement
from artextract_cli.utils.yaml import write_yaml
from tests.helpers.folders import make, refused, scene


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("clean: [a, z9, z10]", r"dataset\.yaml: clean names scenes that do not exist: z9, z10"),
        ("clean: some", r"dataset\.yaml: clean: expected 'all' or a list of scene names"),
        ("clean: [true]", r"clean: expected 'all' or a list"),
        ("wavelength: {1: 500}", r"unknown key 'wavelength'; known keys: wavelengths, clean"),
        ("wavelengths: {1: 0.5}", r"wavelengths\.1: a wavelength must be between .*\(got 0\.5\)"),
        ("wavelengths: {1: red}", r"wavelengths\.1: Input should be a valid number"),
        ("wavelengths: [500]", r"wavelengths: Input should be a valid dictionary"),
        ("wavelengths: {1: 500, 1: 600}", r"dataset\.yaml, line 1: the key '1' is given twice"),
        ("pixels_per_mm: 0", r"pixels_per_mm: Input should be greater than 0"),
        ("pixels_per_mm: .inf", r"pixels_per_mm: Input should be a finite number"),
        ("- 1", r"dataset\.yaml must contain keys and values"),
        *(
            (f"coding: {value}", r"coding: expected the keys photograph and bands, .* linear, srgb")
            for value in ("srgb", "[srgb]", "{photo: srgb}", "2.2")
        ),
        ("coding: {bands: 2.2}", r"coding\.bands: a coding is linear, srgb .*\(got 2\.2\)"),
        ("coding: {bands: {1: foo}}", r"coding\.bands: band 1: a coding is linear, srgb or"),
        ("coding: {photograph: [srgb]}", r"coding\.photograph: a coding is linear, srgb or gamma"),
    ],
)
def test_a_wrong_description(tmp_path: Path, yaml: str, said: str) -> None:
    refused(make(tmp_path, *scene("a", "1"), yaml=yaml), said)


def test_what_a_dataset_says_of_itself(tmp_path: Path) -> None:
    assert read_statement(tmp_path).pixels_per_mm is None
    make(tmp_path, yaml="pixels_per_mm: 12.5\nnotes: from the vault\n")
    said = read_statement(tmp_path)
    assert (said.pixels_per_mm, said.notes) == (12.5, "from the vault")
    make(tmp_path, yaml="pixels_per_mm: many\n")
    with pytest.raises(InputError, match="pixels_per_mm"):
        read_statement(tmp_path)


TEXT = some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
SAID = some.fixed_dictionaries(
    {},
    optional={
        "wavelengths": some.dictionaries(TEXT, some.floats(100, 100_000)),
        "clean": some.just("all") | some.lists(TEXT),
        "pixels_per_mm": some.floats(1e-9, 1e9),
        "notes": TEXT,
    },
)


@given(SAID)
def test_whatever_a_dataset_says_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, Any]
) -> None:
    root = tmp_path_factory.mktemp("said")
    write_yaml(root / "dataset.yaml", said)
    read = read_statement(root)
    assert read.wavelengths == said.get("wavelengths", {})
    clean = said.get("clean")
    assert read.clean == (tuple(clean) if isinstance(clean, list) else clean)
    assert (read.pixels_per_mm, read.notes) == (said.get("pixels_per_mm"), said.get("notes", ""))


@given(some.binary() | TEXT.map(str.encode) | SAID.map(repr).map(str.encode))
def test_no_description_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("said")
    (root / "dataset.yaml").write_bytes(content)
    with suppress(InputError):
        read_statement(root)


@pytest.mark.parametrize("yaml", ["", "coding:", "coding: {}", "coding: {photograph: , bands: {}}"])
def test_a_coding_need_not_be_stated(tmp_path: Path, yaml: str) -> None:
    (files,) = open_dataset(make(tmp_path, *scene("a", "1"), yaml=f"{yaml}\n")).scenes
    assert files.coding.resolved(files.band_ids) == ("srgb", "linear")
