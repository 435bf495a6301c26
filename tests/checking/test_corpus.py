"""Every problem of the corpus: the source's own closed form is right, and no mistake that is made of it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mcalc.algebra.expr import is_zero, zero
from mcalc.checking.identity import decide
from mcalc.checking.question import Question
from mcalc.checking.terms import terms_of
from mcalc.language.value import Value
from mcalc.notation import notate
from mcalc.targets import write

DATA = Path(__file__).parents[1] / "data" / "corpus.jsonl"
CASES = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
TOLD = [case for case in CASES if case.get("answer")]

#: The source's form is the gradient only where the matrix is symmetric, which the problem says by its domain alone.
SYMMETRIC_ONLY = ("ml-gauss-S", "ml-gauss-L", "ml-gauss-batch-S")


@cache
def question(identity: str) -> Question:
    case = next(c for c in CASES if c["id"] == identity)
    props = case.get("props") or {}
    declared = [f"{name}[{','.join(dims.split())}] {props.get(name, '')}" for name, dims in case["vars"].items()]
    return Question(case["expr"], case["wrt"], declared, case.get("order", 1))


def body(text: str) -> tuple[str, str]:
    """The definitions of an answer, and the expression that they serve."""
    head, semicolon, last = text.rpartition(";")
    return head + semicolon, last.strip()


@pytest.mark.parametrize("case", TOLD, ids=[case["id"] for case in TOLD])
def test_the_sources_own_form_is_right(case: dict[str, Any]) -> None:
    found = question(case["id"]).check(case["answer"])
    if case["id"] in SYMMETRIC_ONLY:
        assert found.verdict == "wrong"
        assert "symmetric-only" in [finding.code for finding in found.findings]
    else:
        assert found.verdict in ("correct", "correct-up-to-layout"), found.message


@pytest.mark.parametrize("identity", SYMMETRIC_ONLY)
def test_the_sources_own_form_is_right_where_the_matrix_is_declared_as_its_domain_is(identity: str) -> None:
    case = next(c for c in CASES if c["id"] == identity)
    assert case["domain"] == "spd"
    declared = [f"{name}[{','.join(dims.split())}]" for name, dims in case["vars"].items() if name != case["wrt"]]
    asked = Question(case["expr"], case["wrt"], [*declared, f"{case['wrt']}[n,n] psd"])
    assert asked.check(case["answer"]).verdict == "correct"


@pytest.mark.parametrize("case", TOLD, ids=[case["id"] for case in TOLD])
def test_a_mistake_is_never_right(case: dict[str, Any]) -> None:
    asked = question(case["id"])
    head, last = body(case["answer"])
    nothing = is_zero(asked.reference)
    wrong = {"sign": f"-({last})", "twice": f"2*({last})", "half": f"({last})/2", "more": f"({last}) + ({last}).^2"}
    for code, text in wrong.items():
        found = asked.check(f"{head} {text}" if head else text)
        if code == "more" and found.verdict == "invalid":
            continue
        assert found.verdict in (("correct",) if nothing else ("wrong", "partial")), (code, text)
        if not nothing and code == "sign" and case["id"] not in SYMMETRIC_ONLY:
            assert found.findings[0].code == "sign"


@pytest.mark.parametrize("case", TOLD, ids=[case["id"] for case in TOLD])
def test_a_transpose_is_right_only_where_it_changes_nothing(case: dict[str, Any]) -> None:
    asked = question(case["id"])
    right = asked.reference
    if right.rank != 2 or case["id"] in SYMMETRIC_ONLY:
        return
    head, last = body(case["answer"])
    found = asked.check(f"{head} ({last}).T")
    if is_zero(right) or decide(right, right.T, asked.samples).equal:
        assert found.verdict == "correct"
    elif right.T.shape == right.shape:
        assert found.verdict == "wrong"
        assert "transpose" in [finding.code for finding in found.findings]
    else:
        assert found.verdict == "correct-up-to-layout"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_mcalc_prints_is_right(case: dict[str, Any]) -> None:
    asked = question(case["id"])
    assert asked.check(write("text", notate(asked.reference, asked.reading))).verdict == "correct"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_leaving_out_a_term_is_wrong(case: dict[str, Any]) -> None:
    asked = question(case["id"])
    terms = terms_of(asked.reference)
    for term in terms if len(terms) > 1 else ():
        if decide(term, zero(term.shape), asked.samples).equal:
            continue  # such as the sum of what is left when the mean is taken off
        found = asked.judge(Value(asked.reference - term))
        assert found.verdict in ("wrong", "partial")
        assert found.findings, term
