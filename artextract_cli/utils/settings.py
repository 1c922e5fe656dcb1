"""Help, limits and group of the fields of settings.

A field is declared once, for both the library and the command line::

    epochs: Annotated[int, Setting(help="Passes over the training scenes.", minimum=1)] = 50
"""

import dataclasses
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from artextract_cli.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Description of a field of settings, in its ``Annotated`` type."""

    help: str
    minimum: float | None = None  # inclusive, as is the maximum
    maximum: float | None = None
    above: float | None = None  # an exclusive minimum
    group: str | None = None  # the heading under which help lists it
    metavar: str | None = None  # what help shows for its value, such as NM=FILE
    option: str | None = None  # name of its option, if not that of the field
    depends: bool = False  # its default depends on other settings, so help shows none

    @property
    def limits(self) -> str:
        """The limits in words; empty if there are none."""
        if self.above is not None:
            return f"above {self.above:g}"
        if self.minimum is None:
            return ""
        end = "or more" if self.maximum is None else f"to {self.maximum}"
        return f"{self.minimum} {end}"

    def allows(self, number: float) -> bool:
        """Whether a number is finite and within the limits."""
        return (
            math.isfinite(number)
            and (self.above is None or number > self.above)
            and (self.minimum is None or number >= self.minimum)
            and (self.maximum is None or number <= self.maximum)
        )


# Up to 2**31 - 1: a signed integer of 32 bits is accepted by every generator in use.
Seed = Annotated[int, Setting(help="Seed of all random numbers.", minimum=0, maximum=2**31 - 1)]


def described_fields(settings: type) -> Mapping[str, tuple[Any, Setting]]:
    """Type and description of every field of a dataclass that has a :class:`Setting`."""
    # With ``include_extras``, since otherwise the annotations, and the settings in them, are
    # dropped.
    hints = typing.get_type_hints(settings, include_extras=True)
    described = {}
    for field in dataclasses.fields(settings):
        hint, *annotations = typing.get_args(hints[field.name]) or (None,)
        for annotation in annotations:
            if isinstance(annotation, Setting):
                described[field.name] = (hint, annotation)
    return described


def check_values(settings: Any) -> None:
    """Check the values of settings against the choices and limits of their fields.

    Raises
    ------
    UsageError
        For the first value that is not one of the choices, or outside the limits.
    """
    for name, (hint, setting) in described_fields(type(settings)).items():
        value = getattr(settings, name)
        if typing.get_origin(hint) is Literal and value not in typing.get_args(hint):
            choices = ", ".join(typing.get_args(hint))
            msg = f"unknown {name} {value!r}; choose from: {choices}"
            raise UsageError(msg)
        if setting.limits and value is not None and not setting.allows(value):
            msg = f"{name} must be a number {setting.limits}, not {value}"
            raise UsageError(msg)
