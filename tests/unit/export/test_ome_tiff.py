"""OME-TIFF, as other programs read it."""

from pathlib import Path

import imagecodecs
import numpy as np
import ome_types
import tifffile

from artextract_cli.export.images import export_images
from tests.helpers.datasets import write_scene
from tests.helpers.results import make_heatmap, write_result


def test_the_model_of_ome_reads_wavelengths_and_scale(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "v1.ome.tif"
    export_images(dataset, out, scene="v1")
    photograph, bands = ome_types.from_tiff(out).images
    assert photograph.pixels.channels[0].samples_per_pixel == 3
    assert bands.name == "v1"
    pixels = bands.pixels
    assert (pixels.size_x, pixels.size_y, pixels.size_c) == (48, 40, 3)
    assert pixels.type == ome_types.model.PixelType.UINT16
    assert [(each.name, each.emission_wavelength) for each in pixels.channels] == [
        ("450", 450.0), ("650", 650.0), ("850", 850.0)
    ]  # fmt: skip
    assert pixels.physical_size_x is None


def test_the_size_of_a_pixel_is_in_micrometres(tmp_path: Path) -> None:
    result = write_result(tmp_path, pixels_per_mm=4.0)
    export_images(result.path.parent, tmp_path / "made.ome.tif")
    (image,) = ome_types.from_tiff(tmp_path / "made.ome.tif").images
    assert (image.pixels.physical_size_x, image.pixels.physical_size_y) == (250, 250)
    assert image.pixels.physical_size_x_unit == ome_types.model.UnitsLength.MICROMETER
    assert [each.name for each in image.pixels.channels][:2] == ["heatmap", "dark"]
    assert image.pixels.channels[0].emission_wavelength is None
    with tifffile.TiffFile(tmp_path / "made.ome.tif") as file:
        np.testing.assert_array_equal(file.series[0].asarray()[0], make_heatmap())


def test_tiles_join_to_the_same_bands(tmp_path: Path) -> None:
    root, out = tmp_path / "scans", tmp_path / "a.ome.tif"
    write_scene(root, "val", "a", size=(530, 1030), bands=("450", "850"))
    export_images(root, out)
    with tifffile.TiffFile(out) as file:
        assert all(page.is_tiled and page.compression != 1 for page in file.pages)
        bands = file.series[1].asarray()
        photograph = file.series[0].asarray()
    folder = root / "val"
    for band, values in zip(("450", "850"), bands, strict=True):
        stored = (folder / "ms_masks" / f"a_ms_{band}.png").read_bytes()
        np.testing.assert_array_equal(values, imagecodecs.png_decode(stored))
    stored = (folder / "rgb_images" / "a_RGB.png").read_bytes()
    np.testing.assert_array_equal(photograph, imagecodecs.png_decode(stored))
