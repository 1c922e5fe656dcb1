"""The errors that users can meet, each with its exit code on the command line.

Raise one of these early, with one sentence that says what is wrong, where, and what to do. Only the
root of the command line turns them into exit codes.
"""

from collections.abc import Sequence
from pathlib import Path

# 128 + SIGINT (2), as shells report it.
INTERRUPTED = 130
"""The exit code after Ctrl-C."""


class ArtextractError(Exception):
    """Base of all errors that are reported in one line; raised itself if work failed (exit 1)."""

    exit_code = 1


class UsageError(ArtextractError):
    """A name, option or combination of options that does not exist (exit 2)."""

    # The code that Click uses for its own usage errors.
    exit_code = 2


class InputError(ArtextractError):
    """A file or folder that is missing, damaged or invalid (exit 3)."""

    # From here on codes of our own, so that a script can distinguish the causes.
    exit_code = 3


class FailedScenesError(InputError):
    """Several scenes could not be processed, or seeds not be trained; the others were.

    Attributes
    ----------
    failures
        One sentence per scene or seed.
    """

    def __init__(self, message: str, failures: Sequence[str]) -> None:
        super().__init__(message)
        self.failures = tuple(failures)


class DependencyError(ArtextractError):
    """A package or plugin that is missing, broken or has the wrong version (exit 4)."""

    exit_code = 4


class DivergedError(ArtextractError):
    """Training produced a non-finite loss or non-finite weights (exit 5)."""

    exit_code = 5


def raise_failures(failures: Sequence[str], n_scenes: int, done: str, where: Path) -> None:
    """Raise the error of those scenes that failed, if any did.

    Parameters
    ----------
    failures
        A sentence for each scene that failed.
    n_scenes
        Total number of scenes.
    done
        What should have been done, as a participle: "built".
    where
        Folder with the output of the other scenes.

    Raises
    ------
    InputError
        If one scene failed, with its sentence.
    FailedScenesError
        If several failed.
    """
    if not failures:
        return
    rest = f"; the others are in {where}" if len(failures) < n_scenes else ""
    if len(failures) == 1:
        msg = f"{failures[0]}{rest}"
        raise InputError(msg)
    msg = f"{len(failures)} of {n_scenes} scenes could not be {done}{rest}"
    raise FailedScenesError(msg, failures)
