"""`mcalc layout`: which layout a book uses."""

from __future__ import annotations

from collections.abc import Sequence

import click

from mcalc.cli.command import choice, command
from mcalc.cli.guard import Guard
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, json_line, on_terminal, printable
from mcalc.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Reply
    from mcalc.checking.layouts import Example


@command(
    examples=[
        ("a book of the denominator layout", "mcalc layout --example 'd(A@x)/dx = A.T'"),
        ("two examples tell more than one", "mcalc layout --example 'd(A@x)/dx = A' --example 'd(a.T@x)/dx = a.T'"),
    ],
    within=10,
)
@click.option("--example", metavar="EXAMPLE", multiple=True, help="A derivative as the book has it; may be repeated.")
@QUESTION.only("var", "fun")
@choice("--to", ("text", "json"), metavar="FORMAT", help="What to print")
def layout(example: tuple[str, ...], var: tuple[str, ...], fun: tuple[str, ...], to: str | None) -> int:
    """Tell which layout a book uses, from derivatives that stand in it.

    An example is an equation, 'd(A@x)/dx = A.T', or the same in LaTeX. In a pipe the layouts that all examples have
    stand on one line: mixed, numerator, denominator, or none. Where several are left the examples do not tell them
    apart.

    The exit status is 1 where no layout has them all.
    """
    if not example:
        raise Problem("E062", "no example was given", hint="--example 'd(A@x)/dx = A.T'")
    with Guard(lambda _: told(example, var, fun, to)) as guard:
        return guard()


def told(example: Sequence[str], var: Sequence[str], fun: Sequence[str], to: str | None) -> int:
    """Tell what the examples say; the exit status."""
    from mcalc.checking.layouts import Example, conclusion, shared

    read = [Example(text, var, fun) for text in example]
    found = shared(read)
    if to == "json":
        emit(json_line(reply_for(read)))
    elif on_terminal() and not to:
        for one in read:
            emit(printable(f"  {one.text}: {', '.join(one.layouts) or 'none'}"))
        emit(printable(f"{conclusion(read)}"))
    else:
        emit(", ".join(found) or "none")
    return 0 if found else 1


def reply_for(examples: Sequence[Example]) -> Reply:
    """What the examples tell as plain data."""
    from mcalc.answer import SCHEMA
    from mcalc.checking.layouts import conclusion, shared

    each = [{"example": example.text, "layouts": example.layouts} for example in examples]
    return {
        "ok": True,
        "schema": SCHEMA,
        "layouts": shared(examples),
        "examples": each,
        "message": conclusion(examples),
    }
