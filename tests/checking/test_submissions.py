"""Reading submissions: whatever one row holds, the others come out as they went in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcalc.checking.submissions import MOST_LETTERS, Submission, key_of, rows, submissions
from mcalc.errors import Problem

HEAD = "id,student,expr,wrt,answer"


def read(text: str | bytes, form: str = "csv", encoding: str = "utf-8") -> list[Submission]:
    data = text.encode(encoding) if isinstance(text, str) else text
    return list(submissions(data.splitlines(keepends=True), form, None, encoding))


def test_a_row_is_a_submission() -> None:
    (one,) = read(
        "id,student,expr,wrt,answer,var,fun,order,layout,form,points\n7,Ann,x.T@x,x,2*x,x[n]; y[m],,1,mixed,,2.5\n"
    )
    assert (one.line, one.id, one.student, one.expr, one.wrt, one.answer) == (2, "7", "Ann", "x.T@x", "x", "2*x")
    assert (one.var, one.fun, one.order, one.layout, one.points, one.fault) == (
        ("x[n]", "y[m]"),
        (),
        1,
        "mixed",
        2.5,
        "",
    )


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_every_format_says_the_same(form: str) -> None:
    fields = {"id": "1", "student": 'A "B", C', "expr": "x.T@x", "wrt": "x", "answer": "2*x"}
    quoted = ['"' + value.replace('"', '""') + '"' for value in fields.values()]
    text = {
        "csv": ",".join(fields) + "\n" + ",".join(quoted) + "\n",
        "tsv": "\t".join(fields) + "\n" + "\t".join(quoted) + "\n",
        "jsonl": json.dumps(fields) + "\n",
    }[form]
    (one,) = read(text, form)
    assert (one.student, one.expr, one.answer, one.fault) == ('A "B", C', "x.T@x", "2*x", "")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (f"\ufeff{HEAD}\n1,李明,x.T@x,x,2*x\n".encode(), "utf-8"),
        (f"{HEAD}\r\n1,李明,x.T@x,x,2*x\r\n".encode(), "utf-8"),
        (f"{HEAD}\n1,李明,x.T@x,x,2*x".encode(), "utf-8"),
        (f"{HEAD}\n1,李明,x.T@x,x,2*x\n".encode("gbk"), "gbk"),
        (f"{HEAD}\n1,李明,x.T@x,x,2*x\n".encode("utf-16"), "utf-8"),  # its mark tells
        (f"{HEAD}\n1,李明,x.T@x,x,2*x\n".replace(",", ";").encode(), "utf-8"),
        (f"{HEAD}\n1,李明,x.T@x,x,2*x\n".replace(",", "\t").encode(), "utf-8"),
        (f"{HEAD.upper()}\n1,李明,x.T@x,x,2*x\n".encode(), "utf-8"),
    ],
)
def test_what_spreadsheets_write_is_read(data: bytes, encoding: str) -> None:
    (one,) = read(data, encoding=encoding)
    assert (one.student, one.expr, one.wrt, one.answer, one.fault) == ("李明", "x.T@x", "x", "2*x", "")


def test_a_cell_may_hold_lines_and_quotes() -> None:
    one, two = read(f'{HEAD}\n1,Ann,x.T@x,x,"r = x;\r\n2*r ""q"""\n2,Bob,x.T@x,x,x\n')
    assert one.answer == 'r = x;\r\n2*r "q"'
    assert (one.line, two.line, two.answer) == (3, 4, "x")


