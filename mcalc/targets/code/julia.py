"""Julia: a module's functions over its own arrays, with LinearAlgebra and nothing else where that is enough."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mcalc import __version__
from mcalc.algebra.expr import Expr
from mcalc.targets.code.array import Code
from mcalc.targets.code.columns import Columns, called_for
from mcalc.targets.code.helpers import called
from mcalc.targets.code.helpers.julia import SOURCES
from mcalc.targets.code.program import program
from mcalc.targets.code.python import tuple_of
from mcalc.targets.code.selfcheck.julia import SOURCES as CHECKS
from mcalc.targets.code.selfcheck.julia import self_check
from mcalc.targets.code.spell import ATOM, PRODUCT, Scope, Text, body, used, wrap
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

WORDS = """
    baremodule begin break catch const continue do else elseif end export false finally for function global if import
    let local macro module quote return struct true try using while where in isa I pi
    contracted places entries value derivative value_and_derivative abs acos acosh asin asinh atan atanh cholesky
    cos cosh cot coth csc csch det diag diagm dot dropdims erf erfc erfcinv erfinv exp expm1 gamma inv kron log log1p
    logabsdet loggamma max maximum min minimum ones permutedims pinv reshape sec sech sign sin sinh size sqrt sum svd
    svdvals sylvester tan tanh tr tril vec zeros logsumexp softmax marks along polar polar_frechet frechet digamma
    trigamma polygamma besseli besselj besselk bessely airyai airybi airyaiprime airybiprime expinti sinint cosint
    ellipk ellipe eigvals eigvecs gaps opnorm duplication
    elimination logdet arrays shapes self_check size Random LinearAlgebra
"""
_MAPPED = """
    abs acos acosh asin asinh atan atanh cos cosh cot coth csc csch exp expm1 log log1p sec sech sign sin sinh tan tanh
    airyai airyaiprime airybi airybiprime digamma ellipe ellipk erf erfc erfcinv erfi erfinv gamma loggamma trigamma
