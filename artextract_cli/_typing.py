"""Array types that the whole package shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Half the memory of float64, and what the networks compute in; sums over many pixels are
# accumulated in float64 where they are computed.
FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
# torch indexes with int64 only.
Indices = NDArray[np.int64]
# int32 takes half the memory of int64, and counts more regions than `DEFAULT_MAX_PIXELS` pixels
# have.
LabelMap = NDArray[np.int32]  # (H, W), regions 0..N-1, none of them empty
