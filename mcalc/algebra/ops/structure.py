"""Structure: what only multiplies, sums, repeats or fuses axes. The index string states everything."""

from __future__ import annotations

from mcalc.algebra.dims import Dim, show_shape
from mcalc.algebra.expr import Expr, contract, ones, zero
from mcalc.algebra.expr import eye as identity
from mcalc.algebra.ops.record import contraction, sized
from mcalc.errors import Problem

tr = contraction(
    "tr", "ii->", aliases="trace",
    latex=r"\operatorname{{tr}}\left({0}\right)", numpy="np.trace({0}, axis1=-2, axis2=-1)",
    why="The trace is linear, so d tr(X) = tr(dX).", see="Matrix Cookbook (36)", example="tr(A@X)",
)  # fmt: skip
total = contraction(
    "sum", "...->",
    latex=r"\operatorname{{sum}}\left({0}\right)", numpy="np.sum({0})",
    why="A sum is linear: each entry counts once, so d sum(X) = sum(dX) = 1ᵀ dX 1.", example="sum(X@w)",
)  # fmt: skip
transpose = contraction(
    "transpose", "ij->ji | i->i",
    latex=r"{0:atom}^{{\top}}", numpy="{0}.T",
    why="The transpose is linear, so d(Xᵀ) = (dX)ᵀ.", see="Matrix Cookbook (44)", example="transpose(X)@y",
)  # fmt: skip
diag = contraction(
    "diag", "i->ii | ii->i",
    latex=r"\operatorname{{diag}}\left({0}\right)", numpy="np.diag({0})",
    why="diag puts a vector on the diagonal, or takes the diagonal out; both are linear.", example="tr(diag(w)@X)",
)  # fmt: skip
vec = contraction(
    "vec", "ij->(ji) | i->i",
    latex=r"\operatorname{{vec}}\left({0}\right)", numpy="{0}.T.reshape(-1)",
    why="vec stacks the columns, so d vec(X) = vec(dX).", see="Magnus & Neudecker, Matrix Differential Calculus, ch. 2",
    example="vec(A@X@B)",
)  # fmt: skip
outer = contraction(
    "outer", "i,j->ij",
    latex=r"{0:factor} {1:atom}^{{\top}}", numpy="np.outer({0}, {1})",
    why="The outer product x yᵀ is linear in each: d(x yᵀ) = dx yᵀ + x dyᵀ.", see="Matrix Cookbook (37)",
    example="tr(A@outer(x, y))",
)  # fmt: skip
dot = contraction(
    "dot", "i,i-> | ij,j->i | i,ij->j",
    latex=r"{0:atom}^{{\top}} {1:factor}", numpy="np.dot({0}, {1})",
    why="The inner product is linear in each: d(xᵀy) = dxᵀ y + xᵀ dy.", see="Matrix Cookbook (37)",
    example="dot(a, x)",
)  # fmt: skip
inner = contraction(
    "inner", "i,i-> | ij,ij->", aliases="vdot",
    latex=r"\left\langle {0}, {1} \right\rangle", numpy="np.vdot({0}, {1})",
    why="⟨X, Y⟩ = tr(XᵀY) multiplies entry by entry and sums, linear in each.", example="inner(A, X)",
)  # fmt: skip
kron = contraction(
    "kron", "ij,kl->(ik)(jl) | i,j->(ij) | i,kl->(ik)l | ij,k->(ik)j",
    latex=r"{0:factor} \otimes {1:factor}", numpy="np.kron({0}, {1})",
    why="The Kronecker product is linear in each: d(X ⊗ Y) = dX ⊗ Y + X ⊗ dY; a vector stands as a column.",
    see="Matrix Cookbook (39)", example="tr(kron(A, X))",
)  # fmt: skip


def _unvec(x: Expr, m: Dim, n: Dim) -> Expr:
    if x.shape != (m * n,):
        raise Problem(
            "E307",
            "unvec to {target} takes {count} entries, and got {shape}",
            target=show_shape((m, n)),
            count=m * n,
            shape=show_shape(x.shape),
        )
    return contract([(x, 1, ((1, 0),))], ((0,), (1,)), {0: m, 1: n})


def _commutation(m: Dim, n: Dim) -> Expr:
    return contract((), ((0, 1), (1, 0)), {0: m, 1: n})


unvec = sized(
    "unvec", "i->mn", _unvec,
    latex=r"\operatorname{{unvec}}\left({0}\right)", numpy="{0}.reshape({2}, {1}).T",
    why="unvec undoes vec: it cuts a vector of m n entries into n columns of m.", example="tr(A@unvec(y, m, n))",
)  # fmt: skip
commutation = sized(
    "commutation", "->(mn)(nm)", _commutation,
    latex=r"K_{{{0},{1}}}", numpy="np.eye({0}*{1}).reshape({1}, {0}, -1).swapaxes(0, 1).reshape({0}*{1}, -1)",
    why="The commutation matrix does not depend on anything. It turns vec(X) into vec(Xᵀ), where X is m x n.",
    see="Magnus & Neudecker, Matrix Differential Calculus, ch. 3", example="commutation(m, n)@vec(A@X)",
)  # fmt: skip
eye = sized(
    "eye", "->nn", identity,
    latex=r"I_{{{0}}}", numpy="np.eye({0})",
    why="The identity does not depend on anything, so its differential is zero.", example="inv(X + eye(n))",
)  # fmt: skip
_ones = sized(
    "ones", "->...", lambda *sizes: ones(sizes),
    latex=r"\mathbf{{1}}_{{{0}}}", numpy="np.ones({0})",
    why="An array of ones does not depend on anything, so its differential is zero.", example="x.T@ones(n)",
)  # fmt: skip
_zeros = sized(
    "zeros", "->...", lambda *sizes: zero(sizes),
    latex=r"\mathbf{{0}}_{{{0}}}", numpy="np.zeros({0})",
    why="An array of zeros does not depend on anything, so its differential is zero.", example="max(x, zeros(n))",
)  # fmt: skip
