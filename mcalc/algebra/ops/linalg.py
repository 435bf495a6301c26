"""Functions of whole matrices: a signature and a differential."""

from __future__ import annotations

from fractions import Fraction

from mcalc.algebra.expr import Expr, add, eye, is_zero, ones, total
from mcalc.algebra.ops.record import function, macro, scalar_part, unsupported
from mcalc.algebra.ops.structure import tr

HALF = Fraction(1, 2)

# ---------------------------------------------------------------- determinant and inverse

inv = function(
    "inv", "nn->nn", lambda X, Y, dX: -(Y @ dX @ Y),
    turns="with", keeps="symmetric skew diagonal orthogonal psd lower", domain="invertible",
    latex=r"{0:atom}^{{-1}}", numpy="np.linalg.inv({0})",
    why="Differentiate X X⁻¹ = I: dX X⁻¹ + X dX⁻¹ = 0, so dX⁻¹ = −X⁻¹ dX X⁻¹.", see="Matrix Cookbook (40)",
    example="a.T@inv(X)@b",
)  # fmt: skip
det = function(
    "det", "nn->", lambda X, y, dX: y * tr(inv(X) @ dX),
    turns="same", domain="invertible", latex=r"\det\left({0}\right)", numpy="np.linalg.det({0})",
    why="Jacobi's formula, by expanding along a row: d det X = tr(adj(X) dX) = det X · tr(X⁻¹ dX).",
    see="Matrix Cookbook (42)", example="det(X)",
)  # fmt: skip
logdet = function(
    "logdet", "nn->", lambda X, y, dX: tr(inv(X) @ dX),
    turns="same", domain="positive determinant",
    latex=r"\log\det\left({0}\right)", numpy="np.linalg.slogdet({0})[1]",
    why="Jacobi's formula divided by the determinant: d log det X = tr(X⁻¹ dX).", see="Matrix Cookbook (43)",
    example="logdet(X)",
)  # fmt: skip
adj = macro(
    "adj", "nn->nn", lambda X: det(X) * inv(X), aliases="adjugate",
    domain="invertible", latex=r"\operatorname{{adj}}\left({0}\right)", numpy="np.linalg.det({0}) * np.linalg.inv({0})",
    why="Where X is invertible, adj(X) = det X · X⁻¹; then the product rule.", example="tr(adj(X))",
)  # fmt: skip
solve = macro(
    "solve", "nn,n->n | nn,nm->nm", lambda A, b: inv(A) @ b,
    domain="invertible, generic", latex=r"{0:atom}^{{-1}} {1:factor}", numpy="np.linalg.solve({0}, {1})",
    why="solve(A, b) is A⁻¹ b: d(A⁻¹ b) = A⁻¹ (db − dA A⁻¹ b).", example="c.T@solve(A, b)",
)  # fmt: skip
pinv = function(
    "pinv", "mn->nm",
    lambda X, P, dX: (
        -(P @ dX @ P) + P @ P.T @ dX.T @ (eye(X.shape[0]) - X @ P) + (eye(X.shape[1]) - P @ X) @ dX.T @ P.T @ P
    ),
    turns="with", keeps="symmetric psd", latex=r"{0:atom}^{{+}}", numpy="np.linalg.pinv({0})",
    why="Where the rank is constant, X⁺ changes as an inverse does within the row and column spaces, and by two more "
    "terms as these spaces turn.", see="Golub & Pereyra 1973 (4.12)", example="pinv(X)@y",
)  # fmt: skip

# ---------------------------------------------------------------- functions of a matrix


def _commuting(X: Expr, E: Expr) -> Expr | None:
    """The rest of E beside a scalar, where it is the identity or a multiple of X: what commutes with X for sure."""
    if E.rank != 2:
        return None
    return E if E is eye(X.shape[0]) or E is scalar_part(X)[1] else None


def _along(f: str, X: Expr, E: Expr) -> Expr | None:
    """In a direction E that commutes with X the derivative of f is E f′(X), as for numbers."""
    if _commuting(X, E) is None:
        return None
    return E @ (expm(X) if f == "expm" else inv(X))


