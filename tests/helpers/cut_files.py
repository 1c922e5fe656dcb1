"""Files cut short at many places, and what may not be told of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

INTERNALS = (
    r"unpack|struct|buffer|tuple|None|object|attribute|codec|Traceback|Error|Errno|Exception"
    r"|\bkey\b|\bindex\b|array|argument|pickle|b'|0x"
)
"""Words of Python and of libraries, which no user has to understand."""


def cut_short(path: Path, n: int) -> Iterator[int]:
    """Keep ever more bytes of a file, ``n`` times; the last hundredth may be padding."""
    content = path.read_bytes()
    for kept in np.unique(np.linspace(1, len(content) * 0.99, n).astype(int)).tolist():
        path.write_bytes(content[:kept])
        yield kept
    path.write_bytes(content)
