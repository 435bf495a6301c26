"""How large a derivative may be."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.algebra.expr import Expr
from mcalc.algebra.walk import postorder
from mcalc.errors import Problem
from mcalc.limits import limit


def check_axes(f: Expr, turns: Sequence[Expr]) -> None:
    """Raise a `Problem` where the derivative by these in turn would have too many axes."""
    most = limit("axes")
    if f.rank + sum(x.rank for x in turns) > most:
        raise Problem("E504", "the result has more than {most} axes", hint="--limit axes=N allows more", most=most)


def checked(result: Expr) -> Expr:
    """The result. Raises a `Problem` where it is too large to show."""
    most = limit("result")
    if len(postorder(result)) > most:
        raise Problem("E502", "the result has more than {most} parts", hint="--limit result=N allows more", most=most)
    return result
