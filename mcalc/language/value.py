"""What an expression of the text stands for: a node of the algebra, and whether it stands as a row.

On paper every array of one axis is a column, and its transpose is a row. The algebra knows only the axis, so the
orientation is kept beside the node while a product is read, and decides what `@` means.
"""

from __future__ import annotations

from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Shape
from mcalc.phrase import say

#: The kinds of value, as bits: a set of kinds is their sum.
SCALAR, COLUMN, ROW, MATRIX, TENSOR = 1, 2, 4, 8, 16
VECTOR = COLUMN | ROW
ANY = SCALAR | COLUMN | ROW | MATRIX | TENSOR
KINDS = (SCALAR, COLUMN, ROW, MATRIX, TENSOR)


class Value:
    """A node, and its orientation where it has one axis."""

    __slots__ = ("expr", "row")

    def __init__(self, expr: Expr, row: bool = False) -> None:
        self.expr = expr
        self.row = row and expr.rank == 1

    @property
    def shape(self) -> Shape:
        """The sizes of the axes."""
        return self.expr.shape

    @property
    def kind(self) -> int:
        """One of `KINDS`."""
        return kind_of(self.expr.rank, self.row)

    def turned(self) -> Value:
        """The transpose. Raises nothing: more than two axes must have been refused before."""
        return Value(self.expr.T, self.expr.rank == 1 and not self.row)

    def show(self) -> str:
        """The value in words: `a scalar`, `a vector of n`, `a row of n`, `m x n`."""
        return words(self.kind, self.shape)


def kind_of(rank: int, row: bool = False) -> int:
    """The kind of an array with so many axes."""
    if rank == 1:
        return ROW if row else COLUMN
    return (SCALAR, COLUMN, MATRIX)[rank] if rank < 3 else TENSOR


def words(kind: int, shape: Shape) -> str:
    """A kind and its shape in words."""
    if kind == SCALAR:
        return say("a scalar")
    if kind in (COLUMN, ROW):
        return say("a vector of {size}" if kind == COLUMN else "a row of {size}", size=show_shape(shape))
    if kind == MATRIX:
        return say("{rows} x {columns}", rows=show_shape(shape[:1]), columns=show_shape(shape[1:]))
    return show_shape(shape)
