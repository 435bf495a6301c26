"""Products, read from left to right as on paper, and made in one contraction.

Vectors stand as columns; what has been read so far is a scalar, a column, a row or a matrix whose axes carry labels.
A factor joins by sharing labels: the last one in a matrix product, all of them in an elementwise product or quotient.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Factor, contract, is_zero
from mcalc.errors import Problem
from mcalc.language.laws import PAIRS
from mcalc.language.syntax import Call, Name, Num, Span, Syntax, Terms, Transpose
from mcalc.language.value import COLUMN, MATRIX, ROW, SCALAR, TENSOR, VECTOR, Value, kind_of, words
from mcalc.phrase import say

Labels = tuple[int, ...]
Place = Callable[[Syntax, Syntax], Span]

_TURNED = {SCALAR: SCALAR, COLUMN: ROW, ROW: COLUMN, MATRIX: MATRIX}

PRODUCT, ELEMENTWISE = "product", "elementwise"


class Operand:
    """A factor as it is written, and what it stands for."""

    __slots__ = ("node", "text", "value")

    def __init__(self, node: Syntax, text: str, value: Value) -> None:
        self.node, self.text, self.value = node, text, value

    @property
    def atom(self) -> str:
        """The text, in brackets where an operator behind it would tear it apart."""
        plain = isinstance(self.node, (Name, Num, Call, Transpose)) or _enclosed(self.text)
        return self.text if plain else f"({self.text})"

    @property
    def link(self) -> str:
        """The text as the first factor of a chain: only a sum needs brackets."""
        return self.atom if isinstance(self.node, Terms) else self.text


def _enclosed(text: str) -> bool:
    """Whether one pair of brackets is around all of the text, as it is not around (a).T@(b)."""
    depth = 0
    for k, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return k == len(text) - 1 and sign == ")"
    return False


def chain(
    operands: list[Operand], operators: tuple[str, ...], dialect: str, span: Place, notes: list[str] | None = None
) -> Value:
    """The value of a chain of factors, and notes on how it was read. Raises a `Problem` at the first that does not fit.

    `span` gives the place in the text from one node to another.
    """
    reader = _Reader(operands, operators, dialect, span)
    for place in range(1, len(operands)):
        reader.join(place)
    if notes is not None:
        notes += [note for note in reader.notes if note not in notes]
    return reader.value()


class _Reader:
    """What has been read of a chain: the factors with their labels, and the kind and labels of the whole."""

    def __init__(self, operands: list[Operand], operators: tuple[str, ...], dialect: str, span: Place) -> None:
        self.span = span
        self.operands = operands
        self.operators = operators
        loose = [
            o.value.kind
            for k, o in enumerate(operands)
            if "*" in (operators[max(k - 1, 0)], operators[min(k, len(operators) - 1)])
        ]
        # A vector among matrices shows that `*` is the product: entry by entry they would not fit.
        mixed = any(kind & VECTOR for kind in loose) and MATRIX in loose
        self.dialect = PRODUCT if mixed else dialect
        self.sizes: dict[int, Dim] = {}
        first = operands[0].value
        self.kind = first.kind
        self.labels = self._fresh(first)
        self.factors: list[Factor] = [(first.expr, 1, _groups(self.labels))]
        self.notes: list[str] = []
        self.start = 0  #: the first operand whose axes are still there

    def value(self) -> Value:
        """The contraction of all factors."""
        return Value(contract(self.factors, _groups(self.labels)), self.kind == ROW)

    def join(self, place: int) -> None:
        """Read one factor more."""
        operand, operator = self.operands[place], self.operators[place - 1]
        right = operand.value
        divides = operator in ("/", "./")
        if divides and is_zero(right.expr):
            raise Problem("E025", "division by zero", operand.node.span)
        if right.kind == SCALAR:
            labels: Labels = ()
        elif self.kind == SCALAR:
            if operator == "/":
                raise self._no_quotient(place)
            labels = self._fresh(right)
            self.kind, self.labels, self.start = right.kind, labels, place
        else:
            labels = self._pair(place, operator)
        self.factors.append((right.expr, -1 if divides else 1, _groups(labels)))

    def _pair(self, place: int, operator: str) -> Labels:
        """The labels of an array that joins an array."""
        right = self.operands[place].value
        if operator == "@" and TENSOR in (self.kind, right.kind):
            return self._batch(place)
        if operator in ("@", "·") and not self._chains(right) and self._turns(right):
            # x@y of NumPy's arrays of one axis, and x·y on paper: the vector in front stands as a row.
            self.kind = ROW
            if operator == "@":
                left = self._left(place)[0]
                name = self.operands[place].atom
                self.notes.append(
                    say(
                        "{left}@{name} was read as {row}@{name}, as NumPy reads it",
                        left=left.text,
                        name=name,
                        row=left.turned().text,
                    )
                )
        product = operator in ("@", " ", "*", "·", "×") and self._chains(right)
        elementwise = operator in ("*", ".*", "./", "/") and self._matches(right)
        if product and elementwise:
            if not self.dialect:
                raise self._ambiguous(place)
            product = self.dialect == PRODUCT
        if operator == "·" and not product and (self.kind, right.kind) == (COLUMN, COLUMN) and self._matches(right):
            labels, self.labels, self.kind = self.labels, (), SCALAR
            return labels
        if not (product or elementwise):
            raise self._misfit(place, operator)
        if not product:
            return self.labels
        fresh = self._fresh(right)
        shared = self.labels[-1:] if (self.kind, right.kind) != (COLUMN, ROW) else ()
        labels = (*shared, *fresh[len(shared) :])
        self.labels = (*self.labels[: len(self.labels) - len(shared)], *labels[len(shared) :])
        self.kind = PAIRS[self.kind, right.kind]
        return labels

    def _batch(self, place: int) -> Labels:
        """The labels of an array in the product of matrices that stand in the last two axes, as in NumPy.

        Axes in front of these are batch axes: counted from the last they are equal, or only one array has them.
        """
        left, right = self.labels, self._fresh(self.operands[place].value)
        near, far = left[-1], right[max(len(right) - 2, 0)]
        batches = list(zip(left[:-2][::-1], right[:-2][::-1], strict=False))
        if any(self.sizes[x] is not self.sizes[y] for x, y in ((near, far), *batches)):
            raise self._misfit(place, "@")
        same = {y: x for x, y in ((near, far), *batches)}
        right = tuple(same.get(y, y) for y in right)
        lead = max(left[:-2], right[:-2], key=len)
        self.labels = (*lead, *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))
        self.kind = kind_of(len(self.labels))
        return right

    def _chains(self, right: Value) -> bool:
        """Whether the matrix product with this value fits."""
        pair = self.kind, right.kind
        return pair in PAIRS and (pair == (COLUMN, ROW) or self.sizes[self.labels[-1]] is right.shape[0])

    def _turns(self, right: Value) -> bool:
        """Whether what has been read is a column that fits as a row."""
        fits = self.kind == COLUMN and right.kind in (COLUMN, MATRIX)
        return fits and self.sizes[self.labels[-1]] is right.shape[0]

    def _matches(self, right: Value) -> bool:
        """Whether the value has the shape of what has been read, and stands the same way."""
        return self.kind == right.kind and self.shape == right.shape

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The shape of what has been read."""
        return tuple(self.sizes[x] for x in self.labels)

    def _fresh(self, value: Value) -> Labels:
        start = len(self.sizes)
        self.sizes.update((start + k, d) for k, d in enumerate(value.shape))
        return tuple(range(start, start + value.expr.rank))

    # ------------------------------------------------------------ messages

    def _left(self, place: int) -> tuple[_Side, Syntax]:
        """What stands on the left of an operand, and the node where that starts."""
        start = place - 1
        value = self.operands[start].value
        if value.kind != self.kind or value.shape != self.shape:
            start = self.start
        parts = [self.operands[start].link]
        for operator, operand in zip(self.operators[start : place - 1], self.operands[start + 1 : place], strict=True):
            parts += [operator, operand.atom]
        text = "".join(parts)
        atom = self.operands[start].atom if start == place - 1 else f"({text})"
        return _Side(text, atom, self.kind, self.shape), self.operands[start].node

    def _ambiguous(self, place: int) -> Problem:
        left, start = self._left(place)
        right = self.operands[place]
        product, entries = f"{left.text}@{right.atom}", f"{left.text}.*{right.atom}"
        return Problem(
            "E303",
            "{left}*{right} can be the matrix product or the product of entries",
            self.span(start, right.node),
            "write {product} for the matrix product, {entries} for the product of entries",
            left=left.text,
            right=right.atom,
            product=product,
            entries=entries,
        )

    def _no_quotient(self, place: int) -> Problem:
        operand = self.operands[place]
        square = operand.value.kind == MATRIX and len(set(operand.value.shape)) == 1
        return Problem(
            "E304",
            "{text} is {shape}: only a scalar divides",
            operand.node.span,
            "{left} ./ {right} divides by every entry; the inverse is inv({text})"
            if square
            else "{left} ./ {right} divides by every entry",
            text=operand.text,
            shape=operand.value.show(),
            left=self._left(place)[0].text,
            right=operand.atom,
        )

    def _misfit(self, place: int, operator: str) -> Problem:
        left, start = self._left(place)
        operand = self.operands[place]
        right = _Side(operand.atom, operand.atom, operand.value.kind, operand.value.shape)
        what = {
            "/": say("the quotient"),
            "./": say("the quotient of entries"),
            ".*": say("the product of entries"),
        }
        hint = _scaled(left, right) if operator == ".*" else ""
        if operator == "×" and left.kind == right.kind == COLUMN:
            hint = say("there is no cross product; {x}·{y} is the inner one", x=left.atom, y=right.atom)
        if operator == "/" and right.kind == MATRIX and left.kind == COLUMN and right.shape[0] is right.shape[1]:
            hint = say("the solution of {right} x = {left} is solve({right}, {left})", right=right.text, left=left.text)
        hint = hint or _suggestion(left, right, operator if operator in what else "@")
        return Problem(
            "E302",
            "{left} is {left_shape} and {right} is {right_shape}: {what} does not fit",
            self.span(start, operand.node),
            hint,
            left=left.text,
            left_shape=words(left.kind, left.shape),
            right=operand.text,
            right_shape=operand.value.show(),
            what=what.get(operator, say("the product")),
        )


