"""A derivation, line by line: the first line that does not follow, and what went wrong in it.

    f  = x.T@A@x
    df = dx.T@A@x + x.T@A@dx
       = x.T@(A + A.T)@dx
    df/dx = (A + A.T)@x

Every line is held against the question itself, so that a slip in one line cannot excuse the next. A line that begins
with `=` goes on with what the line before was about; `d(…)` is a differential that is still to be worked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcalc.algebra.expr import Expr
from mcalc.calculus.differential import push
from mcalc.checking.finding import Finding
from mcalc.checking.question import Question, Verdict
from mcalc.errors import Problem
from mcalc.language.read import reread_value
from mcalc.phrase import say

VALUE, DIFFERENTIAL, DERIVATIVE = "value", "differential", "derivative"


class Line:
    """One line of a derivation, with the verdict on it; `kind` says what it is about."""

    __slots__ = ("kind", "number", "text", "verdict")

    def __init__(self, number: int, text: str, kind: str, verdict: Verdict) -> None:
        self.number, self.text, self.kind, self.verdict = number, text, kind, verdict


def derivation(question: Question, text: str) -> Iterator[Line]:
    """The lines with their verdicts, up to the first that does not follow."""
    kind = DIFFERENTIAL
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition("#")[0].strip()
        if not stated:
            continue
        left, equals, right = stated.partition("=")
        if not equals:
            left, right = "", stated
        try:
            kind = _kind(question, left.strip(), kind)
            verdict = _verdict(question, right.strip(), kind)
        except Problem as problem:
            open_question = problem.kind in ("unsupported", "limit", "undecided")
            verdict = Verdict("undecided" if open_question else "invalid", told=problem.message, problem=problem)
        yield Line(number, stated, kind, verdict)
        if not verdict.verdict.startswith("correct"):
            return


def _kind(question: Question, left: str, before: str) -> str:
    """What a line is about, by what stands left of its equals sign; nothing there goes on as before."""
    name = "".join(left.split()).replace("∂", "d")
    if not name:
        return before
    if "/" in name or name.startswith(("∇", "grad", "J")) or name.endswith(("'", "′")):
        return DERIVATIVE
    if name.startswith("d") and name not in question.reading.scope:
        return DIFFERENTIAL
    return VALUE


def _verdict(question: Question, text: str, kind: str) -> Verdict:
    if kind == DERIVATIVE:
        return question.check(text)
    text, more = _without_open(question, text)
    value = reread_value(text, question.reading, {question.change.name: question.change, **more})
    reference = question.f if kind == VALUE else question.differential
    if value.expr.shape != reference.shape:
        return Verdict(
            "wrong", findings=[Finding("wrong-shape", say("this has not the shape of the {kind}", kind=say(kind)))]
        )
    return question.compare(reference, value.expr)


def _without_open(question: Question, text: str) -> tuple[str, dict[str, Expr]]:
    """The line with every `d(…)` replaced by a name, and what these names stand for."""
    more: dict[str, Expr] = {}
    change: dict[Expr, Expr] = {question.variable: question.change}
    while match := re.search(r"(?<![\w.])d\s*\(", text):
        stop = _closing(text, match.end())
        inside = reread_value(text[match.end() : stop], question.reading)
        name = f"open_{len(more) + 1}"
        more[name] = push(inside.expr, change) if inside.expr.free else inside.expr - inside.expr
        text = f"{text[: match.start()]}{name}{'.T' if inside.row else ''}{text[stop + 1 :]}"
    return text, more


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that was opened before `start`. Raises a `Problem` where it does not."""
    depth = 1
    for k in range(start, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if not depth:
            return k
    raise Problem("E101", "a bracket is not closed", (start - 1, len(text)), source=text)
