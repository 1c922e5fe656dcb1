"""Options of `artextract data`: limits and choices of their fields."""

from typing import get_args

import pytest

from artextract_cli.cli.commands.data import CLEAN_SPLITS
from artextract_cli.cli.data_options import Importing, Lighting, Paintings, PaletteName
from artextract_cli.errors import UsageError
from artextract_cli.imaging.coding import Coding
from artextract_cli.simulate import palette_named
from artextract_cli.utils.settings import check_values, described_fields


def test_every_field_has_help() -> None:
    for group in (Paintings, Importing, Lighting):
        described = described_fields(group)
        assert set(described) == {*group.__dataclass_fields__}
        assert all(setting.help.endswith(".") for _, setting in described.values())


def test_every_palette_and_clean_split_exists() -> None:
    for name in get_args(PaletteName):
        assert palette_named(name)
    hint, _ = described_fields(Paintings)["clean"]
    assert set(get_args(hint)) == set(CLEAN_SPLITS)


@pytest.mark.parametrize(
    ("field", "value"),
    [("white_reflectance", 1.5), ("exposure_ratio", 0.0), ("exposure_ratio", 2e3)],
)
def test_values_outside_the_limits_are_refused(field: str, value: float) -> None:
    check_values(Lighting(coding=Coding()))
    with pytest.raises(UsageError, match=f"{field} must be a number"):
        check_values(Lighting(coding=Coding(), **{field: value}))
