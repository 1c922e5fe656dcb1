"""YAML files: keys are unique text as written, ``1e-3`` is a number, ``no`` is text.

Scalars follow the core schema of YAML 1.2.2 (section 10.3.2) without its octal and hexadecimal
integers: the 1.1 rules of PyYAML read ``1e-3`` as text, ``017`` as fifteen and ``no`` as false.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from artextract_cli.errors import InputError
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.file_errors import reading

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

ModelT = TypeVar("ModelT", bound="BaseModel")

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(
    r"^(?:[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_NUMBER_STARTS = list("-+.0123456789")


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's way to drop the rules of YAML 1.1

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            # Nested aliases make a file of a few bytes expand without bounds.
            problem = "aliases (*name) are not supported: write the value in full"
            raise yaml.composer.ComposerError(None, None, problem, self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                problem = "keys must be plain text"
            elif key_node.value in mapping:
                problem = f"the key {key_node.value!r} is given twice"
            else:
                mapping[key_node.value] = self.construct_object(value_node, deep=deep)
                continue
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        return mapping


# PyYAML tries a rule only on text that begins with one of the listed characters; the empty string
# stands for empty text.
_Loader.add_implicit_resolver(f"{_TAG}null", _NULL, ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", _BOOL, list("tTfF"))
_Loader.add_implicit_resolver(f"{_TAG}int", _INT, _NUMBER_STARTS)
_Loader.add_implicit_resolver(f"{_TAG}float", _FLOAT, _NUMBER_STARTS)


class _Dumper(yaml.SafeDumper):
    """Quotes text that YAML 1.1 or this reader would read as something else."""

    # The reader refuses aliases, so a value that occurs twice is written out twice.
    def ignore_aliases(self, data: Any) -> bool:
        return True


# The text 1e-3 is not a number in YAML 1.1, but it is one for this reader: it needs quotes.
_Dumper.add_implicit_resolver(f"{_TAG}float", _FLOAT, _NUMBER_STARTS)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file whose top level is a mapping; an empty file is an empty mapping.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Values by key; ``1e-3`` is a number and ``no`` is text.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, gives a key twice, or is not a mapping.
    """
    with reading(path):
        # Bytes, not text: PyYAML recognises UTF-16 by its byte order mark.
        text = path.read_bytes()
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        msg = f"{path}{line}: {error.problem}"
        raise InputError(msg) from error
    except RecursionError as error:
        msg = f"{path} is nested too deeply: write plain keys and values"
        raise InputError(msg) from error
    # ValueError: an integer of more than 4300 digits, which int refuses.
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, yaml.reader.ReaderError) and error.encoding == "unicode":
            msg = f"{path} contains the control character U+{error.character:04X}: remove it"
            raise InputError(msg) from error
        msg = f"{path} is not valid YAML: rewrite it as plain text in UTF-8"
        raise InputError(msg) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        msg = f"{path} must contain keys and values, not a {type(data).__name__}"
        raise InputError(msg)
    return data


def read_model(path: Path, model: type[ModelT]) -> ModelT:
    """Read a YAML file into a pydantic model.

    Raises
    ------
    InputError
        As :func:`read_yaml`, or if a key is unknown or its value invalid.
    """
    from pydantic import (
        ValidationError,
    )  # imported here: the command line reads YAML without it, and starts fast

    data = read_yaml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(_problem(detail, model) for detail in error.errors())
        msg = f"{path}: {problems}"
        raise InputError(msg) from error


def write_yaml(path: Path, data: Mapping[str, Any]) -> None:
    """Write ``data`` (mappings, lists, text, numbers, None) as YAML, keeping its order.

    Raises
    ------
    ArtextractError
        If the file cannot be written.
    """
    text = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _problem(detail: "ErrorDetails", model: "type[BaseModel]") -> str:
    key = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        known = f"; known keys: {', '.join(model.model_fields)}" if len(detail["loc"]) == 1 else ""
        return f"unknown key {key!r}{known}"
    return f"{key}: {detail['msg'].removeprefix('Value error, ')} (got {detail['input']!r})"
