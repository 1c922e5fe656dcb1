"""Robustness: detection on simulated paintings of which one number is changed at a time.

Every level of every curve shows the same paintings, since each number of a simulated scene has a
random stream of its own; what is not changed is as drawn for that painting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from artextract_cli._typing import FloatArray
from artextract_cli.errors import InputError, UsageError
from artextract_cli.evaluation.baselines.pixels import BASELINES, N_COMPONENTS
from artextract_cli.evaluation.metrics import binary_scores
from artextract_cli.evaluation.scores import OWN_METHODS, DetectionScores
from artextract_cli.evaluation.summary import COMPARED, Summary, detection_means
from artextract_cli.models.score_card import SCORES
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.results.scene_scores import SceneScorer
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate import (
    ALIASES,
    DEFAULT_WAVELENGTHS,
    PALETTES,
    SceneSettings,
    SimulatedScene,
    simulate_scene,
)
from artextract_cli.utils.events import progress

Scorer = Callable[[Scene], Mapping[str, FloatArray]]
"""From a scene to maps (H, W) by name, "heatmap" among them."""

SIZE = 256
STREAM = 2  # 0 and 1 are the training and validation scenes of simulated datasets
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    f"best {kind}": tuple(f"{kind}_{number}" for number in range(1, N_COMPONENTS + 1))
    for kind in ("pca", "ica")
}
"""Baselines of which the best is shown, by hindsight, and its parts."""

SINGLE = ("rx", "plain_residual", "nir_tophat", "spectral_angle")
METHODS = (*OWN_METHODS, *SINGLE, *COMPONENTS)
_PALETTES = ("old-masters", "moderns")  # whose ranges the conditions of the curves exceed


@dataclass(frozen=True, kw_only=True)
class Level:
    """One condition: settings that are changed, and the bands in nm that are kept."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    bands: tuple[float, ...] = DEFAULT_WAVELENGTHS

    @property
    def key(self) -> tuple[object, ...]:
        """The same for levels that are the same condition."""
        return (*sorted(self.changes.items()), self.bands)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Conditions along one axis; levels on an axis of numbers are named by their numbers."""

    name: str
    label: str
    levels: tuple[Level, ...]
    axis: Literal["numbers", "ranks", "kinds"]


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Detection on simulated paintings of which one condition is changed at a time.

    Attributes
    ----------
    palette
        Palette of the paintings.
    n_scenes
        Paintings per condition.
    curves
        Mean scores by curve, level and method.
    """

    palette: str
    n_scenes: int
    curves: Mapping[str, Mapping[str, Mapping[str, Summary]]]


def _numbers(name: str, label: str, values: Sequence[float]) -> Curve:
    levels = tuple(Level(name=f"{value:g}", changes={name: value}) for value in values)
    return Curve(name=name, label=label, levels=levels, axis="numbers")


CURVES = (
    _numbers("misregistration", "misregistration in px", (0, 0.5, 1, 2, 3)),
    _numbers("noise", "noise at reflectance .5", (0.001, 0.005, 0.01, 0.02)),
    _numbers("thickness", "thickness of the paint", (0.8, 1, 1.3, 1.7, 2.2)),
    _numbers("coverage", "share that hides something", (0.03, 0.1, 0.2, 0.33)),
    Curve(
        name="content",
        label="kind of content and surface",
        axis="kinds",
        levels=(
            Level(name="as drawn"),
            Level(name="ink", changes={"kinds": ("ink",)}),
            Level(name="light", changes={"kinds": ("light",)}),
            Level(name="dark lines, cracks", changes={"dark_lines": 0.025, "craquelure": 0.3}),
        ),
    ),
    Curve(
        name="bands",
        label="bands beside the photograph",
        axis="ranks",
        levels=(
            Level(name="8"),
            Level(name="5", bands=(470.0, 530.0, 650.0, 850.0, 950.0)),
            Level(name="3 visible, 950", bands=(470.0, 530.0, 650.0, 950.0)),
            Level(name="950", bands=(950.0,)),
        ),
    ),
)


