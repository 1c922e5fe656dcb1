"""What a shell offers, asked as the shell asks."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from artextract_cli.cli import console
from artextract_cli.cli.completion import rejoin_bash_words
from artextract_cli.cli.main import app
from artextract_cli.plugin.host import PluginHost
from tests.helpers.imports import HEAVY

Offered = Callable[[str], list[str]]


@pytest.fixture
def offered() -> Offered:
    """The words that bash is offered for the last one of a line; nothing goes to stderr."""

    def ask(line: str) -> list[str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
        asked = {"_ARTEXTRACT_COMPLETE": "complete_bash", **words}
        result = CliRunner().invoke(app, [], prog_name="artextract", env=asked)
        console.configure()
        assert result.stderr == ""
        return result.stdout.split()

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("artextract train graphs --backbone ", ["gat", "gcn"]),
        ("artextract train graphs --backbone gc", ["gcn"]),
        ("artextract train --objective node", ["node-contrastive"]),
        ("artextract train --scorer ", ["attention", "cosine", "distance"]),
        ("artextract graph build scans --superpixels sl", ["slic", "slic-torch"]),
        ("artextract data import ", ["bands", "cave", "cube", "harvard", "pair"]),
        ("artextract plugins info do", ["doctor"]),
        ("artextract plugins new x --kind sc", ["scorers"]),
        (
            "artextract graph build --superpixels watershed -s region",
            ["region_size=", "region_size=5.0"],
        ),
        (
            "artextract train --backbone gcn -o norm=",
            ["norm=", "norm=batch", "norm=layer", "norm=none"],
        ),
    ],
)
def test_names_and_options_of_plugins(offered: Offered, line: str, words: list[str]) -> None:
    assert offered(line) == words


def test_options_are_those_of_the_plugin_that_the_line_names(offered: Offered) -> None:
    of_gat = offered("artextract train graphs -o ")
    of_gcn = offered("artextract train graphs --backbone gcn -o ")
    assert "heads=" in of_gat
    assert "heads=" not in of_gcn
    assert any(word.startswith("objective.") for word in of_gat)
    of_node = offered("artextract train --objective node-contrastive -o objective.")
    assert "objective.margin=" in of_node
    assert offered("artextract train --backbone none -o ") == []
    assert offered("artextract data import none x -o ") == []
    assert "photograph=" in offered("artextract data import bands folder -o ")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for name in ("abbey", "altar", "lion", ".lion.partial"):
        (tmp_path / "results" / name).mkdir(parents=True)
        described = {"bands": [{"id": f"{name}-650"}, {"id": f"{name}-950"}]}
        (tmp_path / "results" / name / "scene.json").write_text(json.dumps(described))
    return tmp_path / "results"


def test_scenes_of_a_dataset_or_of_results(offered: Offered, results: Path, dataset: Path) -> None:
    command = "artextract export images"
    assert offered(f"{command} {results} --scene a") == ["abbey", "altar"]
    assert offered(f"{command} {dataset} --scene v") == ["v0", "v1"]
    assert offered(f"{command} nowhere --scene ") == []


def test_scenes_and_bands_of_results(offered: Offered, results: Path) -> None:
    for command in ("visualize pair", "visualize embedding", "report"):
        assert offered(f"artextract {command} {results} --scene ") == ["abbey", "altar", "lion"]
        assert offered(f"artextract {command} {results} --scene a") == ["abbey", "altar"]
    bands = f"artextract visualize pair {results} --scene lion --show-band "
    assert offered(bands) == ["lion-650", "lion-950"]
    assert offered(f"artextract visualize pair {results} --show-band ") == [
        "abbey-650",
        "abbey-950",
    ]


def test_results_that_the_file_of_defaults_names(offered: Offered, results: Path) -> None:
    assert offered("artextract visualize pair --scene l") == []
    Path("artextract.yaml").write_text(f"visualize: {{pair: {{results: {results}}}}}\n")
    assert offered("artextract visualize pair --scene l") == ["lion"]
    other = Path("other.yaml")
    other.write_text(f"report: {{results: {results}}}\n")
    assert offered("artextract --config other.yaml report --scene l") == ["lion"]
    other.write_text("report: [")
    assert offered("artextract --config other.yaml report --scene l") == []


def test_nothing_is_said_where_something_fails(
    offered: Offered, monkeypatch: pytest.MonkeyPatch, results: Path
) -> None:
    (results / "abbey" / "scene.json").write_text("{")
    assert offered(f"artextract visualize pair {results} --show-band ") == []

    def fail() -> PluginHost:
        sys.stderr.write("warning: broken\n")
        raise RuntimeError

    monkeypatch.setattr("artextract_cli.cli.completion.plugin_host", fail)
    assert offered("artextract train --backbone ") == []


@pytest.mark.parametrize(
    "line",
    ["artextract train --backbone gcn -o ", "artextract visualize pair results --scene "],
)
def test_completion_is_light(line: str) -> None:
    code = (
        "import atexit, sys\n"
        "names = lambda: ' '.join({n.split('.')[0] for n in sys.modules})\n"
        "atexit.register(lambda: sys.stderr.write(names()))\n"
        "from artextract_cli.cli.main import main\nmain()"
    )
    asked = {"_ARTEXTRACT_COMPLETE": "complete_bash", "COMP_WORDS": line}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | asked | {"COMP_CWORD": str(len(line.split(" ")) - 1)},
    )
    loaded = set(ran.stderr.split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("parts", "joined", "offered", "answered"),
    [
        (["x", "-o", "norm", "="], ["x", "-o", "norm="], ["norm=", "norm=la"], ["", "la"]),
        (["x", "-o", "norm", "=", "b"], ["x", "-o", "norm=b"], ["norm=batch"], ["batch"]),
        (["x", "norm", "=", ""], ["x", "norm=", ""], ["word"], ["word"]),
        (["x", "a", ":", "b", "=", "c"], ["x", "a:b=c"], ["a:b=cd"], ["cd"]),
        (["x", "--x", "==", "y"], ["x", "--x==y"], ["--x==yz"], ["yz"]),
        (["x", "a", "=", "1", "b"], ["x", "a=1", "b"], ["bc"], ["bc"]),
        (["x", "Ver"], ["x", "Ver"], ["Vermeer & Ünïcode"], [r"Vermeer\ \&\ Ünïcode"]),
        (["x", '"Ver'], ["x", '"Ver'], ["Vermeer & Co"], ["Vermeer & Co"]),
    ],
)
def test_bash_gets_the_part_that_it_broke_off(
    parts: list[str],
    joined: list[str],
    offered: list[str],
    answered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("_ARTEXTRACT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join([*parts, "after"]))
    monkeypatch.setenv("COMP_CWORD", str(len(parts) - 1))
    with rejoin_bash_words():
        assert os.environ["COMP_WORDS"].split("\n") == joined
        assert os.environ["COMP_CWORD"] == str(len(joined) - 1)
        sys.stdout.write("\n".join(offered) + "\n")
    assert capsys.readouterr().out.split("\n")[:-1] == answered
