"""The conformance tests of importers pass what is right and find what is wrong."""

import dataclasses
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli import (
    Capture,
    Importer,
    InputError,
)
from artextract_cli.testing import (
    ImporterTests,
    run,
)
from tests.helpers.conformance import failed


def read(source: Path, options: object) -> Iterator[Capture]:
    paths = sorted(source.glob("*.npz"))
    if not paths:
        raise InputError("nothing there")
    for path in paths:
        try:
            with path.open("rb") as opened, np.load(opened) as file:
                made = {name: file[name] for name in ("rgb", "bands", "wavelengths")}
        except Exception as error:
            raise InputError(f"{path} is damaged") from error
        yield Capture(name=path.stem, **made)


def write(self: object, folder: Path, capture: Capture) -> Path:
    told = {name: getattr(capture, name) for name in ("rgb", "bands", "wavelengths")}
    np.savez(folder / f"{capture.name}.npz", **told)
    return folder


def importer(function: Callable[..., Any]) -> Importer:
    return Importer(name="npz", summary="Reads.", load=lambda: function)


def changed(**how: Callable[[Any], Any]) -> Callable[..., Any]:
    def function(source: Path, options: object) -> Iterator[Capture]:
        for capture in read(source, options):
            parts = {name: change(getattr(capture, name)) for name, change in how.items()}
            yield dataclasses.replace(capture, **parts)

    return function


def reads_as_it_is(source: Path, options: object) -> Sequence[Capture]:
    return [
        Capture(name=p.stem, **np.load(io.BytesIO(p.read_bytes())))
        for p in sorted(source.glob("*.npz"))
    ]


def writes_beside(source: Path, options: object) -> Iterator[Capture]:
    (source / "index.txt").write_text("x")
    yield from read(source, options)


def test_a_simple_importer_passes() -> None:
    assert failed(ImporterTests, importer(read), write=write) == {}


@pytest.mark.parametrize(
    ("function", "checks"),
    [
        (changed(rgb=lambda rgb: rgb[..., ::-1]), ["round trip"]),
        (changed(bands=lambda bands: bands[:-1]), ["round trip"]),
        (changed(bands=lambda b: (b >> 8).astype(np.uint8) if b.dtype == np.uint16 else b),
         ["round trip"]),
        (changed(wavelengths=lambda nm: nm + 1), ["round trip"]),
        (writes_beside, ["source is not modified", "nothing to import is refused"]),
        (reads_as_it_is, ["damaged files are refused", "nothing to import is refused"]),
    ],
)  # fmt: skip
def test_a_wrong_importer_is_found_out(function: Callable[..., Any], checks: list[str]) -> None:
    assert list(failed(ImporterTests, importer(function), write=write)) == checks


def test_without_write_the_other_checks_run() -> None:
    made = type("Made", (ImporterTests,), {"spec": importer(read)})
    states = {outcome.check: outcome.state for outcome in run(made)}
    assert states["round trip"] == "skipped"
    assert states["nothing to import is refused"] == "passed"
