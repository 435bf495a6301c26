"""Left sides: what a form of a derivative says it is. dF, ∂F[i,j]/∂X[k,l], ∂vec(F)/∂vec(X)ᵀ."""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol
from mcalc.language.syntax import Call, Change, Entry, Name, Num, Power, Product, Syntax, Transpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcalc.notation.index import Indices


def differential(f: str, order: int) -> Syntax:
    """dF, d²f."""
    return Change(Name(f), order)


def change(f: str, x: str, order: int) -> Syntax:
    """The differential of the derivative before that of this order: d(∂f/∂X)."""
    return Change(whole(f, x, order - 1))


def slope(f: str, x: Syntax, order: int) -> Syntax:
    """df/dx, d²f/dx²: what a working calls the derivative."""
    below = Change(x)
    return Product((Change(Name(f), order), Power(below, Num(str(order))) if order > 1 else below), ("/",))


def whole(f: str, x: str, order: int) -> Syntax:
    """∂F/∂X."""
    return _quotient(Name(f), [Name(x)] * order)


def entry(f: str, x: str, order: int, above: Indices, below: Sequence[Indices]) -> Syntax:
    """∂F[i,j]/∂X[k,l]."""
    return _quotient(_entry(f, above), [_entry(x, indices) for indices in below] or [Name(x)] * order)


def stacked(name: str, x: Symbol, f: Expr, order: int, vec: str, turned: bool = False) -> Syntax:
    """∂vec(F)/∂vec(X)ᵀ, or with `turned` its transpose, ∂vec(F)ᵀ/∂vec(X).

    Of higher orders what is stacked is the derivative before, but ∂²f/∂vec(X)∂vec(X)ᵀ.
    """
    column = _vec(Name(x.name), x.rank, vec)
    row = Transpose(column) if x.rank else column
    if not f.rank and order == 2:
        return _quotient(Name(name), [column, row])
    if not f.rank and order == 1:
        return _quotient(Name(name), [row if turned else column])
    over = _vec(Name(name), f.rank, vec) if order == 1 else Call("vec", (whole(name, x.name, order - 1),))
    return _quotient(Transpose(over), [column]) if turned else _quotient(over, [row])


def _quotient(over: Syntax, under: list[Syntax]) -> Syntax:
    changes = tuple(Change(each, 1, True) for each in under)
    bottom = changes[0] if len(changes) == 1 else Product(changes, ("*",) * (len(changes) - 1))
    return Product((Change(over, len(under), True), bottom), ("/",))


def _entry(name: str, indices: Indices) -> Syntax:
    return Entry(Name(name), indices) if indices else Name(name)


def _vec(array: Syntax, rank: int, vec: str) -> Syntax:
    """vec of a matrix, which stacks its rows where it is that of the transpose."""
    if rank < 2:
        return array
    return Call("vec", (Transpose(array) if vec == "row" and rank == 2 else array,))
