"""Functions of whole matrices: a signature and a differential."""

from __future__ import annotations

from mcalc.algebra.ops.record import function
from mcalc.algebra.ops.structure import tr

inv = function(
    "inv", "nn->nn", lambda X, Y, dX: -(Y @ dX @ Y),
    turns="with", keeps="symmetric diagonal psd", domain="invertible",
    latex=r"{0:atom}^{{-1}}", numpy="np.linalg.inv({0})",
    why="Differentiate X X⁻¹ = I: dX X⁻¹ + X dX⁻¹ = 0.", see="Matrix Cookbook (59)", example="a.T@inv(X)@b",
)  # fmt: skip
logdet = function(
    "logdet", "nn->", lambda X, y, dX: tr(inv(X) @ dX),
    turns="same", domain="positive determinant",
    latex=r"\log\det\left({0}\right)", numpy="np.linalg.slogdet({0})[1]",
    why="Jacobi's formula divided by the determinant: d log det X = tr(X⁻¹ dX).", see="Matrix Cookbook (43)",
    example="logdet(X)",
)  # fmt: skip
