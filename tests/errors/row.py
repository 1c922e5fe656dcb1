"""A row of the tables of error messages, and ways to provoke it.

A sentence says what is wrong, where, and what to do; "…" stands for what is not the same every
time. It is provoked by a command, in which ``{here}`` is a folder that holds ``data``, ``graphs``,
``run`` and ``results``, and ``{new}`` a place where there is nothing; or by a call that is given
that folder. What is damaged first is a copy.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import tifffile

from artextract_cli import Importer
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.results.writer import write_description
from artextract_cli.utils.checksums import PLACEHOLDER, embed_digest
from tests.helpers.datasets import write_png
from tests.helpers.results import ABOUT

Damage = Callable[[Path], object]
PHOTOGRAPH = "data/val/rgb_images/v0_RGB.png"
BAND = "data/val/ms_masks/v0_ms_850.png"
BUILD = "graph build {here}/data --out {new}"
TRAIN = "train {here}/graphs --out {new}"
INFER = "infer {here}/data --model {here}/run --out {new}"
ONE = "infer --rgb {here}/" + PHOTOGRAPH + " --model {here}/run --out {new} --band "
PAIR = "visualize pair {here}/results --scene v0 --out {new}.png "


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
        said |= {"sha256": PLACEHOLDER, **changes}
        described = {key: value for key, value in said.items() if value is not None}
        metadata = {"artextract": json.dumps(described)}
        path.write_bytes(embed_digest(safetensors.torch.save(weights, metadata)))

    return write


def white(size: tuple[int, ...] = (40, 48), depth: type = np.uint16) -> np.ndarray:
    """A picture at full scale."""
    return np.full(size, np.iinfo(depth).max, depth)


def noise(size: tuple[int, ...] = (40, 48)) -> np.ndarray:
    """A picture of 16 bit that is not of one value."""
    return np.random.default_rng(0).integers(0, 65535, size, np.uint16)


def instead(owner: object, name: str, value: object, call: Callable[[], object]) -> None:
    """Call with another value of something."""
    with mock.patch.object(owner, name, value):
        call()


def importing_by(found: Sequence[object], call: Callable[[], object]) -> None:
    """Call while there is an importer ``toy`` that finds this, whatever it is given."""
    spec = Importer(name="toy", summary="Toy.", load=lambda: lambda source, options: found)
    plugin = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
    with mock.patch.dict(plugin_host().plugins, {("importers", "toy"): plugin}):
        call()


PLAIN = np.zeros((64, 64), np.float32)
NET = "train {here}/graphs --out {new} --epochs 1 --objective node-contrastive "
GRAPH = "graphs/val/v0.npz"
SCENE = "results/v0/scene.json"
EVALUATE = "evaluate {here}/results --truth {here}/data"
REPORT = "report {here}/results --scene v0 --out {new}.html"


def pictures(**written: np.ndarray) -> Damage:
    """PNG files in the folder ``raw``."""
    return all_of(*(put(f"raw/{name}.png", images) for name, images in written.items()))


COLOURS = noise((40, 48, 3))
BANDS = "data import bands {here}/raw --out {new} "
