"""Writing the captures of an importer into a dataset, one scene at a time."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import Coding, linear_values, srgb_values
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import checked_capture, planes
from artextract_cli.preprocessing.import_history import ImportRecord
from artextract_cli.preprocessing.import_target import ImportTarget, open_target
from artextract_cli.preprocessing.mask_dataset import find_mask
from artextract_cli.scenes.dataset import checked_coding
from artextract_cli.scenes.dataset_writer import LARGE_PIXELS, ScenePaths, write_images
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.history import read_history
from artextract_cli.scenes.layout import SPLITS, natural_key
from artextract_cli.scenes.remedies import mask_command, register_command
from artextract_cli.utils.events import warn
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.output_plan import OutputPlan, check_outside

# An own marker, because StopIteration must not leave a generator, and None may be a wrong capture.
_END = object()


@dataclass(frozen=True, kw_only=True)
class ImportedScene:
    """One scene as it was, or would be, written.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    size
        Width and height of the RGB image in pixels.
    band_sizes
        Width and height of every band in pixels; if they differ, the scene must be registered.
    band_ids
        Ids of the bands (B,).
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    depth
        Type of the bands: uint8 or uint16.
    files
        The files of the scene.
    """

    scene: str
    split: str
    size: tuple[int, int]
    band_sizes: tuple[tuple[int, int], ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    depth: str
    files: tuple[Path, ...]


def import_scenes(
    importer: str,
    source: Path,
    out: Path,
    *,
    options: Mapping[str, Any],
    split: str = "train",
    auto_mask: bool = False,
    coding: Coding | None = None,
    dry_run: bool = False,
) -> Iterator[ImportedScene]:
    """Write the captures that an importer finds at ``source`` into the dataset ``out``.

    A scene is written in full or not at all, and nothing is overwritten; existing files with the
    same pixels are left unchanged, so that an interrupted import can be repeated. With ``dry_run``
    everything is read and checked, and nothing written. With ``auto_mask`` a scene without a mask
    gets one if the painting can be found. ``coding`` is written into ``dataset.yaml``.

    Raises
    ------
    UsageError
        If there is no such importer or option, ``out`` lies in ``source`` or is not a dataset, or a
        folder in it is a symbolic link.
    InputError
        If something cannot be read, is not a scene, or contradicts the dataset.
    ArtextractError
        If another process writes to ``out``, or it cannot be written.
    DependencyError
        If the importer fails.
    """
    plugin = plugin_host().find("importers", importer)
    parsed = make_options(plugin.spec, options)
    OutputPlan(
        out=out,
        source_folders={source: "source"},
        rules=(partial(_check_splits, source), _check_out),
    ).check()

    def find(stated: Coding) -> Iterator[Capture]:
        captures = map(partial(_checked, plugin), _captures(plugin, source, parsed, stated))
        masked = partial(_masked, coding=stated, folder=out / split)
        return map(masked, captures) if auto_mask else captures

    record = ImportRecord(
        plugin=plugin,
        source=source,
        options=options,
        coding=coding or Coding(),
        auto_mask=auto_mask,
    )
    return _import(find, out, split, record, dry_run)


def _check_splits(source: Path, out: Path) -> None:
    """Check that the source is not a split folder of ``out``, nor contains one."""
    for split in SPLITS:
        check_outside(out / split, source, "source")


def _check_out(out: Path) -> None:
    """Check that ``out`` is new, empty or a dataset; an interrupted import leaves a dataset."""
    with reading(out):
        is_free = not out.exists() or (out.is_dir() and (_is_empty(out) or _is_dataset(out)))
    if not is_free:
        msg = f"{out} is neither a new or empty folder nor a dataset: choose another --out"
        raise UsageError(msg)


def _is_empty(folder: Path) -> bool:
    # Hidden files are those of file managers, and our lock.
    return all(path.name.startswith(".") for path in folder.iterdir())


def _is_dataset(root: Path) -> bool:
    """Whether a folder may be a dataset; graph folders have files directly in the split folders."""
    splits = [root / split for split in SPLITS if (root / split).is_dir()]
    return (root / DESCRIPTION).exists() or any(
        not any(path.is_file() for path in split.iterdir()) for split in splits
    )


def _checked(plugin: Plugin, capture: Any) -> Capture:
    try:
        return checked_capture(capture)
    except InputError as error:
        msg = f"{error} (as read by the importer {plugin.spec.name!r} of {plugin.distribution})"
        raise InputError(msg) from error


def _masked(capture: Capture, coding: Coding, folder: Path) -> Capture:
    """The capture for a split folder with an object mask, unless the painting cannot be found."""
    if capture.mask is not None:
        return capture
    if any(_size(band) != _size(capture.rgb) for band in planes(capture)):
        msg = (
            f"scene {capture.name!r}: --auto-mask needs a photograph and bands of one size: import "
            f"without it, then run `{register_command()}` and `{mask_command()}`"
        )
        raise InputError(msg)
    scene = ScenePaths(folder=folder, name=capture.name)
    return replace(capture, mask=find_mask(scene, _decoded(capture, coding)))


def _decoded(capture: Capture, coding: Coding) -> Iterator[FloatArray]:
    """Yield the photograph (H, W, 3), sRGB 0..1, then each band (H, W), linear 0..1."""
    yield srgb_values(_scaled(capture.rgb), coding.of_photograph)
    for band, values in zip(capture.band_ids or (), planes(capture), strict=True):
        yield linear_values(_scaled(values), coding.of_band(band))


def _scaled(counts: NDArray[Any]) -> FloatArray:
    full = np.iinfo(counts.dtype).max if counts.dtype.kind == "u" else 1
    return counts.astype(np.float32) / np.float32(full)


def _import(
    find: Callable[[Coding], Iterator[Capture]],
    out: Path,
    split: str,
    record: ImportRecord,
    dry_run: bool,
) -> Iterator[ImportedScene]:
    n_scenes = 0
    try:
        # A dry run writes nothing, not even the lock.
        with contextlib.nullcontext() if dry_run else directory_lock(out):
            target = open_target(out, record.coding)
            for capture in find(target.coding):
                yield _add(capture, target, split, record, dry_run)
                n_scenes += 1
                del capture  # the next one may need its memory
    except InputError as error:
        # Otherwise nothing has been written that the user should know of.
        if not n_scenes or dry_run:
            raise
        msg = f"{error}; the scenes imported before it ({n_scenes}) are in {out}"
        raise InputError(msg) from error


def _captures(plugin: Plugin, source: Path, options: Any, coding: Coding) -> Iterator[Any]:
    """Yield the captures of a plugin, one at a time."""
    read = plugin.load()
    stated = (coding,) if getattr(plugin.spec, "takes_coding", False) else ()
    with plugin.running():
        captures = iter(read(source, options, *stated))
    while True:
        # The next capture runs code of the plugin too: its errors and output are attributed to it.
        with plugin.running():
            capture = next(captures, _END)
        if capture is _END:
            return
        yield capture
        del capture  # the next one may need its memory


def _add(
    capture: Capture, target: ImportTarget, split: str, record: ImportRecord, dry_run: bool
) -> ImportedScene:
    split = capture.split or split
    # All checks come before the first write, so that a refused scene leaves no trace.
    images = _images(capture, target.root / split)
    folders = sorted({str(path.parent.relative_to(target.root)) for path in images})
    OutputPlan(out=target.root, subfolders=[split, *folders]).check()
    missing = target.missing(capture, images)
    target.check_bands(capture)
    _warn_of_sizes(capture)
    checked_coding(target.coding, capture.band_ids or ())
    needs_description = target.add(capture)
    if not dry_run:
        if needs_description:
            # Before the images: after a kill in between there are no scenes yet, whereas scenes
            # without their wavelengths would be misread.
            target.describe()
        is_recorded = not missing and capture.name in read_history(target.root)
        write_images(missing, {} if is_recorded else record.added(target.root, capture))
    return ImportedScene(
        scene=capture.name,
        split=split,
        size=_size(capture.rgb),
        band_sizes=tuple(_size(band) for band in planes(capture)),
        band_ids=tuple(capture.band_ids or ()),
        wavelengths=_in_order(target.wavelengths, capture),
        depth="uint8" if planes(capture)[0].dtype == np.uint8 else "uint16",
        files=tuple(sorted(images, key=lambda path: natural_key(str(path)))),
    )


def _size(image: NDArray[Any]) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def _warn_of_sizes(capture: Capture) -> None:
    """Warn if bands differ in size from their photograph."""
    others = [
        band
        for band, values in zip(capture.band_ids or (), planes(capture), strict=True)
        if _size(values) != _size(capture.rgb)
    ]
    if others:
        warn(
            f"scene {capture.name!r}: {'bands' if others[1:] else 'band'} {', '.join(others)} "
            f"{'differ' if others[1:] else 'differs'} in size from the photograph: run "
            f"`{register_command()}` next"
        )


def _in_order(wavelengths: Mapping[str, float], capture: Capture) -> tuple[float, ...] | None:
    return tuple(wavelengths[band] for band in capture.band_ids or ()) if wavelengths else None


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
