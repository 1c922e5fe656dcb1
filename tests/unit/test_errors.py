"""Exit codes, and how work on many scenes ends."""

from pathlib import Path

import pytest

from artextract_cli import errors


def test_every_error_has_an_exit_code_of_its_own() -> None:
    kinds = (
        errors.ArtextractError,
        errors.UsageError,
        errors.InputError,
        errors.DependencyError,
        errors.DivergedError,
    )
    assert [kind.exit_code for kind in kinds] == [1, 2, 3, 4, 5]


def test_one_scene_that_failed_is_reported_by_its_own_sentence() -> None:
    with pytest.raises(errors.InputError, match=r"^a: damaged; the others are in out$") as caught:
        errors.raise_failures(["a: damaged"], 2, "built", Path("out"))
    assert type(caught.value) is errors.InputError


def test_several_scenes_that_failed_are_counted_and_kept() -> None:
    failures = ["a: damaged", "b: missing"]
    with pytest.raises(errors.FailedScenesError, match=r"^2 of 2 scenes could not be built$") as e:
        errors.raise_failures(failures, 2, "built", Path("out"))
    assert e.value.failures == tuple(failures)


def test_no_failure_is_no_error() -> None:
    errors.raise_failures([], 2, "built", Path("out"))
