"""SymPy's expressions of MatrixSymbols as text in the input language; `mcalc.targets.sympy` goes the other way.

A MatrixSymbol of one column is a vector, and what has one row and one column is a scalar: its trace.
"""

from __future__ import annotations

from typing import Any

from mcalc.algebra.ops.special import SPECIAL
from mcalc.errors import Problem

#: Functions of every entry, by our name and SymPy's; of some the order comes first.
ELEMENTWISE = {
    **{
        name: name
        for name in "exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sqrt erf sign".split()
    },
    **{name: theirs for name, (theirs, *_) in SPECIAL.items()},
    "abs": "Abs",
}


def as_scalar(value: Any) -> Any:
    """What has one row and one column, as a scalar."""
    from sympy import Trace  # type: ignore[import-untyped]

    return Trace(value) if getattr(value, "is_Matrix", False) and value.shape == (1, 1) else value


def is_matrix(value: Any) -> bool:
    """Whether it is an array, a vector too."""
    return bool(getattr(value, "is_Matrix", False))


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

        if is_matrix(x) and not isinstance(x, sympy.MatrixExpr):
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
                scalars = [self.of(a) for a in x.args if not is_matrix(a)]
                matrices = "@".join(self.of(a) for a in x.args if is_matrix(a))
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
                    return self.of(as_scalar(whole))
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
_OURS = {theirs: ours for ours, theirs in ELEMENTWISE.items()}
