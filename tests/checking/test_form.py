"""Tests of the form: of right answers alone, by their trees."""

from __future__ import annotations

import pytest

from mcalc.checking import form
from mcalc.checking.question import Question
from mcalc.errors import Problem

QUADRATIC, LOGDET, RIDGE = ("x.T@A@x", "x"), ("logdet(X)", "X"), ("norm(A@x - b)^2", "x")
KRONECKER = ("A@X@B", "X")


@pytest.mark.parametrize(
    ("question", "answer", "passes", "fails"),
    [
        (LOGDET, "inv(X).T", "no-kron", "no-inverse"),
        (LOGDET, "(X^-1).T", "", "no-inverse"),
        (LOGDET, "solve(X, eye(n)).T", "", "no-inverse"),
        (LOGDET, "adj(X).T/det(X)", "", "no-inverse"),
        (QUADRATIC, "(A + A.T)@x", "factored,only:A,x,no-inverse", "expanded"),
        (QUADRATIC, "A@x + A.T@x", "expanded,only:A,x", "factored"),
        (QUADRATIC, "A@x + (x.T@A).T", "only:A,x", ""),
        (QUADRATIC, "(A + A.T)*x", "factored", "expanded"),
        (RIDGE, "2*A.T@(A@x - b)", "factored", "expanded"),
        (RIDGE, "2*A.T@A@x - 2*A.T@b", "expanded", "factored"),
        (RIDGE, "r = A@x - b; 2*A.T@r", "only:A,x,b", ""),
        (RIDGE, "2*A.T@A@x - 2*A.T@b", "only:A,b,x", "only:A,x"),
        (("t^2 + t", "t", "t[]"), "2*t + 1", "expanded,factored", ""),
        (("(t+1)^3", "t", "t[]"), "3*(t+1)^2", "factored", "expanded"),
        (("(t+1)^3", "t", "t[]"), "3*t^2 + 6*t + 3", "expanded", ""),
        (KRONECKER, "kron(B.T, A)", "", "no-kron"),
        (KRONECKER, "einsum('ik,lj->ijkl', A, B)", "no-kron", ""),
    ],
)
def test_what_each_asks_for(question: tuple[str, ...], answer: str, passes: str, fails: str) -> None:
    expr, wrt, *declared = question
    asked = Question(expr, wrt, declared)
    right = asked.check(answer, form.tests_in(passes) if passes else [])
    assert right.verdict.startswith("correct"), right.message
    for test in form.tests_in(fails) if fails else []:
        found = asked.check(answer, [test])
        assert found.verdict == "partial"
        assert found.exit_status() == 1
        assert found.message.startswith("right, but ")
        assert found.reply()["form"][0]["test"] == test


def test_the_form_of_a_wrong_answer_is_not_looked_at() -> None:
    found = Question("logdet(X)", "X").check("-inv(X).T", ["no-inverse"])
    assert (found.verdict, found.form, found.findings[0].code) == ("wrong", [], "sign")


def test_a_list_of_tests() -> None:
    assert form.tests_in("no-inverse, only:A,x ,expanded") == ["no-inverse", "only:A,x", "expanded"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("no-invers", "did you mean no-inverse"), ("x", "choose from"), ("", "choose from"), (",", "choose")],
)
def test_a_test_that_is_none(text: str, told: str) -> None:
    with pytest.raises(Problem) as caught:
        form.tests_in(text)
    assert caught.value.kind == "usage"
    assert told in caught.value.hint
