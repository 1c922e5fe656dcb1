"""A command that takes a dataclass has an option for each of its fields."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.testing import CliRunner

from artextract_cli.cli.derived_options import Options, Parsed, settings_as_options
from artextract_cli.utils.settings import Setting


def length(text: str | None) -> int:
    return len(text or "")


@dataclass(frozen=True, kw_only=True)
class Base:
    seed: Annotated[int, Setting(help="Seed.", minimum=0, maximum=9)] = 0


@dataclass(frozen=True, kw_only=True)
class Settings(Base):
    mode: Annotated[Literal["fast", "exact"], Setting(help="How.", group="Work")] = "fast"
    bands: Annotated[tuple[str, ...], Setting(help="Bands.", option="band")] = ()
    options: Annotated[Mapping[str, Any], Setting(help="Options.")] = field(default_factory=dict)
    mirror: Annotated[bool, Setting(help="Mirror.")] = False
    epochs: Annotated[int, Setting(help="Epochs.", depends=True)] = 50
    name: Annotated[int, Parsed(help="Name.", parse=length, default="four")]
    internal: int = 3


def suited(epochs: int | None, **given: Any) -> Settings:
    return Settings(epochs=7 if epochs is None else epochs, **given)


seen: list[tuple[Path, Settings, bool]] = []
app = typer.Typer(context_settings={"auto_envvar_prefix": "TRY"})


@app.command()
@settings_as_options
def command(
    *,
    path: Annotated[Path, typer.Argument()],
    settings: Annotated[Settings, Options(build=suited, names={"options": ("-o",)})],
    quick: Annotated[bool, typer.Option("--quick")] = False,
) -> None:
    """Do it."""
    seen.append((path, settings, quick))


@pytest.fixture
def call() -> Callable[..., tuple[Path, Settings, bool]]:
    """What the command is given for words and environment variables."""

    def run(*words: str, **env: str) -> tuple[Path, Settings, bool]:
        result = CliRunner().invoke(app, ["picture", *words], env=env)
        assert result.exit_code == 0, result.output
        return seen.pop()

    return run


def test_options_that_are_left_out_have_the_defaults_of_the_fields(
    call: Callable[..., Any],
) -> None:
    assert call() == (Path("picture"), Settings(epochs=7, name=4), False)


def test_options_that_are_given(call: Callable[..., Any]) -> None:
    words = "--seed 3 --mode exact --band a --band b -o heads=4 --mirror --epochs 2 --name Vermeer"
    _, settings, quick = call(*words.split(), "--quick")
    assert quick
    assert settings == Settings(
        seed=3,
        mode="exact",
        bands=("a", "b"),
        options={"heads": "4"},
        mirror=True,
        epochs=2,
        name=7,
    )


def test_environment_variables_are_named_after_the_fields(call: Callable[..., Any]) -> None:
    assert call(TRY_SEED="5")[1].seed == 5


@pytest.mark.parametrize("words", [("--seed", "10"), ("--mode", "slow"), ("--internal", "1")])
def test_words_that_the_fields_do_not_allow(words: tuple[str, str]) -> None:
    assert CliRunner().invoke(app, ["picture", *words]).exit_code == 2


def test_help_tells_help_limits_groups_and_defaults() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    assert "0<=x<=9" in shown
    assert "Work" in shown
    assert "[default: four]" in shown
    assert "50" not in shown


def test_options_stand_in_the_order_of_the_fields() -> None:
    names = ["path", "seed", "mode", "band", "options", "mirror", "epochs", "name", "quick"]
    assert list(inspect.signature(command).parameters) == names


def test_a_field_without_a_default_is_an_option_that_must_be_given() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Needs:
        size: Annotated[int, Setting(help="Size.")]

    def command(*, needs: Needs) -> None: ...

    shown = inspect.signature(settings_as_options(command)).parameters
    assert shown["size"].default is inspect.Parameter.empty


def test_two_options_of_one_name_are_refused() -> None:
    def twice(*, settings: Settings, seed: int = 0) -> None: ...

    with pytest.raises(ValueError, match="duplicate parameter name: 'seed'"):
        settings_as_options(twice)
