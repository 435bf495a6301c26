"""The Python interface as a typed program uses it; mypy reads it strictly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import mcalc

gradient: mcalc.Result = mcalc.diff("x.T@A@x", wrt="x", var="A[n,n] symmetric")
both: tuple[mcalc.Result, ...] = mcalc.diff("norm(X@w - y)^2", wrt=["w", "y"])
product: mcalc.Result = mcalc.diff("x.T@A@x", "x", hvp="v", layout="numerator", var=("A[n,n] symmetric", "v[n]"))
text: str = gradient.derivative + gradient.latex() + gradient.numpy()
shape: tuple[str, ...] = gradient.shape
numbers: NDArray[np.float64] = gradient(A=np.eye(3), x=[1.0, 2.0, 3.0])
lines: list[str] = [line.title for line in gradient.steps]
verdict: str = mcalc.check("x.T@x", "x", answer="2*x").verdict
try:
    mcalc.diff("x.T@", wrt="x")
except mcalc.Problem as problem:
    told: str = problem.report()
