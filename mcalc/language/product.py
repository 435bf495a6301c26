"""Products, read from left to right as on paper, and made in one contraction.

Vectors stand as columns; what has been read so far is a scalar, a column, a row or a matrix whose axes carry labels.
A factor joins by sharing labels: the last one in a matrix product, all of them in an elementwise product or quotient.
"""

from __future__ import annotations

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Factor, contract, is_zero
from mcalc.errors import Problem
from mcalc.language.syntax import Call, Name, Num, Syntax, Transpose
from mcalc.language.value import COLUMN, MATRIX, ROW, SCALAR, TENSOR, VECTOR, Value, words

Labels = tuple[int, ...]

#: Kinds whose matrix product is read: how many labels of the left one stay, and the kind of the result.
_PRODUCTS = {
    (ROW, COLUMN): SCALAR,
    (COLUMN, ROW): MATRIX,
    (ROW, MATRIX): ROW,
    (MATRIX, COLUMN): COLUMN,
    (MATRIX, MATRIX): MATRIX,
}
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
        plain = isinstance(self.node, (Name, Num, Call, Transpose)) or self.text.startswith("(")
        return self.text if plain else f"({self.text})"


def chain(operands: list[Operand], operators: tuple[str, ...], dialect: str) -> Value:
    """The value of a chain of factors. Raises a `Problem` of kind shape at the first that does not fit."""
    reader = _Reader(operands, operators, dialect)
    for place in range(1, len(operands)):
        reader.join(place)
    return reader.value()


class _Reader:
    """What has been read of a chain: the factors with their labels, and the kind and labels of the whole."""

    def __init__(self, operands: list[Operand], operators: tuple[str, ...], dialect: str) -> None:
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
            raise Problem("usage", "division by zero", operand.node.span)
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
        product = operator in ("@", " ", "*") and self._chains(right)
        elementwise = operator in ("*", ".*", "./", "/") and self._matches(right)
        if product and elementwise:
            if not self.dialect:
                raise self._ambiguous(place)
            product = self.dialect == PRODUCT
        if not (product or elementwise):
            raise self._misfit(place, operator)
        if not product:
            return self.labels
        fresh = self._fresh(right)
        shared = self.labels[-1:] if (self.kind, right.kind) != (COLUMN, ROW) else ()
        labels = (*shared, *fresh[len(shared) :])
        self.labels = (*self.labels[: len(self.labels) - len(shared)], *labels[len(shared) :])
        self.kind = _PRODUCTS[self.kind, right.kind]
        return labels

    def _chains(self, right: Value) -> bool:
        """Whether the matrix product with this value fits."""
        pair = self.kind, right.kind
        return pair in _PRODUCTS and (pair == (COLUMN, ROW) or self.sizes[self.labels[-1]] is right.shape[0])

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

    def _left(self, place: int) -> tuple[str, str, int]:
        """What stands on the left in the user's words, for brackets as well, and the operand where it starts."""
        before = self.operands[place - 1]
        if before.value.kind == self.kind and before.value.shape == self.shape:
            return before.text, before.atom, place - 1
        first = self.operands[self.start]
        if self.start == place - 1:
            return first.text, first.atom, self.start
        middle = [
            o.atom + op
            for o, op in zip(self.operands[self.start :], self.operators[self.start : place - 1], strict=False)
        ]
        text = "".join(middle) + before.atom
        return text, f"({text})", self.start

    def _span(self, start: int, place: int) -> tuple[int, int]:
        return self.operands[start].node.span[0], self.operands[place].node.span[1]

    def _ambiguous(self, place: int) -> Problem:
        left, atom, start = self._left(place)
        right = self.operands[place].atom
        hint = f"write {atom}@{right} for the matrix product, {atom}.*{right} for the product of entries"
        message = f"{left}*{right} can be the matrix product or the product of entries"
        return Problem("shape", message, self._span(start, place), hint)

    def _no_quotient(self, place: int) -> Problem:
        operand = self.operands[place]
        left = self._left(place)[1]
        hint = f"{left} ./ {operand.atom} divides by every entry"
        if operand.value.kind == MATRIX and len(set(operand.value.shape)) == 1:
            hint += f"; the inverse is inv({operand.text})"
        message = f"{operand.text} is {operand.value.show()}: only a scalar divides"
        return Problem("shape", message, operand.node.span, hint)

    def _misfit(self, place: int, operator: str) -> Problem:
        text, atom, start = self._left(place)
        operand = self.operands[place]
        shown = "" if operator == " " else operator
        message = f"{text} is {words(self.kind, self.shape)} and {operand.text} is {operand.value.show()}"
        what = {"/": "the quotient", "./": "the quotient of entries", ".*": "the product of entries"}
        message += f": {what.get(operator, 'the product')} does not fit"
        left = (atom, self.kind, self.shape)
        right = (operand.atom, operand.value.kind, operand.value.shape)
        elementwise = operator in (".*", "./", "/")
        hint = _scaled(left, right) if operator == ".*" else ""
        hint = hint or _suggestion(left, right, elementwise, shown if elementwise else "@")
        return Problem("shape", message, self._span(start, place), hint)


Side = tuple[str, int, tuple[Dim, ...]]  #: text, kind and shape


def _turn(side: Side) -> Side:
    text, kind, shape = side
    turned = text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"
    return turned, _TURNED.get(kind, TENSOR), shape[::-1]


def _suggestion(left: Side, right: Side, elementwise: bool, operator: str) -> str:
    """The products that do fit where one operand, or both, are transposed."""
    found = []
    for a, b in ((left, _turn(right)), (_turn(left), right), (_turn(left), _turn(right))):
        fits = a[1:] == b[1:] if elementwise else _fits(a, b)
        if fits and TENSOR not in (a[1], b[1]):
            result = 0 if elementwise else _PRODUCTS[a[1], b[1]]
            tail = {SCALAR: " is the scalar", MATRIX: " the matrix"}.get(result, "")
            found.append((f"{a[0]}{operator}{b[0]}", tail if left[1] & VECTOR and right[1] & VECTOR else ""))
    if len(found) > 1 and all(tail for _, tail in found):
        found.sort(key=lambda item: item[1])
        return ", ".join(text + tail for text, tail in found)
    return f"did you mean {found[0][0]}?" if found else ""


def _fits(left: Side, right: Side) -> bool:
    pair = left[1], right[1]
    return pair in _PRODUCTS and (pair == (COLUMN, ROW) or left[2][-1] is right[2][0])


def _scaled(left: Side, right: Side) -> str:
    """How a vector scales the rows or columns of a matrix."""
    for vector, matrix in ((left, right), (right, left)):
        if vector[1] & VECTOR and matrix[1] == MATRIX:
            name = vector[0].removesuffix(".T")
            if vector[2][0] is matrix[2][0]:
                return f"diag({name})@{matrix[0]} scales the rows"
            if vector[2][0] is matrix[2][1]:
                return f"{matrix[0]}@diag({name}) scales the columns"
    return ""


def _groups(labels: Labels) -> tuple[tuple[int], ...]:
    return tuple((label,) for label in labels)
