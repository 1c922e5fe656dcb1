import pytest

from artextract_cli.errors import DependencyError
from artextract_cli.utils.optional import data_frame
from tests.helpers.machines import without_module

pandas = pytest.importorskip("pandas")


def test_rows_and_columns_make_the_same_table() -> None:
    by_row = data_frame(("a", "b"), ({"a": i, "b": -i} for i in range(3)))
    by_column = data_frame(("a", "b"), {"b": [0, -1, -2], "a": [0, 1, 2]})
    pandas.testing.assert_frame_equal(by_row, by_column)


def test_without_rows_the_columns_stay() -> None:
    assert list(data_frame(("a", "b"), []).columns) == ["a", "b"]


def test_without_pandas_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    without_module(monkeypatch, "pandas")
    with pytest.raises(DependencyError, match=r'needs pandas.*"artextract\[pandas\]"'):
        data_frame(("a",), [])
