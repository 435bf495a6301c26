r"""Documents with claims about derivatives: where they stand in Markdown and in TeX, and what becomes of them.

In Markdown a claim stands in a block of code that is called `mcalc`, or in a comment; in TeX in a comment:

    ```mcalc                                <!-- mcalc: d/dx x.T@A@x -->      % mcalc: d/dx x.T@A@x
    A[n,n] symmetric                        $$ 2 A x $$                       \nabla f &= 2 A x \\
    d/dx x.T@A@x = 2*A@x
    ```

The answer stands behind the last `=` of the claim. Behind a comment without one it is the next line, of which what
follows the last `=` is taken. An answer that is empty, or ?, is to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mcalc.cli.session import DEFINE, DERIVE, Session, by_and_order, declaration_in
from mcalc.errors import Problem
from mcalc.language.letters import is_latex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.question import Verdict

_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
#: No time limit holds for these: no space is looked at twice.
_COMMENTS = {
    "markdown": re.compile(r"^\s*<!--\s*mcalc:\s*+(?P<text>(?:\S(?:.*\S)?)?)\s*+-->\s*$"),
    "tex": re.compile(r"^\s*%+\s*mcalc:\s*+(?P<text>(?:\S(?:.*\S)?)?)\s*$"),
}
#: What may stand around a formula on a line of its own.
_AROUND = re.compile(r"^(?:\s|\$|\\\[|&)*|(?:\s|\$|\\\]|\\\\|&|[.,;])*$")
_OPENS = re.compile(r"^\s*(?:\$\$|\\\[|\\begin\s*\{[a-z]+\*?\})\s*$")


class Place:
    """A line of a document that speaks to mcalc: its number, where its text stands, and where an answer would."""

    __slots__ = ("line", "next", "start", "stop", "text")

    def __init__(self, line: int, text: str, start: int, stop: int, next: tuple[int, int] | None) -> None:
        self.line, self.text, self.start, self.stop = line, text, start, stop
        self.next = next  #: the line behind a comment


class Claim:
    """A derivative that a document states, and the span of its answer."""

    __slots__ = ("answer", "by", "form", "line", "order", "span", "text", "verdict", "written")

    def __init__(
        self, line: int, text: str, by: str, order: int, answer: str, span: tuple[int, int], form: str
    ) -> None:
        self.line, self.text, self.by, self.order, self.answer, self.span = line, text, by, order, answer, span
        self.form = form  #: what an answer is filled in as
        self.verdict: Verdict | None = None
        self.written = ""  #: what is to stand in the span

    @property
    def empty(self) -> bool:
        """Whether the answer is to be filled in."""
        return self.answer in ("", "?")


def kind_of(path: str) -> str:
    """What a file is by its name: `tex` or `markdown`."""
    return "tex" if path.lower().endswith((".tex", ".ltx", ".sty", ".cls")) else "markdown"


def places(source: str, kind: str) -> Iterator[Place]:
    """The lines that speak to mcalc, in order. Raises a `Problem` where a block is never closed."""
    offset, fence, block, opened = 0, "", False, 0
    lines = source.splitlines(keepends=True)
    for number, whole in enumerate(lines, 1):
        line = whole.rstrip("\r\n")
        found = _FENCE.match(line) if kind == "markdown" else None
        if fence:
            if found and found["fence"].startswith(fence) and not found["info"].strip():
                fence, block = "", False
            elif block and line.strip() and not line.lstrip().startswith("#"):
                start = offset + len(line) - len(line.lstrip())
                yield Place(number, line.strip(), start, start + len(line.strip()), None)
        elif found:
            fence, opened = found["fence"], number
            block = found["info"].split()[:1] == ["mcalc"]
        elif comment := _COMMENTS[kind].match(line):
            start = offset + comment.start("text")
            after, behind = offset + len(whole), number
            while behind < len(lines) and _OPENS.match(lines[behind]):  # a display begins, and holds the formula
                after += len(lines[behind])
                behind += 1
            length = len(lines[behind].rstrip("\r\n")) if behind < len(lines) else 0
            yield Place(number, comment["text"], start, start + len(comment["text"]), (after, after + length))
        offset += len(whole)
    if block:
        raise Problem("E091", "the block that begins on line {line} is never closed", line=opened)


#: What is to stand in a span of the source.
Filling = tuple[tuple[int, int], str]


class Document:
    """A document that is read line by line; what one leaves for the next is the `Memory` of a `Guard`.

    `right` says whether the claim that was read last is right or is now filled in, and is None where it was none;
    `filling` is what it wants filled in. Raises a `Problem` where a block is never closed.
    """

    def __init__(self, source: str, kind: str, var: tuple[str, ...] = (), fun: tuple[str, ...] = ()) -> None:
        self.source, self.places = source, list(places(source, kind))
        self.session = Session(var, fun)
        self.right: bool | None = None
        self.filling: Filling | None = None

    def noted(self) -> Any:
        """What is kept, as plain data."""
        return self.session.noted(), self.right, self.filling

    def recall(self, noted: Any) -> None:
        """Take what another process kept."""
        session, self.right, self.filling = noted
        self.session.recall(session)

    def read(self, place: Place) -> Claim | None:
        """The claim of a line with its verdict, or with what is to be filled in; None of a declaration.

        Raises a `Problem` where the line is not understood.
        """
        self.right = self.filling = None
        if claim := _claim(place, self.source):
            self.right = False
            _judge(claim, self.session)
            self.right = claim.verdict is not None and claim.verdict.verdict == "correct"
            self.filling = (claim.span, claim.written) if claim.empty else None
            return claim
        if declaration := declaration_in(place.text):
            self.session.declare(declaration)
        elif found := DEFINE.match(place.text):
            self.session.define(found["name"], found["text"])
        else:
            hint = "a claim is written d/dx x.T@x = 2*x"
            raise Problem("E092", "this is no claim, no definition and no declaration", hint=hint)
        return None


def _claim(place: Place, source: str) -> Claim | None:
    asked = DERIVE.match(place.text)
    if asked is None:
        return None
    text, start = asked["text"], place.start + asked.start("text")
    form = "latex" if is_latex(text) else "text"
    cut = _equals(text)
    if cut >= 0:
        answer = text[cut + 1 :]
        first = start + cut + 1 + len(answer) - len(answer.lstrip())
        span = (first, first + len(answer.strip()))
        text = text[:cut]
    elif place.next is not None:
        span, form = _formula(source, *place.next), "latex"  # it is for readers of the document
    else:
        span = (place.stop, place.stop)
    return Claim(place.line, text.strip(), *by_and_order(asked), source[slice(*span)].strip(), span, form)


def _equals(text: str) -> int:
    """The place of the sign before the answer: the last outside brackets, with no definition behind it; -1 if none."""
    depth, found = 0, -1
    for k, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "=" and not depth and text[k - 1 : k] not in ("=", ":", "<", ">", "!"):
            found = k
        elif letter == ";" and not depth:
            found = -1
    return found


def _formula(source: str, start: int, stop: int) -> tuple[int, int]:
    """What is stated on a line: the formula behind the last `=`, without what stands around it."""
    line = source[start:stop]
    begin = start + _equals(line) + 1
    body = source[begin:stop]
    ends = [found.end() for found in _AROUND.finditer(body) if not found.start()]
    first = ends[0]
    if first == len(body):  # nothing is stated: the place right behind the sign
        gap = 1 if body.startswith(" ") else 0
        return begin + gap, begin + gap
    last = next(found.start() for found in _AROUND.finditer(body) if found.end() == len(body))
    return begin + first, begin + last


def _judge(claim: Claim, session: Session) -> None:
    from mcalc.answer import differentiate
    from mcalc.checking.question import question_for

    program = session.program(claim.text, also=claim.answer)
    declared, functions = session.relevant(claim.text), session.called(claim.text)
    if claim.empty:
        answer = differentiate(program, [claim.by], declared, claim.order, fun=functions)
        claim.written = answer.derivatives[0].write(claim.form)
    else:
        question = question_for(program, claim.by, tuple(declared), claim.order, functions=tuple(functions))
        claim.verdict = question.check(claim.answer)


def filled(source: str, fillings: Iterable[Filling]) -> str:
    """The document with the answers that were left open."""
    parts, place = [], 0
    for (start, stop), written in fillings:
        before = source[start - 1 : start]
        behind = source[stop : stop + 1]
        lead = "" if before in ("", "\n", " ", "\t", "{", "$") else " "
        sign = "" if _equals_before(source, start) else " ="
        parts += [source[place:start], sign + lead + written + (" " if behind in ("$", "\\") else "")]
        place = stop
    return "".join([*parts, source[place:]])


def _equals_before(source: str, start: int) -> bool:
    """Whether the sign stands there, or the answer has a line of its own."""
    line = source[source.rfind("\n", 0, start) + 1 : start].rstrip(" \t&$")
    return not line or line.endswith("=")


def reply(path: str, line: int, found: Claim | Problem) -> dict[str, Any]:
    """A claim and what became of it, as plain data."""
    reply: dict[str, Any] = {"file": path, "line": line}
    if isinstance(found, Problem):
        return reply | {"ok": False, "error": found.reply()}
    reply |= {"ok": True, "expr": found.text, "wrt": found.by, "order": found.order}
    if found.verdict is None:
        return reply | {"verdict": "empty", "answer": found.written}
    return reply | {"answer": found.answer, **found.verdict.reply()}
