"""Shell completion of plugin names, option keys, scenes and bands.

Light, since it runs at every <Tab>, and silent: on any error nothing is offered.
"""

import contextlib
import functools
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from artextract_cli.cli.config import CONFIG_FILE
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import OptionInfo, describe_options
from artextract_cli.plugin.specs import KINDS
from artextract_cli.scenes.layout import find_scenes
from artextract_cli.utils.yaml import read_yaml

Offer = tuple[str, str]
"""A word and its description."""

Completer = Callable[[typer.Context, str], list[Offer]]


def _silent(find: Callable[[typer.Context], Iterable[Offer]]) -> Completer:
    """Offer words that start with ``incomplete``; none if ``find`` fails."""

    @functools.wraps(find)
    def complete(ctx: typer.Context, incomplete: str) -> list[Offer]:
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                return [offer for offer in find(ctx) if offer[0].startswith(incomplete)]
            except Exception:  # noqa: BLE001 - a shell must not show an error at every <Tab>
                return []

    # Typer inspects the annotations of the function that it calls.
    del complete.__wrapped__
    complete.__annotations__ = {"ctx": typer.Context, "incomplete": str}
    return complete


def plugin_names(*kinds: str) -> Completer:
    """Names of plugins of these kinds, with their summaries."""

    def find(ctx: typer.Context) -> Iterable[Offer]:
        host = plugin_host()
        return ((p.spec.name, p.spec.summary) for kind in kinds for p in host.of_kind(kind))

    return _silent(find)


def option_keys(*parts: tuple[str, str, str, str]) -> Completer:
    """Words KEY=VALUE for options of the plugins named on the command line.

    A part is a prefix, a kind, the parameter that names the plugin, and the default plugin.
    """

    def find(ctx: typer.Context) -> Iterable[Offer]:
        for prefix, kind, parameter, default in parts:
            spec = plugin_host().find(kind, _given(ctx, parameter) or default).spec
            for info in describe_options(spec.options):
                yield from _words(prefix, info)

    return _silent(find)


def _words(prefix: str, info: OptionInfo) -> Iterable[Offer]:
    """KEY= and KEY=VALUE: more than one word, so that no shell adds a space after a lone KEY=."""
    key = f"{prefix}{info.name}="
    yield key, f"{info.help} {info.values}".strip()
    default = "none" if info.default is None else str(info.default)
    choices = ("true", "false") if info.type_name == "bool" else info.choices or (default,)
    yield from ((f"{key}{choice}", info.help) for choice in choices if choice)


@_silent
def scene_names(ctx: typer.Context) -> Iterable[Offer]:
    """Scenes of the results directory given on the command line or in artextract.yaml."""
    return ((path.parent.name, "") for path in _descriptions(Path(_given(ctx, "results"))))


@_silent
def source_scenes(ctx: typer.Context) -> Iterable[Offer]:
    """Scenes of the dataset or the results directory given on the command line."""
    source = Path(_given(ctx, "source"))
    results = [path.parent.name for path in _descriptions(source)]
    return ((name, "") for name in results or (scene.name for scene in find_scenes(source)[0]))


@_silent
def band_names(ctx: typer.Context) -> Iterable[Offer]:
    """Bands of the scene given on the command line, or of the first scene."""
    scene, results = _given(ctx, "scene"), Path(_given(ctx, "results"))
    paths = [path for path in _descriptions(results) if scene in (None, path.parent.name)]
    description = json.loads(paths[0].read_text(encoding="utf-8"))
    return ((str(band["id"]), "") for band in description["bands"])


@_silent
def kinds(ctx: typer.Context) -> Iterable[Offer]:
    """The kinds of plugins."""
    return ((kind, spec.__name__) for kind, spec in KINDS.items())


def _descriptions(results: Path) -> list[Path]:
    return sorted(p for p in results.glob("*/scene.json") if not p.parent.name.startswith("."))


def _given(ctx: typer.Context, parameter: str) -> Any:
    """The value of a parameter on the command line, else in the file of defaults."""
    value = ctx.params.get(parameter) or _argument(ctx, parameter)
    if value:
        return value
    path = ctx.find_root().params.get("config") or CONFIG_FILE
    if not Path(path).is_file():
        return None
    section = read_yaml(Path(path))
    # The first word is the program itself.
    for name in ctx.command_path.split()[1:]:
        section = section.get(name) or {}
    return section.get(parameter)


def _argument(ctx: typer.Context, parameter: str) -> str | None:
    """A positional argument that the parser did not assign because of an incomplete option."""
    names = [p.name for p in ctx.command.params if p.param_type_name == "argument"]
    return dict(zip(names, ctx.args, strict=False)).get(parameter)


@contextlib.contextmanager
def rejoin_bash_words() -> Iterator[None]:
    """Join words that bash split before completing, and offer only the rest of the word.

    Bash splits words at ``=`` and ``:`` and completes only the part after them; it inserts an offer
    unchanged, so that spaces and other special characters need a backslash.
    """
    if os.environ.get("_ARTEXTRACT_COMPLETE") != "complete_bash":
        yield
        return
    # What stands behind the cursor is not part of the word that is completed.
    given = os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]
    words, known = _joined(given)
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    answer = io.StringIO()
    try:
        # Typer writes the offers and then ends the process, hence the finally clause.
        with contextlib.redirect_stdout(answer):
            yield
    finally:
        # Inside quotes bash takes a backslash literally.
        is_quoted = given[-1][:1] in ("'", '"')
        for word in answer.getvalue().splitlines():
            rest = word.removeprefix(known)
            offer = rest if is_quoted else re.sub(r"[^\w@%+=:,./-]", r"\\\g<0>", rest)
            sys.stdout.write(f"{offer}\n")


def _joined(parts: Sequence[str]) -> tuple[list[str], str]:
    """Joined words, and the text before the last part of the last word.

    An empty part after ``=`` is a separate word: a space precedes it.
    """
    words, known = [""], ""
    for before, part in zip(("", *parts), parts, strict=False):
        is_break = bool(re.fullmatch("[=:]+", part))
        if is_break or (part and re.fullmatch("[=:]+", before)):
            known = words[-1] + part * is_break
            words[-1] += part
        else:
            words.append(part)
            known = ""
    return words[1:], known
