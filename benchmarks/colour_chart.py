"""Draw a photograph with a colour chart before and after its correction: docs/images/colour.jpg.

python benchmarks/colour_chart.py --out docs/images/colour.jpg
"""

import argparse
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy import ndimage

from artextract_cli import (
    PALETTES,
    SceneSettings,
    coded_rgb,
    colour_dataset,
    open_dataset,
    read_scene,
    simulate_scene,
)
from artextract_cli.imaging.coding import linear_rgb
from artextract_cli.imaging.colour.correction import reference_chart
from artextract_cli.io.image_writer import write_picture

CAST = np.array([[0.95, 0.06, 0.01], [0.06, 0.72, 0.06], [0.02, 0.08, 0.5]])
"""Sensitivities and light of the simulated camera: a warm lamp without white balance."""

SIDE, STEP = 26, 32


def captured() -> np.ndarray:
    """A painting (H, W, 3) beside a chart, linear, as that camera sees it."""
    settings = SceneSettings(size=256, palette=PALETTES["measured"])
    painting = linear_rgb(simulate_scene((4,), settings).rgb)
    scene = np.full((276, 276 + 6 * STEP + 16, 3), 0.15)
    scene[10:266, 10:266] = painting
    scene[66 : 66 + 4 * STEP + 6, 276 : 276 + 6 * STEP + 6] = 0.01
    for patch, colour in enumerate(reference_chart().linear):
        top, left = 72 + patch // 6 * STEP, 282 + patch % 6 * STEP
        scene[top : top + SIDE, left : left + SIDE] = colour
    return ndimage.gaussian_filter(scene @ CAST, (0.6, 0.6, 0)).clip(0, 1)


def main() -> None:
    """Write the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    before = coded_rgb(captured())
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        for name in ("rgb_images/a_RGB.png", "ms_masks/a_ms_950.png"):
            path = data / "val" / name
            path.parent.mkdir(parents=True)
            write_picture(path, np.uint16(before * 65535))
        (row,) = colour_dataset(data, Path(folder, "out"))
        (files,) = open_dataset(Path(folder, "out")).scenes
        after = read_scene(files).rgb
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.2), layout="constrained")
    pairs = zip(axes, (before, after), ("before", "after"), row.mean, row.largest, strict=True)
    for axis, image, when, mean, largest in pairs:
        axis.imshow(image)
        axis.set_axis_off()
        axis.set_title(f"{when}: ΔE00 {mean:.1f} on average, {largest:.1f} at most", fontsize=10)
    figure.savefig(out, dpi=110, pil_kwargs={"quality": 88})


if __name__ == "__main__":
    main()
