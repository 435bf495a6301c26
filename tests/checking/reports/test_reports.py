"""Every report is what its readers take it for, and nobody's text is anything else than text in it."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from junitparser import Failure, JUnitXml, Skipped

from mcalc.checking.grade import Grader, Row, Statistics
from mcalc.checking.reports import FORMATS, report
from mcalc.checking.submissions import Submission
from tests import needed

#: Texts that mean something to somebody who reads a report.
HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "\u202eevil\u2066",
    "\u200b\u2028\u2029\ufeff",
    "[bold red]x[/] :smile:",
    "\\input{/etc/passwd} \\write18{ls} $x$",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "\t=1+1",
    "＝1+1",
    "| a | b |\n|---|---|\n[x](javascript:alert(1)) ![](http://x/y) `code`",
    'quo"te, comma; semi\nline\r\nline',
    "\0nul",
    "\ud800",
    "x" * 5000,
]


def row(**fields: Any) -> Row:
    given = {"id": "1", "student": "Ann", "question": "q1", "expr": "x.T@A@x", "wrt": "x", "points": "2", **fields}
    return Grader()(Submission(2, given))


ROWS = [
    row(answer="(A + A.T)@x"),
    row(answer="x.T@(A + A.T)", id="2", student="Bob"),
    row(answer="3*(A + A.T)@x", id="3", student="李明"),
    row(answer="A@x", id="4", student="Eve"),
    row(answer="B@x", id="5", question="q2"),
    row(answer="log(-norm(x))*x", id="6", question="q2"),
]
NASTY = [row(answer=text, student=text, id=text, question=text) for text in HOSTILE]


def written(form: str, rows: list[Row], csv_safe: bool = True, title: str = "answers.csv") -> str:
    parts: list[str] = []
    page, statistics = report(form, parts.append, title, csv_safe), Statistics()
    page.begin()
    for one in rows:
        statistics.count(one)
        page.row(one)
    page.end(statistics)
    return "".join(parts)


# ---------------------------------------------------------------- nothing is anything else than text


def shows_nothing_but_text(text: str) -> bool:
    return all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_commands_a_terminal_or_breaks_its_row(form: str, hostile: str) -> None:
    one = row(answer=hostile, student=hostile, id=hostile, question=hostile)
    text = written(form, [ROWS[0], one, ROWS[3]], title=hostile)
    assert shows_nothing_but_text(text)
    text.encode()  # to a file
    harmless = written(form, [ROWS[0], {**ROWS[4], "diagnosis": one["diagnosis"]}, ROWS[3]], title="x")
    assert text.count("\n") == harmless.count("\n")


# ---------------------------------------------------------------- CSV


def test_csv_is_read_by_a_spreadsheet() -> None:
    read = list(csv.DictReader(io.StringIO(written("csv", ROWS))))
    assert [r["verdict"] for r in read] == [r["verdict"] for r in ROWS]
    assert [r["score"] for r in read] == ["2", "2", "1", "0", "0", ""]
    assert read[2]["student"] == "李明"
    assert read[3]["diagnosis"].split()[0] == "missed-occurrence"


def test_no_cell_is_a_formula() -> None:
    for cells in csv.reader(io.StringIO(written("csv", NASTY))):
        assert not any(cell.lstrip(" '\t")[:1] in "=+-@＝＋－＠" and cell[:1] != "'" for cell in cells if cell.strip())
        assert not any(cell[:1] in "=+-@\t\r＝＋－＠" for cell in cells if cell)


def test_formulas_stand_as_they_are_where_that_is_asked_for() -> None:
    minus = row(answer="-2*x")
    assert "'-2*x" in written("csv", [minus])
    (read,) = csv.DictReader(io.StringIO(written("csv", [minus], csv_safe=False)))
    assert read["answer"] == "-2*x"


# ---------------------------------------------------------------- JSON Lines


def test_json_lines_hold_what_was_submitted() -> None:
    *read, last = map(json.loads, written("jsonl", [*ROWS, *NASTY]).splitlines())
    assert read == [*ROWS, *NASTY]
    assert last["summary"]["submissions"] == len(read)
    assert last["questions"]["q1"]["verdicts"] == {"correct": 1, "correct-up-to-layout": 1, "partial": 1, "wrong": 1}
    assert last["questions"]["q1"]["diagnoses"][0] == {"diagnosis": "layout", "count": 1}


# ---------------------------------------------------------------- HTML


class Page(HTMLParser):
    """The tags, and the text in each cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip("\n")


def test_html_holds_the_tags_that_mcalc_writes_and_no_other() -> None:
    harmless, nasty = Page(written("html", ROWS)), Page(written("html", NASTY, title=HOSTILE[5]))
    assert nasty.tags == harmless.tags
    assert nasty.attributes == harmless.attributes
    assert "script" not in nasty.tags
    shown = [cells for cells in nasty.rows if len(cells) == 7][1:]
    assert [cells[3] for cells in shown][5] == HOSTILE[5]


def test_html_tells_of_every_question() -> None:
    page = Page(written("html", ROWS))
    assert ["q1", "4", "2", "5/8", "layout (1), factor (1), missed-occurrence (1)"] in page.rows


# ---------------------------------------------------------------- JUnit


