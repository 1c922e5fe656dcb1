"""The scripts for Slurm, run by a stand-in for ``sbatch``."""

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from artextract_cli.pipelines.settings import settings_for
from artextract_cli.training.trainer import train
from artextract_cli.utils.parallel.certificates import create_certificates
from tests.helpers.command_line import Ran
from tests.helpers.results import contents

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "examples" / "cluster"

# Runs every task of an array at once, the last first, and only then returns, as if with --wait.
SBATCH = """\
import json, os, subprocess, sys

words = sys.argv[1:]
options = [word for word in words if word.startswith("--")]
with open(os.environ["SUBMITTED"], "a") as file:
    file.write(json.dumps(words) + "\\n")
start = next(i for i, word in enumerate(words) if not word.startswith("--"))
array = next((o[len("--array=1-"):] for o in options if o.startswith("--array=1-")), "")
tasks = range(int(array), 0, -1) if array else [None]
running = []
for task in tasks:
    ids = {} if task is None else {
        "SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_COUNT": array,
        "SLURM_CPUS_PER_TASK": "1", "SLURM_MEM_PER_NODE": "3000",
    }
    command = ["sh", *words[start:]]
    running.append(subprocess.Popen(command, env=os.environ | ids, stdout=subprocess.DEVNULL))
codes = [process.wait() for process in running]
print("17;cluster" if "--parsable" in words else "Submitted batch job 18")
sys.exit(max(codes))
"""

# Runs the command of every task of a job on this machine.
SRUN = """\
import os, subprocess, sys

n_tasks = int(os.environ["SLURM_NTASKS"])
running = [subprocess.Popen(sys.argv[1:]) for _ in range(n_tasks)]
sys.exit(max(process.wait() for process in running))
"""


