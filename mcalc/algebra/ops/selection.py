"""Selections: constant arrays that pick entries. Contracted with them, an array gives an entry, a range or a block.

`X[1,2]` is X contracted with two unit vectors, and `[A, B]` the sum of A and B, each contracted with the window that
it stands in. So entries, ranges and blocks are linear like any product, and need no derivative of their own.
"""

from __future__ import annotations

from fractions import Fraction

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Expr, Factor, Group, Shape, Term, add, contract, eye, measure, size, zero
from mcalc.algebra.ops.record import function, macro
from mcalc.algebra.ops.structure import vec
from mcalc.errors import Problem


def _sizes(name: str, args: tuple[Expr, ...]) -> list[Dim]:
    found = [measure(arg) for arg in args]
    known = [d for d in found if d is not None]
    if len(known) != len(args):
        raise Problem("E314", "{name} takes sizes and places: names and whole numbers", name=name)
    return known


def below(place: Dim, end: Dim) -> bool:
    """Whether a place is known to be in front of another, whatever their names stand for."""
    least = (end - place - dim(1)).least()
    return least is not None and least >= 0


def outside(place: Dim, length: Dim) -> bool:
    """Whether a place is known not to be one of so many."""
    past, short = (place - length).least(), (dim(-1) - place).least()
    return (past is not None and past >= 0) or (short is not None and short >= 0)


def on_axis(length: int, *places: int) -> bool:
    """Whether a place, or a range from the first to the last of two, lies on an axis of so many; it may be empty."""
    return 0 <= places[0] <= places[-1] <= length - (len(places) == 1)


def _unit_shape(n: Expr, k: Expr) -> Shape:
    length, place = _sizes("unit", (n, k))
    if outside(place, length):
        raise Problem(
            "E313", "there is no place {place} on an axis of {length}: places count from 0", place=place, length=length
        )
    return (length,)


def _window_shape(n: Expr, start: Expr, stop: Expr) -> Shape:
    length, first, end = _sizes("window", (n, start, stop))
    if below(length, end) or below(first, dim(0)) or outside(end - first, length + dim(1)) or end is first:
        raise Problem(
            "E313",
            "there is no range {first}:{end} on an axis of {length}: places count from 0",
            first=first,
            end=end,
            length=length,
        )
    return (length, end - first)


unit = function(
    "unit", ",->n", lambda n, k, y, dn, dk: zero(y.shape), shape=_unit_shape,
    traits="nonnegative", domain="size place", latex=r"e_{{{1}}}^{{({0})}}", numpy="unit({0}, {1})",
    helper='''\
def unit(n, k):
    """The unit vector of length n with its 1 at place k, counted from 0."""
    e = np.zeros(int(n))
    e[int(k)] = 1.0
    return e
''',
    why="A unit vector does not depend on anything. unit(n, k) has n entries: 1 at place k, counted from 0, and 0 "
    "elsewhere.", example="unit(n, 1).T@X@unit(n, 2)",
)  # fmt: skip
onehot = macro(
    "onehot", ",->n", lambda k, n: unit(n, k), shape=lambda k, n: _unit_shape(n, k),
    domain="place size", numpy="unit({1}, {0})", helper=unit.helper, latex=r"e_{{{0}}}^{{({1})}}",
    why="onehot(k, n) is unit(n, k): 1 at place k of n, counted from 0; it does not depend on anything.",
    example="onehot(2, n).T@logsoftmax(z)",
)  # fmt: skip
window = function(
    "window", ",,->nm", lambda n, a, b, y, *changes: zero(y.shape), shape=_window_shape,
    normal=lambda n, a, b: eye(measure(n) or dim(0)) if measure(a) is dim(0) and b is n else None,
    traits="nonnegative", domain="size place size", internal=True, numpy="np.eye(int({0}))[:, int({1}):int({2})]",
    latex=r"I_{{{0}}}[:,{1}:{2}]",
    why="The columns of the identity from one place up to another, which does not belong to them; they depend on "
    "nothing.",
)  # fmt: skip


