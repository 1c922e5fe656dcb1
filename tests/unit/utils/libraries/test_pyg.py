"""PyTorch Geometric is imported only when it is needed."""

import sys

import pytest

from artextract_cli.errors import DependencyError
from artextract_cli.utils.libraries.pyg import require_pyg


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_geometric.data", None)
    with pytest.raises(DependencyError, match="needs torch-geometric, which is not installed"):
        require_pyg()
