"""Every command works where its inputs cannot be written to."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.helpers.mounts import make_read_only, with_mounts

PAIR = "--rgb {data}/val/rgb_images/v0_RGB.png --band 850={data}/val/ms_masks/v0_ms_850.png"
COMMANDS = {
    "data check": "{data}",
    "data import": "bands {job}/capture --out {out}",
    "data calibrate": "{data} --white {job}/white --dark {job}/dark --out {out}",
    "data register": "{job}/shifted --out {out}",
    "graph build": "{data} --out {out}",
    "graph inspect": "{graphs}/val/v0.npz",
    "graph export": "{graphs}/val/v0.npz --results {results} --out {out}/graph.graphml",
    "train": "{graphs} --out {out} --epochs 1 --backbone gcn",
    "train --resume": "{graphs} --out {run_copy} --epochs 2 --backbone gcn --schedule steps",
    "adapt": "{data} --model {run} --out {out}",
    "infer": "{data} --split val --model {run} --out {out}",
    "infer of a pair": f"{PAIR} --model {{run}} --out {{out}}",
    "evaluate": "{results} --truth {data} --figure {out}/figure.png",
    "report": "{results} --out {out}/report.html",
    "export crate": "{results} --out {out}/crate",
    "export images": "{data} --out {out}/images.hdr",
    "export images of results": "{results} --out {out}/images.ome.tif",
    "export iiif": "{results} --out {out}/site",
    "visualize pair": "{results} --out {out}/pair.png",
    "visualize pair of a pair": f"{PAIR} --model {{run}} --out {{out}}/pair.png",
    "visualize loss": "{run} --out {out}/loss.svg",
    "visualize graph": "{graphs}/val/v0.npz --out {out}/graph.png",
    "visualize embedding": "{results} --out {out}/embedding.png",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_inputs_are_never_written_to(
    captures: Path, run: Callable[..., Ran], tmp_path: Path, command: str
) -> None:
    job, run_copy = captures, tmp_path / "run"
    shutil.copytree(job / "run", run_copy)
    names = {name: job / name for name in ("data", "graphs", "run", "results")}
    words = f"{command.partition(' of ')[0]} {COMMANDS[command]}".split()
    places = names | {"job": job, "out": tmp_path / "out", "run_copy": run_copy}
    typed = [word.format(**places) for word in words]
    ended = with_mounts(lambda: make_read_only(job), lambda: run(*typed))
    assert ended.exit_code == 0, ended.text
