from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.cli.config import remember
from artextract_cli.errors import DependencyError, InputError
from artextract_cli.utils.yaml import read_yaml
from tests.helpers.command_line import Ran


@pytest.fixture
def settings(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """What `artextract train` would train with, under this configuration and these words."""
    from artextract_cli.training import trainer

    monkeypatch.chdir(tmp_path)
    seen = []

    def train(graphs: Path, out: Path, settings: Any, **kwargs: Any) -> None:
        seen.append((graphs, out, settings))
        raise DependencyError("seen")

    monkeypatch.setattr(trainer, "train", train)

    def call(*words: object) -> Any:
        ran = run(*words)
        assert ran.exit_code == DependencyError.exit_code, ran.stderr
        return seen[-1]

    return call


def test_precedence(settings: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[str] = ["train", "graphs"]
    assert settings(*words)[2].epochs == 30
    Path("artextract.yaml").write_text("train: {epochs: 11, step_factor: 0.5}\n")
    assert settings(*words)[2].epochs == 11
    Path("other.yaml").write_text("train: {epochs: 12}\n")
    assert settings("--config", "other.yaml", *words)[2].epochs == 12
    assert settings("--config", "other.yaml", *words)[2].step_factor == 0.8
    monkeypatch.setenv("ARTEXTRACT_TRAIN_EPOCHS", "13")
    assert settings(*words)[2].epochs == 13
    assert settings(*words)[2].step_factor == 0.5
    assert settings(*words, "--epochs", 14)[2].epochs == 14


def test_paths_left_out_come_from_the_file(settings: Callable[..., Any]) -> None:
    Path("artextract.yaml").write_text("train: {graphs: my graphs, out: my run, augment: true}\n")
    graphs, out, made = settings("train")
    assert (graphs, out, made.augment) == (Path("my graphs"), Path("my run"), True)


@pytest.mark.parametrize(
    "written", ["{heads: 2, residual: false}", "[heads=2, residual=False]"], ids=["map", "list"]
)
def test_options_of_a_plugin_as_mapping_or_words(
    settings: Callable[..., Any], written: str
) -> None:
    Path("artextract.yaml").write_text(f"train: {{graphs: g, options: {written}}}\n")
    assert settings("train")[2].options == {"heads": "2", "residual": "False"}
    assert settings("train", "-o", "heads=3")[2].options == {"heads": "3"}


def test_numbers_parted_by_commas_may_be_a_list(settings: Callable[..., Any]) -> None:
    Path("artextract.yaml").write_text("train: {graphs: g, out: r, seeds: [4, 2]}\n")
    _, out, chosen = settings("train")
    assert (out.name, chosen.seed) == ("r-4", 4)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("my results", ["my results"]), ("[first, the second]", ["first", "the second"])],
    ids=["one", "several"],
)
def test_arguments_that_may_be_several(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, written: str, expected: list[str]
) -> None:
    """One path is one path, not a list of its letters."""
    from artextract_cli.evaluation import evaluate as module

    seen: list[list[Path]] = []

    def evaluate(results: list[Path], truth: Path, jobs: int, cluster: None) -> None:
        seen.append(list(results))
        raise DependencyError("seen")

    monkeypatch.setattr(module, "evaluate", evaluate)
    Path("artextract.yaml").write_text(f"evaluate: {{results: {written}, truth: data}}\n")
    assert run("evaluate").exit_code == DependencyError.exit_code
    assert run("evaluate", "typed").exit_code == DependencyError.exit_code
    assert seen == [[Path(name) for name in expected], [Path("typed")]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("trian: {epochs: 1}", "trian is not a known command; choose from: adapt, cluster"),
        ("train: {epoch: 1}", "train.epoch is not a known option; choose from: augment, backbone"),
        (
            "graph: {biuld: {out: x}}",
            "graph.biuld is not a known command; choose from: build, export",
        ),
        ("graph: {build: {outt: x}}", "graph.build.outt is not a known option"),
        ("train: 3", "train must contain keys and values"),
        ("train: false", "train must contain keys and values"),
        ("train: []", "train must contain keys and values"),
        ("graph: {build: ''}", "graph.build must contain keys and values"),
        ("- train", "must contain keys and values"),
        ("train: {epochs: 1, epochs: 2}", "given twice"),
        ("train: {epochs: 1", "line 1"),
    ],
)
def test_a_file_that_says_what_there_is_not(
    run: Callable[..., Ran], tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(content)
    ran = run("--config", path, "train", "graphs")
    assert ran.exit_code == 3
    assert ran.stderr.startswith(f"error: {path}")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_value_of_the_wrong_type_is_a_usage_error(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text("train: {epochs: many}\n")
    ran = run("--config", tmp_path / "c.yaml", "train", "graphs")
    assert ran.exit_code == 2
    assert "--epochs" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_named_file_must_exist(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run("plugins", "list", "--config", tmp_path / "none.yaml")
    assert ran.exit_code == 3
    assert "none.yaml" in ran.stderr


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "train:\n", "graph: {build: }\n"])
def test_empty_sections_say_nothing(
    settings: Callable[..., Any], content: str, tmp_path: Path
) -> None:
    Path("artextract.yaml").write_text(content)
    assert settings("train", "graphs")[2].epochs == 30


def test_remember_keeps_the_rest_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "artextract.yaml"
    path.write_text("train: {backbone: gcn, graphs: old}\ngraph:\nevaluate: {truth: t}\n")
    remember(
        ("train", {"graphs": Path("new"), "out": None}),
        ("graph build", {"out": Path("new")}),
    )
    assert read_yaml(path) == {
        "train": {"backbone": "gcn", "graphs": "new"},
        "graph": {"build": {"out": "new"}},
        "evaluate": {"truth": "t"},
    }


def test_remember_makes_the_file(
    settings: Callable[..., Any], tmp_path: Path, run: Callable[..., Ran]
) -> None:
    remember(("train", {"graphs": Path("1e3"), "out": Path("no")}))
    assert settings("train")[:2] == (Path("1e3"), Path("no"))


def test_remember_leaves_a_damaged_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for content in ("train: [", "train: 3\n"):
        (tmp_path / "artextract.yaml").write_text(content)
        with pytest.raises(InputError, match=r"artextract\.yaml"):
            remember(("train", {"out": "x"}))
        assert (tmp_path / "artextract.yaml").read_text() == content
