"""SymPy both ways: expressions of MatrixSymbols are read, and answers become such expressions.

A vector is a matrix of one column, and what has one row and one column is a scalar: its trace. SymPy's own matrix
derivatives are not asked for; and no text goes to SymPy, only objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mcalc.errors import Problem
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

#: Functions of every entry, by our name and SymPy's.
ELEMENTWISE = {
    name: name
    for name in """
        exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sqrt erf erfc erfi erfinv gamma loggamma
        digamma trigamma sign sec csc cot sech csch coth
    """.split()
} | {"abs": "Abs"}


def _scalar(value: Any) -> Any:
    """What has one row and one column, as a scalar."""
    from sympy import Trace  # type: ignore[import-untyped]

    return Trace(value) if getattr(value, "is_Matrix", False) and value.shape == (1, 1) else value


def _is_matrix(value: Any) -> bool:
    return bool(getattr(value, "is_Matrix", False))


# ---------------------------------------------------------------- to SymPy


def to_sympy(syntax: Syntax, reading: Reading) -> Any:
    """An expression over the variables of a reading as SymPy's object, a vector as a matrix of one column.

    Raises a `Problem` of kind unsupported where SymPy has no such thing.
    """
    return _Making(reading).program(syntax)


class _Making:
    """SymPy's objects for the names of one reading."""

    def __init__(self, reading: Reading) -> None:
        import sympy

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
                return self.sizes[name] if name in self.sizes else self.size_named(name)
            case Transpose(arg):
                inner = self.of(arg)
                return inner.T if _is_matrix(inner) else inner
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
                if not _is_matrix(below):
                    return below**above
                if elementwise or below.shape[0] != below.shape[1]:
                    return sympy.HadamardPower(below, above)
                return sympy.MatPow(below, above).doit() if above == -1 else sympy.MatPow(below, above)
            case Index(base, places) if all(isinstance(place, Num) for place in places):
                at = [int(place.text) for place in places if isinstance(place, Num)]
                return self.of(base)[(*at, 0)[:2]]
            case Call(name, args, options) if not options and name in {*_CALLS, *ELEMENTWISE, *_FORMULAS}:
                return self.call(name, [self.of(arg) for arg in args])
        raise Problem("E430", "SymPy has no form for {what}", what=_named(node))

    def chain(self, factors: Sequence[Any]) -> Any:
        """A matrix product: what becomes one number is a scalar factor."""
        done: list[Any] = []
        scalars: list[Any] = []
        for factor in factors:
            if not _is_matrix(factor):
                scalars.append(factor)
                continue
            done.append(factor)
            if done[-1].shape[1] == 1:  # a column ends what begins with a row
                start = next((k for k in range(len(done) - 1, -1, -1) if done[k].shape[0] == 1), None)
                if start is not None and all(
                    a.shape[1] == b.shape[0] for a, b in zip(done[start:], done[start + 1 :], strict=False)
                ):
                    scalars.append(_scalar(self.sympy.MatMul(*done[start:])))
                    del done[start:]
        product = self.sympy.MatMul(*done) if len(done) > 1 else done[0] if done else None
        scale = self.sympy.Mul(*scalars)
        return scale if product is None else _scalar(product if not scalars else scale * product)

    def sum(self, items: Sequence[Any], signs: Sequence[str]) -> Any:
        """A sum, in which a scalar stands in every entry."""
        shape = next((item.shape for item in items if _is_matrix(item)), None)
        parts = [item if shape is None or _is_matrix(item) else item * self.sympy.OneMatrix(*shape) for item in items]
        signed = [-part if sign == "-" else part for part, sign in zip(parts, signs, strict=True)]
        return self.sympy.Add(*signed) if shape is None else self.sympy.MatAdd(*signed)

    def loose(self, left: Any, operator: str, right: Any) -> Any:
        """A scalar multiple, an elementwise product, or a quotient."""
        sympy = self.sympy
        divides = operator in ("/", "./")
        if not _is_matrix(right):
            return left / right if divides else left * right
        other = sympy.HadamardPower(right, -1) if divides else right
        return sympy.HadamardProduct(left, other) if _is_matrix(left) else left * other

    def call(self, name: str, args: list[Any]) -> Any:
        """A function."""
        sympy = self.sympy
        first: Any = args[0] if args else None
        if name in _CALLS:
            return _CALLS[name](sympy, *args)
        if name in ELEMENTWISE:
            function = (lambda x: sympy.polygamma(1, x)) if name == "trigamma" else getattr(sympy, ELEMENTWISE[name])
        else:
            function = lambda x: _FORMULAS[name](sympy, x)  # noqa: E731
        if not _is_matrix(first):
            return function(first)
        x = sympy.Dummy("x", real=True)
        return first.applyfunc(sympy.Lambda(x, function(x)))


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
    return _scalar(s.MatMul(s.OneMatrix(1, x.shape[0]), x, s.OneMatrix(x.shape[1], 1))) if _is_matrix(x) else x


