"""Random paintings: everything drawn anew, the settings honoured, the truth as defined."""

import dataclasses

import numpy as np
import pytest
import yaml

from artextract_cli.simulate import (
    KINDS,
    PALETTES,
    RANDOM,
    SceneSettings,
    simulate_dataset,
    simulate_scene,
)
from artextract_cli.simulate.optics.mixing import masstones
from artextract_cli.simulate.random_worlds import (
    capture,
    drawings,
    photographs,
    spectra,
    underlayers,
)
from artextract_cli.simulate.random_worlds.conditions import draw_conditions
from artextract_cli.simulate.random_worlds.palette import draw_workshop, random_mixtures
from artextract_cli.simulate.random_worlds.scene import simulate_random

SMALL = SceneSettings(size=48, palette=RANDOM)
STUDIO = {"vignetting": 0.0, "exposure": 0.0, "misregistration": 0.0, "noise": 0.0}


def scene(number=0, **changes):
    return simulate_scene((3, 0, number), dataclasses.replace(SMALL, **changes))


def test_the_world_is_one_of_the_palettes_and_paints_what_its_function_paints():
    assert PALETTES["random"] is RANDOM
    found, same = scene(), simulate_random((3, 0, 0), SMALL)
    for field in ("rgb", "bands", "truth", "layer"):
        np.testing.assert_array_equal(getattr(found, field), getattr(same, field))
    assert (scene(1).rgb != found.rgb).mean() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_is_whole_and_in_range(kind):
    found = scene(kinds=(kind,), coverage=0.2)
    assert found.rgb.shape == (48, 48, 3)
    assert found.bands.shape == (48, 48, 8)
    for picture in (found.rgb, found.bands):
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
        assert picture.std() > 0
    assert found.kinds == (kind,)
    assert not found.clean
    assert {*np.unique(found.truth)} <= {0, 128, 255}
    assert (found.truth != 0).any()


def test_no_kinds_give_a_clean_painting():
    found = scene(kinds=())
    assert found.clean
    assert not found.truth.any()
    assert not found.layer.any()


def test_where_truth_says_hidden_the_bands_change_and_nowhere_else():
    plain = {"metamers": 0.0, "dark_lines": 0.0, "thickness": 1.0, "coverage": 0.2, **STUDIO}
    for number in range(6):
        hidden = scene(number, kinds=("underpainting",), **plain)
        bare = scene(number, kinds=("underpainting",), **plain | {"coverage": 0.0})
        change = np.abs(hidden.bands - bare.bands).max(axis=-1)
        far = change[hidden.truth == 255]
        if far.size:
            assert np.median(far) > 0.01
        assert np.median(change[hidden.truth == 0]) < 0.006


def test_content_is_dark_in_some_paintings_and_light_in_others():
    means = [
        found.layer[found.truth == 255].mean()
        for found in (scene(number, coverage=0.2) for number in range(24))
        if (found.truth == 255).any()
    ]
    assert len(means) > 15
    assert min(means) < -0.1
    assert max(means) > 0.1


def test_infrared_differs_though_the_colour_does_not():
    rng = np.random.default_rng(0)
    spread = []
    for _ in range(20):
        masstone = spectra.coloured(rng)
        other = spectra.with_other_infrared(rng, masstone)
        visible = spectra.GRID_NM < 600
        assert np.median(np.abs(other - masstone)[visible] / masstone[visible]) < 0.1
        spread.append(np.abs(other - masstone)[spectra.GRID_NM > 900].max())
    assert np.median(spread) > 0.1


def test_calm_pigments_are_all_pale_in_the_infrared():
    rng = np.random.default_rng(0)
    beyond = spectra.GRID_NM > 950
    calm = [spectra.coloured(rng, calm=True)[beyond].mean() for _ in range(30)]
    wild = [spectra.coloured(rng)[beyond].mean() for _ in range(30)]
    assert min(calm) > 0.5
    assert np.std(wild) > 2 * np.std(calm)


@pytest.mark.parametrize("share", [0.01, 0.08])
def test_lines_cover_about_what_is_asked(share):
    manner = draw_workshop(np.random.default_rng(0)).batch.palette.manner
    masks = [drawings.lines(np.random.default_rng(i), (192, 192), manner, share) for i in range(12)]
    assert all(mask.mean() < share + 0.05 for mask in masks)
    assert np.mean([mask.mean() for mask in masks]) > 0.6 * share


def test_light_content_lies_on_a_dark_ground_and_dark_content_on_a_light_one():
    rng = np.random.default_rng(5)
    batch = draw_workshop(rng).batch
    absorption, scattering = batch.optics((550.0,))
    tone = {
        kind: np.mean([(g @ absorption / (g @ scattering)).item() for g in grounds])
        for kind in ("light", "drawing")
        if (grounds := [underlayers.draw_ground(rng, batch, (kind,)) for _ in range(20)])
    }
    assert tone["light"] > 3 * tone["drawing"]


