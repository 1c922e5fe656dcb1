"""What the script of the page is given."""

from pathlib import Path

from artextract_cli.report.regions import read_regions
from artextract_cli.report.scene_layers import read_layers
from artextract_cli.report.viewer.data import viewer_data
from artextract_cli.results.marks import Mark
from tests.helpers.marks import DAY, mark
from tests.helpers.results import write_result


def data_of(root: Path, **changes: object) -> dict[str, object]:
    result = write_result(root, **changes)
    images = read_layers(result, with_bands=False)
    regions = read_regions(result, {}).listed
    marks = [Mark.model_validate(mark("pigment", 1, 2, 3, 4) | {"box": (1, 2, 3, 4)})]
    return viewer_data(crop=images.crop, layers=images.layers, regions=regions, marks=marks)


def test_the_script_knows_layers_regions_and_marks(tmp_path: Path) -> None:
    data = data_of(tmp_path)
    assert data["crop"] == [0, 0, 80, 59]
    assert {"key": "heatmap", "label": "Heat map, all bands", "group": "Heat maps"}.items() <= next(
        layer for layer in data["layers"] if layer["key"] == "heatmap"
    ).items()
    assert data["regions"][0]["box"] == [50, 10, 70, 20]
    assert data["marks"] == [
        {"kind": "pigment", "box": [1, 2, 3, 4], "note": "", "author": "", "date": DAY}
    ]
    assert [sign["key"] for sign in data["signs"]] == ["dark", "light"]


def test_a_model_without_signs_has_none(tmp_path: Path) -> None:
    assert data_of(tmp_path, learns_from="views")["signs"] == []