_CORNER = '''\
def frechet(f, A, *E):
    """The derivative of f at A along each of E: the corner of f of a block matrix (Higham, Theorem 3.6)."""
    Z, n = np.zeros_like(A + sum(E)), A.shape[-1]
    M = [[A + Z, E[0] + Z], [Z, A + Z]]
    if len(E) == 2:
        M = [[*M[0], E[1] + Z, Z], [*M[1], Z, E[1] + Z], [Z, Z, *M[0]], [Z, Z, *M[1]]]
    return np.vectorize(f, signature="(n,n)->(n,n)")(np.block(M))[..., :n, -n:]
'''

expm = function(
    "expm", "nn->nn", lambda X, Y, dX: dexpm(X, dX),
    turns="with", keeps="symmetric diagonal lower psd", latex=r"e^{{{0}}}", numpy="scipy.linalg.expm({0})",
    why="eˣ = ∑ Xᵏ/k!; each power changes by one factor dX in each place, and the sum of all these is the Fréchet "
    "derivative L(X, dX). Where dX commutes with X it is dX eˣ.", see="Higham, Functions of Matrices, (10.15)",
    example="tr(expm(X))",
)  # fmt: skip
logm = function(
    "logm", "nn->nn", lambda X, Y, dX: dlogm(X, dX),
    turns="with", keeps="symmetric diagonal lower", domain="spd", latex=r"\log\left({0}\right)",
    numpy="scipy.linalg.logm({0})",
    why="The logarithm undoes the exponential, and its Fréchet derivative undoes that of the exponential. Where dX "
    "commutes with X it is dX X⁻¹.", see="Higham, Functions of Matrices, ch. 11", example="tr(A@logm(X))",
)  # fmt: skip
dexpm = function(
    "dexpm", "nn,nn->nn", lambda X, E, Y, dX, dE: d2expm(X, E, dX) + dexpm(X, dE),
    adjoint=lambda X, G: dexpm(X.T, G), normal=lambda X, E: _along("expm", X, E),
    turns="with", keeps="symmetric", internal=True,
    latex=r"L_{{\exp}}\left({0}, {1}\right)", numpy="frechet(scipy.linalg.expm, {0}, {1})", helper=_CORNER,
    why="The Fréchet derivative of expm at X along E is linear in E.", see="Higham, Functions of Matrices, (10.15)",
)  # fmt: skip
dlogm = function(
    "dlogm", "nn,nn->nn", lambda X, E, Y, dX, dE: d2logm(X, E, dX) + dlogm(X, dE),
    adjoint=lambda X, G: dlogm(X.T, G), normal=lambda X, E: _along("logm", X, E),
    turns="with", keeps="symmetric", internal=True, domain="spd, generic",
    latex=r"L_{{\log}}\left({0}, {1}\right)", numpy="frechet(scipy.linalg.logm, {0}, {1})", helper=_CORNER,
    why="The Fréchet derivative of logm at X along E is linear in E.", see="Higham, Functions of Matrices, (11.10)",
)  # fmt: skip


def _third(f: str, X: Expr, E: Expr, F: Expr, Y: Expr, dX: Expr, dE: Expr, dF: Expr) -> Expr:
    if not is_zero(dX):
        raise unsupported(f"the third derivative of {f}")
    again = d2expm if f == "expm" else d2logm
    # Symmetric in its directions: what changes goes last, where the operation has an adjoint.
    return again(X, F, dE) + again(X, E, dF)


def _in_both(f: str, X: Expr, E: Expr, F: Expr) -> Expr | None:
    """The second derivative is linear in the first direction too, and for expm comes down where one is I."""
    again = d2expm if f == "expm" else d2logm
    if is_zero(E):
        return E
    factor, rest = scalar_part(E)
    if rest is not E:
        return factor * again(X, rest, F)
    if f == "expm" and X.rank == 2:
        identity = eye(X.shape[0])
        return dexpm(X, F) if E is identity else dexpm(X, E) if F is identity else None
    return None


