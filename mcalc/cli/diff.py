"""`mcalc diff`: the derivative of an expression."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from mcalc.cli.command import OneOf, command, listed
from mcalc.cli.expressions import EXPR, FILE, is_stream, serve
from mcalc.cli.options import MANNER, QUESTION, WAY
from mcalc.cli.output import emit, highlighted, json_line, on_terminal, remark, shows_unicode
from mcalc.errors import Problem
from mcalc.pages import PAGES
from mcalc.request import Manner, Request, Way
from mcalc.targets import CODE, FORMS, USUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Answer
    from mcalc.answer.derivative import Derivative
    from mcalc.checking.differences import Verified

FORMATS = (*FORMS, *CODE, *PAGES, "json")
#: How a format spells a character that stdout lacks.
ESCAPED = {"typst": r"\u{{{:x}}}", "mathml": "&#x{:x};", "html": "&#x{:x};", "markdown": "&#x{:x};"}


@command(
    examples=[
        ("the gradient of a quadratic form", "mcalc diff 'x.T@A@x' --wrt x"),
        ("with a symmetric matrix", "mcalc diff 'x.T@A@x' --wrt x --var 'A[n,n] symmetric'"),
        ("its Hessian", "mcalc diff 'x.T@A@x' --wrt x --order 2"),
        ("two gradients of ridge regression", "mcalc diff 'r = X@w - y; r.T@r + lambda*w.T@w' --wrt w,lambda"),
        ("for a paper, arrays in bold", "mcalc diff 'norm(X@w - y)^2' --wrt w --to latex --bold"),
        ("a matrix by a matrix, with a Kronecker product", "mcalc diff 'A@X@B' --wrt X --form kron"),
        ("a function that is not known", "mcalc diff 'f(A@x)' --wrt x --fun 'f: [m] -> []'"),
        ("code for NumPy", "mcalc diff 'logdet(X)' --wrt X --to numpy"),
        ("a page of the working, to be read in a browser", "mcalc diff 'softmax(A@x)' --wrt x --to html"),
        ("checked at random points", "mcalc diff 'norm(A@x - b)' --wrt x --verify"),
        ("many expressions, one a line", "printf '%s\\n' 'x.T@x' '-x.T@y' | mcalc diff - --wrt x"),
    ],
    within=10,
)
@EXPR
@QUESTION
@FILE
@click.option("--steps/--no-steps", default=None, help="Show the working, or do not.")
@WAY
@MANNER
@click.option("--verify", is_flag=True, help="Compare with finite differences; exit with 1 where they disagree.")
@listed("--to", OneOf(FORMATS), metavar="FORMAT", help=f"What to print; may be repeated: {', '.join(FORMATS)}.")
def diff(
    expr: str | None,
    file: str | None,
    steps: bool | None,
    to: tuple[str, ...],
    verify: bool,
    **given: Any,
) -> int:
    """Differentiate an expression by one or more of its variables, and print the derivative in matrix notation.

    On a terminal it also shows how the expression was read, the working, and the kind and shape of the result. In a
    pipe it prints the result alone, on one line; with several variables, one line each. Of standard input, line N out
    answers line N in.

    Shapes are inferred; where the operators leave a choice, an upper-case name is a matrix, a lower-case one a vector
    and a Greek one a scalar. Declare a variable to say otherwise.
    """
    as_json = "json" in to
    forms = [form for form in to if form not in ("json", *PAGES)]
    pages = [form for form in to if form in PAGES]
    if is_stream(expr, file) and not as_json and (steps or not set(to).isdisjoint((*CODE, *PAGES))):
        raise Problem(
            "E014",
            "the working, code and pages take many lines, and a stream has one for each expression",
            hint="--to json puts them on one",
        )

    way = Way.among(given)
    way.check()

    def answered(text: str) -> Answer:
        from mcalc.answer import answer_to

        return answer_to(Request.among({"text": text, **given}), Manner.among(given))

    status = 0

    def verified(answer: Answer) -> Verified:
        nonlocal status
        found = answer.verify()
        status = max(status, found.exit_status)
        return found

    def one_line(text: str) -> str:
        answer = answered(text)
        if as_json:
            reply = answer.reply(forms or USUAL, way if steps else None)
            return json_line(reply | ({"verified": verified(answer).reply()} if verify else {}))
        if verify:
            remark(verified(answer).told())
        return "\t".join(spelled(d.result, form) for d in answer.derivatives for form in forms or ["text"])

    def show(text: str) -> None:
        answer = answered(text)
        for form in pages:
            from mcalc.pages import page

            emit(spelled(partial(page, answer=answer, way=None if steps is False else way), form))
        if forms or not (pages or on_terminal()):
            for derivative in answer.derivatives:
                for form in [form for form in forms if form not in CODE] if forms else ["text"]:
                    emit(written(derivative, form, way if steps else None))
            for form in forms:
                if form in CODE:
                    emit(answer.code(form))
        elif not pages:
            from mcalc.cli.screen import draw

            draw(answer, None if steps is False else way)
        if verify:
            remark(verified(answer).told())

    return serve(expr, file, one_line, show, as_json, lambda: status)


def written(derivative: Derivative, form: str, way: Way | None) -> str:
    """The result alone; with a way to tell it the lines of the working, of which it is the last."""
    if way is None:
        found = spelled(derivative.result, form)
        return highlighted(found) if form in ("text", "unicode") else found
    return spelled(partial(derivative.working, way=way), form)


def spelled(write: Callable[[str], str], form: str) -> str:
    """What is written in this form, or what stands for it where stdout lacks a character of it."""
    found = write(form)
    if shows_unicode(sys.stdout, found):
        return found
    if form == "unicode":
        return write("text")
    return "".join(c if c.isascii() else ESCAPED[form].format(ord(c)) for c in found) if form in ESCAPED else found
