"""The layout of a dataset: which files belong to which scene, by their names alone.

::

    DATASET/{train,val}/rgb_images/<scene>_RGB.png    ms_masks/<scene>_ms_<band>.png
                        truth/<scene>_hidden.png      object/<scene>_mask.png     (both optional)
                        object/<scene>_ms_<band>_mask.png    of a band to be registered (optional)
                        layers/<scene>_layer_<name>.png    of another kind of image (optional)
                        object/<scene>_layer_<name>_mask.png    of its valid pixels (optional)
    DATASET/history/<scene>.json    what was done to the scene so far (optional)
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from artextract_cli.io.raw import RAW_SUFFIXES, without_developed
from artextract_cli.scenes.findings import MASKS, Finding, Level
from artextract_cli.scenes.names import name_problem
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.output_plan import check_outside

# In the order in which scenes are listed everywhere.
SPLITS = ("train", "val")
HISTORY = "history"
"""Folder of a dataset with a file for each scene: what was done to it so far."""

LAYERS = "layers"
"""Folder of a split with further images of scenes, such as X-ray radiographs."""

FORMER_HISTORY = "history.json"
LAYER = "_layer"
"""Ending of the name of a simulated hidden layer, which lies beside the truth image."""

IMAGE_SUFFIXES = frozenset({".png", ".bmp", ".jpg", ".jpeg", ".tif", ".tiff"}) | RAW_SUFFIXES


@dataclass(frozen=True, kw_only=True)
class FoundScene:
    """The files of one scene; there may be no bands."""

    name: str
    split: str
    rgb: Path
    bands: Mapping[str, Path]
    """By band id, in natural order."""

    truth: Path | None
    mask: Path | None
    band_masks: Mapping[str, Path]
    """By band id: mask of the valid pixels of a band, on its own grid."""

    layers: Mapping[str, Path] = field(default_factory=dict)
    layer_masks: Mapping[str, Path] = field(default_factory=dict)
    """By name of the layer, in natural order."""


def natural_key(text: str) -> tuple[tuple[str | int, ...], str]:
    """Sort key that puts ``b9`` before ``b10``, and numbers before words."""
    # The text itself breaks ties, such as b1 and b01, so that the order never depends on the
    # folder.
    parts = re.split("([0-9]+)", text)  # words and digits alternate
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), text


def check_outside_datasets(out: Path) -> None:
    """Check that an output does not lie in a dataset, whose files are never touched: a `Rule`.

    Raises
    ------
    UsageError
        If ``out`` is a dataset, or lies inside one.
    """
    # Resolved, so that a link into a dataset is recognised as one.
    for folder in (out.resolve(), *out.resolve().parents):
        if any((folder / split / "rgb_images").is_dir() for split in SPLITS):
            check_outside(out, folder, "dataset")


def find_scenes(root: Path) -> tuple[list[FoundScene], list[Finding]]:
    """Find the scenes below ``root``, training first, and every problem with their files.

    Only folders are listed. Of files with the same role the first is used, and an error is noted.

    Raises
    ------
    InputError
        If a folder cannot be listed.
    """
    findings: list[Finding] = []
    scenes: dict[str, FoundScene] = {}
    # Raises if the dataset itself cannot be listed; missing split folders are no error.
    _list(root)
    for split in SPLITS:
        for scene in _find_in_split(root / split, split, findings):
            first = scenes.setdefault(scene.name.casefold(), scene)
            if first.name != scene.name:
                findings.append(_differ_in_case(scene, first))
            elif first is not scene:
                findings.append(_duplicate(scene.name, scene.rgb, first.rgb))
            findings += _unportable_name(scene)
    findings += _former_history(root)
    return list(scenes.values()), findings


def _find_in_split(folder: Path, split: str, findings: list[Finding]) -> list[FoundScene]:
    photographs = _named(folder / "rgb_images", "_RGB", findings)
    bands = _parts(folder / "ms_masks", "ms", "band", photographs, findings)
    layers = _parts(folder / LAYERS, "layer", "name", photographs, findings)
    truths = _named(folder / "truth", "_hidden", findings, photographs, (LAYER,))
    # Masks of bands are named after scene and band together, and lie beside those of scenes.
    of_bands = {f"{name}_ms_{band}" for name, files in bands.items() for band in files}
    of_layers = {f"{name}_layer_{layer}" for name, files in layers.items() for layer in files}
    known = photographs.keys() | of_bands | of_layers
    masks = _named(folder / MASKS, "_mask", findings, known)
    scenes = []
    for name in sorted(photographs, key=natural_key):
        rgb = photographs[name]
        if not bands[name]:
            message = f"scene {name} has no bands: {folder / 'ms_masks' / name}_ms_* are missing"
            findings.append(Finding(level="error", scene=name, file=rgb, message=message))
        scene = FoundScene(
            name=name,
            split=split,
            rgb=rgb,
            bands=bands[name],
            truth=truths.get(name),
            mask=masks.get(name),
            band_masks=_masks_of(f"{name}_ms_", bands[name], masks),
            layers=layers[name],
            layer_masks=_masks_of(f"{name}_layer_", layers[name], masks),
        )
        scenes.append(scene)
    return scenes


def _masks_of(prefix: str, parts: Collection[str], masks: Mapping[str, Path]) -> dict[str, Path]:
    """Masks of bands or layers, by their names."""
    return {part: masks[prefix + part] for part in parts if prefix + part in masks}


def _named(
    folder: Path,
    ending: str,
    findings: list[Finding],
    known: Collection[str] | None = None,
    beside: tuple[str, ...] = (),
) -> dict[str, Path]:
    """Images named ``<scene><ending>``, by scene; all of them, or those of ``known`` scenes.

    Others are left out and noted, unless their names end with one of ``beside``.
    """
    named: dict[str, Path] = {}
    for path in _images(folder):
        name = path.stem.removesuffix(ending)
        # Either the ending is missing, or there is nothing before it.
        if name in ("", path.stem):
            if not path.stem.endswith(beside):
                expected = f"{_likely_name(path.stem, known or ())}{ending}{path.suffix}"
                findings.append(_left_out(path, f"it is not named {expected}"))
        elif known is not None and name not in known:
            findings.append(_left_out(path, f"there is no photograph {name}_RGB"))
        elif name in named:
            findings.append(_duplicate(name, path, named[name]))
        else:
            named[name] = path
    return named


def _likely_name(stem: str, known: Collection[str]) -> str:
    """The one of the ``known`` names that a file was probably meant to have."""
    candidates = [name for name in known if stem.casefold().startswith(name.casefold())]
    return max(candidates, key=len, default="<scene>")


def _parts(
    folder: Path, infix: str, what: str, scenes: Collection[str], findings: list[Finding]
) -> dict[str, dict[str, Path]]:
    """Bands or layers named ``<scene>_<infix>_<what>``, by scene and name in natural order."""
    parts: dict[str, dict[str, Path]] = {name: {} for name in scenes}
    orphans: dict[str, list[Path]] = {}
    for path in _images(folder):
        name, part = _parse_part(path.stem, infix, scenes)
        if not part:
            expected = f"<scene>_{infix}_<{what}>{path.suffix}"
            findings.append(_left_out(path, f"it is not named {expected}"))
        elif name not in parts:
            orphans.setdefault(name, []).append(path)
        elif part in parts[name]:
            findings.append(_duplicate(name, path, parts[name][part]))
        else:
            parts[name][part] = path
    kind = "bands" if infix == "ms" else LAYERS
    for name, paths in orphans.items():
        several = f"{len(paths)} {kind} such as {paths[0]}"
        who = f"{several} have" if paths[1:] else f"{paths[0]} has"
        message = f"{who} no photograph {name}_RGB"
        findings.append(Finding(level="error", scene=name, file=paths[0], message=message))
    return {
        name: {part: files[part] for part in sorted(files, key=natural_key)}
        for name, files in parts.items()
    }


def _parse_part(stem: str, infix: str, scenes: Collection[str]) -> tuple[str, str]:
    """Scene and band, or layer, of a file name; the longest name of a known scene wins.

    Names may contain ``_ms_`` themselves: ``a_ms_ms_1`` is band 1 of the scene ``a_ms`` if there is
    one, and else band ``ms_1`` of ``a``.
    """
    splits = [
        (stem[: match.start()], stem[match.start() + len(infix) + 2 :])
        # Lookarounds consume nothing and so find overlapping separators too, as in a_ms_ms_1.
        for match in re.finditer(f"(?<=.)(?=_{infix}_.)", stem)
    ]
    known = [split for split in splits if split[0] in scenes]
    # The last split has the longest name of a scene.
    return (known or splits or [("", "")])[-1]


def list_pictures(folder: Path) -> list[Path]:
    """List the images in a folder by the endings of their names; hidden files are left out.

    Parameters
    ----------
    folder
        Folder to list.

    Returns
    -------
    list of Path
        In natural order: ``b9`` before ``b10``.

    Raises
    ------
    InputError
        If it is not a folder that can be listed.
    """
    return sorted(
        without_developed(filter(_is_image, _list(folder))), key=lambda path: natural_key(path.name)
    )


def _images(folder: Path) -> list[Path]:
    """Images in a folder, in order of their names; none if there is no such folder."""
    with reading(folder):
        if not folder.exists():
            return []
    # The order of a folder depends on the file system; results must not.
    return sorted(without_developed(filter(_is_image, _list(folder))))


def _is_image(path: Path) -> bool:
    # macOS leaves a file ._NAME.png beside each image on foreign disks: it is not an image.
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")


def _list(folder: Path) -> list[Path]:
    with reading(folder):
        return list(folder.iterdir())


def _duplicate(name: str, path: Path, first: Path) -> Finding:
    message = f"{path} and {first} are the same image of scene {name}; keep one"
    return Finding(level="error", scene=name, file=path, message=message)


def _differ_in_case(scene: FoundScene, first: FoundScene) -> Finding:
    message = (
        f"scenes {first.name} and {scene.name} differ only in upper and lower case, and on Windows "
        "and macOS the results of one would replace those of the other: rename one"
    )
    return Finding(level="error", scene=scene.name, file=scene.rgb, message=message)


def _unportable_name(scene: FoundScene) -> Iterator[Finding]:
    """A finding if files and folders of results cannot be named after the scene everywhere."""
    if problem := name_problem(scene.name):
        level: Level = "error" if sys.platform == "win32" else "warning"
        message = f"the name of scene {scene.name} {problem}: rename its files"
        yield Finding(level=level, scene=scene.name, file=scene.rgb, message=message)


def _former_history(root: Path) -> Iterator[Finding]:
    """A finding if the dataset has the history of an earlier version, which is not read."""
    path = root / FORMER_HISTORY
    if path.is_file() and not (root / HISTORY).exists():
        message = (
            f"{path} was written by an earlier version and is not read: repeat the import to "
            f"record the history in {root / HISTORY}, or delete the file"
        )
        yield Finding(level="warning", scene="", file=path, message=message)


def _left_out(path: Path, why: str) -> Finding:
    return Finding(level="warning", scene="", file=path, message=f"{path} is left out: {why}")
