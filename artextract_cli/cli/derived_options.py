"""Options of a command derived from its dataclass parameters: each field becomes an option.

Other parameters are declared as usual::

    @settings_as_options
    def build(*, out: Annotated[Path, typer.Option(...)], recipe: GraphRecipe) -> None: ...

Default, help, limits and group of an option come from the field; see `utils.settings`.
"""

import dataclasses
import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from artextract_cli.cli.completion import Completer
from artextract_cli.plugin.options import parse_key_values
from artextract_cli.utils.settings import Setting, described_fields


@dataclass(frozen=True, kw_only=True)
class Parsed(Setting):
    """A field whose option is text, or a list of texts, converted by ``parse``."""

    parse: Callable[[Any], Any]
    default: str | None = None  # in the form that users type


@dataclass(frozen=True, kw_only=True)
class Options:
    """Additions of the command line to a dataclass, in the ``Annotated`` type of a parameter."""

    build: Callable[..., Any] | None = None  # creates the value; by default the dataclass itself
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    completion: Mapping[str, Completer] = field(default_factory=dict)


@dataclass(frozen=True)
class _Group:
    """The options that replace one parameter of a command."""

    settings: type
    added: Options

    def parameters(self) -> list[inspect.Parameter]:
        """One parameter per field that is an option, in the order of the fields."""
        defaults = {f.name: f.default for f in dataclasses.fields(self.settings)}
        return [
            self._parameter(name, hint, setting, defaults[name])
            for name, (hint, setting) in described_fields(self.settings).items()
        ]

    def _parameter(self, name: str, hint: Any, setting: Setting, default: Any) -> inspect.Parameter:
        if isinstance(setting, Parsed):
            default = setting.default
        elif setting.depends or _takes_words(hint):
            default = None
        elif default is dataclasses.MISSING:
            default = inspect.Parameter.empty
        public = setting.option or name
        # Named explicitly, because Typer would add a second flag, --no-NAME.
        flag = (f"--{public.replace('_', '-')}",) if hint is bool else ()
        option = typer.Option(
            *self.added.names.get(name, flag),
            help=setting.help,
            metavar=setting.metavar or ("KEY=VALUE" if _takes_pairs(hint, setting) else None),
            min=setting.minimum,
            max=setting.maximum,
            rich_help_panel=setting.group,
            autocompletion=self.added.completion.get(name),
        )
        annotation: Any = Annotated[_option_type(hint, setting), option]
        return inspect.Parameter(
            public, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )

    def value(self, given: Mapping[str, Any]) -> Any:
        """The value of the parameter, built from the values of the options."""
        fields = {
            name: _converted(hint, setting, given[setting.option or name])
            for name, (hint, setting) in described_fields(self.settings).items()
        }
        return (self.added.build or self.settings)(**fields)


def settings_as_options(command: Callable[..., None]) -> Callable[..., None]:
    """Replace the dataclass parameters of ``command`` by one option per field, for Typer."""
    # Evaluated, since annotations are text in modules that postpone them.
    own = inspect.signature(command, eval_str=True).parameters
    groups = {name: group for name, p in own.items() if (group := _group(p.annotation))}
    parameters = [
        # Keyword-only parameters may follow each other whether or not they have defaults.
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, p in own.items()
        for parameter in (groups[name].parameters() if name in groups else [p])
    ]

    @functools.wraps(command)
    def call(**given: Any) -> None:
        plain = {name: given[name] for name in own if name not in groups}
        command(**plain, **{name: group.value(given) for name, group in groups.items()})

    # Typer reads the signature, and the annotations where it resolves types: both must name the
    # options.
    vars(call)["__signature__"] = inspect.Signature(parameters)
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    return call


def _group(annotation: Any) -> _Group | None:
    """The options that replace a parameter of this type; None for an ordinary one."""
    kind, *metadata = typing.get_args(annotation) or (annotation,)
    if not dataclasses.is_dataclass(kind) or not isinstance(kind, type):
        return None
    added = next((each for each in metadata if isinstance(each, Options)), Options())
    return _Group(kind, added)


def _takes_pairs(hint: Any, setting: Setting) -> bool:
    return typing.get_origin(hint) is Mapping and not isinstance(setting, Parsed)


def _takes_words(hint: Any) -> bool:
    return typing.get_origin(hint) in (tuple, Mapping)


def _option_type(hint: Any, setting: Setting) -> Any:
    """The type of the option for Typer; a list of texts for sequences and mappings."""
    if isinstance(setting, Parsed):
        # The option has the type that its parser takes.
        return next(iter(inspect.signature(setting.parse).parameters.values())).annotation
    if _takes_words(hint):
        return list[str] | None
    return hint | None if setting.depends else hint


def _converted(hint: Any, setting: Setting, value: Any) -> Any:
    if isinstance(setting, Parsed):
        return setting.parse(value)
    if _takes_pairs(hint, setting):
        return parse_key_values(value or ())
    if typing.get_origin(hint) is tuple:
        return tuple(value or ())
    return value
