"""NumPy: Python's spelling as it is."""

from __future__ import annotations

from mcalc.targets.code.frame import framed
from mcalc.targets.code.python import Python


class NumPy(Python):
    """Code for NumPy and SciPy."""

    name = "NumPy"
    taking = '''\
def arrays(*given, double=np.dtype(np.float64)):
    """The arguments as arrays of one floating type: float32 where no array says otherwise, else float64."""
    for a in given:
        if type(a) is not np.ndarray or a.dtype is not double:
            break
    else:
        return given
    given = [a if isinstance(a, (int, float)) or hasattr(a, "dtype") else np.asarray(a, double) for a in given]
    types = [a.dtype for a in given if hasattr(a, "dtype")]
    dtype = np.result_type(np.float32, *types) if types else double
    return [a.astype(dtype, copy=False) if hasattr(a, "astype") else np.asarray(a, dtype) for a in given]
'''


module = framed(NumPy())