class _Side:
    """One side of a product that does not fit: as it stands there, as an atom, and its shape."""

    __slots__ = ("atom", "kind", "shape", "text")

    def __init__(self, text: str, atom: str, kind: int, shape: tuple[Dim, ...]) -> None:
        self.text, self.atom, self.kind, self.shape = text, atom, kind, shape

    def turned(self) -> _Side:
        """The transpose."""
        text = turned_text(self.atom)
        return _Side(text, text, _TURNED.get(self.kind, TENSOR), self.shape[::-1])


def turned_text(atom: str) -> str:
    """The transpose of what this says, without a second mark on top of the first."""
    return atom.removesuffix(".T") if atom.endswith(".T") else f"{atom}.T"


def _suggestion(left: _Side, right: _Side, operator: str) -> str:
    """The products that do fit where one operand, or both, are transposed."""
    found: list[tuple[str, int]] = []
    for a, b in ((left, right.turned()), (left.turned(), right), (left.turned(), right.turned())):
        if TENSOR in (a.kind, b.kind):
            continue
        if operator != "@" and (a.kind, a.shape) == (b.kind, b.shape):
            found.append((f"{a.text}{operator}{b.text}", 0))
        elif operator == "@" and _fits(a, b):
            found.append((f"{a.text}@{b.text}", PAIRS[a.kind, b.kind]))
    if len(found) > 1 and left.kind & VECTOR and right.kind & VECTOR and operator == "@":
        found.sort(key=lambda item: item[1])
        said = [
            say("{text} is the scalar" if kind == SCALAR else "{text} the matrix", text=text) for text, kind in found
        ]
        return say("{said}", said=said)
    return say("did you mean {near}?", near=found[0][0]) if found else ""


def _fits(left: _Side, right: _Side) -> bool:
    pair = left.kind, right.kind
    return pair in PAIRS and (pair == (COLUMN, ROW) or left.shape[-1] is right.shape[0])


def _scaled(left: _Side, right: _Side) -> str:
    """How a vector scales the rows or columns of a matrix."""
    for vector, matrix in ((left, right), (right, left)):
        if vector.kind & VECTOR and matrix.kind == MATRIX:
            name = vector.atom.removesuffix(".T")
            if vector.shape[0] is matrix.shape[0]:
                return say("{written} scales the rows", written=f"diag({name})@{matrix.atom}")
            if vector.shape[0] is matrix.shape[1]:
                return say("{written} scales the columns", written=f"{matrix.atom}@diag({name})")
    return ""


def _groups(labels: Labels) -> tuple[tuple[int], ...]:
    return tuple((label,) for label in labels)
