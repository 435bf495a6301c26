"""`mcalc grade`: many answers, and a report on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

import click

from mcalc.checking import FEEDBACK
from mcalc.checking.reports import FORMATS, report
from mcalc.cli.command import choice, command
from mcalc.cli.expressions import lines
from mcalc.cli.output import on_terminal
from mcalc.errors import Problem
from mcalc.translation import localized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.grade import Grader, Row
    from mcalc.checking.submissions import Submission

INPUTS = ("csv", "tsv", "jsonl")


@command(
    examples=[
        ("answers, each with its question", "mcalc grade answers.csv"),
        ("questions once, and many answers", "mcalc grade answers.jsonl --key questions.csv --to html --out all.html"),
        ("for continuous integration", "mcalc grade answers.csv --to junit --out report.xml"),
    ]
)
@click.argument("file", required=False, type=click.Path(), help="The answers: CSV, TSV or JSON Lines; - is stdin.")
@click.option("--key", type=click.Path(), metavar="FILE", help="The questions by their id, for answers that name them.")
@choice("--from", INPUTS, metavar="FORMAT", help="What the file is, where its name does not tell")
@choice("--to", tuple(FORMATS), metavar="FORMAT", help="The report; a table on a terminal, else jsonl")
@click.option("--out", type=click.Path(), metavar="FILE", help="Write the report to a file, once it is complete.")
@choice("--feedback", FEEDBACK, metavar="HOW", default="full", show_default=True, help="How much to tell")
@click.option("--strict-layout", is_flag=True, help="Another layout is wrong.")
@click.option("--processes", type=int, metavar="N", help="How many at once; as many as there are processors.")
@click.option("--within", type=float, metavar="SECONDS", default=2.0, show_default=True, help="The time for an answer.")
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="The seed of the points.")
def grade(
    file: str | None,
    key: str | None,
    to: str | None,
    out: str | None,
    feedback: str,
    strict_layout: bool,
    processes: int | None,
    within: float,
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

    if within <= 0 or (processes is not None and processes < 1):
        raise Problem("E017", "--within and --processes are more than 0")
    if key == "-" and file in (None, "-"):
        raise Problem("E008", "only one thing can come from standard input")
    questions = key_of(lines(key), _format(key, None)) if key else None
    read = Read(file)
    rows_in = submissions(read, _format(file, given["from"]), questions)
    statistics = Statistics()
    title = os.path.basename(file) if file and file != "-" else "answers"  # noqa: PTH119 (as in expressions)
    form = to or ("table" if on_terminal() and not out else "jsonl")
    with _destination(out) as write, _graded(Grader(feedback, strict_layout, seed), rows_in, processes, within) as rows:
        page = report(form, write, title)
        page.begin()
        for row in _watched(rows, read) if out or not on_terminal() else rows:
            statistics.count(row)
            page.row(localized(row))
        page.end(statistics)
    return int(not out and statistics.total.right < statistics.total.number)


@contextmanager
def _graded(
    grader: Grader, submissions: Iterable[Submission], processes: int | None, within: float
) -> Iterator[Iterator[Row]]:
    """The rows, from several processes, which are gone in the end."""
    from mcalc.checking.pool import Pool

    with Pool(grader, processes or os.cpu_count() or 1, within) as pool:
        yield pool.rows(submissions)


@contextmanager
def _destination(out: str | None) -> Iterator[Callable[[str], object]]:
    """Where the report goes. A file gets its name when it is complete, so that nobody meets half a report."""
    if out is None or out == "-":
        yield sys.stdout.write
        sys.stdout.flush()
        return
    aside = f"{out}.{os.getpid()}.part"
    try:
        with open(aside, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            yield file.write
        os.replace(aside, out)  # noqa: PTH105
    except OSError as fault:
        raise Problem("E019", "cannot write {out}: {strerror}", out=out, strerror=fault.strerror or fault) from None
    finally:
        if os.path.exists(aside):  # noqa: PTH110
            os.remove(aside)  # noqa: PTH107


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

    def __init__(self, path: str | None) -> None:
        self.path, self.done = path, 0
        self.length = os.path.getsize(path) if path and os.path.isfile(path) else 0  # noqa: PTH113, PTH202

    def __iter__(self) -> Iterator[bytes]:
        for line in lines(self.path):
            self.done += len(line)
            yield line


def _watched(rows: Iterator[Row], read: Read) -> Iterator[Row]:
    """The rows, with a bar on a terminal while they go elsewhere."""
    if not sys.stderr.isatty():
        yield from rows
        return
    count, shown = 0, 0.0
    for row in rows:
        yield row
        count += 1
        if monotonic() - shown > 0.2:
            shown = monotonic()
            _show(count, read.done / read.length if read.length else None)
    _show(count, 1.0 if read.length else None)
    sys.stderr.write("\n")


def _show(count: int, share: float | None) -> None:
    bar = "" if share is None else f"[{'=' * int(30 * share):<30}] {share:4.0%}  "
    sys.stderr.write(f"\r{bar}{count} graded")
    sys.stderr.flush()
