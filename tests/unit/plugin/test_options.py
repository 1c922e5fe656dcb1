from dataclasses import dataclass

import pytest

from artextract_cli import Backbone, option
from artextract_cli.errors import UsageError
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import (
    describe_options,
    make_options,
    parse_key_values,
    split_prefixed,
    usage,
)


@dataclass(frozen=True)
class Options:
    heads: int = option(4, "Heads.", minimum=1, maximum=8)
    rate: float = option(0.1, "Rate.")
    residual: bool = option(True, "Residual.")
    norm: str = option("layer", "Norm.", choices=("layer", "none"))
    count: int | None = option(None, "Count.", minimum=1)


SPEC = Backbone(name="toy", summary="A toy.", options=Options, load=lambda: None)


def test_texts_become_values_of_the_declared_types() -> None:
    made = make_options(
        SPEC, parse_key_values(["heads=2", "rate=1e-3", "residual=no", "norm=none", "count=7"])
    )
    assert made == Options(heads=2, rate=0.001, residual=False, norm="none", count=7)


def test_plain_values_and_defaults() -> None:
    assert make_options(SPEC, {"heads": 3.0, "count": None}) == Options(heads=3)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"head": "2"}, "toy has no option 'head'; its options are: heads, rate, residual"),
        ({"heads": "two"}, "toy: option heads=two is not of type int"),
        ({"heads": 2.5}, "toy: option heads=2.5 is not of type int"),
        ({"heads": "9"}, "toy: option heads=9 is outside 1 to 8"),
        ({"count": "0"}, "toy: option count=0 is outside 1 to inf"),
        ({"heads": "nan"}, "not of type int"),
        ({"residual": "maybe"}, "toy: option residual=maybe is not of type bool"),
        ({"norm": "batch"}, "toy: option norm=batch is not one of layer, none"),
    ],
)
def test_bad_values_are_refused(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence.split(";")[0]):
        make_options(SPEC, values)


@pytest.mark.parametrize("words", [["heads"], ["=3"], ["heads=1", "heads=2"]])
def test_bad_words_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_key_values(words)


def test_options_are_described_in_order() -> None:
    described = describe_options(Options)
    assert [d.name for d in described] == ["heads", "rate", "residual", "norm", "count"]
    assert described[4].type_name == "int or none"
    assert described[0].help == "Heads."
    assert (described[0].minimum, described[0].maximum) == (1, 8)


@pytest.mark.parametrize(
    ("kind", "name", "line"),
    [
        ("backbones", "gcn", "artextract train GRAPHS --out RUN --backbone gcn -o hidden=128"),
        ("scorers", "cosine", "artextract train GRAPHS --out RUN --scorer cosine"),
        (
            "objectives",
            "node-contrastive",
            "artextract train GRAPHS --out RUN --objective node-contrastive "
            "-o objective.margin=1.0",
        ),
        ("commands", "doctor", "artextract doctor"),
    ],
)
def test_how_a_plugin_is_named_on_the_command_line(kind: str, name: str, line: str) -> None:
    assert usage(plugin_host().find(kind, name).spec) == line


def test_options_are_parted_by_the_word_before_the_dot() -> None:
    values = {"a": 1, "x.b": 2, "y.c.d": 3, "z.e": 4, "x": 5}
    assert split_prefixed(values, "x", "y") == [{"a": 1, "z.e": 4, "x": 5}, {"b": 2}, {"c.d": 3}]
    assert split_prefixed({}, "x") == [{}, {}]
