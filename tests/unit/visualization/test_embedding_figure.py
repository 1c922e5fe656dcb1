"""Embeddings in the plane: places and colours known by construction."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.visualization import embedding_figure
from artextract_cli.visualization.embedding_figure import (
    draw_embedding,
    principal_components,
    project_embeddings,
)
from artextract_cli.visualization.settings import Page
from tests.helpers.command_line import Ran
from tests.helpers.figures import keep_figures
from tests.helpers.results import HIGH, LOW, SIZE, STRONG, sealed_again, write_result


@pytest.fixture
def result(tmp_path: Path) -> SceneResult:
    """Superpixel 0 is not painted, 1 is strong, 2 to 9 are low; embeddings on a line, in 3 D."""
    import tifffile

    made = write_result(tmp_path)
    labels = np.broadcast_to(2 + np.arange(SIZE[1]) // 10, SIZE).astype(np.int32)
    labels = labels.copy()
    labels[STRONG], labels[55:] = 1, 0
    tifffile.imwrite(made.path / "labels.tif", labels, photometric="minisblack", metadata=None)
    along = np.arange(10, dtype=np.float32)[:, None] * np.float32([3, 0, 4])
    return save(made, nodes_0=along, nodes_1=along + np.float32([0, 1, 0]))


def save(result: SceneResult, **views: np.ndarray) -> SceneResult:
    np.savez(result.path / "embeddings.npz", allow_pickle=False, pooled=np.zeros((2, 3)), **views)
    return sealed_again(result)


def test_components_by_hand() -> None:
    """Along (3, 0, 4) / 5 by fives; across by the one that parts the views."""
    vectors = np.float32([[3, 0, 4], [-3, 0, -4], [0, 1, 0], [0, -1, 0]])
    points, names = principal_components(vectors)
    np.testing.assert_allclose(points, [[5, 0], [-5, 0], [0, 1], [0, -1]], atol=1e-6)
    assert names == ("component 1, 96 % of the variance", "component 2, 4 % of the variance")


@pytest.mark.parametrize("size", [1, 2])
def test_few_dimensions_and_no_variance(size: int) -> None:
    points, _ = principal_components(np.ones((5, size), np.float32))
    np.testing.assert_array_equal(points, np.zeros((5, 2)))


def test_every_view_has_the_scores_of_its_superpixels(result: SceneResult) -> None:
    found = project_embeddings(result)
    of_one = np.float32([np.nan, HIGH, *[LOW] * 8])
    np.testing.assert_allclose(found.scores, np.tile(of_one, 2))
    assert found.is_photograph.tolist() == [True] * 10 + [False] * 10
    np.testing.assert_allclose(np.diff(found.points[:10, 0]), 5, rtol=1e-5)


def test_other_superpixels_than_the_photographs_have_no_scores(result: SceneResult) -> None:
    views = [np.eye(n, 3) for n in (10, 7, 3)]
    named = dict(zip(("nodes_0", "nodes_1", "nodes_2"), views, strict=True))
    result = save(result, **named, nodes_10=np.eye(2))
    shapes = [view.shape for view in result.embeddings()]
    assert shapes == [(10, 3), (7, 3), (3, 3), (2, 2)]
    result = save(result, nodes_0=views[0], nodes_1=views[1])
    found = project_embeddings(result)
    assert np.isnan(found.scores[10:]).all()
    assert len(found.points) == 17


def test_tsne_is_the_same_every_time_and_takes_a_part_of_many(
    result: SceneResult, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedding_figure, "TSNE_POINTS", 12)
    first, second = project_embeddings(result, "tsne"), project_embeddings(result, "tsne")
    np.testing.assert_array_equal(first.points, second.points)
    assert len(first.points) == len(first.scores) == 12
    assert "t-SNE of 12 of 20 embeddings" in capsys.readouterr().err


def test_panels_and_their_colours(result: SceneResult, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = keep_figures(monkeypatch, embedding_figure)
    for width in (None, 85):
        draw_embedding(result, Path("a.svg"), page=Page(width_mm=width))
    beside, below = kept
    titles = [axes.get_title() for axes in beside.axes[:2]]
    assert titles == ["Photograph: 10 embeddings", "Bands: 10 embeddings"]
    not_scored, scored = beside.axes[0].collections
    assert (len(not_scored.get_offsets()), len(scored.get_offsets())) == (1, 9)
    assert np.asarray(scored.get_facecolor())[-1, 0] > 0.6  # the strongest is drawn last, in red
    assert [f.axes[0].get_subplotspec().get_gridspec().nrows for f in (beside, below)] == [1, 2]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_command(run: Callable[..., Ran], result: SceneResult, suffix: str) -> None:
    out = result.path / f"figure.{suffix}"
    words = (result.path.parent, "--scene", "made", "--out", out, "--width-mm", 85)
    ran = run("visualize", "embedding", *words, "--json")
    assert ran.exit_code == 0, ran.stderr
    told = {"figure": str(out), "scene": "made", "method": "pca", "embeddings": 20}
    assert json.loads(ran.stdout) == told
    assert out.stat().st_size > 1000


def test_what_cannot_be_drawn(result: SceneResult) -> None:
    with pytest.raises(UsageError, match="PNG, SVG or PDF"):
        draw_embedding(result, Path("a.bmp"))
    result = save(result, nodes_0=np.eye(1, 3), nodes_1=np.eye(1, 3))
    with pytest.raises(InputError, match="has 2 embeddings, but a projection needs at least four"):
        project_embeddings(result)
    (result.path / "embeddings.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"embeddings\.npz is damaged .*run `artextract infer "):
        project_embeddings(dataclasses.replace(result))
    with pytest.raises(
        InputError, match=r"embeddings\.npz cannot be read .*run `artextract infer "
    ):
        project_embeddings(sealed_again(result))