"""
#: Names that come from the package SpecialFunctions.
SPECIAL = re.compile(
    r"\b(?:airy\w+|bessel\w|cosint|digamma|ellip[ek]|erfc?i?(?:nv)?|expinti|gamma|loggamma|polygamma|sinint|trigamma)\.?\("
)

#: How each operation is spelled.
OWN = {
    **{name: f"{name}{{dot}}({{0}})" for name in _MAPPED.split()},
    **{name: f"{name}{{dot}}({{0}}, {{1}})" for name in ("besseli", "besselj", "besselk", "bessely", "polygamma")},
    "Ci": "cosint{dot}({0})",
    "Ei": "expinti{dot}({0})",
    "Si": "sinint{dot}({0})",
    "cholesky": "Matrix(cholesky(Symmetric({0})).L)",
    "det": "det({0})",
    "duplication": "duplication({0})",
    "elimination": "elimination({0})",
    "eigvalsh": "eigvals(Symmetric({0}))",
    "eigvecs": "eigvecs(Symmetric({0}))",
    "elu": "(max.({0}, 0) .+ expm1.(min.({0}, 0)))",
    "expm": "exp({0})",
    "expm_frechet": "frechet(exp, {0}, {1})",
    "expm_frechet2": "frechet(exp, {0}, {1}, {2})",
    "gaps": "gaps({0})",
    "greater_of": "max{dot}({0}, {1})",
    "inv": "inv({0})",
    "lesser_of": "min{dot}({0}, {1})",
    "ismax": "marks({0}, maximum, {axis})",
    "ismin": "marks({0}, minimum, {axis})",
    "detsign": "logabsdet({0})[2]",
    "logdet": "logabsdet({0})[1]",
    "logm": "log({0})",
    "logm_frechet": "frechet(log, {0}, {1})",
    "logm_frechet2": "frechet(log, {0}, {1}, {2})",
    "logsumexp": "logsumexp({0}, {axis})",
    "max": "along(maximum, {0}, {axis})",
    "min": "along(minimum, {0}, {axis})",
    "mpower": "({0}^Int({1}))",
    "mpower_frechet": "frechet(M -> M^Int({0}), {1}, {2})",
    "mpower_frechet2": "frechet(M -> M^Int({0}), {1}, {2}, {3})",
    "nuclear": "sum(svdvals({0}))",
    "pi": "pi",
    "pinv": "pinv({0})",
    "polar": "polar({0})",
    "polar_frechet": "polar_frechet({0}, {1})",
    "pow": "({0} .^ {1})",
    "prod": "along(prod, {0}, {axis})",
    "relu": "max{dot}({0}, 0)",
    "sigmoid": "(1 ./ (1 .+ exp.(.-{0})))",
    "softmax": "softmax({0}, {axis})",
    "softplus": "(max.({0}, 0) .+ log1p.(exp.(.-abs.({0}))))",
    "specnorm": "opnorm({0})",
    "sqrtm": "sqrt({0})",
    "step": "float.({0} .> 0)",
    "svdleft": "svd({0}).U",
    "svdright": "Matrix(svd({0}).V)",
    "svdvals": "svdvals({0})",
    "sylvester": "sylvester({0}, {1}, -{2})",
    "tril": "tril({0})",
    "unit": "float.((1:{0}) .== {1} + 1)",
    "window": "float.((1:{0}) .== ({1} + 1:{2})')",
}


#: How products and factors are spelled.
FORMS = {
    "chol": ("cholesky(Symmetric({0}))", ATOM),
    "chol_solve": ("{0}\\{1}", PRODUCT),
    "chol_inv": ("inv({0})", ATOM),
    "chol_logdet": ("logdet({0})", ATOM),
    "slogdet": ("logabsdet({0})", ATOM),
    "dot": ("dot({0}, {1})", ATOM),
    "diag": ("diagm({0})", ATOM),
    "trace": ("tr({0})", ATOM),
}


class Julia(Columns):
    """Code for Julia."""

    name = "Julia"
    words = frozenset(WORDS.split())
    division = "÷"
    own = OWN
    forms = FORMS
    sources = SOURCES

    def plus(self, sign: str, before: Sequence[Code], code: Code) -> str:
        """A broadcasting sign where the shapes differ."""
        return sign if all(other.shape == code.shape for other in before) else f".{sign}"

    def template(self, node: Code) -> str:
        """The spelling of the operation; a function that the caller gives is of one number, where it is of numbers."""
        text = super().template(node)
        each = node.data.private and node.data.kind == "elementwise" and node.rank
        return text.replace("(", ".(", 1) if each else text

    def mapped(self, function: str, node: Code, args: list[Text]) -> Text:
        """A function of each entry."""
        return f"{function}{'.' if node.rank else ''}({args[0][0]})", ATOM

    def indexed(self, labels: str, text: Text) -> str:
        """Cartesian indices."""
        return f'[places("{labels}", {text[0]})]'

    def ranged(self, text: Text, shape: Sequence[str]) -> Text:
        """The array in this shape, by columns."""
        return (f"vec({text[0]})" if len(shape) == 1 else f"reshape({text[0]}, {', '.join(shape)})"), ATOM

    def turned(self, text: Text, axes: Sequence[int]) -> Text:
        """The array with its axes in this order."""
        return f"permutedims({text[0]}, ({', '.join(map(str, axes))}))", ATOM

    def summed(self, text: Text, axes: Sequence[int], rank: int, shape: Sequence[str]) -> Text:
        """The sum over these axes."""
        if len(axes) == rank:
            return f"sum({text[0]})", ATOM
        dims = f"({', '.join(map(str, axes))})" if len(axes) > 1 else str(axes[0])
        return f"dropdims(sum({text[0]}, dims={dims}), dims={dims})", ATOM

    def owned(self, text: str) -> str:
        """The array as one that may be written to."""
        return f"copy({text})"

    def update(self, entries: str, mark: str, text: str) -> str:
        """The statement that adds to some entries."""
        return f"{entries} .{mark}= {text}"

    def inner(self, left: Text, right: Text) -> Text:
        """The inner product of two vectors."""
        return f"dot({left[0]}, {right[0]})", ATOM

    def item(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """One of two results; Julia has the sign behind the logarithm."""
        return f"{wrap(args[0], ATOM)}[{2 - node.data}]", ATOM

    def zeros(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Zeros."""
        return f"zeros({', '.join(self.sizes(node, scope))})", ATOM

    def ones(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Ones."""
        return f"ones({', '.join(self.sizes(node, scope))})", ATOM

    def eye(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The identity."""
        n = scope.size(node.shape[0])[0]
        return f"Matrix(1.0I, {n}, {n})", ATOM


JULIA = Julia()


def module(reading: Reading, value: Expr, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
    """Julia's functions `value(; variables...)`, `derivative(; variables...)` and `value_and_derivative`.

    `manner` are the further fields of a `Task`.
    Raises a `Problem` of kind unsupported where an operation has no Julia code.
    """
    task = Task(reading, value, derivatives, **manner)
    functions = [
        _function("value", [value], task),
        _function("derivative", task.derivatives, task),
        _function("value_and_derivative", task.roots, task),
    ]
    scope = Scope(reading.symbols.values(), JULIA, [JULIA.given(op) for op, _, _ in reading.abstract.values()])
    stated = f'"""The shape of each variable."""\nshapes() = {_shapes(scope)}'
    check = self_check(task, scope)
    *ending, start = check.rsplit("\n\n\n", 1) if check else ("",)
    functions = [stated, *functions, *ending]
    special = ["using SpecialFunctions"] if any(map(SPECIAL.search, functions)) else []
    parts = [*called(JULIA.sources | CHECKS, functions), *functions, *([start.strip()] if start else [])]
    head = [f"# A matrix expression and its derivative, written by mcalc {__version__}.", "#"]
    head += [f"# {line}" for line in task.heading()]
    libraries = "using LinearAlgebra, Random" if check else "using LinearAlgebra"
    return "\n".join([*head, "", libraries, *special, "", "", "\n\n\n".join(parts), ""])


def _shapes(scope: Scope) -> str:
    """The shape of each variable, its axes in quotes."""
    shapes = [[f'"{scope.described(d)[0]}"' for d in symbol.shape] for symbol in scope.symbols]
    named = zip(scope.variables.values(), shapes, strict=True)
    return tuple_of([f"{name} = {tuple_of(axes) if axes else '()'}" for name, axes in named]) if shapes else "(;)"


def _function(name: str, roots: list[Expr], task: Task) -> str:
    codes, kept = program(roots, task.reading.definitions.values(), sizes=task.sizes)
    given = called_for(JULIA, codes)
    scope = Scope(task.reading.symbols.values(), JULIA, given)
    lines, texts = body(codes, JULIA, scope, task.titles(kept))
    dims, missing = scope.found()
    names = ", ".join(scope.variables.values())
    parameters = ", ".join([*scope.variables.values(), *missing, *given, f"{scope.fresh('rest')}..."])
    shapes = [f"({', '.join(scope.described(d)[0] for d in code.shape)})" for code in codes]
    found = [text for text, _ in texts]
    if name != "value":
        start = len(found) - len(task.derivatives)
        nested = task.nested(found[start:], tuple_of)
        found = [*found[:start], *([tuple_of(nested)] if start and len(nested) > 1 else nested)]
    result = f"return {', '.join(found)}"
    sizes = [
        (size, f"{size} = {solved.format(f'size({scope.variables[v]}, {axis + 1})')}") for size, v, axis, solved in dims
    ]
    told = "".join(f" {line[0].upper()}{line[1:]}." for line in task.full if "derivative" in name)
    statements = [
        *([f"{names if ', ' in names else f'({names},)'} = arrays(; {names})"] if names else []),
        *used(sizes, [*lines, result]),
        *lines,
        result,
    ]
    told = f'"""The {name.replace("_", " ")}: of shape {" and ".join(shapes)}.{told}"""'
    return "\n    ".join([f"{told}\nfunction {name}(; {parameters})", *statements]) + "\nend"
