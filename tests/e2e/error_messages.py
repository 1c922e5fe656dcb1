"""The table of all that artextract tells a user who met an error.

A sentence says what is wrong, where, and what to do; "…" stands for what is not the same every
time. It is provoked by a command, in which ``{here}`` is a folder that holds ``data``, ``graphs``,
``run`` and ``results``, and ``{new}`` a place where there is nothing; or by a call that is given
that folder. What is damaged first is a copy.
"""

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import scipy.io
import tifffile
from PIL import Image

from artextract_cli import Capture, Importer
from artextract_cli.cli.commands import data as data_commands
from artextract_cli.cli.commands import plugins as plugin_commands
from artextract_cli.evaluation import robustness
from artextract_cli.graphs import recipe, segmentation
from artextract_cli.imaging import alignment, heatmap, transform
from artextract_cli.imaging.coding import Coding
from artextract_cli.io import decoders, images, tiff
from artextract_cli.io.image import Picture
from artextract_cli.nn import norm
from artextract_cli.pipelines.pipeline import open_scorer
from artextract_cli.plugin import conformance
from artextract_cli.plugin.contract import Spec
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.preprocessing import import_scenes, register_dataset
from artextract_cli.results.reader import SceneResult
from artextract_cli.results.writer import write_description
from artextract_cli.scenes import dataset
from artextract_cli.testing import __main__ as testing
from artextract_cli.training import run_directory
from artextract_cli.utils import output_plan
from artextract_cli.utils.checksums import UNSEALED, sealed
from artextract_cli.visualization import loss_figure
from tests.helpers.cubes import write_envi
from tests.helpers.datasets import write_png
from tests.helpers.results import ABOUT
from tests.helpers.scenes import plugin_returning

Damage = Callable[[Path], object]
PHOTOGRAPH = "data/val/rgb_images/v0_RGB.png"
BAND = "data/val/ms_masks/v0_ms_850.png"
BUILD = "graph build {here}/data --out {new}"
TRAIN = "train {here}/graphs --out {new}"
INFER = "infer {here}/data --model {here}/run --out {new}"
CARD = "infer {here}/data --model {here}/card.json --out {new}"
ONE = "infer --rgb {here}/" + PHOTOGRAPH + " --model {here}/run --out {new} --band "
PAIR = "visualize pair {here}/results --scene v0 --out {new}.png "
SIMULATE = "data simulate {new} --train 1 --val 0 --size 32 "


@dataclass(frozen=True)
class Row:
    """A message, what it is provoked by, and the exit code."""

    exit_code: int
    message: str
    provoked_by: str | Callable[[Path], object]
    damage: Damage | None = None


def put(name: str, content: str | bytes | np.ndarray) -> Damage:
    """Write a file: a text, bytes, or a picture."""

    def write(here: Path) -> None:
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, np.ndarray):
            write = write_png if path.suffix == ".png" else tifffile.imwrite
            write(path, content)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def score_card(**changes: Any) -> Damage:
    """Write a score card that holds nothing but what says that it is one."""
    told = {"format": "artextract-scores", "format_version": 1, "sha256": UNSEALED} | changes
    return put("card.json", sealed(json.dumps(told).encode()))


def drop(name: str) -> Damage:
    """Take a file away."""
    return lambda here: (here / name).unlink()


def cut(name: str) -> Damage:
    """Keep the first half of a file."""
    return lambda here: (here / name).write_bytes((here / name).read_bytes()[:-300])


def flip(name: str) -> Damage:
    """Change a digit of a loss that a file tells."""

    def write(here: Path) -> None:
        content = bytearray((here / name).read_bytes())
        at = content.rindex(b"loss")
        at += next(i for i, byte in enumerate(content[at:]) if chr(byte).isdigit())
        content[at] ^= 1
        (here / name).write_bytes(content)

    return write


def move(name: str, target: str) -> Damage:
    """Rename a file or folder."""
    return lambda here: (here / name).rename(here / target)


def change(name: str, **changes: Any) -> Damage:
    """Change what a JSON file says."""

    def write(here: Path) -> None:
        said = json.loads((here / name).read_text(encoding="utf-8"))
        (here / name).write_text(json.dumps(said | changes), encoding="utf-8")

    return write