@pytest.mark.parametrize(
    "bad",
    [
        b'2,Eve,x.T@x,x,"x',  # never closed
        b'2,"Eve,x.T@x,x,x',
        b'2,Eve,x.T@x,x,"x" + "y"',
        b'2,Eve,x.T@x,x,x"',
        b"2,Eve,x.T@x,x,x,one,too,many",
        b"2,Eve",
        b"2,\xff\xfe,x.T@x,x,\xff",
        b"2,Eve,x.T@x,x,\0\0",
        b"2,Eve,x.T@x,x," + b"x" * (MOST_LETTERS + 10),
        b'2,Eve,x.T@x,x,"' + b"x\n" * 2000,
        b"",
        b"\r",
    ],
    ids=range(12),
)
def test_no_row_breaks_another(bad: bytes) -> None:
    good = [b"%d,S%d,x.T@x,x,2*x" % (k, k) for k in (1, 3, 4)]
    found = read(b"\n".join([HEAD.encode(), good[0], bad, *good[1:]]) + b"\n")
    whole = [(s.id, s.student, s.answer) for s in found if not s.fault and s.student.startswith("S")]
    assert whole == [("1", "S1", "2*x"), ("3", "S3", "2*x"), ("4", "S4", "2*x")]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not a line of JSON"),
        ("[1]", "a submission is a JSON object"),
        ("[" * 100_000, "not a line of JSON"),
        ('{"answer": "x"}', "the row has no expr and wrt"),
        ('{"expr": "x", "wrt": "x", "answer": ["x"]}', "answer is to be a text"),
        ('{"expr": "x", "wrt": "x", "answer": {"x": 1}}', "answer is to be a text"),
        ('{"expr": "x", "wrt": "x", "answer": "x", "points": -1}', "points are a number from 0 up"),
        ('{"expr": "x", "wrt": "x", "answer": "x", "points": "nan"}', "points are a number from 0 up"),
        ('{"expr": "x", "wrt": "x", "answer": "x", "order": "two"}', "invalid literal"),
        ('{"expr": "x", "wrt": "x", "answer": "x", "order": ' + "9" * 5000 + "}", "not a line of JSON"),
        ('{"expr": "x", "wrt": "x", "answer": "' + "x" * (MOST_LETTERS + 10) + '"}', "the line is too long"),
    ],
)
def test_a_bad_line_of_json_is_a_fault(line: str, fault: str) -> None:
    good = '{"id": 2, "expr": "x", "wrt": "x", "answer": "1"}'
    bad, two = read(f"{line}\n{good}\n", "jsonl")
    assert fault in bad.fault
    assert (two.id, two.fault) == ("2", "")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")), min_size=1, max_size=4))
def test_what_csv_writes_is_what_is_read(cells: list[str]) -> None:
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["answer", *"abc"][: len(cells)], cells, ["last"]])
    found = [list(fields.values()) for _, fields, _ in rows(_lines(text.getvalue()), "csv", "utf-8", "answer")]
    assert found[-1] == ["last"]
    if any(cell.strip() for cell in cells):
        assert found[0] == cells


def _lines(text: str) -> list[bytes]:
    return [line + b"\n" for line in text.encode().split(b"\n")[:-1]]


@given(st.binary(max_size=300), st.sampled_from(["csv", "tsv", "jsonl"]))
def test_no_bytes_stop_the_reading(data: bytes, form: str) -> None:
    head = b"" if form == "jsonl" else b"id,answer\n".replace(b",", b"\t" if form == "tsv" else b",")
    for one in read(head + data, form):
        assert isinstance(one.answer, str)


def test_a_submission_goes_to_another_process_and_back() -> None:
    (one,) = read(f"{HEAD}\n1,Ann,x.T@x,x,2*x\n")
    other = Submission.restored(json.loads(json.dumps(one.reply())))
    assert [getattr(one, name) for name in Submission.__slots__ if name != "given"] == [
        getattr(other, name) for name in Submission.__slots__ if name != "given"
    ]


# ---------------------------------------------------------------- keys


def test_questions_come_from_the_key() -> None:
    key = key_of([b"id,expr,wrt,points\n", b"q1,x.T@x,x,3\n"], "csv")
    one, two, own = submissions(
        [b"id,question,answer,expr,wrt\n", b"1,q1,2*x,,\n", b"2,q9,x,,\n", b"3,q8,x,y.T@y,y\n"], "csv", key
    )
    assert (one.expr, one.wrt, one.points, one.question, one.id) == ("x.T@x", "x", 3.0, "q1", "1")
    assert "the key has no question 'q9'" in two.fault
    assert (own.expr, own.fault) == ("y.T@y", "")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["id,wrt", "1,x"], "has no column expr"),
        (["expr,wrt", "x.T@x,x"], "it has no id"),
        (["id,expr,wrt", "1,x.T@x,"], "line 2: the row has no expr and wrt"),
        (["id,expr,wrt", "1,x.T@x,x", "1,x,x"], "line 3: the question 1 stands there twice"),
        (["id,expr,wrt,points", "1,x.T@x,x,-2"], "points are a number from 0 up"),
    ],
)
def test_a_key_that_means_nothing_is_a_problem(lines: list[str], told: str) -> None:
    with pytest.raises(Problem, match=told):
        key_of([line.encode() + b"\n" for line in lines], "csv")


def test_rows_without_a_column_of_answers_are_a_problem() -> None:
    with pytest.raises(Problem, match="the head has no column answer: it has id, expr, wrt"):
        read("id,expr,wrt\n1,x.T@x,x\n")
