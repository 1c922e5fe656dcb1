"""Bands that are mirrored or upside down."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.imaging.registration import windowed_edges
from artextract_cli.scenes.checks.mirroring import mirroring_problem
from tests.helpers.checked_datasets import BAND, counts, found, view, write


@pytest.mark.parametrize(
    ("flip", "how"),
    [
        (np.s_[:, ::-1], "mirrored left to right"),
        (np.s_[::-1], "mirrored top to bottom"),
        (np.s_[::-1, ::-1], "turned by 180°"),
    ],
)
def test_flipped_bands(root: Path, flip: tuple[slice, ...], how: str) -> None:
    write(root / BAND, counts(1 - view(0, 2, -3)[flip]))
    (finding,) = found(root)
    assert (finding.level, str(finding.file)) == ("error", BAND)
    assert finding.message.startswith(f"{BAND} is {how}: its edges correlate")


def test_bands_that_are_not_flipped() -> None:
    photograph = windowed_edges(view(0))
    for other in (view(0), 1 - view(0, 5, 9), view(7)):
        assert mirroring_problem(Path("x"), photograph, windowed_edges(other)) is None


def test_a_symmetric_painting_is_not_mirrored() -> None:
    symmetric = view(0) + view(0)[:, ::-1]
    edges = windowed_edges(symmetric)
    assert mirroring_problem(Path("x"), edges, edges[:, ::-1]) is None


def test_small_images_are_not_examined() -> None:
    small = windowed_edges(view(0, shape=(95, 120)))
    assert mirroring_problem(Path("x"), small, small[:, ::-1]) is None