def test_junit_is_read_by_a_reader_of_junit() -> None:
    read = JUnitXml.fromstring(written("junit", [*ROWS, *NASTY]).encode())
    cases = [case for suite in read for case in suite]
    undecided = sum(one["verdict"] == "undecided" for one in NASTY)  # what can be read in two ways is no mistake
    assert (read.tests, read.failures, read.skipped) == (24, 3 + len(NASTY) - undecided, 1 + undecided)
    assert [case.classname for case in cases[:6]] == ["q1", "q1", "q1", "q1", "q2", "q2"]
    assert [case.name for case in cases[:2]] == ["Ann: q1", "Bob: q1"]
    outcomes = [type(case.result[0]) if case.result else None for case in cases[:6]]
    assert outcomes == [None, None, Failure, Failure, Failure, Skipped]
    assert "x occurs 2 times" in cases[3].result[0].message


# ---------------------------------------------------------------- Gradescope

#: https://gradescope-autograders.readthedocs.io/en/latest/specs/: the fields, and what they may be.
RESULTS = {
    "score": (int, float), "execution_time": (int, float), "output": str, "output_format": str, "visibility": str,
    "stdout_visibility": str, "extra_data": dict, "tests": list, "leaderboard": list, "test_output_format": str,
    "test_name_format": str,
}  # fmt: skip
TEST = {
    "score": (int, float), "max_score": (int, float), "status": str, "name": str, "name_format": str, "number": str,
    "output": str, "output_format": str, "tags": list, "visibility": str, "extra_data": dict,
}  # fmt: skip
FORMATS_OF_TEXT = {"text", "html", "simple_format", "md", "ansi"}


def fits(found: dict[str, Any], fields: dict[str, Any]) -> bool:
    return all(name in fields and isinstance(value, fields[name]) for name, value in found.items())


def test_gradescope_takes_it() -> None:
    results = json.loads(written("gradescope", [*ROWS, *NASTY]))
    assert fits(results, RESULTS)
    assert results["output_format"] in FORMATS_OF_TEXT
    assert results["score"] == sum(one["score"] or 0 for one in ROWS)
    for test in results["tests"]:
        assert fits(test, TEST)
        assert test["output_format"] == "text"
        assert test.get("status", "passed") in ("passed", "failed")
        assert all(isinstance(tag, str) for tag in test["tags"])
        assert test.get("score", 0) <= test.get("max_score", 0)
    assert [test.get("status") for test in results["tests"][:6]] == ["passed"] * 2 + ["failed"] * 3 + [None]


def test_gradescope_is_told_nothing_where_nothing_is_to_be_told() -> None:
    silent = Grader("none")(Submission(2, {"id": "1", "expr": "x.T@x", "wrt": "x", "answer": "2*x"}))
    results = json.loads(written("gradescope", [silent]))
    (test,) = results["tests"]
    assert "score" not in test
    assert test["output"] == "received"
    assert results["score"] == 0


# ---------------------------------------------------------------- check50

#: https://cs50.github.io/check50/json_specification.html
RESULT = {
    "name": str, "description": str, "passed": (bool, type(None)), "log": list, "cause": (dict, type(None)),
    "data": dict, "dependency": (str, type(None)),
}  # fmt: skip


def test_check50_is_as_it_is_specified() -> None:
    found = json.loads(written("check50", [*ROWS, *NASTY]))
    assert found.keys() == {"slug", "results", "version"}
    names = [result["name"] for result in found["results"]]
    assert len(set(names)) == len(names)
    for result in found["results"]:
        assert result.keys() == RESULT.keys()
        assert fits(result, RESULT)
        assert (result["cause"] is None) == (result["passed"] is True)
    assert [result["passed"] for result in found["results"][:6]] == [True, True, False, False, False, None]


def test_check50_reads_it() -> None:
    needed.library("check50")
    from check50.renderer import to_ansi
    from check50.runner import CheckResult

    found = json.loads(written("check50", ROWS))
    assert all(CheckResult.from_dict(result).description for result in found["results"])
    shown = to_ansi(**found)
    assert ":) Ann: q1" in shown
    assert "x occurs 2 times" in shown


# ---------------------------------------------------------------- for people


def test_the_table_stands_in_columns_whatever_the_names_are() -> None:
    from mcalc.errors import columns

    head, *lines = written("table", ROWS).splitlines()[:7]
    start = head.index("verdict")
    for line, one in zip(lines, ROWS, strict=True):
        place = line.index(f" {one['verdict']}") + 1
        assert columns(line[:place]) == start


def test_the_table_ends_with_what_each_question_came_to() -> None:
    lines = written("table", ROWS).splitlines()
    assert lines[-3].split("  ", 1)[1].strip() == (
        "2 of 4 right, 5 of 8 points; layout 1, factor 1, missed-occurrence 1"
    )
    assert lines[-1].startswith("all")


def test_markdown_is_a_table_in_which_nothing_else_means_anything() -> None:
    text = written("markdown", NASTY)
    rows = [line for line in text.splitlines() if line.startswith("| ")][1 : len(NASTY) + 1]
    for line in rows:
        cells = line.replace("\\|", "").split("|")
        assert len(cells) == 8
        outside = line.replace("\\\\", "").split("`")[::2]  # what stands in no code
        assert not any(c in part.replace(f"\\{c}", "") for part in outside for c in "<[*_$")
