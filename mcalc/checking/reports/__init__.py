"""Reports on graded submissions, each format a module: rows as they come, and in the end what they come to."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.reports.report import Report, Write

#: Each format with the module that has it; the report is the function of the format's name there.
FORMATS = {
    "table": "text",
    "markdown": "text",
    "csv": "data",
    "jsonl": "data",
    "html": "html",
    "junit": "junit",
    "gradescope": "gradescope",
    "check50": "check50",
}


def report(form: str, write: Write, title: str, csv_safe: bool = True) -> Report:
    """A report in this format, which is written piece by piece; `csv_safe` keeps formulas out of spreadsheets."""
    module = import_module(f"mcalc.checking.reports.{FORMATS[form]}")
    found: Report = module.REPORTS[form](write, title, csv_safe)
    return found
