"""Choice of an objective that suits the scenes of a run."""

from artextract_cli.errors import UsageError
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.pipelines.settings import TrainingSettings, objective_spec, with_objective
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from artextract_cli.utils.events import warn

FALLBACK_OBJECTIVE = "node-contrastive"  # without an infrared band, if none was requested


def possible_settings(settings: TrainingSettings, graphs: SceneGraphs) -> TrainingSettings:
    """Return the settings, with another objective if the scenes do not support the default one.

    Raises
    ------
    UsageError
        If these graphs do not support the requested objective.
    """
    _check_nodes(settings.objective, graphs)
    has_infrared = _checked_infrared(graphs)
    learns_from = objective_spec(settings.objective).learns_from
    if has_infrared or not pipeline_of(learns_from).needs_infrared:
        return settings
    needs = f"{settings.objective} needs an infrared band"
    if "objective" not in settings.defaulted:
        msg = f"{needs}: use --objective {FALLBACK_OBJECTIVE}"
        raise UsageError(msg)
    warn(f"{needs}: training uses {FALLBACK_OBJECTIVE}")
    return with_objective(settings, FALLBACK_OBJECTIVE)


def _check_nodes(objective: str, graphs: SceneGraphs) -> None:
    if objective_spec(objective).compares_nodes and len(graphs.graphs) > 1:
        msg = (
            f"{objective} compares corresponding superpixels, but these graphs come from "
            "separate segmentations: use --objective graph-contrastive, or build the graphs with "
            "--segmentation shared"
        )
        raise UsageError(msg)


def _checked_infrared(graphs: SceneGraphs) -> bool:
    """Whether the graphs have an infrared band; warn if they do not."""
    # All graphs of a run have the same bands: see `load_alike`.
    has_infrared = max(graphs.wavelengths or (0,)) > LAST_VISIBLE_NM
    if not has_infrared:
        reason = "no wavelength is known" if graphs.wavelengths is None else "no band is infrared"
        warn(f"{reason}: expect differences in colour to be detected, but not hidden layers")
    return has_infrared
