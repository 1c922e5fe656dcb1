"""The whole job from Python: nothing is printed; logging and `on_progress` report it all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

JOB = """
from pathlib import Path
from artextract_cli import *

simulate_dataset(Path("data"), train=3, val=1, settings=SceneSettings(size=48))
described = Path("data/dataset.yaml")
described.write_text(described.read_text().replace("'950': 950", "'950': 900"))
build_dataset(Path("data"), Path("graphs"), GraphRecipe())
options = {"hidden": 8, "out_size": 4}
settings = settings_for(
    "node-contrastive", backbone="gcn", options=options, epochs=1, device="cpu", engine="torch"
)
train(Path("graphs"), Path("run"), settings)
model = open_model(Path("run"), device="cpu", engine="torch")
infer_dataset(Path("data"), Path("results"), model, split="val")
write_report(Path("results"), Path("report.html"))

import json, logging
from contextlib import contextmanager

heard = {"messages": [], "progress": []}

class Listener(logging.Handler):
    def emit(self, record):
        heard["messages"].append([record.levelname, record.getMessage()])

@contextmanager
def show(label, total):
    yield lambda note="": heard["progress"].append([label, total, note])

logging.getLogger("artextract").addHandler(Listener())
on_progress(show)
infer_dataset(Path("data"), Path("others"), open_scorer(Path("none")), split="val")
Path("heard.json").write_text(json.dumps(heard))
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("job")
    command = [sys.executable, "-c", JOB]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder), folder


def test_nothing_is_printed(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, folder = done
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert (folder / "report.html").stat().st_size > 10_000


def test_logging_and_progress_report_it(
    done: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    heard = json.loads((done[1] / "heard.json").read_text(encoding="utf-8"))
    warnings = [message for level, message in heard["messages"] if level == "WARNING"]
    assert any("band 950 is 900 nm" in message for message in warnings)
    assert ["inferring", 1, "sim_val_0000"] in heard["progress"]


PREPARED = """
import re, sys
from pathlib import Path
from artextract_cli import *

simulate_dataset(Path("scans"), train=3, val=1, settings=SceneSettings(size=128))
for path in [*Path("scans").rglob("sim_val_0000*"), Path("scans/dataset.yaml")]:
    if path.suffix == ".yaml":
        path.write_text(path.read_text().replace("sim_val_0000", "abbey"))
    else:
        path.rename(path.with_name(path.name.replace("sim_val_0000", "abbey")))
for name, kind in (("photo", "rgb_images/*0_RGB.png"), ("infrared", "ms_masks/*0_ms_950.png")):
    Path(f"{name}.tif").write_bytes(next(Path("scans/train").glob(kind)).read_bytes())
raw = Path("raw/abbey")
raw.mkdir(parents=True)
(raw / "abbey.png").write_bytes(Path("photo.tif").read_bytes())
for band in Path("scans/train/ms_masks").glob("*0_ms_*.png"):
    (raw / f"abbey_{band.stem.rpartition('_')[2]}nm.png").write_bytes(band.read_bytes())
for name in ("gat", "gcn"):
    infer_dataset(Path("scans"), Path(f"results-{name}"), open_model(Path(name)))
text = Path(sys.argv[1]).read_text(encoding="utf-8")
for block in re.findall(r"^```python\\n(.*?)^```$", text, re.M | re.S):
    if "infer_scenes" in block:
        block = block.replace('Path("results")', 'Path("results-of-pair")')
    exec(block.replace("epochs=40", "epochs=1"), {})
"""


@pytest.mark.slow
def test_the_examples_run_one_after_the_other(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "python.md"
    command = [sys.executable, "-c", PREPARED, str(page)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    for name in ("abbey.pdf", "abbey.tif", "evaluation.pdf", "loss.svg", "report.html"):
        assert (tmp_path / name).stat().st_size > 1000
