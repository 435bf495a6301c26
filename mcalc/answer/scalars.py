"""Scalar calculus: what SymPy makes shorter of a derivative in which everything is a number.

SymPy is asked only where an answer is long enough for it to pay, and what it says is taken only where it is shorter and
the same: it is read back and compared, as a student's answer would be. It gets objects, and never text.
"""

from __future__ import annotations

from typing import Any

from mcalc.algebra.expr import Apply, Expr
from mcalc.algebra.walk import postorder
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.read import Reading, reread
from mcalc.notation import notate, notation_of
from mcalc.notation.collect import present
from mcalc.notation.forms import TOKEN

#: A derivative of fewer names, numbers and functions is short already, and of more SymPy takes too long.
SHORTEST, LONGEST = 10, 90


def shortened(derivative: Expr, reading: Reading) -> Expr:
    """The derivative, or an equal expression that reads lighter, where all in it are scalars."""
    notation = notation_of(reading)
    weight = notation.weight(present(derivative, notation))
    if not SHORTEST * TOKEN <= weight <= LONGEST * TOKEN or not _is_scalar(derivative, reading):
        return derivative
    best = derivative
    for other in _others(derivative, reading):
        lighter = notation.weight(present(other, notation))
        if lighter // TOKEN < weight // TOKEN and _equal(derivative, other):
            best, weight = other, lighter
    return best


def _is_scalar(derivative: Expr, reading: Reading) -> bool:
    """Whether nothing in the problem is an array, or a function that nobody knows."""
    if any(x.rank for x in reading.symbols.values()) or reading.abstract:
        return False
    return not any(node.rank or (isinstance(node, Apply) and node.op.private) for node in postorder(derivative))


def _others(derivative: Expr, reading: Reading) -> list[Expr]:
    """What SymPy's simplifiers make of it; nothing where SymPy does not know a function, or a name."""
    import sympy  # type: ignore[import-untyped]

    from mcalc.language.sympy import from_sympy
    from mcalc.targets.sympy import to_sympy

    try:
        given = to_sympy(notate(derivative, reading, where=False), reading)
    except Problem:
        return []
    ways: list[Any] = [
        sympy.simplify,
        sympy.factor,
        lambda x: sympy.factor_terms(sympy.trigsimp(sympy.expand(x))),
        lambda x: sympy.collect(sympy.expand(x), sorted(x.atoms(sympy.exp), key=str)),
    ]
    found: dict[Expr, None] = {}
    for way in ways:
        try:
            text, _ = from_sympy(way(given))
            found.setdefault(simplify(reread(text, reading)))
        except (Problem, NotImplementedError, ValueError, RecursionError):
            continue
    return list(found)


def _equal(a: Expr, b: Expr) -> bool:
    """Whether both are equal for sure: SymPy's assumptions are not those of mcalc."""
    from mcalc.checking.identity import Samples, decide

    names = sorted({str(node) for e in (a, b) for node in postorder(e) if type(node).__name__ == "Size"})
    return decide(a, b, Samples(names, frozenset(), (a,))).equal is True
