"""Reports for programs: CSV for spreadsheets, and JSON Lines."""

from __future__ import annotations

import csv
import io
import json

from mcalc.checking.grade import Row, Statistics
from mcalc.checking.reports.report import Report, number, printable

COLUMNS = ("id", "student", "question", "answer", "verdict", "score", "points", "method", "diagnosis", "message")

#: A cell that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Csv(Report):
    """A table for spreadsheets. What would be taken for a formula, such as `-A.T@x`, stands after an apostrophe.

    Where that is not wanted, the texts are what was submitted.
    """

    def begin(self) -> None:
        """Write the names of the columns."""
        self._line(COLUMNS)

    def row(self, row: Row) -> None:
        """Write one row."""
        values = {**row, "diagnosis": " ".join(row["diagnosis"]), "verdict": row["verdict"] or ""}
        scores = {name: number(row[name]) for name in ("score", "points")}
        shown = guarded if self.csv_safe else str
        self._line([scores[name] if name in scores else shown(str(values[name] or "")) for name in COLUMNS])

    def _line(self, cells: list[str] | tuple[str, ...]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        self.write(text.getvalue())


def guarded(cell: str) -> str:
    """The cell on one line, and never a formula."""
    cell = printable(cell)
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell


class JsonLines(Report):
    """An object for each row, and a last one with the statistics."""

    def row(self, row: Row) -> None:
        """Write one row."""
        self.write(json.dumps(row) + "\n")

    def end(self, statistics: Statistics) -> None:
        """Write the statistics."""
        questions = {name: tally.summary() for name, tally in statistics.questions.items()}
        self.write(json.dumps({"summary": statistics.total.summary(), "questions": questions}) + "\n")


REPORTS = {"csv": Csv, "jsonl": JsonLines}
