"""Options of a plugin: a frozen dataclass, filled from ``key=value`` words or a mapping."""

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from artextract_cli.errors import UsageError
from artextract_cli.plugin.contract import Spec

# The words that Click accepts too, less the abbreviations.
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")

# Command line that selects a plugin of each kind, and the prefix of its options.
USAGES = {
    "superpixels": "artextract graph build DATASET --out GRAPHS --superpixels {name}",
    "backbones": "artextract train GRAPHS --out RUN --backbone {name}",
    "objectives": "artextract train GRAPHS --out RUN --objective {name}",
    "scorers": "artextract train GRAPHS --out RUN --scorer {name}",
    "importers": "artextract data import {name} FOLDER --out DATASET",
    "loggers": "artextract train GRAPHS --out RUN --log {name}",
    "commands": "artextract {name}",
}
OPTION_PREFIXES = {"objectives": "objective.", "scorers": "scorer.", "loggers": "logger."}


@dataclass(frozen=True, kw_only=True)
class OptionInfo:
    """One option, described for users."""

    name: str
    type_name: str
    default: Any
    help: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]

    @property
    def values(self) -> str:
        """Allowed values in words; empty if any value of its type is allowed."""
        if self.choices:
            return ", ".join(self.choices)
        low = "" if self.minimum is None else f"≥ {self.minimum:g}"
        high = "" if self.maximum is None else f"≤ {self.maximum:g}"
        return " ".join(part for part in (low, high) if part)


def describe_options(options: type) -> list[OptionInfo]:
    """List the options of an options dataclass in order of declaration."""
    # Resolved, because annotations may be text.
    hints = typing.get_type_hints(options)
    return [
        OptionInfo(
            name=field.name,
            type_name=_type_name(hints[field.name]),
            default=field.default,
            help=field.metadata.get("help", ""),
            minimum=field.metadata.get("minimum"),
            maximum=field.metadata.get("maximum"),
            choices=field.metadata.get("choices", ()),
        )
        for field in dataclasses.fields(options)
    ]


def options_problem(options: Any) -> str:
    """Why a class cannot be used for the options of a plugin; empty if it can."""
    if not isinstance(options, type) or not dataclasses.is_dataclass(options):
        return "they are not a dataclass"
    if not options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return f"{options.__name__} is not frozen: write @dataclass(frozen=True)"
    hints = typing.get_type_hints(options)
    for field in dataclasses.fields(options):
        if field.default is dataclasses.MISSING:
            return f"{field.name!r} has no default: write option(default, help)"
        if not _is_plain(hints[field.name]):
            return f"{field.name!r} is not of type bool, int, float or str, optionally with None"
    return ""


def _is_plain(hint: Any) -> bool:
    """Whether text can be converted to this type."""
    parts = typing.get_args(hint) if _is_union(hint) else (hint,)
    plain = [part for part in parts if part is not types.NoneType]
    return len(plain) == 1 and plain[0] in (bool, int, float, str)


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (types.UnionType, typing.Union)


def usage(spec: Spec) -> str:
    """An example command line that selects the plugin and sets its first option, if any."""
    line = USAGES[spec.kind].format(name=spec.name)
    options = describe_options(spec.options)
    if not options:
        return line
    first = options[0]
    return f"{line} -o {OPTION_PREFIXES.get(spec.kind, '')}{first.name}={first.default}"


def parse_key_values(words: Iterable[str]) -> dict[str, str]:
    """Parse ``["heads=4", ...]`` into a mapping.

    Raises
    ------
    UsageError
        For a word without ``=`` or a key given twice.
    """
    pairs: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            msg = f"option {word!r} is not of the form key=value"
            raise UsageError(msg)
        if key in pairs:
            msg = f"option {key!r} is given twice"
            raise UsageError(msg)
        pairs[key.strip()] = value.strip()
    return pairs


def split_prefixed(values: Mapping[str, Any], *prefixes: str) -> list[dict[str, Any]]:
    """Split options into those without a prefix and, per prefix, ``PREFIX.KEY`` as ``KEY``."""
    own = {k: v for k, v in values.items() if k.partition(".")[0] not in prefixes or "." not in k}
    prefixed = [
        {k.removeprefix(f"{prefix}."): v for k, v in values.items() if k.startswith(f"{prefix}.")}
        for prefix in prefixes
    ]
    return [own, *prefixed]


def make_options(spec: Spec, values: Mapping[str, Any]) -> Any:
    """Build the options of ``spec`` from texts or plain values, checking each.

    Raises
    ------
    UsageError
        For an unknown key, or a value of the wrong type or out of range.
    """
    known = {info.name: info for info in describe_options(spec.options)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        choices = ", ".join(known) or "none"
        msg = f"{spec.name} has no option {unknown[0]!r}; its options are: {choices}"
        raise UsageError(msg)
    hints = typing.get_type_hints(spec.options)
    return spec.options(
        **{key: _checked(spec, known[key], hints[key], value) for key, value in values.items()}
    )


def _checked(spec: Spec, info: OptionInfo, hint: Any, raw: Any) -> Any:
    try:
        value = _convert(hint, raw)
    except (TypeError, ValueError):
        msg = f"{spec.name}: option {info.name}={raw} is not of type {info.type_name}"
        raise UsageError(msg) from None
    # Written as "not at least", since all comparisons with NaN are false: NaN is refused.
    too_low = info.minimum is not None and value is not None and not value >= info.minimum
    too_high = info.maximum is not None and value is not None and not value <= info.maximum
    if too_low or too_high:
        low = "-inf" if info.minimum is None else f"{info.minimum:g}"
        high = "inf" if info.maximum is None else f"{info.maximum:g}"
        msg = f"{spec.name}: option {info.name}={raw} is outside {low} to {high}"
        raise UsageError(msg)
    if info.choices and value not in info.choices:
        msg = f"{spec.name}: option {info.name}={raw} is not one of {', '.join(info.choices)}"
        raise UsageError(msg)
    return value


def _convert(hint: Any, raw: Any) -> Any:
    if _is_union(hint):
        if raw is None or str(raw).lower() == "none":
            return None
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    # bool("false") would be True.
    if hint is bool:
        return _boolean(raw)
    # int would cut 2.5 to 2.
    if hint is int and isinstance(raw, float) and raw != int(raw):
        raise ValueError(raw)
    return hint(raw)


def _boolean(raw: Any) -> bool:
    text = str(raw).lower()
    if text not in _TRUE + _FALSE:
        raise ValueError(raw)
    return text in _TRUE


def _type_name(hint: Any) -> str:
    if _is_union(hint):
        return " or ".join(_type_name(part) for part in typing.get_args(hint))
    return "none" if hint is type(None) else str(hint.__name__)
