"""Entries, ranges and blocks: `X[1,2]`, `x[1:3]`, `X[:,k]`, `[A, B; C, D]`.

Places count from 0 and a range ends before its second place, as in NumPy; -1 is the last place. What comes out with
one axis stands as a column, as every vector does.
"""

from __future__ import annotations

from itertools import product

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Expr, Shape
from mcalc.algebra.ops.selection import joined, selected
from mcalc.errors import Problem
from mcalc.language.form import JOINS, Form, place
from mcalc.language.indices import chosen
from mcalc.language.laws import Group, Row, Table, axes, kind
from mcalc.language.syntax import Bound, Call, Index, Slice, Syntax
from mcalc.language.value import ANY, COLUMN, MATRIX, ROW, SCALAR, Value
from mcalc.phrase import clauses, say

#: Up to so many different arrays inference looks at every way to join them, which are two for each.
MOST_MIXED = 6

_AXES = "abcd"

Ends = tuple[Dim, Dim | None]
Place = Dim | Ends | Bound
Taken = Dim | tuple[Dim, Dim] | Expr | None


def entry(node: Index) -> Form:
    """An index understood."""
    places = [_place(one) for one in node.places]
    ends = [() if isinstance(one, Bound) else (one,) if isinstance(one, Dim) else one for one in places]
    names = [d for some in ends for d in some if d is not None]
    indices = [one for one in places if isinstance(one, Bound) and one.reach is None]

    def result(kinds: list[int], shapes: list[Shape]) -> Shape:
        wanted = _on(places, shapes[0])
        return tuple(d if w is None else w[1] - w[0] for w, d in wanted if w is None or isinstance(w, tuple))

    def build(values: list[Value], texts: list[str]) -> Value:
        (value,) = values
        count = len(value.shape)
        if len(places) > count:
            raise Problem(
                "E312",
                "{text} is {shape}: it has {axes}, and {count} places are named",
                node.span,
                text=texts[0],
                shape=value.show(),
                axes=say("{count} axis" if count == 1 else "{count} axes" if count else "no axes", count=count),
                count=len(places),
            )
        try:
            found = selected(value.expr, [w for w, _ in _on(places, value.shape)])
        except Problem as problem:
            problem.span = node.span
            raise
        return Value(found, value.row)

    note = say("places count from 0, and a range ends before its second place")
    noted = ANY if names else 0
    return Form((node.base,), _law(places), build, note, noted, sizes=names, result=result, indices=indices)


def _place(node: Syntax) -> Place:
    if isinstance(node, Bound):
        return node
    if not isinstance(node, Slice):
        return place(node)
    return (place(node.start) if node.start else dim(0)), (place(node.stop) if node.stop else None)


def _on(places: list[Place], shape: Shape) -> list[tuple[Taken, Dim]]:
    """What is taken of each axis, with the axis' size; what counts from the end is counted from the front."""

    def front(end: Dim, length: Dim) -> Dim:
        return length + end if end.number is not None and end.number < 0 else end

    found: list[tuple[Taken, Dim]] = []
    for k, length in enumerate(shape):
        one: Place = places[k] if k < len(places) else (dim(0), None)
        if isinstance(one, Bound):
            found.append((chosen(one, length), length))
            continue
        if isinstance(one, Dim):
            found.append((front(one, length), length))
            continue
        start, stop = front(one[0], length), length if one[1] is None else front(one[1], length)
        found.append((None if start is dim(0) and stop is length else (start, stop), length))
    return found


