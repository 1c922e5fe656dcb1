"""Every built-in plugin passes the tests that plugin authors run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import scipy.io

import artextract_bands
import artextract_contrastive
import artextract_cube
import artextract_distance
import artextract_doctor
import artextract_felzenszwalb
import artextract_gat
import artextract_gcn
import artextract_hidden_layer
import artextract_pair
import artextract_quickshift
import artextract_slic
import artextract_slic_torch
import artextract_tensorboard
import artextract_watershed
from artextract_cli import Capture, coded_rgb, rgb_weights
from artextract_cli.plugin.host import plugin_host
from artextract_cli.testing import (
    BackboneTests,
    CommandTests,
    ImporterTests,
    LoggerTests,
    ObjectiveTests,
    PluginTests,
    ScorerTests,
    SuperpixelTests,
)
from artextract_cli.testing.importers import SIZES
from artextract_cube import cave, harvard
from tests.helpers.cubes import write_envi


def named(specs: Any, name: str) -> Any:
    return next(spec for spec in specs if spec.name == name)


class TestSlic(SuperpixelTests):
    spec = artextract_slic.artextract_superpixels()


class TestSlicTorch(SuperpixelTests):
    spec = artextract_slic_torch.artextract_superpixels()


class TestFelzenszwalb(SuperpixelTests):
    spec = artextract_felzenszwalb.artextract_superpixels()


class TestWatershed(SuperpixelTests):
    spec = artextract_watershed.artextract_superpixels()


class TestQuickshift(SuperpixelTests):
    spec = artextract_quickshift.artextract_superpixels()


class TestGCN(BackboneTests):
    spec = artextract_gcn.artextract_backbones()
    options = (
        artextract_gcn.GCNOptions(layers=1, norm="none"),
        artextract_gcn.GCNOptions(layers=3, norm="layer", dropout=0.2, hidden=7, out_size=5),
    )


class TestGAT(BackboneTests):
    spec = artextract_gat.artextract_backbones()
    options = (
        artextract_gat.GATOptions(layers=1, heads=1, norm="none", residual=False),
        artextract_gat.GATOptions(layers=2, norm="batch", dropout=0.2, hidden=8, out_size=4),
    )


class TestNodeContrastive(ObjectiveTests):
    spec = named(artextract_contrastive.artextract_objectives(), "node-contrastive")


class TestGraphContrastive(ObjectiveTests):
    spec = named(artextract_contrastive.artextract_objectives(), "graph-contrastive")


class TestHiddenLayer(ObjectiveTests):
    spec = artextract_hidden_layer.artextract_objectives()


class TestDistance(ScorerTests):
    spec = named(artextract_distance.artextract_scorers(), "distance")


class TestCosine(ScorerTests):
    spec = named(artextract_distance.artextract_scorers(), "cosine")


class TestAttention(ScorerTests):
    spec = named(artextract_distance.artextract_scorers(), "attention")


class TestBands(ImporterTests):
    spec = artextract_bands.artextract_importers()

    def write(self, folder: Path, capture: Capture) -> Path:
        write_pictures(folder, capture, [f"abbey_{nm:g}nm" for nm in capture.wavelengths])
        return folder


class TestPair(ImporterTests):
    spec = artextract_pair.artextract_importers()
    captures = tuple((size, 1, depth) for size in SIZES for depth in (8, 16))
    options = (artextract_pair.PairOptions(nm=450.0),)

    def write(self, folder: Path, capture: Capture) -> Path:
        write_pictures(folder, capture, ["infrared"])
        return folder


class TestCube(ImporterTests):
    spec = named(artextract_cube.artextract_importers(), "cube")
    options = (artextract_cube.CubeOptions(centres="all", photograph="photo.png"),)

    def write(self, folder: Path, capture: Capture) -> Path:
        write_pictures(folder, replace(capture, bands=capture.bands[..., :0]), [])
        write_envi(folder / "abbey.hdr", np.moveaxis(capture.bands, 2, 0), capture.wavelengths)
        return folder / "abbey.hdr"


class TestCave(ImporterTests):
    spec = named(artextract_cube.artextract_importers(), "cave")
    captures = tuple((size, 31, depth) for size in SIZES for depth in (8, 16))

    def write(self, folder: Path, capture: Capture) -> Path:
        write_pictures(folder, capture, [f"abbey_ms_{n + 1:02}" for n in range(31)])
        (folder / "photo.png").rename(folder / "abbey_RGB.png")
        return folder

    def expected(self, capture: Capture) -> Capture:
        return replace(capture, wavelengths=cave.WAVELENGTHS)


class TestHarvard(ImporterTests):
    spec = named(artextract_cube.artextract_importers(), "harvard")
    captures = tuple((size, 31, 16) for size in SIZES)
    options = (artextract_cube.HarvardOptions(scale=65535),)

    def write(self, folder: Path, capture: Capture) -> Path:
        scipy.io.savemat(folder / "abbey.mat", {"ref": capture.bands.astype(np.float64)})
        return folder

    def expected(self, capture: Capture) -> Capture:
        linear = capture.bands / 65535 @ rgb_weights(Path("scene"), harvard.WAVELENGTHS)
        return replace(
            capture, rgb=coded_rgb(np.clip(linear, 0, 1)), wavelengths=harvard.WAVELENGTHS
        )


class TestTensorBoard(LoggerTests):
    spec = artextract_tensorboard.artextract_loggers()


class TestDoctor(CommandTests):
    spec = artextract_doctor.artextract_commands()


def write_pictures(folder: Path, capture: Capture, names: list[str]) -> None:
    (folder / "photo.png").write_bytes(imagecodecs.png_encode(capture.rgb))
    for name, band in zip(names, np.moveaxis(capture.bands, -1, 0), strict=True):
        content = imagecodecs.png_encode(np.ascontiguousarray(band))
        (folder / f"{name}.png").write_bytes(content)


def test_every_built_in_is_tested() -> None:
    tested = {
        (made.spec.kind, made.spec.name)
        for made in globals().values()
        if isinstance(made, type) and issubclass(made, PluginTests) and hasattr(made, "spec")
    }
    built_in = {
        key for key, plugin in plugin_host().plugins.items() if plugin.distribution == "artextract"
    }
    assert tested == built_in
