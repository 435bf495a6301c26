"""Eigenvalues of symmetric matrices and singular values, with the vectors that their derivatives are made of.

With A V = V diag(λ) and Vᵀ V = I, every value changes by dλᵢ = vᵢᵀ dA vᵢ, and the vectors turn into each other by
vⱼᵀ dvᵢ = vⱼᵀ dA vᵢ / (λᵢ − λⱼ). So there is a gradient wherever the value is simple; where several are equal, only what
is symmetric in them has one, and what is computed depends on the vectors that are chosen.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.dims import Dim, dim, show_shape
from mcalc.algebra.expr import Expr, Shape, contract, ones, permute, size
from mcalc.algebra.ops.elementwise import HALF
from mcalc.algebra.ops.record import Op, function, macro
from mcalc.algebra.ops.selection import unit
from mcalc.errors import Problem

GILES = "Giles 2008, An extended collection of matrix derivative results, 3"
SIMPLE = "where values are equal, whatever vectors are computed are taken"


def _turned(X: Expr) -> Expr:
    return permute(X, (*range(X.rank - 2), X.rank - 1, X.rank - 2))


def symmetrised(op: Callable[[Expr], Expr]) -> Callable[[Expr], Expr | None]:
    """An operation on symmetric matrices takes any other as (X + Xᵀ)/2."""

    def normal(X: Expr) -> Expr | None:
        flipped = _turned(X)
        return None if flipped is X or X.symmetric else op(HALF * (X + flipped))

    return normal


def diagonal(*factors: Expr) -> Expr:
    """The diagonal of a product of matrices."""
    return contract([(f, 1, ((k,), ((k + 1) % len(factors),))) for k, f in enumerate(factors)], ((0,),))


# ---------------------------------------------------------------- eigenvalues

eigvalsh: Op = function(
    "eigvalsh", "nn->n", lambda A, y, dA: diagonal(eigvecs(A).T, dA, eigvecs(A)),
    normal=lambda A: symmetrised(eigvalsh)(A), turns="same", nonsmooth=SIMPLE, domain="apart",
    aliases="eigvals eig", latex=r"\lambda\left({0}\right)", numpy="np.linalg.eigvalsh({0})",
    why="Differentiate A v = λ v and multiply by vᵀ from the left: dλ = vᵀ dA v, the eigenvalues standing in rising "
    "order. A matrix that is not declared symmetric enters as (A + Aᵀ)/2.", see=f"{GILES}.1; Magnus 1985",
    example="sum(eigvalsh(A).^3)",
)  # fmt: skip
eigvecs: Op = function(
    "eigvecs", "nn->nn", lambda A, V, dA: V @ (gaps(eigvalsh(A)) * (V.T @ dA @ V)),
    normal=lambda A: symmetrised(eigvecs)(A), nonsmooth="the sign of each vector is as computed; " + SIMPLE,
    internal=True, domain="apart", latex=r"V\left({0}\right)", numpy="np.linalg.eigh({0})[1]",
    why="Vᵀ dV is skew, its entries vⱼᵀ dA vᵢ/(λᵢ − λⱼ): each vector turns towards the others.", see=f"{GILES}.1",
)  # fmt: skip


def _change_of_gaps(x: Expr, y: Expr, dx: Expr) -> Expr:
    one = ones(x.shape)
    rise = contract([(one, 1, ((0,),)), (dx, 1, ((1,),))], ((0,), (1,)))
    return -(y * y) * (rise - rise.T)


gaps: Op = function(
    "gaps", "n->nn", _change_of_gaps, internal=True, domain="apart", numpy="gaps({0})",
    helper='''\
def gaps(x):
    """1/(x[j] - x[i]) for each pair, 0 where both are the same."""
    d = x[..., None, :] - x[..., :, None]
    return np.divide(1.0, d, out=np.zeros_like(d), where=d != 0)
''',
    why="gaps(λ) holds 1/(λⱼ − λᵢ), and 0 on the diagonal: by the chain rule d = −1/(λⱼ − λᵢ)² · (dλⱼ − dλᵢ).",
)  # fmt: skip


def _extreme(last: bool) -> Callable[[Expr], Expr]:
    def value(A: Expr) -> Expr:
        n = size(A.shape[0])
        return eigvalsh(A) @ unit(n, n - 1 if last else size(dim(0)))

    return value


lambda_max = macro(
    "lambda_max", "nn->", _extreme(True), aliases="eigmax",
    latex=r"\lambda_{{\max}}\left({0}\right)", numpy="np.linalg.eigvalsh({0})[..., -1]", nonsmooth=SIMPLE,
    domain="apart", why="The greatest eigenvalue of a symmetric matrix changes by vᵀ dA v with its eigenvector v.",
    see=f"{GILES}.1", example="lambda_max(A)",
)  # fmt: skip
lambda_min = macro(
    "lambda_min", "nn->", _extreme(False), aliases="eigmin",
    latex=r"\lambda_{{\min}}\left({0}\right)", numpy="np.linalg.eigvalsh({0})[..., 0]", nonsmooth=SIMPLE,
    domain="apart", why="The least eigenvalue of a symmetric matrix changes by vᵀ dA v with its eigenvector v.",
    see=f"{GILES}.1", example="lambda_min(A)",
)  # fmt: skip

# ---------------------------------------------------------------- singular values


def _shorter(name: str, X: Expr) -> Dim:
    """The length of the shorter side, where that is known."""
    m, n = X.shape[-2:]
    for short, long in ((n, m), (m, n)):
        least = (long - short).least()
        if least is not None and least >= 0:
            return short
    raise Problem(
        "E331",
        "{name} of {shape} are as many as the shorter side is long",
        hint="declare a shape that tells it, as X[{n}+k,{n}]; the sum of all is nuclear(X), the greatest norm(X, 2)",
        name=name,
        shape=show_shape((m, n)),
        n=n,
    )


def _svd(rows: bool, columns: bool) -> Callable[[Expr], Shape]:
    name = "svdvals"

    def shape(X: Expr) -> Shape:
        short = _shorter(name, X)
        side = (X.shape[-2],) if rows else (X.shape[-1],) if columns else ()
        return (*X.shape[:-2], *side, short)

    return shape


def _turn(first: Expr, s: Expr, M: Expr) -> Expr:
    """How the vectors turn within their space: M is Uᵀ dX V for the left ones, its transpose for the right ones."""
    one = ones(s.shape)
    wide = contract([(one, 1, ((0,),)), (s, 1, ((1,),))], ((0,), (1,)))
    return first @ (gaps(s * s) * (M * wide + wide.T * M.T))


def _left_change(X: Expr, U: Expr, dX: Expr) -> Expr:
    s, V = svdvals(X), svdright(X)
    M = U.T @ dX @ V
    beyond = contract([(dX @ V - U @ M, 1, ((0,), (1,))), (s, -1, ((1,),))], ((0,), (1,)))
    return _turn(U, s, M) + beyond


def _right_change(X: Expr, V: Expr, dX: Expr) -> Expr:
    s, U = svdvals(X), svdleft(X)
    M = V.T @ dX.T @ U
    beyond = contract([(dX.T @ U - V @ M, 1, ((0,), (1,))), (s, -1, ((1,),))], ((0,), (1,)))
    return _turn(V, s, M) + beyond


svdvals: Op = function(
    "svdvals", "mn->k", lambda X, s, dX: diagonal(svdleft(X).T, dX, svdright(X)), aliases="svd",
    shape=_svd(False, False), traits="nonnegative", nonsmooth=SIMPLE + "; at 0 there is no derivative",
    numpy="np.linalg.svd({0}, compute_uv=False)",
    why="With X = U S Vᵀ each singular value changes by dσ = uᵀ dX v; they stand in falling order.", see=f"{GILES}.2",
    example="sum(log(svdvals(A + eye(n))))",
)  # fmt: skip
svdleft: Op = function(
    "svdleft", "mn->mk", _left_change, shape=_svd(True, False), internal=True,
    nonsmooth="the sign of each vector is as computed; " + SIMPLE,
    latex=r"U\left({0}\right)", numpy="np.linalg.svd({0}, full_matrices=False)[0]",
    why="The left singular vectors U of X = U S Vᵀ turn towards each other, and out of the space that they span.",
    see=f"{GILES}.2",
)  # fmt: skip
svdright: Op = function(
    "svdright", "mn->nk", _right_change, shape=_svd(False, True), internal=True,
    nonsmooth="the sign of each vector is as computed; " + SIMPLE,
    latex=r"V\left({0}\right)", numpy="np.swapaxes(np.linalg.svd({0}, full_matrices=False)[2], -1, -2)",
    why="The right singular vectors V of X = U S Vᵀ turn towards each other, and out of the space that they span.",
    see=f"{GILES}.2",
)  # fmt: skip


def _change_of_norm(X: Expr, y: Expr, dX: Expr) -> Expr:
    v = eigvecs(X.T @ X) @ unit(size(X.shape[1]), size(X.shape[1]) - 1)
    return v @ X.T @ dX @ v / y


specnorm = function(
    "specnorm", "mn->", _change_of_norm, aliases="spectralnorm opnorm", turns="same", traits="nonnegative",
    latex=r"\left\lVert {0} \right\rVert_2", numpy="np.linalg.norm({0}, 2, axis=(-2, -1))",
    nonsmooth="where the greatest singular value is not alone, whatever vectors are computed are taken",
    why="The spectral norm is the greatest singular value: d‖X‖₂ = uᵀ dX v, where XᵀX v = ‖X‖₂² v and u = X v/‖X‖₂.",
    see=f"{GILES}.2", example="specnorm(X)",
)  # fmt: skip
