"""Sums and products over indices: `sum_i(a[i]*x[i]^2)`, `∑ᵢ aᵢ xᵢ²`, `sum_{i=1}^{n-1} (x_{i+1} - x_i)^2`.

An index takes every place of the axes that it stands at, unless limits are said: counted from 0 where the first of
them is 0, and as on paper from 1 where it is 1 or more. Entries are written `x[i]`, or below the line, `x_i`.
"""

from __future__ import annotations

import re
from collections.abc import Container

from mcalc.errors import Problem
from mcalc.language.syntax import Bound, Index, Name, Num, Program, Summation, Syntax, Terms
from mcalc.language.tree import over, walk

SIGNS = {"∑": "sum", "∏": "prod", "sum": "sum", "prod": "prod"}
_BELOW = r"\s*(?:_\s*(?:\{(?P<braced>[^{}]*)\}|(?P<plain>[^\W\d_]+))|(?P<sub>[ᵢⱼₖₗₘₙₚᵣₛₜ]+)(?:₌(?P<start>[₀-₉]+))?)"
_ABOVE = r"(?:\s*\^\s*(?:\{(?P<upto>[^{}]*)\}|(?P<one>\w))|(?P<sup>[ᵏᵐⁿᵖ]))?"
_SIGNED = re.compile(rf"(?P<sign>[∑∏]){_BELOW}{_ABOVE}")
_NAMED = re.compile(
    r"(?P<sign>sum|prod)_(?:(?P<plain>[i-t]{1,3})(?!\w)|\{(?P<braced>[^{}]*)\}"
    r"(?:\s*\^\s*(?:\{(?P<upto>[^{}]*)\}|(?P<one>\w)))?)"
)
#: What an operand can begin with.
_OPERAND = re.compile(r"\s*[\w(|‖√∑∏½¼¾⟨]")
_INDICES = re.compile(r"\s*([^\W\d_](?:\s*,?\s*[^\W\d_])*)\s*(?:=\s*([^=]+?))?\s*")
_SCRIPTS = str.maketrans("ᵢⱼₖₗₘₙₚᵣₛₜᵏᵐⁿᵖ₀₁₂₃₄₅₆₇₈₉", "ijklmnprstkmnp0123456789")
#: An index below the line, one place after or before it.
_SHIFTED = re.compile(r"([^\W\d_])([+-]\d{1,6})?")
#: Several of them.
INDICES = re.compile(r"[^\W\d_](?:[+-]\d{1,6})?(?:,[^\W\d_](?:[+-]\d{1,6})?)*")

Head = tuple[bool, tuple[str, ...], tuple[Syntax, Syntax] | None]


def head(text: str, place: int, names: Container[str]) -> tuple[str, str, int] | None:
    """The terminal, the text and the end of a summation's sign with its indices and limits; None where there is none.

    `names` are variables, which are no summation even where they are called sum_i.
    """
    found = _SIGNED.match(text, place) or _NAMED.match(text, place)
    if found is None or found[0] in names:
        return None
    stop = found.end()
    if found["sign"] in "∑∏":
        return "BIG", found[0], stop
    if text[stop : stop + 1] == "(":
        return "BIGCALL", found[0], stop
    return ("BIG", found[0], stop) if _OPERAND.match(text, stop) and text[stop : stop + 1].isspace() else None


def read_head(written: str, span: tuple[int, int]) -> Head:
    """Whether it is a product, the indices and the limits. Raises a `Problem` where they are written otherwise."""
    found = _SIGNED.fullmatch(written) or _NAMED.fullmatch(written)
    if found is None:  # LaTeX may have anything between its braces
        raise _unread(span)
    held = found.groupdict()
    below = held["braced"] or held["plain"] or (held["sub"] or "").translate(_SCRIPTS)
    if held.get("start"):
        below += "=" + held["start"].translate(_SCRIPTS)
    parts = _INDICES.fullmatch(below)
    upper = held["upto"] or held["one"] or (held.get("sup") or "").translate(_SCRIPTS)
    if parts is None:
        raise _unread(span)
    indices = tuple(re.findall(r"[^\W\d_]", parts[1]))
    if len(set(indices)) < len(indices) or (len(indices) > 1 and (parts[2] or upper)):
        raise _unread(span)
    product = SIGNS[found["sign"]] == "prod"
    if not upper:
        if parts[2] not in (None, "0", "1"):
            raise _unread(span)
        return product, indices, None
    return product, indices, (_limit(parts[2] or "1", span), _limit(upper, span))


