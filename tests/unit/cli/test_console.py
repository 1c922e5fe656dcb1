import io
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rich.console

from artextract_cli.cli import console
from artextract_cli.cli.console import emit, mapping_table, table
from artextract_cli.utils import events


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    yield
    console.configure()


def drawn(made: object) -> str:
    file = io.StringIO()
    rich.console.Console(file=file, width=200).print(made)
    return file.getvalue()


@pytest.mark.parametrize(
    ("verbosity", "heard"),
    [
        (-1, ["warn", "error"]),
        (0, ["inform", "warn", "error"]),
        (1, ["inform", "detail", "warn", "error"]),
    ],
)
def test_who_is_heard_on_stderr(
    capsys: pytest.CaptureFixture[str], verbosity: int, heard: list[str]
) -> None:
    console.configure(verbosity=verbosity)
    for say in (events.inform, events.detail, events.warn, console.error):
        say(f"by {say.__name__}")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split()[-1] for line in captured.err.splitlines()] == heard


def test_json_is_valid_and_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.configure(as_json=True)
    emit({"path": Path("a/b"), "n": 3, "none": None, "é": [1.5]}, "the text")
    assert json.loads(capsys.readouterr().out) == {
        "path": "a/b",
        "n": 3,
        "none": None,
        "é": [1.5],
    }


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_json_has_no_nan_and_refuses_to_write_half(
    capsys: pytest.CaptureFixture[str], number: float
) -> None:
    console.configure(as_json=True)
    with pytest.raises(ValueError, match="not JSON compliant"):
        emit({"number": number}, "")
    assert capsys.readouterr().out == ""


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    long = "[bold]not bold[/] " + "x" * 300
    emit({}, [long, table("title", ("a",), [(1,)])])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == long
    assert "title" in "\n".join(rest)


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/x]", "a[0]", "C:\\[b]", "end\\"])
def test_square_brackets_anywhere_in_a_table_are_text(text: str) -> None:
    shown = drawn(table(text, (text, "n"), [(text, 1)]))
    assert shown.count(text) == 3
    assert drawn(mapping_table(text, {text: text})).count(text) == 3


def test_numbers_in_cells() -> None:
    shown = drawn(table("t", ("name", "x", "n"), [("a", 0.12345, 7), ("b", None, 12)]))
    assert "0.123 " in shown
    assert "–" in shown
    assert "  7 " in shown
    made = table("t", ("name", "x", "mixed"), [("a", 1.0, 1), ("b", None, "-")])
    assert [column.justify for column in made.columns] == ["left", "right", "left"]


def test_the_next_command(capsys: pytest.CaptureFixture[str]) -> None:
    console.suggest("infer", Path("my scans"), "--out", "results")
    assert capsys.readouterr() == ("", "next: artextract infer 'my scans' --out results\n")


@pytest.mark.parametrize("how", [{"as_json": True}, {"verbosity": -1}])
def test_scripts_see_no_next_command(
    capsys: pytest.CaptureFixture[str], how: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: name)
    console.configure(**how)  # type: ignore[arg-type]
    console.suggest("infer", "scans")
    console.suggest_without("--dry-run")
    console.suggest_opening(Path("report.html"))
    assert capsys.readouterr() == ("", "")


def test_the_same_command_without_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    console.configure(words=["data", "import", "a b", "--dry-run", "--out", "c"])
    console.suggest_without("--dry-run")
    assert capsys.readouterr().err == "next: artextract data import 'a b' --out c\n"


@pytest.mark.parametrize("shard", [["--shard", "1/2"], ["--shard=1/2"]])
def test_the_same_command_with_a_flag_instead_of_an_option(
    capsys: pytest.CaptureFixture[str], shard: list[str]
) -> None:
    console.configure(words=["infer", "a b", *shard, "--out", "c"])
    console.suggest_instead("--shard", "--finish")
    assert capsys.readouterr().err == "next: artextract infer 'a b' --out c --finish\n"


@pytest.mark.parametrize("opener", ["xdg-open", None])
def test_a_page_is_opened_where_that_is_possible(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, opener: str | None
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("shutil.which", lambda name: opener and f"/usr/bin/{opener}")
    console.suggest_opening(Path("my report.html"))
    wanted = "" if opener is None else "next: xdg-open 'my report.html'\n"
    assert capsys.readouterr().err == wanted
    console.suggest_opening(Path("-report.html"))
    assert capsys.readouterr().err == ("" if opener is None else "next: xdg-open ./-report.html\n")
    console.suggest_opening(Path("report.html"), *console.pair_words(Path("results")))
    instead = "artextract visualize pair results --out pair.png"
    assert capsys.readouterr().err == f"next: {f'{opener} report.html' if opener else instead}\n"


@pytest.mark.parametrize(
    ("url", "port"),
    [
        *(("http://localhost:8080", 8080), ("http://127.0.0.1/", 80)),
        *(("http://localhost:8000/iiif", None), ("https://museum.example", None)),
    ],
)
def test_a_folder_is_served_where_its_address_is_of_this_machine(
    capsys: pytest.CaptureFixture[str], url: str, port: int | None
) -> None:
    console.suggest_serving(Path("my site"), url)
    wanted = f"next: python -m http.server {port} --directory 'my site'\n"
    assert capsys.readouterr().err == ("" if port is None else wanted)


def test_paths_of_suggestions_are_free() -> None:
    assert console.free("report.html") == Path("report.html")
    Path("report.html").touch()
    Path("report-2.html").touch()
    assert console.free("report.html") == Path("report-3.html")
