"""What a shell offers after <Tab>: names of plugins, keys of their options, scenes and bands.

Light, since it runs at every <Tab>, and silent: whatever fails, nothing is offered.
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
from artextract_cli.utils.yaml import read_yaml

Offer = tuple[str, str]
"""A word and what it means."""

Completer = Callable[[typer.Context, str], list[Offer]]


def _silent(find: Callable[[typer.Context], Iterable[Offer]]) -> Completer:
    """Offer what begins like the ``incomplete`` word; nothing where ``find`` fails."""

    @functools.wraps(find)
    def complete(ctx: typer.Context, incomplete: str) -> list[Offer]:
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                return [offer for offer in find(ctx) if offer[0].startswith(incomplete)]
            except Exception:  # noqa: BLE001 - a shell must not show an error at every <Tab>
                return []

    # Typer looks at the types of what it calls.
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
    """Words KEY=VALUE for options of the plugins that the line names.

    A part is a prefix, a kind, the parameter that names the plugin, and its usual name.
    """

    def find(ctx: typer.Context) -> Iterable[Offer]:
        for prefix, kind, parameter, usual in parts:
            spec = plugin_host().find(kind, _given(ctx, parameter) or usual).spec
            for info in describe_options(spec.options):
                yield from _words(prefix, info)

    return _silent(find)


def _words(prefix: str, info: OptionInfo) -> Iterable[Offer]:
    """KEY= and KEY=VALUE: more than one word, so that no shell ends a lone KEY= with a space."""
    key = f"{prefix}{info.name}="
    yield key, f"{info.help} {info.values}".strip()
    usual = "none" if info.default is None else str(info.default)
    choices = ("true", "false") if info.type_name == "bool" else info.choices or (usual,)
    yield from ((f"{key}{choice}", info.help) for choice in choices if choice)


@_silent
def scene_names(ctx: typer.Context) -> Iterable[Offer]:
    """Scenes of the results directory that the line, or the file of defaults, names."""
    return ((path.parent.name, "") for path in _descriptions(ctx))


@_silent
def band_names(ctx: typer.Context) -> Iterable[Offer]:
    """Bands of the scene that the line names, or of the first one."""
    scene = _given(ctx, "scene")
    paths = [path for path in _descriptions(ctx) if scene in (None, path.parent.name)]
    described = json.loads(paths[0].read_text(encoding="utf-8"))
    return ((str(band["id"]), "") for band in described["bands"])


@_silent
def kinds(ctx: typer.Context) -> Iterable[Offer]:
    """The kinds of plugins."""
    return ((kind, spec.__name__) for kind, spec in KINDS.items())


def _descriptions(ctx: typer.Context) -> list[Path]:
    results = Path(_given(ctx, "results"))
    return sorted(p for p in results.glob("*/scene.json") if not p.parent.name.startswith("."))


def _given(ctx: typer.Context, parameter: str) -> Any:
    """The value of a parameter, from the line or else from the file of defaults."""
    value = ctx.params.get(parameter) or _argument(ctx, parameter)
    if value:
        return value
    path = ctx.find_root().params.get("config") or CONFIG_FILE
    if not Path(path).is_file():
        return None
    section = read_yaml(Path(path))
    for name in ctx.command_path.split()[1:]:
        section = section.get(name) or {}
    return section.get(parameter)


def _argument(ctx: typer.Context, parameter: str) -> str | None:
    """An argument that stands before an option without its value, which ends the parser's work."""
    names = [p.name for p in ctx.command.params if p.param_type_name == "argument"]
    return dict(zip(names, ctx.args, strict=False)).get(parameter)


@contextlib.contextmanager
def rejoin_bash_words() -> Iterator[None]:
    """Where bash asks what to offer, join the words that it broke, and answer with what it lacks.

    Bash breaks words at ``=`` and ``:`` and takes what is offered for the part after them alone; it
    inserts that as it is, so that spaces and the like need a backslash.
    """
    if os.environ.get("_ARTEXTRACT_COMPLETE") != "complete_bash":
        yield
        return
    given = os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]
    words, known = _joined(given)
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    answer = io.StringIO()
    try:
        with contextlib.redirect_stdout(answer):
            yield
    finally:
        is_quoted = given[-1][:1] in ("'", '"')
        for word in answer.getvalue().splitlines():
            lacking = word.removeprefix(known)
            shown = lacking if is_quoted else re.sub(r"[^\w@%+=:,./-]", r"\\\g<0>", lacking)
            sys.stdout.write(f"{shown}\n")


def _joined(parts: Sequence[str]) -> tuple[list[str], str]:
    """Whole words, and what stands before the last part of the last of them.

    A part after ``=`` that is empty is a word of its own: there is a space between them.
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
