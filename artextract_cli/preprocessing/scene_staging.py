"""Reading scenes with an importer, and encoding them for a dataset, which they join later.

Several scenes may be read, checked and encoded at a time. Whether a scene fits the others depends
on those before it, and so the files are moved to their places one scene after another
(`import_scenes`).
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding, linear_values, srgb_values
from artextract_cli.io.images import decode_picture
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import checked_capture, planes
from artextract_cli.preprocessing.import_history import ImportRecord
from artextract_cli.preprocessing.import_profiles import without_profiles
from artextract_cli.preprocessing.mask_dataset import find_mask
from artextract_cli.scenes.dataset_writer import (
    LARGE_PIXELS,
    ScenePaths,
    stage_files,
    stored_counts,
)
from artextract_cli.scenes.history import history_content, history_path
from artextract_cli.scenes.remedies import mask_command, register_command

# An own marker, because StopIteration must not leave a generator, and None may be a wrong capture.
_END = object()


@dataclass(frozen=True, kw_only=True)
class SceneSource:
    """Where a scene is read from."""

    number: int
    path: Path

    @property
    def name(self) -> str:
        """Its path, for messages."""
        return str(self.path)


@dataclass(frozen=True, kw_only=True)
class StagedScene:
    """A scene that was read and checked by itself; its files are not yet in the dataset."""

    name: str
    split: str
    size: tuple[int, int]
    """Width and height of the photograph in pixels."""

    band_sizes: tuple[tuple[int, int], ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    depth: str
    pixels_per_mm: float | None
    files: tuple[Path, ...]
    """The images in the dataset, the photograph first."""

    changed: tuple[Path, ...]
    """Those that exist with other pixels."""

    is_up_to_date: bool
    """Whether all images exist, with these pixels."""

    staged: Mapping[Path, Path]
    """Temporary files by the paths where they are missing, the photograph first."""


@dataclass(frozen=True, kw_only=True)
class SceneStaging:
    """How scenes are read and encoded: the work on a `SceneSource`."""

    record: ImportRecord
    root: Path
    split: str
    """Split of scenes for which the importer does not state one."""

    coding: Coding
    """Coding of the dataset."""

    folder: Path | None
    """Folder for temporary files; None if nothing is written."""

    def __call__(self, source: SceneSource) -> list[StagedScene]:
        """Read and encode the scene at a source.

        Raises
        ------
        InputError
            If it cannot be read, or is not a scene.
        """
        captures = enumerate(self.captures(source.path))
        return [self.staged(capture, f"{source.number}-{i}") for i, capture in captures]

    def captures(self, path: Path) -> Iterator[Capture]:
        """Yield the captures that the importer finds at ``path``, one at a time, checked."""
        plugin = self.record.plugin
        options = make_options(plugin.spec, self.record.options)
        captures = _captures(plugin, path, options, self.coding)
        # `map` does not hold what it has returned: the next capture may need its memory.
        checked = map(partial(_checked, plugin), captures)
        return map(self._masked, map(partial(without_profiles, coding=self.coding), checked))

    def staged(self, capture: Capture, key: str) -> StagedScene:
        """Encode a capture into temporary files, whose names begin with ``key``."""
        split = capture.split or self.split
        images = _images(capture, self.root / split)
        missing = {path: values for path, values in images.items() if not path.exists()}
        others = {path: values for path, values in images.items() if path not in missing}
        bands = planes(capture)
        return StagedScene(
            name=capture.name,
            split=split,
            size=_size(capture.rgb),
            band_sizes=tuple(map(_size, bands)),
            band_ids=tuple(capture.band_ids or ()),
            wavelengths=None if capture.wavelengths is None else tuple(capture.wavelengths),
            depth="uint8" if bands[0].dtype == np.uint8 else "uint16",
            pixels_per_mm=capture.pixels_per_mm,
            files=tuple(images),
            changed=tuple(path for path, values in others.items() if not _contains(path, values)),
            is_up_to_date=not missing,
            staged=self._encoded(capture, missing, key),
        )

    def _encoded(
        self, capture: Capture, missing: Mapping[Path, NDArray[Any]], key: str
    ) -> dict[Path, Path]:
        """Temporary files with the missing images, and with the history of a scene that is new."""
        if self.folder is None:
            return {}
        history = history_path(self.root, capture.name)
        is_recorded = not missing and history.exists()
        steps = (
            {}
            if is_recorded
            else {history: history_content([self.record.step(capture, self.coding)])}
        )
        return stage_files(missing, steps, self.folder / key)

    def _masked(self, capture: Capture) -> Capture:
        """The capture with an object mask if asked for, unless the painting cannot be found."""
        if capture.mask is not None or not self.record.auto_mask:
            return capture
        if any(_size(band) != _size(capture.rgb) for band in planes(capture)):
            msg = (
                f"scene {capture.name!r}: --auto-mask needs a photograph and bands of one size: "
                f"import without it, then run `{register_command()}` and `{mask_command()}`"
            )
            raise InputError(msg)
        scene = ScenePaths(folder=self.root / self.split, name=capture.name)
        return replace(capture, mask=find_mask(scene, _decoded(capture, self.coding)))


def _captures(plugin: Plugin, path: Path, options: Any, coding: Coding) -> Iterator[Any]:
    """Yield the captures of a plugin, one at a time."""
    read = plugin.load()
    stated = (coding,) if getattr(plugin.spec, "takes_coding", False) else ()
    with plugin.running():
        captures = iter(read(path, options, *stated))
    while True:
        # The next capture runs code of the plugin too: its errors and output are attributed to it.
        with plugin.running():
            capture = next(captures, _END)
        if capture is _END:
            return
        yield capture
        del capture  # the next one may need its memory


def _checked(plugin: Plugin, capture: Any) -> Capture:
    try:
        return checked_capture(capture)
    except InputError as error:
        msg = f"{error} (as read by the importer {plugin.spec.name!r} of {plugin.distribution})"
        raise InputError(msg) from error


def _decoded(capture: Capture, coding: Coding) -> Iterator[FloatArray]:
    """Yield the photograph (H, W, 3), sRGB 0..1, then each band (H, W), linear 0..1."""
    yield srgb_values(_scaled(capture.rgb), coding.of_photograph)
    for band, values in zip(capture.band_ids or (), planes(capture), strict=True):
        yield linear_values(_scaled(values), coding.of_band(band))


def _scaled(counts: NDArray[Any]) -> FloatArray:
    full = np.iinfo(counts.dtype).max if counts.dtype.kind == "u" else 1
    return counts.astype(np.float32) / np.float32(full)


def _size(image: NDArray[Any]) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def _images(capture: Capture, folder: Path) -> dict[Path, NDArray[Any]]:
    """The images of a scene by the paths to write, the photograph first."""
    # One format for a scene, even if its bands are smaller than the photograph.
    suffix = ".png" if capture.rgb[..., 0].size <= LARGE_PIXELS else ".tif"
    paths = ScenePaths(folder=folder, name=capture.name, suffix=suffix)
    images = {paths.photograph: capture.rgb}
    for band, values in zip(capture.band_ids or (), planes(capture), strict=True):
        images[paths.band(band)] = values
    if capture.mask is not None:
        images[paths.mask()] = np.uint8(255) * capture.mask
    return images


def _contains(path: Path, values: NDArray[Any]) -> bool:
    """Whether a file contains an image exactly as it would be written."""
    # Compared as stored: floats are rounded to 16 bits when they are written.
    counts = np.atleast_3d(stored_counts(values))
    # A damaged file is not the same image; the caller says that it is in the way.
    with contextlib.suppress(InputError):
        stored = decode_picture(path).values
        return stored.dtype == counts.dtype and np.array_equal(stored, counts)
    return False
