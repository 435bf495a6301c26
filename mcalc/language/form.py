"""A call understood, and the sizes and places that its arguments name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from mcalc.algebra.dims import Dim, dim, product
from mcalc.algebra.expr import Shape
from mcalc.errors import Problem
from mcalc.language.laws import Table
from mcalc.language.syntax import Bound, Call, Matmul, Name, Negative, Num, Power, Product, Syntax, Terms
from mcalc.language.value import MATRIX, Value

#: What puts arrays together, and the axis along which it does.
JOINS = {"hcat": 1, "hstack": 1, "vcat": 0, "vstack": 0}

Build = Callable[[list[Value], list[str]], Value]


class Form:
    """A call understood: its operands, the shapes that fit, what builds the node, and a note on the reading."""

    __slots__ = ("args", "build", "indices", "note", "noted", "reduces", "result", "sizes", "table")

    def __init__(
        self,
        args: tuple[Syntax, ...],
        table: Table,
        build: Build,
        note: str = "",
        noted: int = MATRIX,
        reduces: bool = False,
        sizes: Sequence[Dim] = (),
        result: Callable[[list[int], list[Shape]], Shape] | None = None,
        indices: Sequence[Bound] = (),
    ) -> None:
        self.args = args
        self.table = table
        self.build = build
        self.note = note  # said where the first operand is of the kinds `noted`
        self.noted = noted
        self.reduces = reduces  # it takes any array to a scalar, so nobody gives it a scalar
        self.sizes = sizes  # those that are written as arguments
        self.indices = indices  # of sums, which the table has as vectors behind the operands
        self.result = result  # where sizes are added: the result's shape, given the operands' kinds and shapes


def no_options(call: Call, but: str = "") -> None:
    """Raise a `Problem` where the call has an option, but for one."""
    for key, value in call.options:
        if key != but:
            raise Problem("E024", "{name} has no option {key}", value.span, name=call.name, key=key)


def size(node: Syntax) -> Dim:
    """The size that an argument like `n`, `3`, `m*n` or `n + 1` names."""
    found = place(node)
    if (found.number or 1) < 1 or found is dim(0):
        raise _wrong(node)
    return found


def place(node: Syntax) -> Dim:
    """The size or place that an argument names: like a size, but 0 and what is less may be one."""
    match node:
        case Name(name):
            return dim(name)
        case Num(text) if text.isdecimal() and 0 < len(text) < 10:
            return dim(int(text))
        case Negative(arg):
            return dim(-1) * place(arg)
        case Product(items, operators) if set(operators) == {"*"}:
            return product([place(item) for item in items])
        case Product([*items, Num(text)], [*operators, "/"]) if (
            set(operators) <= {"*"} and text.isdecimal() and int(text)
        ):
            return product([dim(Fraction(1, int(text))), *(place(item) for item in items)])
        case Power(base, Num(text), False) if text.isdecimal() and 0 < int(text) < 10:
            return product([place(base)] * int(text))
        case Matmul(items, operators) if set(operators) == {" "}:
            return product([place(item) for item in items])
        case Terms(items, signs):
            total = dim(0)
            for item, sign in zip(items, signs, strict=True):
                total = total + place(item) if sign == "+" else total - place(item)
            return total
    raise _wrong(node)


def _wrong(node: Syntax) -> Problem:
    return Problem("E314", "a size is a name or a whole number", node.span, "for example n, 3, m*n or n + 1")
