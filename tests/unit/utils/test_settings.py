from dataclasses import dataclass
from typing import Annotated, Literal

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.utils.settings import Setting, check_values, described_fields


@dataclass(frozen=True, kw_only=True)
class Example:
    kind: Annotated[Literal["oil", "fresco"], Setting(help="Kind.")] = "oil"
    layers: Annotated[int, Setting(help="Layers.", minimum=1)] = 2
    share: Annotated[float, Setting(help="Share.", minimum=0, maximum=1)] = 0.5
    rate: Annotated[float | None, Setting(help="Rate.", above=0)] = None
    note: str = ""


def test_only_described_fields_are_found() -> None:
    found = described_fields(Example)
    assert list(found) == ["kind", "layers", "share", "rate"]
    assert found["layers"] == (int, Setting(help="Layers.", minimum=1))


def test_values_within_their_limits() -> None:
    check_values(Example())
    check_values(Example(kind="fresco", layers=1, share=1, rate=1e-9))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"kind": "gouache"}, "unknown kind 'gouache'; choose from: oil, fresco"),
        ({"layers": 0}, "layers must be a number 1 or more, not 0"),
        ({"share": 1.5}, r"share must be a number 0 to 1, not 1\.5"),
        ({"share": float("nan")}, "share must be a number 0 to 1, not nan"),
        ({"rate": 0.0}, r"rate must be a number above 0, not 0\.0"),
        ({"rate": float("inf")}, "rate must be a number above 0, not inf"),
    ],
)
def test_values_outside_their_limits(value: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_values(Example(**value))  # type: ignore[arg-type]