def _exponentials(s: Any, x: Any) -> Any:
    return x.applyfunc(s.exp)


#: Functions of whole arrays.
_CALLS: Mapping[str, Callable[..., Any]] = {
    "tr": lambda s, x: s.Trace(x) if _is_matrix(x) else x,
    "det": lambda s, x: s.Determinant(x),
    "logdet": lambda s, x: s.log(s.Abs(s.Determinant(x))),
    "inv": lambda s, x: s.Inverse(x),
    "transpose": lambda s, x: x.T,
    "diag": lambda s, x: s.DiagMatrix(x) if x.shape[1] == 1 else s.DiagonalMatrix(x),
    "sum": _total,
    "mean": lambda s, x: _total(s, x) / (x.shape[0] * x.shape[1]),
    "norm": lambda s, x: s.sqrt(_scalar(x.T * x) if x.shape[1] == 1 else s.Trace(x.T * x)),
    "dot": lambda s, x, y: _scalar(x.T * y),
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


# ---------------------------------------------------------------- from SymPy


def from_sympy(expr: Any) -> tuple[str, list[str]]:
    """SymPy's expression as text in the input language, and the declarations of its variables.

    A MatrixSymbol of one column is a vector, and what is 1 x 1 is a scalar. Raises a `Problem` of kind unsupported
    where the expression holds what is not known.

    >>> from sympy import MatrixSymbol, Symbol
    >>> n = Symbol("n", integer=True)
    >>> x = MatrixSymbol("x", n, 1)
    >>> from_sympy(x.T * MatrixSymbol("A", n, n) * x)
    ('((x.T@A@x))', ['A[n,n]', 'x[n]'])
    """
    telling = _Telling()
    text = telling.of(expr)
    return text, sorted(telling.declared())


class _Telling:
    """The text of one expression, and the names in it. Every text stands in brackets unless it is an atom."""

    def __init__(self) -> None:
        self.matrices: dict[str, Any] = {}
        self.scalars: dict[str, Any] = {}

    def declared(self) -> list[str]:
        """The declarations of the variables; what only says a size is none."""
        sizes = {str(free) for x in self.matrices.values() for n in x.shape for free in n.free_symbols}
        found = []
        for name, x in self.matrices.items():
            axes = [str(n).replace(" ", "") for n in x.shape]
            found.append(f"{name}[{axes[0] if axes[1] == '1' else ','.join(axes)}]")
        return [*found, *(f"{name}[]" for name in self.scalars if name not in sizes)]

    def name(self, name: str) -> str:
        """A name that may stand in text."""
        if not (name.isascii() and name.isidentifier()):
            raise Problem("E430", "{name} is no name here", name=repr(name), hint="letters, digits and underscores")
        return name

    def of(self, x: Any) -> str:
        """The text of an expression, an atom."""
        import sympy
        from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction  # type: ignore[import-untyped]
        from sympy.matrices.expressions.matexpr import MatrixElement  # type: ignore[import-untyped]

        if _is_matrix(x) and not isinstance(x, sympy.MatrixExpr):
            raise Problem("E430", "a matrix of explicit entries is not known", hint="use a MatrixSymbol")
        match x:
            case sympy.MatrixSymbol():
                name = self.name(x.name)
                self.matrices[name] = x
                return name
            case sympy.Symbol():
                name = self.name(x.name)
                self.scalars[name] = x
                return name
            case sympy.Integer():
                return str(x) if x >= 0 else f"({x})"
            case sympy.Rational():
                return f"({x.p}/{x.q})"
            case _ if x is sympy.pi:
                return "pi()"
            case _ if x is sympy.E:
                return "exp(1)"
            case sympy.Float():
                return f"({sympy.Rational(x).p}/{sympy.Rational(x).q})"
            case sympy.Transpose(args=(inner,)):
                return f"{self.of(inner)}.T"
            case sympy.Inverse(args=(inner, *_)):
                return f"inv({self.of(inner)})"
            case sympy.Trace(args=(inner,)):
                return self.of(inner) if inner.shape == (1, 1) else f"tr({self.of(inner)})"
            case sympy.Determinant(args=(inner,)):
                return f"det({self.of(inner)})"
            case sympy.Identity():
                return f"eye({self.size(x.shape[0])})"
            case sympy.ZeroMatrix() | sympy.OneMatrix():
                name = "zeros" if isinstance(x, sympy.ZeroMatrix) else "ones"
                sizes = [self.size(n) for n in (x.shape if x.shape[1] != 1 else x.shape[:1])]
                return f"{name}({', '.join(sizes)})"
            case sympy.Add() | sympy.MatAdd():
                return "(" + " + ".join(map(self.of, x.args)) + ")"
            case sympy.MatMul():
                scalars = [self.of(a) for a in x.args if not _is_matrix(a)]
                matrices = "@".join(self.of(a) for a in x.args if _is_matrix(a))
                return "(" + "*".join([*scalars, f"({matrices})"]) + ")"
            case sympy.Mul():
                return "(" + "*".join(map(self.of, x.args)) + ")"
            case sympy.HadamardProduct():
                return "(" + " .* ".join(map(self.of, x.args)) + ")"
            case sympy.HadamardPower(args=(base, exponent)):
                return f"({self.of(base)} .^ {self.of(exponent)})"
            case sympy.MatPow(args=(base, exponent)) if exponent == -1:
                return f"inv({self.of(base)})"
            case sympy.Pow(args=(base, exponent)) | sympy.MatPow(args=(base, exponent)):
                if base is sympy.E:
                    return f"exp({self.of(exponent)})"
                return f"({self.of(base)}^{self.of(exponent)})"
            case sympy.KroneckerProduct(args=(left, right)):
                return f"kron({self.of(left)}, {self.of(right)})"
            case sympy.DiagMatrix(args=(inner,)):
                return f"diag({self.of(inner)})"
            case ElementwiseApplyFunction(args=(function, inner)):
                return self.everywhere(function, inner)
            case MatrixElement(args=(base, i, j)):
                if base.shape == (1, 1):
                    return self.of(base)
                at = [i, j][: 1 if base.shape[1] == 1 else 2]
                if all(place.is_Integer for place in at):
                    return f"{self.of(base)}[{','.join(map(str, at))}]"
            case sympy.Sum():
                whole = _without_indices(x)
                if whole is not None:
                    return self.of(_scalar(whole))
            case sympy.Function() if type(x).__name__ in _OURS:
                return f"{_OURS[type(x).__name__]}({', '.join(map(self.of, x.args))})"
        raise Problem("E430", "SymPy's {name} is not known here", name=type(x).__name__)

    def size(self, n: Any) -> str:
        """A size as text."""
        return str(n).replace(" ", "")

    def everywhere(self, function: Any, inner: Any) -> str:
        """A function of every entry, whose variable becomes the array."""
        (variable,) = function.variables
        return _Everywhere(self, variable, self.of(inner)).of(function.expr)


def _without_indices(x: Any) -> Any:
    """A sum over indices as a product of matrices, where SymPy sees one: what `(x.T*A*x)[0, 0]` becomes."""
    import sympy
    from sympy.matrices.expressions.matexpr import MatrixElement

    bare = x.function.replace(lambda part: isinstance(part, MatrixElement), lambda part: sympy.Dummy())
    if bare.has(*x.variables):
        return None  # an index that counts
    try:
        whole = sympy.MatrixExpr.from_index_summation(x.expand())
    except (ValueError, TypeError, NotImplementedError, IndexError, AttributeError):
        return None
    return None if whole.has(sympy.Sum) else whole


class _Everywhere:
    """A formula in one variable as one over all entries of an array."""

    def __init__(self, telling: _Telling, variable: Any, array: str) -> None:
        self.telling, self.variable, self.array = telling, variable, array

    def of(self, x: Any) -> str:
        """The text of a part, an array where the variable occurs in it."""
        import sympy

        if self.variable not in x.free_symbols:
            return self.telling.of(x)
        match x:
            case sympy.Symbol() | sympy.Dummy():
                return self.array
            case sympy.Add():
                return "(" + " + ".join(map(self.of, x.args)) + ")"
            case sympy.Mul():
                apart = [self.of(a) for a in x.args if self.variable not in a.free_symbols]
                inside = " .* ".join(self.of(a) for a in x.args if self.variable in a.free_symbols)
                return "(" + "*".join([*apart, f"({inside})"]) + ")"
            case sympy.Pow(args=(base, exponent)) if base is sympy.E:
                return f"exp({self.of(exponent)})"
            case sympy.Pow(args=(base, exponent)) if self.variable not in exponent.free_symbols:
                return f"({self.of(base)} .^ {self.of(exponent)})"
            case sympy.Function() if type(x).__name__ in _OURS:
                return f"{_OURS[type(x).__name__]}({', '.join(map(self.of, x.args))})"
        raise Problem("E430", "SymPy's {name} is not known here", name=type(x).__name__)


#: SymPy's functions by our names.
_OURS = {theirs: ours for ours, theirs in ELEMENTWISE.items()} | {"besselj": "besselj", "LambertW": "lambertw"}
