"""Answers as SymPy's expressions of MatrixSymbols; `mcalc.language.sympy` reads such expressions.

A vector is a matrix of one column, and what has one row and one column is a scalar: its trace. SymPy's own matrix
derivatives are not asked for; and no text goes to SymPy, only objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import Any

from mcalc.errors import Problem
from mcalc.language.sympy import ELEMENTWISE, as_scalar, is_matrix
from mcalc.language.syntax import (
    Call,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Syntax,
    Terms,
    Transpose,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.dims import Dim
    from mcalc.language.read import Reading


def to_sympy(syntax: Syntax, reading: Reading) -> Any:
    """An expression over the variables of a reading as SymPy's object, a vector as a matrix of one column.

    Raises a `Problem` of kind unsupported where SymPy has no such thing, or fails on it.
    """
    try:
        return _Making(reading).program(syntax)
    except (AttributeError, NotImplementedError, TypeError, ValueError) as fault:
        if not _raised_in_sympy(fault):
            raise
        raise Problem("E430", "SymPy fails on this: {fault}", fault=fault) from None


def _raised_in_sympy(fault: Exception) -> bool:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("sympy.")


class _Making:
    """SymPy's objects for the names of one reading."""

    def __init__(self, reading: Reading) -> None:
        import sympy  # type: ignore[import-untyped]

        self.sympy = sympy
        self.known: dict[str, Any] = {}
        for name, x in reading.symbols.items():
            if x.rank > 2:
                raise Problem("E430", "SymPy has no symbol with {rank} axes", rank=x.rank)
            shape = [self.size(d) for d in x.shape]
            positive = {"positive": True} if "positive" in x.props else {"real": True}
            self.known[name] = sympy.MatrixSymbol(name, *[*shape, 1][:2]) if shape else sympy.Symbol(name, **positive)
        self.sizes = {name: self.size_named(name) for name in reading.sizes if name not in self.known}
        for defined, value in reading.program.definitions:
            if defined.id not in self.known:
                self.known[defined.id] = self.of(value)

    def size_named(self, name: str) -> Any:
        """The symbol of a size."""
        return self.sympy.Symbol(name, integer=True, positive=True)

    def size(self, d: Dim) -> Any:
        """The size of an axis."""
        parts = [count * self.sympy.Mul(*map(self.size_named, names)) for names, count in d.terms]
        return self.sympy.Add(*parts)

    def program(self, syntax: Syntax) -> Any:
        """The expression, what it defines put in."""
        if isinstance(syntax, Program):
            for name, value in syntax.definitions:
                self.known[name.id] = self.of(value)
            syntax = syntax.body
        return self.of(syntax)

    def of(self, node: Syntax) -> Any:
        """The object for a node."""
        sympy = self.sympy
        match node:
            case Num(text):
                return sympy.Rational(*Fraction(text).as_integer_ratio())
            case Name(name):
                if name in self.known:
                    return self.known[name]
                if name in self.sizes:
                    return self.sizes[name]
                return self.call(name, []) if name in _CALLS else self.size_named(name)
            case Transpose(arg):
                inner = self.of(arg)
                return inner.T if is_matrix(inner) else inner
            case Negative(arg):
                return -self.of(arg)
            case Matmul(items):
                return self.chain([self.of(item) for item in items])
            case Terms(items, signs):
                return self.sum([self.of(item) for item in items], signs)
            case Product(items, operators):
                found = self.of(items[0])
                for operator, item in zip(operators, items[1:], strict=True):
                    found = self.loose(found, operator, self.of(item))
                return found
            case Power(base, exponent, elementwise):
                below, above = self.of(base), self.of(exponent)
                if not is_matrix(below):
                    return below**above
                if elementwise or below.shape[0] != below.shape[1]:
                    return sympy.HadamardPower(below, above)
                return sympy.MatPow(below, above).doit() if above == -1 else sympy.MatPow(below, above)
            case Index(base, places) if all(isinstance(place, Num) for place in places):
                at = [int(place.text) for place in places if isinstance(place, Num)]
                return self.of(base)[(*at, 0)[:2]]
            case Call(name, args, options) if not options and name in {*_CALLS, *ELEMENTWISE, *_FORMULAS}:
                made = [self.of(arg) for arg in args]
                with suppress(TypeError, ValueError):  # SymPy takes what has matrices in it apart as numbers
                    return self.call(name, made)
        raise Problem("E430", "SymPy has no form for {what}", what=_named(node))

    def chain(self, factors: Sequence[Any]) -> Any:
        """A matrix product: what becomes one number is a scalar factor."""
        done: list[Any] = []
        scalars: list[Any] = []
        for factor in factors:
            if not is_matrix(factor):
                scalars.append(factor)
                continue
            done.append(factor)
            if done[-1].shape[1] == 1:  # a column ends what begins with a row
                start = next((k for k in range(len(done) - 1, -1, -1) if done[k].shape[0] == 1), None)
                if start is not None and all(
                    a.shape[1] == b.shape[0] for a, b in zip(done[start:], done[start + 1 :], strict=False)
                ):
                    scalars.append(as_scalar(self.sympy.MatMul(*done[start:])))
                    del done[start:]
        product = self.sympy.MatMul(*done) if len(done) > 1 else done[0] if done else None
        scale = self.sympy.Mul(*scalars)
        return scale if product is None else as_scalar(product if not scalars else scale * product)

    def sum(self, items: Sequence[Any], signs: Sequence[str]) -> Any:
        """A sum, in which a scalar stands in every entry."""
        shape = next((item.shape for item in items if is_matrix(item)), None)
        parts = [item if shape is None or is_matrix(item) else item * self.sympy.OneMatrix(*shape) for item in items]
        signed = [-part if sign == "-" else part for part, sign in zip(parts, signs, strict=True)]
        return self.sympy.Add(*signed) if shape is None else self.sympy.MatAdd(*signed)

    def loose(self, left: Any, operator: str, right: Any) -> Any:
        """A scalar multiple, an elementwise product, or a quotient."""
        sympy = self.sympy
        divides = operator in ("/", "./")
        if not is_matrix(right):
            return left / right if divides else left * right
        other = sympy.HadamardPower(right, -1) if divides else right
        return sympy.HadamardProduct(left, other) if is_matrix(left) else left * other

    def call(self, name: str, args: list[Any]) -> Any:
        """A function."""
        sympy = self.sympy
        if name in _CALLS:
            return _CALLS[name](sympy, *args)
        function: Callable[..., Any] = getattr(sympy, ELEMENTWISE.get(name, ""), None) or partial(
            _FORMULAS[name], sympy
        )
        *orders, array = args
        order = [_entry(sympy, one) for one in orders]
        if not is_matrix(array):
            return function(*order, array)
        x = sympy.Dummy("x", real=True)
        return array.applyfunc(sympy.Lambda(x, function(*order, x)))


