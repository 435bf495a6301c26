"""Declarations of functions: `f: [m] -> []` takes a vector to a number, and `h: [] -> []` every entry to one."""

from __future__ import annotations

import re

from mcalc.algebra.expr import Shape
from mcalc.algebra.ops import NAMES, Op
from mcalc.algebra.ops.abstract import MOST_ORDERS, abstract
from mcalc.errors import Problem
from mcalc.language.declare import sizes
from mcalc.language.letters import FOLD, normal_name

#: Declared functions and all their derivatives by name: the record, the shape that it takes, the shape that it makes.
Functions = dict[str, tuple[Op, Shape, Shape]]

_DECLARATION = re.compile(r"\s*([^\W\d][\w\u0300-\u036f\u20d0-\u20f0]*)\s*:\s*(.*?)\s*(?:->|→)\s*(.*?)\s*$")
_SHAPE = re.compile(r"\[([^\[\]]*)\]")


def is_function(text: str) -> bool:
    """Whether a declaration is that of a function."""
    return "->" in text or "→" in text


def declared(text: str, offset: int = 0, source: str | None = None) -> tuple[str, Functions]:
    """The name of the function that a text declares, and the records of it and of its derivatives.

    Raises a `Problem` of kind parse, name or unsupported with the place.
    """
    source = text if source is None else source
    place = (offset, offset + len(text))
    match = _DECLARATION.match(text.translate(FOLD))
    name = normal_name(match[1]) if match else None
    if match is None or name is None:
        raise Problem(
            "E133",
            "`{text}` declares no function",
            place,
            "for example f: [m] -> [] or g: [n] -> [m]",
            source,
            text=text.strip(),
        )
    if name in NAMES:
        raise Problem("E209", "{name} is a function already", place, "give it another name", source, name=name)
    argument, value = (_shape(match, k, offset, source) for k in (2, 3))
    found: Functions = {}
    for order in range(MOST_ORDERS + 1):
        op = abstract(name, argument, value, order)
        found[op.name] = op, argument, (*value, *argument * order)
    return name, found


def _shape(match: re.Match[str], k: int, offset: int, source: str) -> Shape:
    place = (offset + match.start(k), offset + match.end(k))
    one = _SHAPE.fullmatch(match[k])
    if one is None:
        if match[k].count("[") > 1:
            raise Problem("E413", "a function of several arguments is not known", place, "join them: f([x; y])", source)
        hint = "[] is a number, [n] a vector, [m,n] a matrix"
        raise Problem("E133", "`{text}` is no shape", place, hint, source, text=match[k])
    try:
        return tuple(sizes(match[k], 1, len(match[k]) - 1))
    except Problem as problem:
        begin, end = problem.span or (0, len(match[k]))
        problem.span, problem.source = (place[0] + begin, place[0] + end), source
        raise
