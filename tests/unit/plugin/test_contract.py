"""What plugins state, and the number of superpixels they are asked for."""

import dataclasses

import pytest

from artextract_cli.plugin.contract import API_VERSION, Scorer, option, superpixel_count


def test_a_spec_is_frozen_and_of_this_api() -> None:
    spec = Scorer(name="toy", summary="Toy.", load=lambda: None)
    assert (spec.kind, spec.api_version) == ("scorers", API_VERSION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.name = "other"  # type: ignore[misc]


def test_an_option_keeps_its_limits() -> None:
    @dataclasses.dataclass(frozen=True)
    class Options:
        size: int = option(3, "Side in pixels.", minimum=1, choices=("3", "5"))

    (field,) = dataclasses.fields(Options)
    assert field.default == 3
    assert field.metadata["minimum"] == 1
    assert field.metadata["maximum"] is None
    assert field.metadata["choices"] == ("3", "5")


@pytest.mark.parametrize(
    ("shape", "n_segments", "region_size", "expected"),
    [
        ((100, 50), None, 5, 200),
        ((100, 50), 7, 5, 7),
        ((3, 3), 100, 5, 9),
        ((3, 3), None, 50, 1),
        ((10_000, 10_000, 3), None, 5, 60_000),
    ],
)
def test_how_many_superpixels(
    shape: tuple[int, ...], n_segments: int | None, region_size: float, expected: int
) -> None:
    assert superpixel_count(shape, n_segments, region_size) == expected
