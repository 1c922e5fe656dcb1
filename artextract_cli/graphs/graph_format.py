"""The formats that graphs are exported in."""

from typing import Literal

GraphFormat = Literal["graphml", "pyg", "dgl"]
"""GraphML, PyTorch Geometric, DGL."""
