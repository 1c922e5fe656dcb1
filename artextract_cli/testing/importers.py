"""What the host relies on in an importer."""

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
from artextract_cli.plugin.protocols import Capture
from artextract_cli.testing.base import PluginTests, expect

SIZES = ((16, 16), (13, 31))


class ImporterTests(PluginTests):
    """Round trips. A subclass says by `write` how its kind of file is written.

    The first of ``options``, if there are any, says what the files do not tell themselves.
    ``captures`` are sizes, numbers of bands and depths in bits of what is written: others than the
    usual ones where a kind of file holds only some.
    """

    captures: ClassVar[Sequence[tuple[tuple[int, int], int, int]]] = tuple(
        (size, n_bands, depth) for size in SIZES for n_bands in (1, 8) for depth in (8, 16)
    )

    def write(self, folder: Path, capture: Capture) -> Path:
        """Write ``capture`` into ``folder`` as a file of this kind, and return what to import."""
        msg = "its tests do not say how such a file is written (ImporterTests.write)"
        raise unittest.SkipTest(msg)

    def expected(self, capture: Capture) -> Capture:
        """What is to be read of ``capture`` where files of this kind do not hold all of it."""
        return capture

    def test_round_trip(self) -> None:
        """What was written is read again, within the depth of the numbers."""
        for size, n_bands, depth in self.captures:
            with self._written(size, n_bands, depth) as (source, capture):
                found = self._read(source)
                expect(len(found) == 1, f"of one capture {len(found)} were read")
                self._compare(self.expected(capture), found[0], 2 / (2**depth - 1))

    def test_the_source_stays_as_it_is(self) -> None:
        """Importing writes nothing beside or into what it reads."""
        with self._written(*self.captures[-1]) as (source, _):
            before = _digests(source)
            self._read(source)
            expect(_digests(source) == before, "the files that were read have changed")

    def test_damaged_files_are_refused(self) -> None:
        """A file that was cut short raises InputError with one sentence, and nothing else."""
        with self._written(*self.captures[-1]) as (source, _):
            files = [path for path in _files(source) if path.stat().st_size > 1]
            path = max(files, key=lambda path: path.stat().st_size)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            self._refused(source, f"a cut {path.suffix} file")

    def test_nothing_to_import_is_refused(self) -> None:
        """An empty folder, and one that does not exist, raise InputError."""
        with tempfile.TemporaryDirectory() as folder:
            self._refused(Path(folder), "an empty folder")
            self._refused(Path(folder, "missing"), "a folder that does not exist")

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

    def _compare(self, wrote: Capture, read: Capture, tolerance: float) -> None:
        expect(isinstance(read, Capture), f"it yielded {type(read).__name__}, not Capture")
        expect(bool(read.name), "the capture has no name")
        for name in ("rgb", "bands"):
            mine, theirs = (_as_floats(_stacked(getattr(c, name))) for c in (wrote, read))
            expect(theirs.shape == mine.shape, f"{name} was {mine.shape}, is {theirs.shape}")
            apart = float(np.abs(theirs - mine).max())
            expect(apart <= tolerance, f"{name} has changed by up to {apart:.3g}")
        if read.wavelengths is not None:
            same = np.allclose(read.wavelengths, np.asarray(wrote.wavelengths))
            expect(same, f"wavelengths were {wrote.wavelengths}, are {read.wavelengths}")

    @contextmanager
    def _written(
        self, size: tuple[int, int], n_bands: int, depth: int
    ) -> Iterator[tuple[Path, Capture]]:
        capture = _capture(size, n_bands, depth)
        with tempfile.TemporaryDirectory() as folder:
            yield self.write(Path(folder), capture), capture


def _capture(size: tuple[int, int], n_bands: int, depth: int) -> Capture:
    rng = np.random.default_rng(depth)
    kind: Any = np.uint8 if depth == 8 else np.uint16
    counts = rng.integers(0, 2**depth, (*size, 3 + n_bands)).astype(kind)
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
    most = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    return np.asarray(pixels / most, np.float64)


def _files(source: Path) -> list[Path]:
    folder = source if source.is_dir() else source.parent
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digests(source: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(source)}
