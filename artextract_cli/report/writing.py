"""Writing a report from a results directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import artextract_cli
from artextract_cli.errors import InputError, UsageError, raise_failures
from artextract_cli.report.filing import Filing
from artextract_cli.report.findings import Findings, describe
from artextract_cli.report.history import History, read_history
from artextract_cli.report.layers import Layer, band_names
from artextract_cli.report.page import check_earlier_report, render
from artextract_cli.report.palettes import colour_bar, palette
from artextract_cli.report.plates.layout import N_FRAMED, Box, Frame, ScaleBar, frames, scale_bar
from artextract_cli.report.plates.writing import check_plates_folder, write_plates
from artextract_cli.report.provenance import (
    Input,
    ModelDescription,
    Rows,
    captured,
    describe_model,
    inputs,
    scoring,
)
from artextract_cli.report.regions import Regions, read_regions
from artextract_cli.report.scene_layers import read_layers
from artextract_cli.report.viewer.data import viewer_data
from artextract_cli.report.viewer.marks import MARKS_FORMAT, marks_of, marks_rows
from artextract_cli.report.wording import decimal, millimetres, percent
from artextract_cli.results.marks import Mark, Marks, warn_of_other_names
from artextract_cli.results.reader import open_complete, scene_folders
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.description import Statement, read_statement
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.events import progress
from artextract_cli.utils.parallel.work import outcomes_of


@dataclass(frozen=True, kw_only=True)
class SceneReport:
    """Everything the page shows of one scene."""

    name: str
    split: str
    notes: str
    height: int
    width: int
    pixels_per_mm: float | None
    findings: Findings
    regions: Regions
    marks: tuple[Mark, ...]
    photograph_sha256: str
    layers: tuple[Layer, ...]
    overlay_uri: str
    crop: Box
    """The painting, which plates are cropped to."""
    inputs: tuple[Input, ...]
    scoring: Rows
    captured: tuple[tuple[str, Rows], ...]
    history: History
    model: ModelDescription

    def in_millimetres(self, pixels: float) -> str:
        """A length in px as mm; empty if the scale is unknown."""
        return "" if self.pixels_per_mm is None else millimetres(pixels, self.pixels_per_mm)

    @property
    def false_alarm_rate(self) -> str:
        """Share of clean paintings that score at least as high; a dash without a verdict."""
        rate = self.findings.false_alarm_rate
        return "–" if rate is None else percent(rate)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Numbered frames of the first regions of the table."""
        return frames(self.regions.listed, self.crop)

    @property
    def scale_bar(self) -> ScaleBar | None:
        """The scale bar of plates; None if the scale is unknown."""
        return scale_bar(self.crop, self.pixels_per_mm)

    @property
    def shown_width(self) -> int:
        """Width of the photograph in the page."""
        return next(layer.encoded.width for layer in self.layers if layer.key == "photograph")

    @property
    def data(self) -> dict[str, Any]:
        """Data for the script of the page."""
        return {
            "name": self.name,
            "sha256": self.photograph_sha256,
            "width": self.width,
            "height": self.height,
            **viewer_data(
                crop=self.crop, layers=self.layers, regions=self.regions.listed, marks=self.marks
            ),
        }