def selected(node: Expr, places: list[Dim | tuple[Dim, Dim] | Expr | None]) -> Expr:
    """The entries of the node at a place of each axis, or in a range of it; None takes the axis whole.

    A vector takes the place of an index: with 1 at a place and 0 elsewhere it takes that place.
    """
    factors: list[Factor] = [(node, 1, tuple((k,) for k in range(node.rank)))]
    out: list[Group] = []
    for k, (place, length) in enumerate(zip(places, node.shape, strict=True)):
        match place:
            case Dim():
                factors.append((unit(size(length), size(place)), 1, ((k,),)))
            case Expr():
                factors.append((place, 1, ((k,),)))
            case (start, stop):
                factors.append((window(size(length), size(start), size(stop)), 1, ((k,), (100 + k,))))
                out.append((100 + k,))
            case None:
                out.append((k,))
    return contract(factors, tuple(out))


def joined(blocks: list[Expr], axis: int, rank: int) -> Expr:
    """Arrays side by side along an axis of the result; one with an axis less has the length 1 there.

    Their other axes must have been found equal.
    """
    lengths = [block.shape[axis] if block.rank == rank else dim(1) for block in blocks]
    whole = sum(lengths, dim(0))
    terms: list[Term] = []
    start = dim(0)
    out = tuple((k,) for k in range(rank))
    for block, length in zip(blocks, lengths, strict=True):
        if block.rank == rank:
            frame = window(size(whole), size(start), size(start + length))
            inner = tuple((100,) if k == axis else (k,) for k in range(rank))
            factors: list[Factor] = [(block, 1, inner), (frame, 1, ((axis,), (100,)))]
        else:
            inner = tuple((k,) for k in range(rank) if k != axis)
            factors = [(block, 1, inner), (unit(size(whole), size(start)), 1, ((axis,),))]
        node = contract(factors, out)
        terms.append((1, node))
        start = start + length
    return add(terms, node.shape)


# ---------------------------------------------------------------- half of a symmetric matrix


def _half(n: Dim) -> Dim:
    return dim(Fraction(1, 2)) * (n * n + n)


def _half_by_square(n: Expr) -> Shape:
    (length,) = _sizes("elimination", (n,))
    return (_half(length), length * length)


MAGNUS = "Magnus & Neudecker, Matrix Differential Calculus, ch. 3"
elimination = function(
    "elimination", " ->kn", lambda n, L, dn: zero(L.shape), shape=_half_by_square,
    traits="nonnegative", domain="size", latex=r"L_{{{0}}}", numpy="elimination({0})",
    helper='''\
def elimination(n):
    """The matrix that takes vec(X) to vech(X), the columns of the lower triangle one below the other."""
    column, row = np.triu_indices(int(n))
    L = np.zeros((len(row), int(n)**2))
    L[np.arange(len(row)), column*int(n) + row] = 1.0
    return L
''',
    why="The elimination matrix does not depend on anything. It takes vec(X) to vech(X), the columns of the lower "
    "triangle.", see=MAGNUS, example="elimination(n)@vec(A@A.T)",
)  # fmt: skip
duplication = function(
    "duplication", " ->nk", lambda n, D, dn: zero(D.shape), shape=lambda n: _half_by_square(n)[::-1],
    traits="nonnegative", domain="size", latex=r"D_{{{0}}}", numpy="duplication({0})",
    helper='''\
def duplication(n):
    """The matrix that takes vech(S) to vec(S) for a symmetric S."""
    column, row = np.triu_indices(int(n))
    D = np.zeros((int(n)**2, len(row)))
    D[column*int(n) + row, np.arange(len(row))] = 1.0
    D[row*int(n) + column, np.arange(len(row))] = 1.0
    return D
''',
    why="The duplication matrix does not depend on anything. It takes vech(S) to vec(S) for a symmetric S.",
    see=MAGNUS, example="duplication(n)@vech(A + eye(n))",
)  # fmt: skip
vech = macro(
    "vech", "nn->k", lambda X: elimination(size(X.shape[0])) @ vec(X), shape=lambda X: (_half(X.shape[0]),),
    numpy="{0}.T[np.triu_indices({0}.shape[-1])]",
    why="vech stacks the columns of the lower triangle: d vech(X) = vech(dX) = L vec(dX).", see=MAGNUS,
    example="vech(A@X@A.T)",
)  # fmt: skip
