"""The surface tree: what the parser makes of text, and what notation makes for the printers.

Products keep the operator that was written between two operands, because lowering decides from it and
from the shapes what was meant, and because printing it back should not change the reader's spelling.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from mcalc.algebra.dims import Dim

Span = tuple[int, int]
NOWHERE: Span = (0, 0)


class Syntax:
    """A node of the surface tree. Nodes with equal fields are equal; `span` is where the text stands."""

    __slots__ = ("_children", "_hash", "_length", "span")
    __match_args__: ClassVar[tuple[str, ...]] = ()
    span: Span
    # Each keeps what tree.py asks for again and again.
    _hash: int
    _children: tuple[Syntax, ...]
    _length: int

    def fields(self) -> tuple[object, ...]:
        """The values that make the node what it is."""
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in self.__match_args__)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = hash((type(self).__name__, self.fields()))
            return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.fields()!r}"


class Num(Syntax):
    """A number as written: `2`, `0.5`."""

    __match_args__ = ("text",)
    __slots__ = __match_args__

    def __init__(self, text: str, span: Span = NOWHERE) -> None:
        self.text, self.span = text, span


class Name(Syntax):
    """A variable, a definition or a dimension."""

    __match_args__ = ("id",)
    __slots__ = __match_args__

    def __init__(self, id: str, span: Span = NOWHERE) -> None:
        self.id, self.span = id, span


class Text(Syntax):
    """A quoted string, as `einsum` takes."""

    __match_args__ = ("value",)
    __slots__ = __match_args__

    def __init__(self, value: str, span: Span = NOWHERE) -> None:
        self.value, self.span = value, span


class Call(Syntax):
    """`name(args, key=value)`."""

    __match_args__ = ("name", "args", "options")
    __slots__ = __match_args__

    def __init__(
        self,
        name: str,
        args: tuple[Syntax, ...],
        options: tuple[tuple[str, Syntax], ...] = (),
        span: Span = NOWHERE,
    ) -> None:
        self.name, self.args, self.options, self.span = name, args, options, span


class Transpose(Syntax):
    """`x.T`, `x'`, `xᵀ`, `x^T`."""

    __match_args__ = ("arg",)
    __slots__ = __match_args__

    def __init__(self, arg: Syntax, span: Span = NOWHERE) -> None:
        self.arg, self.span = arg, span


class Power(Syntax):
    """`base ^ exponent`, or `base .^ exponent` where `elementwise`."""

    __match_args__ = ("base", "exponent", "elementwise")
    __slots__ = __match_args__

    def __init__(self, base: Syntax, exponent: Syntax, elementwise: bool = False, span: Span = NOWHERE) -> None:
        self.base, self.exponent, self.elementwise, self.span = base, exponent, elementwise, span


class Matmul(Syntax):
    """A chain of the tight product: `operators[k]` is `@`, or a space for juxtaposition."""

    __match_args__ = ("items", "operators")
    __slots__ = __match_args__

    def __init__(self, items: tuple[Syntax, ...], operators: tuple[str, ...] = (), span: Span = NOWHERE) -> None:
        self.items, self.operators, self.span = items, operators or ("@",) * (len(items) - 1), span


class Product(Syntax):
    """A chain of the loose product, left to right: `operators[k]` is one of `*` `.*` `/` `./` `·` `×`."""

    __match_args__ = ("items", "operators")
    __slots__ = __match_args__

    def __init__(self, items: tuple[Syntax, ...], operators: tuple[str, ...], span: Span = NOWHERE) -> None:
        self.items, self.operators, self.span = items, operators, span


class Negative(Syntax):
    """A sign in front of a factor: the `-b` of `a*-b`."""

    __match_args__ = ("arg",)
    __slots__ = __match_args__

    def __init__(self, arg: Syntax, span: Span = NOWHERE) -> None:
        self.arg, self.span = arg, span


class Terms(Syntax):
    """A sum: each item with its sign, `+` or `-`. `-x` alone is a sum of one term."""

    __match_args__ = ("items", "signs")
    __slots__ = __match_args__

    def __init__(self, items: tuple[Syntax, ...], signs: tuple[str, ...], span: Span = NOWHERE) -> None:
        self.items, self.signs, self.span = items, signs, span


class Entry(Syntax):
    """An entry of an array, `A[i,k]`: for each axis the names of its indices, several where it is fused."""

    __match_args__ = ("base", "indices")
    __slots__ = __match_args__

    def __init__(self, base: Syntax, indices: tuple[tuple[str, ...], ...], span: Span = NOWHERE) -> None:
        self.base, self.indices, self.span = base, indices, span


class Summation(Syntax):
    """The sum of the body over indices, `sum_p(A[i,p]*B[p,j])`, or the product where it is a `product`.

    `limits` are the first and the last value of the one index, where they are said: `sum_{i=1}^{n}(x[i])`.
    """

    __match_args__ = ("indices", "body", "limits", "product")
    __slots__ = __match_args__

    def __init__(
        self,
        indices: tuple[str, ...],
        body: Syntax,
        limits: tuple[Syntax, Syntax] | None = None,
        product: bool = False,
        span: Span = NOWHERE,
    ) -> None:
        self.indices, self.body, self.limits, self.product, self.span = indices, body, limits, product, span


class Bound(Syntax):
    """An index of a sum around it, or a place a little off it: the `i+1` of `sum_i(x[i+1] - x[i])`.

    `sum` tells sums over the same letter apart. Where the sum has `limits`, `reach` is the first place, the number of
    places, and how far places in the same array go; where it has none, `length` is that of the axis, once it is known.
    """

    __slots__ = ("id", "length", "limits", "reach", "shift", "sum")
    __match_args__ = ("id", "shift")

    def __init__(self, id: str, shift: int = 0, span: Span = NOWHERE) -> None:
        self.id, self.shift, self.span = id, shift, span
        self.sum = 0
        self.reach: tuple[Dim, Dim, Dim] | None = None
        self.limits: tuple[Syntax, Syntax] | None = None
        self.length: Dim | None = None


class Index(Syntax):
    """Some entries of an array, `X[1,:]`: for each axis a place, counted from 0, or a `Slice`."""

    __match_args__ = ("base", "places")
    __slots__ = __match_args__

    def __init__(self, base: Syntax, places: tuple[Syntax, ...], span: Span = NOWHERE) -> None:
        self.base, self.places, self.span = base, places, span


class Slice(Syntax):
    """A range of places, `1:3`; an end that is left out is that of the axis. The second end does not belong to it."""

    __match_args__ = ("start", "stop")
    __slots__ = __match_args__

    def __init__(self, start: Syntax | None = None, stop: Syntax | None = None, span: Span = NOWHERE) -> None:
        self.start, self.stop, self.span = start, stop, span


class Change(Syntax):
    """A small change of an array, `dX` and `d2f`; partial where it stands in a quotient, `∂F/∂X`."""

    __match_args__ = ("arg", "order", "partial")
    __slots__ = __match_args__

    def __init__(self, arg: Syntax, order: int = 1, partial: bool = False, span: Span = NOWHERE) -> None:
        self.arg, self.order, self.partial, self.span = arg, order, partial, span


class Open(Syntax):
    """A differential that is still to be worked out, `d(A@x)`."""

    __match_args__ = ("arg",)
    __slots__ = __match_args__

    def __init__(self, arg: Syntax, span: Span = NOWHERE) -> None:
        self.arg, self.span = arg, span


class Equation(Syntax):
    """`left = right`."""

    __match_args__ = ("left", "right")
    __slots__ = __match_args__

    def __init__(self, left: Syntax, right: Syntax, span: Span = NOWHERE) -> None:
        self.left, self.right, self.span = left, right, span


class Aligned(Syntax):
    """Equations below each other, their signs in line, as a working has them; a right side may be a `Program`."""

    __match_args__ = ("lines",)
    __slots__ = __match_args__

    def __init__(self, lines: tuple[Equation, ...], span: Span = NOWHERE) -> None:
        self.lines, self.span = lines, span


class Program(Syntax):
    """Definitions in order, then the expression that they serve; `declarations` are the texts of `var` lines.

    `bold` are the names that the text sets in bold: how a formula in LaTeX marks its arrays.
    """

    __slots__ = ("body", "bold", "declarations", "definitions")
    __match_args__ = ("definitions", "body", "declarations")

    def __init__(
        self,
        definitions: tuple[tuple[Name, Syntax], ...],
        body: Syntax,
        declarations: tuple[tuple[str, Span], ...] = (),
        span: Span = NOWHERE,
        bold: frozenset[str] = frozenset(),
    ) -> None:
        self.definitions, self.body, self.declarations, self.span = definitions, body, declarations, span
        self.bold = bold


def body_of(syntax: Syntax) -> Syntax:
    """What a program's definitions serve; anything else is its own."""
    return syntax.body if isinstance(syntax, Program) else syntax


def definitions_of(syntax: Syntax) -> tuple[tuple[Name, Syntax], ...]:
    """The definitions of a program; anything else has none."""
    return syntax.definitions if isinstance(syntax, Program) else ()


def added(parts: list[Syntax]) -> Syntax:
    """The sum of the parts, each as it stands; what is zero is left out."""
    items: list[Syntax] = []
    signs: list[str] = []
    for part in parts:
        match part:
            case Num("0"):
                continue
            case Terms((item,), (sign,)):
                items.append(item)
                signs.append(sign)
            case _:
                items.append(part)
                signs.append("+")
    if not items or (len(items) == 1 and signs == ["+"]):
        return items[0] if items else Num("0")
    return Terms(tuple(items), tuple(signs))
