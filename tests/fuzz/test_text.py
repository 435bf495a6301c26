"""Broken text: whatever is typed is answered or refused in words, with a place inside the text, and never crashes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mcalc.cli.batch import reply_to
from tests.expressions import DECLARATIONS, LEAVES, expressions

EXAMPLES = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

#: What people leave over, mistype and paste, and what was meant for other programs.
PIECES = [
    *"()[]{}|,;:=@*.^'+-/\\_&%$#~!?<>\"`\n\t ",
    "ᵀ", "⁻¹", "‖", "·", "×", "−", "（", "）", "，", "∑", "√", "∇", "σ", "Σ", "λ",
    ".T", ".*", "./", ".^", "**", "^-1", "^T", "^{-1}", "\\top", "\\frac", "\\mathbf{x}", "\\left(", "$", "d(", "dx",
    "sum(", "norm(", "inv(", "softmax(", "axis=1", "einsum('ij->i', ", "x[", "X[:,", "[x; y]", "var x[n]", "r = ",
    "lambda", "for", "None", "1e999", "0x1f", "1..2", "9^9^9^9", "1/0", "\x00", "\x1b[31m", "\u202e", "🙂", "ｘ", "é",
]  # fmt: skip

FAULTS = ("E499", "E502")  #: a defect of mcalc, and a recursion without end


def asked(**fields: Any) -> dict[str, Any]:
    return reply_to(json.dumps({"var": DECLARATIONS, **fields}).encode())


def fine(reply: dict[str, Any], text: str) -> bool:
    """Whether the reply is an answer, or says what is wrong where."""
    if reply["ok"]:
        return True
    error = reply["error"]
    span = error.get("span")
    inside = span is None or 0 <= span[0] <= span[1] <= len(text) + 1
    return bool(error["message"]) and error["code"] not in FAULTS and inside


@st.composite
def edited(draw: st.DrawFn) -> str:
    """An expression with a few pieces put in, taken out or put in the place of others."""
    text = draw(st.sampled_from(list(LEAVES)).flatmap(lambda type_: expressions(type_, 2)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 3)))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


@EXAMPLES
@given(edited(), st.sampled_from(["x", "X", "t", "z", "", "x,t"]))
@example("[x; y][", "x")
def test_broken_expressions(text: str, wrt: str):
    assert fine(asked(expr=text, wrt=wrt), text)


@EXAMPLES
@given(st.lists(st.sampled_from(PIECES + list("xAXt")), max_size=12).map("".join))
def test_pieces_of_expressions(text: str):
    assert fine(asked(expr=text, wrt="x"), text)


@EXAMPLES
@given(edited())
def test_broken_answers(text: str):
    reply = asked(command="check", expr="x.T@A@x", wrt="x", answer=text)
    assert reply["ok"]
    assert not any(code in json.dumps(reply) for code in FAULTS)


@EXAMPLES
@given(
    st.lists(
        st.sampled_from(["x", "A", "n", "m", "[", "]", ",", " ", "symmetric", "psd", ";", "1", "-1", "=", "(", "*"]),
        max_size=10,
    )
)
def test_broken_declarations(words: list[str]):
    text = "".join(words)
    assert fine(reply_to(json.dumps({"expr": "x.T@x", "wrt": "x", "var": [text]}).encode()), text + " " * 99)


@EXAMPLES
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4))
def test_requests_that_are_none(value: Any):
    for line in (json.dumps(value), json.dumps({"expr": value, "wrt": value}), json.dumps({"expr": "x", "var": value})):
        assert fine(reply_to(line.encode()), " " * 999)
