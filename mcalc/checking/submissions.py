"""Submissions: rows of a CSV, TSV or JSON Lines file, read one at a time, each by itself.

A row has `answer`, and `expr` and `wrt` or the name of a question of the key; it may have `id`, `student`, `var`
(a list, or declarations separated by `;`), `order`, `layout`, `form` and `points`. A row that cannot be read is a
submission with a `fault`, so that it is reported in its place and stops nobody else's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from mcalc.errors import Problem
from mcalc.phrase import say

#: The fields of a question, which a row takes from the key where it names one.
ASKED = ("expr", "wrt", "var", "order", "layout", "form", "points")
FORMATS = ("csv", "tsv", "jsonl")
#: A cell, or a line of JSON, is no longer than this.
MOST_LETTERS = 1 << 20

Fields = dict[str, Any]


class Submission:
    """One answer with its question, or what is wrong with its row."""

    __slots__ = (
        "answer", "expr", "fault", "form", "id", "layout", "line", "order", "points", "question", "student", "var",
        "wrt",
    )  # fmt: skip

    def __init__(self, line: int, fields: Fields, fault: str = "") -> None:
        self.line, self.fault = line, fault
        self.id = _text(fields, "id") or str(line)
        self.student = _text(fields, "student")
        self.question = _text(fields, "question") or _text(fields, "id") or _text(fields, "expr")
        self.expr, self.wrt, self.answer = (_text(fields, name) for name in ("expr", "wrt", "answer"))
        self.form, self.layout = _text(fields, "form"), _text(fields, "layout") or "mixed"
        self.var: tuple[str, ...] = ()
        self.order, self.points = 1, 1.0
        try:
            self.var = _declarations(fields.get("var"))
            self.order = int(_text(fields, "order") or 1)
            self.points = _points(_text(fields, "points"))
        except ValueError as fault_:
            self.fault = self.fault or fault_.args[0]
        if not self.fault and not (self.expr and self.wrt):
            self.fault = say("the row has no expr and wrt, and names no question of the key")


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value).strip()


def _declarations(given: object) -> tuple[str, ...]:
    parts = given if isinstance(given, list) else str(given or "").split(";")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _points(text: str) -> float:
    value = float(text or 1)
    if not 0 <= value < 1e9:
        raise ValueError(say("points are a number from 0 up, and not {text}", text=text[:20]))
    return value


def submissions(lines: Iterable[bytes], form: str, key: dict[str, Fields] | None = None) -> Iterator[Submission]:
    """The submissions in these lines, in their order; their questions come from the key where it has them."""
    for number, fields, fault in rows(lines, form):
        name = _text(fields, "question") or _text(fields, "id")
        if key is not None:
            if name in key:
                asked = {field: value for field, value in key[name].items() if field in ASKED}
                fields = {**fields, **asked, "question": name}
            elif not (fields.get("expr") and fields.get("wrt")):
                fault = fault or say("the key has no question {name}", name=repr(name[:40]))
        yield Submission(number, fields, fault)


def key_of(lines: Iterable[bytes], form: str) -> dict[str, Fields]:
    """The questions of a key by their names. Raises a `Problem` of kind usage."""
    found: dict[str, Fields] = {}
    for number, fields, fault in rows(lines, form):
        name = _text(fields, "question") or _text(fields, "id")
        problem = fault or ("" if name else say("it has no id")) or Submission(number, fields).fault
        problem = problem or (say("the question {name} stands there twice", name=name) if name in found else "")
        if problem:
            raise Problem("E020", "the key, line {number}: {problem}", number=number, problem=problem)
        found[name] = fields
    return found


def rows(lines: Iterable[bytes], form: str) -> Iterator[tuple[int, Fields, str]]:
    """The fields of each row with the number of its line, and what is wrong with it, or ''."""
    if form == "jsonl":
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, *_object(line)
        return
    csv.field_size_limit(MOST_LETTERS)
    reader = csv.reader(_decoded(lines), delimiter="\t" if form == "tsv" else ",")
    head: list[str] | None = None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            yield reader.line_num, {}, say("the row cannot be read: {fault}", fault=fault)
            continue
        if cells is None:
            return
        if head is None:
            head = [cell.strip().lower() for cell in cells]
        elif any(cell.strip() for cell in cells):
            told = say("the row has {count} cells, and the head has {wanted}", count=len(cells), wanted=len(head))
            yield reader.line_num, dict(zip(head, cells, strict=False)), told if len(cells) > len(head) else ""


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """The lines as text; what is no UTF-8 is replaced, so that the cell it stands in is refused and no other."""
    for number, line in enumerate(lines):
        yield line.decode("utf-8-sig" if not number else "utf-8", errors="replace").replace("\0", "\ufffd")


def _object(line: bytes) -> tuple[Fields, str]:
    """The fields of a line of JSON, and what is wrong with it, or ''."""
    if len(line) > MOST_LETTERS:
        return {}, say("the line is too long")
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        return {}, say("not a line of JSON: {fault}", fault=str(fault)[:180])
    return (found, "") if isinstance(found, dict) else ({}, say("a submission is a JSON object"))
