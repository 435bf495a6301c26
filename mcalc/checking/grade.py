"""Grading: the verdict on one submission as a row of plain data, and what all of them come to."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from mcalc.checking.question import Verdict, question_for
from mcalc.checking.submissions import Submission
from mcalc.errors import Problem
from mcalc.limits import allow, changed
from mcalc.phrase import say

#: The share of the points that a verdict earns; one that stays undecided is for a person to see.
EARNED = {"correct": 1.0, "correct-up-to-layout": 1.0, "partial": 0.5, "wrong": 0.0, "invalid": 0.0}

Row = dict[str, Any]


class Grader:
    """What turns a submission into a row. It holds plain data only, so that it can be sent to other processes."""

    def __init__(self, feedback: str = "full", strict_layout: bool = False, seed: int = 0, within: float = 2.0) -> None:
        self.feedback, self.strict_layout, self.seed, self.within = feedback, strict_layout, seed, within
        self.limits = dict(changed())

    @property
    def settings(self) -> dict[str, Any]:
        """What it was made of, as plain data."""
        return dict(vars(self))

    @classmethod
    def restored(cls, settings: dict[str, Any]) -> Grader:
        """The grader in another process, which takes over the limits as well."""
        for name, number in settings.pop("limits").items():
            allow(name, number)
        return cls(**settings)

    def __call__(self, submission: Submission) -> Row:
        """The row of the report. Whatever is wrong with the submission is told in it."""
        try:
            return self.row(submission, self.verdict(submission))
        except Problem as problem:
            told = say("the question: {message}", message=problem.message)  # no fault of the student's
            return self.row(submission, Verdict("undecided", told=told, problem=problem))
        except (RecursionError, MemoryError):
            return self.undecided(submission, say("the answer is too large or too deep"))
        except Exception as fault:
            return self.undecided(submission, say("mcalc failed on this: {name}", name=type(fault).__name__))

    def verdict(self, submission: Submission) -> Verdict:
        """The verdict. Raises a `Problem` where the question means nothing."""
        if submission.fault:
            return Verdict("invalid", told=submission.fault)
        s = submission
        asked = (s.expr, s.wrt, s.var, s.order, s.layout, self.seed, s.fun)
        return verdict_on(s.answer, asked, s.form, self.feedback in ("type", "full"))

    def undecided(self, submission: Submission, told: str) -> Row:
        """The row of a submission that came to no verdict."""
        return self.row(submission, Verdict("undecided", told=told))

    def row(self, submission: Submission, verdict: Verdict) -> Row:
        """The row: what was submitted, what it earns, and as much of the verdict as feedback allows."""
        s = submission
        reply = verdict.reply(self.feedback)
        share = None if self.feedback == "none" else EARNED.get(verdict.verdict)
        if self.strict_layout and verdict.verdict == "correct-up-to-layout":
            share = 0.0
        message = reply["message"]
        if verdict.verdict in ("invalid", "undecided") and self.feedback != "none":
            message = verdict.message
        return {
            "line": s.line, "id": s.id, "student": s.student, "question": s.question, "answer": s.answer,
            "verdict": reply["verdict"], "score": None if share is None else round(share * s.points, 6),
            "points": s.points, "method": reply["method"], "diagnosis": reply["diagnosis"], "message": message,
        }  # fmt: skip


@lru_cache(maxsize=2048)
def verdict_on(answer: str, asked: tuple[Any, ...], form: str, explain: bool) -> Verdict:
    """The verdict on an answer, which many may give in the same words. Raises a `Problem`."""
    from mcalc.checking.form import tests_in

    return question_for(*asked).check(answer, tests_in(form) if form else [], explain, example=False)


class Statistics:
    """What a question's submissions come to. Its size does not grow with their number."""

    def __init__(self) -> None:
        self.questions: dict[str, Tally] = {}
        self.total = Tally()

    def count(self, row: Row) -> None:
        """Take one row in. Beyond a thousand questions all further ones are counted together."""
        name = row["question"] if len(self.questions) < 1000 or row["question"] in self.questions else "…"
        for tally in (self.questions.setdefault(name, Tally()), self.total):
            tally.count(row)


class Tally:
    """The verdicts, the points and the diagnoses of some submissions."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.diagnoses: Counter[str] = Counter()
        self.number, self.score, self.points = 0, 0.0, 0.0

    def count(self, row: Row) -> None:
        """Take one row in."""
        self.number += 1
        self.verdicts[row["verdict"] or "received"] += 1
        self.diagnoses.update(row["diagnosis"][:1])  # the likeliest cause of each
        if row["score"] is not None:
            self.score += row["score"]
            self.points += row["points"]

    @property
    def right(self) -> int:
        """How many were right."""
        return self.verdicts["correct"] + self.verdicts["correct-up-to-layout"]

    def summary(self) -> Row:
        """The same as plain data."""
        frequent = [{"diagnosis": code, "count": count} for code, count in self.diagnoses.most_common(5)]
        score = {"score": round(self.score, 6), "points": round(self.points, 6)}
        return {"submissions": self.number, "verdicts": dict(self.verdicts), **score, "diagnoses": frequent}
