"""What a submission's row holds, and what all of them come to."""

from __future__ import annotations

from typing import Any

import pytest

from mcalc.checking.grade import Grader, Statistics
from mcalc.checking.submissions import Submission


def graded(answer: str, feedback: str = "full", strict: bool = False, **fields: Any) -> dict[str, Any]:
    given = {"id": "1", "student": "Ann", "expr": "x.T@A@x", "wrt": "x", "points": "4", "answer": answer, **fields}
    return Grader(feedback, strict)(Submission(2, given))


@pytest.mark.parametrize(
    ("answer", "verdict", "score"),
    [
        ("(A + A.T)@x", "correct", 4),
        ("x.T@(A + A.T)", "correct-up-to-layout", 4),
        ("3*(A + A.T)@x", "partial", 2),
        ("A@x", "wrong", 0),
        ("B@x", "invalid", 0),
        ("log(-norm(x))*x", "undecided", None),
    ],
)
def test_what_a_verdict_earns(answer: str, verdict: str, score: float | None) -> None:
    row = graded(answer)
    assert (row["verdict"], row["score"], row["points"]) == (verdict, score, 4)
    assert (row["line"], row["id"], row["student"], row["question"], row["answer"]) == (2, "1", "Ann", "1", answer)


def test_another_layout_earns_nothing_where_the_layout_is_strict() -> None:
    assert graded("x.T@(A + A.T)", strict=True)["score"] == 0


def test_the_form_is_asked_for_after_the_answer_is_right() -> None:
    row = graded("inv(X).T", expr="logdet(X)", wrt="X", form="no-inverse")
    assert (row["verdict"], row["score"]) == ("partial", 2)
    assert "without an inverse" in row["message"]


def test_functions_may_be_declared() -> None:
    assert graded("grad_f(x)", expr="f(x)", fun="f: [n] -> []", var="x[n]")["verdict"] == "correct"


@pytest.mark.parametrize(
    ("feedback", "shown"),
    [("none", ""), ("verdict", "verdict"), ("type", "verdict diagnosis"), ("full", "verdict diagnosis message")],
)
def test_feedback_tells_no_more_than_it_may(feedback: str, shown: str) -> None:
    row = graded("A@x", feedback)
    assert {name for name in ("verdict", "diagnosis", "message") if row[name]} == set(shown.split())
    assert (row["score"] is None) == (feedback == "none")


def test_what_is_wrong_with_a_row_is_told_whatever_the_feedback() -> None:
    assert "@" in graded("A@@x", "verdict")["message"]


def test_a_question_that_means_nothing_is_no_fault_of_the_students() -> None:
    row = graded("x", expr="x.T@")
    assert (row["verdict"], row["score"]) == ("undecided", None)
    assert row["message"].startswith("the question: ")


def test_statistics_count_by_question() -> None:
    statistics = Statistics()
    for question, answer in (("a", "(A + A.T)@x"), ("a", "A@x"), ("a", "A@x"), ("b", "-(A + A.T)@x")):
        statistics.count(graded(answer, question=question))
    first, second = statistics.questions["a"], statistics.questions["b"]
    assert (first.number, first.right, first.score, first.points) == (3, 1, 4, 12)
    assert first.diagnoses.most_common() == [("missed-occurrence", 2)]
    assert second.summary()["diagnoses"] == [{"diagnosis": "sign", "count": 1}]
    assert (statistics.total.number, statistics.total.right) == (4, 1)


def test_statistics_do_not_grow_with_the_questions() -> None:
    statistics = Statistics()
    row = graded("A@x")
    for k in range(3000):
        statistics.count({**row, "question": f"q{k}"})
    assert len(statistics.questions) == 1001
    assert statistics.total.number == 3000
