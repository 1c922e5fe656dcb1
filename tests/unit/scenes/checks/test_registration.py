"""The quick measurement of registration before scoring."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.imaging.blocks import Workspace
from artextract_cli.scenes.checks.registration import (
    Registration,
    measure_registration,
    registration_of,
    warn_of_registration,
    warning_shift,
)
from artextract_cli.scenes.scene import Scene
from tests.helpers.checked_datasets import view


def scene(*shifts: tuple[int, int], size: tuple[int, int] = (300, 340)) -> Scene:
    """Blots, whose bands are shifted by whole pixels (down, right)."""
    bands = [1 - view(0, *shift, size) for shift in shifts]
    return Scene(
        name="a",
        rgb=np.dstack([view(0, shape=size)] * 3).astype(np.float32),
        bands=np.dstack(bands).astype(np.float32),
        band_ids=tuple(f"{500 + 100 * i}" for i in range(len(bands))),
        wavelengths=None,
        mask=None,
    )


@pytest.mark.parametrize("size", [(48, 60), (256, 256), (300, 340), (200, 700)])
def test_residuals_are_known_shifts(size: tuple[int, int]) -> None:
    measured = measure_registration(scene((0, 0), (0, 2), (3, -4), size=size))
    assert measured.residuals == pytest.approx({"500": 0, "600": 2, "700": 5}, abs=0.1)
    assert (measured.band, measured.n_shifted) == ("700", 2)
    assert measured.largest == measured.residuals["700"]
    assert registration_of(measured.described()) == measured


def test_a_scene_in_blocks_gives_the_same(tmp_path: Path) -> None:
    whole = scene((0, 0), (2, 0))
    in_blocks = replace(whole, workspace=Workspace(block_side=64, scratch=tmp_path))
    assert measure_registration(in_blocks) == measure_registration(whole)


def test_the_middle_may_have_no_edges() -> None:
    flat = scene((0, 0), (0, 2), size=(768, 768))
    flat.rgb[256:512, 256:512] = flat.bands[256:512, 256:512] = 0.5
    assert measure_registration(flat).residuals == pytest.approx({"500": 0, "600": 2}, abs=0.1)


def test_windows_lie_in_the_painting() -> None:
    """The backdrop around it shows the edges of something else."""
    made = scene((0, 0), (0, 2), size=(300, 900))
    mask = np.zeros((300, 900), np.bool_)
    mask[:, :250] = True
    made.bands[:, 250:, 1] = made.bands[:, 250:, 0]
    assert measure_registration(made).residuals["600"] == pytest.approx(0, abs=0.1)
    masked = measure_registration(replace(made, mask=mask))
    assert masked.residuals["600"] == pytest.approx(2, abs=0.1)


def test_what_shares_no_edges_is_not_measured() -> None:
    made = scene((0, 0), (0, 0))
    made.bands[..., 1] = np.random.default_rng(8).random(made.shape)
    measured = measure_registration(made)
    assert measured.residuals == {"500": 0, "600": None}
    assert (measured.band, measured.largest) == ("500", 0)
    nothing = Registration(residuals={"500": None})
    assert (nothing.band, nothing.largest, nothing.n_shifted) == (None, None, 0)


@pytest.mark.parametrize(
    ("residuals", "beside"),
    [
        ({"850": 4.0}, ""),
        ({"650": 0.5, "750": 1.0, "850": 4.0}, ", as is another band"),
        ({"650": 0.8, "750": 1.0, "850": 4.0}, ", as are 2 other bands"),
    ],
)
def test_the_warning_gives_the_command(
    residuals: dict[str, float | None], beside: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "artextract"):
        warn_of_registration("a", Path("my scans"), Registration(residuals=residuals), (200, 300))
    assert caplog.messages == [
        "band 850 of scene a is shifted by 4.00 px against its photograph (more than 0.75 px)"
        f"{beside}, so scores may be wrong: run `artextract data register 'my scans' "
        "--out 'my scans-registered'`"
    ]


def test_a_pair_is_imported_first(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "artextract"):
        warn_of_registration("a", None, Registration(residuals={"850": 4.0}), (200, 300))
    assert caplog.messages[0].endswith(
        "import the images with `artextract data import IMPORTER FOLDER --out DATASET`, then run "
        "`artextract data register DATASET --out REGISTERED`"
    )


@pytest.mark.parametrize(
    ("residuals", "said"),
    [
        ({"650": 0, "850": None}, "band 850 of scene a shares no edges with its photograph"),
        ({"650": None, "850": None}, "bands 650, 850 of scene a share no edges with its photo"),
    ],
)
def test_bands_that_may_show_another_painting(
    residuals: dict[str, float | None], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "artextract"):
        warn_of_registration("a", Path("x"), Registration(residuals=residuals), (128, 300))
    (message,) = caplog.messages
    assert message.startswith(said)


@pytest.mark.parametrize("residuals", [{}, {"850": None}, {"850": 0.75}])
def test_nothing_to_warn_of(
    residuals: dict[str, float | None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "artextract"):
        warn_of_registration("a", Path("x"), Registration(residuals=residuals), (127, 300))
    assert not caplog.messages


@pytest.mark.parametrize(
    ("shape", "limit"), [((512, 512), 0.75), ((128, 900), 0.9), ((96, 96, 3), 1.0)]
)
def test_small_images_are_measured_less_well(shape: tuple[int, ...], limit: float) -> None:
    assert warning_shift(shape) == limit
    small = scene((0, 1), size=(140, 140))
    assert measure_registration(small).limit == warning_shift((140, 140))
