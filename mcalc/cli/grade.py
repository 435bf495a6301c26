"""`mcalc grade`: many answers, and a report on them."""

from __future__ import annotations

import os
import sys
from codecs import lookup
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mcalc.checking import FEEDBACK
from mcalc.checking.reports import FORMATS, report
from mcalc.cli.command import choice, command
from mcalc.cli.expressions import lines
from mcalc.cli.output import file_for, on_terminal, remark
from mcalc.errors import Problem
from mcalc.limits import seconds
from mcalc.phrase import say
from mcalc.translation import localized, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.cluster import Cluster
    from mcalc.checking.grade import Grader, Row
    from mcalc.checking.pool import Pool

INPUTS = ("csv", "tsv", "jsonl")


@command(
    examples=[
        ("answers, each with its question", "mcalc grade answers.csv"),
        ("questions once, and many answers", "mcalc grade answers.jsonl --key questions.csv --to html --out all.html"),
        ("for continuous integration", "mcalc grade answers.csv --to junit --out report.xml"),
        ("by the workers of a Dask scheduler", "mcalc grade answers.csv --scheduler tcp://10.0.0.1:8786"),
    ],
    within=2,
)
@click.argument("file", required=False, type=click.Path(), help="The answers: CSV, TSV or JSON Lines; - is stdin.")
@click.option("--key", type=click.Path(), metavar="FILE", help="The questions by their id, for answers that name them.")
@choice("--from", INPUTS, metavar="FORMAT", help="What the file is, where its name does not tell")
@choice("--to", tuple(FORMATS), metavar="FORMAT", help="The report; a table on a terminal, else jsonl")
@click.option("--out", type=click.Path(), metavar="FILE", help="Write the report to a file, once it is complete.")
@choice("--feedback", FEEDBACK, metavar="HOW", default="full", show_default=True, help="How much to tell")
@click.option("--strict-layout", is_flag=True, help="Another layout is wrong.")
@click.option("--processes", type=int, metavar="N", help="How many at once; as many as there are processors.")
@click.option("--scheduler", metavar="ADDRESS", help="Grade by the workers of this Dask scheduler (mcalc[dask]).")
@click.option("--encoding", metavar="NAME", default="utf-8", show_default=True, help="Of the files, such as gbk.")
@click.option(
    "--csv-safe/--no-csv-safe",
    default=True,
    help="Put an apostrophe before what a spreadsheet would take for a formula, such as -A.T@x, or do not.",
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="The seed of the points.")
def grade(
    file: str | None,
    key: str | None,
    to: str | None,
    out: str | None,
    feedback: str,
    strict_layout: bool,
    processes: int | None,
    scheduler: str | None,
    encoding: str,
    csv_safe: bool,
    seed: int,
    **given: str | None,
) -> int:
    """Check many answers, and report on each and on every question.

    A row has an answer, and expr and wrt or the id of a question of the key; it may have id, student, var
    (declarations between semicolons), order, layout, form and points. Rows come out in the order in which they go in.
    An answer that takes too long is undecided, and costs nobody else anything.

    The exit status is 1 where an answer is not right, unless the report goes to a file.
    """
    from mcalc.checking.grade import Grader, Statistics
    from mcalc.checking.submissions import key_of, submissions

    if processes is not None and processes < 1:
        raise Problem("E017", "--processes is more than 0")
    if processes and scheduler:
        raise Problem("E008", "--processes and --scheduler were given: one is enough")
    _check_encoding(encoding)
    if key == "-" and file in (None, "-"):
        raise Problem("E008", "only one thing can come from standard input")
    questions = key_of(lines(key), _format(key, None), encoding) if key else None
    read = Read(file, encoding)
    rows_in = submissions(read, _format(file, given["from"]), questions, encoding)
    statistics = Statistics()
    title = os.path.basename(file) if file and file != "-" else "answers"  # noqa: PTH119 (as in expressions)
    form = to or ("table" if on_terminal() and not out else "jsonl")
    grader = Grader(feedback, strict_layout, seed, seconds())
    with _destination(out) as write, _graders(grader, processes, scheduler) as graders:
        page = report(form, write, title, csv_safe)
        page.begin()
        rows = graders.rows(rows_in)
        for row in _watched(rows, read) if _elsewhere(out) else rows:
            statistics.count(row)
            page.row(localized(row))
        page.end(statistics)
    if read.strange:
        told = say("note: {count} lines are not UTF-8; --encoding gbk, for one, reads them", count=read.strange)
        remark(spoken(told))
    return int(not out and statistics.total.right < statistics.total.number)


def _graders(grader: Grader, processes: int | None, scheduler: str | None) -> Pool | Cluster:
    """The processes that grade: of this machine, or of a scheduler."""
    if scheduler:
        from mcalc.checking.cluster import Cluster

        return Cluster(grader, scheduler)
    from mcalc.checking.pool import Pool

    return Pool(grader, processes or _processors())


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_encoding(name: str) -> None:
    try:
        lookup(name)
    except LookupError:
        raise Problem("E005", "no such encoding: {name}", hint="such as utf-8, gbk or latin-1", name=name) from None


@contextmanager
def _destination(out: str | None) -> Iterator[Callable[[str], object]]:
    """Where the report goes."""
    if out is None or out == "-":
        yield sys.stdout.write
        sys.stdout.flush()
        return
    with file_for(out, "w", encoding="utf-8", newline="") as file:
        yield file.write


def _format(path: str | None, given: str | None) -> str:
    """What a file holds, by what was said or by its name."""
    if given:
        return given
    ending = (path or "").rpartition(".")[2].lower()
    if ending in ("json", "ndjson"):
        return "jsonl"
    if ending in INPUTS:
        return ending
    raise Problem(
        "E018",
        "is {path} CSV, TSV or JSON Lines?",
        hint="--from {choices} says which",
        path=path or "-",
        choices="|".join(INPUTS),
    )


class Read:
    """The lines of a file, and the share of it that has been read, where its length is known."""

    def __init__(self, path: str | None, encoding: str) -> None:
        self.path, self.done = path, 0
        self.strict = lookup(encoding).name == "utf-8"
        self.strange = 0  #: the lines that are not in the encoding that they should be in
        self.length = os.path.getsize(path) if path and os.path.isfile(path) else 0  # noqa: PTH113, PTH202

    def __iter__(self) -> Iterator[bytes]:
        for line in lines(self.path):
            self.done += len(line)
            self.strange += self.strict and not _is_utf8(line)
            yield line


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _elsewhere(out: str | None) -> bool:
    """Whether the report goes into a file, so that a bar disturbs nobody who reads it."""
    if out and out != "-":
        return True
    try:
        return os.path.isfile(f"/dev/fd/{sys.stdout.fileno()}")  # noqa: PTH113
    except OSError:
        return False


def _watched(rows: Iterator[Row], read: Read) -> Iterator[Row]:
    """The rows, with a bar on a terminal while they go elsewhere."""
    if not sys.stderr.isatty():
        return rows
    from mcalc.cli.progress import watched

    return watched(rows, lambda: read.done, read.length)
