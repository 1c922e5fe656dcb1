from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError, UsageError
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.writer import write_description
from artextract_cli.visualization import pair_figure
from artextract_cli.visualization.pair_figure import draw_pair
from tests.helpers.datasets import write_png
from tests.helpers.results import (
    HIGH,
    LOW,
    STRONG,
    described,
    make_heatmap,
    sealed_again,
    write_result,
)

SIZE = (13, 17)
HEATMAP = np.linspace(-1, 5, 13 * 17, dtype=np.float32).reshape(SIZE)


@pytest.fixture
def result(tmp_path: Path) -> SceneResult:
    """Results with bands ``17`` (560 nm), even at 0.2, and ``ir`` (950 nm), even at 0.6."""
    bands = []
    for band, level in (("17", 0.2), ("ir", 0.6)):
        path = tmp_path / f"{band}.png"
        write_png(path, np.full(SIZE, round(level * 65535), np.uint16))
        bands.append({"id": band, **described(path)})
    write_png(tmp_path / "rgb.png", np.full((*SIZE, 3), 128, np.uint8))
    heatmap = HEATMAP.copy()
    heatmap[:2] = np.nan
    importance = np.stack([np.zeros(SIZE), HEATMAP + 1]).astype(np.float32)
    of_bands = np.stack([heatmap + 1, heatmap + 2])
    for name, array in (("heatmap", heatmap), ("gradcam", importance), ("bands", of_bands)):
        tifffile.imwrite(tmp_path / f"{name}.tif", array, photometric="minisblack", metadata=None)
    description = {
        "scene": "made",
        "split": "",
        "photograph": described(tmp_path / "rgb.png"),
        "bands": bands,
        "wavelengths_nm": [560.0, 950.0],
        "euclidean_distance": {"17": 0.1, "ir": 0.7, "fused": 0.4},
        "cosine_similarity": {"17": 0.9, "ir": 0.5, "fused": 0.7},
    }
    return SceneResult(path=tmp_path, description=write_description(tmp_path, description))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(pair_figure, "pair_figure", lambda *a, **k: calls.append((*a, k)))
    return calls


def draw(result: SceneResult, **look: Any) -> None:
    draw_pair(result, Path("a.png"), **look)


def test_the_heat_map_keeps_its_scale_and_nan_is_masked(
    result: SceneResult, drawn: list[tuple[Any, ...]]
) -> None:
    draw(result)
    ((photograph, score, given),) = drawn
    assert photograph.shape == (*SIZE, 3)
    np.testing.assert_array_equal(score[2:], HEATMAP[2:])
    assert not score[:2].any()
    assert not given["mask"][:2].any()
    assert given["mask"][2:].all()
    assert given["scale"] == "false-alarm"


def test_the_difference_of_one_band_alone(
    result: SceneResult, drawn: list[tuple[Any, ...]]
) -> None:
    draw(result, show_bands=("17",), only_band=True)
    ((_, score, given),) = drawn
    np.testing.assert_array_equal(score[2:], HEATMAP[2:] + 1)
    assert given["score_label"] == "Band 17 only"


def test_importance_is_the_mean_of_both_branches_as_share_of_its_maximum(
    result: SceneResult, drawn: list[tuple[Any, ...]]
) -> None:
    draw(result, mode="gradcam")
    ((_, score, given),) = drawn
    np.testing.assert_allclose(score, (HEATMAP + 1) / 6, rtol=1e-6)
    assert given["scale"] == "importance"


def signed(tmp_path: Path) -> SceneResult:
    """Results whose strong block is darker at its left, and lighter at a lone pixel."""
    made = write_result(tmp_path)
    heatmap = make_heatmap()
    heatmap[40, 5] = HIGH
    dark, light = heatmap.copy(), heatmap.copy()
    dark[STRONG[0], 60:70] = light[STRONG[0], 50:60] = dark[40, 5] = LOW
    for name, array in (("heatmap", heatmap), ("dark", dark), ("light", light)):
        path = made.path / f"{name}.tif"
        tifffile.imwrite(path, array, photometric="minisblack", metadata=None)
    return sealed_again(made)