def _limit(text: str, span: tuple[int, int]) -> Syntax:
    from mcalc.language.parse import parse

    try:
        return parse(text, (), ()).body
    except Problem:
        raise _unread(span) from None


def _unread(span: tuple[int, int]) -> Problem:
    return Problem(
        "E140",
        "the indices of this sum are not read",
        span,
        "an index is a letter, and limits are first and last: sum_i(…), sum_{i,j}(…), sum_{i=1}^{n-1}(…)",
    )


# ---------------------------------------------------------------- which names are indices


def resolved(program: Program, names: Container[str]) -> Program:
    """The program with the names in every summation's body taken for its indices that are so; `names` are variables.

    Raises a `Problem` where indices in braces belong to no sum.
    """
    nodes = walk(program)
    if any(isinstance(node, Summation) for node in nodes):
        new: dict[int, Syntax] = {}
        for node in reversed(nodes):
            made = over(node, new)
            new[id(node)] = _bind(made, names) if isinstance(made, Summation) else made
        found = new[id(program)]
        assert isinstance(found, Program)
        program, nodes = found, walk(found)
    for node in nodes:
        if isinstance(node, Name) and "{" in node.id:
            stem, _, below = node.id.partition("_")
            raise Problem(
                "E124",
                "the indices of {name} belong to no sum",
                node.span,
                "an entry is written {name}[{below}], counted from 0",
                name=stem,
                below=below.strip("{}"),
            )
    return program


def _bind(node: Summation, names: Container[str]) -> Summation:
    """The summation with its indices marked in its body."""
    new: dict[int, Syntax] = {}
    held: list[Bound] = []

    def mark(letter: str, shift: int, at: Syntax) -> Bound:
        made = Bound(letter, shift, at.span)
        made.sum = node.span[0] + 1
        made.limits = node.limits
        held.append(made)
        return made

    for inner in reversed(walk(node.body)):
        made = over(inner, new)
        match made:
            case Name(name) if name in node.indices and name not in names:
                made = mark(name, 0, made)
            case Name(name) if "_" in name and name not in names:
                made = _below_the_line(made, node.indices, mark)
            case Terms([Bound() as index, Num(text)], ["+", sign]) if index in held and text.isdecimal():
                made = mark(index.id, index.shift + (int(text) if sign == "+" else -int(text)), made)
        new[id(inner)] = made
    return Summation(node.indices, new[id(node.body)], node.limits, node.product, node.span)


def _below_the_line(node: Name, indices: tuple[str, ...], mark: object) -> Syntax:
    """`A_ij` as the entry of A that it is, where one of the letters is an index."""
    stem, _, below = node.id.partition("_")
    parts = below.strip("{}").split(",") if "{" in below else list(below.replace("_", ""))
    places: list[Syntax] = []
    mine = False
    for part in parts:
        found = _SHIFTED.fullmatch(part)
        if found is None:
            return node
        if found[1] in indices:
            mine = True
            places.append(mark(found[1], int(found[2] or 0), node))  # type: ignore[operator]
        else:
            letter, shift = Name(found[1], node.span), int(found[2] or 0)
            more = Num(str(abs(shift)), node.span)
            places.append(Terms((letter, more), ("+", "+" if shift > 0 else "-"), node.span) if shift else letter)
    return Index(Name(stem, node.span), tuple(places), node.span) if mine else node