def measure_robustness(
    score: Scorer, n_scenes: int, *, palette: str = "moderns", size: int = SIZE
) -> Robustness:
    """Score simulated paintings under harder and harder conditions.

    The figures of a level are means and deviations over the paintings in which something is
    detectable at all; thick paint leaves fewer. Fewer bands are judged by the truth of all bands.

    Parameters
    ----------
    score
        What is measured: from a `Scene` to maps (H, W) by name, "heatmap" among them.
        `model_scorer` makes one.
    n_scenes
        Paintings per condition.
    palette
        "old-masters" or "moderns", see `PALETTES`.
    size
        Height and width of the paintings in pixels.

    Returns
    -------
    Robustness
        Detection by curve, level and method.

    Raises
    ------
    UsageError
        If there is no such palette, or no scene is asked for.
    """
    palette = ALIASES.get(palette, palette)
    if palette not in _PALETTES or n_scenes < 1:
        msg = f"give one of the palettes {', '.join(_PALETTES)} and one scene or more"
        raise UsageError(msg)
    levels = {level.key: level for curve in CURVES for level in curve.levels}
    measured = {}
    with progress("robustness", len(levels) * n_scenes) as advance:
        for key, level in levels.items():
            settings = SceneSettings(size=size, palette=PALETTES[palette], **level.changes)
            scenes = []
            for number in range(n_scenes):
                scenes.append(_score_painting(score, level, settings, number))
                advance(level.name)
            measured[key] = _summaries(scenes)
    curves = {
        curve.name: {level.name: measured[level.key] for level in curve.levels} for curve in CURVES
    }
    return Robustness(palette=palette, n_scenes=n_scenes, curves=curves)


def model_scorer(result: SceneResult) -> Scorer:
    """Make a scorer for `measure_robustness` of the model that made some results.

    Parameters
    ----------
    result
        Results of any scene.

    Returns
    -------
    callable
        From a `Scene` to maps (H, W) by name.

    Raises
    ------
    InputError
        If the results do not name their model, or it is gone or another one by now.
    """
    from artextract_cli.pipelines.scoring import open_scorer

    made_by = result.description.get("model")
    if not made_by:
        msg = f"{result.path} does not say which model made it: run 'artextract infer' again"
        raise InputError(msg)
    shown = result.description.get("heat_map_score")
    model = open_scorer(Path(made_by["path"]), score=shown if shown in SCORES else None)
    if model.digest != made_by["sha256"]:
        msg = f"{model.path} is not the model any more that made {result.path}: infer again"
        raise InputError(msg)
    return lambda scene: _model_maps(model, scene)


def _model_maps(model: SceneScorer, scene: Scene) -> Mapping[str, FloatArray]:
    from artextract_cli.pipelines.scoring import score_scene

    maps: Mapping[str, FloatArray] = score_scene(model, scene).maps
    return maps


def _score_painting(
    score: Scorer, level: Level, settings: SceneSettings, number: int
) -> dict[str, DetectionScores]:
    """Every method on one simulated painting, by name."""
    painting = simulate_scene((0, STREAM, number), settings)
    scene = as_scene(painting, level.bands)
    maps = score(scene)
    found = {method: maps[name] for method, name in OWN_METHODS.items() if name in maps}
    baselines = (*SINGLE, *(name for parts in COMPONENTS.values() for name in parts))
    found |= {name: BASELINES[name](scene) for name in baselines}
    return {
        method: binary_scores(np.nan_to_num(made), painting.truth) for method, made in found.items()
    }


def as_scene(painting: SimulatedScene, bands: Sequence[float]) -> Scene:
    """A simulated painting as if it had been read from a dataset, with ``bands`` in nm alone."""
    kept = [DEFAULT_WAVELENGTHS.index(nm) for nm in bands]
    return Scene(
        name="simulated",
        rgb=painting.rgb,
        bands=np.ascontiguousarray(painting.bands[..., kept]),
        band_ids=tuple(f"{nm:g}" for nm in bands),
        wavelengths=tuple(bands),
        mask=None,
    )


def _summaries(scenes: Sequence[Mapping[str, DetectionScores]]) -> dict[str, Summary]:
    """Means of every method over the paintings of one condition."""
    names = dict.fromkeys(name for scene in scenes for name in scene)
    found = {
        name: detection_means((scene[name] for scene in scenes if name in scene), COMPARED)
        for name in names
    }
    best = {name: _best([found[part] for part in parts]) for name, parts in COMPONENTS.items()}
    return {name: summary for name, summary in (found | best).items() if name in METHODS}


def _best(candidates: Sequence[Summary]) -> Summary:
    """For each measure the mean, and its deviation, of the candidate that is best by it."""
    made = Summary(n_scenes=candidates[0]["n_scenes"])
    for measure in COMPARED:
        best = max(candidates, key=lambda summary: summary[measure] or 0.0)
        made |= {name: best[name] for name in (measure, f"{measure}_sd")}
    return made
