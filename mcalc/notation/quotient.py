"""Left sides: what a form of a derivative says it is. `mcalc.targets.quotient` spells them."""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol
from mcalc.language.syntax import Call, Entry, Name, Syntax, Transpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.notation.index import Indices


class Quotient:
    """`over` differentiated by each of `under`; a differential has nothing there.

    `stacked` is `over` after so many derivatives, all but the last of those that are taken.
    """

    __slots__ = ("order", "over", "partial", "stacked", "under")

    def __init__(
        self, over: Syntax, under: tuple[Syntax, ...], order: int, partial: bool = True, stacked: tuple[str, ...] = ()
    ) -> None:
        self.over, self.under, self.order, self.partial, self.stacked = over, under, order, partial, stacked

    @classmethod
    def differential(cls, f: str, order: int) -> Quotient:
        """dF, d²f."""
        return cls(Name(f), (), order, False)

    @classmethod
    def change(cls, f: str, x: str, order: int) -> Quotient:
        """The differential of the derivative of the order before."""
        return cls(Name(f), (), 1, False, (x,) * (order - 1))

    @classmethod
    def whole(cls, f: str, x: str, order: int) -> Quotient:
        """dF/dX."""
        return cls(Name(f), (Name(x),) * order, order)

    @classmethod
    def entry(cls, f: str, x: str, order: int, above: Indices, below: list[Indices]) -> Quotient:
        """∂F[i,j]/∂X[k,l]."""
        return cls(_entry(f, above), tuple(_entry(x, indices) for indices in below) or (Name(x),) * order, order)

    @classmethod
    def vec(cls, name: str, x: Symbol, f: Expr, order: int, vec: str) -> Quotient:
        """∂vec(F)/∂vec(X)ᵀ."""
        column = _vec(Name(x.name), x.rank, vec)
        row = Transpose(column) if x.rank else column
        if not f.rank and order == 2:
            return cls(Name(name), (column, row), 2)
        if order > 1:
            return cls(Name(name), (row,), 1, True, (x.name,) * (order - 1))
        return cls(_vec(Name(name), f.rank, vec), (row,), 1)


def _entry(name: str, indices: Indices) -> Syntax:
    return Entry(Name(name), indices) if indices else Name(name)


def _vec(array: Syntax, rank: int, vec: str) -> Syntax:
    """vec of a matrix, which stacks its rows where it is that of the transpose."""
    if rank < 2:
        return array
    return Call("vec", (Transpose(array) if vec == "row" and rank == 2 else array,))
