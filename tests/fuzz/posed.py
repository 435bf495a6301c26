"""A random problem with its answer and a point, which every law takes."""

from __future__ import annotations

import copy
from functools import lru_cache

import numpy as np

from mcalc.algebra.expr import Expr, Symbol
from mcalc.answer import Derivative, differentiate
from mcalc.errors import Problem
from mcalc.language.read import Reading, read
from mcalc.notation import notate
from mcalc.targets import write
from tests.evaluate import Array, draw, evaluate
from tests.expressions import DECLARATIONS
from tests.fuzz.problems import Case

LARGEST = 1e6  #: values beyond this are not compared
MOST_AXES = 4


class Skip(Exception):
    """The law says nothing about this problem."""


class Posed:
    """A case that was read, with its derivative and a seeded point.

    `found` is by free entries, which of a symmetric matrix the bare derivative does not know.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.reading: Reading = read(case.text, DECLARATIONS)
        self.f: Expr = self.reading.root
        self.x: Symbol = self.reading.symbols[case.wrt]
        if self.f.rank + self.x.rank > MOST_AXES:
            raise Skip
        self.derivative: Derivative
        (self.derivative,) = differentiate(case.text, [case.wrt], DECLARATIONS).derivatives
        self.found: Expr = self.derivative.expr
        self.answer: str = write("text", notate(self.found, self.reading))
        self.values = self.point(7)

    def point(self, seed: int) -> dict[str, Array]:
        """A seeded point, small enough that exponentials of exponentials stay numbers; what is to be definite stays."""
        drawn = draw(list(self.reading.symbols.values()), seed)
        return {name: value if name in "Sca" else value / 2 for name, value in drawn.items()}

    def of(self, f: Expr, found: Expr) -> Posed:
        """The same with another expression and another derivative."""
        other = copy.copy(self)
        other.f, other.found, other.values = f, found, dict(self.values)
        return other

    def direction(self, seed: int) -> Array:
        """A change of the variable, symmetric where the variable is."""
        found = np.random.default_rng(seed).standard_normal(self.values[self.x.name].shape)
        return (found + found.T) / 2 if self.x.symmetric else found

    def worth(self, node: Expr) -> Array:
        """The value of a node at the point."""
        with np.errstate(all="ignore"):
            try:
                value = evaluate(node, self.values)
            except (np.linalg.LinAlgError, ValueError, IndexError, MemoryError):
                raise Skip from None
        if not np.all(np.isfinite(value)) or np.abs(value).max(initial=0) > LARGEST:
            raise Skip
        return value

    def changes(self, node: Expr, seed: int) -> Array:
        """The value of a derivative, along a direction."""
        direction = self.direction(seed)
        return np.tensordot(self.worth(node), direction, direction.ndim)


@lru_cache(maxsize=300)
def _posed(case: Case) -> Posed | Exception:
    try:
        return Posed(case)
    except (Skip, Problem) as fault:
        return fault


def posed(case: Case) -> Posed:
    """The problem, worked out once for all laws. Raises what the working out raised."""
    found = _posed(case)
    if isinstance(found, Exception):
        raise found
    return found.of(found.f, found.found)


def differ(a: Array, b: Array, tolerance: float = 1e-7) -> bool:
    """Whether two values differ by more than rounding."""
    return a.shape != b.shape or bool(np.abs(a - b).max(initial=0) > tolerance * max(1, np.abs(b).max(initial=0)))


def unlike(one: Array, two: Array, told: str, tolerance: float = 1e-7) -> str:
    """What is wrong where two values are to be one."""
    return f"{told}: {one} and {two}" if differ(one, two, tolerance) else ""


def same(p: Posed, a: Expr, b: Expr, told: str) -> str:
    """What is wrong where two nodes are to have one value."""
    return unlike(p.worth(a), p.worth(b), told)


def alike(p: Posed, a: Expr, b: Expr, told: str) -> str:
    """What is wrong where two derivatives are to be one: of a symmetric variable, along symmetric directions."""
    return unlike(p.changes(a, 11), p.changes(b, 11), told)
