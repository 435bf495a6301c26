"""A derivation, line by line: the first line that does not follow, and what went wrong in it.

    f  = x.T@A@x
    r  = A@x
    df = dx.T@r + x.T@A@dx
       = x.T@(A + A.T)@dx
    df/dx = (A + A.T)@x

Every line is held against the question itself, so that a slip in one line cannot excuse the next. A line that begins
with `=` goes on with what the line before was about. `d(…)` is a differential that is still to be worked out, and on
the left the differential of what stands in it. A name that is new is defined by its line, and has a differential.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcalc.algebra.expr import Expr, is_zero, zero
from mcalc.calculus.differential import push
from mcalc.checking.finding import Finding
from mcalc.checking.question import Question, Verdict
from mcalc.errors import Problem
from mcalc.language.value import Value
from mcalc.phrase import say

VALUE, DIFFERENTIAL, DERIVATIVE, DEFINITION = "value", "differential", "derivative", "definition"

#: What stands in front of a line and is no part of it: a number, a word that leads on, a sign of LaTeX's.
_LEADING = re.compile(
    r"(?:\(?\d+[.)]\s+|(?:step|line)\s*\d+\s*[:.)]\s*|[•∴⇒⟹→]\s*|[-=]>\s*|\$+|&+\s*(?==)"
    r"|(?:therefore|thus|hence|then|so|let|set|where|with|and|but|now)\b[,:]?\s*)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:\s|[.,;$]|\\\\)+$")
#: What the expression of the question is called in books.
_CALLED = frozenset("f F g G h H y Y J L E ell phi Phi loss cost".split())
_NAME = re.compile(r"[^\W\d]\w*")


class Line:
    """One line of a derivation, with the verdict on it; `kind` says what it is about."""

    __slots__ = ("kind", "number", "text", "verdict")

    def __init__(self, number: int, text: str, kind: str, verdict: Verdict) -> None:
        self.number, self.text, self.kind, self.verdict = number, text, kind, verdict


def derivation(question: Question, text: str) -> Iterator[Line]:
    """The lines with their verdicts, up to the first that does not follow."""
    reader = Reader(question)
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition("#")[0].strip()
        if not (bare := _TRAILING.sub("", _LEADING.sub("", stated, count=1) if _LEADING.match(stated) else stated)):
            continue
        try:
            verdict = reader.verdict(bare)
        except Problem as problem:
            open_question = problem.kind in ("unsupported", "limit", "undecided")
            verdict = Verdict("undecided" if open_question else "invalid", told=problem.message, problem=problem)
        yield Line(number, stated, reader.kind, verdict)
        if not verdict.verdict.startswith("correct"):
            return


class Reader:
    """What is known while a derivation is read: what the last line was about, and what names were defined."""

    def __init__(self, question: Question) -> None:
        self.question, self.kind = question, ""
        self.reference = question.differential
        self.change: dict[Expr, Expr] = {question.variable: question.change}
        self.names: dict[str, Expr] = {}
        for name, value in question.reading.definitions.items():
            self._differential_of(name, value)

    def verdict(self, text: str) -> Verdict:
        """The verdict on a line: on the first of its equations that does not hold. Raises a `Problem`."""
        left, *rights = _sides(text)
        if not rights:
            left, rights = "", [text]
        self._about(left.strip(), rights[0])
        found = Verdict("correct")
        for right in rights:
            found = self._judged(right.strip())
            if not found.verdict.startswith("correct"):
                break
        return found

    def _about(self, left: str, right: str) -> None:
        """What a line is about, by what stands left of its equals sign; nothing there goes on as before."""
        name = "".join(left.split()).replace("∂", "d").replace("\\", "")
        q = self.question
        if not name:
            self.kind = self.kind or self._kind_of(right)
            return
        if "/" in name or "'" in name or "′" in name or name.startswith(("∇", "grad", "nabla", "J(", "Jf", "Hess")):
            self.kind = DERIVATIVE
        elif (inside := re.fullmatch(r"d\((.*)\)", name)) and _closing(name, 2) == len(name) - 1:
            self.kind = DIFFERENTIAL
            self.reference = self._pushed(self._read(inside[1]).expr)
        elif name in self.names:
            self.kind = DIFFERENTIAL if name[0] == "d" and name[1:] in {*self.names, *q.reading.scope} else VALUE
            self.reference = self.names[name]
        elif name in q.reading.scope:
            self.kind, self.reference = VALUE, q.reading.scope[name].expr
        elif name.startswith("d") and name[1:] in _CALLED:
            self.kind, self.reference = DIFFERENTIAL, q.differential
        elif _NAME.fullmatch(name) and name not in _CALLED:
            self.kind = DEFINITION
            self.reference = self._read(right).expr
            self._differential_of(name, self.reference)
        elif name.startswith("d"):
            self.kind, self.reference = DIFFERENTIAL, q.differential
        else:
            self.kind, self.reference = VALUE, q.f

    def _kind_of(self, text: str) -> str:
        """What a first line is about that does not say so."""
        found = self._read(text).expr
        if self.question.change in found.free:
            return DIFFERENTIAL
        if found is not self.question.f:
            return DERIVATIVE
        self.reference = found
        return VALUE

    def _differential_of(self, name: str, value: Expr) -> None:
        self.names[name] = value
        self.names.setdefault(f"d{name}", self._pushed(value))

    def _pushed(self, value: Expr) -> Expr:
        return push(value, self.change) if value.free else zero(value.shape)

    def _judged(self, text: str) -> Verdict:
        """The verdict on what stands right of an equals sign."""
        if self.kind == DERIVATIVE:
            return self.question.judge(self._read(text))
        found = self._read(text).expr
        reference = self.reference
        if is_zero(found) and not found.rank:
            found = zero(reference.shape)
        if found.shape != reference.shape:
            told = say("this has not the shape of the {kind}", kind=say(self.kind))
            return Verdict("wrong", findings=[Finding("wrong-shape", told)])
        return self.question.compare(reference, found)

    def _read(self, text: str) -> Value:
        """An expression, in which `d(…)` is a differential."""
        more = dict(self.names)
        while match := re.search(r"(?<![\w.])d\s*\(", text):
            stop = _closing(text, match.end())
            inside = self.question.read(text[match.end() : stop], self.names)
            name = f"open_{len(more) + 1}"
            more[name] = self._pushed(inside.expr)
            text = f"{text[: match.start()]}{name}{'.T' if inside.row else ''}{text[stop + 1 :]}"
        return self.question.read(text, more)


def _sides(text: str) -> list[str]:
    """What stands between the equals signs that no bracket holds."""
    depth, sides = 0, [""]
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == "=" and not depth and text[k - 1 : k] not in tuple("<>!=") and text[k + 1 : k + 2] != "=":
            sides.append("")
        else:
            sides[-1] += c
    return sides


def _closing(text: str, start: int) -> int:
    """Where the bracket closes that was opened before `start`. Raises a `Problem` where it does not."""
    depth = 1
    for k in range(start, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if not depth:
            return k
    raise Problem("E101", "a bracket is not closed", (start - 1, len(text)), source=text)
