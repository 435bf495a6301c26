"""Which shapes go together, as data: rows of kinds, and letters for the axes that agree.

A law is a table; each row is one way of reading. `i,~j->ij` says that a column times a row is a matrix: a letter is
an axis, equal letters are equal sizes, `~` marks a row, `...` any shape (the same wherever it stands) and brackets
fuse axes. Inference narrows kinds by these tables and then unifies sizes; lowering looks up what may be meant.
"""

from __future__ import annotations

from functools import cache
from itertools import product

from mcalc.algebra.dims import Dim
from mcalc.language.value import COLUMN, KINDS, MATRIX, ROW, SCALAR, TENSOR, VECTOR

Axis = tuple[str | Dim, ...]  #: letters or known sizes; several are one fused axis
Group = tuple[Axis, ...] | None  #: the axes of a value; None where any shape will do
Row = tuple[tuple[int, ...], tuple[Group, ...]]  #: kinds and axes of each operand, the result last
Table = tuple[Row, ...]


def axes(text: str, known: dict[str, Dim] | None = None) -> Group:
    """The axes that a group of letters names: `i(jk)` has two, the second fused."""
    if text == "...":
        return None
    found: list[list[str]] = []
    inside = False
    for letter in text:
        if letter == "(":
            found.append([])
            inside = True
        elif letter == ")":
            inside = False
        elif inside:
            found[-1].append(letter)
        elif letter != "~":
            found.append([letter])
    return tuple(tuple((known or {}).get(letter, letter) for letter in axis) for axis in found)


def kind(text: str, oriented: bool) -> int:
    """The kind, or kinds, of a value with these axes; a function takes a vector either way."""
    count = len(axes(text) or ())
    if count == 1:
        return ROW if text[0] == "~" else COLUMN if oriented else VECTOR
    return (SCALAR, COLUMN, MATRIX)[count] if count < 3 else TENSOR


@cache
def table(*signatures: str, oriented: bool = False) -> Table:
    """The rows of these signatures. In the laws of products (`oriented`) a plain letter is a column."""
    return tuple(row for signature in signatures for row in rows(signature, oriented))


def rows(signature: str, oriented: bool = False, known: dict[str, Dim] | None = None) -> list[Row]:
    """One row for each kind that `...` may stand for; a scalar goes with any shape."""
    left, right = signature.split("->")
    inputs = [part.strip() for part in left.split(",")] if left else []
    groups = (*(axes(part, known) for part in inputs), axes(right.strip(), known))
    found: dict[tuple[int, ...], Row] = {}
    for whole in KINDS if "..." in inputs else (SCALAR,):
        choices = [dict.fromkeys((whole, SCALAR)) if part == "..." else (kind(part, oriented),) for part in inputs]
        result = whole if right.strip() == "..." else kind(right.strip(), True)
        for masks in product(*choices):
            free = [mask for mask, part in zip(masks, inputs, strict=True) if part == "..."]
            if not free or whole in free:
                found[*masks, result] = ((*masks, result), groups)
    return list(found.values())


#: What the matrix product of two arrays is, where it is anything.
PAIRS = {
    (ROW, COLUMN): SCALAR,
    (COLUMN, ROW): MATRIX,
    (ROW, MATRIX): ROW,
    (MATRIX, COLUMN): COLUMN,
    (MATRIX, MATRIX): MATRIX,
}

_SCALED = (",...->...", "...,->...")
_PRODUCT = ("~i,i->", "i,~j->ij", "~i,ij->~j", "ij,j->i", "ij,jk->ik")

TURN = table(" ->", "i->~i", "~i->i", "ij->ji", oriented=True)
PRODUCT = table(*_SCALED, *_PRODUCT, oriented=True)
ELEMENTWISE = table("...,...->...", oriented=True)
DIVISION = tuple(row for row in ELEMENTWISE if row[0][0] == row[0][2])
POWER = table(",->", "ii,->ii", oriented=True)
#: `*`: both readings of two matrices are there, the product first.
STAR = table(*_SCALED, *_PRODUCT, "i,i->i", "~i,~i->~i", "ij,ij->ij", oriented=True)

#: With more than two axes those in front are batch axes; which sizes are equal is found where their number is known.
MATMUL = PRODUCT + tuple(
    (kinds, ((), (), ()))
    for kinds in (
        (TENSOR, COLUMN, MATRIX | TENSOR),
        (TENSOR, MATRIX, TENSOR),
        (MATRIX, TENSOR, TENSOR),
        (TENSOR, TENSOR, TENSOR),
        (VECTOR, TENSOR, MATRIX | TENSOR),
    )
)

#: `@` and `·`: a vector in front of a vector or a matrix stands as a row, where it would not fit as a column.
DOT = MATMUL + tuple(row for row in table("i,i->", "i,ij->~j", oriented=True) if row not in MATMUL)

#: The law of each operator between two factors.
OPERATORS = {
    "@": DOT,
    " ": PRODUCT,
    "*": STAR,
    "×": PRODUCT,
    "·": DOT,
    ".*": ELEMENTWISE,
    "./": ELEMENTWISE,
    "/": DIVISION,
}
