from pathlib import Path

from artextract_cli.report.history import read_history
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import INFERENCE, write_result

IMPORT = {
    "name": "import",
    "source": "/camera/lady",
    "parameters": {
        "importer": {"name": "bands", "distribution": "artextract", "version": "0.1.0"},
        "options": {"wavelengths": "450,650"},
        "coding": {},
        "auto_mask": False,
    },
    "figures": {
        "width_px": 80,
        "height_px": 60,
        "bands": 2,
        "has_mask": False,
        "files_sha256": {"photo.png": "a" * 64},
    },
    "artextract": "0.1.0",
}


def step(name: str, parameters: dict[str, object], figures: dict[str, object]) -> dict[str, object]:
    about = {"source": "/data", "artextract": "0.1.0"}
    return {"name": name, "parameters": parameters, "figures": figures, **about}


def steps_of(root: Path, *steps: object) -> list[tuple[str, dict[str, str]]]:
    result: SceneResult = write_result(root, history=[*steps, INFERENCE])
    history = read_history(result)
    return [
        (each.title, {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in each.rows})
        for each in history.steps
    ]


def test_one_band(tmp_path: Path) -> None:
    ((_, rows), *_) = steps_of(tmp_path, IMPORT | {"figures": IMPORT["figures"] | {"bands": 1}})
    assert rows["Size"] == "80 × 60 px, 1 band"


def test_from_the_camera_to_the_result(tmp_path: Path) -> None:
    registration = step(
        "register",
        {"model": "affine", "max_residual_px": 1.0},
        {
            "residual_px": {"450": 0.2, "850": 0.314},
            "width_px": 78,
            "height_px": 59,
            "top_px": 1,
            "left_px": 2,
        },
    )
    mask = step("mask", {}, {"mask": "found", "painting_share": 0.634})
    steps = steps_of(tmp_path, IMPORT, registration, mask)
    assert [title for title, _ in steps] == ["Import", "Registration", "Object mask", "Inference"]
    assert steps[0][1] == {
        "Read from": "/camera/lady",
        "Importer": "bands (artextract 0.1.0)",
        "Options": "wavelengths: 450,650",
        "Size": "80 × 60 px, 2 bands",
        "Version": "artextract 0.1.0",
    }
    assert steps[1][1]["Largest residual"] == "0.31 px (band 850); accepted up to 1 px"
    assert steps[1][1]["Residual by band"] == "450: 0.20 px, 850: 0.31 px"
    assert steps[1][1]["Common area"] == "78 × 59 px, from column 2, row 1 of the photograph"
    assert steps[2][1]["Painting"] == "63 % of the image"
    assert steps[3][1]["Scales"] == "full size, 1 : 2"
    assert steps[3][1]["Memory"] == "as a whole"


def test_either_calibration(tmp_path: Path) -> None:
    light = {"weakest_light": 0.5, "dark_share": 0.0, "disagreement": 0.08}
    blind = step("calibrate", {"method": "blind"}, {"images": {"photograph": light, "850": light}})
    frames = step(
        "calibrate",
        {
            "method": "white and dark frames",
            "white": "/white",
            "dark": "/dark",
            "white_reflectance": 0.99,
            "exposure_ratio": 1.0,
        },
        {
            "images": {
                "850": {"median_reflectance": 0.3, "saturated_share": 0.001, "dead_share": 0.0}
            }
        },
    )
    _, (_, of_blind), (_, of_frames), _ = steps_of(tmp_path, IMPORT, blind, frames)
    assert of_blind["Photograph"].startswith("weakest light 50 % of the strongest; estimates")
    assert of_blind["Band 850"].endswith("0 % broad dark areas")
    assert of_frames["White frames"] == "/white"
    assert of_frames["Band 850"] == "median reflectance 30 %; 0.10 % saturated, 0 % dead"


def test_an_unknown_beginning_is_said(tmp_path: Path) -> None:
    assert "not recorded" in read_history(write_result(tmp_path / "a")).notice
    known = write_result(tmp_path / "b", history=[IMPORT, INFERENCE])
    assert read_history(known).notice == ""
    assert read_history(known).steps[0].files == (("photo.png", "a" * 64),)
    simulated = step("simulate", {"palette": "mixed", "seed": 5}, {})
    assert steps_of(tmp_path / "c", simulated)[0][1]["Seed"] == "5"


def test_scores_of_blocks_and_of_no_network(tmp_path: Path) -> None:
    parameters = INFERENCE["parameters"] | {"block_side_px": 1024, "engine": None}
    result = write_result(tmp_path, history=[INFERENCE | {"parameters": parameters}])
    rows = dict(read_history(result).steps[0].rows)
    assert "in blocks of 1024" in rows["Memory"]
    assert rows["Engine, device"] == "cpu"


def test_a_colour_correction(tmp_path: Path) -> None:
    figures = {
        "matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "mean_difference": [12.474, 2.498],
        "largest_difference": [19.319, 5.77],
        "left_out_difference": 2.825,
        "clipped_share": 0.001,
    }
    parameters = {"method": "ColorChecker", "grey_px": None, "measured_in": "b"}
    ((title, rows), *_) = steps_of(tmp_path, step("colour", parameters, figures))
    assert title == "Colour correction"
    assert rows["Mean ΔE00"] == "12.47 before, 2.50 after"
    assert rows["Mean ΔE00 of patches left out"] == "2.83"
    assert "Grey patch" not in rows
    by_grey = parameters | {"grey_px": [40, 60, 30, 20]}
    (tmp_path / "grey").mkdir()
    figures = figures | {"left_out_difference": None}
    ((_, rows), *_) = steps_of(tmp_path / "grey", step("colour", by_grey, figures))
    assert rows["Grey patch"] == "x 40, y 60, 30 × 20 px"
    assert "Mean ΔE00 of patches left out" not in rows
