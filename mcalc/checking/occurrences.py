"""A variable that occurs several times, taken apart: what each place where it stands contributes to the derivative."""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.algebra.walk import substitute
from mcalc.calculus.derivative import derivative
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.lower import Lowering
from mcalc.language.plan import Plan
from mcalc.language.read import Reading
from mcalc.language.syntax import Name, Program, Syntax, children, walk
from mcalc.language.value import Value

#: Beyond so many occurrences the parts are not told apart.
MOST = 12


class Occurrence:
    """One place where the variable stands, and the derivative by it while all other places are held."""

    __slots__ = ("expr", "place", "span", "within")

    def __init__(self, place: int, name: Name, within: str, expr: Expr) -> None:
        self.place = place  # counted from 1, in the order of the text
        self.span = name.span
        self.within = within  # the definition that it stands in, or ''
        self.expr = expr


def occurrences(reading: Reading, x: Symbol) -> list[Occurrence]:
    """The parts of the first derivative by `x`, in the order of the text; their sum is the derivative.

    Nothing where the variable stands in too many places, or cannot be told apart.
    """
    program = reading.program
    homes = [*((name.id, node) for name, node in program.definitions), ("", program.body)]
    names = [(home, node) for home, root in homes for node in walk(root) if isinstance(node, Name)]
    found = [(home, node) for home, node in names if node.id == x.name]
    if not 1 < len(found) <= MOST:
        return []
    copies = [symbol(f"{x.name}·{k}", x.shape, x.props, 300_000 + k) for k in range(len(found))]
    renamed = {id(node): Name(copy.name, node.span) for (_, node), copy in zip(found, copies, strict=True)}
    try:
        f = _lowered(_relabelled(program, renamed), reading, copies)
        back: dict[Expr, Expr] = dict.fromkeys(copies, x)
        parts = [simplify(substitute(derivative(f, copy), back)) for copy in copies]
    except Problem:
        return []
    return [Occurrence(k, node, home, part) for k, ((home, node), part) in enumerate(zip(found, parts, strict=True), 1)]


def _lowered(program: Program, reading: Reading, copies: list[Symbol]) -> Expr:
    """The meaning of the program, in which the copies are variables of their own."""
    known = {**reading.symbols, **{copy.name: copy for copy in copies}}
    plan = Plan(program, reading.text, list(known), reading.sizes, (), closed=True, abstract=reading.abstract)
    return Lowering(plan, {name: Value(node) for name, node in known.items()}, reading.dialect).run().expr


def _relabelled(program: Program, renamed: dict[int, Name]) -> Program:
    """The program with some of its names replaced."""
    made: dict[int, Syntax] = {}
    for node in reversed(list(walk(program))):
        made[id(node)] = renamed.get(id(node)) or _over(node, made)
    result = made[id(program)]
    assert isinstance(result, Program)
    return result


def _over(node: Syntax, made: dict[int, Syntax]) -> Syntax:
    """The node over other children."""
    if all(made[id(child)] is child for child in children(node)):
        return node

    def new(value: object) -> object:
        if isinstance(value, Syntax):
            return made.get(id(value), value)
        return tuple(new(part) for part in value) if isinstance(value, tuple) else value

    over: Syntax = type(node)(*(new(field) for field in node.fields()))
    over.span = node.span
    return over
