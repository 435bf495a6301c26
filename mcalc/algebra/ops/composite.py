"""Reductions, norms and what learning uses: most are built of other operations."""

from __future__ import annotations

from mcalc.algebra.dims import product
from mcalc.algebra.expr import Expr, power, size, zero
from mcalc.algebra.expr import total as everything
from mcalc.algebra.ops.elementwise import abs, sqrt, square
from mcalc.algebra.ops.record import Op, function, macro
from mcalc.algebra.ops.structure import vec

# ---------------------------------------------------------------- statistics


def _mean(x: Expr) -> Expr:
    return everything(x) * power(size(product(x.shape)), -1)


mean = macro(
    "mean", "...->", _mean, aliases="average",
    numpy="np.mean({0})",
    why="The mean is the sum divided by the count, which is linear.", example="mean(square(X@w - y))",
)  # fmt: skip
var = macro(
    "var", "...->", lambda x: _mean(square(x - _mean(x))), aliases="variance",
    numpy="np.var({0})",
    why="The variance is the mean of the squared deviations (divided by n, not n − 1); the mean inside it changes too, "
    "but its terms cancel.", example="var(X@w)",
)  # fmt: skip
std = macro(
    "std", "...->", lambda x: sqrt(var(x)),
    numpy="np.std({0})",
    why="The standard deviation is the root of the variance (divided by n, not n − 1).", example="std(X@w)",
)  # fmt: skip

prod = function(
    "prod", "n-> | mn->", lambda x, y, dx: y * everything(dx * power(x, -1)),
    domain="nonzero", numpy="np.prod({0}, axis=-1)", nonsmooth="the derivative is written for entries other than 0",
    why="The logarithm makes the product a sum, so d log ∏xᵢ = ∑ dxᵢ/xᵢ: each entry counts with the product of the "
    "others, ∏x/xᵢ.", example="prod(x)",
)  # fmt: skip

# ---------------------------------------------------------------- norms

norm = macro(
    "norm", "...->", lambda x: sqrt(everything(x * x)), aliases="norm2 normfro",
    latex=r"\left\lVert {0} \right\rVert", numpy="np.linalg.norm({0})", nonsmooth="no derivative at 0",
    why="The norm is the root of the sum of squares (Euclid's for vectors, Frobenius' for matrices): its gradient is "
    "x/‖x‖.", see="Matrix Cookbook (129)", example="norm(X@w - y)",
)  # fmt: skip
norm1 = macro(
    "norm1", "...->", lambda x: everything(abs(x)), domain="nonzero",
    latex=r"\left\lVert {0} \right\rVert_1", numpy="np.sum(np.abs({0}))", nonsmooth="abs′(0) = 0",
    why="The 1-norm is the sum of the absolute values of all entries: its gradient is the sign.",
    example="norm1(X@w - y)",
)  # fmt: skip
norminf = macro(
    "norminf", "...->", lambda x: max(vec(abs(x))) if x.rank else abs(x), domain="nonzero",
    latex=r"\left\lVert {0} \right\rVert_\infty", numpy="np.max(np.abs({0}))",
    nonsmooth="entries that tie for it share it",
    why="The ∞-norm is the greatest absolute value of all entries: only that entry counts.", example="norminf(x)",
)  # fmt: skip

# ---------------------------------------------------------------- extremes and their smooth relatives

max: Op = function(
    "max", "n-> | mn->", lambda x, y, dx: everything(ismax(x) * dx),
    pair="maximum", nonsmooth="entries that tie for the maximum share it", keeps="nonnegative",
    latex=r"\max\left({0}\right)", numpy="np.max({0}, axis=-1)",
    why="Only the greatest entry counts: the maximum changes as that entry does.", example="max(A@x)",
)  # fmt: skip
min = function(
    "min", "n-> | mn->", lambda x, y, dx: everything(ismin(x) * dx),
    pair="minimum", nonsmooth="entries that tie for the minimum share it", keeps="nonnegative",
    latex=r"\min\left({0}\right)", numpy="np.min({0}, axis=-1)",
    why="Only the least entry counts: the minimum changes as that entry does.", example="min(A@x)",
)  # fmt: skip
ismax: Op = function(
    "ismax", "n->n", lambda x, y, dx: zero(x.shape), traits="nonnegative", internal=True,
    nonsmooth="constant as long as the order of the entries is", numpy="ismax({0})",
    helper='''\
def ismax(x):
    """1 at the greatest entry along the last axis (equal shares where several tie), 0 elsewhere."""
    top = np.ones_like(x) * (x == np.max(x, axis=-1, keepdims=True))
    return top / np.sum(top, axis=-1, keepdims=True)
''',
    why="ismax marks the greatest entry with 1; a small change moves no mark, so its differential is zero.",
)  # fmt: skip
ismin: Op = function(
    "ismin", "n->n", lambda x, y, dx: zero(x.shape), traits="nonnegative", internal=True,
    nonsmooth="constant as long as the order of the entries is", numpy="ismin({0})",
    helper='''\
def ismin(x):
    """1 at the least entry along the last axis (equal shares where several tie), 0 elsewhere."""
    low = np.ones_like(x) * (x == np.min(x, axis=-1, keepdims=True))
    return low / np.sum(low, axis=-1, keepdims=True)
''',
    why="ismin marks the least entry with 1; a small change moves no mark, so its differential is zero.",
)  # fmt: skip
logsumexp = function(
    "logsumexp", "n-> | mn->", lambda x, y, dx: everything(softmax(x) * dx), aliases="lse",
    numpy="np.logaddexp.reduce({0}, axis=-1)",
    why="log ∑ eˣ is a smooth maximum: by the chain rule each entry counts with its share eˣ/∑ eˣ, the softmax.",
    example="logsumexp(X@a + b)",
)  # fmt: skip
softmax: Op = function(
    "softmax", "n->n", lambda x, y, dx: y * dx - y * everything(y * dx),
    traits="positive", numpy="np.exp({0} - np.logaddexp.reduce({0}, axis=-1, keepdims=True))",
    why="Each share grows with its own score and shrinks with the others': dy = y ⊙ (dx − yᵀdx).",
    example="softmax(W@x)",
)  # fmt: skip
logsoftmax = macro(
    "logsoftmax", "n->n", lambda x: x - logsumexp(x), aliases="log_softmax",
    numpy="({0} - np.logaddexp.reduce({0}, axis=-1, keepdims=True))",
    latex=r"\log\operatorname{{softmax}}\left({0}\right)",
    why="log softmax(x) = x − logsumexp(x): each score minus what all of them make.", example="y.T@logsoftmax(W@x)",
)  # fmt: skip
