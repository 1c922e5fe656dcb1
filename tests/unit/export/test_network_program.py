"""An exported network gives what `infer` gives, where artextract cannot be imported."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import UsageError
from artextract_cli.export.network_inputs import export_inputs
from artextract_cli.export.network_program import export_model
from tests.helpers.command_line import Ran

SCRIPT = Path(__file__).parents[3] / "examples" / "run_exported_model.py"
# What `import artextract_cli` finds, as it would where artextract is not installed.
WITHOUT = """
import runpy, sys
sys.modules["artextract_cli"] = None
script, *words = sys.argv[1:]
sys.argv = [script, *words]
runpy.run_path(script, run_name="__main__")
try:
    import artextract_cli
except ImportError:
    print("without artextract")
"""


@pytest.mark.parametrize("model", ["gat", "gcn", "trained"])
def test_the_program_alone_equals_infer(
    model: str, dataset: Path, trained: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    chosen = trained if model == "trained" else Path(model)
    program, inputs, out = (tmp_path / name for name in ("a.pt2", "a.npz", "z.npy"))
    assert run("export", "model", chosen, "--out", program).exit_code == 0
    words = ("--scene", "v0", "--model", chosen, "--out", inputs)
    assert run("export", "inputs", dataset, *words).exit_code == 0
    results = tmp_path / "results"
    scored = run("infer", dataset, "--split", "val", "--model", chosen, "--out", results, "-q")
    assert scored.exit_code == 0
    command = [sys.executable, "-I", "-c", WITHOUT, SCRIPT, program, inputs, out]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("without artextract\n")
    z = np.load(out)
    with np.load(results / "v0" / "embeddings.npz") as of_infer:
        views = [of_infer[name] for name in of_infer.files if name != "pooled"]
    assert len(views) == z.shape[1]
    assert np.ptp(z) > 0.01
    np.testing.assert_allclose(z, np.stack(views, axis=1), atol=1e-4)


def test_what_cannot_be_exported(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"programs of torch.export end in \.pt2"):
        export_model(Path("gat"), tmp_path / "a.onnx")
    with pytest.raises(UsageError, match="none has no network to export"):
        export_model(Path("none"), tmp_path / "a.pt2")
    with pytest.raises(UsageError, match="inside the dataset"):
        export_inputs(dataset, dataset / "a.npz")
    assert list(tmp_path.iterdir()) == []
