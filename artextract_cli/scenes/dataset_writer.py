"""Writing a dataset: where the images of a scene go, how they are stored, and ``dataset.yaml``."""

import contextlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from artextract_cli._typing import BoolArray, FloatArray
from artextract_cli.imaging.coding import LINEAR, SRGB, Coding
from artextract_cli.io.image_writer import write_picture
from artextract_cli.io.images import decode_picture
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.embedded.captures import CAPTURE, Captures, captures
from artextract_cli.scenes.embedded.codings import coding_of_photograph
from artextract_cli.scenes.history import ProcessingStep, read_history, write_history
from artextract_cli.scenes.layout import LAYER, LAYERS
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import atomic_folder, flush
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.yaml import read_yaml, write_yaml

# A PNG can only be decoded as a whole: at this size, RGB takes 200 MB as float32.
LARGE_PIXELS = 2**24
"""Pixels above which an image is written as tiled TIFF, so that it can later be read in parts."""


@dataclass(frozen=True, kw_only=True)
class ScenePaths:
    """Paths of the files of a scene to be written."""

    folder: Path
    """Folder of the split."""

    name: str
    suffix: str = ".png"
    """Suffix of the photograph and the bands."""

    @property
    def photograph(self) -> Path:
        """Path of the photograph."""
        return self.folder / "rgb_images" / f"{self.name}_RGB{self.suffix}"

    def band(self, band: str) -> Path:
        """Path of a band, given its id."""
        return self.folder / "ms_masks" / f"{self.name}_ms_{band}{self.suffix}"

    @property
    def truth(self) -> Path:
        """Path of the truth image."""
        return self.folder / "truth" / f"{self.name}_hidden.png"

    @property
    def layer(self) -> Path:
        """Path of the simulated hidden layer."""
        return self.folder / "truth" / f"{self.name}{LAYER}.tif"

    def further_layer(self, layer: str) -> Path:
        """Path of a further layer, such as a radiograph, given its name."""
        return self.folder / LAYERS / f"{self.name}_layer_{layer}{self.suffix}"

    def mask(self, band: str = "", layer: str = "") -> Path:
        """Path of the object mask, or of the mask of valid pixels of a band or a further layer."""
        part = f"_ms_{band}" if band else f"_layer_{layer}" if layer else ""
        return self.folder / "object" / f"{self.name}{part}_mask.png"


@dataclass(frozen=True, kw_only=True)
class DatasetCopy:
    """A modified copy of a dataset; files keep their relative paths."""

    source: Path
    folder: Path
    """Folder that becomes the new dataset."""

    histories: dict[str, tuple[ProcessingStep, ...]] = field(default_factory=dict)
    """Steps by scene: those of the source, and those added by `record`."""

    captures: dict[str, Captures] = field(default_factory=dict)
    """By scene, what its files say of their capture; the copies of their images may not."""

    def record(
        self, scene: str, step: str, parameters: Mapping[str, Any], figures: Mapping[str, Any]
    ) -> None:
        """Add a step to the history of a scene."""
        source = str(self.source.resolve())
        if captured := self.captures.get(scene):
            figures = {**figures, CAPTURE: captured}
        added = ProcessingStep(name=step, source=source, parameters=parameters, figures=figures)
        self.histories[scene] = (*self.histories.get(scene, ()), added)

    def write(self, path: Path, values: NDArray[Any], profile: bytes | None = None) -> None:
        """Write (H, W) or (H, W, 3) in place of ``path``, as PNG or TIFF with a ``profile``."""
        suffix = ".tif" if path.suffix.lower() in (".tif", ".tiff") else ".png"
        write_image(self._place(path).with_suffix(suffix), values, profile)

    def write_reflectance(self, path: Path, values: FloatArray) -> None:
        """Write an image (H, W), (H, W, 1) or (H, W, 3), 0..1, in place of ``path`` at 16 bit."""
        counts = counts_of_16_bit(values)
        self.write(path, counts[..., 0] if counts.shape[2:] == (1,) else counts)

    def write_mask(
        self, files: SceneFiles, mask: BoolArray, band: str = "", layer: str = ""
    ) -> None:
        """Write the mask (H, W) of a scene, or of one of its bands or layers."""
        paths = ScenePaths(folder=self.folder / files.split, name=files.name)
        write_image(paths.mask(band, layer), np.uint8(255) * mask)

    def copy_files(self, paths: Iterable[Path | None]) -> None:
        """Copy the contents of files; the copies can be written to."""
        for path in paths:
            if path is not None:
                # Contents only: copying the mode too would make copies of read-only files
                # read-only.
                shutil.copyfile(path, self._place(path))

    def copy_photograph(self, files: SceneFiles) -> None:
        """Copy the photograph, or convert it to sRGB if it has another coding."""
        coding = coding_of_photograph(files)
        if coding == SRGB:
            self.copy_files([files.rgb])
        else:
            self.write_reflectance(files.rgb, decode_picture(files.rgb).srgb(coding).clip(0, 1))

    def copy_masks(self, files: SceneFiles) -> None:
        """Copy the masks of a scene and of its bands."""
        self.copy_files([files.mask, *files.band_masks.values()])

    def copy_truth_and_layers(self, files: SceneFiles) -> None:
        """Copy the truth of a scene, its layers and their masks."""
        self.copy_files(truth_files(files))
        for layer in files.layers:
            self.copy_files([layer.path, layer.mask])

    def copy_all(self, *, without: Collection[Path] = ()) -> None:
        """Copy every file of the dataset, except those in ``without``."""
        files = (path for path in self.source.rglob("*") if path.is_file())
        self.copy_files(path for path in files if path not in without)

    def copy_top_level(self, *, without: Collection[str] = ()) -> None:
        """Copy ``dataset.yaml`` and the files beside it, except those named in ``without``."""
        files = (path for path in self.source.iterdir() if path.is_file())
        self.copy_files(path for path in files if path.name not in without)

    def state_written_coding(self, scenes: Iterable[SceneFiles]) -> None:
        """State the coding of the written reflectance if the source stated a coding."""
        if any(files.coding != Coding() for files in scenes):
            written = Coding(photograph=SRGB, bands=LINEAR).described(())
            update_description(self.folder, {"coding": written})

    def _place(self, path: Path) -> Path:
        target = self.folder / path.relative_to(self.source)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


