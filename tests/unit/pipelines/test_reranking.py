"""A heat map re-ranked by marks: similar paint follows them, other paint stays as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.imaging.blocks import Workspace
from artextract_cli.pipelines import reranking
from artextract_cli.pipelines.reranking import (
    RERANKED,
    check_can_learn,
    fitted,
    gaussian,
    reranked,
)
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.results.marks import SceneMarks
from artextract_cli.results.scene_scores import SceneScores
from artextract_cli.scenes.scene import Scene
from tests.helpers.marks import mark
from tests.helpers.scenes import make_scene

SHAPE = (24, 32)
# Superpixels of 8 × 8: twelve, in three rows of four. Columns have one kind of paint each.
LABELS = (np.arange(24)[:, None] // 8 * 4 + np.arange(32) // 8).astype(np.int32)
PAINT = np.arange(12) % 4
FILE = Path("/captures/marks.json")
ALONE = 4.0  # far from every other paint


def scored(heat: Any = 2.0) -> SceneScores:
    """Scores of a scene whose embeddings are those of its paints."""
    z = np.zeros((12, 4), np.float32)
    z[np.arange(12), PAINT] = ALONE
    maps = {"heatmap": np.broadcast_to(np.float32(heat), SHAPE).copy()}
    return SceneScores(
        labels=LABELS,
        band_ids=("850",),
        superpixels={"name": "slic"},
        maps=maps,
        band_maps=np.zeros((*SHAPE, 1), np.float32),
        whole=None,
        distances=None,
        similarities=None,
        pooled=None,
        nodes=(z, z),
        attention=None,
        masking=None,
        gradcam=None,
    )


def entry(*marks: dict[str, Any], shape: tuple[int, int] = SHAPE) -> SceneMarks:
    said = {"scene": "a", "photograph_sha256": 64 * "0", "shape": shape, "marks": marks}
    return SceneMarks.model_validate_json(json.dumps(said))


def shifts(scores: SceneScores, *marks: dict[str, Any], scene: Scene | None = None) -> np.ndarray:
    """How much every superpixel (12,) was raised."""
    found = reranked(scores, scene or make_scene(SHAPE), entry(*marks), FILE)
    shift = (found.maps[RERANKED] - found.maps["heatmap"]).ravel()
    return np.bincount(LABELS.ravel(), shift) / 64


def test_paint_like_the_marked_follows_and_other_paint_stays() -> None:
    shift = shifts(scored(), mark("interest", 0, 0, 8, 8), mark("retouching", 8, 0, 16, 8))
    assert (shift[PAINT == 0] > 0.1).all()
    assert (shift[PAINT == 1] < -0.1).all()
    assert np.abs(shift[PAINT >= 2]).max() < 0.2 * shift[PAINT == 0].min()


@pytest.mark.parametrize("kind", ["retouching", "pigment"])
def test_retouching_and_pigments_lower(kind: str) -> None:
    shift = shifts(scored(), mark(kind, 0, 0, 8, 8))
    assert shift[0] < 0
    assert shift.argmin() % 4 == 0


def test_marks_add_up() -> None:
    one = shifts(scored(), mark("interest", 0, 0, 8, 8))
    two = shifts(scored(), mark("interest", 0, 0, 8, 8), mark("interest", 0, 8, 8, 16))
    assert two[0] > one[0]


def test_what_scores_as_marked_is_hardly_moved() -> None:
    expected = shifts(scored(6.0), mark("interest", 0, 0, 8, 8))
    surprise = shifts(scored(6.0), mark("retouching", 0, 0, 8, 8))
    assert abs(expected[0]) < 0.1 * abs(surprise[0])


def test_of_a_box_the_strong_part_is_meant() -> None:
    heat = np.where(LABELS == 0, 3.0, 0.5)
    shift = shifts(scored(heat), mark("retouching", 0, 0, 16, 8))
    assert shift[PAINT == 0].max() < -0.1
    assert shift[PAINT == 1].min() > 0.2 * shift[PAINT == 0].max()


def test_without_a_strong_part_the_whole_box_is_meant_or_where_it_mostly_is() -> None:
    assert (shifts(scored(0.5), mark("interest", 0, 0, 16, 8))[[0, 1]] > 0.1).all()
    # Three columns of superpixel 2: most of the box, but little of the superpixel.
    inner = shifts(scored(0.5), mark("interest", 15, 2, 19, 4))
    assert inner[2] > 0.1
    assert abs(inner[1]) < 0.2 * inner[2]


def test_marks_are_in_pixels_of_the_photograph() -> None:
    scene = make_scene((48, 64))
    found = reranked(scored(), scene, entry(mark("interest", 0, 0, 16, 16), shape=(48, 64)), FILE)
    assert found.maps[RERANKED].shape == SHAPE
    raised = found.maps[RERANKED] - found.maps["heatmap"]
    assert raised[:8, :8].min() > 0.1
    assert np.abs(raised[:8, 8:]).max() < 0.2 * raised[:8, :8].min()


def test_what_is_not_painting_is_no_part_of_a_mark() -> None:
    mask = np.ones(SHAPE, np.bool_)
    mask[:8, :8] = False
    scene = replace(make_scene(SHAPE), mask=mask)
    shift = shifts(scored(3.0), mark("retouching", 0, 0, 16, 8), scene=scene)
    assert shift[PAINT == 1].max() < -0.1
    assert shift[PAINT == 0].min() > 0.2 * shift[PAINT == 1].max()


def test_the_rest_of_the_scores_stays_and_the_marks_are_recorded() -> None:
    before = scored()
    found = reranked(before, make_scene(SHAPE), entry(mark("interest", 0, 0, 16, 8)), FILE)
    np.testing.assert_array_equal(found.maps["heatmap"], before.maps["heatmap"])
    assert found.marks == {
        "path": str(FILE),
        "sha256": entry(mark("interest", 0, 0, 16, 8)).sha256,
        "counts": {"interest": 1},
        "superpixels": 2,
    }


def test_a_scene_in_blocks_is_re_ranked_as_in_memory(tmp_path: Path) -> None:
    mask = np.ones(SHAPE, np.bool_)
    mask[:3] = False
    whole = replace(make_scene(SHAPE), mask=mask)
    parts = replace(whole, workspace=Workspace(block_side=10, scratch=tmp_path))
    marks = entry(mark("interest", 0, 0, 16, 8), mark("pigment", 16, 8, 32, 24))
    expected, found = (reranked(scored(), scene, marks, FILE) for scene in (whole, parts))
    np.testing.assert_array_equal(found.maps[RERANKED], expected.maps[RERANKED])


def test_of_very_large_marks_a_part_is_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reranking, "MOST_NODES", 4)
    monkeypatch.setattr(reranking, "NODES_AT_ONCE", 5)
    found = reranked(scored(), make_scene(SHAPE), entry(mark("interest", 0, 0, 32, 24)), FILE)
    assert found.marks is not None
    assert found.marks["superpixels"] <= 4
    assert found.maps[RERANKED].min() > 2


def test_the_regression_is_the_one_that_minimises_its_loss() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(6, 3))
    kernel, offset = gaussian(features, features), rng.normal(size=6)
    wanted, weights = np.array([1.0, -1, 1, -1, 1, 1]), np.full(6, 0.5)

    def loss(coefficients: np.ndarray) -> float:
        function = kernel @ coefficients
        penalty = reranking.PENALTY / 2 * coefficients @ function
        return weights @ np.logaddexp(0, -wanted * (offset + function)) + penalty

    found = fitted(kernel, offset, wanted, weights)
    best = loss(found)
    for direction in np.eye(6):
        assert min(loss(found + 0.05 * direction), loss(found - 0.05 * direction)) > best


def test_equal_embeddings_are_no_obstacle() -> None:
    kernel = np.ones((3, 3))
    found = fitted(kernel, np.zeros(3), np.array([1.0, 1, -1]), np.ones(3))
    assert np.isfinite(found).all()
    assert (kernel @ found > 0).all()


def test_a_kernel_is_one_at_a_place_and_falls() -> None:
    places = np.array([[0.0, 0], [1, 0], [3, 4]])
    kernel = gaussian(places, places)
    np.testing.assert_allclose(np.diag(kernel), 1)
    assert kernel[0, 2] == pytest.approx(np.exp(-25 / (2 * reranking.LENGTH**2)))


def test_a_score_without_learning_cannot_learn(trained: Path) -> None:
    check_can_learn(open_scorer(trained, device="cpu"))
    with pytest.raises(UsageError, match="--marks needs the embeddings of a trained model"):
        check_can_learn(open_scorer(Path("none")))