def resealed(damage: Damage) -> Damage:
    """Results as `infer` could have written them, what was changed having its checksum."""

    def write(here: Path) -> None:
        damage(here)
        for path in here.glob("results/*/scene.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            write_description(path.parent, {k: v for k, v in said.items() if k not in ABOUT})

    return write


def all_of(*damages: Damage) -> Damage:
    """One after the other."""
    return lambda here: [damage(here) for damage in damages]


def change_graph(name: str, **changes: Callable[[np.ndarray], np.ndarray]) -> Damage:
    """Write a graph file anew with other arrays, their checksums being right."""

    def write(here: Path) -> None:
        with np.load(here / name) as arrays:
            kept = dict(arrays)
        np.savez(here / name, **kept | {key: made(kept[key]) for key, made in changes.items()})

    return write


def change_meta(name: str, **changes: Any) -> Damage:
    """Change what a graph file tells about itself."""

    def changed(meta: np.ndarray) -> np.ndarray:
        return np.frombuffer(json.dumps(json.loads(meta.tobytes()) | changes).encode(), np.uint8)

    return change_graph(name, meta=changed)


def card(**changes: Any) -> Damage:
    """Change what the model tells about itself."""

    def write(here: Path) -> None:
        import safetensors.torch

        path = here / "run" / "model.safetensors"
        with safetensors.safe_open(path, framework="pt") as file:
            said = json.loads(file.metadata()["artextract"])
        weights = safetensors.torch.load_file(path)
        said |= {"sha256": UNSEALED, **changes}
        described = {key: value for key, value in said.items() if value is not None}
        metadata = {"artextract": json.dumps(described)}
        path.write_bytes(sealed(safetensors.torch.save(weights, metadata)))

    return write


def white(size: tuple[int, ...] = (40, 48), depth: type = np.uint16) -> np.ndarray:
    """A picture at full scale."""
    return np.full(size, np.iinfo(depth).max, depth)


def noise(size: tuple[int, ...] = (40, 48)) -> np.ndarray:
    """A picture of 16 bit that is not of one value."""
    return np.random.default_rng(0).integers(0, 65535, size, np.uint16)


def cmyk(here: Path) -> None:
    Image.new("CMYK", (48, 40)).save(here / "data/val/rgb_images/v0_RGB.jpg")
    (here / PHOTOGRAPH).unlink()


def as_tiff(*pages: np.ndarray, **options: Any) -> Damage:
    """A TIFF in the place of a band."""

    def write(here: Path) -> None:
        (here / BAND).unlink()
        with tifffile.TiffWriter((here / BAND).with_suffix(".tif")) as tiff:
            for page in pages:
                tiff.write(page, **options)

    return write


def clash(text: str) -> Damage:
    """A dataset.yaml."""
    return put("data/dataset.yaml", text)


def without(module: str, call: Callable[[], object]) -> None:
    """Call as if ``module`` were not installed."""
    with mock.patch.dict(sys.modules, {module: None}):
        call()


def instead(owner: object, name: str, value: object, call: Callable[[], object]) -> None:
    """Call with another value of something."""
    with mock.patch.object(owner, name, value):
        call()


def limited(pixels: str, call: Callable[[], object]) -> None:
    """Call where the environment limits what is read."""
    with mock.patch.dict(os.environ, {"ARTEXTRACT_MAX_PIXELS": pixels}):
        call()


def importing_by(found: Sequence[object], call: Callable[[], object]) -> None:
    """Call while there is an importer ``toy`` that finds this, whatever it is given."""
    spec = Importer(name="toy", summary="Toy.", load=lambda: lambda source, options: found)
    plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
    with mock.patch.dict(plugin_host().plugins, {("importers", "toy"): plugin}):
        call()


def specs(plugin: str) -> list[Spec]:
    """What `plugins check` finds, the import path being left as it is."""
    with mock.patch.object(sys, "path", [*sys.path]):
        return list(testing.found_specs(plugin))


def frames(*bands: int, size: tuple[int, int] = (40, 48)) -> Damage:
    """Folders of frames of white and dark, which are as bright as one another."""
    names = [f"{folder}/{band}.png" for folder in ("white", "dark") for band in bands]
    made = [lambda here, f=f: (here / f).mkdir() for f in ("white", "dark")]
    return all_of(*made, *(put(name, white(size)) for name in names))


WAVES = np.float32(np.sin(np.outer(np.linspace(0, 9, 64), np.linspace(0, 7, 64))))
PLAIN = np.zeros((64, 64), np.float32)
RECIPE = dataclasses.asdict(recipe.GraphRecipe(superpixels="watershed"))
CALIBRATE = "data calibrate {here}/data --white {here}/white --dark {here}/dark --out {new}"
NET = "train {here}/graphs --out {new} --epochs 1 --objective node-contrastive "
GRAPH = "graphs/val/v0.npz"
SCENE = "results/v0/scene.json"
EVALUATE = "evaluate {here}/results --truth {here}/data"
REPORT = "report {here}/results --scene v0 --out {new}.html"

FILES = [
    Row(3, "cannot read …/absent.yaml: No such file or directory",
        "--config {here}/absent.yaml doctor"),
    Row(3, "cannot read …/pipe: it is no regular file; name one", "--config {here}/pipe doctor",
        lambda here: os.mkfifo(here / "pipe")),
    Row(1, "cannot write …/nowhere: it is a link that leads nowhere",
        INFER.replace("{new}", "{here}/nowhere"),
        lambda here: (here / "nowhere").symlink_to(here / "gone")),
    Row(1, "cannot write …/results/v0.html: Is a directory",
        "report {here}/results --scene v0 --out {here}/results/v0.html",
        lambda here: (here / "results/v0.html").mkdir()),
    Row(2, "…/run exists and is not an empty folder: name a new one",
        "data register {here}/data --out {here}/run"),
    Row(2, "…/train.npz is one of the inputs, which are only read; name another place",
        lambda here: output_plan.refuse_inputs(here / "train.npz", [here / "train.npz"])),
    Row(2, "…/mine/val is a symbolic link, and nothing is written through one: put a folder in its "
        "place, or choose another --out", BUILD.replace("{new}", "{here}/mine"),
        all_of(put("mine/kept.txt", "mine"), lambda here: (here / "mine/val").symlink_to("."))),
    Row(2, "…/data/new lies inside the dataset …/data, which is only read; name another place",
        "graph build {here}/data --out {here}/data/new"),
    Row(3, "…/c.yaml: train.rate is no option; known are: …", "--config {here}/c.yaml doctor",
        put("c.yaml", "train: {rate: 1}")),
    Row(3, "…/c.yaml: trains is no command; known are: …", "--config {here}/c.yaml doctor",
        put("c.yaml", "trains: {rate: 1}")),
    Row(3, "…/c.yaml: train must hold keys and values", "--config {here}/c.yaml doctor",
        put("c.yaml", "train: 3")),
    Row(3, "…/c.yaml, line 2: …", "--config {here}/c.yaml doctor", put("c.yaml", "a: {\n]")),
    Row(3, "…/c.yaml is not YAML: write it anew, as plain text in UTF-8",
        "--config {here}/c.yaml doctor", put("c.yaml", b"a: \xff")),
    Row(3, "…/c.yaml must hold keys and values, not one list", "--config {here}/c.yaml doctor",
        put("c.yaml", "- a")),
    Row(3, "…/dataset.yaml: unknown key 'scale'; known keys: …", BUILD, clash("scale: 3")),
]  # fmt: skip

DATASETS = [
    Row(3, "…/run holds no scenes: expected are {train,val}/rgb_images/<scene>_RGB.png with "
        "{train,val}/ms_masks/<scene>_ms_<band>.png", "graph build {here}/run --out {new}"),
    Row(3, "…/data has an error; it is listed above", "data check {here}/data", drop(BAND)),
    Row(2, "…/v0_RGB.png has no bands: give at least one, such as --band 950=FILE",
        lambda here: dataset.pair_files(here / PHOTOGRAPH, {})),
    Row(2, "give all bands a wavelength in nm, or none of them; got 850, ir",
        ONE + "850={here}/" + BAND + " --band ir={here}/" + BAND),
    Row(2, "bands 850 and 850.0 are both 850 nm; give each wavelength once",
        ONE + "850={here}/" + BAND + " --band 850.0={here}/" + BAND),
    Row(2, "5 is not in nm: a wavelength is between 100 and 100000 nm",
        ONE + "5={here}/" + BAND),
    Row(3, "2 wavelengths are given but scene t0 has 3 bands: 450, 650, 850 (…)",
        BUILD + " --wavelengths 450,650"),
    Row(3, "v0: …/v0_RGB.png is constant: every value is 1, which tells nothing; replace it; the "
        "others are in …/new", INFER, put(PHOTOGRAPH, white((40, 48, 3)))),
    Row(3, "v0: …/v0_ms_850.png is constant: every value is 1, which tells nothing; replace it, or "
        "leave this band out; the others are in …/new", INFER, put(BAND, white())),
    Row(3, "v0: …/v0_ms_850.png is constant: all but 1 of 1920 values are 1, which tells nothing; "
        "replace it, or leave this band out; the others are in …/new", INFER,
        put(BAND, white() - np.uint16(np.arange(1920).reshape(40, 48) == 999))),
    Row(3, "…/v0_ms_850.png is 20 × 30 pixels but its photograph …/v0_RGB.png is 48 × 40 pixels; "
        "…", BUILD, put(BAND, noise((30, 20)))),
    Row(3, "…/v0_mask.png is 0 everywhere: it leaves no pixel of painting; paint white what is "
        "painting, or take the mask away", BUILD,
        put("data/val/object/v0_mask.png", white(depth=np.uint8) * 0)),
    Row(3, "…/v0_mask.png is 20 × 30 pixels but its photograph is 48 × 40 pixels; draw it on the "
        "photograph", BUILD, put("data/val/object/v0_mask.png", white((30, 20)))),
    Row(3, "…/v0_hidden.png holds 7; truth is 255 (hidden), 0 (clean) or 128 (do not count)",
        EVALUATE, put("data/val/truth/v0_hidden.png", np.full((40, 48), 7, np.uint8))),
]  # fmt: skip

PICTURES = [
    Row(3, "…/v0_RGB.jpg holds CMYK colours; save it as grey or RGB", BUILD, cmyk),
    Row(3, "…/v0_ms_850.tif has 2 pages; save each page as a file of its own", BUILD,
        as_tiff(noise(), noise())),
    Row(3, "…/v0_ms_850.tif holds CIELAB colours; save it as grey or RGB", BUILD,
        as_tiff(noise((40, 48, 3)), photometric="cielab")),
    Row(3, "…/v0_ms_850.tif has 6 channels; save each band as a file of its own", BUILD,
        as_tiff(noise((40, 48, 6)), photometric="minisblack", planarconfig="contig")),
    Row(3, "…/v0_ms_850.tif holds int16 values; save it as unsigned integers or as floats", BUILD,
        as_tiff(noise().astype(np.int16))),
    Row(3, "…/v0_ms_850.tif holds whole numbers of more than 16 bit, but none above …, which is "
        "next to nothing of the 4294967295 that mean white: divide them by the one that means "
        "white in them, and save them as floats or as 16 bit", BUILD,
        as_tiff(noise().astype(np.uint32))),
    Row(3, "…/stack.tif has pages of different sizes or depths; save each page as a file of its "
        "own", lambda here: tiff.decode_stack(here / "stack.tif"),
        lambda here: tifffile.imwrite(here / "stack.tif", noise()) or
        tifffile.imwrite(here / "stack.tif", noise((8, 9)), append=True)),
    Row(3, "…/v0_RGB.png claims 48 × 40 pixels; from 1 to 99 pixels are read (the environment "
        "variable ARTEXTRACT_MAX_PIXELS sets the limit)",
        lambda here: limited("99", lambda: decoders.decode_png(here / PHOTOGRAPH))),
    Row(2, "ARTEXTRACT_MAX_PIXELS takes a whole number of pixels, such as …; got 'many'",
        lambda here: limited("many", lambda: decoders.decode_png(here / PHOTOGRAPH))),
    Row(3, "…/v0_ms_850.png is not a PNG: its content is none of PNG, BMP, JPEG and TIFF; save it "
        "as one of these", BUILD, put(BAND, "text")),
    Row(3, "…/v0_RGB.png is not a TIFF: save it as one",
        lambda here: images.read_page(here / PHOTOGRAPH, 0)),
    Row(3, "…/v0_ms_850.png is damaged or cut short: copy or export it again", BUILD, cut(BAND)),
    Row(3, "…/v0_ms_850.tif has 1920 values that are not finite (NaN or infinity), the first at "
        "row 0, column 0; replace them", BUILD, as_tiff(np.full((40, 48), np.nan, np.float32))),
    Row(3, "…/v0_RGB.png has 1920 transparent pixels, whose values are no measurements; remove its "
        "alpha channel and mark what is not painting in object/<scene>_mask.png", BUILD,
        put(PHOTOGRAPH, noise((40, 48, 4)) // 2)),
]  # fmt: skip

GRAPHS = [
    Row(2, "--max-memory 1MB is too little for 1920 pixels in 3 bands: give at least …MB",
        BUILD + " --max-memory 1MB"),
    Row(2, "--max-memory takes an amount such as 4GB or 800MB; got 'much'",
        BUILD + " --max-memory much"),
    Row(2, "--coding takes each of photograph, bands or one band once, with linear, srgb or gamma "
        "X with X from 1 to 4, such as bands=srgb; got 'bands=rec709'",
        BUILD + " --coding bands=rec709"),
    Row(2, "--coding names band '17'; the bands are 450, 650, 850", BUILD + " --coding 17=srgb"),
    Row(3, "…/dataset.yaml: coding names band 17, which no scene has", BUILD,
        put("data/dataset.yaml", 'coding: {bands: {"17": srgb}}')),
    Row(3, "…/dataset.yaml: coding: it has the keys photograph and bands, such as {bands: srgb}; a "
        "coding is linear, srgb or gamma X with X from 1 to 4 (got 'srgb')", BUILD,
        put("data/dataset.yaml", "coding: srgb")),
    Row(3, "…/dataset.yaml: coding.bands: a coding is linear, srgb or gamma X with X from 1 to 4 "
        "(got 'display')", BUILD, put("data/dataset.yaml", "coding: {bands: display}")),
    Row(3, "the results of t0 in …/results/t0 were made with another coding than the dataset's: "
        "write it into dataset.yaml, or run 'artextract infer' without --coding",
        "evaluate {here}/results --truth {here}/data",
        put("data/dataset.yaml", "coding: {bands: srgb}")),
    Row(3, "--coding is not that of the scenes that are in … (photograph srgb, 450 linear, 650 "
        "linear, 850 linear); import into another dataset",
        "data import pair {here}/raw --out {here}/data --coding bands=srgb",
        all_of(put("raw/a.png", np.arange(192, dtype=np.uint8).reshape(8, 8, 3)),
               put("raw/b.png", np.arange(64, dtype=np.uint8).reshape(8, 8)))),
    Row(2, "give both --white and --dark, or --blind without them",
        "data calibrate {here}/data --out {new} --blind --white {here}/data"),
    Row(3, "…/v0_ms_850.png shows too little that is neither saturated nor masked for its light to "
        "be told; calibrate with --white and --dark, or take it away",
        "data calibrate {here}/data --out {new} --blind",
        put(BAND, np.full((40, 48), 65535, np.uint16))),
    Row(2, "--wavelengths takes numbers in nm parted by commas, such as 420,850; got 'red'",
        BUILD + " --wavelengths red"),
    Row(2, "superpixel option 'bands.region_size' needs --segmentation separate",
        BUILD + " -s bands.region_size=3"),
    Row(3, "2 of 5 scenes could not be built; the others are in …/new", BUILD,
        all_of(put(BAND, "text"), put(BAND.replace("v0", "v1"), "text"))),
    Row(3, "the picture to cut has pixels that are not finite numbers: mend them",
        lambda here: segmentation.superpixels(np.full((9, 9, 3), np.nan), None, None)),
    Row(4, "superpixels 'given' of artextract-given returned an array of float64 and shape (2, 2), "
        "not labels of shape (9, 9): report it to its authors",
        lambda here: segmentation.superpixels(
            np.ones((9, 9, 3)), plugin_returning(np.ones((2, 2))), None)),
    Row(2, "…/new.txt: a graph is written as GraphML; end its name in .graphml",
        "graph export {here}/" + GRAPH + " --out {new}.txt"),
    Row(3, "…/results scored other pictures of v0 than …/v0.npz was built from: run "
        "'artextract infer' on the same dataset",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(change(SCENE, photograph={"path": "x", "sha256": "0"}))),
    Row(3, "…/v0.npz was built at 48 × 40 pixels, the heat map has 9 × 8: build the graph without "
        "--size", "graph export {here}/" + GRAPH + " --out {new}.graphml --results {here}/results",
        resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
    Row(3, "the pixels of …/t0.npz cannot be read (…): run 'artextract graph build' again",
        "train {here}/graphs --out {new} --epochs 1", drop("graphs/train/t0.pixels.npy")),
    Row(3, "the pixels of …/t0.npz are float64 of shape (2,), not uint16 of (40, 48, 6): run "
        "'artextract graph build' again", "train {here}/graphs --out {new} --epochs 1",
        all_of(lambda here: np.save(here / "graphs/train/t0.pixels.npy", np.ones(2)),
        change_meta("graphs/train/t0.npz", pixels_sha256=None))),
    Row(2, "…/v0.npz has views 0 to 0, not 3",
        "graph export {here}/" + GRAPH + " --out {new}.graphml --view 3"),
    Row(3, "there are no graph files in …/data: make them with 'artextract graph build'",
        "train {here}/data --out {new}"),
    Row(3, "…/data is no graph file: name one such as graphs/train/scene.npz",
        "graph inspect {here}/data"),
    Row(3, "…/t0/embeddings.npz holds no graphs: name what 'artextract graph build' has made",
        "train {here}/results --out {new}"),
    Row(3, "there is no graph file …/absent.npz: make it with 'artextract graph build'",
        "graph inspect {here}/absent.npz"),
    Row(3, "…/v0.npz is artextract-graph version 0, this artextract reads artextract-graph version "
        "…: build the graphs again", "graph inspect {here}/" + GRAPH,
        change_meta(GRAPH, format_version=0)),
    Row(3, "graph file …/v0.npz is damaged (…): remove it and run 'artextract graph build' again",
        "graph inspect {here}/" + GRAPH, cut(GRAPH)),
    Row(3, "graph file …/v0.npz is damaged (edges hold ids outside 0..…): remove it and run "
        "'artextract graph build' again", "graph inspect {here}/" + GRAPH,
        change_graph(GRAPH, edges_0=lambda edges: edges + 10**6)),
    Row(3, "graph file …/v0.npz is damaged (features is not finite): remove it and run 'artextract "
        "graph build' again", "graph inspect {here}/" + GRAPH,
        change_graph(GRAPH, features_0=lambda features: features * np.nan)),
]  # fmt: skip

TRAINING = [
    Row(2, "there is no plugin 'sgc' among the backbones; choose from: gat, gcn",
        TRAIN + " --backbone sgc"),
    Row(2, "there is no engine 'jax': choose one of …", NET + "--engine jax"),
    Row(2, "there is no device 'tpu': choose one of …", NET + "--device tpu"),
    Row(2, "there is no norm 'batches': choose one of …",
        lambda here: norm.NodeNorm("batches", 3)),
    Row(2, "there is no precision 'fp8'; choose from: fp32, bf16", NET + "--precision fp8"),
    Row(2, "batch_size must be a number above 0, not 0", NET + "--batch-size 0"),
    Row(2, "heads=3 cannot share a layer of width 64: choose a divisor of it",
        NET + "--backbone gat -o heads=3 -o hidden=64"),
    Row(2, "option 'heads' is not of the form key=value", NET + "-o heads"),
    Row(2, "option 'heads' is given twice", NET + "-o heads=1 -o heads=2"),
    Row(2, "gat has no option 'head'; its options are: …", NET + "--backbone gat -o head=1"),
    Row(2, "gat: option heads=many is not of type int", NET + "--backbone gat -o heads=many"),
    Row(2, "gat: option heads=0 is outside 1 to …", NET + "--backbone gat -o heads=0"),
    Row(2, "gcn: option norm=batches is none of …", NET + "--backbone gcn -o norm=batches"),
    Row(2, "--seeds takes different numbers parted by commas, such as 0,1,2; got '1,1'",
        NET + "--seeds 1,1"),
    Row(2, "--out / has no name to put seeds behind: name a folder, such as run",
        "train {here}/graphs --out / --seeds 0,1"),
    Row(2, "…/run holds a run already: choose another --out, or go on with --resume",
        "train {here}/graphs --out {here}/run"),
    Row(2, "…/run was trained with backbone=gcn, not gat: resume with the same settings, or "
        "choose another --out",
        "train {here}/graphs --out {here}/run --resume --objective node-contrastive"),
    Row(2, "…/run was trained on other graphs: choose another --out",
        "train {here}/graphs --out {here}/run --resume --objective node-contrastive "
        "--backbone gcn -o hidden=8 -o out_size=4 --epochs 2", drop(GRAPH)),
    Row(3, "there is nothing to resume: …/last.pt does not exist; train without --resume",
        TRAIN + " --resume"),
    Row(3, "the resume state …/last.pt is damaged: train again without --resume",
        "train {here}/graphs --out {here}/run --resume", cut("run/last.pt")),
    Row(3, "training needs two scenes or more to compare, there is 1", NET,
        all_of(*(drop(f"graphs/{n}.npz") for n in ("train/t0", "train/t1", "train/t2", "val/v1")))),
    Row(3, "there are no training scenes: all graphs are of the val split", NET,
        all_of(*(drop(f"graphs/train/t{n}.npz") for n in range(3)))),
    Row(3, "…/t0.npz and …/x.npz are of one scene: remove the older file", NET,
        lambda here: (here / "graphs/train/x.npz").write_bytes(
            (here / "graphs/train/t0.npz").read_bytes())),
    Row(3, "…/t1.npz was built by another recipe than …/t0.npz: build all graphs of …/graphs with "
        "the same options", NET, change_meta("graphs/train/t1.npz", recipe=RECIPE)),
    Row(3, "…/t1.npz has bands a, b, c, …/t0.npz has 450, 650, 850: train on scenes of the same "
        "bands", NET, change_meta("graphs/train/t1.npz", band_ids=["a", "b", "c"])),
    Row(2, "hidden-layer needs an infrared band: use --objective node-contrastive",
        TRAIN + " --objective hidden-layer",
        all_of(*(change_meta(f"graphs/{n}.npz", wavelengths=[450, 550, 650])
                 for n in ("train/t0", "train/t1", "train/t2", "val/v0", "val/v1")))),
    Row(5, "training diverged in epoch 1 (loss nan): lower --learning-rate",
        NET + "--backbone gcn -o norm=none --learning-rate 1e30 --epochs 9"),
    Row(3, "there are no metrics in …/data: name a run directory made by 'artextract train'",
        lambda here: run_directory.read_metrics(here / "data")),
    Row(3, "…/metrics.jsonl cannot be read (…): train again",
        "visualize loss {here}/run --out {new}.png", put("run/metrics.jsonl", "{")),
    Row(3, "…/metrics.jsonl holds no epoch yet: train first",
        "visualize loss {here}/run --out {new}.png", put("run/metrics.jsonl", "")),
    Row(2, "no run has finished an epoch yet: train first, then show the loss",
        lambda here: loss_figure.loss_figure({"run": []}, here / "loss.png")),
]  # fmt: skip

RESULTS = [
    Row(3, "there is no model …/absent: make one with 'artextract train', or take gat or gcn, "
        "which come with artextract", "infer {here}/data --out {new} --model {here}/absent"),
    Row(3, "…/model.safetensors is damaged or is not a model of artextract: train it again",
        INFER, put("run/model.safetensors", "text")),
    Row(3, "…/model.safetensors is artextract-model version 0, this artextract reads version …: "
        "train it again", INFER, card(format_version=0)),
    Row(3, "…/model.safetensors is damaged: its checksum is wrong; train it again, or bring back a "
        "copy", INFER, flip("run/model.safetensors")),
    Row(3, "…/metrics.jsonl is damaged: its checksum is wrong; train again",
        "visualize loss {here}/run --out {new}.png", flip("run/metrics.jsonl")),
    Row(3, "the description of model …/model.safetensors is incomplete: train it again", INFER,
        card(recipe=None)),
    Row(3, "the weights in …/model.safetensors do not fit backbone 'gcn' with the options in its "
        "description: the file is damaged or of another backbone", INFER,
        card(options={"hidden": 9, "out_size": 4})),
    Row(3, "the model is damaged or of another plugin: gcn has no option 'hiddens'; …", INFER,
        card(options={"hiddens": 9})),
    Row(4, "the model needs plugin 'sgc' (backbones) of artextract-sgc 1.0: install it with "
        "'artextract plugins install artextract-sgc==1.0'", INFER,
        card(backbone={"name": "sgc", "distribution": "artextract-sgc", "version": "1.0"})),
    Row(3, "the training of …/run did not end: finish it with 'artextract train --resume'", INFER,
        card(calibration={})),
    Row(2, "…/run compares views and has no score 'envelope': leave --scorer out, or choose "
        "--model none", INFER + " --scorer envelope"),
    Row(2, "there is no score 'fused': choose one of envelope, residual",
        lambda here: open_scorer(Path("none"), score="fused")),
    Row(3, "…/card.json cannot be read as a score card (…): choose --model none", CARD),
    Row(3, "…/card.json is artextract-model version 4, not a score card of version 1: choose "
        "--model none", CARD, score_card(format="artextract-model", format_version=4)),
    Row(3, "the score card …/card.json is damaged: its checksum is wrong; choose --model none",
        CARD, score_card(sha256="1" * 64)),
    Row(3, "the score card …/card.json is incomplete: choose --model none", CARD, score_card()),
    Row(2, "give a dataset folder, or one --rgb FILE with --band NM=FILE",
        "infer --model {here}/run --out {new}"),
    Row(2, "--band takes each band once as NM=FILE, such as 950=ir.tif; got 'ir.tif'",
        ONE + "ir.tif"),
    Row(2, "…/data has no scenes in split 'test'; choose train or val", INFER + " --split test"),
    Row(3, "2 of 5 scenes could not be scored; the others are in …/new", INFER,
        all_of(put(BAND, "text"), put(BAND.replace("v0", "v1"), "text"))),
    Row(3, "v0: no band is infrared: this model needs a band past 720 nm; name the wavelengths in "
        "dataset.yaml or with --wavelengths",
        "infer {here}/data --split val --out {new} --wavelengths 450,550,650",
        lambda here: [path.unlink() for path in here.glob("data/val/*/v1_*")]),
    Row(2, "…/results holds t0 as scored by another model: choose another --out, or remove what is "
        "there", "infer {here}/data --split val --model gcn --out {here}/results"),
    Row(2, "…/v0 exists and holds no results of ours: choose another --out", INFER.replace(
        "{new}", "{here}/mine") + " --split val", put("mine/v0/kept.txt", "mine")),
    Row(2, "…/v0/overlay.png is no result of ours, and would be written over: move it away",
        INFER.replace("{new}", "{here}/results") + " --split val", all_of(
            drop("results/v0/overlay.png"), resealed(put(PHOTOGRAPH, noise((40, 48, 3)))),
            put("results/v0/overlay.png", "mine"))),
    Row(2, "…/results/summary.csv is no result of ours, and would be written over: move it away",
        INFER.replace("{new}", "{here}/results"), drop("results/summary.json")),
    Row(2, "…/x.png lies inside the dataset …/other, which is only read; name another place",
        PAIR.replace("{new}.png", "{here}/other/val/x.png"),
        lambda here: (here / "other/val/rgb_images").mkdir(parents=True)),
    Row(3, "…/v9 holds the results of scene 'v0': give the folder that name again, or move it out "
        "of the results directory", "report {here}/results --scene v9 --out {new}.html",
        lambda here: (here / "results/v0").rename(here / "results/v9")),
    Row(3, "there are no results in …/data: make them with 'artextract infer'",
        "report {here}/data --out {new}.html"),
    Row(3, "…/results has no scene 'x'; its scenes are: t0, t1, t2, v0, v1",
        "report {here}/results --scene x --out {new}.html"),
    Row(3, "…/scene.json cannot be read (…): run 'artextract infer' again", REPORT,
        put(SCENE, "{")),
    Row(3, "…/v0 has a heat map but no scene.json, which says what it is: move it away, and run "
        "'artextract infer' again", REPORT, drop(SCENE)),
    Row(3, "…/scene.json has version 1, this artextract reads …: infer again", REPORT,
        change(SCENE, format_version=1)),
    Row(3, "…/heatmap.tif is missing: run 'artextract infer' again",
        PAIR, drop("results/v0/heatmap.tif")),
    Row(3, "…/embeddings.npz cannot be read (…): run 'artextract infer' again",
        "visualize embedding {here}/results --scene v0 --out {new}.png",
        resealed(put("results/v0/embeddings.npz", "text"))),
    Row(2, "there is no colour map 'grey': choose one of …",
        lambda here: heatmap.colour(np.zeros((2, 2)), "grey")),
    Row(2, "…: a figure is written as png, svg or pdf; end its name in one of these",
        "visualize loss {here}/run --out {new}.gif"),
    Row(2, "give either a results directory, or --rgb FILE with --band NM=FILE", "visualize pair"),
    Row(2, "--expect goes with --rgb and --band; for results give it to 'artextract infer'",
        PAIR + "--expect dark"),
    Row(2, "the model …/run does not distinguish dark from light content: leave out --expect",
        INFER + " --expect dark"),
    Row(2, "…/run compares views and cannot adapt to a painting: leave out --adapt, or choose "
        "a model that looks for hidden layers", INFER + " --adapt"),
    Row(2, "none has no network that could adapt: choose gat, gcn or a model of your own",
        "adapt {here}/data --model none --out {new}"),
    Row(2, "…/run holds a model already: choose another --out",
        "adapt {here}/data --out {here}/run"),
    Row(2, "…/run/model.safetensors is a file, and the model needs a folder: choose another --out",
        "adapt {here}/data --out {here}/run/model.safetensors"),
    Row(2, "…/data has no scene 'x'; its scenes are: t0, t1, t2, v0, v1",
        "adapt {here}/data --scene x --out {new}"),
    Row(2, "--expect dark and --scorer residual each choose the heat map: leave one out",
        "infer {here}/data --model gat --out {new} --expect dark --scorer residual"),
    Row(2, "--expect light and --scorer envelope each choose the heat map: leave one out",
        "infer {here}/data --model none --out {new} --expect light --scorer envelope"),
    Row(2, "--adapt needs a trained model, and --model none has no network: leave it out",
        "infer {here}/data --model none --out {new} --adapt"),
    Row(2, "--only-band takes one --show-band, not 450, 650",
        PAIR + "--only-band --show-band 450 --show-band 650"),
    Row(2, "--only-band goes with --mode difference, not with attention",
        PAIR + "--only-band --show-band 450 --mode attention"),
    Row(2, "scene v0 has no band '999'; its bands are: …", PAIR + "--show-band 999"),
    Row(2, "…/results and …/results have the same name, which tells results apart: rename one",
        EVALUATE.replace("evaluate", "evaluate {here}/results")),
    Row(3, "no scene of …/results has a truth picture in …/data: nothing to evaluate", EVALUATE,
        lambda here: [path.unlink() for path in here.glob("data/*/truth/*")]),
    Row(3, "the results of v0 in …/v0 are of another photograph: run 'artextract infer' on this "
        "dataset", EVALUATE, put(PHOTOGRAPH, noise((40, 48, 3)))),
    Row(3, "the results of v0 in …/v0 are of other bands than the dataset's: run 'artextract "
        "infer' on this dataset", EVALUATE, put(BAND, noise())),
    Row(3, "the results one, other have no scene with truth in common",
        "evaluate {here}/one {here}/other --truth {here}/data",
        all_of(*(lambda here, a=a, b=b: (here / a).mkdir() or
                 (here / "results" / b).rename(here / a / b)
                 for a, b in (("one", "v0"), ("other", "v1"))))),
    Row(3, "…/v0 does not say which model made it: run 'artextract infer' again",
        lambda here: robustness.model_scorer(SceneResult(path=here / "v0", description={}))),
    Row(2, "give one of the palettes a, b and one scene or more",
        lambda here: robustness.measure_robustness(lambda scene: {}, 0)),
    Row(3, "…/model.safetensors is not the model any more that made …: infer again",
        lambda here: robustness.model_scorer(SceneResult(path=here / "v0", description={
            "model": {"path": str(here / "run"), "sha256": "0"}}))),
    Row(3, "…/v0/heatmap.tif is not of the size of its photograph: run 'artextract infer' again",
        REPORT, resealed(put("results/v0/heatmap.tif", np.ones((8, 9), np.float32)))),
    Row(3, "…/v0/heatmap.tif is damaged or was changed: run 'artextract infer' again",
        REPORT, put("results/v0/heatmap.tif", np.ones((8, 9), np.float32))),
    Row(3, "…/v0/scene.json is damaged or was changed: run 'artextract infer' again",
        REPORT, change(SCENE, n_superpixels=7)),
    Row(3, "…/regions.csv is missing: run 'artextract infer' again", REPORT,
        drop("results/v0/regions.csv")),
    Row(3, "…/regions.csv is damaged: run 'artextract infer' again", REPORT,
        resealed(put("results/v0/regions.csv", "a,b\n1,2\n"))),
    Row(3, "…/gone.png is gone, from which the results were made: …", REPORT,
        resealed(change(SCENE, photograph={"path": "/gone.png", "sha256": "0"}))),
    Row(3, "…/v0_RGB.png has changed since it was scored: …", REPORT, resealed(lambda here: change(
        SCENE, photograph={"path": str(here / PHOTOGRAPH), "sha256": "0"})(here))),
    Row(3, "5 of 5 scenes could not be reported",
        "report {here}/results --out {new}.html", resealed(all_of(*(
            change(f"results/{n}/scene.json", photograph={"path": "/gone.png", "sha256": "0"})
            for n in ("t0", "t1", "t2", "v0", "v1"))))),
    Row(2, "…/new.pdf is no HTML file: name one such as report.html",
        "report {here}/results --out {new}.pdf"),
]  # fmt: skip

CAPTURED = [
    Row(3, "…/white is no folder; expected is one of white frames", CALIBRATE),
    Row(3, "…/t0_ms_450.png has no frames in …/white and …/dark: add t0_ms_450.png to both, or "
        "450.png for all scenes, or take the band away", CALIBRATE, frames()),
    Row(3, "…/t0_ms_450.png has the frame …/white/450.png, but none in …/dark: add t0_ms_450.png, "
        "or 450.png for all scenes",
        CALIBRATE, all_of(frames(), put("white/450.png", white()))),
    Row(3, "…/white holds 2 pictures that may be the frame of …/t0_ms_450.png (450.png, 450.tif); "
        "leave one", CALIBRATE,
        all_of(frames(450), put("white/450.tif", white()))),
    Row(3, "…/450.png is 20 × 30 pixels but …/t0_ms_450.png is 48 × 40 pixels; give a frame of the "
        "same camera setting", CALIBRATE, frames(450, size=(30, 20))),
    Row(3, "…/white/450.png is uint8 but …/t0_ms_450.png is uint16, and their counts cannot be "
        "compared; give a frame of the same camera setting", CALIBRATE,
        all_of(frames(450), put("white/450.png", np.full((40, 48), 200, np.uint8)))),
    Row(3, "scene t0 has no pixel that measures in every band: each is saturated or dead in one of "
        "them; look at the frames of white and dark", CALIBRATE, frames(450, 650, 850)),
    Row(3, "…/t0_ms_450.png cannot be checked once registered: 0 of 2 tiles have outlines in "
        "common with its photograph; take it away or replace it",
        "data register {here}/data --out {new}"),
    Row(3, "nothing is left of scene t0 that is painting and measures in every band; look at its "
        "masks in …/object", lambda here: register_dataset._write_mask(
            dataset.open_dataset(here / "data").scenes[0], here, np.zeros((4, 3), np.bool_))),
    Row(3, "scene 'abbey': no mask is found where photograph and bands differ in size: leave "
        "--auto-mask, and use 'artextract data register' and 'data mask'",
        lambda here: import_scenes._masked(
            Capture(name="abbey", rgb=noise((40, 48, 3)), bands=[noise((9, 9))]), Coding())),
    Row(3, "…/x.png is 4 × 3 pixels; what can be registered has sides of 32 to 32000 pixels",
        lambda here: register_dataset._checked(
            here / "x.png", Picture(values=np.ones((3, 4, 1)), full_scale=1, depth="uint8"))),
    Row(3, "…/x.png and its photograph share too little to be registered; see that they belong",
        lambda here: register_dataset.measured_residual(
            here / "x.png", "850", PLAIN, PLAIN, np.eye(3), np.eye(64) > 0, 1.0)),
    Row(3, "the bands of scene v0 share only 4 × 3 pixels with …/v0_RGB.png; take away what "
        "shows another part", lambda here: register_dataset._check_area(
            dataset.pair_files(here / PHOTOGRAPH, {"850": here / BAND}), (3, 4))),
    Row(3, "…/x.png cannot be registered to its photograph: its outlines and those of the "
        "photograph do not agree: there are none; take it away or replace it",
        lambda here: register_dataset._aligned(here / "x.png", PLAIN, PLAIN, "shift")),
    Row(3, "its outlines and those of the photograph correlate by no more than 1.00",
        lambda here: instead(alignment, "MIN_CORRELATION", 2, lambda: alignment._refined(
            WAVES, WAVES, np.eye(3), 64, "shift"))),
    Row(3, "its outlines and those of the photograph do not agree",
        lambda here: alignment._refined(PLAIN, PLAIN, np.eye(3), 64, "shift")),
    Row(4, "registration needs OpenCV, which is not installed: pip install "
        "'artextract[registration]'", lambda here: without("cv2", transform.load_opencv)),
]  # fmt: skip

SIMULATED = [
    Row(2, "train=0, val=0, seed=0: ask for one scene or more, seed 0 or more",
        "data simulate {new} --train 0 --val 0"),
    Row(2, "…/run exists and is not an empty folder: name a new one", "data simulate {here}/run"),
    Row(2, "wavelengths must be …", SIMULATE + "--wavelengths 5"),
    Row(2, "…/run is not empty: choose another --out", "demo --out {here}/run"),
]  # fmt: skip

FAILED = {"kind": "scorers", "plugin": "toy", "check": "x", "state": "failed", "why": "x"}
OWN = """
from artextract_cli import Scorer, hookimpl
@hookimpl
def artextract_scorers():
    return Scorer(name="distance", summary="Toy.", load=lambda: None)
"""
PLUGINS = [
    Row(2, "there is no kind 'filters'; choose from: …", "plugins list --kind filters"),
    Row(2, "there is no plugin 'absent'; the plugins are: …", "plugins info absent"),
    Row(2, "there is no plugin 'absent': name a project's folder, or one of …",
        lambda here: specs("absent")),
    Row(3, "there is no pyproject.toml in …/data: name a project's folder",
        "plugins install {here}/data --dry-run"),
    Row(3, "…/pyproject.toml names no plugin under [project.entry-points.artextract] (…)",
        lambda here: specs(str(here / "data")),
        put("data/pyproject.toml", "[project]")),
    Row(4, "…/broken.py cannot be loaded: ZeroDivisionError: division by zero",
        lambda here: specs(str(here / "broken.py")), put("broken.py", "1 / 0")),
    Row(4, "…/own.py: scorers 'distance' belongs to artextract already; name it otherwise",
        lambda here: specs(str(here / "own.py")), put("own.py", OWN)),
    Row(1, "toy fails 1 of 1 checks; they are listed above",
        lambda here: instead(conformance, "check_plugin", lambda plugin: [FAILED],
                             lambda: plugin_commands.check("toy"))),
    Row(2, "nobody is there to agree to '…': add --yes, or --dry-run", "plugins install absent"),
    Row(2, "'slic' …; those that can be taken out are: …", "plugins uninstall slic"),
    Row(2, "the name 'My Net' must be of lower-case letters, digits and single hyphens",
        "plugins new 'My Net' --kind backbones --out {new}"),
    Row(2, "backbones 'gat' belongs to artextract already: choose another name",
        "plugins new gat --kind backbones --out {new}"),
    Row(2, "there is a module artextract_cli already: choose another name",
        "plugins new cli --kind backbones --out {new}"),
    Row(2, "…/artextract-own exists already: choose another name or --out",
        "plugins new own --kind backbones --out {here}", put("artextract-own/x", "x")),
]  # fmt: skip


def envi(
    *replaced: tuple[str, str],
    span: tuple[int, int] = (400, 700),
    dead: Sequence[int] = (),
    **fields: Any,
) -> Damage:
    """A cube of 31 bands of ``span`` in nm, some words of whose header are then replaced."""

    def write(here: Path) -> None:
        values = np.random.default_rng(0).uniform(0.1, 0.9, (31, 40, 48)).astype("f4")
        values[list(dead)] = 0.5
        header = write_envi(here / "cube.hdr", values, np.linspace(*span, 31), **fields)
        text = header.read_text(encoding="utf-8")
        for old, new in replaced:
            text = text.replace(old, new)
        header.write_text(text, encoding="utf-8")

    return write


def matlab(name: str = "mat/a.mat", **arrays: Any) -> Damage:
    """A MATLAB file."""

    def write(here: Path) -> None:
        (here / name).parent.mkdir(exist_ok=True)
        scipy.io.savemat(here / name, arrays)

    return write


def pictures(**written: np.ndarray) -> Damage:
    """PNG files in the folder ``raw``."""
    return all_of(*(put(f"raw/{name}.png", images) for name, images in written.items()))


def cave(n_bands: int = 31, n_photographs: int = 1, depth: type = np.uint16) -> Damage:
    """A scene of the CAVE database; its first band is of another depth if that is given."""
    bands = {f"a_ms_{n:02}": noise() for n in range(1, n_bands + 1)}
    bands["a_ms_01"] = noise().astype(depth)
    photographs = [
        put(f"raw/a/{'b' * n}a_RGB.bmp", b"BM") if n else _photograph_of_cave
        for n in range(n_photographs)
    ]
    return all_of(pictures(**bands), *photographs)


def _photograph_of_cave(here: Path) -> None:
    Image.new("RGB", (48, 40)).save(here / "raw/a_RGB.bmp")


COLOURS = noise((40, 48, 3))
CUBE = "data import cube {here}/cube.hdr --out {new} "
MAT = "data import cube {here}/mat/a.mat --out {new} "
HARVARD = "data import harvard {here}/mat --out {new} "
BANDS = "data import bands {here}/raw --out {new} "
CAVE = "data import cave {here}/raw --out {new} "
TWO = "data import pair {here}/raw --out {new} "
REF = np.full((6, 8, 31), 0.02)

IMPORTED = [
    Row(3, "the importer toy finds no scene in …", lambda here: importing_by(
        [], lambda: data_commands.import_captures("toy", here / "data", here / "new"))),
    Row(3, "an importer yields scenes as Capture, not as str (so the importer 'toy' of "
        "artextract-toy read it)", lambda here: importing_by(
            ["x"], lambda: list(
                import_scenes.import_scenes("toy", here / "data", here / "new", options={})))),
    Row(3, "…/raw is no folder: give the one that holds the photograph and the bands", BANDS),
    Row(3, "there are no pictures in …/raw, nor in a folder in it; move those of each scene into a "
        "folder in it", BANDS, put("raw/x.txt", "x")),
    Row(3, "there are no pictures in …/raw, nor in a folder in it; give …/raw/a instead, or move "
        "…/raw/a/b into it", BANDS, put("raw/a/b/850.png", noise())),
    Row(2, "name=x names one scene, but …/raw holds 2 folders", BANDS + "-o name=x",
        all_of(put("raw/a/850.png", noise()), put("raw/b/850.png", noise()))),
    Row(2, "…/bands.yaml tells wavelengths, and so does -o wavelengths: drop one of them",
        BANDS + "-o wavelengths=850",
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "ir.png: 850"))),
    Row(3, "…/raw holds the photograph RGB.png but no band", BANDS, pictures(RGB=COLOURS)),
    Row(2, "2 wavelengths are given, but …/raw holds 1 bands", BANDS + "-o wavelengths=850,950",
        pictures(RGB=COLOURS, ir=noise())),
    Row(3, "2 pictures in …/raw are in colour (…) where the photograph should be the only one; say "
        "which it is with -o photograph=FILE", BANDS, pictures(a=COLOURS, b=COLOURS)),
    Row(3, "…/raw/bands.yaml lists no band; write a line such as 'raw_ir.tif: 950' for each",
        BANDS, all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", ""))),
    Row(3, "…/bands.yaml lists x.png, but there is no such file in …/raw", BANDS,
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "x.png: 850"))),
    Row(3, "…/a_850nm.png and …/b_850nm.png are both 850 nm, by which bands are told apart: "
        "correct the wavelengths, or take one away", BANDS,
        pictures(RGB=COLOURS, a_850nm=noise(), b_850nm=noise())),
    Row(3, "…/bands.yaml says that ir.png is 'much', which is no wavelength in nm", BANDS,
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "ir.png: much"))),
    Row(2, "wavelengths=red are not numbers in nm parted by commas, such as 420,470,850",
        BANDS + "-o wavelengths=red", pictures(RGB=COLOURS, ir=noise())),
    Row(3, "the name of …/ir.png tells no wavelength: list all bands in …/bands.yaml, or "
        "give -o wavelengths=NM,NM,... in the order of the files", BANDS,
        pictures(RGB=COLOURS, ir=noise())),
    Row(3, "there is a scene 'raw' already, here or in …/data; name this one otherwise or import "
        "it into another dataset", BANDS.replace("{new}", "{here}/data"),
        all_of(pictures(RGB=COLOURS, x_850nm=noise()),
               put("data/val/rgb_images/raw_RGB.png", COLOURS))),
    Row(3, "scene 'raw' has the bands 850, but the scenes of …/data have 450, 650, 850; import it "
        "into another dataset", BANDS.replace("{new}", "{here}/data"),
        pictures(RGB=COLOURS, x_850nm=noise())),
    Row(2, "…/results is neither a new or empty folder nor a dataset: choose another --out",
        BANDS.replace("{new}", "{here}/results")),
    Row(3, "there is no scene in …/raw: no folder in it holds a file NAME_ms_01.png", CAVE,
        pictures(a=COLOURS)),
    Row(3, "the bands of …/raw are of different depths; save all as 8 or all as 16 bit", CAVE,
        cave(depth=np.uint8)),
    Row(3, "…/raw should hold one photograph a_RGB.bmp; there are 0", CAVE, cave(n_photographs=0)),
    Row(3, "…/raw lacks 1 of the 31 bands, the first being a_ms_31.png; import what there is with "
        "the importer bands", CAVE, cave(30)),
    Row(3, "there is no cube in …/data: no file in it ends in …; move the cubes into it",
        "data import cube {here}/data --out {new}"),
    Row(3, "there is no cube in …/raw: no file in it ends in …; give …/raw/a/capture instead, or "
        "move what that holds into …/raw", "data import cube {here}/raw --out {new}",
        put("raw/a/capture/a.hdr", "ENVI")),
    Row(3, "there is no painting in …/DARK_1.hdr: by name, frames of white or dark are all there "
        "is (DARK_1.hdr); add the cube that they belong to, or import one that is a painting by "
        "itself with -o name=NAME", "data import cube {here}/DARK_1.hdr --out {new}",
        all_of(envi(), move("cube.hdr", "DARK_1.hdr"))),
    Row(2, "name=x names one scene, but …/mat holds 2 cubes",
        "data import cube {here}/mat --out {new} -o name=x",
        all_of(matlab(a=REF), matlab("mat/b.mat", a=REF))),
    Row(3, "…/x.txt is no cube that can be read: it is none of … and has no .hdr beside it",
        "data import cube {here}/x.txt --out {new}", put("x.txt", "x")),
    Row(3, "…/x.npy is damaged, cut short, or no .npy of numbers: copy or export it again",
        "data import cube {here}/x.npy --out {new}", put("x.npy", "x")),
    Row(2, "…/a.mat has no variable 'x'; it has ref", MAT + "-o variable=x", matlab(ref=REF)),
    Row(3, "…/a.mat holds 2 arrays of three dimensions (a, b) where the cube should be the only "
        "one; say which it is with -o variable=NAME", MAT, matlab(a=REF, b=REF)),
    Row(3, "…/x.npy holds complex128 numbers of shape (4, 5, 6); a cube is rows, columns and bands "
        "of whole numbers or floats", "data import cube {here}/x.npy --out {new}",
        lambda here: np.save(here / "x.npy", np.ones((4, 5, 6), complex))),
    Row(3, "…/a.mat does not tell the wavelengths of its 31 bands: give them, -o "
        "wavelengths=NM,NM,... or evenly spaced, -o wavelengths=FIRST:LAST", MAT, matlab(ref=REF)),
    Row(3, "…/cube.hdr says bands = 31, but its wavelength lists 30", CUBE, envi((",\n 700", ""))),
    Row(3, "…/cube.hdr calls all bands bad (bbl); there is nothing to read", CUBE,
        envi(bbl="{" + ", ".join("0" * 31) + "}")),
    Row(3, "…/cube.hdr is no ENVI header: its first word is not ENVI", CUBE, envi(("ENVI", "X"))),
    Row(3, "…/cube.hdr is damaged or cut short: the list of its wavelength has no end", CUBE,
        envi(("700}", "700"))),
    Row(3, "…/cube.hdr has 'red' where its wavelength must be a number; part numbers by commas",
        CUBE, envi((" 700", " red"))),
    Row(3, "…/cube.hdr is damaged or cut short: it does not say its lines", CUBE,
        envi(("lines = 40", ""))),
    Row(3, "…/cube.hdr says lines = many, which is no whole number from 1 on", CUBE,
        envi(("lines = 40", "lines = many"))),
    Row(3, "…/cube.hdr says interleave = bbb; it must be bsq, bil or bip", CUBE,
        envi(("= bsq", "= bbb"))),
    Row(3, "…/cube.raw has … bytes where cube.hdr tells of …: it was cut short, or the header is "
        "not its own", CUBE, envi(("lines = 40", "lines = 41"))),
    Row(3, "…/cube.hdr says data type = 6; those that can be read are …", CUBE,
        envi(("data type = 4", "data type = 6"))),
    Row(3, "…/cube.hdr says byte order = 3; it must be 0 (least first) or 1 (most first)", CUBE,
        envi(("byte order = 0", "byte order = 3"))),
    Row(3, "…/cube.hdr should have one raw file beside it, cube or cube.raw, .img, .dat, ...; "
        "there are 0", CUBE, all_of(envi(), drop("cube.raw"))),
    Row(3, "…/cube.hdr says file compression = 1, which cannot be read; save it without", CUBE,
        envi(file_compression=1)),
    Row(3, "…/cube.hdr gives its bands 4 and 5 one wavelength, 430 nm; give those of all bands, -o "
        "wavelengths=NM,NM,..., or mark one of the two as bad in an ENVI header (bbl)", CUBE,
        envi((" 440", " 430"))),
    Row(2, "wavelengths=500:500 gives bands 1 and 2 one wavelength, 500 nm; give each band its own",
        CUBE + "-o wavelengths=500:500", envi()),
    Row(2, "2 wavelengths are given, but the cube has 31 bands",
        CUBE + "-o wavelengths=450,550", envi()),
    Row(2, "centres=red are not numbers in nm parted by commas, such as 420,470,850",
        CUBE + "-o centres=red", envi()),
    Row(3, "…/cube.hdr gives wavelengths in Index; give them in nm, -o wavelengths=NM,NM,...", CUBE,
        envi(("Nanometers", "Index"))),
    Row(3, "…/cube.hdr holds wavelengths that are none; give them, -o wavelengths=NM,NM,...", CUBE,
        envi((" 400", " -400"))),
    Row(3, "…/cube.hdr covers 2000 to 2300 nm, and with it none of the usual bands; choose "
        "others with -o centres=NM,NM,... or take all, -o centres=all",
        CUBE + "-o photograph={here}/" + PHOTOGRAPH, envi(span=(2000, 2300))),
    Row(2, "centres=999: …/cube.hdr has no bands at 999 nm; it has 31 from 400 to 700 nm",
        CUBE + "-o centres=999", envi()),
    Row(3, "no photograph can be rendered from …/cube.hdr: it has 31 bands from 400 to 9000 nm, "
        "and it takes bands from … nm, … nm apart at most; give one, -o photograph=FILE",
        CUBE + "-o centres=all", envi(span=(400, 9000))),
    Row(3, "the photograph …/x.png is 20 × 30 pixels but the cube …/cube.hdr is … × …; give one of "
        "that size, or none for it to be rendered", CUBE + "-o photograph=x.png",
        all_of(envi(), put("x.png", noise((30, 20, 3))))),
    Row(3, "what …/cube.hdr shows at 430 nm has one value throughout, which tells nothing: export "
        "the cube again, or choose other bands, -o centres=NM,NM,...",
        CUBE + "-o centres=420,430 -o width=1", envi(dead=(3,))),
    Row(3, "the photograph of …/cube.hdr has one value throughout, which tells nothing: give "
        "another (of a cube, -o photograph=FILE)", CUBE + "-o photograph=x.png",
        all_of(envi(), put("x.png", white((40, 48, 3))))),
    Row(2, "white=FILE and dark=FILE go together; give both, or none of a cube of reflectance",
        CUBE + "-o white=w.hdr", envi()),
    Row(3, "scene 'cube' (…/cube.hdr) lacks its frame of white: there is no file …/NOPE_cube.hdr; "
        "give the one that there is with -o white=FILE, * in it being the name of the scene (by "
        "their names, frames in … are: none)",
        CUBE + "-o white=NOPE_*.hdr -o dark=D_*.hdr", envi()),
    Row(2, "-o white=FILE names …/cube.hdr, which is the painting 'cube' itself: * in it is the "
        "name of the scene; write the rest of the frame's name too, such as white='WHITEREF_*.hdr'",
        CUBE + "-o white=*.hdr -o dark=D_*.hdr", envi()),
    Row(3, "there is no painting in …/cubes: white=*.hdr, dark=D_*.hdr leave none of its cubes "
        "(a.hdr); * is the name of a scene, so write the rest of a frame's name too, such as "
        "white='WHITEREF_*.hdr', or give the folder that holds the paintings",
        "data import cube {here}/cubes --out {new} -o white=*.hdr -o dark=D_*.hdr",
        put("cubes/a.hdr", "ENVI")),
    Row(2, "centres=440,440 asks for 440 nm twice; drop one of the two",
        CUBE + "-o centres=440,440", envi()),
    Row(3, "there is no scene in …/data: no file in it ends in .mat",
        "data import harvard {here}/data --out {new}"),
    Row(3, "…/a.mat holds …; a scene of the Harvard database has ref, (rows, columns, 31)", HARVARD,
        matlab(a=REF)),
    Row(3, "…/a.mat holds lbl of shape (2, 2) where that of its ref is (6, 8)", HARVARD,
        matlab(ref=REF, lbl=np.ones((2, 2)))),
    Row(3, "…/a.mat: its calib should be 31 numbers above 0; do without, -o calibration=none",
        HARVARD, matlab(ref=REF, calib=np.zeros(31))),
    Row(3, "…/calib.txt should hold 31 numbers, the sensitivities of the camera", HARVARD,
        all_of(matlab(ref=REF), put("mat/calib.txt", "many"))),
    Row(3, "…/a.mat is damaged, cut short, or no MATLAB file: copy or export it again", HARVARD,
        all_of(matlab(ref=REF), cut("mat/a.mat"))),
    Row(3, "…/raw is no folder: give the one that holds photograph and infrared picture", TWO),
    Row(3, "…/raw holds 1 picture where 2 are expected; …", TWO, pictures(a=COLOURS)),
    Row(3, "of the two pictures in …/raw both are in colour; …", TWO,
        pictures(a=COLOURS, b=COLOURS)),
]  # fmt: skip

