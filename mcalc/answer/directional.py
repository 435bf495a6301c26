"""Derivatives along a direction: by one entry of an array, and products that need no array of all derivatives.

`X[1,2]` is the direction in which that entry alone changes. `jvp` is the derivative along an array of the variable's
shape, `vjp` what an upstream gradient of the value's shape becomes, and `hvp` the second derivative of a scalar
along a direction.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Shape, Symbol, is_zero, ones, symbol, total
from mcalc.answer.derivative import Derivative
from mcalc.calculus.derivative import along, derivative, onto
from mcalc.calculus.freed import Freed
from mcalc.calculus.layout import as_row
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.read import Reading, reread_value, variable
from mcalc.language.syntax import Change, Name, Syntax
from mcalc.language.value import Value
from mcalc.notation import change_name, notate, result_name, taken_names
from mcalc.notation.quotient import slope
from mcalc.phrase import say
from mcalc.request import Manner, Way
from mcalc.targets import write
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.differences import Claim

#: Each product, and what its array is shaped like.
PRODUCTS = {"jvp": "variable", "vjp": "value", "hvp": "variable"}


class Directional(Derivative):
    """A derivative along a direction: `place` says by what.

    It is the rate at which `moving` changes along `direction`, or, where that is None, along any.
    """

    __slots__ = ("array", "direction", "moving", "place", "rule")

    def __init__(
        self,
        reading: Reading,
        x: Symbol,
        order: int,
        expr: Expr,
        manner: Manner,
        place: Syntax,
        rule: str,
        moving: Expr,
        direction: Expr | None,
        array: str = "",
        convention: str = "unstructured",
    ) -> None:
        self.place, self.rule, self.moving, self.direction = place, rule, moving, direction
        self.array = array
        super().__init__(reading, [x] * order, expr, manner, convention)

    @property
    def axes(self) -> tuple[int, Sequence[int]]:
        """As if by a scalar, or of one: a direction has one step, and an upstream gradient one value."""
        return (0, [self.variable.rank]) if self.rule in ("vjp", "hvp") else (self.reading.root.rank, [0])

    @property
    def claim(self) -> Claim:
        """What finite differences can check."""
        known = self.free if self.convention == "cookbook" else self.expr
        return self.moving, self.variable, self.direction, known

    @property
    def by(self) -> Syntax:
        """What was asked for: `X[1,2]`, or the variable."""
        return self.place

    @property
    def loss(self) -> str:
        """What to call the scalar whose gradient by the value is given."""
        taken = taken_names(self.reading)
        return next(name for name in ("L", "loss", "the_loss") if name not in taken)

    @property
    def left(self) -> Syntax:
        """What it is called: along an array a change, by an upstream gradient the derivative of another function."""
        if self.rule in ("jvp", "hvp"):
            return Change(self.changing)
        return slope(self.loss if self.rule == "vjp" else result_name(self.reading), self.by, self.order)

    @property
    def changing(self) -> Syntax:
        """What changes along the array: the value, or its gradient."""
        f = result_name(self.reading)
        return slope(f, self.by, 1) if self.rule == "hvp" else Name(f)

    @property
    def note(self) -> str:
        """What the array is."""
        if self.rule in ("jvp", "hvp"):
            return say(
                "{v} takes the place of {dx}: this is the change of {f} along it, to first order",
                v=self.array,
                dx=change_name(self.reading, self.variable),
                f=write("unicode", self.changing),
            )
        if self.rule != "vjp":
            return ""
        return say(
            "{g} is d{loss}/d{f}, the gradient of a scalar by {f} and of its shape; the result is d{loss}/d{x}",
            g=self.array,
            loss=self.loss,
            f=result_name(self.reading),
            x=self.variable.name,
        )

    @property
    def product(self) -> tuple[str, str]:
        """The kind of the product and the array's name."""
        return (self.rule, self.array) if self.array else ("", "")

    @property
    def entry(self) -> str:
        """The entry that this is the derivative by, if it is by one."""
        return "" if self.array else self.wrt

    @property
    def kind(self) -> str:
        """`derivative` by an entry, or the name of the product."""
        return "derivative" if self.rule == "by-entry" else self.rule

    def steps(self, way: Way | None = None) -> list[Step]:
        """The working: for the whole array, and the entry taken of its derivative; that of a loss with an upstream
        gradient; of another product the line alone.
        """
        words = {"f": result_name(self.reading), "x": self.variable.name, "entry": self.wrt}
        shown = as_row(self.shown) if self.row else self.shown
        last = Step((self.rule,), self.left, shown, self.syntax, words)
        if self.rule == "vjp":
            from mcalc.working import upstream

            syntax = notate(self.free, self.reading, where=self.manner.where)
            lines = upstream.steps(self.reading, self.variable, self.array, self.loss, self.free, syntax, way)
            return lines if shown is self.free else [*lines, last]
        if self.rule != "by-entry":
            return [last]
        x, order = self.variable, self.order
        whole = derivative(self.reading.root, x, order)
        lines = Derivative(self.reading, [x] * order, whole, self.manner).steps(way)
        return [*lines, last]


