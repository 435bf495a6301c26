"""`mcalc diff`: the derivative of an expression."""

from __future__ import annotations

import sys

from mcalc.calculus.layout import LAYOUTS
from mcalc.cli.arguments import Command, Option
from mcalc.cli.expressions import FILE, OPERAND, VAR, is_stream, serve
from mcalc.cli.output import emit, highlighted, json_line, on_terminal, shows_unicode
from mcalc.errors import Problem
from mcalc.targets import CODE, FORMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Answer, Derivative
    from mcalc.cli.arguments import Values
    from mcalc.working import Step


def run(values: Values) -> int:
    """Differentiate the expression, or each line of standard input."""
    as_json = "json" in values["to"]
    forms = [form for form in values["to"] if form != "json"]
    if is_stream(values) and not as_json and (values["steps"] or not set(forms).isdisjoint(CODE)):
        told = "the working and code take many lines, and a stream has one for each expression"
        raise Problem("usage", told, hint="--to json puts them on one")

    def answered(text: str) -> Answer:
        from mcalc.answer import differentiate

        return differentiate(text, values["wrt"], values["var"], values["order"], values["layout"])

    def one_line(text: str) -> str:
        answer = answered(text)
        if as_json:
            return json_line(answer.reply(forms or FORMS, values["method"] if values["steps"] else None))
        return "\t".join(spelled(d, form) for d in answer.derivatives for form in forms or ["text"])

    def show(text: str) -> None:
        answer = answered(text)
        if forms or not on_terminal():
            for derivative in answer.derivatives:
                for form in forms or ["text"]:
                    emit(written(derivative, form, values))
        else:
            from mcalc.cli.screen import draw

            draw(answer, None if values["steps"] is False else values["method"])

    return serve(values, one_line, show, as_json)


def written(derivative: Derivative, form: str, values: Values) -> str:
    """The result alone; with `--steps` the lines of the working, of which it is the last."""
    if form in CODE:
        return derivative.write(form)
    if not values["steps"]:
        return highlighted(spelled(derivative, form)) if form != "latex" else spelled(derivative, form)
    lines = [f"{step.left} = {spelled(step, form)}" for step in derivative.steps(values["method"])]
    return "\n".join(lines)


def spelled(formula: Derivative | Step, form: str) -> str:
    """A formula in this form, or as text where stdout lacks a character of it."""
    found = formula.write(form)
    return found if form != "unicode" or shows_unicode(sys.stdout, found) else formula.write("text")


COMMAND = Command(
    "diff",
    "differentiate an expression",
    run,
    about="""\
Differentiates an expression by one or more of its variables, and prints the derivative in matrix notation.

On a terminal it also shows how the expression was read, the working, and the kind and shape of the result. In a pipe \
it prints the result alone, on one line; with several variables, one line each. Of standard input, line N out \
answers line N in.

Shapes are inferred; where the operators leave a choice, an upper-case name is a matrix, a lower-case one a vector and \
a Greek one a scalar. Declare a variable to say otherwise.""",
    operand=OPERAND,
    options=(
        Option("--wrt", "NAME", many=True, help="the variable to differentiate by; may be repeated"),
        Option("--order", "N", whole=True, default=1, help="how many times, up to 4"),
        VAR,
        FILE,
        Option("--layout", "LAYOUT", choices=LAYOUTS, default="mixed", help="how the axes are arranged"),
        Option("--steps", off="--no-steps", help="show the working, or do not"),
        Option("--method", "METHOD", default="differential", help="the method of the working"),
        Option("--to", "FORMAT", many=True, choices=(*FORMS, *CODE, "json"), help="what to print; may be repeated"),
    ),
    examples=(
        ("the gradient of a quadratic form", "mcalc diff 'x.T@A@x' --wrt x"),
        ("with a symmetric matrix", "mcalc diff 'x.T@A@x' --wrt x --var 'A[n,n] symmetric'"),
        ("its Hessian", "mcalc diff 'x.T@A@x' --wrt x --order 2"),
        ("two gradients of ridge regression", "mcalc diff 'r = X@w - y; r.T@r + lambda*w.T@w' --wrt w,lambda"),
        ("code for NumPy", "mcalc diff 'logdet(X)' --wrt X --to numpy"),
        ("many expressions, one a line", "printf '%s\\n' 'x.T@x' '-x.T@y' | mcalc diff - --wrt x"),
    ),
)
