"""ENVI files, as another program reads them."""

from pathlib import Path

import numpy as np
import pytest
import spectral

from artextract_cli.errors import UsageError
from artextract_cli.export.images import export_images
from tests.helpers.datasets import write_scene
from tests.helpers.results import make_heatmap, write_result


def test_another_program_reads_bands_with_wavelengths(dataset: Path, tmp_path: Path) -> None:
    export_images(dataset, tmp_path / "v1.hdr", scene="v1")
    image = spectral.open_image(str(tmp_path / "v1.hdr"))
    assert image.shape == (40, 48, 3)
    assert image.bands.centers == [450, 650, 850]
    assert image.metadata["band names"] == ["450", "650", "850"]
    # SPy divides by the reflectance scale factor.
    assert image.metadata["reflectance scale factor"] == "65535"
    stored = spectral.envi.open(str(tmp_path / "v1.hdr")).open_memmap()
    import imagecodecs

    band = (dataset / "val" / "ms_masks" / "v1_ms_850.png").read_bytes()
    np.testing.assert_array_equal(stored[..., 2], imagecodecs.png_decode(band))


def test_another_program_reads_maps_with_their_names(tmp_path: Path) -> None:
    result = write_result(tmp_path, pixels_per_mm=4.0)
    export_images(result.path.parent, tmp_path / "made.hdr")
    image = spectral.open_image(str(tmp_path / "made.hdr"))
    assert image.metadata["band names"][:2] == ["heatmap", "dark"]
    assert image.metadata["pixel size"] == ["0.00025", "0.00025", "units=Meters"]
    assert image.bands.centers is None
    np.testing.assert_array_equal(image.open_memmap()[..., 0], make_heatmap())


def test_only_an_earlier_export_is_replaced(dataset: Path, tmp_path: Path) -> None:
    header = tmp_path / "v1.hdr"
    mine = tmp_path / "v1.img"
    mine.write_text("mine")
    with pytest.raises(UsageError, match=r"v1\.img is in the way"):
        export_images(dataset, header, scene="v1")
    assert mine.read_text() == "mine"
    mine.unlink()
    for scene in ("v0", "v1"):
        export_images(dataset, header, scene=scene)
    assert "v1" in header.read_text(encoding="utf-8")


def test_names_do_not_break_the_header(tmp_path: Path) -> None:
    write_scene(tmp_path / "scans", "val", "a, {b}; c=d", bands=("1", "2"))
    export_images(tmp_path / "scans", tmp_path / "odd.hdr")
    header = spectral.envi.read_envi_header(str(tmp_path / "odd.hdr"))
    assert header["description"].startswith("Bands of a b c d")
    assert header["bands"] == "2"
