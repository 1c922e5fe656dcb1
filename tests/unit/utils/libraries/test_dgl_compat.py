import importlib.util
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import pytest
import torch

from artextract_cli.errors import DependencyError
from artextract_cli.utils.libraries import dgl_compat
from artextract_cli.utils.libraries.dgl_compat import dgl_has_cuda, load_dgl, require_dgl

CPU = torch.device("cpu")

QUIET_IMPORT = """
import os
from artextract_cli.utils.libraries.dgl_compat import load_dgl
dgl, reason = load_dgl()
assert reason is None, reason
assert "DGLBACKEND" not in os.environ
import torch
graph = dgl.graph((torch.tensor([0, 1]), torch.tensor([1, 0])))
assert dgl.ops.copy_u_sum(graph, torch.ones(2, 1)).tolist() == [[1.0], [1.0]]
"""


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as in a fresh process: it has not looked for DGL yet."""
    monkeypatch.delenv(dgl_compat.HIDE_VARIABLE, raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == "dgl"]:
        monkeypatch.delitem(sys.modules, name)
    spec = importlib.util.find_spec(dgl_compat.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def install_fake(folder: Path, version: str | None, source: str) -> None:
    """Write a package ``dgl`` of a given version into ``folder``."""
    (folder / "dgl").mkdir()
    (folder / "dgl" / "__init__.py").write_text(source)
    if version is not None:
        (folder / f"dgl-{version}.dist-info").mkdir()
        metadata = f"Metadata-Version: 2.1\nName: dgl\nVersion: {version}\n"
        (folder / f"dgl-{version}.dist-info" / "METADATA").write_text(metadata)


def _no_metadata(name: str) -> str:
    raise PackageNotFoundError(name)


@pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
def test_import_prints_nothing_warns_of_nothing_and_writes_nothing(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DGLBACKEND"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET_IMPORT],
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_hiding_wins_over_an_installed_dgl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTEXTRACT_HIDE_DGL", "1")
    assert load_dgl() == (None, "hidden by ARTEXTRACT_HIDE_DGL")
    assert not dgl_has_cuda()
    with pytest.raises(DependencyError, match="hidden by ARTEXTRACT_HIDE_DGL; install it with pip"):
        require_dgl(CPU)


@pytest.mark.parametrize(
    ("version", "source", "reason"),
    [
        ("0.1.3", "raise SystemExit('must not be imported')", "DGL 0.1.3 is not supported"),
        (None, "raise SystemExit('must not be imported')", "without its metadata"),
        ("2.1.0", "import dgl.graphbolt, nothing_like_this", "ModuleNotFoundError.*nothing_like"),
        ("2.1.0", "raise OSError('bad ELF')", "OSError: bad ELF"),
    ],
)
def test_a_dgl_that_cannot_be_used_is_a_reason_not_a_crash(
    fresh: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str | None,
    source: str,
    reason: str,
) -> None:
    install_fake(tmp_path, version, source)
    monkeypatch.syspath_prepend(tmp_path)
    if version is None:  # the metadata of the DGL that is really installed must not be found
        monkeypatch.setattr("importlib.metadata.version", _no_metadata)
    with pytest.raises(DependencyError, match=reason):
        fresh.require_dgl(CPU)
    assert "dgl" not in sys.modules
    assert "dgl.graphbolt" not in sys.modules


def test_a_missing_dgl_is_a_reason(fresh: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert fresh.load_dgl() == (None, "DGL is not installed")


def test_the_stand_in_for_graphbolt_explains_itself(
    fresh: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(tmp_path, "2.1.0", "from dgl import graphbolt")
    monkeypatch.syspath_prepend(tmp_path)
    dgl = fresh.load_dgl().module
    with pytest.raises(ImportError, match=r"dgl\.graphbolt\.DataLoader is missing"):
        _ = dgl.graphbolt.DataLoader
    assert not hasattr(dgl.graphbolt, "__file__")


@pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
@pytest.mark.skipif(dgl_has_cuda(), reason="this DGL has CUDA")
@pytest.mark.parametrize(
    ("device", "advice"), [("cuda", "install a CUDA build of DGL"), ("mps", "--device cpu")]
)
def test_a_device_that_dgl_lacks_is_an_error_with_advice(device: str, advice: str) -> None:
    assert require_dgl(CPU).__name__ == "dgl"
    with pytest.raises(DependencyError, match=advice):
        require_dgl(torch.device(device))
