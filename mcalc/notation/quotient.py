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


def change(f: str, turns: Sequence[str]) -> Syntax:
    """The differential of a derivative: d(∂f/∂X)."""
    return Change(whole(f, turns))


def slope(f: str, x: Syntax, order: int) -> Syntax:
    """df/dx, d²f/dx²: what a working calls the derivative."""
    below = Change(x)
    return Product((Change(Name(f), order), Power(below, Num(str(order))) if order > 1 else below), ("/",))


def slope_in_turn(f: str, turns: Sequence[Syntax]) -> Syntax:
    """The same by several variables in turn: d²f/(dx dy)."""
    if all(x == turns[0] for x in turns):
        return slope(f, turns[0], len(turns))
    below = Product(tuple(map(Change, turns)), ("*",) * (len(turns) - 1))
    return Product((Change(Name(f), len(turns)), below), ("/",))


def whole(f: str, turns: Sequence[str]) -> Syntax:
    """∂F/∂X, ∂²F/∂X∂Y."""
    return _quotient(Name(f), [Name(x) for x in turns])


def entry(f: str, turns: Sequence[str], above: Indices, below: Sequence[Indices]) -> Syntax:
    """∂F[i,j]/∂X[k,l]."""
    return _quotient(_entry(f, above), [_entry(x, indices) for x, indices in zip(turns, below, strict=True)])


def stacked(name: str, turns: Sequence[Symbol], f: Expr, vec: str, turned: bool = False) -> Syntax:
    """∂vec(F)/∂vec(X)ᵀ, or with `turned` its transpose, ∂vec(F)ᵀ/∂vec(X).

    Of higher orders what is stacked is the derivative before, but ∂²f/∂vec(X)∂vec(Y)ᵀ.
    """
    below = [_vec(Name(x.name), x.rank, vec) for x in turns]
    before = [x.name for x in turns[:-1]]
    if not f.rank and len(turns) <= 2:
        held = [k for k, x in enumerate(turns) if x.rank]
        if len(held) == 2 or (held and turned):
            k = held[0] if turned else held[-1]
            below[k] = Transpose(below[k])
        return _quotient(Name(name), below)
    over = Call("vec", (whole(name, before),)) if before else _vec(Name(name), f.rank, vec)
    last = below[-1]
    if turned:
        return _quotient(Transpose(over), [last])
    return _quotient(over, [Transpose(last) if turns[-1].rank else last])


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
