"""Writes cubes as ENVI files, for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ORDERS = {"bsq": (0, 1, 2), "bil": (1, 0, 2), "bip": (1, 2, 0)}
CODES = {"u1": 1, "i2": 2, "i4": 3, "f4": 4, "f8": 5, "u2": 12, "u4": 13}


def write_envi(
    header: Path,
    cube: np.ndarray,
    nm: Sequence[float] | None,
    *,
    order: str = "bsq",
    offset: int = 0,
    big_endian: bool = False,
    raw_name: str | None = None,
    **fields: Any,
) -> Path:
    """Write a cube (B, H, W) as a raw file and its header; ``fields`` are added, None drops one."""
    n_bands, lines, samples = cube.shape
    depth = cube.dtype.newbyteorder(">" if big_endian else "<")
    body = cube.transpose(ORDERS[order]).astype(depth).tobytes()
    raw = header.with_name(raw_name or f"{header.stem}.raw")
    raw.write_bytes(b"x" * offset + body)
    said: dict[str, Any] = {
        "description": "{\n  a test }",
        "samples": samples,
        "lines": lines,
        "bands": n_bands,
        "header offset": offset,
        "data type": CODES[cube.dtype.str[1:]],
        "interleave": order,
        "byte order": int(big_endian),
    }
    if nm is not None:
        said["wavelength units"] = "Nanometers"
        said["wavelength"] = "{\n " + ",\n ".join(f"{value:g}" for value in nm) + "}"
    said |= {name.replace("_", " "): value for name, value in fields.items()}
    lines_of_text = [f"{name} = {value}" for name, value in said.items() if value is not None]
    header.write_text("\n".join(["ENVI", *lines_of_text, ""]), encoding="utf-8")
    return header
