"""Thousands of damaged files: each is refused with one sentence, or holds what it held.

Every kind of file in `specimens` is cut, flipped, zeroed, and changed in its lengths. A reader may
refuse it with one of our errors; it crashes with any other, and with a signal. Where it reads the
file and finds something else, that is silent, and a failure where the file could have told.
"""

import itertools
import os
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from artextract_cli.errors import ArtextractError
from tests.torture.forked import forked
from tests.torture.specimens import Specimen, fingerprint, make_all

N_FILES = 5000
SECONDS, MEMORY = 60.0, 2**30
SAME, REFUSED, OTHER = 0, 10, 11
NAMES = {SAME: "same", REFUSED: "refused", OTHER: "unrevealed"}
Mutation = Callable[[np.random.Generator, bytearray], bytearray]


def torture(seconds: float, seed: int) -> dict[str, Any]:
    """Count what comes of damaged files."""
    os.environ["ARTEXTRACT_MAX_PIXELS"] = "1000000"
    deadline = time.monotonic() + seconds
    counts: Counter[str] = Counter(dict.fromkeys(("crashed", "hung", "silent"), 0))
    failures: list[str] = []
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        specimens = make_all(Path(folder))
        for specimen in itertools.cycle(specimens):
            if counts["files"] >= N_FILES or time.monotonic() > deadline:
                break
            for outcome, said in tried(specimen, rng):
                counts.update(["files", outcome])
                if outcome in ("crashed", "hung", "silent"):
                    failures.append(f"{specimen.kind} {outcome}: {said}")
    if counts["files"] < N_FILES:
        failures.append(f"{N_FILES} files were to be tried in {seconds:g} s")
    return {**counts, "kinds": len(specimens), "failures": failures}


def tried(specimen: Specimen, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """What came of some damaged files, and how each was damaged.

    One child reads them all; where it dies, another one goes on behind that file.
    """
    before = specimen.path.read_bytes()
    waiting = [mutated(rng, before) for _ in range(specimen.share)]
    with tempfile.TemporaryFile() as done:
        expected = _fingerprint_of(specimen)
        while waiting:
            done.seek(0)
            done.truncate()
            work = partial(_read_all, specimen, expected, waiting, done.fileno())
            ended = forked(work, seconds=SECONDS, memory=MEMORY)
            done.seek(0)
            codes = done.read()
            for code, (name, after) in zip(codes, waiting, strict=False):
                is_silent = code == OTHER and specimen.tells(before, after)
                yield "silent" if is_silent else NAMES[code], name
            waiting = waiting[len(codes) :]
            if waiting:
                name, _ = waiting.pop(0)
                yield "hung" if ended.hung else "crashed", f"{name}; {ended.text.strip()[-600:]}"
    specimen.path.write_bytes(before)


def _fingerprint_of(specimen: Specimen) -> str:
    return fingerprint(specimen.read(specimen.path))


def _read_all(
    specimen: Specimen, expected: str, damaged: Sequence[tuple[str, bytes]], done: int
) -> None:
    """Note for each what came of it; an error that is not ours ends this process."""
    for _, content in damaged:
        specimen.path.write_bytes(content)
        try:
            code = SAME if _fingerprint_of(specimen) == expected else OTHER
        except ArtextractError:
            code = REFUSED
        os.write(done, bytes([code]))


def mutated(rng: np.random.Generator, content: bytes) -> tuple[str, bytes]:
    """The content damaged in one way, which is never none, and the name of that way."""
    while True:
        mutation = MUTATIONS[int(rng.integers(len(MUTATIONS)))]
        after = bytes(mutation(rng, bytearray(content)))
        if after != content:
            return mutation.__name__.strip("_"), after


def _cut(rng: np.random.Generator, content: bytearray) -> bytearray:
    at = rng.integers(len(content)) if rng.random() < 0.5 else len(content) - rng.integers(1, 9)
    return content[: int(at)]


def _flipped(rng: np.random.Generator, content: bytearray) -> bytearray:
    for at in _places(rng, len(content), int(rng.integers(1, 9))):
        content[at] ^= 1 << int(rng.integers(8))
    return content


def _one_flipped(rng: np.random.Generator, content: bytearray) -> bytearray:
    (at,) = _places(rng, len(content), 1)
    content[at] ^= 1 << int(rng.integers(8))
    return content


def _zeroed(rng: np.random.Generator, content: bytearray) -> bytearray:
    start, end = _span(rng, content)
    content[start:end] = bytes(end - start)
    return content


def _noise(rng: np.random.Generator, content: bytearray) -> bytearray:
    start, end = _span(rng, content)
    content[start:end] = rng.bytes(end - start)
    return content


def _swapped(rng: np.random.Generator, content: bytearray) -> bytearray:
    size = int(rng.choice([1, 2, 4, 8, 12, 64]))
    a, b = (int(at) for at in rng.integers(max(1, len(content) - size), size=2))
    content[a : a + size], content[b : b + size] = content[b : b + size], content[a : a + size]
    return content


def _left_out(rng: np.random.Generator, content: bytearray) -> bytearray:
    start, end = _span(rng, content)
    del content[start:end]
    return content


def _repeated(rng: np.random.Generator, content: bytearray) -> bytearray:
    start, end = _span(rng, content)
    content[end:end] = content[start:end]
    return content


def _length(rng: np.random.Generator, content: bytearray) -> bytearray:
    """Change a number that may be a length or an offset, to one that is near, huge or negative."""
    kind = str(rng.choice(["<H", ">H", "<I", ">I", "<Q"]))
    size = struct.calcsize(kind)
    starts = np.arange(max(1, len(content) - size))[:100_000]
    found = [at for at in starts if 0 < struct.unpack_from(kind, content, at)[0] <= len(content)]
    if not found:
        return content
    at = int(rng.choice(found))
    (value,) = struct.unpack_from(kind, content, at)
    changed = [value + 1, value - 1, value * 2, 0, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)]
    struct.pack_into(kind, content, at, changed[int(rng.integers(len(changed)))] % 2 ** (8 * size))
    return content


def _places(rng: np.random.Generator, size: int, n: int) -> list[int]:
    """Places in a file, half of them among the first bytes, where headers are."""
    most = [min(size, 300) if rng.random() < 0.5 else size for _ in range(n)]
    return [int(rng.integers(end)) for end in most]


def _span(rng: np.random.Generator, content: bytearray) -> tuple[int, int]:
    (start,) = _places(rng, len(content), 1)
    return start, min(len(content), start + int(rng.choice([1, 2, 4, 8, 30, 200])))


MUTATIONS: tuple[Mutation, ...] = (
    *(_cut, _flipped, _one_flipped, _zeroed, _noise),
    *(_swapped, _left_out, _repeated, _length),
)
