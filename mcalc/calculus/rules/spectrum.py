"""Eigenvectors and singular vectors that meet: they are orthonormal, and with their values they make the matrix."""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.algebra.expr import Apply, Contract, Expr, Factor, Group, Rational, contract, number
from mcalc.algebra.ops import OPS
from mcalc.calculus.rules.patterns import joins, relabel, sizes_of
from mcalc.calculus.rules.rule import of_product

#: Along which axes the vectors are orthonormal, those of a square matrix both ways.
VECTORS = {"eigvecs": (0, 1), "svdleft": (0,), "svdright": (0,)}
#: The vectors on the left and on the right of the values.
AROUND = {("eigvecs", "eigvecs"): "eigvalsh", ("svdleft", "svdright"): "svdvals"}


@of_product(
    "vectors-orthonormal", " ".join(VECTORS), "eigvecs(B + B.T)@eigvecs(B + B.T).T@x = x",
    "The vectors are orthonormal: Vᵀ V = I, and where there are as many as entries V Vᵀ = I.",
)  # fmt: skip
def _orthonormal(node: Contract) -> Expr | None:
    for k, base, axes in _applied(node, *VECTORS):
        for j, other, theirs in _applied(node, base.op.name):
            for side in VECTORS[base.op.name]:
                alike = other is base and j > k and axes[side] == theirs[side]
                if alike and joins(node, axes[side], k, j):
                    swap = {axes[1 - side][0]: theirs[1 - side][0]}
                    return _without(node, {j, k}, [], axes[side], swap)
    return None


@of_product(
    "spectral-decomposition", "eigvecs svdleft",
    "eigvecs(B + B.T)@diag(eigvalsh(B + B.T))@eigvecs(B + B.T).T = B + B.T",
    "This is what eigenvalues and eigenvectors mean: A = V diag(λ) Vᵀ, and whole powers have powers of λ.",
)  # fmt: skip
def _decomposition(node: Contract) -> Expr | None:
    for k, base, axes in _applied(node, "eigvecs", "svdleft"):
        for j, other, theirs in _applied(node, "eigvecs", "svdright"):
            name = AROUND.get((base.op.name, other.op.name))
            if name is None or j == k or other.args != base.args or axes[1] != theirs[1]:
                continue
            values = [i for i, v, at in _applied(node, name, powers=True) if at == axes[1:] and v.args == base.args]
            if len(values) != 1 or not joins(node, axes[1], k, j, values[0]):
                continue
            power = _power(name, base.args[0], node.factors[values[0]][1])
            if power is not None:
                return _without(node, {j, k, values[0]}, [(power, 1, (axes[0], theirs[0]))], axes[1])
    return None


@of_product(
    "eigenvalues-summed", "eigvalsh", "sum(eigvalsh(B + B.T)) = tr(B + B.T)",
    "The trace is the sum of the eigenvalues, that of a whole power the sum of their powers.",
    see="Petersen and Pedersen, The Matrix Cookbook (2012), (12)",
)  # fmt: skip
def _summed(node: Contract) -> Expr | None:
    for k, base, axes in _applied(node, "eigvalsh", powers=True):
        power = _power("eigvalsh", base.args[0], node.factors[k][1]) if joins(node, axes[0], k) else None
        if power is not None:
            return _without(node, {k}, [(power, 1, (axes[0], axes[0]))])
    return None


def _applied(node: Contract, *names: str, powers: bool = False) -> Iterator[tuple[int, Apply, tuple[Group, ...]]]:
    """The factors that apply one of these operations, in a matrix or vector by itself."""
    for k, (base, exponent, axes) in enumerate(node.factors):
        plain = isinstance(base, Apply) and base.op.name in names and len(axes) < 3 and all(len(g) == 1 for g in axes)
        if plain and (powers or exponent == 1) and isinstance(base, Apply) and base.args[0].rank == 2:
            yield k, base, axes


def _power(name: str, matrix: Expr, exponent: Rational) -> Expr | None:
    """The whole power of a matrix; of singular values only the first."""
    if not isinstance(exponent, int) or (name == "svdvals" and exponent != 1):
        return None
    return OPS["mpower"](matrix, number(exponent))


def _without(
    node: Contract, gone: set[int], more: list[Factor], done: Group = (), swap: dict[int, int] | None = None
) -> Expr:
    """The contraction without some factors, with others in their place, the labels summed over that are `done` with."""
    swap = swap or {}
    rest: list[Factor] = [(b, e, relabel(a, swap)) for k, (b, e, a) in enumerate(node.factors) if k not in gone]
    return contract([*rest, *more], relabel(node.out, swap), sizes_of(node, done, swap))
