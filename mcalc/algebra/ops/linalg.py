"""Functions of whole matrices: a signature and a differential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mcalc.algebra.contract import turned
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    add,
    contract,
    eye,
    is_zero,
    ones,
    permute,
    total,
    zero,
)
from mcalc.algebra.ops.record import Op, function, macro, scalar_part, unsupported
from mcalc.algebra.ops.structure import tr
from mcalc.phrase import say

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
detsign = function(
    "detsign", "nn->", lambda X, y, dX: zero(()), internal=True,
    turns="same", domain="invertible", numpy="np.linalg.slogdet({0})[0]",
    nonsmooth="constant as long as the determinant is not zero",
    why="detsign is 1 or -1; a small change of an invertible matrix keeps it, so its differential is zero.",
)  # fmt: skip
adj = macro(
    "adj", "nn->nn", lambda X: det(X) * inv(X), aliases="adjugate",
    domain="invertible", latex=r"\operatorname{{adj}}\left({0}\right)",
    numpy="(np.linalg.det({0}) * np.linalg.inv({0}))",
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


#: Functions of one matrix: all of them commute with it, and with each other.
_OF_ONE = ("inv", "mpower", "sqrtm", "expm", "logm")


def _made_of(E: Expr) -> Expr:
    """The matrix that E is a function of, or a product of such; E itself where it is none."""
    while isinstance(E, Apply) and E.op.name in _OF_ONE:
        E = scalar_part(E.args[0])[1]
    if not isinstance(E, Contract) or E.rank != 2:
        return E
    flipped = E.T
    other = _along_chain(flipped) if isinstance(flipped, Contract) else _made_of(flipped)
    return _along_chain(E) or (other.T if other is not None else E)


def _along_chain(E: Expr) -> Expr | None:
    """The matrix that every factor of a matrix product, none of them turned, is a function of."""
    if not isinstance(E, Contract):
        return None
    at, rest = E.out[0], [f for f in E.factors if f[2]]
    bases = {_made_of(base) for base, _, _ in rest}
    if len(bases) != 1 or E.out[0] == E.out[1]:
        return None
    while step := next((f for f in rest if len(f[2]) == 2 and f[1] == 1 and at in _ends(f)), None):
        rest.remove(step)
        at = step[2][1] if step[2][0] == at else step[2][0]
    return bases.pop() if not rest and at == E.out[1] else None


def _ends(factor: Factor) -> tuple[Group, ...]:
    """Where a factor can be entered: at its rows, and where it is symmetric at its columns as well."""
    base, _, axes = factor
    return axes if base.symmetric else axes[:1]


def _commutes(X: Expr, E: Expr) -> bool:
    """Whether E commutes with X for sure: the identity, or made of what X is a multiple of."""
    return E.rank == 2 and (E is eye(X.shape[0]) or _made_of(E) is _made_of(scalar_part(X)[1]))


def _frechet(
    name: str, slope: Callable[..., Expr], domain: str, see: str, *, sign: str, numpy: str, helper: str, given: int = 0
) -> tuple[Op, Op]:
    """The first and second derivatives of a function of a matrix along given directions, the last one linear.

    The second is symmetric in its directions, so what changes goes last, where the adjoint is known. In front of the
    matrix stand as many `given` scalars, which do not change. In `numpy` a hole `{}` stands for all arguments.
    """
    lead, words = "," * given, "whole, " * given + domain
    holes = [f"{{{k}}}" for k in range(given + 3)]

    def commuting(*args: Expr) -> Expr | None:
        *_, X, E = args
        if not _commutes(X, E):
            return None
        return slope(*args[:-1]) @ E if turned(E) else E @ slope(*args[:-1])

    def first(*args: Expr) -> Expr:
        values, changes = args[: given + 2], args[given + 3 :]
        _constant(name, changes[:given])
        return again(*values, changes[given]) + once(*values[:-1], changes[-1])

    def second(*args: Expr) -> Expr:
        (*k, X, E, F), (*dk, dX, dE, dF) = args[: given + 3], args[given + 4 :]
        _constant(name, tuple(dk))
        if not is_zero(dX):
            raise unsupported(say("the third derivative of {name}", name=name))
        return again(*k, X, F, dE) + again(*k, X, E, dF)

    def bilinear(*args: Expr) -> Expr | None:
        *k, X, E, F = args
        factor, rest = scalar_part(E)
        return E if is_zero(E) else None if rest is E else factor * again(*k, X, rest, F)

    def turned_over(*args: Expr) -> tuple[Expr, ...]:
        return (*args[:given], *(a.T for a in args[given:-1]), args[-1])

    once: Op = function(
        f"{name}_frechet", f"{lead}nn,nn->nn", first,
        adjoint=lambda *args: once(*turned_over(*args)), normal=commuting, turns="with", keeps="symmetric",
        internal=True, domain=f"{words}, generic",
        latex=rf"L_{{{{{sign}}}}}\left({', '.join(holes[given : given + 2])}\right)",
        numpy=numpy.format(", ".join(holes[: given + 2])), helper=helper, see=see,
        why=f"The derivative of {name} at X along E is linear in E; where both commute it is E times that of a number.",
    )  # fmt: skip
    again: Op = function(
        f"{name}_frechet2", f"{lead}nn,nn,nn->nn", second,
        adjoint=lambda *args: again(*turned_over(*args)), normal=bilinear, turns="with", keeps="symmetric",
        internal=True, domain=f"{words}, generic, generic",
        latex=rf"L^{{{{(2)}}}}_{{{{{sign}}}}}\left({', '.join(holes[given:])}\right)",
        numpy=numpy.format(", ".join(holes)), helper=helper,
        why=f"The second derivative of {name} at X is linear and symmetric in its two directions.",
        see="Higham & Relton 2014, Higher order Fréchet derivatives of matrix functions",
    )  # fmt: skip
    return once, again


def _constant(name: str, changes: tuple[Expr, ...]) -> None:
    """Refuse a change of what only whole numbers are put for."""
    if not all(map(is_zero, changes)):
        raise unsupported(say("the derivative of {name} by its exponent", name=name))


_CORNER = '''\
def frechet(f, A, *E):
    """The derivative of f at A along each of E: the corner of f of a block matrix (Higham, Theorem 3.6)."""
    Z, n = np.zeros_like(A + sum(E)), A.shape[-1]
    M = [[A + Z, E[0] + Z], [Z, A + Z]]
    if len(E) == 2:
        M = [[*M[0], E[1] + Z, Z], [*M[1], Z, E[1] + Z], [Z, Z, *M[0]], [Z, Z, *M[1]]]
    return np.vectorize(f, signature="(n,n)->(n,n)")(np.block(M))[..., :n, -n:]
'''
_POWER_CORNER = '''\
def power_frechet(k, A, *E):
    """The derivative of the k-th power at A along each of E: the corner of that of a block matrix (Higham, Th. 3.6)."""
    Z, n = np.zeros_like(A + sum(E)), A.shape[-1]
    M = [[A + Z, E[0] + Z], [Z, A + Z]]
    if len(E) == 2:
        M = [[*M[0], E[1] + Z, Z], [*M[1], Z, E[1] + Z], [Z, Z, *M[0]], [Z, Z, *M[1]]]
    return np.linalg.matrix_power(np.block(M), int(k))[..., :n, -n:]
'''

expm = function(
    "expm", "nn->nn", lambda X, Y, dX: expm_frechet(X, dX),
    turns="with", keeps="symmetric diagonal lower psd", latex=r"e^{{{0}}}", numpy="scipy.linalg.expm({0})",
    why="eˣ = ∑ Xᵏ/k!; each power changes by one factor dX in each place, and the sum of all these is the Fréchet "
    "derivative L(X, dX). Where dX commutes with X it is dX eˣ.", see="Higham, Functions of Matrices, (10.15)",
    example="tr(expm(X))",
)  # fmt: skip
logm = function(
    "logm", "nn->nn", lambda X, Y, dX: logm_frechet(X, dX),
    turns="with", keeps="symmetric diagonal lower", domain="spd", latex=r"\operatorname{{logm}}\left({0}\right)",
    numpy="scipy.linalg.logm({0})",
    why="The logarithm undoes the exponential, and its Fréchet derivative undoes that of the exponential. Where dX "
    "commutes with X it is dX X⁻¹.", see="Higham, Functions of Matrices, ch. 11", example="tr(A@logm(X))",
)  # fmt: skip
expm_frechet: Op
logm_frechet: Op
expm_frechet, expm_frechet2 = _frechet(
    "expm", expm, "generic", "Higham, Functions of Matrices, (10.15)",
    sign=r"\exp", numpy="frechet(scipy.linalg.expm, {})", helper=_CORNER,
)  # fmt: skip
logm_frechet, logm_frechet2 = _frechet(
    "logm", inv, "spd", "Higham, Functions of Matrices, (11.10)",
    sign=r"\log", numpy="frechet(scipy.linalg.logm, {})", helper=_CORNER,
)  # fmt: skip

#: Whole powers are written out as products up to this exponent.
MOST_WRITTEN_OUT = 16


def _written_out(X: Expr, k: Expr) -> Expr | None:
    """A power with a number for its exponent as a product, unless that would be long."""
    if not (isinstance(k, Number) and isinstance(k.value, int) and abs(k.value) <= MOST_WRITTEN_OUT):
        return None
    if not k.value:
        return eye(X.shape[0])
    base, count = X if k.value > 0 else inv(X), abs(k.value)
    return contract([(base, 1, ((i,), (i + 1,))) for i in range(count)], ((0,), (count,)))


def _power_differential(X: Expr, k: Expr, Y: Expr, dX: Expr, dk: Expr) -> Expr:
    _constant("mpower", (dk,))
    return mpower_frechet(k, X, dX)


mpower: Op = function(
    "mpower", "nn,->nn", _power_differential,
    normal=lambda X, k: _written_out(X, k) if X.rank == 2 else None, turns="with", keeps="symmetric",
    aliases="matrix_power mpow", domain="invertible, whole", latex=r"{0:atom}^{{{1}}}",
    numpy="np.linalg.matrix_power({0}, int({1}))",
    why="Xᵏ is a product of k factors X; each of them changes, dXᵏ = ∑ Xⁱ dX Xᵏ⁻¹⁻ⁱ. Where dX commutes with X, and "
    "under a trace, all terms are alike: k Xᵏ⁻¹ dX. The exponent k is a whole number and does not change.",
    see="Matrix Cookbook (90), (91), (121)", example="tr(mpower(X, 3))",
)  # fmt: skip
mpower_frechet: Op
mpower_frechet, mpower_frechet2 = _frechet(
    "mpower", lambda k, X: k * mpower(X, k - 1), "invertible", "Matrix Cookbook (90)",
    sign="{1:atom}^{{{0}}}", numpy="power_frechet({})", helper=_POWER_CORNER, given=1,
)  # fmt: skip
sqrtm = function(
    "sqrtm", "nn->nn", lambda X, S, dX: sylvester(S, S, dX),
    turns="with", keeps="symmetric diagonal lower psd", domain="spd",
    latex=r"{0:atom}^{{1/2}}", numpy="scipy.linalg.sqrtm({0})",
    why="Differentiate S S = X: dS S + S dS = dX, a Sylvester equation for dS.",
    see="Higham, Functions of Matrices, ch. 6", example="tr(sqrtm(X))",
)  # fmt: skip


def _rooted(A: Expr, B: Expr, C: Expr) -> Expr | None:
    """A Y + Y A = C has the solution A⁻¹ C/2 where A and C commute for sure: C = I, or A a root of a multiple of C."""
    return HALF * (inv(A) @ C) if A is B and _commutes(A, C) else None


sylvester: Op = function(
    "sylvester", "nn,mm,nm->nm",
    lambda A, B, C, Y, dA, dB, dC: sylvester(A, B, add([(1, dC), (-1, dA @ Y), (-1, Y @ dB)], C.shape)),
    adjoint=lambda A, B, G: sylvester(A.T, B.T, G), normal=_rooted, domain="spd, spd, generic", internal=True,
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


tril: Op = function(
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


def _symmetrised(X: Expr) -> Expr | None:
    flipped = permute(X, (*range(X.rank - 2), X.rank - 1, X.rank - 2))
    return None if flipped is X or X.symmetric else cholesky(HALF * (X + flipped))


cholesky = function(
    "cholesky", "nn->nn", _cholesky_differential,
    normal=_symmetrised,
    keeps="diagonal", traits="lower", domain="spd", numpy="np.linalg.cholesky({0})",
    why="Differentiate L Lᵀ = X and multiply by L⁻¹ from both sides: L⁻¹ dL is the lower triangle of L⁻¹ dX L⁻ᵀ with "
    "half its diagonal. A matrix that is not declared symmetric enters as (X + Xᵀ)/2.",
    see="Murray 2016, Differentiation of the Cholesky decomposition", example="sum(cholesky(X))",
)  # fmt: skip

# ---------------------------------------------------------------- singular values

nuclear = function(
    "nuclear", "mn->", lambda X, y, dX: total(polar(X) * dX), aliases="normnuc",
    turns="same", traits="nonnegative", nonsmooth="where singular values vanish, the subgradient U Vᵀ",
    latex=r"\left\lVert {0} \right\rVert_{{*}}", numpy="np.sum(np.linalg.svd({0}, compute_uv=False), axis=-1)",
    why="With X = U S Vᵀ each singular value changes by dσ = uᵀ dX v, so their sum by ⟨U Vᵀ, dX⟩.",
    see="Watson 1992", example="nuclear(X)",
)  # fmt: skip
polar: Op = function(
    "polar", "mn->mn", lambda X, Q, dX: polar_frechet(X, dX),
    turns="with", keeps="symmetric", internal=True, latex=r"\operatorname{{polar}}\left({0}\right)",
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
        raise unsupported(say("the third derivative of {name}", name="nuclear"))
    return polar_frechet(X, dE)


polar_frechet: Op = function(
    "polar_frechet", "mn,mn->mn", _second_polar, adjoint=lambda X, G: polar_frechet(X, G),
    turns="with", internal=True, latex=r"L_{{\operatorname{{polar}}}}\left({0}, {1}\right)",
    numpy="polar_frechet({0}, {1})",
    helper='''\
def polar_frechet(X, E):
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