def _law(places: list[Place]) -> Table:
    """The array has as many axes as places are named, or more, which are taken whole."""
    found: list[Row] = []
    for rank in range(len(places), len(_AXES) + 1):
        base = _AXES[:rank]
        left = ""
        known: dict[str, Dim] = {}
        whole: dict[str, Dim] = {}
        beside: list[str] = []  # the axes that an index of a sum goes over
        for k, letter in enumerate(base):
            one: Place = places[k] if k < len(places) else (dim(0), None)
            if isinstance(one, Bound):
                if one.reach is None:
                    beside.append(letter)
                else:
                    whole[letter] = one.reach[2]
                continue
            if isinstance(one, Dim):
                continue
            start, stop = one
            if start is dim(0) and stop is None:
                left += letter
                continue
            left += letter.upper()
            if stop is not None and all(e.number is None or e.number >= 0 for e in (start, stop)):
                known[letter.upper()] = stop - start
        kinds = (kind(base, False), *(COLUMN for _ in beside), kind(left, True))
        found.append((kinds, (axes(base, whole), *map(axes, beside), axes(left, known))))
    return tuple(found)


# ---------------------------------------------------------------- blocks


def join(call: Call) -> Form:
    """Arrays side by side (`hcat`) or one above the other (`vcat`)."""
    if not call.args:
        raise Problem("E308", "{name} takes one array or more", call.span, "for example {name}(A, B)", name=call.name)
    axis = JOINS[call.name]
    flat, thin = _LINES[axis]

    def result(kinds: list[int], shapes: list[Shape]) -> Shape:
        """The lengths add up; the other axis is that of the first that has it."""
        if set(kinds) <= {SCALAR, flat}:
            return (sum((s[0] if s else dim(1) for s in shapes), dim(0)),)
        length = sum((s[axis] if len(s) == 2 else dim(1) for s in shapes), dim(0))
        other = shapes[0][1 - axis] if len(shapes[0]) == 2 else shapes[0][0]
        return (length, other) if axis == 0 else (other, length)

    def build(values: list[Value], texts: list[str]) -> Value:
        level = {v.kind for v in values} <= {SCALAR, flat}
        sides = [None if level or not v.shape else v.shape[1 - axis if v.kind == MATRIX else 0] for v in values]
        for value, text, side in zip(values, texts, sides, strict=True):
            if side is not sides[0] or value.kind not in ((SCALAR, flat) if level else (MATRIX, thin)):
                pairs = {texts[0]: values[0], text: value}
                raise Problem(
                    "E311",
                    "{blocks}: they do not fit side by side"
                    if axis
                    else "{blocks}: they do not fit one above the other",
                    None,
                    "a block of zeros is zeros(m, n)" if SCALAR in (value.kind, values[0].kind) else "",
                    blocks=clauses(say("{text} is {shape}", text=t, shape=v.show()) for t, v in pairs.items()),
                )
        if len(values) == 1:
            return values[0]
        return Value(joined([v.expr for v in values], 0 if level else axis, 1 if level else 2), level and axis == 1)

    return Form(call.args, _joins(len(call.args), axis), build, result=result)


#: Of each axis: the vectors that are joined end to end along it, and those that are laid side by side.
_LINES = ((COLUMN, ROW), (ROW, COLUMN))


def _joins(count: int, axis: int) -> Table:
    """Vectors and scalars make a longer vector; matrices and vectors across make a matrix."""
    flat, thin = _LINES[axis]
    found: list[Row] = []
    for one, other, whole in ((MATRIX, thin, MATRIX), (flat, SCALAR, flat)):
        alike = [(one,) * count, (other,) * count]
        for kinds in product((one, other), repeat=count) if count <= MOST_MIXED else alike:
            groups: list[Group] = [_side(kind, k, axis) for k, kind in enumerate(kinds)]
            groups.append((("long",),) if whole == flat else (("long",), ("side",))[:: 1 - 2 * axis])
            found.append(((*kinds, whole), tuple(groups)))
    return tuple(found)


def _side(kind: int, k: int, axis: int) -> Group:
    """The axes of one block: its own length, and the side that all have in common."""
    if kind == MATRIX:
        return ((f"length {k}",), ("side",))[:: 1 - 2 * axis]
    return () if kind == SCALAR else (("side",),) if kind == _LINES[axis][1] else ((f"length {k}",),)
