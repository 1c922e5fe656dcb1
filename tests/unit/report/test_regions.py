from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.report.regions import read_regions
from tests.helpers.results import sealed_again, write_result

NAMES = {"450": "450 nm", "850": "850 nm"}


def test_regions_as_large_as_a_superpixel_are_listed(tmp_path: Path) -> None:
    regions = read_regions(write_result(tmp_path), NAMES)
    first, second = regions.listed
    assert (first.number, first.width, first.height, first.area_px) == (1, 20, 10, 200)
    assert (first.place, first.telling_band) == ("upper right", "850 nm")
    assert (second.place, second.false_alarm_rate) == ("lower left", 0.00316)
    assert [region.sign for region in regions.listed] == [
        "darker than expected",
        "lighter than expected",
    ]
    assert regions.are_signed
    assert (regions.n_small, regions.least_area) == (1, 25)


def test_regions_of_a_model_that_knows_no_signs(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "regions.csv"
    path.write_text(path.read_text().replace("darker", "").replace("lighter", ""))
    regions = read_regions(sealed_again(result), NAMES)
    assert {region.sign for region in regions.listed} == {""}
    assert not regions.are_signed


def test_a_band_without_a_name_keeps_its_id(tmp_path: Path) -> None:
    assert read_regions(write_result(tmp_path), {}).listed[0].telling_band == "850"


def test_a_painting_without_regions(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "regions.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert read_regions(sealed_again(result), NAMES).listed == ()


def test_a_sign_that_is_none(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "regions.csv"
    path.write_text(path.read_text().replace("darker", "bluer"))
    with pytest.raises(InputError, match=r"regions\.csv is damaged: remove .* and run `art"):
        read_regions(sealed_again(result), NAMES)


@pytest.mark.parametrize("content", ["", "region,row\n1,2\n", None])
def test_damaged_tables(tmp_path: Path, content: str | None) -> None:
    result = write_result(tmp_path)
    path = result.path / "regions.csv"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
        result = sealed_again(result)
    with pytest.raises(InputError, match=r"regions\.csv"):
        read_regions(result, NAMES)


def test_a_number_that_is_none(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "regions.csv"
    path.write_text(path.read_text().replace("14.5", "<script>"))
    with pytest.raises(InputError, match=r"regions\.csv is damaged or has been changed"):
        read_regions(result, NAMES)
    with pytest.raises(InputError, match=r"regions\.csv is damaged: remove .* and run `art"):
        read_regions(sealed_again(result), NAMES)
