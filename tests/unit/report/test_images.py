import base64
import io

import numpy as np
import pytest
from PIL import Image

from artextract_cli.report.images import Encoded, grey, jpeg, quantised, reduced, score_png


def decoded(encoded: Encoded) -> np.ndarray:
    kind, _, text = encoded.uri.partition(";base64,")
    assert kind in ("data:image/png", "data:image/jpeg")
    content = base64.b64decode(text)
    assert len(content) == encoded.n_bytes
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (encoded.width, encoded.height)
        return np.asarray(picture)


def test_a_reduced_pixel_is_the_mean_of_those_it_covers() -> None:
    picture = np.arange(6 * 6, dtype=np.uint16).reshape(6, 6)
    made = reduced(picture, 3)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, picture.reshape(3, 2, 3, 2).mean((1, 3)))
    np.testing.assert_allclose(reduced(picture[..., None].repeat(3, 2), 3)[..., 2], made)


def test_what_is_small_enough_stays_as_it_is() -> None:
    picture = np.array([[1.5, np.nan]], np.float32)
    np.testing.assert_array_equal(reduced(picture, 2), picture)


def test_nan_is_left_out_of_means_and_stays_where_it_is_most() -> None:
    picture = np.array([[1, np.nan, 5, 7], [1, 1, np.nan, np.nan]], np.float32)
    picture = np.concatenate([picture, [[np.nan, np.nan, 2, 2], [np.nan, 3, 2, 2]]]).astype("f4")
    made = reduced(picture, 2)
    np.testing.assert_allclose(made, [[1, 6], [np.nan, 2]])


@pytest.mark.parametrize(
    ("shape", "side", "size"),
    [
        ((40, 90), 30, (20, 45)),
        ((6, 6), 3, (3, 3)),
        ((200, 6000), 2048, (200, 6000)),
        ((1, 9000), 2048, (1, 8192)),
        ((400, 2), 10, (141, 1)),
    ],
)
def test_thin_pictures_keep_a_pixel(
    shape: tuple[int, int], side: int, size: tuple[int, int]
) -> None:
    assert reduced(np.ones(shape, np.float32), side).shape == size


def test_scores_come_back_within_half_a_step() -> None:
    score = np.linspace(-1, 7, 300, dtype=np.float32).reshape(15, 20)
    score[0, 0] = np.nan
    levels = decoded(score_png(score, 0.02, 1, 100_000))
    assert levels[0, 0] == 0
    back = (levels.astype(float) - 1) * 0.02
    inside = np.isfinite(score)
    np.testing.assert_allclose(back[inside], np.clip(score[inside], 0, 5.08), atol=0.0101)
    np.testing.assert_array_equal(levels, quantised(score, 0.02, 1))


def test_signed_evidence_keeps_its_sign() -> None:
    levels = quantised(np.array([-99, -0.8, 0, 0.8, 99, np.nan], np.float32), 0.08, 128)
    assert levels.tolist() == [1, 118, 128, 138, 255, 0]


@pytest.mark.parametrize("limit", [6000, 12_000, 60_000])
def test_no_picture_passes_its_limit(limit: int) -> None:
    """Noise, which nothing makes smaller but fewer pixels."""
    rng = np.random.default_rng(0)
    score = rng.uniform(0, 5, (260, 200)).astype(np.float32)
    encoded = score_png(score, 0.02, 1, limit)
    assert limit / 3 < encoded.n_bytes <= limit
    assert decoded(encoded).shape == (encoded.height, encoded.width)
    assert encoded.height / encoded.width == pytest.approx(1.3, rel=0.03)
    photograph = jpeg(rng.integers(0, 255, (260, 200, 3)).astype(np.uint8), limit)
    assert limit / 4 < photograph.n_bytes <= limit
    assert decoded(photograph).shape == (photograph.height, photograph.width, 3)


def test_a_limit_that_cannot_be_kept_ends_all_the_same() -> None:
    encoded = jpeg(np.random.default_rng(1).integers(0, 255, (300, 300)).astype(np.uint8), 10)
    assert 64 <= encoded.width < 128


def test_a_band_is_coded_for_the_eye_with_its_brightest_at_white() -> None:
    band = np.full((50, 50), 0.1, np.float32)
    band[0, 0] = 0.9  # a glint
    shown = grey(band)
    assert shown.dtype == np.uint8
    assert shown[1, 1] == 255
    band[10:20] = 0.05
    assert grey(band)[15, 15] == 188  # half of white, as sRGB codes it
    assert (grey(np.zeros((3, 3), np.float32)) == 0).all()
