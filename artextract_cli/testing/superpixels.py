"""Conformance tests of superpixel methods."""

import unittest

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.testing.base import PluginTests, expect

# One pixel, single lines in both directions, less than a superpixel, and an image whose odd sides
# differ, so that exchanged rows and columns show.
SIZES = ((1, 1), (1, 7), (7, 1), (2, 3), (33, 47))


class SuperpixelTests(PluginTests):
    """Label maps of images of various sizes and channel counts."""

    def test_label_map(self) -> None:
        """Every image (H, W, C) has integer labels (H, W)."""
        for options in self.tried():
            function = self.spec.load()
            for size in SIZES:
                # 11 are a photograph with eight bands.
                for channels in (1, 3, 11):
                    image = _image((*size, channels))
                    labels = np.asarray(function(image, options))
                    result = f"for {image.shape} it returned {labels.dtype} of shape {labels.shape}"
                    right = labels.shape == size and labels.dtype.kind in "iu"
                    expect(right, f"{result}, not integers of shape {size}")

    def test_regions_are_connected(self) -> None:
        """After processing by the host, regions are connected and numbered 0..N-1."""
        from scipy import ndimage

        for options in self.tried():
            labels, n = self._segment(_image((33, 47, 3)), options)
            expect(set(np.unique(labels)) == set(range(n)), f"labels are not 0..{n - 1}")
            parts = [ndimage.label(labels == label)[1] for label in range(n)]
            expect(max(parts) == 1, "a superpixel is not connected")

    def test_same_image_same_labels(self) -> None:
        """An image has the same segmentation every time, also with several threads."""
        for options in self.tried():
            image = _image((128, 128, 3))
            # 128 × 128 pixels, four times: enough work for several threads to be scheduled
            # differently.
            first, *others = (self._segment(image, options)[0] for _ in range(4))
            same = all((first == other).all() for other in others)
            expect(same, "the same image had two segmentations: fix seeds and threads")

    def test_image_is_not_modified(self) -> None:
        """The image may be read-only, and is not modified."""
        for options in self.tried():
            image = _image((33, 47, 3))
            before = image.copy()
            # An attempt to write then fails where it happens.
            image.flags.writeable = False
            self._segment(image, options)
            expect((image == before).all(), "the image was modified")

    def test_any_layout_in_memory(self) -> None:
        """A channel of a larger array has the same segmentation as its copy."""
        for options in self.tried():
            image = _image((33, 47, 3))[..., 1:2]
            copied, _ = self._segment(np.ascontiguousarray(image), options)
            same = (self._segment(image, options)[0] == copied).all()
            expect(same, "an image that is a view of a larger array has another segmentation")

    def test_uniform_image(self) -> None:
        """An image of uniform colour can be segmented."""
        for options in self.tried():
            for size in SIZES:
                labels, _ = self._segment(np.full((*size, 3), 50, np.float32), options)
                expect(labels.shape == size, f"labels have shape {labels.shape}, not {size}")

    def test_more_superpixels_in_larger_images(self) -> None:
        """By default a detailed image is divided into superpixels, not single pixels."""
        image = _image((128, 128, 3))
        _, n = self._segment(image, self.spec.options())
        # From four superpixels, so that one for the whole image is refused, to four pixels each on
        # average.
        expect(4 <= n <= 128 * 128 / 4, f"128 × 128 pixels were divided into {n} superpixels")

    def test_nan_is_refused(self) -> None:
        """An image with NaN is refused before segmentation."""
        image = _image((33, 47, 3))
        image[3, 4, 1] = np.nan
        try:
            self._segment(image, self.spec.options())
        except InputError:
            return
        expect(False, "an image with NaN was segmented")

    def test_cuda(self) -> None:
        """An option ``device`` works with a GPU, if there is one."""
        import torch

        if not hasattr(self.spec.options(), "device"):
            msg = "it has no option device"
            raise unittest.SkipTest(msg)
        if not torch.cuda.is_available():
            msg = "there is no NVIDIA GPU here"
            raise unittest.SkipTest(msg)
        labels, _ = self._segment(_image((33, 47, 3)), self.spec.options(device="cuda"))
        expect(labels.shape == (33, 47), f"labels have shape {labels.shape}")

    def _segment(self, image: FloatArray, options: object) -> tuple[np.ndarray, int]:
        """Segmentation by the host."""
        from artextract_cli.graphs.segmentation import run_superpixel_plugin

        return run_superpixel_plugin(image, self.plugin, options)


def _image(shape: tuple[int, int, int]) -> FloatArray:
    """Blurred noise in the range of CIELAB, the same every time."""
    from scipy import ndimage

    rng = np.random.default_rng(shape)
    # Blurring to a width divides the noise by about that factor; squared, the coarse structure
    # dominates, as in images.
    smooth = sum(
        ndimage.gaussian_filter(rng.normal(size=shape), (width, width, 0)) * width**2
        for width in (1, 2, 4)
    )
    # Mostly within 0..100, the range of L* in CIELAB.
    return np.asarray(50 + 10 * smooth, np.float32)
