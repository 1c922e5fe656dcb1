"""Maps of results, whole and damaged."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from artextract_cli.errors import InputError
from artextract_cli.report.scene_layers import read_layers
from tests.helpers.report_layers import layers
from tests.helpers.results import (
    sealed_again,
    write_result,
)


@pytest.mark.parametrize("name", ["heatmap", "bands"])
def test_maps_that_are_missing_damaged_or_of_another_size(tmp_path: Path, name: str) -> None:
    result = write_result(tmp_path)
    path = result.path / f"{name}.tif"
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(InputError, match=rf"{name}\.tif is damaged"):
        read_layers(result)
    tifffile.imwrite(path, np.zeros((9, 9), np.float32))
    with pytest.raises(InputError, match="does not have the size of the photograph"):
        read_layers(sealed_again(result))
    path.unlink()
    with pytest.raises(InputError, match=rf"{name}\.tif is missing: run `artextract infer "):
        read_layers(result)


def test_a_tiled_map_is_read_like_any_other(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    path = result.path / "bands.tif"
    stack = tifffile.imread(path)
    before = layers(result)["evidence-2"].encoded.uri
    how = {"tile": (32, 32), "compression": "zlib", "bigtiff": True, "photometric": "minisblack"}
    tifffile.imwrite(path, stack, metadata=None, **how)
    assert layers(sealed_again(result))["evidence-2"].encoded.uri == before
