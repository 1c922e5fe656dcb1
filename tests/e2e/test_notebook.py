"""The notebook runs as it is, and the page on Python names what there is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import artextract_cli

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"
# In a process of its own, whose libraries may warn.
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    out = tmp_path / "executed.ipynb"
    ran = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(NOTEBOOK), str(out)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    outputs = [output for cell in code_cells(out) for output in cell["outputs"]]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 7
    said = "".join("".join(output.get("text", ())) for output in outputs)
    found = {
        name: float(re.search(rf"{name} pixels ([\d.]+)", said)[1]) for name in ("hidden", "clean")
    }
    assert found["hidden"] > found["clean"]


def test_the_notebook_carries_no_outputs() -> None:
    assert len(code_cells(NOTEBOOK)) > 8
    for cell in code_cells(NOTEBOOK):
        assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_the_notebook_uses_public_names_alone() -> None:
    used = {
        name
        for cell in code_cells(NOTEBOOK)
        for name in re.findall(r"\bart\.(\w+)", "".join(cell["source"]))
    }
    assert {"infer_dataset", "find_scene", "load_graphs"} <= used <= {*artextract_cli.__all__}