d2expm = function(
    "d2expm", "nn,nn,nn->nn", lambda *given: _third("expm", *given),
    adjoint=lambda X, E, G: d2expm(X.T, E.T, G), normal=lambda X, E, F: _in_both("expm", X, E, F),
    turns="with", keeps="symmetric", internal=True,
    latex=r"L^{{(2)}}_{{\exp}}\left({0}, {1}, {2}\right)", numpy="frechet(scipy.linalg.expm, {0}, {1}, {2})",
    helper=_CORNER,
    why="The second Fréchet derivative of expm at X is linear and symmetric in its two directions.",
    see="Higham & Relton 2014, Higher order Fréchet derivatives of matrix functions",
)  # fmt: skip
d2logm = function(
    "d2logm", "nn,nn,nn->nn", lambda *given: _third("logm", *given),
    adjoint=lambda X, E, G: d2logm(X.T, E.T, G), normal=lambda X, E, F: _in_both("logm", X, E, F),
    turns="with", keeps="symmetric", internal=True, domain="spd, generic, generic",
    latex=r"L^{{(2)}}_{{\log}}\left({0}, {1}, {2}\right)", numpy="frechet(scipy.linalg.logm, {0}, {1}, {2})",
    helper=_CORNER,
    why="The second Fréchet derivative of logm at X is linear and symmetric in its two directions.",
    see="Higham & Relton 2014, Higher order Fréchet derivatives of matrix functions",
)  # fmt: skip
sqrtm = function(
    "sqrtm", "nn->nn", lambda X, S, dX: sylvester(S, S, dX),
    turns="with", keeps="symmetric diagonal lower psd", domain="spd",
    latex=r"{0:atom}^{{1/2}}", numpy="scipy.linalg.sqrtm({0})",
    why="Differentiate S S = X: dS S + S dS = dX, a Sylvester equation for dS.",
    see="Higham, Functions of Matrices, ch. 6", example="tr(sqrtm(X))",
)  # fmt: skip


def _proportional(A: Expr, B: Expr, C: Expr) -> Expr | None:
    """A Y + Y A = C has the solution A⁻¹ C/2 where A and C commute for sure: C = I, or A² = C for a root A."""
    if A is not B or C.rank != 2:
        return None
    root = A.args[0] if getattr(A, "op", None) is sqrtm else None
    if C is eye(A.shape[0]) or (root is not None and C is scalar_part(root)[1]):
        return HALF * (inv(A) @ C)
    return None


sylvester = function(
    "sylvester", "nn,mm,nm->nm",
    lambda A, B, C, Y, dA, dB, dC: sylvester(A, B, add([(1, dC), (-1, dA @ Y), (-1, Y @ dB)], C.shape)),
    adjoint=lambda A, B, G: sylvester(A.T, B.T, G), normal=_proportional, domain="spd, spd, generic", internal=True,
    numpy="sylvester({0}, {1}, {2})",
    helper='''\
def sylvester(A, B, C):
    """The Y that solves A Y + Y B = C."""
    return np.vectorize(scipy.linalg.solve_sylvester, signature="(n,n),(m,m),(n,m)->(n,m)")(A, B, C)
''',
    why="Y solves A Y + Y B = C; differentiated, dY solves the same equation with dC − dA Y − Y dB on the right.",
)  # fmt: skip

# ---------------------------------------------------------------- triangles


def _mask(X: Expr) -> Expr | None:
    """Everything but the triangle of ones is that triangle times the argument."""
    return None if X is ones(X.shape) else X * tril(ones(X.shape))


