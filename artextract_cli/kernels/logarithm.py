"""Compiled logarithms of whole arrays.

A call of the mathematical function for each number does not compile to vector instructions; an
integer operation for the exponent and a polynomial for the mantissa do. Coefficients are those of
logf in S. L. Moshier's Cephes library.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.kernels.jit import compiled, inlined

_BLOCK = 1024  # numbers processed at a time, which fit into the first-level cache
_ROOT_OF_HALF = np.int32(0x3F3504F3)  # the bits of √½: mantissas are from √½ to √2
# ln 2 in two parts: the product of the first with an exponent is exact in float32.
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_COEFFICIENTS = np.array(
    [
        *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1),
        *(1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
    ],
    np.float32,
)


def signed_log1p(values: FloatArray) -> FloatArray:
    """sign(x)·log(1 + |x|) of an array of any shape, to the last digits of float32."""
    flat = np.require(values, np.float32, ["C", "W"]).reshape(-1)
    result = np.empty_like(flat)
    mantissas, exponents = np.empty((2, _BLOCK), np.float32)
    _signed_log1p(flat, mantissas, mantissas.view(np.int32), exponents, result)
    return result.reshape(values.shape)


@compiled
def _signed_log1p(
    values: FloatArray,
    mantissas: FloatArray,
    bits: NDArray[np.int32],
    exponents: FloatArray,
    result: FloatArray,
) -> None:
    """`signed_log1p` of values (P,); ``bits`` are those of the buffer ``mantissas``."""
    for start in range(0, len(values), _BLOCK):
        part, out = values[start : start + _BLOCK], result[start : start + _BLOCK]
        compress(part, mantissas, bits, exponents, out)


@inlined
def compress(
    values: FloatArray,
    mantissas: FloatArray,
    bits: NDArray[np.int32],
    exponents: FloatArray,
    out: FloatArray,
) -> None:
    """`signed_log1p` of ``values`` (n,), written to ``out`` (n,), which may be the same array.

    The buffers ``mantissas`` and ``exponents`` have at least n numbers, and ``bits`` are those of
    ``mantissas``.
    """
    for i in range(len(values)):
        mantissas[i] = np.float32(1) + abs(values[i])
    _split(bits, exponents)
    for i in range(len(values)):
        value = values[i]
        size = abs(value)
        whole = np.float32(1) + size
        # The rounding error of adding 1, which to first order is missing in the logarithm.
        lost = (size - (whole - np.float32(1))) / whole
        log = _log(mantissas[i], exponents[i]) + lost
        out[i] = log if value >= 0 else -log


@inlined
def _split(bits: NDArray[np.int32], exponents: FloatArray) -> None:
    """Split positive numbers, given by their bits, into mantissas (in place) and exponents."""
    for i in range(len(bits)):
        exponent = np.int32(bits[i] - _ROOT_OF_HALF) >> np.int32(23)
        exponents[i] = np.float32(exponent)
        bits[i] = np.int32(bits[i] - np.int32(exponent << np.int32(23)))


@inlined
def _log(mantissa: np.float32, exponent: np.float32) -> np.float32:
    x = mantissa - np.float32(1)
    total: np.float32 = _COEFFICIENTS[0]
    for i in range(1, 9):
        total = total * x + _COEFFICIENTS[i]
    square = x * x
    # Small terms first, so that the large ones do not swallow their digits.
    rest = total * x * square + exponent * _LN2_LOW - np.float32(0.5) * square
    return x + rest + exponent * _LN2_HIGH
