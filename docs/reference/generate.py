"""Write the reference pages beside this file from the hooks, the contract and the built-in plugins.

One page per kind of plugin: its hook, its spec, what its function receives and must return, and the
options of the built-in plugins. `make reference` runs this.
"""

import dataclasses
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from artextract_cli.plugin import hookspecs, protocols
from artextract_cli.plugin.contract import Spec
from artextract_cli.plugin.entry_points import HOME_DISTRIBUTION
from artextract_cli.plugin.host import list_plugins, plugin_host
from artextract_cli.plugin.options import describe_options
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.specs import KINDS
from artextract_cli.testing.__main__ import find_specs

# The types that a plugin of each kind implements or receives, in the order of the page.
TYPES: dict[str, tuple[type, ...]] = {
    "superpixels": (protocols.SuperpixelFunction,),
    "backbones": (
        protocols.BackboneModule,
        protocols.AttentiveBackboneModule,
        protocols.MessageGraph,
    ),
    "objectives": (protocols.ObjectiveFunction, protocols.EmbeddedScenes),
    "scorers": (protocols.ScorerFunction, protocols.ScoredNodes),
    "importers": (protocols.ImporterFunction, protocols.CodedImporterFunction, protocols.Capture),
    "loggers": (protocols.LoggerFactory, protocols.TrainingLogger),
    "commands": (),
}
ATTRIBUTES = "Attributes\n----------\n"
CATALOGUE = Path(__file__).parents[1] / "catalogue.md"
EXAMPLES = Path(__file__).parents[2] / "examples"
CATALOGUE_INTRODUCTION = """\
# Catalogue of plugins

`artextract plugins list` shows those of your environment, `artextract plugins info NAME` the
options of one.
[Writing a plugin](plugins.md) takes ten minutes."""
EXAMPLES_INTRODUCTION = """\
Complete packages to read and to start from. `artextract plugins install FOLDER` installs one."""
NOTICE = "<!-- Written by docs/reference/generate.py from the sources: do not edit. -->"


def pages() -> dict[str, str]:
    """The text of every page by the name of its file."""
    return {f"{kind}.md": "\n".join(_page(kind)).rstrip() + "\n" for kind in KINDS}


def main() -> None:
    """Write all pages, and the catalogue."""
    texts = {Path(__file__).with_name(name): text for name, text in pages().items()}
    for path, text in (texts | {CATALOGUE: catalogue()}).items():
        path.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{path.name}\n")


def catalogue() -> str:
    """The text of the catalogue: every plugin of this repository."""
    lines = [NOTICE, "", CATALOGUE_INTRODUCTION]
    built_in = [
        plugin.spec for plugin in list_plugins() if plugin.distribution == HOME_DISTRIBUTION
    ]
    lines += ["", "## Built in", "", *_rows(built_in)]
    lines += ["", "## Examples", "", EXAMPLES_INTRODUCTION, ""]
    for project in sorted(EXAMPLES.glob("artextract-*")):
        lines += [f"### [{project.name}](../examples/{project.name})", ""]
        lines += [*_rows([*find_specs(str(project))]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(specs: list[Spec]) -> Iterator[str]:
    yield from ("| kind | name | what it does |", "|---|---|---|")
    for spec in specs:
        yield f"| [{spec.kind}](reference/{spec.kind}.md) | {spec.name} | {spec.summary} |"


def _page(kind: str) -> Iterator[str]:
    hook = getattr(hookspecs, f"artextract_{kind}")
    yield from (NOTICE, "", f"# {kind}", "", _text(hook), "")
    yield from _spec(kind, KINDS[kind])
    for documented in TYPES[kind]:
        yield from _class(documented)
    yield from ("## Built in", "")
    for plugin in plugin_host().of_kind(kind):
        if plugin.distribution == HOME_DISTRIBUTION:
            yield from _plugin(plugin)


def _spec(kind: str, spec: type[Spec]) -> Iterator[str]:
    yield from (f"## Hook `artextract_{kind}()`", "")
    yield from (f"Returns one `{spec.__name__}`, or several in a list. {_text(spec)}", "")
    yield from ("| field | type | default | |", "|---|---|---|---|")
    for field in dataclasses.fields(spec):
        has_factory = field.default_factory is not dataclasses.MISSING
        default = field.default_factory() if has_factory else field.default
        shown = "" if default is dataclasses.MISSING else f"`{_shown(default)}`"
        yield f"| `{field.name}` | `{_type(field.type)}` | {shown} | {_remark(spec, field.name)} |"
    yield ""


def _class(documented: type) -> Iterator[str]:
    yield from (f"## `{documented.__name__}`", "", _text(documented), "")
    attributes = vars(documented)
    for name in [name for name in attributes if not name.startswith("_") or name == "__call__"]:
        member = attributes[name]
        if isinstance(member, property) and member.fget is not None:
            kind = _type(inspect.signature(member.fget).return_annotation)
            yield f"- `{name}`: `{kind}`. {_text(member, between=' ')}"
        elif inspect.isfunction(member):
            yield f"- `{_signature(name, member)}`. {_text(member, between=' ')}"
    for name, annotation in attributes.get("__annotations__", {}).items():
        remark = _remark(documented, name)
        yield f"- `{name}`: `{_type(annotation)}`. {remark}".removesuffix(". ")
    yield ""


def _plugin(plugin: Plugin) -> Iterator[str]:
    spec = plugin.spec
    yield from (f"### {spec.name}", "", spec.summary, "")
    options = describe_options(spec.options)
    if not options:
        return
    yield from ("| option | type | default | values | |", "|---|---|---|---|---|")
    for option in options:
        values = f"`{option.name}` | {option.type_name} | `{option.default}` | {option.values}"
        yield f"| {values} | {option.help} |"
    yield ""


def _text(documented: Any, between: str = "\n\n") -> str:
    """The docstring in Markdown: one line for each paragraph, code as code."""
    text = (inspect.getdoc(documented) or "").partition(ATTRIBUTES)[0].rstrip()
    text = re.sub(r":class:`(\w+)`", r"`\1`", text).replace("``", "`")
    text = re.sub(r"\nRaises\n-+\n(\w+)\n +", r"\nRaises `\1`: ", text)
    return between.join(" ".join(part.split()) for part in text.split("\n\n"))


def _remark(documented: type, name: str) -> str:
    """The description of a field in the section Attributes of a class: shape, unit or meaning."""
    _, _, section = (inspect.getdoc(documented) or "").partition(ATTRIBUTES)
    match = re.search(rf"^{name}\n((?:    .*\n?)+)", section, re.M)
    return " ".join(match[1].replace("``", "`").split()) if match else ""


def _signature(name: str, function: Any) -> str:
    shown = str(inspect.signature(function)).replace("self, ", "").replace("(self)", "()")
    return _type(name.replace("__call__", "function") + shown)


def _type(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    for long, short in (
        ("artextract_cli.plugin.contract.", ""),
        ("artextract_cli.plugin.protocols.", ""),
        ("artextract_cli.imaging.coding.", ""),
        ("collections.abc.", ""),
        ("numpy.ndarray[tuple[typing.Any, ...], numpy.dtype[numpy.float32]]", "FloatArray"),
        ("pathlib.", ""),
        ("typing.", ""),
        ("numpy.", ""),
        (" |", " or"),
    ):
        text = text.replace(long, short)
    return re.sub("'(torch[^']*|tuple[^']*|Coding[^']*)'", r"\1", text)


def _shown(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)


if __name__ == "__main__":
    main()
