"""The working of a derivative by several variables in turn: one question after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from mcalc.algebra.expr import Expr, Symbol
from mcalc.calculus.derivative import in_turn
from mcalc.language.syntax import Change, Name, Syntax
from mcalc.language.tree import replaced
from mcalc.notation import notate, result_name
from mcalc.notation.quotient import slope, slope_in_turn
from mcalc.targets import write
from mcalc.working.questions import as_question
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.request import Way

    Method = Callable[[Reading, Symbol, Expr, Syntax, int, Way], list[Step]]


def steps(
    reading: Reading, turns: Sequence[Symbol], derivative: Expr, syntax: Syntax, way: Way, method: Method
) -> list[Step]:
    """The lines of one method for each variable after the other."""
    f = result_name(reading)
    before: list[Syntax] = []
    found: list[Step] = []
    for x, run in groupby(turns):
        count = len(list(run))
        last = len(before) + count == len(turns)
        g = derivative if last else in_turn(reading.root, [x] * count)
        shown = syntax if last else notate(g, reading, where=False)
        lines = method(reading, x, g, shown, count, way)
        found += _called(lines, result_name(reading), f, before, Name(x.name), count) if before else lines
        before += [Name(x.name)] * count
        reading = reading if last else as_question(shown, reading)
    return found


def _called(lines: list[Step], name: str, f: str, before: list[Syntax], x: Syntax, count: int) -> list[Step]:
    """The lines about a derivative, which is called so in place of by a name of its own."""
    whole = slope_in_turn(f, before)
    lefts: dict[Syntax, Syntax] = {Name(name): whole, Change(Name(name)): Change(whole)}
    lefts |= {slope(name, x, k): slope_in_turn(f, [*before, *[x] * k]) for k in range(1, count + 1)}
    told = []
    for line in lines:
        rules = tuple("again" if rule == "differential" else rule for rule in line.rules)
        left = replaced(line.left, lefts.get)
        words = {**line.words, "f": write("unicode", whole), "df": write("unicode", Change(whole))}
        told.append(Step(rules, left, line.expr, line.syntax, words))
    return told
