"""`mcalc convert`: an answer in one layout, in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mcalc.calculus.layout import LAYOUTS
from mcalc.cli.command import OneOf, choice, command, listed
from mcalc.cli.expressions import Variable, serve
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, json_line, remark
from mcalc.errors import Problem
from mcalc.targets import FORMS, USUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Reply
    from mcalc.checking.layouts import Converted


@command(
    examples=[
        (
            "a row as a column",
            "mcalc convert 'x.T@(A + A.T)' --from numerator --to mixed --expr 'x.T@A@x' --wrt x",
        ),
        ("for a paper", "mcalc convert 'A.T' --from denominator --to numerator --expr 'A@x' --wrt x --as latex"),
    ],
    within=10,
)
@click.argument("answer", required=False, help="The derivative; - reads one from each line of standard input.")
@choice("--from", LAYOUTS, metavar="LAYOUT", required=True, help="The layout that the answer is in")
@choice("--to", LAYOUTS, metavar="LAYOUT", default="mixed", show_default=True, help="The layout that is wanted")
@click.option("--expr", metavar="EXPR", required=True, help="The expression that was differentiated.")
@click.option("--wrt", type=Variable(), metavar="NAME", required=True, help="The variable that it was by.")
@QUESTION.only("order", "var", "fun")
@listed("--as", OneOf((*FORMS, "json")), metavar="FORMAT", help=f"What to print: {', '.join(FORMS)}, json.")
def convert(answer: str | None, to: str, expr: str, wrt: str, order: int, **given: Any) -> int:
    """Translate a derivative from one layout into another.

    The answer is taken for the derivative of the expression that the first layout has, and must have its shape there.
    Where it is not that derivative a warning says so.
    """
    forms = [form for form in given["as"] if form != "json"]
    as_json = "json" in given["as"]
    if answer is None:
        raise Problem("E062", "no answer was given", hint="put it in quotes: mcalc convert 'x.T@A' …")

    def converted(text: str) -> Converted:
        from mcalc.checking.layouts import Converted
        from mcalc.checking.question import question_for

        question = question_for(expr, wrt, given["var"], order, given["from"], functions=given["fun"])
        return Converted(question, text, to)

    def one_line(text: str) -> str:
        found = converted(text)
        if as_json:
            return json_line(reply_for(found, forms or USUAL))
        for note in found.notes:
            remark(f"note: {note}")
        return "\t".join(written(found, forms or ["text"]).values())

    def show(text: str) -> None:
        emit(one_line(text))

    return serve(answer, None, one_line, show, as_json)


def written(found: Converted, forms: Sequence[str]) -> dict[str, str]:
    """The answer in each of the forms."""
    from mcalc.notation import notate
    from mcalc.targets import write

    syntax = notate(found.expr, found.question.reading, row=found.row)
    return {form: write(form, syntax) for form in forms}


def reply_for(found: Converted, forms: Sequence[str]) -> Reply:
    """The answer as plain data."""
    from mcalc.cli.check import heading

    text = written(found, ["text"])["text"]
    reply = heading(found.question) | {"from": found.question.layout, "layout": found.layout}
    reply |= {"shape": found.shape, "derivative": text, "forms": written(found, forms)}
    return reply | {"notes": found.notes}
