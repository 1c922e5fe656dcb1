import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from artextract_cli.errors import InputError
from artextract_cli.utils.yaml import read_model, read_yaml, write_yaml


def read(tmp_path: Path, text: str | bytes) -> dict[str, Any]:
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 0.001),
        ("-1E+3", -1000.0),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("2.", 2.0),
        ("-.inf", -math.inf),
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("017", "017"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("2020-01-31", "2020-01-31"),
        ("'1e-3'", "1e-3"),
        ("e5", "e5"),
        ("Löwe", "Löwe"),
    ],
)
def test_scalars(tmp_path: Path, written: str, value: object) -> None:
    found = read(tmp_path, f"key: {written}\n")["key"]
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number(tmp_path: Path) -> None:
    assert math.isnan(read(tmp_path, "a: .nan")["a"])


def test_keys_are_text_as_written(tmp_path: Path) -> None:
    assert read(tmp_path, "{017: 1, 17: 2, yes: 3, 1e3: 4, a: {08: 5}}") == {
        "017": 1,
        "17": 2,
        "yes": 3,
        "1e3": 4,
        "a": {"08": 5},
    }


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", r"a\.yaml, line 3: the key 'a' is given twice"),
        ("x:\n  - b: 1\n    b: 1\n", r"line 3: the key 'b' is given twice"),
        ("17: 1\n'17': 2\n", r"line 2: the key '17' is given twice"),
        ("[a, b]: 1\n", r"line 1: keys must be plain text"),
        ("a: [1, 2\n", r"a\.yaml, line 2: expected"),
        ("a: !!python/name:os.system x\n", r"line 1: could not determine a constructor"),
        ("- 1\n- 2\n", r"must contain keys and values, not a list"),
        ("just text\n", r"must contain keys and values, not a str"),
        ("a: 1\n---\nb: 2\n", r"line 2: but found another document"),
        (b"a: \xff\xfe\n", r"a\.yaml is not valid YAML"),
        ("a: \x07\n", r"a\.yaml contains the control character U\+0007"),
        (f"a: {'[' * 700}{']' * 700}", r"a\.yaml is nested too deeply"),
        (f"a: {'9' * 5000}", r"a\.yaml is not valid YAML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.yaml: No such file"):
        read_yaml(tmp_path / "none.yaml")


def test_written_data_comes_back(tmp_path: Path) -> None:
    shared = [1, 2.5]
    data = {
        "text": ["1e-3", "017", "no", "12", "null", "~", "", "a: b", "Löwe", "2020-01-01", "1:30"],
        "numbers": {"17": 560.0, "small": 1e-5, "none": None, "flag": True},
        "twice": [shared, shared],
    }
    path = tmp_path / "new" / "b.yaml"
    write_yaml(path, data)
    assert read_yaml(path) == data
    assert list(read_yaml(path)) == list(data)
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["text"] == data["text"]
    assert "&" not in path.read_text(encoding="utf-8")


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 3
    rates: dict[str, float] = {}


def test_a_model_is_filled(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("rates: {17: 1e-3}\n")
    assert read_model(tmp_path / "m.yaml", Model) == Model(rates={"17": 0.001})


def test_wrong_keys_and_values_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("size: many\nrate: 1\nrates: {a: b}\n")
    with pytest.raises(InputError) as raised:
        read_model(tmp_path / "m.yaml", Model)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'm.yaml'}: size: Input should be a valid integer")
    assert "(got 'many')" in message
    assert "rates.a: " in message
    assert "unknown key 'rate'; known keys: size, rates" in message


def test_aliases_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for text in ("a: &x 1\nb: *x\n", "a: &x [1]\nb: [*x, *x]\n", "a: &x [*x]\n"):
        path.write_text(text)
        with pytest.raises(InputError, match=r"aliases .* are not supported: write the value"):
            read_yaml(path)
