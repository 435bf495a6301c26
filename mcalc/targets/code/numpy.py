"""NumPy: Python's spelling as it is."""

from __future__ import annotations

from mcalc.targets.code.frame import framed
from mcalc.targets.code.python import FIT, Python


class NumPy(Python):
    """Code for NumPy and SciPy."""

    name = "NumPy"
    imports_numpy = ""
    taking = (
        FIT
        + '''

def arrays(fitting=set(), double=np.dtype(np.float64), /, **given):
    """The variables as arrays of one floating type: float32 where no array says otherwise, else float64."""
    for a in given.values():
        if type(a) is not np.ndarray or a.dtype is not double:
            break
    else:
        if (*given, *[a.shape for a in given.values()]) in fitting:
            return given.values()
    found = [a if isinstance(a, (int, float)) or hasattr(a, "dtype") else np.asarray(a, double) for a in given.values()]
    types = [a.dtype for a in found if hasattr(a, "dtype")]
    dtype = np.result_type(np.float32, *types) if types else double
    if dtype.kind != "f":
        raise TypeError(f"the variables are to be real numbers, and not {dtype}")
    found = [a.astype(dtype, copy=False) if hasattr(a, "astype") else np.asarray(a, dtype) for a in found]
    fit(dict(zip(given, found)))
    fitting.add((*given, *[a.shape for a in found]))
    return found
'''
    )


module = framed(NumPy())
