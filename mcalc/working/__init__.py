"""The working: a derivation as the lines that a teacher would write, each with its rule and the reason.

A method takes a question and its answer to a list of `Step`s. Lines with the same left side are equal in value, and
the last line is the answer itself.

    differential  d is pushed inwards, and the derivative read off
    occurrences   every place where the variable stands changes alone, and the parts are added
    graph         the computation graph is swept backwards, or forwards as well
    index         entry by entry, with sums and deltas

Told in brief, a method gives the first line and the last of each left side; in full, every rule has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from mcalc.request import Way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr, Symbol
    from mcalc.language.read import Reading
    from mcalc.language.syntax import Syntax
    from mcalc.working.step import Step


def steps(
    reading: Reading, turns: Sequence[Symbol], derivative: Expr, syntax: Syntax, way: Way | None = None
) -> list[Step]:
    """The lines from the expression of a reading to its derivative by variables in turn, shown as `syntax`.

    Raises a `Problem` of kind unsupported where the method cannot treat the case.
    """
    from mcalc.working.step import brief

    way = way or Way()
    method = import_module(f"mcalc.working.{way.method}")
    if any(x is not turns[0] for x in turns):
        from mcalc.working import mixed

        found = mixed.steps(reading, turns, derivative, syntax, way, method.steps)
    else:
        found = method.steps(reading, turns[0], derivative, syntax, len(turns), way)
    return brief(found) if way.detail == "brief" else found