@contextlib.contextmanager
def copied_dataset(
    source: Path, out: Path, rewritten: Iterable[SceneFiles] = ()
) -> Iterator[DatasetCopy]:
    """Context manager of a dataset copy; ``out`` is written in full or not at all.

    The captures of scenes whose images are ``rewritten`` are recorded with their steps.
    """
    with atomic_folder(out) as folder:
        copy = DatasetCopy(
            source=source,
            folder=folder,
            histories=read_history(source),
            captures={files.name: captures(files) for files in rewritten},
        )
        yield copy
        write_history(folder, copy.histories)


def truth_files(files: SceneFiles) -> list[Path]:
    """List the truth image of a scene, and the simulated layer beside it."""
    if files.truth is None:
        return []
    layer = files.truth.with_name(f"{files.name}{LAYER}.tif")
    return [files.truth, *([layer] if layer.exists() else [])]


def write_image(path: Path, values: NDArray[Any], profile: bytes | None = None) -> None:
    """Write (H, W) or (H, W, 3) losslessly, as PNG or TIFF by the suffix of ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(path, np.ascontiguousarray(values), profile=profile)


def write_layer(path: Path, layer: FloatArray) -> None:
    """Write a simulated hidden layer (H, W), float32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, layer, compression="zlib")


def stage_files(
    images: Mapping[Path, NDArray[Any]], others: Mapping[Path, bytes], prefix: Path
) -> dict[Path, Path]:
    """Write the images of a scene and ``others`` to temporary files, for `place_files`.

    Parameters
    ----------
    images, others
        Images (H, W) or (H, W, 3) and contents of files, by the paths that they are meant for.
    prefix
        Path with which the temporary paths begin; on the file system of the others.

    Returns
    -------
    dict
        The temporary paths by those that they are meant for.

    Raises
    ------
    ArtextractError
        If one of them cannot be written.
    """
    staged: dict[Path, Path] = {}
    for path in (*images, *others):
        temporary = prefix.with_name(f"{prefix.name}-{len(staged)}{path.suffix}")
        with writing(path):
            if path in images:
                write_picture(temporary, stored_counts(images[path]))
            else:
                temporary.write_bytes(others[path])
            # Before a name points to it: after a power failure it could otherwise be empty.
            flush(temporary)
        staged[path] = temporary
    return staged


def place_files(staged: Mapping[Path, Path]) -> None:
    """Move the files of a scene to their places, all or none; the first appears last.

    Raises
    ------
    ArtextractError
        If one of them cannot be moved.
    """
    placed: list[Path] = []
    try:
        # The photograph, which is the first, appears last: until then there is no scene, only bands
        # that the next import completes.
        for folder, paths in groupby(reversed([*staged]), key=lambda path: path.parent):
            with writing(folder):
                folder.mkdir(parents=True, exist_ok=True)
            for path in paths:
                placed.append(path)
                with writing(path):
                    staged[path].replace(path)
            with writing(folder):
                flush(folder)
    except BaseException:  # an interruption too
        for path in placed:
            with contextlib.suppress(OSError):  # the error that matters is the one being raised
                path.unlink(missing_ok=True)
        raise


def stored_counts(values: NDArray[Any]) -> NDArray[Any]:
    """Return 8- and 16-bit values unchanged, and floats from 0 to 1 as 16 bit."""
    if values.dtype.kind == "f":
        return np.ascontiguousarray(counts_of_16_bit(values))
    # The encoders take contiguous arrays only.
    return np.ascontiguousarray(values, np.uint8 if values.dtype == np.uint8 else np.uint16)


def counts_of_16_bit(
    values: NDArray[np.floating[Any]], precision: type[np.floating[Any]] = np.float64
) -> NDArray[np.uint16]:
    """Convert values from 0 to 1 into 16-bit counts, rounding at ``precision``."""
    # Rounded, not truncated, which would darken every image by half a step.
    return np.rint(values * precision(65535)).astype(np.uint16)


def update_description(root: Path, statements: Mapping[str, Any]) -> None:
    """Add or replace statements in ``dataset.yaml``; the others stay unchanged.

    Raises
    ------
    ArtextractError
        If it cannot be written.
    """
    path = root / DESCRIPTION
    existing: dict[str, Any] = read_yaml(path) if path.exists() else {}
    write_yaml(path, existing | dict(statements))


def described_wavelengths(wavelengths: Mapping[str, float]) -> dict[str, float]:
    """Wavelengths in nm by band id in the form of ``dataset.yaml``: whole numbers as integers."""
    # "950", not "950.0": people read and edit this file.
    return {band: int(nm) if float(nm).is_integer() else nm for band, nm in wavelengths.items()}