ROWS = [
    *(
        *FILES,
        *DATASETS,
        *PICTURES,
        *GRAPHS,
        *TRAINING,
        *RESULTS,
        *CAPTURED,
        *SIMULATED,
        *PLUGINS,
        *IMPORTED,
    )
]

# What no cheap command comes to, or users of the library alone, by the test that comes there.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/imaging/test_coding.py::test_words_are_checked_wherever_they_come_from": (
        "photograph: a coding is linear, srgb or gamma X with X from 1 to 4 (got 'rec709')",
    ),
    "plugins/test_cube.py::test_codings_that_do_not_fit_a_cube": (
        "the photograph of … is rendered from all its bands, which are of one coding: say --coding "
        "bands=srgb, or give a photograph (of a cube, -o photograph=FILE)",
        "… has white and dark frames, which make reflectance of linear counts only: leave --coding "
        "of bands, or the frames",
    ),
    "unit/imaging/test_alignment.py::test_a_constant_band_is_refused": (
        "its outlines and those of the photograph do not agree: there are none",
    ),
    "unit/results/test_reader.py::test_a_model_without_attention_writes_none": (
        "…/attention.tif does not exist: its model has no attention",
    ),
    "e2e/test_model_free.py::test_what_needs_a_network_says_so": (
        "…/v0 has no embeddings: it was scored without learning; run 'artextract infer' with a "
        "trained model for that",
    ),
    "unit/pipelines/without_learning/test_calibration.py::"
    "test_scenes_that_may_hide_something_are_refused": (
        "no scene of … is known to be clean: name clean scenes in dataset.yaml",
    ),
    "unit/evaluation/baselines/test_painted_pixels.py::test_a_mask_without_painting_is_refused": (
        "the object mask leaves no pixel of the painting; check the mask",
    ),
    "unit/nn/test_batch.py::test_damaged_edges_are_refused": (
        "a graph needs at least one node, got 0: build the graph again",
        "edges are (1, 2) int64, not (2, E) integers: build the graph again",
        "edges name nodes 0..3, but the graph has only 0..2: build the graph again",
        "edge 0 to 1 has no opposite 1 to 0: build the graph again",
    ),
    "unit/models/test_calibration.py::test_equal_scores_cannot_be_calibrated": (
        "cannot calibrate: 1000 clean superpixels show 1 different scores; train on more or "
        "larger scenes",
    ),
    "unit/preprocessing/test_capture_validation.py::test_what_cannot_be_a_scene": (
        "scene 'a': …",
        "scene 'a': its wavelengths are no numbers: ('red', 'ir')",
    ),
    "unit/preprocessing/test_capture_validation.py::test_only_captures_are_taken": (
        "an importer yields scenes as Capture, not as str",
    ),
    "unit/models/test_checkpoint.py::test_a_rightly_signed_bomb_is_refused_and_not_executed": (
        "…/last.pt is no resume state of artextract: train again without --resume",
    ),
    "plugins/test_slic_torch.py::test_a_missing_gpu_is_an_error": (
        "device cuda cannot be used: …, or take --device cpu",
    ),
    "unit/nn/test_batch.py::test_the_dgl_graph_of_a_machine_without_dgl_says_what_to_install": (
        "DGL cannot be used on cpu: …",
    ),
    "unit/nn/engines/test_selection.py::test_the_engine_and_its_reason": (
        "engine dgl cannot be used on cpu: …, or take --engine torch",
    ),
    "e2e/test_hostile_input.py::test_pictures_that_promise_too_much": (
        "… has more than … pages; save them as several files",
    ),
    "e2e/test_hostile_input.py::test_lists_of_files_stay_in_their_folder": (
        "… lists …, which lies outside of …: only files in it are read",
    ),
    "plugins/test_cube.py::test_frames_that_leave_nothing": (
        "no pixel of … measures in every band: each is saturated, or hardly brighter in white than "
        "in dark; look at the frames, and say at which count the camera is saturated, -o "
        "scale=NUMBER",
    ),
    "plugins/test_cube.py::test_a_full_scale_that_is_not_the_one_of_the_counts": (
        "500000 cannot be the scale of …: the largest value, 4095, is less than a hundredth of it; "
        "give another, -o scale=NUMBER, the value that counts as 1 or, with white and dark, as "
        "saturated",
    ),
    "plugins/test_cube.py::test_frames_that_are_swapped": (
        "white and dark look swapped: …, given as white, is darker than …; give each in the place "
        "of the other, -o white=FILE -o dark=FILE",
    ),
    "plugins/test_cube.py::test_frames_of_other_wavelengths_are_refused": (
        "band 1 of … is 700 nm but that of … 400 nm; give a frame of the same camera setting",
    ),
    "plugins/test_cube.py::test_frames_that_do_not_fit": (
        "… has 31 bands of 6 columns but … has 31 of 7; give a frame of the same camera setting",
        "… holds uint8 numbers but … uint16: counts of 8 bit cannot be compared with others; give "
        "a frame of the same camera setting",
    ),
    "unit/visualization/test_embedding_figure.py::test_what_cannot_be_drawn": (
        "… has 2 embeddings: to project them takes four or more",
    ),
    "unit/utils/test_locks.py::test_a_folder_has_one_writer_at_a_time": (
        "another artextract is writing to …: wait until it has ended, or choose another --out",
    ),
    "unit/export/test_image_pyramid.py::test_what_is_read_is_not_written_over": (
        "…: a pyramid is a TIFF; end its name in …",
    ),
    "unit/evaluation/test_evaluate.py::test_a_map_of_another_size": (
        "…/heatmap.tif has size (20, 23), the photograph of a (20, 24): they are of different"
        " datasets",
    ),
    "unit/evidence/test_hidden_image.py::test_without_infrared_it_says_so": (
        "no wavelengths are known, so none of its bands is known as infrared",
        "no band is past 720 nm, the longest is 650 nm; hidden layers show in the infrared only",
    ),
    "unit/preprocessing/test_import_scenes.py::"
    "test_what_does_not_agree_with_the_scenes_before_is_refused": (
        "…; the scenes before it (1) are in …",
        "band 950 of scene 'abbey' is 940 nm, but 950 nm in …; import it into another dataset",
    ),
    "unit/preprocessing/test_import_scenes.py::test_a_file_that_is_there_is_not_written_over": (
        "…_ms_950.png is there already and is not written over; move it away",
    ),
    "unit/evaluation/test_metrics.py::test_scenes_without_both_figures_are_left_out": (
        "cannot pair 2 scenes with 1: give both for the same scenes",
        "no scene was measured with both methods: there is no difference to give",
    ),
    "unit/evaluation/test_metrics.py::test_infinite_scores_are_ranked_and_missing_ones_refused": (
        "1 of 4 scores are not a number: leave them out",
    ),
    "unit/evaluation/test_metrics.py::test_pictures_of_another_size_are_refused": (
        "the truth is 4 × 5 pixels but the score 4 × 6: give a truth of the size of the photograph",
    ),
    "unit/plugin/test_conformance.py::test_a_plugin_that_ends_the_process": (
        "… ended the process that tested it (exit code 3)",
    ),
    "unit/plugin/install/test_transaction.py::test_commands_that_fail": (
        "…. artextract and what it needs stay at their versions: a plugin that asks for "
        "others cannot be installed beside them",
        "'false' failed (exit code 1); why is said above",
        "no-such-tool is not there, which manages this environment: install it first",
    ),
    "unit/plugin/install/test_transaction.py::test_what_artextract_needs_may_not_change": (
        "numpy 1.0 has become 2.0",
    ),
    "unit/plugin/install/test_transaction.py::test_a_package_that_brings_no_plugin": (
        "numpy is installed, but brings no plugin (no entry point in the group artextract)",
    ),
    "unit/plugin/install/test_transaction.py::test_a_damaged_distribution_is_named": (
        "artextract-a cannot be taken out by any tool: …",
    ),
    "unit/plugin/install/test_transaction.py::"
    "test_a_process_that_tries_plugins_tells_why_it_fails": (
        "a plugin does not let artextract start: no answer in 60 s",
    ),
    "unit/plugin/install/test_environment.py::"
    "test_what_belongs_to_the_operating_system_is_left_alone": (
        "… belongs to the operating system, which forbids to install there: make an "
        "environment with 'python3 -m venv ENV' and 'ENV/bin/pip install …'",
    ),
    "unit/nn/test_precision.py::test_a_gpu_without_bfloat16_is_refused": (
        "precision bf16 cannot be used on cuda: … lacks it; take --precision fp32",
    ),
    "e2e/test_register.py::test_too_large_a_residual": (
        "… does not lie on its photograph once registered: the residual is 1.2 px, and 1 px "
        "are allowed; try --model homography, or raise --max-residual",
    ),
    "unit/report/test_writing.py::test_a_description_that_lacks_something": (
        "…/scene.json lacks bands, engine: run 'artextract infer' again",
    ),
    "unit/training/test_trainer.py::test_separate_graphs_have_no_corresponding_nodes": (
        "node-contrastive compares corresponding superpixels, but these graphs come from "
        "separate segmentations: use --objective graph-contrastive, or build the graphs with "
        "--segmentation shared",
    ),
    "unit/pipelines/test_settings.py::test_an_objective_that_suits_no_setting_is_told": (
        "the objective toy sets 'x', which is no training setting",
    ),
    "plugins/test_bands.py::test_a_stack_of_bands_in_one_tiff": (
        "…/bands.tif holds 5 bands: give their wavelengths, -o wavelengths=NM,NM,...",
    ),
    "plugins/test_cube.py::test_values_that_are_not_finite_are_refused": (
        "… has values that are not finite (NaN or infinity), the first in band 8 (470 nm), row 2, "
        "column 2; replace them, or say in an ENVI header which mean that nothing was measured: "
        "data ignore value",
    ),
    "plugins/test_cube.py::test_a_wrong_scale_is_refused_and_highlights_are_clipped": (
        "… holds values from 2 to 3 where 1 counts as 1, and 100% of them lie outside 0 to 1;"
        " say what counts as 1 with -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_wavelengths_that_do_not_fit": (
        "… tells 30 wavelengths, but its cube has 7 bands",
    ),
    "plugins/test_cube.py::test_numbers_that_tell_no_scale": (
        "… holds int16 numbers and does not tell which counts as 1, such as 10000 for "
        "reflectance; say it with -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_a_header_that_is_wrong": (
        "… says that 0 counts as 1; give the scale, -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_without_h5py_the_extra_is_named": (
        "… is of MATLAB 7.3, which takes h5py to read: pip install 'artextract[hdf5]'",
    ),
    "plugins/test_cube.py::test_without_the_visible_there_is_no_photograph": (
        "no photograph can be rendered from …: it has 3 bands from 450 to 650 nm, and it "
        "takes bands from 420 to 700 nm, 25 nm apart at most; give one, -o photograph=FILE",
    ),
    "plugins/test_slic_torch.py::test_what_is_no_batch_is_refused": (
        "expected images of shape (B, H, W, C), none of them 0, got (8, 8, 3)",
    ),
    "e2e/test_plugins.py::test_a_plugin_that_does_not_load_is_taken_out_again": (
        "artextract-ring does not load: SystemExit: no licence",
    ),
}

# Errors that pass on the sentence of something else, and what that is.
_PASSED_ON = {
    "cli/commands/plugins.py:install": "why a plugin cannot stay, and what is undone",
    "scenes/dataset.py:open_dataset": "the first finding of data check",
    "errors.py:raise_failures": "why the only scene that failed did",
    "plugin/install/transaction.py:_child": "what another process of artextract said",
    "io/image.py:finite": "where values are not finite: io/test_images.py",
    "io/images.py:read_counts": "where values are not 0 to 1: io/test_images.py",
    "plugin/plugin.py:running": "what the plugin raised: plugin/test_host.py",
    "simulate/settings.py:__post_init__": "simulate/test_scene.py",
    "scenes/checks/values.py:check_values": "what data check tells as well, as rows here",
    "utils/yaml.py:read_model": "what pydantic finds: utils/test_yaml.py",
    "utils/yaml.py:read_yaml": "what the YAML parser finds: utils/test_yaml.py",
}
PASSED_ON: Mapping[str, str] = {f"artextract_cli/{place}": why for place, why in _PASSED_ON.items()}
