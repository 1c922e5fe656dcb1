"""The processing history of a scene, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artextract_cli.report.wording import percent, unbroken
from artextract_cli.results.scene_result import SceneResult

Rows = tuple[tuple[str, str], ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StepDescription:
    """One step of the history."""

    title: str
    rows: Rows
    files: Rows
    """Files that were read, and their SHA-256."""


@dataclass(frozen=True, kw_only=True)
class History:
    """The steps of a scene, and what is not known of them."""

    steps: tuple[StepDescription, ...]
    notice: str
    """Why earlier steps are missing; empty if the history is complete."""


def read_history(result: SceneResult) -> History:
    """The steps from the files of the camera to the result."""
    steps = result.description["history"]
    is_complete = steps[0]["name"] in ("import", "simulate")
    return History(
        steps=tuple(map(_step, steps)),
        notice=""
        if is_complete
        else "What was done before the first step is not recorded: the images were not imported "
        "by artextract.",
    )


def _step(step: Values) -> StepDescription:
    title, describe = _STEPS.get(step["name"], (step["name"], _plain))
    rows = (("Read from", step["source"] or ""), *describe(step["parameters"], step["figures"]))
    return StepDescription(
        title=title,
        rows=tuple(
            (name, unbroken(value))
            for name, value in (*rows, ("Version", f"artextract {step['artextract']}"))
            if value
        ),
        files=tuple(step["figures"].get("files_sha256", {}).items()),
    )


def _simulation(parameters: Values, figures: Values) -> Rows:
    return (("Palette", parameters["palette"]), ("Seed", str(parameters["seed"])))


def _import(parameters: Values, figures: Values) -> Rows:
    importer = parameters["importer"]
    bands = f"{figures['bands']} band{'s' * (figures['bands'] != 1)}"
    return (
        ("Importer", f"{importer['name']} ({importer['distribution']} {importer['version']})"),
        ("Options", _listed(parameters["options"])),
        ("Stated coding", _listed(parameters["coding"])),
        ("Converted by colour profile", _listed(parameters.get("profiles", {}))),
        ("Size", f"{figures['width_px']} × {figures['height_px']} px, {bands}"),
        ("Object mask", _imported_mask(parameters, figures)),
    )


def _imported_mask(parameters: Values, figures: Values) -> str:
    if not figures["has_mask"]:
        return ""
    return "read or found in the images" if parameters["auto_mask"] else "read with the images"


def _calibration(parameters: Values, figures: Values) -> Rows:
    if parameters["method"] == "blind":
        return (
            ("Method", "without frames: illumination estimated from the images"),
            *((name, _light(image)) for name, image in _images(figures)),
        )
    return (
        ("Method", parameters["method"]),
        ("White frames", parameters["white"]),
        ("Dark frames", parameters["dark"]),
        ("White reflectance", f"{parameters['white_reflectance']:g}"),
        ("Exposure ratio", f"{parameters['exposure_ratio']:g}"),
        *((name, _reflectance(image)) for name, image in _images(figures)),
    )


def _images(figures: Values) -> list[tuple[str, Values]]:
    """Names of the images for readers, and their figures."""
    return [
        (name.capitalize() if name == "photograph" else f"Band {name}", image)
        for name, image in figures["images"].items()
    ]


def _light(image: Values) -> str:
    return (
        f"weakest light {percent(image['weakest_light'])} of the strongest; estimates from parts "
        f"differ by {percent(image['disagreement'])}; {percent(image['dark_share'])} broad dark "
        "areas"
    )


def _reflectance(image: Values) -> str:
    return (
        f"median reflectance {percent(image['median_reflectance'])}; "
        f"{percent(image['saturated_share'])} saturated, {percent(image['dead_share'])} dead"
    )


def _registration(parameters: Values, figures: Values) -> Rows:
    residuals = figures["residual_px"]
    worst = max(residuals, key=residuals.__getitem__)
    left, top = figures["left_px"], figures["top_px"]
    size = f"{figures['width_px']} × {figures['height_px']} px"
    return (
        ("Transformation", parameters["model"]),
        (
            "Largest residual",
            f"{residuals[worst]:.2f} px (band {worst}); accepted up to "
            f"{parameters['max_residual_px']:g} px",
        ),
        ("Residual by band", ", ".join(f"{name}: {r:.2f} px" for name, r in residuals.items())),
        ("Common area", f"{size}, from column {left}, row {top} of the photograph"),
    )


def _mask(parameters: Values, figures: Values) -> Rows:
    words = {
        "given": "given with the dataset",
        "found": "found in the images",
        "none": "none: no backdrop was found",
    }
    share = f"{percent(figures['painting_share'])} of the image"
    return (("Object mask", words[figures["mask"]]), ("Painting", share))


def _colour(parameters: Values, figures: Values) -> Rows:
    mean, largest = figures["mean_difference"], figures["largest_difference"]
    left_out = figures["left_out_difference"]
    place = parameters["grey_px"]
    return (
        ("Method", parameters["method"]),
        ("Measured in scene", parameters["measured_in"]),
        ("Grey patch", "" if place is None else "x {}, y {}, {} × {} px".format(*place)),
        ("Mean ΔE00", f"{mean[0]:.2f} before, {mean[1]:.2f} after"),
        ("Largest ΔE00", f"{largest[0]:.2f} before, {largest[1]:.2f} after"),
        ("Mean ΔE00 of patches left out", "" if left_out is None else f"{left_out:.2f}"),
        ("Clipped", percent(figures["clipped_share"])),
    )


def _inference(parameters: Values, figures: Values) -> Rows:
    side = parameters["block_side_px"]
    computed = " on ".join(filter(None, (parameters["engine"], parameters["device"])))
    return (
        ("Model", parameters["model"]),
        ("Score of the heat map", f"{parameters['heat_map_score']}, {parameters['expect']} sign"),
        ("Scales", _scales(parameters["scales"])),
        ("Engine, device", computed),
        ("Memory", "as a whole" if side is None else f"in blocks of {side} × {side} px"),
        ("Superpixels", str(figures["superpixels"])),
    )


def _scales(scales: Sequence[int]) -> str:
    return ", ".join("full size" if scale == 1 else f"1 : {scale}" for scale in scales)


def _plain(parameters: Values, figures: Values) -> Rows:
    return tuple((name, str(value)) for name, value in {**parameters, **figures}.items())


def _listed(values: Values) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())


_STEPS: Mapping[str, tuple[str, Callable[[Values, Values], Rows]]] = {
    "simulate": ("Simulation", _simulation),
    "import": ("Import", _import),
    "calibrate": ("Calibration", _calibration),
    "register": ("Registration", _registration),
    "mask": ("Object mask", _mask),
    "colour": ("Colour correction", _colour),
    "infer": ("Inference", _inference),
}
