"""Results as data frames, from scores that are known by construction."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.results.reader import tabulate_results
from tests.helpers.results import HIGH, LOW, NOT_PAINTED, SIZE, STRONG, sealed_again, write_result

pandas = pytest.importorskip("pandas")


def test_superpixels_have_their_places_and_means(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    labels = np.zeros(SIZE, np.int32)
    labels[STRONG] = 1
    labels[NOT_PAINTED] = 2
    tifffile.imwrite(result.path / "labels.tif", labels)
    table = sealed_again(result).to_dataframe()
    assert list(table["superpixel"]) == [0, 1, 2]
    assert list(table["area_px"]) == list(np.bincount(labels.ravel()))
    assert table.loc[1, ["row", "column"]].tolist() == [14.5, 59.5]
    assert table["score"].tolist() == pytest.approx([LOW, HIGH, np.nan], nan_ok=True)
    assert table.loc[:1, "band_450"].tolist() == [-4, -4]
    assert {"dark", "light", "hidden"} <= {*table.columns}


def test_regions_are_those_of_the_file(tmp_path: Path) -> None:
    table = write_result(tmp_path).to_dataframe("regions")
    assert list(table["region"]) == [1, 2, 3]
    assert list(table["sign"]) == ["darker", "lighter", "darker"]
    assert table["area_px"].dtype.kind == "i"
    assert table["max_score"].tolist() == [3.5, 2.7, 2.1]


def test_scenes_of_a_directory_have_one_row_each(tmp_path: Path) -> None:
    write_result(tmp_path, folder="one")
    write_result(tmp_path, folder="two", image_level=None, euclidean_distance=None)
    table = tabulate_results(tmp_path / "results")
    assert list(table["scene"]) == ["one", "two"]
    assert table.loc[0, "false_alarm_rate"] == 0.01
    assert pandas.isna(table.loc[1, "false_alarm_rate"])
    assert pandas.isna(table.loc[1, "euclidean_distance"])
