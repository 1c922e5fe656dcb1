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
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.optics import kubelka_munk as km
from artextract_cli.simulate.optics.camera import Camera
from artextract_cli.simulate.optics.colour import VISIBLE_GRID, to_srgb
from artextract_cli.simulate.optics.pigments import Batch, draw_batch
from artextract_cli.simulate.optics.scattering import PowerLaw, Resonance
from artextract_cli.simulate.styles.moderns.camera import ModernCamera, set_up
from artextract_cli.simulate.styles.moderns.manner import compose, dabs

SMALL = SceneSettings(size=96, palette=MODERNS)


def with_(**changes) -> SceneSettings:
    return dataclasses.replace(SMALL, **changes)


def perfect(**changes) -> SceneSettings:
    """A camera without faults."""
    return with_(noise=0.0, misregistration=0.0, exposure=0.0, vignetting=0.0, **changes)


def masstone(name: str, *wavelengths: float) -> np.ndarray:
    ones = np.ones(len(MODERNS.pigments))
    batch = Batch(
        palette=MODERNS,
        grain=470 * ones,
        absorption_gain=ones,
        scattering_gain=ones,
        drift=0 * ones,
    )
    absorption, scattering = batch.optics(wavelengths)
    pigment = MODERNS.index(name)
    return km.infinite_reflectance(absorption[pigment], scattering[pigment])


def test_no_pigment_and_nothing_of_the_manner_is_that_of_the_old_masters():
    names = {pigment.name for pigment in MODERNS.pigments}
    assert len(names) == len(MODERNS.pigments) >= 12
    assert not names & {pigment.name for pigment in OLD_MASTERS.pigments}
    for field in dataclasses.fields(MODERNS.manner):
        name = field.name
        assert getattr(MODERNS.manner, name) != getattr(OLD_MASTERS.manner, name), name
    assert type(MODERNS.scattering) is not type(OLD_MASTERS.scattering)
    assert (PALETTES["old-masters"], PALETTES["moderns"]) == (OLD_MASTERS, MODERNS)


def test_the_palette_has_what_its_recipes_name():
    names = {pigment.name for pigment in MODERNS.pigments}
    recipes = MODERNS.recipes + MODERNS.grounds + MODERNS.dark_grounds
    used = {name for recipe in recipes for name, _ in recipe}
    used |= {*MODERNS.drawing, *MODERNS.shadows, *MODERNS.lines, MODERNS.ink, MODERNS.white}
    assert used == names
    assert max(len(recipe) for recipe in recipes) <= 3
    assert all(pigment.source for pigment in MODERNS.pigments)


@pytest.mark.parametrize(
    ("name", "dark", "clear"),
    [
        ("cobalt blue", 590, 750),
        ("cerulean blue", 650, 780),
        ("phthalocyanine blue", 700, 850),
        ("viridian", 610, 800),
        ("chromium oxide green", 600, 800),
        ("cadmium red", 550, 650),
        ("alizarin crimson", 530, 700),
        ("logwood ink", 650, 950),
    ],
)
def test_pigments_clear_where_they_should(name, dark, clear):
    assert masstone(name, clear) > 3 * masstone(name, dark)


@pytest.mark.parametrize("name", ["emerald green", "Mars brown", "graphite", "Prussian blue"])
def test_pigments_that_are_dark_at_850_nm(name):
    assert masstone(name, 850) < 0.25


def test_masstones_have_the_hue_of_their_pigment():
    hues = {
        0: ("cadmium red", "Mars red", "alizarin crimson", "chrome yellow"),
        1: ("viridian", "chromium oxide green", "emerald green"),
        2: ("cobalt blue", "cerulean blue", "Prussian blue", "phthalocyanine blue"),
    }
    for channel, names in hues.items():
        for name in names:
            seen = km.through_surface(masstone(name, *VISIBLE_GRID))
            assert to_srgb(seen).argmax() == channel, name


def test_scattering_peaks_at_the_grain_and_is_one_at_the_reference():
    law = Resonance(least=360, greatest=600, rise=1, fall=3)
    nm, peaks = np.arange(300.0, 1101.0), np.array([400.0, 550.0])
    curves = law(nm, peaks)
    assert curves.shape == (2, 801)
    np.testing.assert_array_equal(nm[curves.argmax(axis=1)], peaks)
    np.testing.assert_allclose(curves[:, nm == 550], 1)
    # x = 2: (1 + 3)/(3/2 + 2³) of the peak
    assert law(np.array([1100.0]), peaks)[1, 0] == pytest.approx(4 / 9.5)
    assert PowerLaw(0.8, 2.2)(np.array([1100.0]), np.array([2.0]))[0, 0] == pytest.approx(0.25)
    drawn = draw_batch(np.random.default_rng(0), MODERNS).grain
    assert 360 <= drawn.min() < drawn.max() <= 600


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


def camera(conditions: Conditions, seed: int = 0) -> ModernCamera:
    return set_up(np.random.default_rng(seed), (400, 300), conditions)


STILL = Conditions(
    **dict.fromkeys((field.name for field in dataclasses.fields(Conditions)), 0.0)
)  # no fault at all


@pytest.mark.parametrize("wavelength", [420.0, 950.0])
def test_noise_is_that_asked_for_with_lines_and_a_floor_that_grows(wavelength):
    made = camera(dataclasses.replace(STILL, noise=0.01))
    grey, black = np.full((400, 300), 0.5), np.zeros((400, 300))
    noise = made.noise(np.random.default_rng(1), grey, wavelength)
    assert noise.std() == pytest.approx(0.01, rel=0.05)
    by_column = noise.mean(axis=0)
    assert np.corrcoef(by_column, made.columns)[0, 1] > 0.9
    assert noise.mean(axis=1).std() > 3 * 0.01 / np.sqrt(300)
    assert made.noise(np.random.default_rng(1), black, wavelength).std() < noise.std()


def test_the_floor_and_the_blur_grow_toward_the_infrared():
    made = camera(dataclasses.replace(STILL, noise=0.01))
    black = np.zeros((400, 300))
    short, long = (made.noise(np.random.default_rng(1), black, nm).std() for nm in (450, 950))
    assert long > 1.2 * short
    assert made.blur(950) > made.blur(650) > made.blur(550)


def test_light_is_lost_in_the_corners_only():
    light = camera(dataclasses.replace(STILL, vignetting=0.1)).light
    assert light.max() == pytest.approx(1, abs=1e-3)
    assert light[::399, ::299].mean() == pytest.approx(0.9, abs=0.03)
    assert (camera(STILL).light == 1).all()
    assert issubclass(ModernCamera, Camera)


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
    with pytest.raises(UsageError, match="no palette 'e'; choose from: old-masters, moderns"):
        palette_named("e")
