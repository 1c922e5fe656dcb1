"""How well superpixels follow the borders of painted regions, compared with scikit-image.

The truth is the composition from which the simulator generates a painting, the region of every
pixel, before brushwork, blended borders, retouchings and camera. The photograph of each simulated
painting (both palettes) is segmented in CIELAB by our plugin and by `skimage.segmentation.slic`,
with the same requested number of superpixels and the same compactness. The two do not produce the
same number, and more superpixels miss fewer borders; the ratios compare scikit-image with our
plugin when it is asked for the number that scikit-image produced.

- *Boundary recall*: share of the pixels of true borders that are also on a superpixel border.
- *Undersegmentation error* (Neubert and Protzel, 2012): for every true region and every superpixel
  that its border crosses, the pixels on the smaller side, as a share of the image.
"""

from collections.abc import Callable, Iterator
from statistics import mean
from typing import NamedTuple

import numpy as np
from outcome import Outcome, Ratio
from scipy import ndimage
from skimage.color import rgb2lab
from skimage.segmentation import find_boundaries, slic

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.simulate import PALETTES, SceneSettings, simulate_scene
from artextract_slic import SlicOptions
from artextract_slic.clustering import segment

STREAM = 8  # of the seed; used for no other scenes
N_SCENES = 10  # of each palette
COMPACTNESS = 10.0
COUNTS = (650, 2600, 5000)  # a quarter, once and twice the default at 256 × 256 pixels
_SURFACE = 3  # index of the random stream of a scene's surface

Segmentation = Callable[[FloatArray, int], IntArray]


class Quality(NamedTuple):
    """Agreement of one segmentation with the truth."""

    recall: float
    error: float
    n_made: int


def by_us(lab: FloatArray, n: int) -> IntArray:
    """Segment with our plugin."""
    return segment(lab, SlicOptions(n_segments=n, compactness=COMPACTNESS))


def by_skimage(lab: FloatArray, n: int) -> IntArray:
    """Segment with scikit-image, with the same requested number."""
    # scikit-image scales the image to 0..1 before it applies compactness.
    compactness = COMPACTNESS / float(np.ptp(lab))
    return slic(lab, n, compactness, convert2lab=False, start_label=0, channel_axis=-1)


def by_us_as_many(lab: FloatArray, n: int) -> IntArray:
    """Segment with our plugin, requesting the number that scikit-image produces for ``n``."""
    return by_us(lab, int(by_skimage(lab, n).max()) + 1)


WAYS: dict[str, Segmentation] = {
    "artextract": by_us,
    "artextract, as many": by_us_as_many,
    "scikit-image": by_skimage,
}


def paintings() -> Iterator[tuple[FloatArray, IntArray]]:
    """Photographs (H, W, 3) in CIELAB, and the true region (H, W) of every pixel."""
    for palette in (PALETTES["old-masters"], PALETTES["moderns"]):
        settings = SceneSettings(palette=palette)
        for i in range(N_SCENES):
            seed = (2024, STREAM, i)
            lab = np.ascontiguousarray(rgb2lab(simulate_scene(seed, settings).rgb), np.float32)
            truth = composition(seed, settings)
            check_that_borders_show(lab, truth)
            yield lab, truth


def composition(seed: tuple[int, ...], settings: SceneSettings) -> IntArray:
    """The regions (H, W) of a simulated painting, from the same random numbers."""
    streams = np.random.SeedSequence([*seed, *settings.palette.stream]).spawn(_SURFACE + 1)
    for_regions = np.random.default_rng(streams[_SURFACE]).spawn(1)[0]
    return settings.palette.manner.compose(for_regions, settings.shape)


def check_that_borders_show(lab: FloatArray, truth: IntArray) -> None:
    """Refuse a truth that does not belong to this image: its borders would not be on edges."""
    steepness = np.hypot(*np.gradient(ndimage.gaussian_filter(lab[..., 0], 1)))
    borders = find_boundaries(truth, mode="inner")
    if steepness[borders].mean() < 1.2 * steepness[~borders].mean():
        msg = "the true regions do not match the image: the simulator now draws them differently"
        raise RuntimeError(msg)


def quality(labels: IntArray, truth: IntArray) -> Quality:
    """Boundary recall and undersegmentation error of ``labels`` (H, W)."""
    wanted = find_boundaries(truth, mode="inner")
    found = find_boundaries(labels, mode="inner")
    shares = np.zeros((labels.max() + 1, truth.max() + 1))
    np.add.at(shares, (labels.ravel(), truth.ravel()), 1)
    smaller = np.minimum(shares, shares.sum(1, keepdims=True) - shares).sum()
    return Quality(float(found[wanted].mean()), float(smaller / truth.size), len(shares))


def measure(turns: int) -> Outcome:
    """Measure the quality of both; ``turns`` is not used, since nothing is timed."""
    images = list(paintings())
    qualities = {
        n: {
            name: _mean([quality(segmented(lab, n), truth) for lab, truth in images])
            for name, segmented in WAYS.items()
        }
        for n in COUNTS
    }
    ratios: dict[str, Ratio] = {}
    for n, by in qualities.items():
        ours, theirs = by["artextract, as many"], by["scikit-image"]
        ratios[f"slic_recall_{n}_vs_skimage"] = Ratio(
            value=ours.recall / theirs.recall, what=f"{ours.recall:.4f} / {theirs.recall:.4f}"
        )
        ratios[f"slic_undersegmentation_{n}_vs_skimage"] = Ratio(
            value=theirs.error / ours.error, what=f"{theirs.error:.5f} / {ours.error:.5f}"
        )
    return Outcome(
        what=__doc__ or "",
        settings={
            "paintings": len(images),
            "compactness": COMPACTNESS,
            "found": {n: {k: q._asdict() for k, q in by.items()} for n, by in qualities.items()},
        },
        ratios=ratios,
    )


def _mean(qualities: list[Quality]) -> Quality:
    recall, error, n_made = (mean(values) for values in zip(*qualities, strict=True))
    return Quality(recall, error, round(n_made))
