"""Conformance tests of importers."""

import hashlib
import tempfile
import unittest
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from artextract_cli.errors import InputError
from artextract_cli.plugin.contract import Sources
from artextract_cli.plugin.protocols import Capture
from artextract_cli.testing.base import PluginTests, expect

# A square, and an image whose odd sides differ, so that exchanged rows and columns show.
SIZES = ((16, 16), (13, 31))


class ImporterTests(PluginTests):
    """Round trips; a subclass implements `write` for its file format.

    The first of ``options``, if any, supplies what the files do not contain. ``captures`` lists the
    sizes, numbers of bands and bit depths to write; override it for a more limited format.
    """

    captures: ClassVar[Sequence[tuple[tuple[int, int], int, int]]] = tuple(
        (size, n_bands, depth) for size in SIZES for n_bands in (1, 8) for depth in (8, 16)
    )

    def write(self, folder: Path, capture: Capture) -> Path:
        """Write ``capture`` into ``folder`` in this format, and return the path to import."""
        msg = "its tests do not implement ImporterTests.write"
        raise unittest.SkipTest(msg)

    def expected(self, capture: Capture) -> Capture:
        """Return what should be read back of ``capture``; override it for lossy formats."""
        return capture

    def test_round_trip(self) -> None:
        """A written capture is read back, within the precision of its depth."""
        for size, n_bands, depth in self.captures:
            with self._written(size, n_bands, depth) as (source, capture):
                captures = self._read(source)
                expect(len(captures) == 1, f"1 capture was written, but {len(captures)} were read")
                # Two counts of the stored depth: one for rounding, one for a conversion of the
                # scale.
                self._compare(self.expected(capture), captures[0], 2 / (2**depth - 1))

    def test_source_is_not_modified(self) -> None:
        """Importing modifies neither the source nor files beside it."""
        with self._written(*self.captures[-1]) as (source, _):
            before = _digests(source)
            self._read(source)
            expect(_digests(source) == before, "importing changed its source files")

    def test_damaged_files_are_refused(self) -> None:
        """A truncated file raises InputError with one sentence, and nothing else."""
        with self._written(*self.captures[-1]) as (source, _):
            files = [path for path in _files(source) if path.stat().st_size > 1]
            # The largest file is that with the pixels: half of them are missing.
            path = max(files, key=lambda path: path.stat().st_size)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            self._refused(source, f"a truncated {path.suffix} file")

    def test_nothing_to_import_is_refused(self) -> None:
        """An empty folder and a missing folder raise InputError."""
        with tempfile.TemporaryDirectory() as folder:
            self._refused(Path(folder), "an empty folder")
            self._refused(Path(folder, "missing"), "a folder that does not exist")

    def test_sources_are_read_one_by_one(self) -> None:
        """Each source that the spec lists, if it lists any, is one scene, the same as together."""
        with self._written(*self.captures[-1]) as (source, _):
            apart = [self._read(path) for path in self._sources(source)]
            together = self._read(source)
            numbers = [len(captures) for captures in apart]
            one_each = [1] * len(together)
            expect(numbers == one_each, f"{len(together)} scenes, but {numbers} from the sources")
            for (alone,), capture in zip(apart, together, strict=True):
                expect(alone.name == capture.name, f"{capture.name!r} alone is {alone.name!r}")
                self._compare(capture, alone, 0)

    def _sources(self, source: Path) -> Sequence[Path]:
        sources: Sources | None = getattr(self.spec, "sources", None)
        if sources is None:
            return [source]
        return sources(source, next(iter(self.options), self.spec.options()))

    def _read(self, source: Path) -> list[Capture]:
        options = next(iter(self.options), self.spec.options())
        return list(self.spec.load()(source, options))

    def _refused(self, source: Path, what: str) -> None:
        try:
            self._read(source)
        except InputError as error:
            expect("\n" not in str(error), f"the error for {what} has several lines")
        except Exception as error:  # noqa: BLE001 - that is what is tested
            expect(False, f"{what} raised {type(error).__name__} ({error}), not InputError")
        else:
            expect(False, f"{what} was read without an error")

    def _compare(self, written: Capture, read: Capture, tolerance: float) -> None:
        expect(isinstance(read, Capture), f"it yielded {type(read).__name__}, not Capture")
        expect(bool(read.name), "the capture has no name")
        for name in ("rgb", "bands"):
            expected, actual = (_as_floats(_stacked(getattr(c, name))) for c in (written, read))
            expect(
                actual.shape == expected.shape,
                f"{name} has shape {actual.shape}, not {expected.shape}",
            )
            error = float(np.abs(actual - expected).max())
            expect(error <= tolerance, f"{name} differs by up to {error:.3g}")
        if read.wavelengths is not None:
            same = np.allclose(read.wavelengths, np.asarray(written.wavelengths))
            expect(same, f"wavelengths are {read.wavelengths}, not {written.wavelengths}")

    @contextmanager
    def _written(
        self, size: tuple[int, int], n_bands: int, depth: int
    ) -> Iterator[tuple[Path, Capture]]:
        capture = _capture(size, n_bands, depth)
        with tempfile.TemporaryDirectory() as folder:
            yield self.write(Path(folder), capture), capture


def _capture(size: tuple[int, int], n_bands: int, depth: int) -> Capture:
    rng = np.random.default_rng(depth)
    dtype: Any = np.uint8 if depth == 8 else np.uint16
    # Noise over the full range: every count may occur, and no two bands are alike.
    counts = rng.integers(0, 2**depth, (*size, 3 + n_bands)).astype(dtype)
    return Capture(
        name="abbey",
        rgb=np.ascontiguousarray(counts[..., :3]),
        bands=np.ascontiguousarray(counts[..., 3:]),
        wavelengths=[450.0 + 50 * band for band in range(n_bands)],
    )


def _stacked(pixels: Any) -> Any:
    return pixels if isinstance(pixels, np.ndarray) else np.stack(pixels, axis=-1)


def _as_floats(pixels: Any) -> NDArray[np.float64]:
    pixels = np.asarray(pixels)
    full_scale = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    return np.asarray(pixels / full_scale, np.float64)


def _files(source: Path) -> list[Path]:
    folder = source if source.is_dir() else source.parent
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digests(source: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(source)}
