"""What the host relies on in a superpixel method."""

import unittest

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.testing.base import PluginTests, expect

SIZES = ((1, 1), (1, 7), (7, 1), (2, 3), (33, 47))


class SuperpixelTests(PluginTests):
    """Label maps of pictures of many sizes and channel counts."""

    def test_label_map(self) -> None:
        """Every picture (H, W, C) gets integer labels (H, W)."""
        for options in self.tried():
            function = self.spec.load()
            for size in SIZES:
                for channels in (1, 3, 11):
                    image = _picture((*size, channels))
                    labels = np.asarray(function(image, options))
                    shown = f"of {image.shape} it made {labels.dtype} of shape {labels.shape}"
                    right = labels.shape == size and labels.dtype.kind in "iu"
                    expect(right, f"{shown}, not integers of shape {size}")

    def test_regions_are_connected(self) -> None:
        """What the host makes of the labels is connected, and numbered 0..N-1."""
        from scipy import ndimage

        for options in self.tried():
            labels, n = self._cut(_picture((33, 47, 3)), options)
            expect(set(np.unique(labels)) == set(range(n)), f"labels are not 0..{n - 1}")
            parts = [ndimage.label(labels == label)[1] for label in range(n)]
            expect(max(parts) == 1, "a superpixel falls into parts")

    def test_same_picture_same_labels(self) -> None:
        """A picture is cut the same way every time, also by several threads."""
        for options in self.tried():
            image = _picture((128, 128, 3))
            first, *others = (self._cut(image, options)[0] for _ in range(4))
            same = all((first == other).all() for other in others)
            expect(same, "the same picture was cut in two ways: fix seeds and threads")

    def test_the_picture_stays_as_it_is(self) -> None:
        """The picture may be read only, and is not written to."""
        for options in self.tried():
            image = _picture((33, 47, 3))
            before = image.copy()
            image.flags.writeable = False
            self._cut(image, options)
            expect((image == before).all(), "the picture was changed")

    def test_any_layout_in_memory(self) -> None:
        """A channel of a larger array is cut as a copy of it is."""
        for options in self.tried():
            image = _picture((33, 47, 3))[..., 1:2]
            copied, _ = self._cut(np.ascontiguousarray(image), options)
            same = (self._cut(image, options)[0] == copied).all()
            expect(same, "a picture that is part of a larger array is cut differently")

    def test_an_even_picture(self) -> None:
        """A picture of one colour is cut without complaint."""
        for options in self.tried():
            for size in SIZES:
                labels, _ = self._cut(np.full((*size, 3), 50, np.float32), options)
                expect(labels.shape == size, f"labels have shape {labels.shape}, not {size}")

    def test_more_superpixels_in_larger_pictures(self) -> None:
        """By default a picture full of detail falls into superpixels, not into pixels."""
        image = _picture((128, 128, 3))
        _, n = self._cut(image, self.spec.options())
        expect(4 <= n <= 128 * 128 / 4, f"128 × 128 pixels were cut into {n} superpixels")

    def test_not_a_number_is_refused(self) -> None:
        """A picture with a pixel that is no number is refused before it is cut."""
        image = _picture((33, 47, 3))
        image[3, 4, 1] = np.nan
        try:
            self._cut(image, self.spec.options())
        except InputError:
            return
        expect(False, "a picture with NaN was cut")

    def test_cuda(self) -> None:
        """Options that name a device work with a GPU, if there is one."""
        import torch

        if not hasattr(self.spec.options(), "device"):
            msg = "it has no option device"
            raise unittest.SkipTest(msg)
        if not torch.cuda.is_available():
            msg = "there is no NVIDIA GPU here"
            raise unittest.SkipTest(msg)
        labels, _ = self._cut(_picture((33, 47, 3)), self.spec.options(device="cuda"))
        expect(labels.shape == (33, 47), f"labels have shape {labels.shape}")

    def _cut(self, image: FloatArray, options: object) -> tuple[np.ndarray, int]:
        """As the host cuts it."""
        from artextract_cli.graphs.segmentation import run_superpixel_plugin

        return run_superpixel_plugin(image, self.plugin, options)


def _picture(shape: tuple[int, int, int]) -> FloatArray:
    """Blurred noise of the range of CIELAB, the same every time."""
    from scipy import ndimage

    rng = np.random.default_rng(shape)
    smooth = sum(
        ndimage.gaussian_filter(rng.normal(size=shape), (width, width, 0)) * width**2
        for width in (1, 2, 4)
    )
    return np.asarray(50 + 10 * smooth, np.float32)
