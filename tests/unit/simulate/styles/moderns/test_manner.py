"""Scenes of palette b."""

import dataclasses
from typing import get_args

import numpy as np
import pytest
import yaml

from artextract_cli.cli.data_options import PaletteName
from artextract_cli.errors import UsageError
from artextract_cli.simulate import (
    ALIASES,
    KINDS,
    MODERNS,
    OLD_MASTERS,
    PALETTES,
    SceneSettings,
    palette_named,
    simulate_dataset,
    simulate_scene,
)
from artextract_cli.simulate.styles.moderns.manner import compose, dabs

SMALL = SceneSettings(size=96, palette=MODERNS)


def with_(**changes) -> SceneSettings:
    return dataclasses.replace(SMALL, **changes)


def perfect(**changes) -> SceneSettings:
    """A camera without faults."""
    return with_(noise=0.0, misregistration=0.0, exposure=0.0, vignetting=0.0, **changes)


def test_no_pigment_and_nothing_of_the_manner_is_that_of_the_old_masters():
    names = {pigment.name for pigment in MODERNS.pigments}
    assert len(names) == len(MODERNS.pigments) >= 12
    assert not names & {pigment.name for pigment in OLD_MASTERS.pigments}
    for field in dataclasses.fields(MODERNS.manner):
        name = field.name
        assert getattr(MODERNS.manner, name) != getattr(OLD_MASTERS.manner, name), name
    assert type(MODERNS.scattering) is not type(OLD_MASTERS.scattering)
    assert (PALETTES["old-masters"], PALETTES["moderns"]) == (OLD_MASTERS, MODERNS)


@pytest.mark.parametrize("seed", range(6))
def test_compositions_number_their_regions_without_a_gap(seed):
    labels = compose(np.random.default_rng(seed), (60, 90))
    assert labels.shape == (60, 90)
    assert np.unique(labels).tolist() == list(range(labels.max() + 1))
    assert 3 <= labels.max() < 60


def test_dabs_are_longer_than_wide_and_about_one():
    marks = dabs(np.random.default_rng(0), np.zeros((200, 200)), 4.0, 16.0)
    assert marks.std() == pytest.approx(1, abs=0.15)
    assert marks.mean() == pytest.approx(0, abs=0.15)
    down, right = (np.abs(np.diff(marks, axis=axis)).mean() for axis in (0, 1))
    assert down > 2 * right


@pytest.mark.parametrize(
    ("size", "wavelengths"),
    [(64, (850.0,)), ((61, 130), tuple(np.linspace(400, 1000, 12))), (8, (950.0, 420.0))],
)
@pytest.mark.parametrize("kind", KINDS)
def test_any_size_any_bands_every_kind(size, wavelengths, kind):
    settings = with_(size=size, wavelengths=wavelengths, kinds=(kind,), coverage=0.2)
    scene = simulate_scene((0, 0, 0), settings)
    assert scene.rgb.shape == (*settings.shape, 3)
    assert scene.bands.shape == (*settings.shape, len(wavelengths))
    for image in (scene.rgb, scene.bands):
        assert image.dtype == np.float32
        assert 0 <= image.min() <= image.max() <= 1
    assert scene.truth.any()
    assert scene.kinds == (kind,)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_seen_in_some_scene_and_has_its_sign(kind):
    scene = simulate_scene((4,), with_(kinds=(kind,)))
    assert (scene.truth == 255).mean() > 0.01
    inside = scene.layer[scene.truth == 255]
    if kind == "light":
        assert inside.mean() > 0.1
    elif kind != "reuse":
        assert inside.mean() < -0.02


def test_the_same_seed_gives_the_same_scene_and_no_other_seed_or_palette_does():
    first, again = (simulate_scene((5, 0, 2), SMALL) for _ in range(2))
    for field in dataclasses.fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(again, field.name))
    assert (first.rgb != simulate_scene((5, 0, 3), SMALL).rgb).any()
    other = simulate_scene((5, 0, 2), dataclasses.replace(SMALL, palette=OLD_MASTERS))
    assert (first.truth != other.truth).any()


def test_one_factor_changes_alone():
    still = simulate_scene((9,), perfect(kinds=("drawing",), metamers=0.0))
    for name, value in {"exposure": 0.3, "misregistration": 2.0}.items():
        settings = dataclasses.replace(perfect(kinds=("drawing",), metamers=0.0), **{name: value})
        moved = simulate_scene((9,), settings)
        np.testing.assert_array_equal(still.rgb, moved.rgb)
        np.testing.assert_array_equal(still.truth, moved.truth)
        assert np.abs(still.bands - moved.bands).mean() > 0.002
    repainted = simulate_scene((9,), perfect(kinds=("drawing",), metamers=0.1))
    same = (np.abs(repainted.rgb - still.rgb).max(axis=-1) < 1e-6).mean()
    assert 0.7 < same < 0.97
    np.testing.assert_array_equal(repainted.layer, still.layer)


def test_conditions_are_honoured():
    for wanted in (0.05, 0.3):
        scene = simulate_scene((2,), with_(size=128, kinds=("underpainting",), coverage=wanted))
        assert (scene.truth > 0).mean() == pytest.approx(wanted, rel=0.35)
    bare, lined = (simulate_scene((2,), perfect(kinds=(), dark_lines=x)) for x in (0.0, 0.06))
    assert 0.02 < (bare.bands[..., 2] - lined.bands[..., 2] > 0.02).mean() < 0.15
    thin, thick = (
        simulate_scene((2,), perfect(kinds=("underpainting",), thickness=x)) for x in (0.6, 2.5)
    )
    assert (thin.truth == 255).sum() > (thick.truth == 255).sum()
    whole, cracked = (simulate_scene((2,), perfect(kinds=(), craquelure=x)) for x in (0.0, 0.3))
    assert (cracked.bands <= whole.bands + 1e-6).all()
    assert cracked.bands.mean() < whole.bands.mean() - 0.002


def test_hidden_content_shows_in_the_infrared_more_than_in_the_visible():
    def visible(wavelength: float) -> float:
        settings = with_(kinds=("drawing",), wavelengths=(wavelength,))
        return float(
            np.mean([(simulate_scene((i,), settings).truth == 255).mean() for i in range(4)])
        )

    assert visible(950) > 2 * visible(530)


def test_a_data_set_names_its_palette(tmp_path):
    settings = SceneSettings(size=16, palette=MODERNS)
    simulate_dataset(tmp_path / "b", train=1, val=0, settings=settings)
    description = yaml.safe_load((tmp_path / "b" / "dataset.yaml").read_text())
    assert "'moderns'" in description["notes"]


def test_palettes_have_names_and_short_letters() -> None:
    assert get_args(PaletteName) == (*PALETTES, *ALIASES)
    assert palette_named("b") is palette_named("moderns") is MODERNS
    with pytest.raises(UsageError, match="unknown palette 'e'; choose from: old-masters, moderns"):
        palette_named("e")
