"""The steps of an examination."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError, UsageError
from artextract_cli.examination.record import (
    FILING,
    IMPORTED,
    MASKED,
    REGISTERED,
    RESULTS,
    Step,
    files_folder,
)
from artextract_cli.examination.source import importer_of, is_dataset
from artextract_cli.imaging.coding import Coding
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.preprocessing.import_scenes import ImportedScene, import_scenes
from artextract_cli.preprocessing.mask_dataset import mask_dataset
from artextract_cli.preprocessing.register_dataset import register_dataset
from artextract_cli.report.filing import Filing
from artextract_cli.report.writing import write_report
from artextract_cli.results.commands import infer_command
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SceneSummary
from artextract_cli.results.verdict import in_percent, verdict_in_words
from artextract_cli.scenes.checks.dataset import check_dataset
from artextract_cli.scenes.checks.registration import ERROR_SHIFT
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM, wavelength_span
from artextract_cli.utils.events import command_line, warn
from artextract_cli.utils.yaml import write_yaml


@dataclass(frozen=True, kw_only=True)
class Job:
    """The settings of an examination, and the steps done so far."""

    source: Path
    report: Path
    importer: str | None
    options: Mapping[str, Any]
    coding: Coding
    model: Path
    scorer: SceneScorer
    max_memory: int | None
    pixels_per_mm: float | None
    filing: Filing
    plates: Path | None
    on_step: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The folder of the files of the examination."""
        return files_folder(self.report)

    def done(self, name: str, result: str, *command: str | Path) -> None:
        """Record a step and the words of the command that repeats it, if it was necessary."""
        step = Step(name=name, result=result, command=command_line(*command) if command else "")
        self.steps.append(step)
        self.on_step(step)


def take_steps(job: Job) -> SceneSummary:
    """Run all steps; each reads the dataset that the one before it wrote."""
    dataset = import_painting(job)
    if _is_misaligned(job, dataset):
        dataset = _register(job, dataset)
    dataset = _mask(job, dataset)
    scene = _infer(job, dataset)
    _report(job)
    return scene


def import_painting(job: Job, *, dry_run: bool = False) -> Path:
    """The dataset with the painting: the source itself, or what an importer reads from it."""
    if is_dataset(job.source):
        _describe_dataset(job)
        return job.source
    importer = job.importer or importer_of(job.source)
    out = job.folder / IMPORTED
    scenes = import_scenes(
        importer,
        job.source,
        out,
        options=job.options,
        coding=job.coding,
        dry_run=dry_run,
    )
    found = list(islice(scenes, 2))
    if not found:
        msg = f"the importer {importer} found no painting in {job.source}"
        raise InputError(msg)
    if len(found) > 1:
        raise InputError(_several(job, importer, [scene.scene for scene in found]))
    _check_infrared(job, found[0].wavelengths or ())
    options = [word for key, value in job.options.items() for word in ("-o", f"{key}={value}")]
    coding = [word for option in job.coding.options for word in ("--coding", option)]
    job.done(
        "import",
        f"{importer}: {_contents(found[0])}",
        *("data", "import", importer, job.source, "--out", out),
        *options,
        *coding,
    )
    return out


def _describe_dataset(job: Job) -> None:
    if job.coding != Coding():
        path = job.source / DESCRIPTION
        msg = f"--coding describes captures that are imported: write the coding into {path}"
        raise UsageError(msg)
    scenes = open_dataset(job.source).scenes
    if len(scenes) > 1:
        infer = infer_command((job.source,), "results")
        report = command_line("report", "results", "--out", job.report)
        msg = (
            f"{job.source} is a dataset with {len(scenes)} scenes, and a report examines one "
            f"painting: run `{infer}`, then `{report}`"
        )
        raise InputError(msg)
    (scene,) = scenes
    if scene.wavelengths is None:
        band = scene.band_ids[-1]
        msg = (
            f"the wavelengths of the bands in {job.source} are not known: write them into "
            f"{job.source / DESCRIPTION}, a line such as 'wavelengths: {{\"{band}\": 950}}'"
        )
        raise InputError(msg)
    _check_infrared(job, scene.wavelengths)
    span = wavelength_span(scene.wavelengths)
    job.done("import", f"a dataset: scene {scene.name}, {_bands(scene.bands)}, {span} nm")


def _check_infrared(job: Job, nm: Sequence[float]) -> None:
    """Check for an infrared band now, which the model would miss only after the other steps."""
    if job.scorer.needs_infrared and not any(number > LAST_VISIBLE_NM for number in nm):
        msg = (
            f"no band of {job.source} is infrared ({wavelength_span(nm)} nm), and hidden layers "
            f"are found beyond {LAST_VISIBLE_NM} nm; if a wavelength is wrong, state all of them: "
            "-o wavelengths=NM,NM,... in the order of the files"
        )
        raise InputError(msg)