def test_strong_places_are_outlined_by_sign(tmp_path: Path, drawn: list[tuple[Any, ...]]) -> None:
    draw(signed(tmp_path))
    outlines = drawn[0][-1]["outlines"]
    darker, lighter = outlines.values()
    assert list(outlines) == [
        "score of 2 or more, darker than expected",
        "score of 2 or more, lighter than expected",
    ]
    assert darker[STRONG[0], 50:60].all()
    assert lighter[STRONG[0], 60:70].all()
    # The pixel is smaller than a superpixel.
    assert darker.sum() == lighter.sum() == 100


@pytest.mark.parametrize("sign", ["dark", "light"])
def test_the_map_of_one_sign(tmp_path: Path, drawn: list[tuple[Any, ...]], sign: str) -> None:
    result = signed(tmp_path)
    draw(result, mode=sign)
    ((_, score, given),) = drawn
    np.testing.assert_array_equal(score, np.nan_to_num(result.map(sign)))
    assert given["scale"] == "false-alarm"
    assert given["outlines"] == {}
    assert given["score_label"] == f"Heat map of {sign}er hidden content"


def test_a_model_without_signs_has_no_outlines(
    result: SceneResult, drawn: list[tuple[Any, ...]]
) -> None:
    draw(result)
    assert drawn[0][-1]["outlines"] == {}


@pytest.mark.parametrize(
    ("show_band", "title", "distance", "level"),
    [
        (None, "Band ir (950\N{NO-BREAK SPACE}nm)", 0.7, 0.6),
        ("17", "Band 17 (560\N{NO-BREAK SPACE}nm)", 0.1, 0.2),
        ("560", "Band 17 (560\N{NO-BREAK SPACE}nm)", 0.1, 0.2),
        ("950", "Band ir (950\N{NO-BREAK SPACE}nm)", 0.7, 0.6),
    ],
)
def test_a_band_is_found_by_id_or_wavelength(
    result: SceneResult,
    drawn: list[tuple[Any, ...]],
    show_band: str | None,
    title: str,
    distance: float,
    level: float,
) -> None:
    draw(result, show_bands=() if show_band is None else (show_band,))
    given = drawn[0][-1]
    ((shown_title, shown),) = given["bands"]
    assert shown_title == title
    assert distance in given["numbers"].values()
    assert shown == pytest.approx(level, abs=1e-4)
    assert shown.shape == SIZE


def test_a_band_that_is_not_there(result: SceneResult) -> None:
    with pytest.raises(UsageError, match="made has no band '700'; its bands are: 17, ir"):
        draw(result, show_bands=("700",))


def test_bands_without_wavelengths(result: SceneResult, drawn: list[tuple[Any, ...]]) -> None:
    description = {**result.description, "wavelengths_nm": None}
    draw(SceneResult(path=result.path, description=description), show_bands=("17",))
    assert [title for title, _ in drawn[0][-1]["bands"]] == ["Band 17"]


def test_several_bands_in_the_order_that_is_asked_for(
    result: SceneResult, drawn: list[tuple[Any, ...]]
) -> None:
    draw(result, show_bands=("ir", "17"))
    given = drawn[0][-1]
    assert [title for title, _ in given["bands"]] == [
        "Band ir (950\N{NO-BREAK SPACE}nm)",
        "Band 17 (560\N{NO-BREAK SPACE}nm)",
    ]
    assert {"to band 17", "to band ir"} <= set(given["numbers"])
    with pytest.raises(UsageError, match="--only-band takes one --show-band, not ir, 17"):
        draw(result, show_bands=("ir", "17"), only_band=True)


def test_missing_maps_and_pictures(result: SceneResult) -> None:
    with pytest.raises(InputError, match=r"attention\.tif does not exist"):
        draw(result, mode="attention")
    Path(result.description["photograph"]["path"]).unlink()
    with pytest.raises(InputError, match=r"rgb\.png, from which .* not exist"):
        draw(result)


def test_a_picture_that_was_changed_is_not_drawn_beside_an_older_map(result: SceneResult) -> None:
    write_png(result.path / "ir.png", np.full(SIZE, 7, np.uint16))
    with pytest.raises(InputError, match=r"ir\.png has changed since it was scored: restore"):
        draw(result)
    draw(result, show_bands=("17",))


def test_the_figure_is_written(result: SceneResult, tmp_path: Path) -> None:
    out = tmp_path / "pair.png"
    draw_pair(result, out, colours="jet")
    assert out.read_bytes().startswith(b"\x89PNG")
