"""Every command that succeeds names the next one, which can be pasted and succeeds too."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.command_line import Ran
from tests.helpers.suggestions import check_parses, suggested

PAIR = "--rgb {job}/data/val/rgb_images/v0_RGB.png --band 850={job}/data/val/ms_masks/v0_ms_850.png"
GRAPH = "{job}/graphs/val/v0.npz"
REPORT = "report {job}/results --out report.html"


def next_words(ran: Ran) -> list[str]:
    """The words of the command that was named last, without the name of the program."""
    assert ran.exit_code == 0, ran.stderr
    line = ran.stderr.splitlines()[-1]
    assert line.startswith("next: ")
    for command in suggested(line):
        check_parses(command)
    return shlex.split(line.removeprefix("next: "))[1:]


def test_from_captures_to_the_report(
    run: Callable[..., Ran], captures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    words = ["data", "import", "bands", str(captures / "capture"), "--out", "my scans", "--dry-run"]
    steps, ran = [words[:2]], run(*words)
    while (words := next_words(ran)) != ["report.html"]:
        steps.append(words)
        ran = run(*words, *(["--model", "none"] if words[0] == "infer" else []))
    assert steps[1:] == [
        ["data", "import", "bands", str(captures / "capture"), "--out", "my scans"],
        ["data", "check", "my scans"],
        ["infer", "my scans", "--out", "results"],
        ["report", "results", "--out", "report.html"],
    ]
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    assert ran.stderr.splitlines()[-1] == f"next: {opener} report.html"
    assert Path("report.html").is_file()


def test_from_shifted_bands_to_scores(run: Callable[..., Ran], captures: Path) -> None:
    """Bands of another size are an error of the dataset, which registration remedies."""
    ran = run("data", "check", captures / "shifted", "--wavelengths", 650)
    assert ran.exit_code == 3
    register = ["data", "register", str(captures / "shifted"), "--out", "registered"]
    assert f"next: {shlex.join(['artextract', *register])}" in ran.stderr.splitlines()
    mask = next_words(run(*register))
    assert mask == ["data", "mask", "registered", "--out", "masked"]
    assert next_words(run(*mask)) == ["infer", "masked", "--out", "results"]


def test_calibrated_counts_are_checked(run: Callable[..., Ran], captures: Path) -> None:
    ran = run("data", "calibrate", captures / "data", "--blind", "--out", "flat")
    assert next_words(ran) == ["data", "check", "flat"]


def test_from_simulated_paintings_to_the_loss(run: Callable[..., Ran]) -> None:
    words = ["data", "simulate", "s", "--train", 3, "--val", 1, "--size", 48, "--clean", "train"]
    build = next_words(run(*words))
    assert build == ["graph", "build", "s", "--out", "graphs"]
    train = next_words(run(*build, "--remember"))
    assert train == ["train", "graphs", "--out", "run"]
    small = ["--epochs", 1, "--backbone", "gcn", "-o", "hidden=4", "-o", "layers=1"]
    infer = next_words(run(*train, *small))
    # `graph build --remember` has saved the dataset, which graph files do not name.
    assert infer == ["infer", "s", "--model", "run", "--out", "results-of-run"]
    Path("artextract.yaml").unlink()
    loss = next_words(run(*train[:2], "--out", "run-2", *small))
    assert loss == ["visualize", "loss", "run-2", "--out", "loss.png"]
    assert run(*loss).exit_code == 0


def test_evaluation_and_graphs(run: Callable[..., Ran], job: Path) -> None:
    Path("report.html").touch()
    ran = run("evaluate", job / "results", "--truth", job / "data")
    assert next_words(ran) == ["report", str(job / "results"), "--out", "report-2.html"]
    graph = next_words(run("graph", "inspect", job / "graphs" / "val" / "v0.npz"))
    assert graph == ["visualize", "graph", str(job / "graphs/val/v0.npz"), "--out", "v0.png"]


def test_adapted_models_and_stated_captures(run: Callable[..., Ran], dataset: Path) -> None:
    words = ["--coding", "bands=srgb", "--wavelengths", "450,650,850"]
    ran = run("data", "check", dataset, *words)
    assert next_words(ran) == ["infer", str(dataset), "--out", "results", *words]


@pytest.mark.parametrize("flag", ["--json", "--quiet"])
def test_scripts_see_no_next_command(run: Callable[..., Ran], dataset: Path, flag: str) -> None:
    assert "next:" not in run("data", "check", dataset, flag).stderr


def test_errors_name_no_next_command(run: Callable[..., Ran], dataset: Path) -> None:
    ran = run("data", "check", dataset, "--wavelengths", "450,650")
    assert ran.exit_code != 0
    assert "next:" not in ran.stderr


def test_new_plugins(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artextract_cli.plugin.conformance.check_plugin", lambda plugin: [])
    check = next_words(run("plugins", "new", "mean", "--kind", "scorers"))
    assert check == ["plugins", "check", "artextract-mean"]
    assert next_words(run(*check)) == ["plugins", "install", "artextract-mean"]
    ran = run("plugins", "install", "artextract-mean", "--dry-run")
    assert next_words(ran) == ["plugins", "install", "artextract-mean"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("visualize pair {job}/results --out p.png", REPORT),
        (
            f"visualize pair {PAIR} --model none --out p.png",
            f"infer {PAIR} --model none --out results",
        ),
        (
            "export crate {job}/results --out c",
            "export iiif {job}/results --out site",
        ),
        (
            "export images {job}/results --out i.ome.tif",
            "export crate {job}/results --out crate",
        ),
        ("export images {job}/data --out d.ome.tif", "infer {job}/data --out results"),
        (
            "infer {job}/data --model {job}/run --out s --shard=1/2",
            "infer {job}/data --model {job}/run --out s --finish",
        ),
        ("visualize embedding {job}/results --out e.png", REPORT),
        ("visualize pyramid {job}/results --out p.tif", REPORT),
        (
            "visualize loss {job}/run --out l.png",
            "infer DATASET --model {job}/run --out results-of-run",
        ),
        (f"visualize graph {GRAPH} --out g.png", f"graph export {GRAPH} --out v0.graphml"),
        (f"graph export {GRAPH} --out g.graphml", "train {job}/graphs --out run"),
        ("plugins list --kind scorers", "plugins info"),
        ("plugins info gat", "plugins check gat"),
        ("doctor", "demo --out demo"),
    ],
)
def test_figures_and_tools(run: Callable[..., Ran], job: Path, words: str, wanted: str) -> None:
    ran = run(*shlex.split(words.format(job=job)))
    expected = shlex.split(wanted.format(job=job))
    assert next_words(ran)[: len(expected)] == expected
    assert "next:" not in ran.stdout


def test_plugins_that_are_checked_or_gone(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = {"kind": "backbones", "plugin": "gcn", "check": "a", "state": "passed", "why": ""}
    monkeypatch.setattr("artextract_cli.plugin.conformance.check_plugin", lambda name: [outcome])
    used = next_words(run("plugins", "check", "gcn"))
    assert used[:6] == ["train", "GRAPHS", "--out", "RUN", "--backbone", "gcn"]
    transaction = "artextract_cli.plugin.install.transaction"
    monkeypatch.setattr(f"{transaction}.owner_of", lambda name: "artextract-sgc")
    monkeypatch.setattr(f"{transaction}.uninstall", lambda environment, distribution: None)
    assert next_words(run("plugins", "uninstall", "sgc", "--yes")) == ["plugins", "list"]


def test_a_cluster_is_started_with_its_certificates(run: Callable[..., Ran]) -> None:
    ran = run("cluster", "certificates", "my certificates")
    assert ran.stderr.splitlines()[-1].startswith("next: dask scheduler --protocol tls ")
    infer = ran.stdout.splitlines()[-1]
    assert shlex.split(infer)[-1] == "my certificates"
    check_parses(infer)


def test_without_a_desktop_a_figure_comes_next(
    run: Callable[..., Ran], job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    ran = run("report", job / "results", "--scene", "v0", "--out", "r.html")
    assert next_words(ran) == ["visualize", "pair", str(job / "results"), "--out", "pair.png"]
