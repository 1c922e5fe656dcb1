"""A plugin with its distribution, or the reason why it cannot be used."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from artextract_cli.errors import ArtextractError, DependencyError
from artextract_cli.plugin.contract import Spec
from artextract_cli.plugin.entry_points import requirements
from artextract_cli.utils.stdout import prints_to_stderr


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin and its distribution.

    Attributes
    ----------
    spec
        Kind, name, summary and options of the plugin.
    distribution
        Name of the package that contains it.
    version
        Version of that package.
    """

    spec: Spec
    distribution: str
    version: str

    @property
    def origin(self) -> dict[str, str]:
        """Provenance recorded in artefacts that the plugin produced."""
        return {
            "name": self.spec.name,
            "distribution": self.distribution,
            "version": self.version,
        }

    def load(self) -> Any:
        """Load the implementation.

        Raises
        ------
        DependencyError
            If it cannot be loaded.
        """
        with self.running("cannot be loaded"):
            try:
                return self.spec.load()
            except OSError as error:  # a missing library, not a file of the user
                raise ImportError(str(error)) from error

    @contextlib.contextmanager
    def running(self, failure: str = "failed") -> Iterator[None]:
        """Run code of the plugin in a ``with`` block; its prints go to stderr.

        Parameters
        ----------
        failure
            Verb phrase of the error message.

        Raises
        ------
        DependencyError
            For any exception of the plugin except `ArtextractError`, whose message is meant for the
            user, and system errors.
        """
        try:
            with prints_to_stderr():
                yield
        # These are not faults of the plugin: no memory, a full disk, or a sentence meant for the
        # user.
        except (ArtextractError, MemoryError, OSError):
            raise
        # A plugin that calls sys.exit must not end the command without a word.
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            msg = (
                f"{self.spec.kind} {self.spec.name!r} of {self.distribution} {self.version} "
                f"{failure} ({type(error).__name__}: {error}): {_advice(error, self.distribution)}"
            )
            raise DependencyError(msg) from error


@dataclass(frozen=True, kw_only=True)
class BrokenPlugin:
    """An entry point that could not be used, and why."""

    entry_point: str
    distribution: str
    version: str
    cause: str

    def __str__(self) -> str:
        return (
            f"plugin {self.entry_point!r} of {self.distribution} {self.version} "
            f"cannot be used: {self.cause}"
        )


def _advice(error: BaseException, distribution: str) -> str:
    if not isinstance(error, ImportError):
        return "report this to its authors"
    required = ", ".join(requirements(distribution))
    listed = f" ({required})" if required else ""
    return f"reinstall {distribution} and its requirements{listed}"


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether this is torch's out-of-memory error, without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.OutOfMemoryError)
