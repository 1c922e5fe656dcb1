"""Writing the captures of an importer into a dataset, scene after scene."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import Coding, linear_values, srgb_values
from artextract_cli.io.image_writer import write_picture
from artextract_cli.io.images import decode_picture
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.capture_validation import checked_capture, planes
from artextract_cli.preprocessing.mask_dataset import found_mask
from artextract_cli.scenes.dataset import checked_coding
from artextract_cli.scenes.description import DESCRIPTION, read_statement
from artextract_cli.scenes.layout import SPLITS, find_scenes, natural_key
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import detail, warn
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.locks import only_writer
from artextract_cli.utils.output_plan import refuse_inside, refuse_links
from artextract_cli.utils.yaml import read_yaml, write_yaml

LARGE_PIXELS = 2**24
"""Larger pictures become TIFF in tiles, which later need not be read whole."""

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
        Width and height of every band in pixels; if they differ, the scene is to be registered.
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


@dataclass
class _Target:
    """What a dataset holds, and with it what may be added."""

    root: Path
    # Photographs by name in lower case, which systems may not tell apart; none of this import.
    names: dict[str, Path | None] = field(default_factory=dict)
    band_ids: set[str] | None = None
    wavelengths: dict[str, float] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    """What is to be said of the pictures, and what is said of those that are there."""

    says_coding: bool = True


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
    """Write what an importer finds at ``source`` into the dataset ``out``, one scene at a time.

    A scene is written whole or not at all, and nothing that is there is written over; what is there
    with the same pixels is left, so that an import that was killed can be done again. With
    ``dry_run`` everything is read and checked, and nothing written. With ``auto_mask`` a scene
    without a mask gets one of where the painting is. What ``coding`` says of the pictures is
    written into ``dataset.yaml``.

    Raises
    ------
    UsageError
        If there is no such importer or option, ``out`` lies in ``source`` or holds something else
        than a dataset, or a folder in it is a symbolic link.
    InputError
        If something cannot be read, is no scene, or does not agree with the dataset.
    ArtextractError
        If another process writes to ``out``, or it cannot be written.
    DependencyError
        If the importer fails.
    """
    plugin = plugin_host().find("importers", importer)
    made = make_options(plugin.spec, options)
    for folder in (out, *(out / split for split in SPLITS)):
        refuse_inside(folder, source, "source")
    _check_out(out)

    def find(stated: Coding) -> Iterator[Capture]:
        captures = map(partial(_checked, plugin), _captures(plugin, source, made, stated))
        return map(partial(_masked, coding=stated), captures) if auto_mask else captures

    return _import(find, out, split, coding or Coding(), dry_run)


def _check_out(out: Path) -> None:
    """Refuse a folder of something else; what a killed import has left counts as a dataset."""
    with reading(out):
        is_free = not out.exists() or (out.is_dir() and (_is_empty(out) or _is_dataset(out)))
    if not is_free:
        msg = f"{out} is neither a new or empty folder nor a dataset: choose another --out"
        raise UsageError(msg)


def _is_empty(folder: Path) -> bool:
    return all(path.name.startswith(".") for path in folder.iterdir())


def _is_dataset(root: Path) -> bool:
    """Whether a folder may be a dataset; graphs have their files right in the folder of a split."""
    splits = [root / split for split in SPLITS if (root / split).is_dir()]
    return (root / DESCRIPTION).exists() or any(
        not any(path.is_file() for path in split.iterdir()) for split in splits
    )


def _checked(plugin: Plugin, capture: Any) -> Capture:
    try:
        return checked_capture(capture)
    except InputError as error:
        msg = f"{error} (so the importer {plugin.spec.name!r} of {plugin.distribution} read it)"
        raise InputError(msg) from error


def _masked(capture: Capture, coding: Coding) -> Capture:
    """With a mask of where the painting is, unless it has one or none is found."""
    if capture.mask is not None:
        return capture
    if any(_size(band) != _size(capture.rgb) for band in planes(capture)):
        msg = (
            f"scene {capture.name!r}: no mask is found where photograph and bands differ in size: "
            "leave --auto-mask, and use 'artextract data register' and 'data mask'"
        )
        raise InputError(msg)
    return replace(capture, mask=found_mask(capture.name, _decoded(capture, coding)))


def _decoded(capture: Capture, coding: Coding) -> Iterator[FloatArray]:
    """Photograph (H, W, 3), sRGB 0..1, and bands (H, W), linear 0..1, one after the other."""
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
    coding: Coding,
    dry_run: bool,
) -> Iterator[ImportedScene]:
    n_scenes = 0
    try:
        with contextlib.nullcontext() if dry_run else only_writer(out):
            target = _open(out, coding)
            for capture in find(target.coding):
                yield _add(capture, target, split, dry_run)
                n_scenes += 1
                del capture  # the next one may need its memory
    except InputError as error:
        if not n_scenes or dry_run:
            raise
        msg = f"{error}; the scenes before it ({n_scenes}) are in {out}"
        raise InputError(msg) from error


def _captures(plugin: Plugin, source: Path, options: Any, coding: Coding) -> Iterator[Any]:
    """What a plugin finds, one after the other."""
    read = plugin.load()
    stated = (coding,) if getattr(plugin.spec, "takes_coding", False) else ()
    with plugin.running():
        found = iter(read(source, options, *stated))
    while True:
        with plugin.running():
            capture = next(found, _END)
        if capture is _END:
            return
        yield capture
        del capture  # the next one may need its memory


def _open(root: Path, coding: Coding) -> _Target:
    """Look at the dataset that is there; an absent folder is an empty one."""
    if not root.exists():
        return _Target(root, coding=coding, says_coding=coding == Coding())
    scenes, _ = find_scenes(root)
    said = read_statement(root)
    if said.clean == "all":
        warn(f"{root / DESCRIPTION} says that all scenes are clean: so will be what is imported")
    known = set(said.wavelengths) or {band for scene in scenes for band in scene.bands}
    coding = coding.over(said.coding)
    if scenes:
        _check_coding(coding, said.coding, known, root)
    return _Target(
        root=root,
        names={scene.name.casefold(): scene.rgb for scene in scenes},
        band_ids=known or None,
        wavelengths=dict(said.wavelengths),
        coding=coding,
        says_coding=coding == said.coding,
    )


def _check_coding(coding: Coding, theirs: Coding, band_ids: Collection[str], root: Path) -> None:
    """Refuse to say another coding of scenes that are there than theirs."""
    bands = sorted(band_ids, key=natural_key)
    if coding.resolved(bands) != theirs.resolved(bands):
        named = zip(("photograph", *bands), theirs.resolved(bands), strict=True)
        msg = (
            f"--coding is not that of the scenes that are in {root} "
            f"({', '.join(f'{name} {word}' for name, word in named)}); import into another dataset"
        )
        raise InputError(msg)


def _add(capture: Capture, target: _Target, split: str, dry_run: bool) -> ImportedScene:
    split = capture.split or split
    pictures = _pictures(capture, target.root / split)
    refuse_links([target.root / split, *{path.parent for path in pictures}])
    missing = _missing(capture, pictures, target)
    _check_bands(capture, target)
    _warn_of_sizes(capture)
    checked_coding(target.coding, capture.band_ids or ())
    is_known = _take_over(capture, target)
    if not dry_run:
        if not is_known:
            _describe(target)
        _write(missing)
    return ImportedScene(
        scene=capture.name,
        split=split,
        size=_size(capture.rgb),
        band_sizes=tuple(_size(band) for band in planes(capture)),
        band_ids=tuple(capture.band_ids or ()),
        wavelengths=_in_order(target.wavelengths, capture),
        depth="uint8" if planes(capture)[0].dtype == np.uint8 else "uint16",
        files=tuple(sorted(pictures, key=lambda path: natural_key(str(path)))),
    )


def _size(picture: NDArray[Any]) -> tuple[int, int]:
    return picture.shape[1], picture.shape[0]


def _warn_of_sizes(capture: Capture) -> None:
    """Say what comes next where bands have other sizes than their photograph."""
    others = [
        band
        for band, values in zip(capture.band_ids or (), planes(capture), strict=True)
        if _size(values) != _size(capture.rgb)
    ]
    if others:
        warn(
            f"scene {capture.name!r}: {'bands' if others[1:] else 'band'} {', '.join(others)} "
            "and photograph differ in size: 'artextract data register' comes next"
        )


def _in_order(wavelengths: Mapping[str, float], capture: Capture) -> tuple[float, ...] | None:
    return tuple(wavelengths[band] for band in capture.band_ids or ()) if wavelengths else None


def _missing(
    capture: Capture, pictures: Mapping[Path, NDArray[Any]], target: _Target
) -> dict[Path, NDArray[Any]]:
    """The pictures that are not there; those that are must hold what would be written."""
    missing = {path: values for path, values in pictures.items() if not path.exists()}
    there = {path: values for path, values in pictures.items() if path not in missing}
    changed = [path for path, values in there.items() if not _holds(path, values)]
    photograph, name = next(iter(pictures)), capture.name.casefold()
    if name in target.names and (target.names[name] != photograph or changed):
        msg = (
            f"there is a scene {capture.name!r} already, here or in {target.root}; name this one "
            "otherwise or import it into another dataset"
        )
        raise InputError(msg)
    if changed:
        msg = f"{changed[0]} is there already and is not written over; move it away"
        raise InputError(msg)
    if not missing:
        detail(f"{capture.name}: up to date")
    return missing


def _holds(path: Path, values: NDArray[Any]) -> bool:
    """Whether a picture is there as it would be written."""
    counts = np.atleast_3d(_counts(values))
    with contextlib.suppress(InputError):
        there = decode_picture(path).values
        return there.dtype == counts.dtype and np.array_equal(there, counts)
    return False


def _check_bands(capture: Capture, target: _Target) -> None:
    """All scenes of a dataset have the same bands, of the same wavelengths."""
    ids = capture.band_ids or ()
    if target.band_ids is not None and target.band_ids != set(ids):
        theirs = ", ".join(sorted(target.band_ids, key=natural_key))
        msg = (
            f"scene {capture.name!r} has the bands {', '.join(ids)}, but the scenes of "
            f"{target.root} have {theirs}; import it into another dataset"
        )
        raise InputError(msg)
    for band, nm in zip(ids, capture.wavelengths or (), strict=False):
        if target.wavelengths.get(band, nm) != nm:
            msg = (
                f"band {band} of scene {capture.name!r} is {nm:g} nm, but "
                f"{target.wavelengths[band]:g} nm in {target.root / DESCRIPTION}; import it into "
                "another dataset"
            )
            raise InputError(msg)


def _take_over(capture: Capture, target: _Target) -> bool:
    """Note a scene; whether the dataset says all of it that it is to say."""
    ids = capture.band_ids or ()
    target.names[capture.name.casefold()] = None
    target.band_ids = set(ids)
    is_known = target.says_coding
    target.says_coding = True
    if target.wavelengths or capture.wavelengths is None:
        return is_known
    target.wavelengths = dict(zip(ids, capture.wavelengths, strict=True))
    return False


def _describe(target: _Target) -> None:
    """Say wavelengths and coding before the first scene comes, so that none is ever without."""
    path = target.root / DESCRIPTION
    said = read_yaml(path) if path.exists() else {}
    bands = sorted(target.band_ids or (), key=natural_key)
    nm = {band: target.wavelengths[band] for band in bands if target.wavelengths}
    if nm:
        said["wavelengths"] = {band: int(v) if v.is_integer() else v for band, v in nm.items()}
    if coding := target.coding.described(bands):
        said["coding"] = coding
    write_yaml(path, said)


def _pictures(capture: Capture, folder: Path) -> dict[Path, NDArray[Any]]:
    """The files of a scene, the photograph first, and what each is to show."""
    name, ids = capture.name, capture.band_ids or ()
    suffix = ".png" if capture.rgb[..., 0].size <= LARGE_PIXELS else ".tif"
    pictures = {folder / "rgb_images" / f"{name}_RGB{suffix}": capture.rgb}
    for band, values in zip(ids, planes(capture), strict=True):
        pictures[folder / "ms_masks" / f"{name}_ms_{band}{suffix}"] = values
    if capture.mask is not None:
        pictures[folder / "object" / f"{name}_mask.png"] = np.uint8(255) * capture.mask
    return pictures


def _write(pictures: Mapping[Path, NDArray[Any]]) -> None:
    """Write pictures of a scene, all or none; the first, its photograph, is there last of all."""
    try:
        with contextlib.ExitStack() as files:
            for path, values in pictures.items():
                write_picture(files.enter_context(atomic_path(path)), _counts(values))
    except BaseException:  # an interruption too
        with contextlib.suppress(OSError):  # why they cannot be written is the news, not this
            for path in pictures:
                path.unlink(missing_ok=True)
        raise


def _counts(values: NDArray[Any]) -> NDArray[Any]:
    """8 and 16 bit as they are, floats from 0 to 1 as 16 bit."""
    if values.dtype.kind == "f":
        values = np.rint(values * np.float64(65535))
    return np.ascontiguousarray(values, np.uint8 if values.dtype == np.uint8 else np.uint16)
