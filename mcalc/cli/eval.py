"""`mcalc eval`: an expression and its derivative at numbers."""

from __future__ import annotations

import re
from typing import Any

import click

from mcalc.cli.command import choice, command
from mcalc.cli.expressions import EXPR, FILE, is_stream, serve
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, json_line, on_terminal, printable, remark
from mcalc.errors import Problem
from mcalc.request import Manner, Request
from mcalc.translation import spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcalc.answer import Answer, Reply
    from mcalc.checking.differences import Verified
    from mcalc.checking.given import Given
    from mcalc.cli.data import Array


@command(
    examples=[
        ("a quadratic form and its gradient", "mcalc eval 'x.T@A@x' --wrt x --at 'x=[1,2]' --at 'A=[[2,1],[1,3]]'"),
        ("the value alone", "mcalc eval 'log(a)*b' --at a=2 --at b=3"),
        ("checked against finite differences", "mcalc eval 'sum(exp(x))' --wrt x --at 'x=[0,1]' --verify"),
        ("from a file, into a file", "mcalc eval 'norm(X@w - y)^2' --wrt w --at data.json --out gradient.npz"),
    ],
    within=10,
)
@EXPR
@click.option(
    "--at",
    metavar="FILE|NAME=VALUE",
    multiple=True,
    help="Values of variables: a file (npz, npy, json, csv) or one value, such as 'x=[1,2]'; may be repeated.",
)
@QUESTION
@FILE
@click.option("--verify", is_flag=True, help="Compare with finite differences; exit with 1 where they disagree.")
@click.option("--out", type=click.Path(), metavar="FILE", help="Write the numbers to a file: npz, npy, json or csv.")
@choice("--to", ("text", "json"), metavar="FORMAT", default="text", show_default=True, help="What to print")
def eval(
    expr: str | None,
    at: tuple[str, ...],
    file: str | None,
    verify: bool,
    out: str | None,
    to: str,
    **asked: Any,
) -> int:
    """Compute an expression and its derivative at numbers. Without --wrt it computes the value alone.

    Values come from files and from the command line: npz, json and csv files hold variables by name (a csv file in
    columns), an npy file one that is called as the file is, and NAME=FILE reads one variable. On the command line a
    value is a number, JSON or rows between semicolons: --at 'A=[1 2; 3 4]'. A vector may be given as a column.

    In a pipe every result stands on one line, in all its digits. --out writes the results to a file instead: value
    and derivative to npz and json, the derivative alone to npy and csv.

    The exit status is 1 where --verify finds a derivative that disagrees with finite differences, and 4 where the
    expression has no value at these numbers.
    """
    from mcalc.cli.data import given, save, unknown

    if verify and not asked["wrt"]:
        raise Problem("E030", "--verify is about a derivative", hint="--wrt NAME says by what")
    if out and to == "json":
        raise Problem("E028", "--out and --to json were given: one is enough", hint="--out FILE.json")
    if out and is_stream(expr, file):
        raise Problem("E028", "--out takes the results of one expression")
    values = given(at)
    status = 0

    def worked_out(text: str) -> tuple[Answer, Given, Verified | None]:
        nonlocal status
        found = computed(Request.among({"text": text, **asked}), values, verify)
        unknown(at, [*found[0].reading.symbols, *found[0].reading.sizes])
        status = max(status, found[2].exit_status if found[2] is not None else 0)
        return found

    def one_line(text: str) -> str:
        answer, point, verified = worked_out(text)
        return json_line(reply(answer, point, verified)) if to == "json" else "\t".join(told(answer, point, verified))

    def show(text: str) -> None:
        answer, point, verified = worked_out(text)
        if out:
            save(out, results(answer, point))
        else:
            emit("\n".join(told(answer, point, None)))
        if verified is not None:
            remark(verified.told())

    return serve(expr, file, one_line, show, to == "json", lambda: status)


def computed(request: Request, values: Mapping[str, Array], verify: bool) -> tuple[Answer, Given, Verified | None]:
    """The answer, the point at which it is to be computed, and, where that is asked for, what differences say."""
    from mcalc.checking.differences import verify_at
    from mcalc.checking.given import at as point_at

    answer = understood(request, values)
    point = point_at(answer.reading, values)
    return answer, point, verify_at(point, [d.claim for d in answer.derivatives]) if verify else None


def understood(request: Request, values: Mapping[str, Array]) -> Answer:
    """The expression, read by its operators and declarations; where they do not fit the values, by the values."""
    from mcalc.answer import Answer, answer_to
    from mcalc.checking.given import stands_for
    from mcalc.language.read import read

    def answered(declared: Sequence[str]) -> Answer:
        if request.wrt:
            request.var = declared
            return answer_to(request, Manner())
        return Answer(read(request.text, declared, functions=request.fun, of=request.of), [], 1, "mixed")

    problem = None
    try:
        answer = answered(request.var)
        names = answer.reading.symbols
        if all(name not in values or stands_for(values[name], x.rank) for name, x in names.items()):
            return answer
    except Problem as fault:
        if fault.kind not in ("shape", "name"):
            raise
        problem = fault
    var = request.var
    words = set(re.findall(r"[^\W\d][\w'′]*", request.text))
    said = {one.partition("[")[0].strip() for part in var for one in re.split(r",(?![^\[]*\])", part)}
    shapes = {name: values[name].shape for name in values if name in words - said}
    try:
        return answered([*var, *(f"{name}[{','.join(map(str, shape))}]" for name, shape in shapes.items())])
    except Problem:
        if problem is not None:
            raise
        return answer


def results(answer: Answer, point: Given) -> dict[str, Array]:
    """The value and the derivatives, by name."""
    found = {"value": point.value(answer.reading.root)}
    for d in answer.derivatives:
        found["derivative" if len(answer.derivatives) == 1 else f"derivative_{d.wrt}"] = point.value(d.expr)
    return found


def reply(answer: Answer, point: Given, verified: Verified | None) -> Reply:
    """The results as plain data."""
    from mcalc.answer import heading

    names = [d.wrt for d in answer.derivatives]
    found = heading(answer.reading, names, answer.order, answer.layout) | {"sizes": point.sizes}
    found["value"] = point.value(answer.reading.root).tolist()
    parts = []
    for d in answer.derivatives:
        numbers = point.value(d.expr)
        parts.append({"derivative": numbers.tolist(), "shape": list(numbers.shape), "text": d.write("text")})
    if len(parts) == 1:
        found |= parts[0]
    elif parts:
        found["derivatives"] = [{"wrt": name, **part} for name, part in zip(names, parts, strict=True)]
    if verified is not None:
        found["verified"] = verified.reply()
    return found | {"notes": answer.notes}


def told(answer: Answer, point: Given, verified: Verified | None) -> list[str]:
    """The results as text: `f = …`, and one entry for each derivative."""
    from mcalc.notation import result_name
    from mcalc.targets import write

    name = result_name(answer.reading)
    found = [_equation(name, point.value(answer.reading.root))]
    for d in answer.derivatives:
        found.append(_equation(write("text", d.left), point.value(d.expr)))
    return [*found, *([spoken(verified.told())] if verified is not None else [])]


def _equation(left: str, array: Array) -> str:
    """The numbers in all their digits on one line; on a terminal in columns, six digits each."""
    left = printable(left)
    if not on_terminal():
        return f"{left} = {json_line(array.tolist())}"
    import numpy as np

    if not array.ndim:
        return f"  {left} = {float(array):.6g}"
    head = f"  {left} = "
    return head + np.array2string(array, precision=6, prefix=head, suppress_small=True, max_line_width=78)
