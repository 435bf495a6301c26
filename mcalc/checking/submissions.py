"""Submissions: rows of a CSV, TSV or JSON Lines file, read one at a time, each by itself.

A row has `answer`, and `expr` and `wrt` or the name of a question of the key; it may have `id`, `student`, `var` and
`fun` (lists, or declarations separated by `;`), `order`, `layout`, `form` and `points`. A row that cannot be read is a
submission with a `fault`, so that it is reported in its place and stops nobody else's.
"""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from mcalc.errors import EXCERPT, Problem
from mcalc.phrase import packed, say, unpacked

#: The fields of a question, which a row takes from the key where it names one.
ASKED = ("expr", "wrt", "var", "fun", "order", "layout", "form", "points")
TEXTS = ("answer", "expr", "wrt", "form", "layout", "order", "points")
FORMATS = ("csv", "tsv", "jsonl")
DELIMITERS = {"csv": ",;\t", "tsv": "\t"}  #: a spreadsheet takes the one that its country uses
#: A cell, or a line of JSON, is no longer than this.
MOST_LETTERS = 1 << 20
MOST_LINES = 1000  #: and a cell of no more lines

Fields = dict[str, Any]


class Submission:
    """One answer with its question, or what is wrong with its row."""

    __slots__ = (
        "answer", "expr", "fault", "form", "fun", "given", "id", "layout", "line", "order", "points", "question",
        "student", "var", "wrt",
    )  # fmt: skip

    def __init__(self, line: int, fields: Fields, fault: str = "") -> None:
        self.given = (line, fields, fault)
        self.line, self.fault = line, fault
        self.id = _text(fields, "id") or str(line)
        self.student = _text(fields, "student")
        self.question = _text(fields, "question") or _text(fields, "id") or _text(fields, "expr")
        self.expr, self.wrt, self.answer = (_text(fields, name) for name in ("expr", "wrt", "answer"))
        self.form, self.layout = _text(fields, "form"), _text(fields, "layout") or "mixed"
        self.var: tuple[str, ...] = ()
        self.fun: tuple[str, ...] = ()
        self.order, self.points = 1, 1.0
        try:
            self.var, self.fun = _declarations(fields.get("var")), _declarations(fields.get("fun"))
            self.order = int(_text(fields, "order") or 1)
            self.points = _points(_text(fields, "points"))
        except ValueError as fault_:
            self.fault = self.fault or fault_.args[0]
        if not self.fault and not (self.expr and self.wrt):
            self.fault = say("the row has no expr and wrt, and names no question of the key")
        strange = [name for name in TEXTS if isinstance(fields.get(name), (list, dict))]
        if not self.fault and strange:
            self.fault = say("{name} is to be a text", name=strange[0])

    def reply(self) -> list[Any]:
        """As plain data."""
        return [*self.given[:2], packed(self.given[2])]

    @classmethod
    def restored(cls, data: list[Any]) -> Submission:
        """The submission in another process."""
        line, fields, fault = data
        return cls(line, fields, unpacked(fault))


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


def submissions(
    lines: Iterable[bytes], form: str, key: dict[str, Fields] | None = None, encoding: str = "utf-8"
) -> Iterator[Submission]:
    """The submissions in these lines, in their order; their questions come from the key where it has them.

    Raises a `Problem` of kind usage where there is a head without an answer.
    """
    for number, fields, fault in rows(lines, form, encoding, needs="answer"):
        name = _text(fields, "question") or _text(fields, "id")
        if key is not None:
            if name in key:
                asked = {field: value for field, value in key[name].items() if field in ASKED}
                fields = {**fields, **asked, "question": name}
            elif not (fields.get("expr") and fields.get("wrt")):
                fault = fault or say("the key has no question {name}", name=repr(name[:40]))
        yield Submission(number, fields, fault)


def key_of(lines: Iterable[bytes], form: str, encoding: str = "utf-8") -> dict[str, Fields]:
    """The questions of a key by their names. Raises a `Problem` of kind usage."""
    found: dict[str, Fields] = {}
    for number, fields, fault in rows(lines, form, encoding, needs="expr"):
        name = _text(fields, "question") or _text(fields, "id")
        problem = fault or ("" if name else say("it has no id")) or Submission(number, fields).fault
        problem = problem or (say("the question {name} stands there twice", name=name) if name in found else "")
        if problem:
            raise Problem("E020", "the key, line {number}: {problem}", number=number, problem=problem)
        found[name] = fields
    return found


def rows(lines: Iterable[bytes], form: str, encoding: str, needs: str) -> Iterator[tuple[int, Fields, str]]:
    """The fields of each row with the number of its line, and what is wrong with it, or ''.

    Raises a `Problem` where there is a head and the column that it `needs` is not in it.
    """
    texts = decoded(lines, encoding)
    if form == "jsonl":
        for number, line in enumerate(texts, 1):
            if line.strip():
                yield number, *_object(line)
        return
    first = next(texts, "")
    delimiter = max(DELIMITERS[form], key=first.count)
    head: list[str] = []
    for number, cells, fault in records(chain([first], texts), delimiter):
        if not head:
            head = [cell.strip().lower() for cell in cells]
            if needs not in head:
                shown = ", ".join(head)[:EXCERPT]
                raise Problem("E073", "the head has no column {needs}: it has {head}", needs=needs, head=shown)
        elif fault or any(cell.strip() for cell in cells):
            told = say("the row has {count} cells, and the head has {wanted}", count=len(cells), wanted=len(head))
            yield number, dict(zip(head, cells, strict=False)), fault or (told if len(cells) > len(head) else "")


def decoded(lines: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The lines as text; what cannot be read is replaced, so that the cell it stands in is refused and no other.

    A mark at the head says that it is UTF-16, as some spreadsheets write it.
    """
    source = iter(lines)
    first = next(source, b"")
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    decoder = getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    for line in chain([first], source):
        *whole, rest = (rest + decoder.decode(line)).split("\n")
        yield from (f"{text}\n".removeprefix("\ufeff").replace("\0", "\ufffd") for text in whole)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest.removeprefix("\ufeff").replace("\0", "\ufffd")


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """The cells of each record with the number of its last line, and what is wrong with it, or ''.

    A quotation mark that is never closed costs the line that it stands on, and not those below.
    """
    source = iter(lines)
    again: deque[str] = deque()
    number = 0
    csv.field_size_limit(MOST_LETTERS)

    def feed() -> Iterator[str]:
        while len(used) < MOST_LINES and (line := again.popleft() if again else next(source, "")):
            used.append(line)
            yield line

    while True:
        used: list[str] = []
        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
        except csv.Error as fault:
            again.extendleft(reversed(used[1:]))
            number += 1
            yield number, *_loosely(used[0], delimiter, str(fault))
            continue
        if cells is None:
            return
        number += len(used)
        yield number, cells, ""


def _loosely(line: str, delimiter: str, fault: str) -> tuple[list[str], str]:
    """The cells of a line with a quotation mark that is out of place, where they can be told."""
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    closed = line.count('"') % 2 == 0
    return cells, "" if closed and cells else say("the row cannot be read: {fault}", fault=fault)


def _object(line: str) -> tuple[Fields, str]:
    """The fields of a line of JSON, and what is wrong with it, or ''."""
    if len(line) > MOST_LETTERS:
        return {}, say("the line is too long")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as fault:
        return {}, say("not a line of JSON: {fault}", fault=str(fault)[:180])
    return (found, "") if isinstance(found, dict) else ({}, say("a submission is a JSON object"))