@pytest.fixture
def cluster(tmp_path: Path) -> dict[str, str]:
    """The environment of a node where ``sbatch`` and ``artextract`` are installed."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "sbatch.py").write_text(SBATCH, encoding="utf-8")
    (tmp_path / "srun.py").write_text(SRUN, encoding="utf-8")
    for name, what in (
        ("sbatch", f"{tmp_path}/sbatch.py"),
        ("srun", f"{tmp_path}/srun.py"),
        ("dask", "-m dask"),
        ("torchrun", "-m torch.distributed.run"),
        ("artextract", "-m artextract_cli -q"),
    ):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {what} "$@"\n')
        (programs / name).chmod(0o755)
    (programs / "scontrol").write_text('#!/bin/sh\nfor each in $3; do echo "$each"; done\n')
    (programs / "scontrol").chmod(0o755)
    paths = {"PATH": [str(programs), os.environ["PATH"]]}
    paths["PYTHONPATH"] = [str(ROOT), str(ROOT / "plugins")]
    joined = {name: os.pathsep.join(parts) for name, parts in paths.items()}
    return os.environ | joined | {"SUBMITTED": str(tmp_path / "submitted")}


def submitted(environment: dict[str, str]) -> list[list[str]]:
    lines = Path(environment["SUBMITTED"]).read_text().splitlines()
    return [json.loads(line) for line in lines]


def submit(environment: dict[str, str], *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", SCRIPTS / "submit.sh", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(os.name != "posix", reason="Slurm runs on Linux")
def test_an_array_of_shards_gives_the_bytes_of_one_run(
    dataset: Path, tmp_path: Path, cluster: dict[str, str], run: Callable[..., Ran]
) -> None:
    data = Path(shutil.copytree(dataset, tmp_path / "my data"))
    whole = run("infer", data, "--out", tmp_path / "whole", "--model", "none")
    assert whole.exit_code == 0, whole.stderr
    parts = tmp_path / "all parts"
    ran = submit(cluster, data, parts, 3, "--model", "none")
    assert ran.returncode == 0, ran.stderr
    assert contents(parts) == contents(tmp_path / "whole")
    shards, finish = submitted(cluster)
    assert shards[:2] == ["--parsable", "--array=1-3"]
    assert finish[0] == "--dependency=afterany:17"


@pytest.mark.skipif(os.name != "posix", reason="Slurm runs on Linux")
def test_a_job_of_dask_gives_the_bytes_of_one_run(
    dataset: Path, tmp_path: Path, cluster: dict[str, str], run: Callable[..., Ran]
) -> None:
    data = Path(shutil.copytree(dataset, tmp_path / "my data"))
    run("infer", data, "--out", tmp_path / "whole", "--model", "none")
    create_certificates(tmp_path / "my certificates")
    words = [SCRIPTS / "dask.sbatch", data, tmp_path / "all", tmp_path / "my certificates"]
    ran = subprocess.run(
        ["sbatch", *map(str, words), "--model", "none"],
        env=cluster | {"SLURM_NTASKS": "2", "SLURM_MEM_PER_CPU": "3000"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert contents(tmp_path / "all") == contents(tmp_path / "whole")
    assert not list(tmp_path.glob("artextract-dask-*"))


@pytest.mark.skipif(os.name != "posix", reason="Slurm runs on Linux")
def test_a_training_job_gives_the_bytes_of_one_process_and_goes_on(
    job: Path, tmp_path: Path, cluster: dict[str, str]
) -> None:
    chosen = {"backbone": "gcn", "objective": "node-contrastive", "epochs": 2, "batch_size": 3}
    options = {"options": {"hidden": 4}, "device": "cpu", "engine": "torch"}
    settings = settings_for(**chosen, **options)
    train(job / "graphs", tmp_path / "one", dataclasses.replace(settings, micro_batches=2))
    # What a job before it has left after its first epoch.
    train(
        job / "graphs", tmp_path / "a run", dataclasses.replace(settings, micro_batches=2, epochs=1)
    )
    words = [f"--{name.replace('_', '-')}={value}" for name, value in chosen.items()]
    words += ["-o", "hidden=4", "--device=cpu", "--engine=torch"]
    nodes = {"SLURM_NNODES": "1", "SLURM_NODEID": "0", "SLURM_JOB_NODELIST": "localhost"}
    ran = subprocess.run(
        ["sbatch", SCRIPTS / "train.sbatch", job / "graphs", tmp_path / "a run", "2", *words],
        env=cluster | nodes | {"SLURM_NTASKS": "1", "SLURM_JOB_ID": str(os.getpid())},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    models = [(tmp_path / run / "model.safetensors").read_bytes() for run in ("one", "a run")]
    assert models[0] == models[1]
    # One process reports.
    assert ran.stderr.count("resuming after epoch 1") == 1
    assert ran.stderr.count("next: artextract") == 1


def test_local_workers_give_the_bytes_of_one_process(
    dataset: Path, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    for options in ((), ("--cluster", "local:2")):
        name = "cluster" if options else "one"
        ran = run("infer", dataset, "--out", tmp_path / name, "--model", "none", *options)
        assert ran.exit_code == 0, ran.stderr
    assert "starting 2 workers" in ran.stderr
    assert contents(tmp_path / "cluster") == contents(tmp_path / "one")


def test_the_words_that_start_a_cluster(tmp_path: Path, run: Callable[..., Ran]) -> None:
    ran = run("cluster", "certificates", tmp_path / "c", "--days", 3)
    assert ran.exit_code == 0, ran.stderr
    _, scheduler, worker, infer = ran.stdout.splitlines()
    assert scheduler.startswith("dask scheduler --protocol tls ")
    assert worker.startswith("dask worker --nthreads 1 ")
    for line in (scheduler, worker):
        words = shlex.split(line)
        files = [words[words.index(f"--tls-{name}") + 1] for name in ("ca-file", "cert", "key")]
        assert all(Path(file).is_file() for file in files)
    assert infer.endswith(f"--certificates {tmp_path / 'c'}")


def test_scripts_ask_for_what_they_use() -> None:
    for path in SCRIPTS.glob("*.sbatch"):
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        assert first == "#!/bin/sh"
        requests = [line for line in lines if line.startswith("#SBATCH --")]
        # Slurm ignores requests after the first command.
        assert requests == lines[: len(requests)]
        assert requests
