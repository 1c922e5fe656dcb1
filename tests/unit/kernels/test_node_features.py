import numpy as np
import pytest

from artextract_cli.kernels.node_features import edge_weights, gather_columns, standardise


def test_columns_have_mean_zero_and_variance_one():
    columns = np.random.default_rng(0).normal(5, 3, (40, 3)).astype(np.float32)
    expected = (columns - columns.mean(0)) / columns.std(0)
    standardise(columns)
    np.testing.assert_allclose(columns, expected, atol=1e-5)


@pytest.mark.parametrize("level", [0, 0.1, 70_000])
def test_an_even_column_becomes_zero(level):
    columns = np.full((50, 2), level, np.float32)
    columns[:, 1] = np.arange(50)
    standardise(columns)
    assert not columns[:, 0].any()
    assert columns[:, 1].std() == pytest.approx(1)


def test_many_rows_keep_their_digits():
    columns = 1000 + np.arange(300_000, dtype=np.float32)[:, None] % 7
    standardise(columns)
    assert columns.mean(dtype=np.float64) == pytest.approx(0, abs=1e-6)
    assert columns.std(dtype=np.float64) == pytest.approx(1, abs=1e-6)


def test_layout_repeats_and_pads():
    columns = np.array([[1, 2], [3, 4]], np.float32)
    made = gather_columns(columns, np.array([1, -1, 0, 1], np.int32))
    np.testing.assert_array_equal(made, [[2, 0, 1, 2], [4, 0, 3, 4]])


@pytest.mark.parametrize("n_first", [1, 3])
def test_weights_against_numpy(n_first):
    rng = np.random.default_rng(1)
    statistics = rng.random((6, 3, 5), np.float32)
    touch = np.triu(rng.random((6, 6)) < 0.6, 1)
    edges = np.argwhere(touch | touch.T).T
    apart = np.abs(statistics[edges[0]] - statistics[edges[1]])
    first = apart[..., :n_first].mean(-1).sum(-1, keepdims=True)
    expected = np.concatenate([first, apart[..., n_first:].sum(1)], axis=1)
    found = edge_weights(statistics.reshape(6, 15), edges, 5, n_first)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
