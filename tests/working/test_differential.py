"""The working by differentials: every line equals the one before, and the last is the answer."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mcalc.targets import write
from mcalc.working.titles import SENTENCES, sentence
from tests.test_corpus import CASES
from tests.working import methods
from tests.working.lines import Case, Working, close, golden


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_line_equals_the_one_before(case: dict[str, Any], truth: dict[str, Any]) -> None:
    methods.differential(Case(case, truth))


@pytest.mark.parametrize("detail", ["brief", "full"])
@pytest.mark.parametrize("case", CASES[::7], ids=[case["id"] for case in CASES[::7]])
def test_every_depth_is_true(case: dict[str, Any], detail: str, truth: dict[str, Any]) -> None:
    found = Case(case, truth, method="differential", detail=detail)
    steps = found.working.steps
    assert close(methods.lines_are_equal(found)[-1], found.expected)
    usual = Case(case, truth, method="differential").working.steps
    assert len(steps) <= len(usual) if detail == "brief" else len(steps) >= len(usual)


def test_in_full_every_rule_has_its_own_line() -> None:
    steps = Working("norm(X@w - y)^2 + lambda*norm(w)^2", "w", detail="full").steps
    assert all(len({*step.rules} - {"chain-rule", "equal-parts"}) == 1 for step in steps[1:-1])
    assert [step.rule for step in steps[:3]] == ["differential", "linear", "square"]


def test_no_line_is_said_twice() -> None:
    for text, x in (("x.T@A@x", "x"), ("tr(A@X)", "X"), ("norm(x)", "x"), ("x", "x"), ("3*t", "t")):
        steps = Working(text, x).steps
        assert all((a.left, a.syntax) != (b.left, b.syntax) for a, b in pairwise(steps))


@pytest.mark.parametrize("path", golden("differential"), ids=lambda path: path.stem)
def test_the_lines_are_those_that_were_found_good(path: Path) -> None:
    question, _, lines = path.read_text(encoding="utf-8").partition("\n")
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    assert Working(text, x, declarations, int(order)).text() == lines


def test_every_rule_says_why() -> None:
    assert all(text.endswith((".", ":", "}.")) for text in SENTENCES.values())
    assert sentence("inv").startswith("Differentiate X X⁻¹ = I")


def test_the_reply_has_the_fields_that_scripts_read() -> None:
    steps = Working("x.T@A@x", "x").steps
    first, last = steps[0].reply(), steps[-1].reply()
    assert list(first) == ["rule", "title", "left", "text", "latex", "shape"]
    assert (first["rule"], first["left"], first["text"], first["shape"]) == ("differential", "df", "d(x.T@A@x)", [])
    assert (last["rule"], last["left"], last["shape"]) == ("read-off", "df/dx", ["n"])


def test_higher_orders_differentiate_again() -> None:
    lefts = list(dict.fromkeys(write("unicode", step.left) for step in Working("sum(exp(x))", "x", order=2).steps))
    assert lefts == ["df", "df/dx", "d(df/dx)", "d²f/dx²"]


def test_what_does_not_occur_needs_one_line() -> None:
    (step,) = Working("a.T@a", "x", ["x[n]"]).steps
    assert (step.rule, step.write("text")) == ("constant", "zeros(n)")


def test_names_are_never_taken_twice() -> None:
    steps = Working("x.T@dx + f*t", "x", ["x[n]", "dx[n]", "f[]", "t[]"]).steps
    assert steps[-2].write("text") == "dx.T@delta_x"
    assert {write("text", step.left) for step in steps} == {"dg", "dg/dx"}


def test_a_deep_net_stays_readable() -> None:
    layers = "; ".join(f"h{k + 1} = h{k} + tanh(W@h{k})" for k in range(20))
    working = Working(f"h0 = x; {layers}; norm(h20 - y)^2", "x")
    assert len(working.steps) < 70
    assert max(len(step.write("text")) for step in working.steps) < 20_000


def test_an_orthogonal_matrix_is_not_cancelled_before_it_is_differentiated() -> None:
    steps = Working("norm(Q@x)^2 + tr(Q.T@Q)", "Q", ["Q[n,n] orthogonal", "x[n]"]).steps
    assert steps[1].rule != "linear" or "Q" in steps[1].write("text")


@pytest.mark.parametrize("method", ["differential", "occurrences", "index"])
@pytest.mark.parametrize("text", ["std(step(y.^2 + c))", "sqrt(norm(step(y.^2 + c) - ones(n))) + 2*c"])
def test_no_line_divides_by_what_is_zero_everywhere(text: str, method: str) -> None:
    working = Working(text, "c", ["c[] positive", "y[n]"], method=method)
    assert working.answer == working.steps[-1].write("text") == ("2" if "2*c" in text else "0")
    assert not any(re.search(r"\*0\)|\b0\^", step.write("text")) for step in working.steps)
