"""The notebook runs as it is, and the page on Python names what there is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import artextract_cli
from tests.helpers.datasets import write_scene

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
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


@pytest.mark.slow
def test_the_page_runs_word_by_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_scene(Path("scans"), "val", "abbey", hidden=True)
    Path("scans/dataset.yaml").write_text('wavelengths: {"450": 450, "650": 650, "850": 850}\n')
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert re.fullmatch(r"\d+ pixels of at most 1 % false alarms\n", capsys.readouterr().out)
    assert "<title>abbey" in Path("report.html").read_text(encoding="utf-8")


def test_every_name_that_is_written_about_is_public() -> None:
    tables = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    told = {name for cell in tables for name in re.findall(r"`(\w+)\(", cell)}
    assert {"infer_dataset", "find_scene", "load_graphs"} <= told
    used = {
        name
        for cell in code_cells(NOTEBOOK)
        for name in re.findall(r"\bart\.(\w+)", "".join(cell["source"]))
    }
    assert told | used <= {*artextract_cli.__all__}
    assert used - told == {"GraphRecipe", "SceneSettings"}
