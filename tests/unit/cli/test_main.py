import errno
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import artextract_cli
from artextract_cli import errors
from artextract_cli.cli.main import hoist_global_flags
from artextract_cli.plugin import host
from tests.helpers.command_line import Ran
from tests.helpers.command_tree import commands
from tests.helpers.folders import make, scene


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["plugins", "list", "--json"], ["--json", "plugins", "list"]),
        (["train", "g", "-q", "--epochs", "3"], ["-q", "train", "g", "--epochs", "3"]),
        (["train", "--config", "a.yaml", "g"], ["--config", "a.yaml", "train", "g"]),
        (["train", "--config=a.yaml", "g"], ["--config=a.yaml", "train", "g"]),
        (["--debug", "train", "--no-plugins"], ["--debug", "--no-plugins", "train"]),
        (["train", "--", "--json"], ["train", "--", "--json"]),
        (["train", "-v", "--", "-v"], ["-v", "train", "--", "-v"]),
        (["train", "--config"], ["train", "--config"]),
        (["train", "-o", "heads=2"], ["train", "-o", "heads=2"]),
        ([], []),
    ],
)
def test_flags_of_the_program_may_stand_anywhere(words: list[str], wanted: list[str]) -> None:
    before = list(words)
    assert hoist_global_flags(words) == wanted
    assert words == before


@pytest.fixture
def failing(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run `plugins list` while it raises this error."""

    def call(error: BaseException, *words: str) -> Ran:
        def fail() -> None:
            raise error

        monkeypatch.setattr("artextract_cli.cli.commands.plugins.plugin_host", fail)
        return run("plugins", "list", *words)

    return call


ERRORS = {
    errors.ArtextractError("it failed"): (1, "error: it failed\n"),
    errors.UsageError("no such\n  option"): (2, "error: no such option\n"),
    errors.InputError("bad file"): (3, "error: bad file\n"),
    errors.DependencyError("no package"): (4, "error: no package\n"),
    errors.DivergedError("loss nan"): (5, "error: loss nan\n"),
    KeyboardInterrupt(): (130, "error: interrupted\n"),
    MemoryError(): (1, "error: out of memory: use a smaller --size or fewer --jobs\n"),
    PermissionError(13, "Permission denied", "a.png"): (
        1,
        "error: system error: a.png: Permission denied\n",
    ),
    ZeroDivisionError("by zero"): (
        1,
        "error: unexpected ZeroDivisionError: by zero; --debug shows the traceback\n",
    ),
}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_is_one_line_and_its_exit_code(
    failing: Callable[..., Ran], error: BaseException
) -> None:
    ran = failing(error)
    assert (ran.exit_code, ran.stderr) == ERRORS[error]
    assert ran.stdout == ""


def test_an_interruption_exits_with_130_in_debug_mode_too(failing: Callable[..., Ran]) -> None:
    assert failing(KeyboardInterrupt(), "--debug").exit_code == 130


def program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "artextract_cli", *words],
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING"),
        check=False,
        env=os.environ | environment,
    )


def test_a_traceback_is_shown_with_debug_alone(tmp_path: Path) -> None:
    words = ("graph", "inspect", str(tmp_path / "none.npz"))
    plain, debug = program(*words), program(*words, "--debug")
    assert plain.returncode == 3
    assert plain.stderr.startswith("error: there is no graph file")
    assert plain.stderr.count("\n") == 1
    assert debug.returncode != 0
    assert "Traceback" in debug.stderr
    assert "InputError: there is no graph file" in debug.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_output_in_an_encoding_without_our_characters(tmp_path: Path, encoding: str) -> None:
    """Output that Windows redirects to a file or pipe."""
    folder = make(tmp_path / "Ω", *scene("Ωmega→", "450"))
    ran = program("data", "check", str(folder), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert ran.returncode == 3
    assert "\\u2192" in ran.stdout
    assert "\\u2192" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_reader_that_has_read_enough_is_told_nothing(failing: Callable[..., Ran]) -> None:
    ran = failing(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert (ran.exit_code, ran.stderr) == (1, "")


def test_version(run: Callable[..., Ran]) -> None:
    ran = run("--version")
    assert (ran.exit_code, ran.stdout) == (0, f"artextract {artextract_cli.__version__}\n")


def test_help_says_what_there_is(run: Callable[..., Ran]) -> None:
    for words in (["--help"], ["-h"]):
        ran = run(*words)
        assert ran.exit_code == 0
        for command in ("demo", "data", "graph", "train", "adapt", "infer", "evaluate"):
            assert command in ran.stdout


def test_unknown_commands_and_options_are_usage_errors(run: Callable[..., Ran]) -> None:
    for words in (["tarin"], ["train", "g", "--epoch", "3"], ["graph", "build"]):
        ran = run(*words)
        assert ran.exit_code == 2
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("words", [["infer", "x", "--out", ""], ["infer", "x", "--out="]])
def test_an_empty_word_is_not_the_current_folder(run: Callable[..., Ran], words: list[str]) -> None:
    ran = run(*words)
    assert ran.exit_code == 2
    assert "the value after --out is empty" in ran.stderr


def test_json_and_quiet_hold_for_the_command(run: Callable[..., Ran]) -> None:
    ran = run("plugins", "info", "gat", "--json", "-q")
    assert ran.exit_code == 0
    (about,) = json.loads(ran.stdout)
    assert about["name"] == "gat"
    assert ran.stderr == ""


def test_no_plugins_leaves_the_built_in_ones(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(host.LIMIT_VARIABLE, "something")
    host.plugin_host.cache_clear()
    ran = run("--no-plugins", "--json", "plugins", "list")
    assert os.environ[host.LIMIT_VARIABLE] == ""
    owners = {plugin["distribution"] for plugin in json.loads(ran.stdout)["plugins"]}
    host.plugin_host.cache_clear()
    assert owners == {"artextract"}


@pytest.mark.parametrize(("name", "command"), [*commands()])
def test_every_command_writes_its_result_as_json_if_asked(name: str, command: Any) -> None:
    """By `emit`, which alone knows of --json."""
    source = inspect.getsource(inspect.unwrap(command.callback))
    assert "console.emit(" in source, name
    assert "print(" not in source
