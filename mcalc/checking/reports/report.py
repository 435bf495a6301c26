"""What every report has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from mcalc.checking.grade import Row, Statistics
from mcalc.translation import tell

Write = Callable[[str], object]


class Report(ABC):
    """A report that is written while rows come in. It holds no more of them than the one at hand."""

    def __init__(self, write: Write, title: str, csv_safe: bool = True) -> None:
        self.write, self.title, self.csv_safe = write, title, csv_safe

    def begin(self) -> None:  # noqa: B027 (many reports have no head)
        """Write what stands before the rows."""

    @abstractmethod
    def row(self, row: Row) -> None:
        """Write one row."""

    def end(self, statistics: Statistics) -> None:  # noqa: B027 (nor a foot)
        """Write what stands after the rows."""


def name_of(row: Row) -> str:
    """What to call a row: the student and the question."""
    named = [part for part in (row["student"], row["question"]) if part]
    return ": ".join(named) or row["id"]


def passed(row: Row) -> bool | None:
    """Whether the answer is right; None where that stays open, or is not to be told."""
    return None if row["verdict"] in (None, "undecided") else bool(row["score"]) and row["score"] == row["points"]


def verdict_of(row: Row) -> str:
    """The verdict, and the diagnoses."""
    return tell(": ").join(part for part in (tell(row["verdict"] or "received"), ", ".join(row["diagnosis"])) if part)


def told(row: Row) -> str:
    """The verdict, the diagnoses and the message on one line."""
    return tell(": ").join(part for part in (verdict_of(row), " ".join(row["message"].split())) if part)


def printable(text: str) -> str:
    """The text with every control and formatting character replaced by one that can be seen."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def number(value: float | None) -> str:
    """A score as people write it."""
    return "" if value is None else f"{value:g}"
