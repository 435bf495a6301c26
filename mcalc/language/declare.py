"""Declarations: `A[n,n] symmetric, x[n], c[]` says what the names are before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from mcalc.algebra.dims import Dim, dim
from mcalc.errors import Problem
from mcalc.language.letters import FOLD, normal_name
from mcalc.language.names import nearest

#: Each property, and whether only a square matrix can have it.
PROPERTIES = {
    "symmetric": True, "skew": True, "diagonal": True, "orthogonal": True, "psd": True, "lower": True,
    "positive": False,
}  # fmt: skip

_NAME = re.compile(r"\s*([^\W\d]\w*)\s*")
_IN_LATEX = re.compile(r"\s*((?:\\[A-Za-z]+|\{(?:[^{}]|\{[^{}]*\})*\}|\w)+)\s*(?=\[|\Z|\s)")


class Declaration:
    """A name, its sizes (None where they are left to be inferred) and its properties."""

    __slots__ = ("dims", "name", "props", "text")

    def __init__(self, name: str, dims: tuple[Dim, ...] | None, props: frozenset[str], text: str) -> None:
        self.name, self.dims, self.props, self.text = name, dims, props, text

    def agrees(self, other: Declaration) -> bool:
        """Whether both say the same."""
        return self.dims == other.dims and self.props == other.props


def declare(text: str, offset: int = 0, source: str | None = None) -> list[Declaration]:
    """The declarations in a text, which stands at `offset` in `source` where it is part of a program.

    Raises a `Problem` of kind parse, name or shape with the place.
    """
    source = text if source is None else source
    plain = text.translate(FOLD)
    found = []
    for start, piece in _pieces(plain):
        try:
            found.append(_one(piece))
        except Problem as problem:
            begin, end = problem.span or (0, len(piece))
            problem.span, problem.source = (offset + start + begin, offset + start + end), source
            raise
    return found


def merge(declarations: Iterable[Declaration]) -> dict[str, Declaration]:
    """The declarations by name, in order. Saying the same thing twice is allowed; a clash is a `Problem`."""
    held: dict[str, Declaration] = {}
    for declaration in declarations:
        known = held.setdefault(declaration.name, declaration)
        if not known.agrees(declaration):
            raise Problem(
                "E209",
                "{name} is declared twice: {first} and {second}",
                name=declaration.name,
                first=known.text,
                second=declaration.text,
            )
    sized = {name: d for d in held.values() for size in d.dims or () for name in size.names}
    for name in held:
        if name in sized:
            raise Problem(
                "E209",
                "{name} is a variable and a size of {other}",
                hint="rename one of them: {name}[] or {text}",
                name=name,
                other=sized[name].name,
                text=sized[name].text,
            )
    return held


def _pieces(text: str) -> list[tuple[int, str]]:
    """The parts between the commas that stand outside brackets, each with its offset."""
    cuts = [-1]
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth <= 0:
            cuts.append(k)
    cuts.append(len(text))
    return [(a + 1, text[a + 1 : b]) for a, b in pairwise(cuts)]


def _one(text: str) -> Declaration:
    match = _NAME.match(text)
    name = normal_name(match[1]) if match else None
    if ("\\" in text or "{" in text) and (latex := _IN_LATEX.match(text)):
        from mcalc.language.parse import name_in

        match, name = latex, name_in(latex[1])
    if match is None or name is None:
        raise Problem("E131", "a declaration starts with a name", hint="for example A[m,n], x[n] or c[]")
    rest = match.end()
    dims: tuple[Dim, ...] | None = None
    if text[rest : rest + 1] == "[":
        close = text.find("]", rest)
        if close < 0:
            raise Problem("E101", "the bracket after {name} is not closed", (rest, len(text)), name=name)
        dims = tuple(sizes(text, rest + 1, close))
        rest = close + 1
    props = []
    for word in re.finditer(r"\S+", text[rest:]):
        span = (rest + word.start(), rest + word.end())
        if word[0] not in PROPERTIES:
            raise _unknown(name, word[0], span)
        props.append(word[0])
        if PROPERTIES[word[0]] and dims is not None and not (len(dims) == 2 and dims[0] is dims[1]):
            shape = text[match.start(1) : rest].strip()
            raise Problem(
                "E316",
                "only a square matrix is {word}, and {shape} is not one",
                span,
                "a square one is {name}[n,n]",
                word=word[0],
                shape=shape,
                name=name,
            )
    if {"symmetric", "skew"} <= set(props):
        raise Problem("E211", "{name} cannot be symmetric and skew at once", name=name)
    return Declaration(name, dims, frozenset(props), " ".join(text.split()))


def _unknown(name: str, word: str, span: tuple[int, int]) -> Problem:
    close = nearest(word, PROPERTIES)
    known = ", ".join(PROPERTIES)
    if not close and len(word) < 3 and word.isalnum():
        return Problem(
            "E131",
            "`{word}` is not understood in the declaration of {name}",
            span,
            "sizes stand in square brackets: {name}[{word}]",
            word=word,
            name=name,
        )
    if not close and not word.isalpha():
        return Problem(
            "E131",
            "`{word}` is not understood in the declaration of {name}",
            span,
            "write {name}[m,n] and then properties: {known}",
            word=word,
            name=name,
            known=known,
        )
    return Problem(
        "E210",
        "there is no property {word}",
        span,
        "did you mean {near}?" if close else "there are {known}",
        word=word,
        near=close,
        known=known,
    )


def sizes(text: str, start: int, end: int) -> list[Dim]:
    """The sizes between the brackets: names, numbers, products and sums of them."""
    if not text[start:end].strip():
        return []
    found = []
    for piece in text[start:end].split(","):
        size = size_of(piece)
        if size is None:
            span = (start, start + len(piece))
            raise Problem(
                "E132",
                "`{piece}` is not a size" if piece.strip() else "a size is missing",
                span,
                "a size is a name or a whole number: n, 3, m*n, n+1",
                piece=piece.strip(),
            )
        found.append(size)
        start += len(piece) + 1
    return found


def size_of(text: str) -> Dim | None:
    """The size that a text names, or None."""
    total: Dim | None = None
    for sign, term in re.findall(r"([+-]?)([^+-]*)", text)[:-1]:
        value = dim(-1 if sign == "-" else 1)
        for factor in term.split("*"):
            match = re.fullmatch(r"\s*(?:([^\W\d]\w*)|(\d{1,9}))\s*", factor)
            if match is None:
                return None
            value = value * dim(normal_name(match[1] or "") or int(match[2] or 0))
        total = value if total is None else total + value
    return None if total is None or (total.number is not None and total.number < 1) else total