def test_twins_look_alike_and_point_at_each_other():
    workshop = draw_workshop(np.random.default_rng(4))
    twins = workshop.twins
    np.testing.assert_array_equal(twins[twins], np.arange(len(twins)))
    assert (twins != np.arange(len(twins))).any()


def test_mixtures_reach_light_and_dark():
    rng = np.random.default_rng(2)
    batch = draw_workshop(rng).batch
    lightness = masstones(random_mixtures(rng, batch, 200), batch)[:, :3].mean(axis=1)
    assert lightness.min() < 0.35
    assert lightness.max() > 0.7


@pytest.mark.parametrize("size", [(16, 37), (40, 17)])
def test_odd_sizes(size):
    for number in range(4):
        found = scene(number, size=size)
        assert found.rgb.shape == (*size, 3)
        assert found.truth.shape == size


@pytest.mark.parametrize("count", [1, 30])
def test_any_number_of_bands(count):
    wavelengths = tuple(np.linspace(400, 1050, count + 1)[1:])
    assert scene(wavelengths=wavelengths).bands.shape == (48, 48, count)


def test_a_band_may_be_left_out_without_another_changing_the_picture():
    few = scene(wavelengths=(420.0, 950.0), thickness=1.0)
    np.testing.assert_allclose(few.rgb, scene(thickness=1.0).rgb, atol=1e-5)


def test_fixed_numbers_are_honoured_and_disturb_no_other():
    fixed = dataclasses.replace(SMALL, weave=0.3, noise=0.02)
    free, given = (
        draw_conditions(np.random.default_rng(7), settings, benign=True)
        for settings in (SMALL, fixed)
    )
    assert given == dataclasses.replace(free, weave=0.3, noise=0.02)


def test_numbers_spread_over_their_ranges():
    rng = np.random.default_rng(0)
    drawn = [draw_conditions(rng, SMALL, benign=False) for _ in range(300)]
    coverage = [each.coverage for each in drawn]
    assert min(coverage) < 0.004
    assert max(coverage) > 0.3
    assert np.quantile([each.dark_lines for each in drawn], 0.95) > 0.05
    assert 0.7 < min(each.thickness for each in drawn) < max(each.thickness for each in drawn) < 2.1


def test_more_noise_makes_more_noise():
    still, loud = (scene(5, **STUDIO | {"noise": noise}).bands for noise in (0.0, 0.05))
    assert 0.02 < (loud - still).std() < 0.08


def test_files_are_clean_or_rough_in_the_promised_shares():
    rng = np.random.default_rng(1)
    rough = [capture.draw_files(rng, benign=rng.random() < 0.25) for _ in range(2000)]
    assert abs(np.mean([files.eight_bit for files in rough]) - 0.25) < 0.03
    assert abs(np.mean([files.coded for files in rough]) - 0.15) < 0.03
    jpeg = [(files.photograph_quality or files.band_quality) is not None for files in rough]
    assert abs(np.mean(jpeg) - 0.15) < 0.03
    assert capture.draw_files(rng, benign=True) == capture.Files()


def test_stored_infrared_has_256_steps_and_the_curve():
    band = np.linspace(0, 1, 5000, dtype=np.float32).reshape(50, 100)
    files = capture.Files(eight_bit=True, coded=True)
    stored = capture.stored_band(band, 900.0, files)
    assert len(np.unique(stored)) == 256
    assert stored.mean() > 0.6
    np.testing.assert_array_equal(capture.stored_band(band, 600.0, files), band)
    compressed = capture.stored_band(band, 600.0, capture.Files(band_quality=80))
    assert 0 < np.abs(compressed - band).mean() < 0.02


def test_photographs_are_cut_anew_and_fill_the_picture():
    first, second = (photographs.photograph(np.random.default_rng(i), (40, 60)) for i in (0, 1))
    assert first.shape == second.shape == (40, 60, 3)
    assert np.abs(first - second).mean() > 0.05
    rough = photographs.texture(np.random.default_rng(3), (40, 60))
    assert abs(rough.std() - 1) < 1e-3


def test_photographs_of_the_test_world_are_not_among_them():
    reserved = ("china", "flower", "grace_hopper")
    assert not [name for name in photographs.PHOTOGRAPHS if name.startswith(reserved)]


def test_clusters_join_like_colours():
    picture = np.zeros((20, 30, 3), np.float32)
    picture[:, 15:] = (0.8, 0.2, 0.1)
    labels = photographs.clusters(np.random.default_rng(0), picture, 4)
    assert len(np.unique(labels[:, :12])) == len(np.unique(labels[:, 18:])) == 1
    assert labels[0, 0] != labels[0, -1]


def test_the_description_of_a_dataset_names_the_world(tmp_path):
    simulate_dataset(tmp_path / "d", train=1, val=0, settings=dataclasses.replace(SMALL, size=16))
    description = yaml.safe_load((tmp_path / "d" / "dataset.yaml").read_text(encoding="utf-8"))
    assert description["notes"] == "simulated paintings, palette 'random', seed 0"
