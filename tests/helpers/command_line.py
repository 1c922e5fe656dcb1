"""How a command ended."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str
