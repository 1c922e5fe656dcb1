"""The embeddings of superpixels in two dimensions, coloured by their score in the heat map."""

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
from artextract_cli.visualization.canvas import NARROW_PAGE, check_suffix, new_figure, save, style
from artextract_cli.visualization.panels import add_colour_bar
from artextract_cli.visualization.settings import DEFAULT_PAGE, Page

Method = Literal["pca", "tsne"]
TSNE_POINTS = 4000
"""Largest number of embeddings for t-SNE, which is slow; of more, that many are sampled."""

# Darker than the grey in the middle of the blue-red scale, #DDDDDD.
UNSCORED_COLOUR = "#BBBBBB"
# Rasterised, because thousands of points as vectors make a file slow to open; slightly transparent,
# so that dense places show.
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
        Labels of the two axes.
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
    page: Page = DEFAULT_PAGE,
) -> Projection:
    """Draw the embeddings of the RGB image beside those of the bands, on the same axes.

    Parameters
    ----------
    result
        The scene.
    out
        Figure to write: .png, .svg or .pdf.
    method
        Principal components ("pca"), or "tsne", which preserves neighbourhoods.
    colours
        Colours of the scores: "blue-red" or "jet".
    page
        Size and resolution.

    Returns
    -------
    Projection
        The points drawn.

    Raises
    ------
    UsageError
        If the suffix of ``out`` is unknown, or it is an input, a result, or in a dataset.
    InputError
        If the embeddings or maps are missing or damaged, or too few to be projected.
    """
    check_suffix(out)
    result.output_plan(out).check()
    projection = project_embeddings(result, method)
    with style():
        width = page.inches or 6.5
        # 6.5 inches are 165 mm, nearly two columns of print. The aspect gives two panels that are
        # about square.
        shape, aspect = ((2, 1), 1.6) if width < NARROW_PAGE else ((1, 2), 0.5)
        figure = new_figure(width, width * aspect, layout="constrained")
        panels = list(figure.subplots(*shape, sharex=True, sharey=True).flat)
        for axes, title, shown in (
            (panels[0], "Photograph", projection.is_photograph),
            (panels[1], "Bands", ~projection.is_photograph),
        ):
            _scatter(axes, projection, shown, colours)
            axes.set_title(f"{title}: {np.count_nonzero(shown)} embeddings")
            axes.set(xlabel=projection.axes[0], ylabel=projection.axes[1])
            axes.label_outer()
        add_colour_bar(figure, panels, colours, "false-alarm")
        figure.suptitle(result.name, size=10, weight="bold")
        save(figure, out, page)
    return projection


def project_embeddings(result: SceneResult, method: Method = "pca") -> Projection:
    """Project the embeddings of all views to two dimensions, reproducibly.

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
        If the embeddings or maps are missing or damaged, or there are fewer than four embeddings.
    """
    views = result.embeddings()
    scores = mean_scores(result.map("heatmap"), result.map("labels").astype(np.int64))
    unknown = np.float32(np.nan)
    # In graphs with separate segmentations a view has its own superpixels, which the heat map, on
    # those of the photograph, says nothing about.
    by_view = [scores if len(z) == len(scores) else np.full(len(z), unknown) for z in views]
    vectors, all_scores = np.concatenate(views), np.concatenate(by_view)
    of_photograph = np.arange(len(vectors)) < len(views[0])
    # t-SNE of n points allows a perplexity of (n - 1) / 3 at most, which should not be below 1.
    if len(vectors) < 4:
        msg = f"{result.path} has {len(vectors)} embeddings, but a projection needs at least four"
        raise InputError(msg)
    if method == "pca":
        points, axes = principal_components(vectors)
        return Projection(points=points, scores=all_scores, is_photograph=of_photograph, axes=axes)
    kept = np.arange(len(vectors))
    if len(kept) > TSNE_POINTS:
        # Sorted, so that the points keep the order of the views.
        kept = np.sort(np.random.default_rng(0).choice(kept, TSNE_POINTS, replace=False))
        inform(f"t-SNE of {TSNE_POINTS} of {len(vectors)} embeddings, which takes a while")
    return Projection(
        points=_tsne(vectors[kept]),
        scores=all_scores[kept],
        is_photograph=of_photograph[kept],
        axes=("t-SNE 1", "t-SNE 2"),
    )


def principal_components(vectors: FloatArray) -> tuple[FloatArray, tuple[str, str]]:
    """The first two principal components (M, 2) of ``vectors`` (M, D), and their labels.

    The largest weight of a component is positive, so that a figure is never mirrored.
    """
    # In float64: in float32 the covariance of long embeddings that differ little is mostly
    # rounding.
    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    axes = principal_axes(centred.T @ centred / len(centred), 2)
    # Embeddings of one dimension have one component; the second coordinate stays 0.
    points = np.zeros((len(vectors), 2), np.float32)
    points[:, : len(axes.variances)] = centred @ axes.signed_directions()
    names = [f"component {i}" for i in (1, 2)]
    shares = [f"{100 * share:.0f} % of the variance" for share in axes.shares]
    labels = [f"{name}, {share}" for name, share in zip(names, shares, strict=False)]
    return points, (labels[0], labels[1] if len(labels) > 1 else names[1])


def _tsne(vectors: FloatArray) -> FloatArray:
    from sklearn.manifold import TSNE

    # Smaller if there are few points: the limit is that of van der Maaten's implementation.
    # Starting from principal components keeps the arrangement at large the same in every run (Kobak
    # and Berens 2019).
    perplexity = min(30.0, (len(vectors) - 1) / 3)  # 30 is scikit-learn's default
    points = TSNE(2, perplexity=perplexity, init="pca", random_state=0).fit_transform(vectors)
    return np.asarray(points, np.float32)


def _scatter(axes: Axes, projection: Projection, shown: NDArray[np.bool_], colours: str) -> None:
    """Draw the points of a view, the highest scores on top; as pixels even in vector files."""
    points, scores = projection.points, projection.scores
    scored = shown & np.isfinite(scores)
    axes.scatter(*points[shown & ~scored].T, color=UNSCORED_COLOUR, **POINTS)
    order = np.flatnonzero(scored)[np.argsort(scores[scored], kind="stable")]
    shades = colour(scores[order][None], colours)[0] / 255
    axes.scatter(*points[order].T, color=shades, **POINTS)
    axes.locator_params(nbins=5)
    axes.spines[["top", "right"]].set_visible(False)
