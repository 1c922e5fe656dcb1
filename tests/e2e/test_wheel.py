"""What is shipped: a wheel, installed elsewhere, is complete."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_wheel_installed_elsewhere_finds_all_built_in_plugins(tmp_path: Path) -> None:
    def python(*words: object, **more: str) -> str:
        ran = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    elsewhere = tmp_path / "elsewhere"
    python("-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    python("-m", "pip", "install", "--no-deps", "--no-index", "--target", elsewhere, wheel)
    where = {"PYTHONPATH": str(elsewhere)}
    asked = "import artextract_cli, artextract_gat; print(artextract_cli.__file__)"
    assert Path(python("-c", asked, **where).strip()).is_relative_to(elsewhere)
    assert (elsewhere / "artextract_cli" / "py.typed").exists()
    assets = "artextract_cli/report/assets"
    shipped = {path.name for path in (elsewhere / assets).iterdir()}
    assert shipped == {path.name for path in (ROOT / assets).iterdir()}
    assert {"report.html", "report.css", "viewer.js"} <= shipped
    assert (elsewhere / "artextract_cli" / "results" / "schema" / "scene.schema.json").exists()
    assert not (elsewhere / "plugins").exists()
    found = json.loads(python("-m", "artextract_cli", "--json", "plugins", "list", **where))
    names = [(plugin["kind"], plugin["name"]) for plugin in found["plugins"]]
    assert names == [
        ("superpixels", "felzenszwalb"),
        ("superpixels", "quickshift"),
        ("superpixels", "slic"),
        ("superpixels", "slic-torch"),
        ("superpixels", "watershed"),
        ("backbones", "gat"),
        ("backbones", "gcn"),
        ("objectives", "graph-contrastive"),
        ("objectives", "hidden-layer"),
        ("objectives", "node-contrastive"),
        ("scorers", "attention"),
        ("scorers", "cosine"),
        ("scorers", "distance"),
        ("importers", "bands"),
        ("importers", "cave"),
        ("importers", "cube"),
        ("importers", "harvard"),
        ("importers", "pair"),
        ("loggers", "tensorboard"),
        ("commands", "doctor"),
    ]
    assert found["broken"] == []
