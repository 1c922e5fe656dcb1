"""Programs killed at random moments: every output is the old or the new one, and work goes on.

Half the moments fall anywhere in time, half right before a random step of writing (a flush, a
move, a folder made or removed), which time would hardly ever meet.
"""

import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tests.torture.forked import Ended, forked

MOMENTS = 200
LONGEST = 120.0  # seconds that a command may take
STEPS = ("fsync", "replace", "rename", "mkdir", "rmdir", "unlink")  # of os, that write
SMALL = ["--backbone", "gcn", "-o", "hidden=8", "-o", "out_size=4", "--schedule", "steps"]
SCENES = ["--train", "4", "--val", "2", "--size", "64", "--clean", "train"]
CASES = tuple(itertools.product(("gcn", "gat"), ("1", "2"), ("torch", "numba", "dgl")))
KILLS_PER_RUN, EPOCHS = 3, 5

Digests = dict[str, str]
BETWEEN = "read in whole, and neither of the first epoch nor of the last"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A command that writes over what an earlier one has written."""

    words: list[str]  # {here} is where the outputs lie
    old: Path  # the earlier outputs
    digests: Callable[[Path], Digests]  # opens all outputs with our readers
    redone: Callable[[str, Digests, Digests], bool]  # printed, before, new: as little as can be


def torture(seconds: float, seed: int) -> dict[str, Any]:
    """Kill commands at random moments, then trainings that must end with the same bytes."""
    end, rng = time.monotonic() + seconds, random.Random(seed)
    counted: dict[str, Any] = {"moments": 0, "killed": 0, "at_a_write": 0, "resumed_runs": 0}
    counted |= {"kills_of_runs": 0, "failures": []}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        jobs = _jobs(root)
        half = (time.monotonic() + end) / 2
        _kill_commands(jobs, root, rng, half, counted)
        _kill_trainings(root, rng, end, counted)
    return counted


def _kill_commands(
    jobs: Mapping[str, Job], root: Path, rng: random.Random, end: float, counted: dict[str, Any]
) -> None:
    wholes = {name: _Whole.of(job, root / "whole" / name) for name, job in jobs.items()}
    names = itertools.islice(itertools.cycle(jobs), MOMENTS)
    for number, name in enumerate(names):
        if time.monotonic() > end:
            break
        here = Path(shutil.copytree(jobs[name].old, root / "killed" / name))
        at_write = number // len(jobs) % 2 == 1
        try:
            for failure in _kill_once(jobs[name], wholes[name], here, rng, at_write, counted):
                counted["failures"].append(f"{name}, moment {number}: {failure}")
        except Exception as error:  # noqa: BLE001 - a reader that fails is what is looked for
            counted["failures"].append(f"{name}, moment {number}: {error!r}")
        shutil.rmtree(here)
        counted["moments"] += 1


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """What a command gives that nobody disturbs."""

    old: Digests
    new: Digests
    seconds: float
    n_steps: int

    @classmethod
    def of(cls, job: Job, here: Path) -> "_Whole":
        shutil.copytree(job.old, here)
        old = job.digests(here)
        with tempfile.NamedTemporaryFile() as steps:
            path = Path(steps.name)
            ended = _run(job.words, here, before=lambda: _count_steps(path))
            n_steps = path.stat().st_size
        if ended.exit_code != 0:
            raise RuntimeError(ended.text)
        return cls(old=old, new=job.digests(here), seconds=ended.seconds, n_steps=n_steps)


def _kill_once(
    job: Job,
    whole: _Whole,
    here: Path,
    rng: random.Random,
    at_write: bool,
    counted: dict[str, Any],
) -> Iterator[str]:
    if at_write:
        moment = rng.randrange(whole.n_steps)
        ended = _run(job.words, here, before=lambda: _die_at_step(moment))
    else:
        ended = _run(job.words, here, seconds=rng.uniform(0, whole.seconds))
    was_killed = ended.signal == signal.SIGKILL
    counted["killed"] += was_killed
    counted["at_a_write"] += was_killed and at_write
    left = job.digests(here)
    for name in whole.old.keys() | whole.new.keys() | left.keys():
        if left.get(name) not in (whole.old.get(name), whole.new.get(name), BETWEEN):
            yield f"{name} is neither the old nor the new one"
    again = _run(job.words, here)
    if again.exit_code != 0:
        yield f"the next run fails: {again.text}"
        return
    if job.digests(here) != whole.new:
        yield "the next run ends with other outputs than an undisturbed one"
    if not job.redone(again.text, left, whole.new):
        yield f"the next run does more than is left: {again.text}"
    if litter := [str(path) for path in here.rglob(".artextract*")]:
        yield f"the next run leaves {', '.join(litter)}"


def _run(
    words: list[str],
    here: Path,
    *,
    seconds: float = LONGEST,
    before: Callable[[], None] = lambda: None,
) -> Ended:
    """Run a command in a child forked from this warm process."""

    def call() -> int:
        before()
        sys.stdout, sys.stderr = (open(n, "w", closefd=False) for n in (1, 2))  # noqa: SIM115
        try:
            return _typed([word.format(here=here) for word in [*words, "--verbose"]])
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    return forked(call, seconds=seconds)


def _typed(words: list[str]) -> int:
    """The exit code of a command run in this process."""
    from artextract_cli.cli.main import app, hoist_global_flags

    try:
        app(args=hoist_global_flags(words), prog_name="artextract")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _at_steps(do: Callable[[], None]) -> None:
    """Call ``do`` before every step of writing."""
    from artextract_cli.utils import atomic

    def wrapped(step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            do()
            return step(*args, **kwargs)

        return call

    for name in STEPS:
        setattr(os, name, wrapped(getattr(os, name)))
    atomic.exchange_paths = wrapped(atomic.exchange_paths)  # type: ignore[assignment]


def _count_steps(path: Path) -> None:
    file = path.open("ab", buffering=0)
    _at_steps(lambda: file.write(b"."))  # type: ignore[arg-type, return-value]


def _die_at_step(moment: int) -> None:
    steps = itertools.count()

    def die() -> None:
        if next(steps) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    _at_steps(die)


def _jobs(root: Path) -> dict[str, Job]:
    """The five commands, each with what an earlier one has left."""
    data, graphs, run = root / "data", root / "graphs", root / "run"
    model_a, model_b, made = root / "model_a", root / "model_b", root / "made"
    build = ["graph", "build", str(data), "--out"]
    infer = ["infer", str(data), "--split", "val", "--max-memory", "4GB"]
    for words in (
        ["data", "simulate", str(data), *SCENES],
        [*build, f"{graphs}"],
        [*build, f"{root}/old_graphs/graphs", "-s", "n_segments=90"],
        ["train", f"{graphs}", "--out", f"{run}/run", "--epochs", "1", *SMALL],
        ["train", f"{graphs}", "--out", f"{model_a}", "--epochs", "1", *SMALL],
        ["train", f"{graphs}", "--out", f"{model_b}", "--epochs", "1", "--seed", "1", *SMALL],
        [*infer, "--model", f"{model_a}", "--out", f"{made}/results"],
        ["report", f"{made}/results", "--out", f"{root}/pages/report.html"],
    ):
        _done(words)
    for scene in (made / "results").glob("*/"):
        (scene / "note.txt").write_text(f"What somebody saw in {scene.name}.")
    take = _captures(data, root / "captures")
    _done([*take, str(root / "captures" / "sim_val_0000"), "--out", f"{root}/imported/dataset"])
    more = ["train", f"{graphs}", "--out", "{here}/run", "--epochs", "3", "--resume", *SMALL]
    page = ["report", f"{made}/results", "--out", "{here}/report.html", "--pixels-per-mm", "4"]
    return {
        "graph build": Job(
            words=[*build, "{here}/graphs"],
            old=root / "old_graphs",
            digests=_graphs,
            redone=lambda text, left, new: f"{_n_unlike(left, new, '.npz')} scenes built" in text,
        ),
        "data import": Job(
            words=[*take, f"{root}/captures", "--out", "{here}/dataset"],
            old=root / "imported",
            digests=_dataset,
            redone=lambda text, left, new: (
                text.count("up to date") == _n_unlike({}, left, "_RGB.png")
            ),
        ),
        "train": Job(words=more, old=run, digests=_run_directory, redone=lambda *_: True),
        "infer": Job(
            words=[*infer, "--model", f"{model_b}", "--out", "{here}/results"],
            old=made,
            digests=_results,
            redone=lambda text, left, new: (
                text.count("up to date") == 2 - _n_unlike(left, new, " scene")
            ),
        ),
        "report": Job(words=page, old=root / "pages", digests=_page, redone=lambda *_: True),
    }


def _done(words: list[str]) -> None:
    """Run a command in this process, which is warm from then on."""
    if _typed([*words, "--quiet"]) != 0:
        raise RuntimeError(words)


def _captures(data: Path, folder: Path) -> list[str]:
    """Lay the scenes to validate by as they were captured, a folder each; how to import them."""
    for path in data.glob("val/rgb_images/*"):
        name = path.stem.removesuffix("_RGB")
        (folder / name).mkdir(parents=True)
        for picture in (path, *data.glob(f"val/ms_masks/{name}_ms_*")):
            shutil.copy(picture, folder / name / picture.name.removeprefix(f"{name}_"))
    return ["data", "import", "bands"]


def _n_unlike(left: Digests, new: Digests, kind: str) -> int:
    return sum(left.get(name) != digest for name, digest in new.items() if name.endswith(kind))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _dataset(here: Path) -> Digests:
    from artextract_cli.io.images import decode_picture

    paths = [path for path in here.rglob("[!.]*") if path.is_file()]
    for path in paths:
        if path.suffix == ".png":
            decode_picture(path)
    return {str(path.relative_to(here)): _digest(path) for path in paths}


def _graphs(here: Path) -> Digests:
    from artextract_cli.graphs.graph_file import pixels_path
    from artextract_cli.graphs.store import find_graphs, load_graphs, load_pixels

    found = {}
    for path in find_graphs(here / "graphs"):
        shape = load_graphs(path).graphs[0].labels.shape
        np.testing.assert_array_equal(load_pixels(path).shape[:2], shape)
        found[f"{path.name}"] = _digest(path)
        found[f"{path.name} pixels"] = _digest(pixels_path(path))
    return found


def _run_directory(here: Path) -> Digests:
    """The files of one epoch; those of the first are old, of the last new, all must agree."""
    from artextract_cli.models.checkpoint import load_state
    from artextract_cli.pipelines.networks import load_model
    from artextract_cli.training.run_directory import read_metrics

    run = here / "run"
    _, card, _ = load_model(run)
    rows, history = read_metrics(run), load_state(run / "last.pt")["history"]
    reached = len(history)
    if reached - len(rows) not in (0, 1) or card.best_epoch > reached:
        msg = f"{len(rows)} epochs in the metrics, {reached} in the state, model {card.best_epoch}"
        raise AssertionError(msg)
    done = reached in (1, 3) and len(rows) == reached and bool(card.calibration)
    model, losses = _ended(run)
    return {"model": model if done else BETWEEN, "metrics": losses if done else BETWEEN}


def _results(here: Path) -> Digests:
    from artextract_cli.results.reader import open_results

    found = {f"summary{kind}": _digest(here / f"results/summary{kind}") for kind in (".json",)}
    for scene in open_results(here / "results"):
        scene.embeddings(), scene.map("heatmap"), scene.map("labels"), scene.pages("bands")
        for name in scene.description["files"]:
            scene.checked(name)
        found[f"{scene.name} note"] = _digest(scene.path / "note.txt")
        found[f"{scene.name} scene"] = _digest(scene.path / "scene.json")
    return found


def _page(here: Path) -> Digests:
    text = (here / "report.html").read_text(encoding="utf-8")
    if not text.rstrip().endswith("</html>"):
        msg = "the report is half"
        raise AssertionError(msg)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "", text)
    return {"report.html": sha256(text.encode()).hexdigest()}


def _kill_trainings(root: Path, rng: random.Random, end: float, counted: dict[str, Any]) -> None:
    """Trainings killed three times each and resumed, beside one that nobody disturbs."""
    from artextract_cli.utils.libraries.dgl_compat import load_dgl

    for backbone, threads, engine in rng.sample(CASES, len(CASES)):
        if time.monotonic() > end or (engine == "dgl" and load_dgl().module is None):
            continue
        name = f"{backbone}, {engine}, {threads} threads"
        words = ["--backbone", backbone, "--engine", engine, "-o", "dropout=0.3"]
        words += ["--epochs", str(EPOCHS), "--device", "cpu"]
        whole, killed = (root / "runs" / f"{name} {kind}" for kind in ("whole", "killed"))
        started = time.monotonic()
        _train(root, whole, threads, words).wait()
        seconds = time.monotonic() - started
        for kill in range(KILLS_PER_RUN):
            counted["kills_of_runs"] += _killed(root, killed, threads, words, rng, seconds, kill)
        last = _train(root, killed, threads, [*words, *_resume(killed)])
        _, text = last.communicate()
        if last.returncode != 0:
            counted["failures"].append(f"{name}: cannot be resumed: {text.decode()}")
        else:
            pairs = zip(("model", "metrics"), _ended(killed), _ended(whole), strict=True)
            unlike = [what for what, one, other in pairs if one != other]
            counted["failures"] += [f"{name}: ends with another {what}" for what in unlike]
        counted["resumed_runs"] += 1


def _killed(
    root: Path,
    run: Path,
    threads: str,
    words: list[str],
    rng: random.Random,
    seconds: float,
    kill: int,
) -> bool:
    """Kill a training in a random epoch of those that are left; whether that came in time."""
    process = _train(root, run, threads, [*words, *_resume(run)])
    epoch, metrics = rng.randint(kill, kill + 1), run / "metrics.jsonl"
    while process.poll() is None:
        has_begun = (run / "config.yaml").exists()
        if has_begun and (metrics.read_text().count("\n") if metrics.exists() else 0) >= epoch:
            time.sleep(rng.uniform(0, seconds / EPOCHS / 2))
            break
        time.sleep(0.005)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _resume(run: Path) -> list[str]:
    return ["--resume"] if run.exists() else []


def _train(root: Path, run: Path, threads: str, words: list[str]) -> "subprocess.Popen[bytes]":
    program = [sys.executable, "-m", "artextract_cli", "train", str(root / "graphs")]
    return subprocess.Popen(
        [*program, "--out", str(run), *words],
        env={**os.environ, "OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _ended(run: Path) -> tuple[str, str]:
    """Digest of the model, and the metrics but for what took how long."""
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    kept = [
        {k: v for k, v in row.items() if not k.endswith("seconds") and k != "sha256"}
        for row in rows
    ]
    return _digest(run / "model.safetensors"), json.dumps(kept)