tril = function(
    "tril", "mn->mn", lambda X, Y, dX: tril(dX), normal=_mask,
    traits="nonnegative lower", numpy="np.tril({0})",
    why="Taking the lower triangle multiplies by ones and zeros, which is linear.", example="tr(A@tril(X))",
)  # fmt: skip
triu = macro(
    "triu", "mn->mn", lambda X: tril(X.T).T,
    numpy="np.triu({0})",
    why="Taking the upper triangle multiplies by ones and zeros, which is linear.", example="tr(A@triu(X))",
)  # fmt: skip
cumsum = macro(
    "cumsum", "n->n", lambda x: tril(ones((x.shape[0], x.shape[0]))) @ x,
    numpy="np.cumsum({0}, axis=-1)",
    why="The running sums are L x with a triangle L of ones, which is linear.", example="sum(square(cumsum(x)))",
)  # fmt: skip


def _cholesky_differential(X: Expr, L: Expr, dX: Expr) -> Expr:
    n = X.shape[0]
    inside = inv(L) @ dX @ inv(L).T
    return L @ (inside * (tril(ones((n, n))) - HALF * eye(n)))


cholesky = function(
    "cholesky", "nn->nn", _cholesky_differential,
    normal=lambda X: None if X.symmetric or X.rank != 2 else cholesky(HALF * (X + X.T)),
    keeps="diagonal", traits="lower", domain="spd", numpy="np.linalg.cholesky({0})",
    why="Differentiate L Lᵀ = X and multiply by L⁻¹ from both sides: L⁻¹ dL is the lower triangle of L⁻¹ dX L⁻ᵀ with "
    "half its diagonal. A matrix that is not declared symmetric enters as (X + Xᵀ)/2.",
    see="Murray 2016, Differentiation of the Cholesky decomposition", example="sum(cholesky(X))",
)  # fmt: skip

# ---------------------------------------------------------------- singular values

nuclear = function(
    "nuclear", "mn->", lambda X, y, dX: total(polar(X) * dX), aliases="normnuc",
    turns="same", traits="nonnegative", nonsmooth="where singular values vanish, the subgradient U Vᵀ",
    latex=r"\left\| {0} \right\|_{{*}}", numpy="np.sum(np.linalg.svd({0}, compute_uv=False), axis=-1)",
    why="With X = U S Vᵀ each singular value changes by dσ = uᵀ dX v, so their sum by ⟨U Vᵀ, dX⟩.",
    see="Watson 1992", example="nuclear(X)",
)  # fmt: skip
polar = function(
    "polar", "mn->mn", lambda X, Q, dX: dpolar(X, dX),
    turns="with", internal=True, latex=r"\operatorname{{polar}}\left({0}\right)",
    numpy="polar({0})",
    helper='''\
def polar(X):
    """The factor U Vᵀ of X = U S Vᵀ."""
    U, _, Vt = np.linalg.svd(X, full_matrices=False)
    return U @ Vt
''',
    why="polar(X) = U Vᵀ of the singular value decomposition X = U S Vᵀ: X with all singular values set to one.",
    see="Higham, Functions of Matrices, ch. 8",
)  # fmt: skip


def _second_polar(X: Expr, E: Expr, Y: Expr, dX: Expr, dE: Expr) -> Expr:
    if not is_zero(dX):
        raise unsupported("the third derivative of nuclear")
    return dpolar(X, dE)


dpolar = function(
    "dpolar", "mn,mn->mn", _second_polar, adjoint=lambda X, G: dpolar(X, G),
    turns="with", internal=True, latex=r"L_{{\operatorname{{polar}}}}\left({0}, {1}\right)",
    numpy="dpolar({0}, {1})",
    helper='''\
def dpolar(X, E):
    """The derivative of polar at X along E, from X = U S Vᵀ."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    Ut, V = np.swapaxes(U, -1, -2), np.swapaxes(Vt, -1, -2)
    M = Ut @ E @ V
    turn = U @ ((M - np.swapaxes(M, -1, -2)) / (s[..., :, None] + s[..., None, :])) @ Vt
    tall = (E - U @ (Ut @ E)) @ (V / s[..., None, :]) @ Vt
    wide = (U / s[..., None, :]) @ Ut @ (E - (E @ V) @ Vt)
    return turn + tall + wide
''',
    why="The derivative of polar at X along E is linear in E and its own adjoint.",
    see="Higham, Functions of Matrices, ch. 8",
)  # fmt: skip
