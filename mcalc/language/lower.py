"""From the surface tree to the expression. Every shape is checked: what does not fit is a `Problem` with its place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mcalc.algebra.dims import Dim, dim, show_shape
from mcalc.algebra.expr import (
    Expr,
    Number,
    Rational,
    Term,
    add,
    broadcast,
    coefficient_of,
    is_zero,
    number,
    power,
    ratio,
    size,
)
from mcalc.algebra.ops import OPS
from mcalc.errors import Problem
from mcalc.language.calls import constant
from mcalc.language.plan import Plan
from mcalc.language.product import Operand, chain, turned_text
from mcalc.language.syntax import (
    Bound,
    Call,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Summation,
    Syntax,
    Terms,
    Transpose,
)
from mcalc.language.value import COLUMN, MATRIX, ROW, SCALAR, TENSOR, Value
from mcalc.limits import limit
from mcalc.phrase import say

LARGEST = 308  #: the exponent of ten up to which numbers are read
HALF = Fraction(1, 2)


#: A call as the user wrote it: the name, its arguments as nodes, its options.
Said = tuple[str, tuple[Expr, ...], tuple[tuple[str, Syntax], ...]]


class Lowering:
    """The meaning of every node of a plan. `scope` holds variables and definitions; definitions are added."""

    def __init__(self, plan: Plan, scope: Mapping[str, Value], dialect: str = "") -> None:
        self.plan = plan
        self.scope = dict(scope)
        self.dialect = dialect
        self.notes: list[str] = []
        self.said: dict[Expr, Said] = {}
        self.sums: set[Expr] = set()
        self._values: dict[int, Value] = {}

    def run(self) -> Value:
        """The value of the body. Raises a `Problem` of kind shape, name, limit or unsupported."""
        for part in self.plan.parts:
            for node in part.order:
                self._values[id(node)] = self._lower(node)
            value = self._values[id(part.node)]
            if part.name:
                self.scope[part.name] = value
        return value

    def value(self, node: Syntax) -> Value:
        """The value of a node of the plan. Raises a `KeyError` where it is none."""
        return self._values[id(node)]

    def _lower(self, node: Syntax) -> Value:
        try:
            value = self._meaning(node)
            _check_bits(value.expr)
        except Problem as problem:
            if problem.span is None:
                problem.span = node.span
            raise
        return value

    def _meaning(self, node: Syntax) -> Value:
        match node:
            case Name(name):
                return self._name(name)
            case Num(text):
                return Value(number(_number(text)))
            case Transpose(arg):
                return self._turned(arg)
            case Negative(arg):
                value = self._values[id(arg)]
                return Value(-value.expr, value.row)
            case Power(base, exponent, elementwise):
                return self._power(base, exponent, elementwise)
            case Matmul(items, operators) | Product(items, operators):
                return chain(
                    [self._operand(item) for item in items], operators, self.dialect, self.plan.span, self.notes
                )
            case Terms(items, signs):
                return self._sum(items, signs)
            case Call() | Index():
                return self._call(node)
            case Summation(_, body):
                from mcalc.language.indices import summed

                return summed(node, self._values[id(body)])
            case Bound():
                from mcalc.language.indices import counter

                return counter(node)
        raise Problem("E125", "a text in quotes is an argument of einsum", node.span)

    def _operand(self, node: Syntax) -> Operand:
        return Operand(node, self.plan.text(node), self._values[id(node)])

    def _name(self, name: str) -> Value:
        if name in self.scope:
            return self.scope[name]
        if name in self.plan.sizes:
            return Value(size(dim(name)))
        record = constant(name)
        assert record is not None
        return Value(record())

    def _turned(self, arg: Syntax) -> Value:
        value = self._values[id(arg)]
        if value.kind == TENSOR:
            text = self.plan.text(arg)
            raise Problem(
                "E318",
                "{text} has {rank} axes and no transpose",
                None,
                "einsum('ijk->kji', …) says which axes change places",
                text=text,
                rank=value.expr.rank,
            )
        return value.turned()

    def _call(self, node: Call | Index) -> Value:
        form = self.plan.forms[id(node)]
        values = [self._values[id(arg)] for arg in form.args]
        called = isinstance(node, Call) and node.name == "abs"
        bars = called and self.plan.source[node.span[0] : node.span[0] + 1] in ("|", "∣")
        if bars and values[0].kind == MATRIX:
            raise Problem(
                "E117",
                "bars around a matrix can mean the determinant or the absolute values",
                node.span,
                "write det(…) or abs(…)",
            )
        value = form.build(values, [self.plan.text(arg) for arg in form.args])
        if isinstance(node, Call) and form.args == node.args and not any(v.row for v in (value, *values)):
            self.said.setdefault(value.expr, (node.name, tuple(v.expr for v in values), node.options))
        if form.note and values[0].kind & form.noted and form.note not in self.notes:
            self.notes.append(form.note)
        return value

    # ------------------------------------------------------------ sums

    def _sum(self, items: tuple[Syntax, ...], signs: tuple[str, ...]) -> Value:
        values = [self._values[id(item)] for item in items]
        lead = next((k for k, value in enumerate(values) if value.kind != SCALAR), 0)
        kind, shape = values[lead].kind, values[lead].shape
        terms: list[Term] = []
        for item, value, sign in zip(items, values, signs, strict=True):
            if value.kind != SCALAR and (value.kind != kind or value.shape != shape):
                raise self._unequal(items[lead], item)
            terms.append((1 if sign == "+" else -1, broadcast(value.expr, shape)))
        whole = add(terms, shape)
        self.sums.add(whole)
        return Value(whole, kind == ROW)

    def _unequal(self, first: Syntax, second: Syntax) -> Problem:
        a, b = self._operand(first), self._operand(second)
        hint = ""
        for here, there in ((b, a), (a, b)):
            if here.value.kind in (COLUMN, ROW) and there.value.kind == MATRIX:
                hint = hint or _spread(here, there)
            elif here.value.kind != TENSOR and here.value.kind != SCALAR:
                turned = here.value.turned()
                if turned.kind == there.value.kind and turned.shape == there.value.shape:
                    hint = hint or say("did you mean {near}?", near=turned_text(here.atom))
        return Problem(
            "E301",
            "{left} is {left_shape} and {right} is {right_shape}: their sum does not fit",
            self.plan.span(first, second),
            hint,
            left=a.text,
            left_shape=a.value.show(),
            right=b.text,
            right_shape=b.value.show(),
        )

    # ------------------------------------------------------------ powers

    def _power(self, base: Syntax, exponent: Syntax, elementwise: bool) -> Value:
        a, b = self._operand(base), self._operand(exponent)
        if elementwise:
            return self._each_power(a, b)
        if b.value.kind != SCALAR:
            raise Problem(
                "E305",
                "the exponent {exponent} is {shape}",
                exponent.span,
                "{base}.^{power} is the power of every entry",
                exponent=b.text,
                shape=b.value.show(),
                base=a.atom,
                power=b.atom,
            )
        if a.value.kind == SCALAR:
            return self._each_power(a, b)
        if a.value.kind != MATRIX or a.value.shape[0] is not a.value.shape[1]:
            raise Problem(
                "E306",
                "{base_text} is {shape}: only scalars and square matrices have a power",
                None,
                "{base}.^{power} is the power of every entry; the sum of squares is norm({base_text})^2"
                if isinstance(exponent, Num) and exponent.text == "2"
                else "{base}.^{power} is the power of every entry",
                base_text=a.text,
                shape=a.value.show(),
                base=a.atom,
                power=exponent.text if isinstance(exponent, Num) else b.atom,
            )
        return Value(self._matrix_power(a, b))

    def _matrix_power(self, base: Operand, exponent: Operand) -> Expr:
        """A whole power, or a root and what it divides."""
        matrix, power_of = base.value.expr, exponent.value.expr
        match power_of:
            case Number(Fraction() as k) if abs(k) != HALF:
                raise Problem(
                    "E403",
                    "a matrix has whole powers and square roots only",
                    exponent.node.span,
                    "{base}.^{power} is the power of every entry",
                    base=base.atom,
                    power=exponent.atom,
                )
            case Number(int() as k) if abs(k) > limit("power"):
                raise Problem(
                    "E505",
                    "matrix powers go up to {powers}, and this is {exponent}",
                    exponent.node.span,
                    "--limit power=N allows more",
                    powers=limit("power"),
                    exponent=k,
                )
            case Number(Fraction() as half):
                root = OPS["sqrtm"].of(matrix)
                return root if half > 0 else OPS["inv"].of(root)
        if not isinstance(power_of, Number):
            note = say("{power} is a whole number: a matrix has no other powers", power=exponent.text)
            self.notes += [note] if note not in self.notes else []
        return OPS["mpower"].of(matrix, power_of)

    def _each_power(self, base: Operand, exponent: Operand) -> Value:
        x, a = base.value, exponent.value
        if SCALAR not in (x.kind, a.kind) and (x.kind != a.kind or x.shape != a.shape):
            raise Problem(
                "E306",
                "{left} is {left_shape} and {right} is {right_shape}: the power does not fit",
                left=base.text,
                left_shape=x.show(),
                right=exponent.text,
                right_shape=a.show(),
            )
        row = ROW in (x.kind, a.kind)
        if isinstance(a.expr, Number):
            value = a.expr.value
            if value < 0 and is_zero(x.expr):
                raise Problem("E025", "division by zero", base.node.span)
            _check_power(coefficient_of(x.expr)[0], value)
            return Value(power(x.expr, value), row)
        return Value(OPS["pow"].of(x.expr, a.expr), row)


def _spread(vector: Operand, matrix: Operand) -> str:
    """How a vector is added to every row or column of a matrix."""
    rows, columns = (show_shape((d,)) for d in matrix.value.shape)
    length: Dim = vector.value.shape[0]
    name = vector.atom.removesuffix(".T") if vector.value.kind == ROW else vector.atom
    row = vector.atom if vector.value.kind == ROW else f"{vector.atom}.T"
    if length is matrix.value.shape[1]:
        written = f"{matrix.text} + ones({rows})@{row}"
        return say("to add it to every row write {written}", written=written)
    if length is matrix.value.shape[0]:
        written = f"{matrix.text} + {name}@ones({columns}).T"
        return say("to add it to every column write {written}", written=written)
    return ""


# ---------------------------------------------------------------- numbers


def _number(text: str) -> Rational:
    """The exact value of a number as written: `0.5` is 1/2."""
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > LARGEST:
        raise Problem("E503", "numbers go up to 10^{most}", most=LARGEST)
    return ratio(Fraction(text))


def _check_power(base: Rational, exponent: Rational) -> None:
    """Refuse the power of a number before it is computed where it would be too long to write."""
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(base) != 1 and base and bits * max(exponent, -exponent) > limit("bits"):
        hint, most = "--limit bits=N allows more", limit("bits")
        raise Problem("E503", "the power of a number would be longer than {most} bits", hint=hint, most=most)


def _check_bits(node: Expr) -> None:
    value = coefficient_of(node)[0]
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > limit("bits"):
        hint, most = "--limit bits=N allows more", limit("bits")
        raise Problem("E503", "a number would be longer than {most} bits", hint=hint, most=most)
