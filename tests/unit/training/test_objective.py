"""Choice of an objective that suits the scenes of a run."""

import dataclasses
from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.settings import settings_for
from artextract_cli.training.objective import FALLBACK_OBJECTIVE, possible_settings


@pytest.fixture
def scene(graphs: Path) -> SceneGraphs:
    return load_alike(graphs)[0]


def test_settings_that_suit_the_scenes_are_unchanged(scene: SceneGraphs) -> None:
    for settings in (settings_for(None), settings_for("graph-contrastive", epochs=3)):
        assert possible_settings(settings, scene) is settings


@pytest.mark.parametrize(
    ("wavelengths", "reason"),
    [(None, "no wavelength is known"), ((450.0, 550.0, 650.0), "no band is infrared")],
)
def test_the_default_objective_is_replaced_without_infrared(
    scene: SceneGraphs,
    capsys: pytest.CaptureFixture[str],
    wavelengths: tuple[float, ...] | None,
    reason: str,
) -> None:
    visible = dataclasses.replace(scene, wavelengths=wavelengths)
    settings = possible_settings(settings_for(None, seed=3), visible)
    assert (settings.objective, settings.seed) == (FALLBACK_OBJECTIVE, 3)
    assert settings == dataclasses.replace(
        settings_for(FALLBACK_OBJECTIVE, seed=3), defaulted=settings.defaulted
    )
    assert reason in capsys.readouterr().err


def test_a_requested_objective_is_not_replaced(scene: SceneGraphs) -> None:
    visible = dataclasses.replace(scene, wavelengths=None)
    with pytest.raises(UsageError, match=f"infrared band: use --objective {FALLBACK_OBJECTIVE}"):
        possible_settings(settings_for("hidden-layer"), visible)


def test_separate_segmentations_have_no_corresponding_superpixels(scene: SceneGraphs) -> None:
    separate = dataclasses.replace(scene, graphs=scene.graphs * 2)
    with pytest.raises(UsageError, match="node-contrastive compares corresponding superpixels"):
        possible_settings(settings_for("node-contrastive"), separate)
    settings = settings_for("graph-contrastive")
    assert possible_settings(settings, separate) is settings
