"""Error messages of artextract_cli.utils."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import artextract_cli as aa
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.io import decoders
from artextract_cli.utils.output_plan import OutputPlan
from artextract_cli.utils.parallel.certificates import create_certificates, load_cryptography
from artextract_cli.utils.parallel.dask_connection import load_distributed
from artextract_cli.utils.parallel.dask_worker import check_place, this_place
from tests.errors.row import BUILD, INFER, NET, PAIR, PHOTOGRAPH, Damage, Row, all_of, drop, put
from tests.helpers.machines import without_module


def without(module: str, call: Callable[[], object]) -> None:
    """Call as if ``module`` were not installed."""
    with pytest.MonkeyPatch.context() as patched:
        without_module(patched, module)
        call()


def clash(text: str) -> Damage:
    """A dataset.yaml."""
    return put("data/dataset.yaml", text)


def limited(pixels: str, call: Callable[[], object]) -> None:
    """Call where the environment limits what is read."""
    with mock.patch.dict(os.environ, {"ARTEXTRACT_MAX_PIXELS": pixels}):
        call()


def worker_ends_at_start(here: Path) -> None:
    """Dask reports so that a worker ended before it was ready."""
    with mock.patch("distributed.LocalCluster", side_effect=RuntimeError("Nanny failed to start.")):
        aa.infer_dataset(
            here / "data",
            here / "new",
            aa.open_model(here / "run"),
            cluster=aa.Cluster(address="local:2"),
        )


ROWS = [
    Row(1, "a worker of local:N was ended while it started: run the command again, or use --jobs",
        worker_ends_at_start),
    Row(1, "cannot write …/taken: it is a file, and a folder is needed; choose another path",
        "infer {here}/data --model {here}/run --out {here}/taken", put("taken", "")),
    Row(3, "cannot read …/absent.yaml: No such file or directory",
        "--config {here}/absent.yaml doctor"),
    Row(3, "cannot read …/pipe: it is a pipe or device; give a regular file",
        "--config {here}/pipe doctor",
        lambda here: os.mkfifo(here / "pipe")),
    Row(1, "cannot write …/nowhere: it is a broken symbolic link",
        INFER.replace("{new}", "{here}/nowhere"),
        lambda here: (here / "nowhere").symlink_to(here / "gone")),
    Row(1, "cannot write …/results/v0.html: Is a directory",
        "report {here}/results --scene v0 --out {here}/results/v0.html",
        lambda here: (here / "results/v0.html").mkdir()),
    Row(2, "…/run exists and is not an empty folder: choose a new one",
        "data register {here}/data --out {here}/run"),
    Row(2, "…/train.npz is one of the inputs, which are never modified; choose another --out",
        lambda here: OutputPlan(
            out=here / "train.npz", source_files=[here / "train.npz"]).check()),
    Row(2, "…/mine/val is a symbolic link, and artextract does not write through links: replace it "
        "by a folder, or choose another --out", BUILD.replace("{new}", "{here}/mine"),
        all_of(put("mine/kept.txt", "mine"), lambda here: (here / "mine/val").symlink_to("."))),
    Row(2, "…/data/new is inside the dataset …/data, which is never modified; choose another path",
        "graph build {here}/data --out {here}/data/new"),
    Row(3, "…/c.yaml, line 2: …", "--config {here}/c.yaml doctor", put("c.yaml", "a: {\n]")),
    Row(3, "…/c.yaml is not valid YAML: rewrite it as plain text in UTF-8",
        "--config {here}/c.yaml doctor", put("c.yaml", b"a: \xff")),
    Row(3, "…/c.yaml is nested too deeply: write plain keys and values",
        "--config {here}/c.yaml doctor", put("c.yaml", "a: " + "[" * 5000)),
    Row(3, "…/c.yaml contains the control character U+001B: remove it",
        "--config {here}/c.yaml doctor", put("c.yaml", "a: \x1b[31m")),
    Row(3, "…/c.yaml must contain keys and values, not a list", "--config {here}/c.yaml doctor",
        put("c.yaml", "- a")),
    Row(3, "…/dataset.yaml: unknown key 'scale'; known keys: …", BUILD, clash("scale: 3")),
    Row(3, "…/v0_RGB.png claims 48 × 40 pixels, but only 1 to 99 pixels are allowed (the "
        "environment variable ARTEXTRACT_MAX_PIXELS sets the limit)",
        lambda here: limited("99", lambda: decoders.decode_png(here / PHOTOGRAPH))),
    Row(2, "ARTEXTRACT_MAX_PIXELS must be a positive whole number of pixels, such as …; got 'many'",
        lambda here: limited("many", lambda: decoders.decode_png(here / PHOTOGRAPH))),
    Row(2, "unknown device 'tpu': choose from …", NET + "--device tpu"),
    Row(2, "…/x.png is inside the dataset …/other, which is never modified; choose another path",
        PAIR.replace("{new}.png", "{here}/other/val/x.png"),
        lambda here: (here / "other/val/rgb_images").mkdir(parents=True)),
    Row(2, "jobs must be 1 or more, not 0",
        lambda here: build_dataset(here / "data", here / "g", GraphRecipe(), jobs=0)),
    Row(2, "--shard takes I/N, such as 2/8 for the second of eight parts; got 'two'",
        BUILD + " --shard two"),
    Row(2, "there is no shard 3/2: the first number counts from 1 to the second",
        INFER + " --shard 3/2"),
    Row(2, "…/run exists and is not an empty folder: choose a new one", "data simulate {here}/run"),
    Row(2, "--cluster takes local:N, the scheduler file of Dask (.json), tls://HOST:PORT or "
        "tcp://127.0.0.1:PORT; got 'many'", INFER + " --cluster many"),
    Row(2, "--cluster takes local:N, the scheduler file of Dask (.json), tls://HOST:PORT or "
        "tcp://127.0.0.1:PORT; got 'ucx://127.0.0.1:1'", INFER + " --cluster ucx://127.0.0.1:1"),
    Row(2, "tcp://192.0.2.1:8786 is open to everyone on the network, who could run code through "
        "it: create TLS certificates with `artextract cluster certificates DIR`, start the "
        "scheduler with them, and give --certificates DIR", BUILD + " --cluster tcp://192.0.2.1:8786"),
    Row(2, "tls://192.0.2.1:8786 needs --certificates DIR, the folder written by `artextract "
        "cluster certificates DIR` whose certificates the scheduler was started with",
        BUILD + " --cluster tls://192.0.2.1:8786"),
    Row(2, "--cluster has workers of its own: omit --jobs",
        BUILD + " --cluster local:2 --jobs 2"),
    Row(3, "…/s.json is not a scheduler file of Dask: give what 'dask scheduler' wrote",
        BUILD + " --cluster {here}/s.json", put("s.json", '{"id": 3}')),
    Row(3, "cannot read …/client.pem: No such file or directory",
        BUILD + " --cluster tls://127.0.0.1:1 --certificates {here}/c",
        all_of(lambda here: create_certificates(here / "c"), drop("c/client.pem"))),
    Row(3, "…/ca.pem is not a certificate: create new ones with `artextract cluster "
        "certificates …/c-new`, and start the cluster with them",
        BUILD + " --cluster tls://127.0.0.1:1 --certificates {here}/c",
        all_of(lambda here: create_certificates(here / "c"), put("c/ca.pem", "x"))),
    Row(2, "certificates are valid for 1 to 3650 days, not 0",
        lambda here: create_certificates(here / "c", days=0)),
    Row(4, "--cluster needs Dask, which is not installed: pip install 'artextract[cluster]'",
        lambda here: without("distributed", load_distributed)),
    Row(4, "certificates need the package cryptography, which is not installed: pip install "
        "'artextract[cluster]'", lambda here: without("cryptography", load_cryptography)),
    Row(1, "the worker at tls://a has artextract 0.0, this command …: install the same version, "
        "and start the worker again",
        lambda here: check_place("tls://a", replace(this_place(), version="0.0"), this_place())),
    Row(1, "the worker at tls://a has ARTEXTRACT_PLUGINS=x in its environment, this command "
        "ARTEXTRACT_PLUGINS=: start the worker with the same value",
        lambda here: check_place(
            "tls://a", replace(this_place(), variables=("x", None)), this_place())),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/nn/test_batch.py::test_the_dgl_graph_of_a_machine_without_dgl_says_what_to_install": (
        "DGL cannot be used on cpu: …",
    ),
    "unit/utils/libraries/test_pyg.py::test_a_missing_library_is_one_sentence": (
        "a graph for PyTorch Geometric needs torch-geometric, which is not installed: pip install "
        '"artextract[pyg]"',
    ),
    "unit/utils/test_optional.py::test_without_pandas_the_extra_is_named": (
        'a data frame needs pandas, which is not installed: pip install "artextract[pandas]"',
    ),
    "plugins/test_slic_torch.py::test_a_missing_gpu_is_an_error": (
        "device … cannot be used: …, or use --device cpu",
    ),
    "unit/utils/test_device.py::test_one_of_several_gpus": (
        "there is no device cuda:…: choose from cuda:0 to cuda:…",
    ),
    "unit/utils/test_locks.py::test_a_folder_has_one_writer_at_a_time": (
        "another artextract process is writing to …: wait for it to finish, or choose "
        "another --out",
    ),
    "unit/utils/parallel/test_certificates.py::test_certificates_end": (
        "… is valid from … to …, and not today: create new ones with `artextract cluster "
        "certificates …`, and start the cluster with them",
    ),
    "unit/utils/parallel/test_dask_connection.py::test_a_scheduler_that_does_not_answer": (
        "no scheduler of Dask answers at …: start it, or check the address and the certificates",
    ),
    "unit/utils/parallel/test_dask_worker.py::test_a_worker_needs_the_folder_of_the_command": (
        "a worker has no folder …: it must find the same files under the same paths as this "
        "command",
    ),
    "unit/utils/parallel/test_dask_blocks.py::test_a_block_that_ends_its_workers_is_bad_input": (
        "each of … workers that worked on a block of it alone was ended, perhaps because memory is "
        "short: use workers with more memory",
    ),
    "unit/utils/parallel/test_dask_worker.py::test_only_the_packed_file_is_opened": (
        "… was changed by another program: run the command again",
    ),
    "unit/utils/parallel/test_dask_client.py::test_a_lost_scheduler_is_one_sentence": (
        "the connection to the scheduler of … was lost; what is done is kept: run the command "
        "again",
    ),
    "unit/utils/parallel/test_dask_client.py::test_local_workers_that_do_not_return": (
        "the workers of local:N have ended and do not start again: use --jobs instead",
    ),
    "unit/utils/parallel/test_worker.py::test_a_script_without_a_guard_is_told_so": (
        "a process for --jobs could not start: use --jobs 1, or keep the work of a script under "
        'if __name__ == "__main__":',
    ),
}

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/utils/parallel/dask_blocks.py:_shown": "the failure of a block",
    "artextract_cli/utils/parallel/work.py:results_of": "the failure of an item",
    "artextract_cli/utils/parallel/worker.py:_serve": (
        "an error that cannot be sent: utils/parallel/test_worker.py"
    ),
    "artextract_cli/utils/yaml.py:read_model": "found by pydantic: utils/test_yaml.py",
    "artextract_cli/utils/yaml.py:read_yaml": "found by the YAML parser: utils/test_yaml.py",
}
