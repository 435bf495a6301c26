"""Broken text: whatever is typed is answered or refused in words, with a place inside the text, and never crashes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings

from mcalc.cli.batch import reply_to
from tests.fuzz.text import DECLARED, PIECES, VALUES, WRT, asked, edited, fine, formulas, joined, judged, lines

EXAMPLES = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@EXAMPLES
@given(edited(), WRT)
@example("[x; y][", "x")
def test_broken_expressions(text: str, wrt: str):
    assert fine(asked(expr=text, wrt=wrt), text)


@EXAMPLES
@given(joined(PIECES))
def test_pieces_of_expressions(text: str):
    assert fine(asked(expr=text, wrt="x"), text)


@EXAMPLES
@given(formulas())
def test_broken_formulas(text: str):
    assert fine(asked(expr=text, wrt="x"), text)


@EXAMPLES
@given(edited() | formulas())
def test_broken_answers(text: str):
    reply = asked(command="check", expr="x.T@A@x", wrt="x", answer=text)
    assert reply["ok"]
    assert fine(reply, text)


@EXAMPLES
@given(DECLARED)
def test_broken_declarations(text: str):
    assert fine(reply_to(json.dumps({"expr": "x.T@x", "wrt": "x", "var": [text]}).encode()), text + " " * 99)


@EXAMPLES
@given(VALUES)
def test_requests_that_are_none(value: Any):
    for line in (json.dumps(value), json.dumps({"expr": value, "wrt": value}), json.dumps({"expr": "x", "var": value})):
        assert fine(reply_to(line.encode()), " " * 999)


@EXAMPLES
@given(lines())
def test_lines_of_a_batch(made: tuple[bytes, str]):
    assert not judged(*made)
