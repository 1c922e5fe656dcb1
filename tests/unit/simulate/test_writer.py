import imagecodecs
import numpy as np
import pytest
import tifffile
import yaml

from artextract_cli.errors import ArtextractError, UsageError
from artextract_cli.simulate import SceneSettings, simulate_dataset, simulate_scene

TINY = SceneSettings(size=(33, 47), wavelengths=(450.0, 587.5, 900.0))


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    out = tmp_path_factory.mktemp("simulated") / "new" / "data"
    names: list[str] = []
    simulate_dataset(out, train=5, val=8, seed=3, settings=TINY, on_scene=names.append)
    return out, names


def test_every_scene_has_all_its_files_and_nothing_else(dataset):
    out, names = dataset
    expected = {"dataset.yaml"}
    for name in names:
        folder = "train" if "train" in name else "val"
        expected |= {f"{folder}/rgb_images/{name}_RGB.png", f"{folder}/truth/{name}_hidden.png"}
        expected |= {f"{folder}/truth/{name}_layer.tif"}
        expected |= {f"{folder}/ms_masks/{name}_ms_{nm}.png" for nm in ("450", "587.5", "900")}
    assert set(files(out)) == expected | {f"history/{name}.json" for name in names}
    assert len(set(names)) == 13
    assert [path.name for path in out.parent.iterdir()] == ["data"]


def test_depth_and_content_are_those_of_the_scene(dataset):
    out, _ = dataset
    scene = simulate_scene((3, 1, 1), TINY)
    folder, name = out / "val", "sim_val_0001"

    def png(path):
        return imagecodecs.png_decode((folder / path).read_bytes())

    rgb = png(f"rgb_images/{name}_RGB.png")
    assert (rgb.dtype, rgb.shape) == (np.uint16, (33, 47, 3))
    np.testing.assert_allclose(rgb / 65535, scene.rgb, atol=1e-5)
    band = png(f"ms_masks/{name}_ms_587.5.png")
    assert (band.dtype, band.shape) == (np.uint16, (33, 47))
    np.testing.assert_allclose(band / 65535, scene.bands[..., 1], atol=1e-5)
    np.testing.assert_array_equal(png(f"truth/{name}_hidden.png"), scene.truth)
    layer = tifffile.imread(folder / "truth" / f"{name}_layer.tif")
    assert layer.dtype == np.float32
    np.testing.assert_array_equal(layer, scene.layer)


def test_a_quarter_is_clean_and_the_description_lists_it(dataset):
    out, names = dataset
    description = yaml.safe_load((out / "dataset.yaml").read_text())
    assert description["wavelengths"] == {"450": 450, "587.5": 587.5, "900": 900}
    assert description["clean"] == ["sim_train_0003", "sim_val_0003", "sim_val_0007"]
    assert "seed 3" in description["notes"]
    for name in names:
        folder = out / ("train" if "train" in name else "val") / "truth"
        truth = imagecodecs.png_decode((folder / f"{name}_hidden.png").read_bytes())
        assert truth.any() == (name not in description["clean"])


def test_scenes_stay_the_same_when_the_counts_grow(dataset, tmp_path):
    out, _ = dataset
    simulate_dataset(tmp_path / "few", train=1, val=2, seed=3, settings=TINY)
    few, many = files(tmp_path / "few"), files(out)
    few.pop("dataset.yaml")
    assert few.items() <= many.items()


def test_an_empty_folder_is_filled_and_a_full_one_refused(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    simulate_dataset(out, train=0, val=1, settings=TINY)
    before = files(out)
    with pytest.raises(UsageError, match="not an empty folder"):
        simulate_dataset(out, train=1, val=0, settings=TINY)
    assert files(out) == before
    file = tmp_path / "file.txt"
    file.write_text("mine")
    with pytest.raises(UsageError, match=r"file\.txt"):
        simulate_dataset(file, train=1, val=0, settings=TINY)


def test_nothing_is_left_when_the_work_breaks_off(tmp_path):
    def fail(name):
        message = "disk full"
        raise OSError(message)

    with pytest.raises(ArtextractError, match=r"cannot write .*out: disk full"):
        simulate_dataset(tmp_path / "out", train=1, val=0, settings=TINY, on_scene=fail)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("counts", [{"train": -1}, {"seed": -1}, {"train": 0, "val": 0}])
def test_counts_that_make_no_sense_are_refused(tmp_path, counts):
    with pytest.raises(UsageError, match="at least one scene"):
        simulate_dataset(tmp_path / "out", **counts)
