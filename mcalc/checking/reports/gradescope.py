"""A report as Gradescope's `results.json`: a test for each submission, and the points of all.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json

from mcalc.checking.grade import Row, Statistics
from mcalc.checking.reports.report import Report, name_of, passed, printable, told
from mcalc.translation import tell


class Gradescope(Report):
    """One JSON object, whose tests are written as they come."""

    def begin(self) -> None:
        """Open the list of tests."""
        self.count = 0
        self.write('{"tests": [')

    def row(self, row: Row) -> None:
        """Write one test."""
        self.count += 1
        test: Row = {"name": printable(name_of(row)), "number": str(self.count), "output": printable(told(row))}
        test |= {"output_format": "text", "tags": [row["verdict"] or "received", *row["diagnosis"]]}
        right = passed(row)
        if right is not None:
            test |= {"score": row["score"], "max_score": row["points"], "status": "passed" if right else "failed"}
        self.write(("," if self.count > 1 else "") + "\n  " + json.dumps(test))

    def end(self, statistics: Statistics) -> None:
        """Close the list, and write the points."""
        right = tell("{right} of {number} right", right=statistics.total.right, number=statistics.total.number)
        output = f"{printable(self.title)}: {right}"
        rest: Row = {"score": statistics.total.score, "output": output, "output_format": "text"}
        rest |= {"extra_data": statistics.total.summary()}
        self.write("\n], " + json.dumps(rest)[1:] + "\n")


REPORTS = {"gradescope": Gradescope}
