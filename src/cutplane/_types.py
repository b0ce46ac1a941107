"""Names of the types that every module speaks of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Numbers in double precision.
Array = NDArray[np.float64]
#: Numbers in single or double precision.
Floats = NDArray[Any]
#: 0/1 activation patterns, (n_rows, P).
Pattern = NDArray[np.uint8]
#: Positions of rows, units or classes.
Index = NDArray[np.intp]
#: Rows of data: a dense array or a CSR matrix, for which SciPy has no common type.
Rows = Any
#: Arrays by name, as they stand in a file.
Arrays = dict[str, NDArray]
#: What JSON knows, by name.
Metadata = dict[str, Any]
