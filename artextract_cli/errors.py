"""The errors a user can meet, each with the exit code of the command line.

Raise one of these early, with one sentence that says what is wrong, where, and what to do.
Only the root of the command line turns them into exit codes.
"""

INTERRUPTED = 130
"""The exit code after Ctrl-C."""


class ArtextractError(Exception):
    """Base of every error that is reported in one line; by itself: the work failed (exit 1)."""

    exit_code = 1


class UsageError(ArtextractError):
    """A name, option or combination of options that does not exist (exit 2)."""

    exit_code = 2


class InputError(ArtextractError):
    """A file or folder that is missing, damaged or not what it should be (exit 3)."""

    exit_code = 3


class DependencyError(ArtextractError):
    """A package or plugin that is missing, broken or of the wrong version (exit 4)."""

    exit_code = 4


class DivergedError(ArtextractError):
    """Training produced a loss or weights that are not finite (exit 5)."""

    exit_code = 5
