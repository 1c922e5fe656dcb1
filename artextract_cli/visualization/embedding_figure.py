"""The embeddings of superpixels in two dimensions, coloured by what the heat map says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.heatmap import colour
from artextract_cli.imaging.pca import principal_axes
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.summary import mean_scores
from artextract_cli.utils.events import inform
from artextract_cli.visualization.canvas import NARROW, check_suffix, new_figure, save, style
from artextract_cli.visualization.panels import add_colour_bar
from artextract_cli.visualization.settings import AS_DRAWN, Page

Method = Literal["pca", "tsne"]
TSNE_POINTS = 4000
"""t-SNE takes time; of more embeddings that many are drawn by chance."""

NOT_SCORED = "#BBBBBB"
POINTS: Mapping[str, Any] = {"s": 5, "linewidths": 0, "alpha": 0.8, "rasterized": True}


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Embeddings in the plane.

    Attributes
    ----------
    points
        (M, 2) float32.
    scores
        (M,) float32, mean of the heat map over the superpixel; NaN if unknown.
    is_photograph
        (M,), True for embeddings of the RGB image, False for those of bands.
    axes
        Names of the two axes.
    """

    points: FloatArray
    scores: FloatArray
    is_photograph: NDArray[np.bool_]
    axes: tuple[str, str]


def draw_embedding(
    result: SceneResult,
    out: Path,
    *,
    method: Method = "pca",
    colours: str = "blue-red",
    page: Page = AS_DRAWN,
) -> Projection:
    """Draw the embeddings of the RGB image beside those of the bands, on the same axes.

    Parameters
    ----------
    result
        The scene.
    out
        Figure to write: .png, .svg or .pdf.
    method
        Principal components ("pca"), or "tsne", which keeps neighbours.
    colours
        Colours of the scores: "blue-red" or "jet".
    page
        Size and resolution.

    Returns
    -------
    Projection
        The points that are drawn.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is unknown, or it is an input, a result, or in a dataset.
    InputError
        If the embeddings or maps are missing, damaged, or too few to be projected.
    """
    check_suffix(out)
    result.output_plan(out).check()
    found = project_embeddings(result, method)
    with style():
        width = page.inches or 6.5
        shape, aspect = ((2, 1), 1.6) if width < NARROW else ((1, 2), 0.5)
        figure = new_figure(width, width * aspect, layout="constrained")
        panels = list(figure.subplots(*shape, sharex=True, sharey=True).flat)
        for axes, title, shown in (
            (panels[0], "Photograph", found.is_photograph),
            (panels[1], "Bands", ~found.is_photograph),
        ):
            _scatter(axes, found, shown, colours)
            axes.set_title(f"{title}: {np.count_nonzero(shown)} embeddings")
            axes.set(xlabel=found.axes[0], ylabel=found.axes[1])
            axes.label_outer()
        add_colour_bar(figure, panels, colours, "false-alarm")
        figure.suptitle(result.name, size=10, weight="bold")
        save(figure, out, page)
    return found


def project_embeddings(result: SceneResult, method: Method = "pca") -> Projection:
    """Project the embeddings of all views to two dimensions; the result is the same every time.

    Parameters
    ----------
    result
        The scene.
    method
        Principal components ("pca"), or "tsne" of at most 4000 embeddings.

    Returns
    -------
    Projection
        The points, and their scores.

    Raises
    ------
    InputError
        If the embeddings or maps are missing, damaged, or fewer than four.
    """
    views = result.embeddings()
    scores = mean_scores(result.map("heatmap"), result.map("labels").astype(np.int64))
    unknown = np.float32(np.nan)
    told = [scores if len(z) == len(scores) else np.full(len(z), unknown) for z in views]
    vectors, of_all = np.concatenate(views), np.concatenate(told)
    of_photograph = np.arange(len(vectors)) < len(views[0])
    if len(vectors) < 4:
        msg = f"{result.path} has {len(vectors)} embeddings: to project them takes four or more"
        raise InputError(msg)
    if method == "pca":
        points, axes = principal_components(vectors)
        return Projection(points=points, scores=of_all, is_photograph=of_photograph, axes=axes)
    kept = np.arange(len(vectors))
    if len(kept) > TSNE_POINTS:
        kept = np.sort(np.random.default_rng(0).choice(kept, TSNE_POINTS, replace=False))
        inform(f"t-SNE of {TSNE_POINTS} of {len(vectors)} embeddings; it takes a while")
    return Projection(
        points=_neighbours(vectors[kept]),
        scores=of_all[kept],
        is_photograph=of_photograph[kept],
        axes=("t-SNE 1", "t-SNE 2"),
    )


def principal_components(vectors: FloatArray) -> tuple[FloatArray, tuple[str, str]]:
    """The two directions (M, 2) in which ``vectors`` (M, D) vary most, and their names.

    The largest part of a direction is positive, so that a figure is never mirrored.
    """
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    axes = principal_axes(centred.T @ centred / len(centred), 2)
    points = np.zeros((len(vectors), 2), np.float32)
    points[:, : len(axes.variances)] = centred @ axes.signed_directions()
    named = [f"component {i}" for i in (1, 2)]
    told = [f"{100 * share:.0f} % of the variance" for share in axes.shares]
    names = [f"{name}, {share}" for name, share in zip(named, told, strict=False)]
    return points, (names[0], names[1] if len(names) > 1 else named[1])


def _neighbours(vectors: FloatArray) -> FloatArray:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(vectors) - 1) / 3)
    made = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(vectors)
    return np.asarray(made, np.float32)


def _scatter(axes: Axes, found: Projection, shown: NDArray[np.bool_], colours: str) -> None:
    """Points of a view, the highest scores on top; as pixels even in vector files."""
    scored = shown & np.isfinite(found.scores)
    axes.scatter(*found.points[shown & ~scored].T, color=NOT_SCORED, **POINTS)
    order = np.flatnonzero(scored)[np.argsort(found.scores[scored], kind="stable")]
    shades = colour(found.scores[order][None], colours)[0] / 255
    axes.scatter(*found.points[order].T, color=shades, **POINTS)
    axes.locator_params(nbins=5)
    axes.spines[["top", "right"]].set_visible(False)