def by_entry(reading: Reading, text: str, order: int, manner: Manner) -> Directional:
    """The derivative by one entry of a variable, such as `X[1,2]`."""
    name = text.partition("[")[0].strip()
    x = variable(reading, name)
    place = reread_value(text, reading).expr
    if place.rank:
        raise Problem(
            "E408",
            "{text} is {shape}, and no single entry",
            hint="differentiate by {name}, or by one entry such as {name}[{place}]",
            text=text,
            shape=show_shape(place.shape),
            name=name,
            place=",".join("0" * x.rank),
        )
    direction = _entry_alone(reading, x, onto(place, x, ones(())), text)
    moving = found = reading.root
    for _ in range(order):
        moving, found = found, along(found, x, direction)
    shown = notate(place, reading, where=False)
    return Directional(reading, x, order, found, manner, shown, "by-entry", moving, direction)


def _entry_alone(reading: Reading, x: Symbol, direction: Expr, text: str) -> Expr:
    """The direction in which one entry changes: in a symmetric matrix, with the entry across the diagonal."""
    bound = x.props - {"positive", "symmetric", "psd"}
    across = is_zero(simplify(total(direction * direction.T)))
    if bound or (x.symmetric and not across and direction.T is not direction):
        raise Problem(
            "E409",
            "{text} does not change alone: its matrix is {bound}"
            if bound
            else "{text} does not change alone: it may stand on the diagonal of a symmetric matrix",
            text=text,
            bound=min(bound, default=""),
        )
    if not x.symmetric or not across:
        return direction
    reading.notes.append(
        say("{name} is symmetric: the entry across the diagonal changes with {text}", name=x.name, text=text)
    )
    return direction + direction.T


def product(
    reading: Reading, x: Symbol, kind: str, name: str, manner: Manner, convention: str = "unstructured"
) -> Directional:
    """A product of the derivative by `x` with an array called `name`, which is declared if it is not yet."""
    f = reading.root
    if kind != "vjp" and convention != "unstructured":
        raise Problem(
            "E421",
            "{kind} is along an array, and has no convention for a structure",
            hint="an array along which the structure is kept is enough",
            kind=kind,
        )
    if kind == "hvp" and f.rank:
        raise Problem(
            "E410", "hvp is for scalars, and the value is {shape}", hint="jvp or vjp", shape=show_shape(f.shape)
        )
    v = _direction(reading, name, x.shape if PRODUCTS[kind] == "variable" else f.shape, kind)
    if kind == "vjp":
        cotangent = Freed(reading, [[x]]).cotangent(x, v)
        return Directional(reading, x, 1, cotangent, manner, Name(x.name), kind, total(f * v), None, v.name, convention)
    moving = onto(f, x, ones(())) if kind == "hvp" else f
    order = 2 if kind == "hvp" else 1
    return Directional(reading, x, order, along(moving, x, v), manner, Name(x.name), kind, moving, v, v.name)


def _direction(reading: Reading, name: str, shape: Shape, kind: str) -> Symbol:
    known = reading.symbols.get(name)
    if known is None and (name in reading.scope or name in reading.sizes or not name.isidentifier()):
        raise Problem(
            "E213", "{name} stands for something else", hint="give --{kind} another name", name=name, kind=kind
        )
    if known is not None and known.shape != shape:
        raise Problem(
            "E317",
            "{name} is {shape}, and {kind} takes what is {wanted}",
            name=name,
            shape=show_shape(known.shape),
            kind=kind,
            wanted=show_shape(shape),
        )
    found = known or symbol(name, shape, (), len(reading.symbols))
    reading.symbols[name] = found
    reading.scope[name] = Value(found)
    return found
