"""One plugin: who brought it, what it offers, and why it cannot be used."""

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
    """A plugin, together with who brought it.

    Attributes
    ----------
    spec
        What the plugin offers: its kind, name, summary and options.
    distribution
        Name of the package that it comes with.
    version
        Version of that package.
    """

    spec: Spec
    distribution: str
    version: str

    @property
    def origin(self) -> dict[str, str]:
        """What artefacts record about the plugin that made them."""
        return {
            "name": self.spec.name,
            "distribution": self.distribution,
            "version": self.version,
        }

    def load(self) -> Any:
        """What the spec loads.

        Raises
        ------
        DependencyError
            If it cannot be loaded.
        """
        with self.running("cannot be loaded"):
            try:
                return self.spec.load()
            except OSError as error:  # of a library that is missing, not of a file of the user's
                raise ImportError(str(error)) from error

    @contextlib.contextmanager
    def running(self, fails: str = "failed") -> Iterator[None]:
        """Run code of the plugin: what it prints goes to stderr, not among results.

        Parameters
        ----------
        fails
            What to say of it if it fails.

        Raises
        ------
        DependencyError
            For whatever it raises but errors of ours, which are its own words to the user, and what
            the system refuses.
        """
        try:
            with prints_to_stderr():
                yield
        except (ArtextractError, MemoryError, OSError):
            raise
        except (Exception, SystemExit) as error:
            if _is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            msg = (
                f"{self.spec.kind} {self.spec.name!r} of {self.distribution} {self.version} "
                f"{fails} ({type(error).__name__}: {error}): {_advice(error, self.distribution)}"
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
            f"is left out: {self.cause}"
        )


def _advice(error: BaseException, distribution: str) -> str:
    if not isinstance(error, ImportError):
        return "report it to its authors"
    required = ", ".join(requirements(distribution))
    told = f" ({required})" if required else ""
    return f"install {distribution} and what it needs{told} anew"


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether this is how torch says that memory is short; torch need not be imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(error, torch.OutOfMemoryError)
