"""An output that cannot be written: one sentence, exit 1, and what was there is as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.helpers.mounts import make_full, make_read_only, with_mounts

# What each writes, over what is there already from an earlier run, and how that is changed.
COMMANDS = {
    "data simulate": ("{out}/new --train 1 --val 1 --size 64", "new"),
    "data import": ("bands {job}/capture --out {out}/data", "data"),
    "data calibrate": ("{data} --white {job}/white --dark {job}/dark --out {out}/new", "new"),
    "data register": ("{job}/shifted --out {out}/new", "new"),
    "graph build": ("{data} --out {out}/graphs -s n_segments=90", "graphs"),
    "graph export": ("{graphs}/val/v0.npz --out {out}/a.graphml", "a.graphml"),
    "train": ("{graphs} --out {out}/new --epochs 1 --backbone gcn", "new"),
    "train --resume": (
        "{graphs} --out {out}/run --epochs 2 {same}",
        "run",
    ),
    "adapt": ("{data} --model {run} --out {out}/new", "new"),
    "infer": ("{data} --split val --model {run} --out {out}/results", "results"),
    "evaluate": ("{results} --truth {data} --figure {out}/figure.png", "figure.png"),
    "report": ("{results} --out {out}/report.html", "report.html"),
    "visualize pair": ("{results} --out {out}/pair.png", "pair.png"),
    "visualize loss": ("{run} --out {out}/loss.pdf", "loss.pdf"),
    "visualize graph": ("{graphs}/val/v0.npz --out {out}/graph.svg", "graph.svg"),
    "visualize embedding": ("{results} --out {out}/embedding.png", "embedding.png"),
}
BEGUN = "new/config.yaml"  # is whole: `train --resume` begins from it
FREE = 6000  # bytes: enough to begin with, too few for any of these


@pytest.fixture
def earlier(captures: Path, tmp_path: Path) -> Path:
    """A folder of earlier outputs; the results are not what the next run makes."""
    out = tmp_path / "out"
    for name in ("graphs", "run", "results", "data"):
        shutil.copytree(captures / name, out / name)
    for path in (out / "data").rglob("t0_*"):
        path.unlink()
    for path in (out / "results").glob("*/overlay.png"):
        path.write_text("of an earlier run")
    (out / "report.html").write_text('<meta name="generator" content="artextract 0.1.0">')
    for name in ("a.graphml", "figure.png", "pair.png", "loss.pdf", "graph.svg"):
        (out / name).write_text("of an earlier run")
    (out / "embedding.png").write_text("of an earlier run")
    return out


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".filler")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("cause", ["Read-only file system", "No space left on device"])
def test_what_cannot_be_written(
    captures: Path, earlier: Path, run: Callable[..., Ran], command: str, cause: str
) -> None:
    words, named = COMMANDS[command]
    places = {name: str(captures / name) for name in ("data", "graphs", "run", "results")}
    places |= {"job": str(captures), "out": str(earlier)}
    typed = f"{command} {words}".format(**places, same="--backbone gcn --schedule steps").split()
    before = content(earlier)

    def mount() -> None:
        if cause.startswith("Read-only"):
            make_read_only(earlier)
        else:
            make_full(earlier, free=FREE)

    def call() -> Ran:
        ran = run(*typed)
        after = content(earlier)
        names = (before.keys() | after.keys()) - {BEGUN}
        changed = [name for name in names if before.get(name) != after.get(name)]
        folders = [str(path) for path in earlier.rglob(".artextract*")]
        return Ran(ran.exit_code, "", f"{ran.stderr}changed: {sorted(changed) + folders}\n")

    ended = with_mounts(mount, call)
    assert ended.exit_code == 1, ended.text
    *talk, changed = ended.text.splitlines()
    (error,) = (line for line in talk if line.startswith("error: "))
    assert error.startswith(f"error: cannot write {earlier / named}")
    assert error.endswith(f": {cause}")
    assert changed == "changed: []"
