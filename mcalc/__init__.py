r"""Derivatives of matrix expressions, in matrix notation.

>>> import mcalc
>>> gradient = mcalc.diff("x.T@A@x", wrt="x")
>>> gradient
(A + A.T)@x
>>> gradient.kind, gradient.shape
('gradient', ('n',))
>>> gradient.latex()
'(A + A^{\\top}) x'
>>> gradient(A=[[2, 1], [0, 3]], x=[1, 2])
array([ 6., 13.])
>>> mcalc.check("x.T@A@x", wrt="x", answer="2*A@x").verdict
'wrong'

Importing mcalc loads nothing else: what is used is loaded when it is used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.errors import Problem
    from mcalc.interface import Line, Result, check, diff, from_sympy, shape
    from mcalc.magic import load_ipython_extension

__version__ = "0.1.0"

__all__ = ["Line", "Problem", "Result", "__version__", "check", "diff", "from_sympy", "load_ipython_extension", "shape"]

#: Where each name comes from.
_HOMES = {"Problem": "mcalc.errors", "load_ipython_extension": "mcalc.magic"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'mcalc' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(_HOMES.get(name, "mcalc.interface")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
