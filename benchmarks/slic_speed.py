"""Speed of superpixel segmentation, compared with scikit-image and fast-slic.

Every side segments the same image in CIELAB, converted before the timing, with the same requested
number of superpixels, ten iterations, and its own pass that enforces connectivity:

- *scikit-image*: `skimage.segmentation.slic` without the conversion to CIELAB.
- *fast-slic*: `fast_slic.Slic`, its plain kernel, on 8-bit CIELAB; every third row per iteration,
  its default. *fast-slic, AVX2* is its kernel for that instruction set.
- *artextract*: the function of our plugin. It is also timed for 1, 5 and 9 channels: the photograph
  and bands of the scene, scaled to the range of lightness. fast-slic accepts three channels only.
"""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from interleaved import Side, Skipped, interleaved, with_peer
from outcome import Outcome, Ratio, ratio_of
from pictures import SIDE, astronaut, mirrored
from skimage.color import rgb2lab
from skimage.segmentation import slic

from artextract_cli._typing import FloatArray, IntArray
from artextract_cli.scenes.scene import Scene
from artextract_slic import SlicOptions
from artextract_slic.clustering import segment

N_SEGMENTS = 5000
COMPACTNESS = 10.0
LARGE_SIDE = 2048
CHANNELS = (1, 5, 9)
OURS, SKIMAGE = "artextract", "scikit-image"
FAST, FAST_AVX2 = "fast-slic", "fast-slic, AVX2"


def in_lab(scene: Scene) -> FloatArray:
    """The photograph (H, W, 3) in CIELAB."""
    return np.ascontiguousarray(rgb2lab(scene.rgb), np.float32)


def by_skimage(lab: FloatArray) -> IntArray:
    """Segment an image (H, W, 3) with scikit-image."""
    # scikit-image scales the image to 0..1 before it applies compactness.
    compactness = COMPACTNESS / float(np.ptp(lab))
    return slic(lab, N_SEGMENTS, compactness, convert2lab=False, start_label=0, channel_axis=-1)


def by_us(image: FloatArray) -> IntArray:
    """Segment an image (H, W, C) with our plugin."""
    return segment(image, SlicOptions(n_segments=N_SEGMENTS, compactness=COMPACTNESS))


def by_fast_slic(lab: FloatArray, kernel: str) -> Callable[[], IntArray] | Skipped:
    """Segment an image (H, W, 3) with a kernel of fast-slic, if it was built."""
    import fast_slic

    model = _model(fast_slic, kernel)
    if model is None:
        return Skipped(f"this build of fast_slic has no kernel {kernel}")
    scaled = lab * np.array([2.55, 1, 1], np.float32) + np.array([0, 128, 128], np.float32)
    counts = np.ascontiguousarray(np.rint(scaled).clip(0, 255), np.uint8)

    def segmented() -> IntArray:
        # A model keeps its cluster centres, so each image needs a new one.
        fresh = model(N_SEGMENTS, compactness=COMPACTNESS, convert_to_lab=False, num_threads=1)
        return fresh.iterate(counts, 10)

    return segmented


def _model(fast_slic: ModuleType, kernel: str) -> Any:
    if kernel not in fast_slic.supported_archs:
        return None
    if kernel == "standard":
        return fast_slic.Slic
    from fast_slic.avx2 import SlicAvx2

    return SlicAvx2


def sides_of(lab: FloatArray) -> dict[str, Side]:
    """All ways to segment an image of three channels."""
    return {
        SKIMAGE: partial(by_skimage, lab),
        FAST: with_peer("fast_slic", partial(by_fast_slic, lab, "standard")),
        FAST_AVX2: with_peer("fast_slic", partial(by_fast_slic, lab, "x64/avx2")),
        OURS: partial(by_us, lab),
    }


def of_channels(scene: Scene, n: int) -> FloatArray:
    """The first ``n`` channels of photograph and bands (H, W, n), from 0 to 100 like lightness."""
    channels = np.concatenate([scene.rgb, scene.bands], axis=-1)[..., :n]
    return np.ascontiguousarray(100 * channels)


def measure(turns: int) -> Outcome:
    """Time all sides on a small and a large image."""
    scene = astronaut()
    lab = in_lab(scene)
    more = {f"{OURS}, {n} channels": partial(by_us, of_channels(scene, n)) for n in CHANNELS}
    small = interleaved(sides_of(lab) | more, turns=turns)
    large = interleaved(sides_of(in_lab(mirrored(scene, LARGE_SIDE))), turns=turns)
    return Outcome(
        what=__doc__ or "",
        settings={
            "sides": [SIDE, LARGE_SIDE],
            "n_segments": N_SEGMENTS,
            "compactness": COMPACTNESS,
            "superpixels_made": {
                name: len(np.unique(side()))
                for name, side in sides_of(lab).items()
                if not isinstance(side, Skipped)
            },
        },
        timed={f"{SIDE} pixels": small, f"{LARGE_SIDE} pixels": large},
        ratios=_ratios(small, "")
        | _ratios(large, f"_{LARGE_SIDE}")
        | {
            f"slic_{n}_channels_vs_fast_slic": ratio_of(small, FAST, f"{OURS}, {n} channels")
            for n in CHANNELS
        },
    )


def _ratios(timed: Any, suffix: str) -> dict[str, Ratio]:
    peers = {"skimage": SKIMAGE, "fast_slic": FAST, "fast_slic_avx2": FAST_AVX2}
    return {f"slic{suffix}_vs_{name}": ratio_of(timed, peer, OURS) for name, peer in peers.items()}
