"""Array types that the whole package shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
Indices = NDArray[np.int64]
LabelMap = NDArray[np.int32]  # (H, W), regions 0..N-1, none of them empty
