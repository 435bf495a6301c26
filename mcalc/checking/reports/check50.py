"""A report as check50's JSON: a result for each submission, null where it stays open.

https://cs50.github.io/check50/json_specification.html
"""

from __future__ import annotations

import json

from mcalc import __version__
from mcalc.checking.grade import Row, Statistics
from mcalc.checking.reports.report import Report, name_of, passed, printable, verdict_of


class Check50(Report):
    """One JSON object, whose results are written as they come."""

    def begin(self) -> None:
        """Open the list of results."""
        self.count = 0
        self.write(json.dumps({"slug": printable(self.title)})[:-1] + ', "results": [')

    def row(self, row: Row) -> None:
        """Write one result."""
        self.count += 1
        right = passed(row)
        cause = None if right else {"rationale": verdict_of(row), "help": printable(row["message"]) or None}
        result: Row = {
            "name": f"answer{self.count}",
            "description": printable(name_of(row)),
            "passed": right,
            "log": [],
            "cause": cause,
            "data": {"score": row["score"], "points": row["points"], "diagnosis": row["diagnosis"]},
            "dependency": None,
        }
        self.write(("," if self.count > 1 else "") + "\n  " + json.dumps(result))

    def end(self, statistics: Statistics) -> None:
        """Close the list."""
        self.write("\n], " + json.dumps({"version": __version__})[1:] + "\n")


REPORTS = {"check50": Check50}
