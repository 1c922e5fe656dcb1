"""PyTorch Geometric, imported only when a graph is converted for it."""

from typing import Any

from artextract_cli.utils.optional import load_optional


def require_pyg() -> Any:
    """Return ``torch_geometric.data``; raise `DependencyError` if it is not installed."""
    return load_optional(
        "torch_geometric.data",
        "a graph for PyTorch Geometric needs torch-geometric",
        '"artextract[pyg]"',
    )
