"""From the folder of a camera to the report about one painting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.examination.record import Step, check_free, files_folder, recorded
from artextract_cli.examination.steps import Job, import_painting, take_steps
from artextract_cli.imaging.coding import Coding
from artextract_cli.pipelines.scoring import open_scorer
from artextract_cli.report.filing import Filing
from artextract_cli.report.plates.writing import check_plates_folder
from artextract_cli.report.writing import check_html
from artextract_cli.results.summary import SceneSummary
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.output_plan import OutputPlan, check_outside


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What an examination did and found.

    Attributes
    ----------
    report
        The report, an HTML file; not written by a dry run.
    folder
        The folder of its files: datasets of the steps, results, ``examination.json``.
    steps
        The steps in their order.
    scene
        The scores of the painting; None after a dry run.
    filing
        What was stated about the examination.
    """

    report: Path
    folder: Path
    steps: tuple[Step, ...]
    scene: SceneSummary | None
    filing: Filing


def examine(
    source: Path,
    out: Path,
    *,
    importer: str | None = None,
    options: Mapping[str, Any] | None = None,
    coding: Coding | None = None,
    model: Path = Path("gat"),
    device: str = "auto",
    max_memory: int | None = None,
    pixels_per_mm: float | None = None,
    filing: Filing | None = None,
    plates: Path | None = None,
    dry_run: bool = False,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Examination:
    """Examine one painting: import, check, register if necessary, mask, infer, and report.

    The files of the steps are kept in a folder beside the report, ``report_files`` for
    ``report.html``. An examination that stopped can be repeated, and what it left is kept in a
    folder ``stopped``; a complete one is never replaced.

    Parameters
    ----------
    source
        Folder with the photograph and the bands of one painting, a cube, or a dataset with one
        scene; never written to.
    out
        HTML file to write.
    importer
        Importer plugin; by default the one that recognises ``source``.
    options
        Options of the importer by name, such as ``{"wavelengths": "650,950"}``.
    coding
        How pixel values relate to light.
    model
        As for `open_scorer`.
    device
        "auto", "cpu", "cuda", or one of several GPUs, such as "cuda:1".
    max_memory
        Bytes; a larger scene is processed in blocks. No limit if None.
    pixels_per_mm
        Scale of the photograph.
    filing
        Statements that are shown on top of the report, such as title and inventory number.
    plates
        Folder for the most important pictures as PNG files, cropped to the painting.
    dry_run
        Whether to read and check the source without writing anything, nor scoring it.
    on_step
        Called after each step.

    Returns
    -------
    Examination
        The steps, and the scores of the painting.

    Raises
    ------
    InputError
        If a person has to decide: the source is not recognised, contains several paintings, or
        bands of unknown wavelength, or cannot be read or registered.
    UsageError
        If ``out`` is not an HTML file, lies in the source, or was written by an earlier
        examination; or an option is unknown.
    ArtextractError
        If something cannot be written.
    DependencyError
        If a plugin fails, or a package is missing.
    """
    _check_paths(source, out, plates)
    if not dry_run:
        check_free(out)
    job = Job(
        source=source,
        report=out,
        importer=importer,
        options=options or {},
        coding=coding or Coding(),
        model=model,
        scorer=open_scorer(model, device=device),
        max_memory=max_memory,
        pixels_per_mm=pixels_per_mm,
        filing=filing or Filing(),
        plates=plates,
        on_step=on_step,
    )
    scene = None
    if dry_run:
        import_painting(job, dry_run=True)
    else:
        with recorded(out, source, job.steps, job.filing):
            scene = take_steps(job)
    return Examination(
        report=out,
        folder=job.folder,
        steps=tuple(job.steps),
        scene=scene,
        filing=job.filing,
    )


def _check_paths(source: Path, out: Path, plates: Path | None) -> None:
    check_html(out)
    sources = {source: "source"}
    OutputPlan(out=out, source_folders=sources).check()
    check_plates_folder(plates)
    if plates is not None:
        check_outside(plates, source, "source")
    folder = files_folder(out)
    # An examination that stopped is moved, and the source with it if it were inside.
    check_outside(source, folder, "folder of an examination")
    rules = (check_outside_datasets,)
    OutputPlan(out=folder, source_folders=sources, rules=rules).check()
