import subprocess
import sys

import pytest

import artextract_cli


@pytest.mark.parametrize("name", ["compiled", "connected_regions", "gradient_magnitude"])
def test_heavy_names_are_public(name):
    assert name in artextract_cli.__all__
    assert callable(getattr(artextract_cli, name))


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'superpixls'"):
        artextract_cli.superpixls  # noqa: B018


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, artextract_cli; print(sorted({'numba', 'torch', 'scipy'} & {*sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