def write_report(
    results: Path,
    out: Path,
    *,
    names: Sequence[str] = (),
    with_bands: bool = True,
    pixels_per_mm: float | None = None,
    filing: Filing | None = None,
    plates: Path | None = None,
    marks: Marks | None = None,
    jobs: int = 1,
) -> list[str]:
    """Write one HTML file about scenes of a results directory.

    A scene that cannot be reported is named in the file with the reason; the others are reported.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote.
    out
        HTML file to write.
    names
        Names of the scenes; all if empty.
    with_bands
        Whether images of the bands are shown.
    pixels_per_mm
        Scale of the RGB images; overrides ``dataset.yaml``.
    filing
        Statements that are shown on top, such as title and inventory number.
    plates
        Folder for the most important pictures as PNG files, cropped to the painting.
    marks
        Marks of a person to show, from `read_marks`.
    jobs
        Number of scenes drawn at a time, in processes of their own; see `build_dataset`.

    Returns
    -------
    list of str
        Names of the reported scenes.

    Raises
    ------
    InputError
        If a scene does not exist; after the file is written, if a result is damaged, or a source is
        missing or has changed. Nothing is written if no scene can be reported.
    UsageError
        If ``out`` is not an HTML file, is there but is not a report, or is in a dataset; or
        ``plates`` is in a dataset, or has other files with the names of plates.
    """
    check_html(out)
    check_earlier_report(out)
    check_plates_folder(plates)
    scenes: list[SceneResult] = []
    failures: dict[str, str] = {}
    for folder in scene_folders(results, names):
        # All scenes are opened before the first is drawn: an output that must not be written is
        # refused before the work.
        try:
            scenes.append(_open(folder, out))
        except InputError as error:
            failures[folder.name] = str(error)
    if marks is not None:
        warn_of_other_names(marks, [scene.name for scene in scenes])
    with progress("reporting", len(scenes)) as advance:
        draw = partial(
            _report,
            with_bands=with_bands,
            pixels_per_mm=pixels_per_mm,
            filing=filing,
            plates=plates,
            marks=marks,
        )
        outcomes = outcomes_of(draw, scenes, jobs, advance)
    reports = [outcome.result for outcome in outcomes if outcome.result is not None]
    failures |= {outcome.name: outcome.failure for outcome in outcomes if outcome.failure}
    if reports:
        values = _template_values(reports, with_bands=with_bands)
        page = render(values | {"left_out": failures, "filing": filing or Filing()})
        with atomic_path(out) as temporary:
            # A file name that is not valid text contains surrogates, which UTF-8 cannot encode.
            temporary.write_bytes(page.encode("utf-8", errors="replace"))
    # After the file is written, so that the scenes that could be reported are not lost.
    sentences = [f"{name}: {reason}" for name, reason in failures.items()]
    raise_failures(sentences, len(reports) + len(failures), "reported", out)
    return [report.name for report in reports]


def check_html(out: Path) -> None:
    """Check that the name of a report ends in .html.

    Raises
    ------
    UsageError
        If it does not.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        msg = f"{out} is not an HTML file: use a name such as report.html"
        raise UsageError(msg)


def _open(folder: Path, out: Path) -> SceneResult:
    """Open the results of a scene, and check that ``out`` is not an input."""
    result = open_complete(folder)
    result.output_plan(out).check()
    return result


def _report(
    result: SceneResult,
    *,
    with_bands: bool,
    pixels_per_mm: float | None,
    filing: Filing | None,
    plates: Path | None,
    marks: Marks | None,
) -> SceneReport:
    """Everything the page shows of a scene; its plates are written too, if there is a folder."""
    described = result.description
    names = dict(zip((band["id"] for band in described["bands"]), band_names(result), strict=True))
    dataset = _dataset_statement(result)
    scale = dataset.pixels_per_mm if pixels_per_mm is None else pixels_per_mm
    regions = read_regions(result, names)
    shown = marks_of(result, marks)
    images = read_layers(result, with_bands=with_bands)
    if plates is not None:
        write_plates(
            result,
            plates,
            regions,
            with_bands=with_bands,
            pixels_per_mm=scale,
            filing=filing,
        )
    return SceneReport(
        name=result.name,
        split=described["split"],
        notes=dataset.notes,
        height=described["shape"][0],
        width=described["shape"][1],
        pixels_per_mm=scale,
        findings=describe(result, regions, scale),
        regions=regions,
        marks=shown,
        photograph_sha256=described["photograph"]["sha256"],
        layers=images.layers,
        overlay_uri=images.overlay.uri,
        crop=images.crop,
        inputs=inputs(result, with_bands=with_bands),
        scoring=(*scoring(result), *marks_rows(result, shown, marks)),
        captured=captured(result),
        history=read_history(result),
        model=describe_model(result),
    )


def _dataset_statement(result: SceneResult) -> Statement:
    """Contents of ``dataset.yaml``; empty for a single pair without a dataset."""
    root = result.dataset_root
    return Statement() if root is None else read_statement(root)


def _template_values(scenes: Sequence[SceneReport], *, with_bands: bool) -> dict[str, Any]:
    """Variables of the template."""
    scales = sorted({layer.scale for scene in scenes for layer in scene.layers if layer.scale})
    return {
        "scenes": scenes,
        "with_bands": with_bands,
        "palettes": {name: palette(name) for name in scales},
        "bars": {name: colour_bar(name) for name in scales},
        "version": artextract_cli.__version__,
        "n_framed": N_FRAMED,
        "marks_format": MARKS_FORMAT,
        "created": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "percent": percent,
        "decimal": decimal,
    }
