"""Broken text: requests that hold what people mistype, paste and mean for other programs, and what a reply must be.

A reply is an answer or says in words what is wrong, with a place inside the text, and comes within the limits.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mcalc.answer import differentiate
from mcalc.cli.batch import reply_to
from tests.expressions import DECLARATIONS, LEAVES, expressions

#: What people leave over, mistype and paste, and what was meant for other programs.
PIECES = [
    *"()[]{}|,;:=@*.^'+-/\\_&%$#~!?<>\"`\n\t ",
    "ᵀ", "⁻¹", "‖", "·", "×", "−", "（", "）", "，", "∑", "√", "∇", "σ", "Σ", "λ",
    ".T", ".*", "./", ".^", "**", "^-1", "^T", "^{-1}", "\\top", "\\frac", "\\mathbf{x}", "\\left(", "$", "d(", "dx",
    "sum(", "norm(", "inv(", "softmax(", "axis=1", "einsum('ij->i', ", "x[", "X[:,", "[x; y]", "var x[n]", "r = ",
    "lambda", "for", "None", "1e999", "0x1f", "1..2", "9^9^9^9", "1/0", "\x00", "\x1b[31m", "\u202e", "🙂", "ｘ", "é",
    "sum_i", "∑_{i=1}^{n}", "∏", "a[i]", "X[i,j]", "(x > 0)", "where(", "f(x)", "∂", "x̂", "\ud800", "1" * 70, "(" * 30,
]  # fmt: skip

#: What stands in formulas of LaTeX.
COMMANDS = r"""
    \frac{ \dfrac12 \sum_{i=1}^n \sum_i \prod_{k} \left( \right) \left\| \right\| \| \lVert \rVert_2^2
    \operatorname{tr} \mathrm{d} \mathbf{ \boldsymbol \begin{bmatrix} \end{bmatrix} \\ & \text{tr} \log\det
    \Sigma^{-1} ^\top ^{\mathsf{T}} ^{-\top} _{ij} _F^2 \odot \otimes \langle \rangle \nabla_x \partial \sqrt[3]{
    \sqrt \hat{x} \dot \cdot \quad \, \! \input{x} \def\a{\a} \newcommand \unknown \mathbb{E} \in \{ \} { } $ $$ \(
    \[ % \color{red} \underbrace{ \overset \substack \limits \big( \middle| \exp \max ' ! ~
""".split()

#: Formulas to break.
FORMULAS = [
    r"\frac{1}{2} \lVert \mathbf{X}\mathbf{w} - \mathbf{y} \rVert_2^2 + \frac{\lambda}{2} \|\mathbf{w}\|^2",
    r"-\log\det\Sigma - (x-\mu)^\top\Sigma^{-1}(x-\mu)",
    r"\sum_{i=1}^n \log\left(1 + \exp(-y_i x_i^\top w)\right)",
    r"\operatorname{tr}\left(A X B X^{\top}\right) + \mathbf{1}^\top \sigma(W x + b)",
    r"\sum_{i,j} X_{ij}^2 - \langle A, X \rangle + \|X\|_F^2",
    r"\begin{bmatrix} A & b \\ b^\top & c \end{bmatrix}",
]

FAULTS = ('"E499"', "too large or too deep")  #: a defect of mcalc, and a recursion without end
WITHIN = 2.0  #: seconds of the processor that a short request may take


def asked(**fields: Any) -> dict[str, Any]:
    """The reply to a request over the usual variables."""
    return reply_to(json.dumps({"var": DECLARATIONS, **fields}).encode())


def fine(reply: dict[str, Any], text: str) -> bool:
    """Whether the reply is an answer, or says what is wrong where."""
    if any(fault in json.dumps(reply) for fault in FAULTS):
        return False
    if reply["ok"]:
        return True
    error = reply["error"]
    span = error.get("span")
    inside = span is None or 0 <= span[0] <= span[1] <= len(text) + 1
    return bool(error["message"]) and inside


def _edited(draw: st.DrawFn, text: str, pieces: list[str]) -> str:
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 3)))
        text = text[:start] + draw(st.sampled_from(["", *pieces])) + text[end:]
    return text


@st.composite
def edited(draw: st.DrawFn) -> str:
    """An expression with a few pieces put in, taken out or put in the place of others."""
    return _edited(draw, draw(st.sampled_from(list(LEAVES)).flatmap(lambda type_: expressions(type_, 2))), PIECES)


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """A formula in LaTeX, ours or a paper's, edited so."""
    ours = st.sampled_from(list(LEAVES)).flatmap(lambda type_: expressions(type_, 2)).map(_in_latex)
    return _edited(draw, draw(st.sampled_from(FORMULAS) | ours), COMMANDS)


def _in_latex(text: str) -> str:
    return differentiate(text, ["x"], DECLARATIONS).derivatives[0].write("latex")


def joined(pieces: list[str], most: int = 12) -> st.SearchStrategy[str]:
    """Pieces one after another."""
    return st.lists(st.sampled_from(pieces + list("xAXt")), max_size=most).map("".join)


WRT = st.sampled_from(["x", "X", "t", "z", "", "x,t", "x[0]", "\\mathbf{x}", "all"])
TEXTS = st.one_of(edited(), joined(PIECES), formulas(), joined(COMMANDS))
WORDS = [
    "[",
    "]",
    ",",
    " ",
    "symmetric",
    "psd",
    ";",
    "1",
    "-1",
    "=",
    "(",
    "*",
    ":",
    "->",
    "[n]",
    "n+1",
    "\n",
    *"xAnmfé",
]
DECLARED = st.lists(st.sampled_from(WORDS), max_size=10).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=4
)
NAMES = """
    command expr wrt var order layout to answer method steps form at verify of fun then jvp structured lang id seed
    feedback detail direction vec where from example
""".split()
MEANT = ["x.T@x", "x", "check", "eval", "convert", "shape", "layout", "latex", "index", "numerator", "full", "zh"]
METHODS = st.sampled_from(["differential", "index", "graph", "occurrences"])

Fields = dict[str, Any]


def holding(where: str, texts: st.SearchStrategy[Any], **fields: Any) -> st.SearchStrategy[tuple[Fields, str]]:
    """Requests with such a text in one of their fields; and the text, or room for any place where it is none."""
    return texts.map(lambda text: ({**fields, where: text}, text if where in ("expr", "answer") else " " * 999))


REQUESTS: st.SearchStrategy[tuple[Fields, str]] = st.one_of(
    st.tuples(holding("expr", TEXTS, var=DECLARATIONS), WRT).map(
        lambda made: ({**made[0][0], "wrt": made[1]}, made[0][1])
    ),
    st.tuples(holding("expr", TEXTS, var=DECLARATIONS, wrt="x", steps=True, to=["latex", "numpy"]), METHODS).map(
        lambda made: ({**made[0][0], "method": made[1]}, made[0][1])
    ),
    holding("answer", TEXTS, command="check", expr="x.T@A@x", wrt="x"),
    holding("answer", TEXTS, **{"command": "convert", "expr": "A@x", "wrt": "x", "from": "mixed"}),
    holding("expr", TEXTS, command="eval", at={"x": [1, 2, 3], "t": 1}),
    holding("at", st.dictionaries(st.sampled_from("xAt"), VALUES), command="eval", expr="t*x.T@A@x", wrt="x"),
    holding("example", TEXTS, command="layout"),
    holding("var", DECLARED, expr="x.T@x", wrt="x"),
    holding("fun", DECLARED, expr="f(x)", wrt="x"),
    st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from(MEANT)).map(lambda fields: (fields, " " * 999)),
)


@st.composite
def lines(draw: st.DrawFn) -> tuple[bytes, str]:
    """A line to `mcalc batch`, now and then with bytes in it that are out of place."""
    fields, text = draw(REQUESTS)
    line = json.dumps(fields).encode()
    if draw(st.integers(0, 5)):
        return line, text
    place = draw(st.integers(0, len(line)))
    return line[:place] + draw(st.binary(max_size=4)) + line[place + draw(st.integers(0, 2)) :], " " * 999


def judged(line: bytes, text: str) -> str:
    """What is wrong with the reply to a line; '' where nothing is."""
    before = time.process_time()
    reply = reply_to(line)
    spent = time.process_time() - before
    if not fine(reply, text):
        return json.dumps(reply)[:500]
    return f"took {spent:.1f} s" if spent > WITHIN else ""


class Faults:
    """The kinds of fault that lines met, each with its shortest line."""

    def __init__(self) -> None:
        self.tried, self.kinds, self.shortest = 0, Counter[str](), dict[str, bytes]()

    def send(self, line: bytes, text: str) -> None:
        """Send a line, and take note of what is wrong with the reply."""
        self.tried += 1
        if told := judged(line, text):
            kind = "took too long" if told.startswith("took") else told[told.find('"message"') :][:60]
            self.kinds[kind] += 1
            if kind not in self.shortest or len(line) < len(self.shortest[kind]):
                self.shortest[kind] = line
                print(f"{told[:400]}\n    {line!r}", flush=True)

    def report(self) -> int:
        """Tell what there was; 1 where anything was wrong."""
        spent = f"{time.process_time() / 60:.1f} minutes of the processor"
        print(f"{self.tried} lines, {spent}, {len(self.kinds)} kinds of fault", flush=True)
        for kind, count in self.kinds.most_common():
            print(f"{count} times {kind}\n    {self.shortest[kind]!r}", flush=True)
        return int(bool(self.kinds))


def try_texts(number: int, end: float) -> int:
    """Send lines until the time is over, and report each kind of fault with its shortest line."""
    faults = Faults()
    while time.time() < end:
        number += 1

        @seed(number)
        @settings(
            max_examples=500,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(lines())
        def send(made: tuple[bytes, str]) -> None:
            if time.time() < end:
                faults.send(*made)

        try:
            send()
        except KeyboardInterrupt:  # which ends it before its time, with the summary
            break
    return faults.report()