def _entry(s: Any, x: Any) -> Any:
    """The number that every entry of an array is, as the order of a special function; else what it is."""
    if isinstance(x, s.ZeroMatrix):
        return s.Integer(0)
    factor, rest = x.as_coeff_mmul() if is_matrix(x) else (x, None)
    return factor if rest is None or isinstance(rest.doit(), s.OneMatrix) else x


def _named(node: Syntax) -> str:
    return node.name if isinstance(node, Call) else type(node).__name__.lower()


#: Functions of one number that SymPy knows by a formula.
_FORMULAS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda s, x: 1 / (1 + s.exp(-x)),
    "softplus": lambda s, x: s.log(1 + s.exp(x)),
    "relu": lambda s, x: s.Max(x, 0),
    "step": lambda s, x: s.Heaviside(x, 0),
    "square": lambda s, x: x**2,
    "expm1": lambda s, x: s.exp(x) - 1,
    "log1p": lambda s, x: s.log(1 + x),
    "log2": lambda s, x: s.log(x) / s.log(2),
    "log10": lambda s, x: s.log(x) / s.log(10),
}


def _total(s: Any, x: Any) -> Any:
    return as_scalar(s.MatMul(s.OneMatrix(1, x.shape[0]), x, s.OneMatrix(x.shape[1], 1))) if is_matrix(x) else x


def _exponentials(s: Any, x: Any) -> Any:
    return x.applyfunc(s.exp)


#: Functions of whole arrays.
_CALLS: Mapping[str, Callable[..., Any]] = {
    "tr": lambda s, x: s.Trace(x) if is_matrix(x) else x,
    "det": lambda s, x: s.Determinant(x),
    "logdet": lambda s, x: s.log(s.Abs(s.Determinant(x))),
    "inv": lambda s, x: s.Inverse(x),
    "transpose": lambda s, x: x.T,
    "diag": lambda s, x: s.DiagMatrix(x) if x.shape[1] == 1 else s.DiagonalMatrix(x),
    "sum": _total,
    "mean": lambda s, x: _total(s, x) / (x.shape[0] * x.shape[1]),
    "norm": lambda s, x: s.sqrt(as_scalar(x.T * x) if x.shape[1] == 1 else s.Trace(x.T * x)),
    "dot": lambda s, x, y: as_scalar(x.T * y),
    "inner": lambda s, x, y: s.Trace(x.T * y),
    "outer": lambda s, x, y: x * y.T,
    "kron": lambda s, x, y: s.KroneckerProduct(x, y),
    "eye": lambda s, n: s.Identity(n),
    "zeros": lambda s, *n: s.ZeroMatrix(*(*n, 1)[:2]),
    "ones": lambda s, *n: s.OneMatrix(*(*n, 1)[:2]),
    "softmax": lambda s, x: _exponentials(s, x) / _total(s, _exponentials(s, x)),
    "logsumexp": lambda s, x: s.log(_total(s, _exponentials(s, x))),
    "solve": lambda s, a, b: s.Inverse(a) * b,
    "pi": lambda s: s.pi,
}
