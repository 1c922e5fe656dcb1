"""The work of `infer` on one scene, in this process or another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError
from artextract_cli.pipelines.layer_scores import score_layers
from artextract_cli.pipelines.reranking import reranked
from artextract_cli.pipelines.scoring import open_scorer, score_scene
from artextract_cli.results.existing import former_result, is_up_to_date, marks_of
from artextract_cli.results.marks import Marks, SceneMarks
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.results.summary import SceneSummary, summarize
from artextract_cli.results.writer import write_scene
from artextract_cli.scenes.checks.registration import registration_of, warn_of_registration
from artextract_cli.scenes.checks.values import check_values
from artextract_cli.scenes.history import dataset_root
from artextract_cli.scenes.memory_plan import MemoryPlan
from artextract_cli.scenes.reading import read_scene
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.atomic import clear_leftovers


@dataclass(frozen=True, kw_only=True)
class ScoredScene:
    """The summary of a scene, and whether its results were there already."""

    summary: SceneSummary
    was_up_to_date: bool


@dataclass(frozen=True)
class Scoring:
    """Scoring by one model into one results directory; another process opens the model again."""

    results: Path
    model: SceneScorer
    plan: MemoryPlan | None
    marks: Marks | None = None

    def __call__(self, files: SceneFiles) -> ScoredScene:
        """Score a scene unless its results are up to date, and warn of shifted bands."""
        former = former_result(self.results / files.name)
        marks = marks_of(files, self.marks)
        is_current = former is not None and is_up_to_date(former, files, self.model, marks)
        if former is not None and is_current:
            # A kill may have left temporary files beside complete results.
            clear_leftovers(former.path)
            description = former.description
        else:
            description = self._scored(files, former, marks)
        registration = registration_of(description["registration"])
        warn_of_registration(files.name, dataset_root(files), registration, description["shape"])
        return ScoredScene(summary=summarize(description), was_up_to_date=is_current)

    def _scored(
        self, files: SceneFiles, former: SceneResult | None, marks: SceneMarks | None
    ) -> Mapping[str, Any]:
        """Score a scene, and return its description."""
        # What the former run wrote may be replaced; other files in the folder are the user's.
        written = None if former is None else former.description["files"]
        scene = read_scene(files, self.plan)
        warnings = check_values(files, scene)
        # Before the scene itself, which takes longer: a layer may be unreadable.
        layers = score_layers(files, scene) if self.model.needs_infrared else None
        scores = score_scene(self.model, scene)
        if layers is not None:
            scores = layers.added_to(scores)
        if self.marks is not None and marks is not None:
            scores = reranked(scores, scene, marks, self.marks.path)
        return write_scene(self.results, files, scene, scores, self.model, written, warnings)

    def __reduce__(self) -> tuple[Callable[..., "Scoring"], tuple[Any, ...]]:
        """Send where the model is, not the model: networks of plugins need not be picklable."""
        model = self.model
        return _reopened, (
            *(self.results, model.path, model.options, model.digest),
            *(self.plan, self.marks),
        )


def _reopened(
    results: Path,
    model: Path,
    options: Mapping[str, Any],
    digest: str,
    plan: MemoryPlan | None,
    marks: Marks | None,
) -> Scoring:
    scorer = open_scorer(model, **options)
    if scorer.digest != digest:
        msg = f"{model} was replaced while it was in use: run the command again"
        raise InputError(msg)
    return Scoring(results, scorer, plan, marks)


def memory_plan(max_memory: int, results: Path) -> MemoryPlan:
    """Memory that scoring may use and does use: bytes measured and rounded up, mostly torch."""
    return MemoryPlan(
        limit=max_memory,
        scratch=results,
        # Mostly torch and compiled code. Too low, and a scene is killed by the system; too high,
        # and one that would fit is processed in blocks, which takes longer.
        program=700 * 10**6,
        # The 67 maps of evidence and intermediate results.
        per_pixel=1500,
        per_band=35,
        # Features, messages and embeddings of the whole graph, which is not cut into blocks.
        per_superpixel=16000,
    )
