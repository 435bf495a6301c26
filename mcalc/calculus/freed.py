"""Derivatives of what was read: by free entries, whatever the variables are declared to be."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.algebra.batch import lift_over
from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.calculus.derivative import in_turn, jacobians, onto
from mcalc.calculus.simplify import simplify
from mcalc.calculus.structure import STRUCTURES
from mcalc.errors import Problem
from mcalc.language.read import Reading, freed


class Freed:
    """A reading's expression, in which the entries of some variables are free: those to differentiate by, in turn.

    A structure is used as soon as an expression is read: S.T is S where S is symmetric. So these variables are
    exchanged for such without a structure, and put back into the derivatives.
    """

    def __init__(self, reading: Reading, turns: Sequence[Sequence[Symbol]]) -> None:
        self.root, self.turns = reading.root, turns
        variables = dict.fromkeys(x for each in turns for x in each)
        self.free = {x: symbol(x.name, x.shape, x.props.difference(STRUCTURES), x.place) for x in variables}
        changed = {x: y for x, y in self.free.items() if x is not y and x in self.root.free}
        if changed:
            try:
                self.root = freed(reading, changed)
            except Problem:  # an operation that is for such matrices alone: its derivative is for them as well
                self.free = {x: x for x in variables}

    def derivatives(self) -> list[Expr]:
        """The derivatives by the variables in turn: first ones by several come out of one sweep."""
        free = [[self.free[x] for x in each] for each in self.turns]
        if len(free) > 1 and all(len(each) == 1 for each in free):
            return [self.restored(d) for d in jacobians(self.root, [x for (x,) in free])]
        # One derivative goes by the way that is shorter for its shapes.
        return [self.restored(in_turn(self.root, each)) for each in free]

    def cotangent(self, x: Symbol, upstream: Expr) -> Expr:
        """What a gradient by the expression becomes as one by a variable."""
        return self.restored(onto(self.root, self.free[x], upstream))

    def restored(self, node: Expr) -> Expr:
        """The expression with the variables as they are declared."""
        changed: dict[Expr, Expr] = {y: x for x, y in self.free.items() if x is not y}
        return simplify(lift_over(node, changed, ()) if changed else node)
