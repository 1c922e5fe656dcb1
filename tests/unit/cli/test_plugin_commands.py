import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from artextract_cli.cli.main import app
from artextract_cli.plugin import host
from artextract_cli.plugin.host import OWN_COMMANDS, discover, plugin_host
from tests.helpers.command_line import Ran

LIGHT = """
import sys
from artextract_cli import Command, hookimpl

def load():
    from {module}_app import app
    return app

@hookimpl
def artextract_commands():
    return Command(name="{name}", summary="Greet [somebody].", load=load)
"""
SINGLE = """
import typer
from artextract_cli import InputError, UsageError, emit, table, warn
app = typer.Typer()

@app.command()
def say(name: str = "you", times: int = 1, fail: str = ""):
    if fail:
        raise {"input": InputError, "usage": UsageError, "bug": ZeroDivisionError}[fail]("no\\nway")
    warn("it is loud")
    emit({"name": name, "times": times}, table("greetings", ("name",), [(name,)] * times))
"""
SEVERAL = """
import typer
from artextract_cli import emit
app = typer.Typer(help="Many words.")

@app.command()
def hello(name: str):
    emit(name, f"hello {name}")

@app.command()
def goodbye(name: str):
    emit(name, f"goodbye {name}")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lay out a distribution with a command, as pip would."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(site)
    modules = []

    def lay_out(name: str, source: str, light: str = LIGHT) -> None:
        info = site / f"artextract_{name}-2.1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: artextract-{name}\nVersion: 2.1\n"
        )
        (info / "entry_points.txt").write_text(f"[artextract]\n{name} = toy_{name}\n")
        (site / f"toy_{name}.py").write_text(light.format(name=name, module=f"toy_{name}"))
        (site / f"toy_{name}_app.py").write_text(source)
        modules.extend([f"toy_{name}", f"toy_{name}_app"])
        plugin_host.cache_clear()

    yield lay_out
    plugin_host.cache_clear()
    for module in modules:
        sys.modules.pop(module, None)


def test_our_own_names_are_known() -> None:
    names = {group.name for group in app.registered_groups}
    names |= {command.callback.__name__ for command in app.registered_commands}  # type: ignore
    assert names == OWN_COMMANDS


def test_help_lists_a_command_and_does_not_load_it(
    run: Callable[..., Ran], install: Callable[..., None]
) -> None:
    install("greet", "raise RuntimeError('loaded')")
    ran = run("--help")
    assert ran.exit_code == 0
    assert "Greet [somebody]." in ran.stdout
    assert ran.stdout.index("plugins") < ran.stdout.index("greet")
    assert "toy_greet_app" not in sys.modules


def test_an_app_of_one_command(run: Callable[..., Ran], install: Callable[..., None]) -> None:
    install("greet", SINGLE)
    ran = run("greet", "--name", "Ada", "--times", 2, "--json")
    assert (ran.exit_code, ran.stderr) == (0, "warning: it is loud\n")
    assert json.loads(ran.stdout) == {"name": "Ada", "times": 2}
    assert run("greet", "--name", "Ada").stdout.count("Ada") == 1
    told = run("greet", "--help").stdout
    assert "--times" in told
    assert "completion" not in told


def test_an_app_of_several_commands(run: Callable[..., Ran], install: Callable[..., None]) -> None:
    install("words", SEVERAL)
    assert run("words", "goodbye", "Ada").stdout == "goodbye Ada\n"
    assert run("words", "shout", "Ada").exit_code == 2
    assert "hello" in run("words", "--help").stdout


def test_prints_of_a_command_stay_out_of_json(
    run: Callable[..., Ran], install: Callable[..., None]
) -> None:
    install("words", SEVERAL.replace("    emit(", "    print('aside')\n    emit("))
    ran = run("words", "hello", "Ada", "--json")
    assert json.loads(ran.stdout) == "Ada"
    assert ran.stderr == "aside\n"
    assert run("words", "hello", "Ada").stdout == "aside\nhello Ada\n"
    assert "Usage: root words hello" in run("words", "hello", "--help").stdout


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("raise SystemExit(7)", 7),
        ("raise typer.Exit(8)", 8),
        ("raise typer.Abort", 1),
        ("raise typer.BadParameter('no')", 2),
        ("raise KeyboardInterrupt", 130),
    ],
)
def test_a_command_may_end_as_it_likes(
    run: Callable[..., Ran], install: Callable[..., None], ending: str, code: int
) -> None:
    install("end", f"import typer\napp = typer.Typer()\n@app.command()\ndef end():\n    {ending}")
    ran = run("end")
    assert ran.exit_code == code
    assert "failed" not in ran.stderr


def test_an_app_that_is_called_itself(
    run: Callable[..., Ran], install: Callable[..., None]
) -> None:
    install(
        "greet",
        "import typer\napp = typer.Typer(invoke_without_command=True)\n"
        "@app.callback()\ndef say(name: str = 'you'):\n    raise typer.Exit(len(name))",
    )
    assert run("greet", "--name", "Ada Lovelace").exit_code == 12


@pytest.mark.parametrize(
    ("fail", "code", "said"),
    [
        ("input", 3, "error: no way\n"),
        ("usage", 2, "error: no way\n"),
        (
            "bug",
            4,
            "error: commands 'greet' of artextract-greet 2.1 failed (ZeroDivisionError: no way): "
            "report this to its authors\n",
        ),
    ],
)
def test_errors_end_as_ours_do(
    run: Callable[..., Ran], install: Callable[..., None], fail: str, code: int, said: str
) -> None:
    install("greet", SINGLE)
    ran = run("greet", "--fail", fail)
    assert (ran.exit_code, ran.stdout, ran.stderr) == (code, "", said)


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("print('x')\napp = 3", "TypeError: load returned int, which is not a Typer app"),
        ("import typer\napp = typer.Typer()", "RuntimeError: Could not get a command"),
        (f"{SINGLE}\n@app.command()\ndef odd(x: int | str): ...", "AssertionError: Typer"),
    ],
)
def test_a_command_that_cannot_be_loaded_harms_itself_alone(
    run: Callable[..., Ran], install: Callable[..., None], source: str, cause: str
) -> None:
    install("greet", source)
    ran = run("greet", "--name", "Ada")
    assert (ran.exit_code, ran.stdout) == (4, "")
    told = ran.stderr.splitlines()[-1]
    assert told.startswith("error: commands 'greet' of artextract-greet 2.1 cannot be ")
    assert f"({cause}" in told
    Path("artextract.yaml").write_text("greet: {name: Ada}\n")
    assert run("plugins", "info", "gat").exit_code == 0


def test_a_name_of_ours_cannot_be_taken(
    run: Callable[..., Ran], install: Callable[..., None]
) -> None:
    install("train", SINGLE)
    ran = run("train", "--help")
    assert "--backbone" in ran.stdout
    (broken,) = discover(importlib.metadata.entry_points(group="artextract")).broken
    assert broken.cause == (
        "commands 'train' already belongs to artextract; artextract-train must choose another name"
    )
    assert run("--help").stderr.count("artextract-train must choose another name") == 1


def test_defaults_come_from_the_file_and_the_environment(
    run: Callable[..., Ran], install: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("greet", SINGLE)
    Path("artextract.yaml").write_text("greet: {name: Ada, times: 3}\ntrain: {epochs: 2}\n")
    assert json.loads(run("greet", "--json").stdout) == {"name": "Ada", "times": 3}
    monkeypatch.setenv("ARTEXTRACT_GREET_TIMES", "4")
    assert json.loads(run("greet", "--json").stdout) == {"name": "Ada", "times": 4}
    assert json.loads(run("greet", "--json", "--times", 5).stdout)["times"] == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "greet: {nmae: Ada}",
            "artextract.yaml: greet.nmae is not a known option; choose from: fail, name",
        ),
        ("greet: 3", "artextract.yaml: greet must contain keys and values"),
        (
            "gerat: {name: Ada}",
            "artextract.yaml: gerat is not a known command; choose from: adapt, cluster, data",
        ),
    ],
)
def test_the_file_is_checked_against_the_options_of_the_command(
    run: Callable[..., Ran], install: Callable[..., None], content: str, said: str
) -> None:
    install("greet", SINGLE)
    Path("artextract.yaml").write_text(content)
    ran = run("greet")
    assert ran.exit_code == 3
    assert said in ran.stderr


def test_the_file_serves_commands_below_a_command(
    run: Callable[..., Ran], install: Callable[..., None]
) -> None:
    install("words", SEVERAL)
    Path("artextract.yaml").write_text("words: {hello: {name: Ada}}\n")
    assert run("words", "hello").stdout == "hello Ada\n"


def test_without_plugins_there_are_only_ours(
    run: Callable[..., Ran], install: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("greet", SINGLE)
    monkeypatch.setenv(host.LIMIT_VARIABLE, "greet")
    assert run("greet").exit_code == 0
    for words in (("greet", "--no-plugins"), ("--help", "--no-plugins")):
        plugin_host.cache_clear()
        ran = run(*words)
        assert ran.exit_code == (2 if words[0] == "greet" else 0)
        assert "Greet" not in ran.stdout
    assert run("doctor", "--help").exit_code == 0


def completed(words: str, n: int, *paths: Path) -> subprocess.CompletedProcess[str]:
    """What a shell gets when it asks for completions."""
    return subprocess.run(
        [sys.executable, "-m", "artextract_cli"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {
            "_ARTEXTRACT_COMPLETE": "complete_bash",
            "COMP_WORDS": words.replace(" ", "\n"),
            "COMP_CWORD": str(n),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        },
    )


def test_completion_knows_commands_of_plugins_and_says_nothing_else(
    install: Callable[..., None], tmp_path: Path
) -> None:
    install("greet", SINGLE)
    install("broken", "", light="import no_such_module")
    install("empty", "import no_such_module")
    site = tmp_path / "site"
    ran = completed("artextract gr", 1, site)
    assert (sorted(ran.stdout.split()), ran.stderr) == (["graph", "greet"], "")
    ran = completed("artextract greet --ti", 2, site)
    assert (ran.stdout.split(), ran.stderr) == (["--times"], "")
    ran = completed("artextract empty --ti", 2, site)
    assert (ran.stdout.split(), ran.stderr) == ([], "")