def _several(job: Job, importer: str, names: Sequence[str]) -> str:
    folder = job.source / names[0]
    if folder.is_dir():
        advice = command_line("examine", folder, "--out", job.report)
    else:
        advice = command_line("data", "import", importer, job.source, "--out", "dataset")
    return (
        f"{job.source} contains several paintings ({names[0]}, {names[1]}, ...), and a report "
        f"examines one: run `{advice}`"
    )


def _contents(scene: ImportedScene) -> str:
    width, height = scene.size
    bands = _bands(scene.band_ids)
    nm = f" ({span} nm)" if (span := wavelength_span(scene.wavelengths)) else ""
    return f"{scene.scene}, {width} × {height} px, {bands}{nm}, {scene.depth}"


def _bands(bands: Sequence[object]) -> str:
    return "1 band" if len(bands) == 1 else f"{len(bands)} bands"


def _is_misaligned(job: Job, dataset: Path) -> bool:
    """Check the dataset, passing on its warnings; whether its bands must be registered."""
    checked = check_dataset(dataset)
    for finding in checked.findings:
        if finding.remedy is not None:  # a later step mends it
            continue
        if finding.level == "error":
            raise InputError(finding.message)
        warn(finding.message)
    must_register = any(finding.remedy == "register" for finding in checked.findings)
    shift = checked.rows[0].largest_shift
    alignment = (
        "the shift between bands and photograph cannot be measured"
        if shift is None
        else f"the bands are shifted by up to {shift:.2f} px"
    )
    result = f"{alignment}; they are registered" if must_register else alignment
    job.done("check", result, "data", "check", dataset)
    return must_register


def _register(job: Job, dataset: Path) -> Path:
    out = job.folder / REGISTERED
    try:
        (scene,) = register_dataset(dataset, out)
    except InputError as error:
        raise InputError(_by_hand(job, dataset, error)) from error
    worst = max(scene.bands, key=lambda band: band.residual)
    width, height = scene.size
    job.done(
        "register",
        f"{_bands(scene.bands)}, largest residual {worst.residual:.2f} px ({worst.band}); "
        f"{width} × {height} px are common to all",
        *("data", "register", dataset, "--out", out),
    )
    return out


def _by_hand(job: Job, dataset: Path, error: InputError) -> str:
    """Why the bands cannot be registered, and how to accept the residual and continue."""
    if "--max-residual" not in str(error):  # it is not the residual that is wrong
        return str(error)
    out = job.report.with_name(f"{job.report.stem}_registered")
    limit = ("--max-residual", f"{ERROR_SHIFT:g}")
    register = command_line("data", "register", dataset, "--out", out, *limit)
    again = command_line("examine", out, "--out", job.report)
    return f"{error}; to accept {ERROR_SHIFT:g} px run `{register}`, then `{again}`"


def _mask(job: Job, dataset: Path) -> Path:
    """The dataset with an object mask; itself if it has one."""
    out = job.folder / MASKED
    if all(scene.mask is not None for scene in open_dataset(dataset).scenes):
        job.done("mask", "the painting is masked already")
        return dataset
    (scene,) = mask_dataset(dataset, out)
    result = (
        "the whole image counts as painting"
        if scene.mask == "none"
        else f"the painting covers {scene.painting * 100:.0f} % of the image"
    )
    job.done("mask", result, "data", "mask", dataset, "--out", out)
    return out


def _infer(job: Job, dataset: Path) -> SceneSummary:
    results = job.folder / RESULTS
    (scene,) = infer_dataset(dataset, results, job.scorer, max_memory=job.max_memory)
    model = () if str(job.model) == "gat" else ("--model", job.model)
    words = ("infer", dataset, "--out", results, *model)
    job.done("infer", f"{verdict_in_words(scene)}; {_share(scene)}", *words)
    return scene


def _report(job: Job) -> None:
    write_report(
        job.folder / RESULTS,
        job.report,
        pixels_per_mm=job.pixels_per_mm,
        filing=job.filing,
        plates=job.plates,
    )
    scale = () if job.pixels_per_mm is None else ("--pixels-per-mm", f"{job.pixels_per_mm:g}")
    filed: tuple[str | Path, ...] = ()
    if job.filing.stated:
        # In a file, since notes may have several lines, and a command has one.
        write_yaml(job.folder / FILING, job.filing.stated)
        filed = ("--filing", job.folder / FILING)
    plates = () if job.plates is None else ("--plates", job.plates)
    words = ("report", job.folder / RESULTS, "--out", job.report, *scale, *plates, *filed)
    job.done("report", f"{job.report}, {job.report.stat().st_size / 1e6:.1f} MB", *words)


def _share(scene: SceneSummary) -> str:
    share = scene.share_above_1_percent_false_alarms
    return f"{in_percent(share)} of the surface scores 2 or more"
