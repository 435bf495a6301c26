"""A report in the XML that continuous integration reads: a test case for each submission."""

from __future__ import annotations

from tempfile import TemporaryFile
from xml.sax.saxutils import quoteattr

from mcalc.checking.grade import Row, Statistics
from mcalc.checking.reports.report import Report, Write, name_of, passed, printable, told


class JUnit(Report):
    """A test suite. Its counts stand at the head, so the cases go to a temporary file first."""

    def __init__(self, write: Write, title: str, csv_safe: bool = True) -> None:
        super().__init__(write, title, csv_safe)
        self.cases = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (it is closed with the report)
        self.failures = 0

    def row(self, row: Row) -> None:
        """Write one row."""
        head = f"<testcase classname={_quoted(row['question'])} name={_quoted(name_of(row))}"
        right = passed(row)
        if right:
            self.cases.write(f"  {head}/>\n")
        elif right is None:
            self.cases.write(f"  {head}><skipped message={_quoted(told(row))}/></testcase>\n")
        else:
            self.failures += 1
            kind = " ".join(row["diagnosis"]) or row["verdict"]
            self.cases.write(f"  {head}><failure message={_quoted(told(row))} type={_quoted(kind)}/></testcase>\n")

    def end(self, statistics: Statistics) -> None:
        """Write the head with the counts, and then the cases."""
        verdicts = statistics.total.verdicts
        skipped = verdicts["undecided"] + verdicts["received"]
        counts = f'tests="{statistics.total.number}" failures="{self.failures}" errors="0" skipped="{skipped}"'
        self.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {counts}>\n')
        self.write(f" <testsuite name={_quoted(self.title)} {counts}>\n")
        self.cases.seek(0)
        while chunk := self.cases.read(1 << 16):
            self.write(chunk)
        self.cases.close()
        self.write(" </testsuite>\n</testsuites>\n")


def _quoted(text: str) -> str:
    return quoteattr(printable(text))


REPORTS = {"junit": JUnit}
