"""Robustness: detection on simulated paintings with one condition changed at a time.

Every level of every curve shows the same paintings, because each parameter of a simulated scene has
a random stream of its own: what is not changed stays as drawn for that painting.
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

SIZE = 256  # side of the paintings in px, as in simulated training datasets
STREAM = 2  # 0 and 1 are the training and validation scenes of simulated datasets
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    f"best {kind}": tuple(f"{kind}_{number}" for number in range(1, N_COMPONENTS + 1))
    for kind in ("pca", "ica")
}
"""Groups of baselines of which only the best, by hindsight, is shown, with their members."""

# One classical method of each kind: a figure with all 19 baselines would be illegible.
SINGLE = ("rx", "plain_residual", "nir_tophat", "spectral_angle")
METHODS = (*OWN_METHODS, *SINGLE, *COMPONENTS)
_PALETTES = ("old-masters", "moderns")  # the curves go beyond the ranges of these two


@dataclass(frozen=True, kw_only=True)
class Level:
    """One condition: the changed settings, and the bands in nm that are kept."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    bands: tuple[float, ...] = DEFAULT_WAVELENGTHS

    @property
    def key(self) -> tuple[object, ...]:
        """Key that levels of the same condition share."""
        return (*sorted(self.changes.items()), self.bands)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Conditions along one axis; on a numeric axis, levels are named by their values."""

    name: str
    label: str
    levels: tuple[Level, ...]
    axis: Literal["numbers", "ranks", "kinds"]


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Detection on simulated paintings with one condition changed at a time.

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


def _numeric_curve(name: str, label: str, values: Sequence[float]) -> Curve:
    levels = tuple(Level(name=f"{value:g}", changes={name: value}) for value in values)
    return Curve(name=name, label=label, levels=levels, axis="numbers")


CURVES = (
    # Each goes beyond the ranges of the palettes, to show where detection ends.
    _numeric_curve("misregistration", "misregistration in px", (0, 0.5, 1, 2, 3)),
    _numeric_curve("noise", "noise at a reflectance of .5", (0.001, 0.005, 0.01, 0.02)),
    _numeric_curve("thickness", "relative paint thickness", (0.8, 1, 1.3, 1.7, 2.2)),
    _numeric_curve("coverage", "share with hidden content", (0.03, 0.1, 0.2, 0.33)),
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
        label="bands in addition to the photograph",
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
    """Score simulated paintings under increasingly difficult conditions.

    The values of a level are means and standard deviations over the paintings in which anything is
    detectable; under thick paint these are fewer. Fewer bands are compared with the truth of all.

    Parameters
    ----------
    score
        The scorer: from a `Scene` to maps (H, W) by name, "heatmap" among them. `model_scorer`
        creates one.
    n_scenes
        Number of paintings per condition.
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
        If the palette is unknown, or ``n_scenes`` is less than one.
    """
    palette = ALIASES.get(palette, palette)
    if palette not in _PALETTES or n_scenes < 1:
        msg = f"use one of the palettes {', '.join(_PALETTES)} and at least one scene"
        raise UsageError(msg)
    levels = {level.key: level for curve in CURVES for level in curve.levels}
    # Levels that several curves share, such as the unchanged one, are measured once.
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
    """Create a scorer for `measure_robustness` from the model that produced some results.

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
        If the results do not name their model, or it is missing or has changed.
    """
    from artextract_cli.pipelines.scoring import open_scorer

    source = result.description.get("model")
    if not source:
        msg = f"{result.path} does not name the model that produced it: run `{result.again}`"
        raise InputError(msg)
    shown = result.description.get("heat_map_score")
    model = open_scorer(Path(source["path"]), score=shown if shown in SCORES else None)
    # A path may meanwhile lead to another model.
    if model.digest != source["sha256"]:
        msg = (
            f"{model.path} is no longer the model that produced {result.path}: run `{result.again}`"
        )
        raise InputError(msg)
    return lambda scene: _model_maps(model, scene)


def _model_maps(model: SceneScorer, scene: Scene) -> Mapping[str, FloatArray]:
    from artextract_cli.pipelines.scoring import score_scene

    maps: Mapping[str, FloatArray] = score_scene(model, scene).maps
    return maps


def _score_painting(
    score: Scorer, level: Level, settings: SceneSettings, number: int
) -> dict[str, DetectionScores]:
    """Detection of every method on one simulated painting, by name."""
    painting = simulate_scene((0, STREAM, number), settings)
    scene = as_scene(painting, level.bands)
    maps = score(scene)
    by_method = {method: maps[name] for method, name in OWN_METHODS.items() if name in maps}
    baselines = (*SINGLE, *(name for parts in COMPONENTS.values() for name in parts))
    by_method |= {name: BASELINES[name](scene) for name in baselines}
    return {
        # Maps contain NaN outside the painting, and these paintings have no outside.
        method: binary_scores(np.nan_to_num(scores), painting.truth)
        for method, scores in by_method.items()
    }


def as_scene(painting: SimulatedScene, bands: Sequence[float]) -> Scene:
    """A simulated painting as if read from a dataset, with only the ``bands`` in nm."""
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
    single = {
        name: detection_means((scene[name] for scene in scenes if name in scene), COMPARED)
        for name in names
    }
    best = {
        name: best_by_measure([single[part] for part in parts])
        for name, parts in COMPONENTS.items()
    }
    return {name: summary for name, summary in (single | best).items() if name in METHODS}


def best_by_measure(candidates: Sequence[Summary]) -> Summary:
    """Mean and standard deviation of the best candidate, measure by measure."""
    summary = Summary(n_scenes=candidates[0]["n_scenes"])
    for measure in COMPARED:
        best = max(candidates, key=lambda candidate: candidate[measure] or 0.0)
        summary |= {name: best[name] for name in (measure, f"{measure}_sd")}
    return summary
