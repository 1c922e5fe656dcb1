"""Arrays in files, and functions that take them to other processes."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed.protocol import deserialize_bytes, serialize_bytes

from artextract_cli.utils.parallel.shared_arrays import (
    Sharing,
    array_in_file,
    release_pages,
    store,
)

EVERY: tuple[Sharing, ...] = ("process", "machine", "network")
SHARED = EVERY[1:]
VALUES = np.random.default_rng(0).random((5, 7, 3), np.float32)


def filled(folder: Path, sharing: Sharing) -> np.ndarray:
    array = array_in_file(folder, VALUES.shape, np.float32, sharing)
    store(array, ..., VALUES)
    return array


@pytest.mark.parametrize("sharing", EVERY)
@pytest.mark.parametrize(
    "place",
    [
        (slice(1, 4), slice(2, 6)),
        (slice(1, 4), slice(2, 6), 1),
        (slice(2, 3),),
        (slice(None), slice(3, 4)),
        (),
        ...,
        (3, 4),
    ],
)
def test_what_is_stored_is_read(tmp_path: Path, sharing: Sharing, place: Any) -> None:
    array, expected = filled(tmp_path, sharing), VALUES.copy()
    expected[place] = -VALUES[place]
    store(array, place, -VALUES[place])
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("sharing", EVERY)
def test_channels_that_lie_one_after_another(tmp_path: Path, sharing: Sharing) -> None:
    array = np.moveaxis(array_in_file(tmp_path, (3, 5, 7), np.float32, sharing), 0, -1)
    for channel in range(3):
        for rows in (slice(0, 2), slice(2, 5)):
            store(array, (rows, slice(None), channel), VALUES[rows, :, channel])
    np.testing.assert_array_equal(array, VALUES)


@pytest.mark.parametrize("sharing", EVERY)
def test_no_file_is_left(tmp_path: Path, sharing: Sharing) -> None:
    array = filled(tmp_path, sharing)
    assert len(list(tmp_path.iterdir())) == (sharing != "process")
    view = array[1:]
    del array
    assert len(list(tmp_path.iterdir())) == (sharing != "process")
    release_pages(view)
    np.testing.assert_array_equal(view, VALUES[1:])
    del view
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sharing", SHARED)
def test_a_function_takes_arrays_by_the_names_of_their_files(
    tmp_path: Path, sharing: Sharing
) -> None:
    array = array_in_file(tmp_path, (1000, 1000), np.float64, sharing)
    part = np.moveaxis(array[10:20, 30:60], 0, 1)

    def negate(row: int) -> np.ndarray:
        store(part, row, -part[row] - row)
        return np.array(part[row])

    content = serialize_bytes(negate)
    assert len(content) < 3000
    there = deserialize_bytes(content)
    np.testing.assert_array_equal(there(7), np.full(10, -7))
    # Both processes see it.
    np.testing.assert_array_equal(array[10:20, 37], np.full(10, -7))
    assert array.sum() == -70


def test_what_is_assigned_between_machines_is_not_stored(tmp_path: Path) -> None:
    array = filled(tmp_path, "network")

    def assign() -> None:
        array[:] = 0

    there: Callable[[], None] = deserialize_bytes(serialize_bytes(assign))
    there()
    np.testing.assert_array_equal(array, VALUES)


@pytest.mark.parametrize("sharing", EVERY)
def test_copies_and_arrays_in_memory_are_sent_themselves(tmp_path: Path, sharing: Sharing) -> None:
    arrays = [filled(tmp_path, sharing) + 1, VALUES + 1, filled(tmp_path, sharing).copy() + 1]
    there = deserialize_bytes(serialize_bytes(lambda: arrays))
    for array in there():
        np.testing.assert_array_equal(array, VALUES + 1)
