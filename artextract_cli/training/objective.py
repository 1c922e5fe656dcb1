"""The objective that a run can have on its scenes."""

from artextract_cli.errors import UsageError
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.registry import pipeline_of
from artextract_cli.pipelines.settings import TrainingSettings, objective_spec, with_objective
from artextract_cli.scenes.spectrum import LAST_VISIBLE_NM
from artextract_cli.utils.events import warn

FALLBACK_OBJECTIVE = "node-contrastive"


def possible_settings(settings: TrainingSettings, graphs: SceneGraphs) -> TrainingSettings:
    """The settings, with another objective where the scenes do not carry the default one.

    Raises
    ------
    UsageError
        If an objective was asked for that these graphs do not carry.
    """
    _check_nodes(settings.objective, graphs)
    has_infrared = _checked_infrared(graphs)
    learns_from = objective_spec(settings.objective).learns_from
    if has_infrared or not pipeline_of(learns_from).needs_infrared:
        return settings
    needs = f"{settings.objective} needs an infrared band"
    if "objective" not in settings.defaulted:
        msg = f"{needs}: use --objective {WITHOUT_INFRARED}"
        raise UsageError(msg)
    warn(f"{needs}: training takes {WITHOUT_INFRARED}")
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
    has_infrared = max(graphs.wavelengths or (0,)) > LAST_VISIBLE_NM
    if not has_infrared:
        known = "no wavelength is known" if graphs.wavelengths is None else "no band is infrared"
        warn(f"{known}: hidden layers cannot be expected to show, differences in colour can")
    return has_infrared
