"""MATLAB, as Octave runs it too: a file with the function `derivative`, which also gives the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import name as character_name

from mcalc import __version__
from mcalc.algebra.expr import Expr
from mcalc.targets.code.array import Code
from mcalc.targets.code.columns import Columns, called_for
from mcalc.targets.code.helpers import called
from mcalc.targets.code.helpers.matlab import SOURCES
from mcalc.targets.code.program import program
from mcalc.targets.code.selfcheck.matlab import SOURCES as CHECKS
from mcalc.targets.code.selfcheck.matlab import self_check
from mcalc.targets.code.spell import ATOM, POWER, PRODUCT, Scope, Text, body, used, wrap
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

WORDS = """
    break case catch classdef continue else elseif end for function global if otherwise parfor persistent return
    spmd switch try while end_try_catch endfor endfunction endif endwhile endswitch until do unwind_protect
    contracted places value derivative abs acos acosh all any asin asinh atan atanh bessel besseli besselj besselk
    bessely bsxfun chol cos cosh cot csc coth csch det diag erf erfc erfinv erfcinv exp expm expm1 eye fliplr gamma
    gammaln inv isequal ismember kron log log1p logm max min norm numel ones permute pi pinv prod psi reshape sec
    sech sign sin sinh size sqrt sqrtm sum svd tan tanh trace tril triu zeros logsumexp softmax marks polar
    polar_frechet frechet sylvester_equation logdet slogdet detsign numel entries error nargout double single eig
    eigvalsh eigvecs gaps svdleft svdright sort duplication elimination arrays reals self_check nargin real isreal
    fix func2str strcmp NaN
"""
_SAME = """
    abs acos acosh asin asinh atan atanh cos cosh coth cot csc csch det erf erfc erfcinv erfinv exp expm1 gamma
    inv log log1p pinv sec sech sign sin sinh tan tanh tril
"""

#: How each operation is spelled.
OWN = {
    **{name: f"{name}({{0}})" for name in _SAME.split()},
    "besseli": "bessel(@besseli, {0}, {1})",
    "besselj": "bessel(@besselj, {0}, {1})",
    "besselk": "bessel(@besselk, {0}, {1})",
    "bessely": "bessel(@bessely, {0}, {1})",
    "cholesky": "chol({0}, 'lower')",
    "digamma": "psi({0})",
    "duplication": "duplication({0})",
    "elimination": "elimination({0})",
    "eigvalsh": "eigvalsh({0})",
    "eigvecs": "eigvecs({0})",
    "elu": "(max({0}, 0) + expm1(min({0}, 0)))",
    "expm": "expm({0})",
    "expm_frechet": "frechet(@expm, {0}, {1})",
    "expm_frechet2": "frechet(@expm, {0}, {1}, {2})",
    "gaps": "gaps({0})",
    "greater_of": "max({0}, {1})",
    "lesser_of": "min({0}, {1})",
    "ismax": "marks({0}, max({0}, [], {axis}), {axis})",
    "ismin": "marks({0}, min({0}, [], {axis}), {axis})",
    "logdet": "logdet({0})",
    "detsign": "detsign({0})",
    "loggamma": "gammaln({0})",
    "logm": "logm({0})",
    "logm_frechet": "frechet(@logm, {0}, {1})",
    "logm_frechet2": "frechet(@logm, {0}, {1}, {2})",
    "logsumexp": "logsumexp({0}, {axis})",
    "max": "max({0}, [], {axis})",
    "min": "min({0}, [], {axis})",
    "mpower": "({0}^{1})",
    "mpower_frechet": "frechet(@(M) M^{0}, {1}, {2})",
    "mpower_frechet2": "frechet(@(M) M^{0}, {1}, {2}, {3})",
    "nuclear": "sum(svd({0}))",
    "pi": "pi",
    "polar": "polar({0})",
    "polar_frechet": "polar_frechet({0}, {1})",
    "polygamma": "psi({0}, {1})",
    "pow": "({0} .^ {1})",
    "prod": "prod({0}, {axis})",
    "relu": "max({0}, 0)",
    "sigmoid": "(1 ./ (1 + exp(-{0})))",
    "softmax": "softmax({0}, {axis})",
    "softplus": "(max({0}, 0) + log1p(exp(-abs({0}))))",
    "specnorm": "norm({0})",
    "sqrtm": "sqrtm({0})",
    "step": "double({0} > 0)",
    "svdleft": "svdleft({0})",
    "svdright": "svdright({0})",
    "svdvals": "svd({0})",
    "sylvester": "sylvester_equation({0}, {1}, {2})",
    "trigamma": "psi(1, {0})",
    "unit": "double((1:{0})' == {1} + 1)",
    "window": "double((1:{0})' == ({1} + 1:{2}))",
}


#: How products and factors are spelled; Cholesky's factor R is an upper triangle, and R'*R the matrix.
FORMS = {
    "chol": ("chol({0})", ATOM),
    "chol_solve": ("{0}\\({0}'\\{1})", PRODUCT),
    "chol_logdet": ("2*sum(log(diag({0})))", PRODUCT),
    "slogdet": ("slogdet({0})", ATOM),
    "dot": ("sum(reshape({0} .* {1}, [], 1))", ATOM),
    "diag": ("diag({0})", ATOM),
    "trace": ("trace({0})", ATOM),
}


class Matlab(Columns):
    """Code for MATLAB and Octave. Scalars are 1 x 1 and vectors are columns."""

    name = "MATLAB"
    words = frozenset(WORDS.split())
    division = "/"
    quote = "'"
    own = OWN
    forms = FORMS
    sources = SOURCES

    def identifier(self, wish: str) -> str:
        """Letters, digits and underscores, a letter first: `λ` is lambda."""
        text = "".join(_plain(c) for c in wish)
        return text if text[:1].isalpha() else f"x{text}"

    def bind(self, name: str, text: str) -> str:
        """A statement that prints nothing."""
        return f"{name} = {text};"

    def update(self, entries: str, mark: str, text: str) -> str:
        """The statement that adds to some entries."""
        return super().update(entries, mark, text) + ";"

    def indexed(self, labels: str, text: Text) -> str:
        """Linear indices."""
        return f"(places('{labels}', {text[0]}))"

    def ranged(self, text: Text, shape: Sequence[str]) -> Text:
        """The array in this shape, by columns."""
        if len(shape) == 1:
            return f"reshape({text[0]}, [], 1)", ATOM
        return f"reshape({text[0]}, {', '.join(shape)})", ATOM

    def turned(self, text: Text, axes: Sequence[int]) -> Text:
        """The array with its axes in this order."""
        if list(axes) == [2, 1]:
            return f"{wrap(text, ATOM)}'", POWER
        return f"permute({text[0]}, [{', '.join(map(str, axes))}])", ATOM

    def summed(self, text: Text, axes: Sequence[int], rank: int, shape: Sequence[str]) -> Text:
        """The sum over these axes."""
        if len(axes) == rank:
            return (f"sum({text[0]})" if rank == 1 else f"sum(reshape({text[0]}, [], 1))"), ATOM
        inner = text[0]
        for axis in axes:
            inner = f"sum({inner}, {axis})"
        if rank == 2:
            return (f"{inner}'", POWER) if axes[0] == 1 else (inner, ATOM)
        return self.ranged((inner, ATOM), shape)

    def repeats(self, node: Code, k: int) -> int:
        """How often the spelling writes the k-th argument."""
        return 2 if node.kind == "chol_inv" else super().repeats(node, k)

    def chol_inv(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The inverse by the factor."""
        R = wrap(args[0], ATOM)
        return f"{R}\\({R}'\\{self.eye(node, [], scope)[0]})", PRODUCT

    def item(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """One of two results."""
        return f"{args[0][0]}({1 + node.data})", ATOM

    def zeros(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Zeros."""
        return self._made("zeros", node, scope)

    def ones(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """Ones."""
        return self._made("ones", node, scope)

    def eye(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The identity."""
        return f"eye({scope.size(node.shape[0])[0]})", ATOM

    def _made(self, function: str, node: Code, scope: Scope) -> Text:
        sizes = self.sizes(node, scope)
        return f"{function}({', '.join(sizes if len(sizes) > 1 else [*sizes, '1'])})", ATOM


MATLAB = Matlab()


def _plain(c: str) -> str:
    if c.isascii() and (c.isalnum() or c == "_"):
        return c
    words = character_name(c, "").lower().split()
    if words[:2] in (["greek", "small"], ["greek", "capital"]) and len(words) == 4:
        letter = words[3].replace("lamda", "lambda")
        return letter if words[1] == "small" else letter.capitalize()
    return "_" if c in "'′" else f"u{ord(c):x}_"


def module(reading: Reading, value: Expr, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
    """A file with `[df, f] = derivative(variables...)` and `f = value(variables...)`, and what they call.

    `manner` are the further fields of a `Task`.
    Raises a `Problem` of kind unsupported where an operation has no MATLAB code.
    """
    task = Task(reading, value, derivatives, **manner)
    count = len(task.derivatives)
    results = ["df"] if count == 1 else [f"df{k + 1}" for k in range(count)]
    check = ["if nargin == 0", "    self_check();", "    return", "end"] if task.wrt else []
    derivative, taken = _function("derivative", [*results, "f"], [*task.derivatives, value], task, check)
    alone, taken_alone = _function("value", ["f"], [value], task)
    scope = Scope(reading.symbols.values(), MATLAB, [MATLAB.given(op) for op, _, _ in reading.abstract.values()])
    ending = self_check(task, scope, {"derivative": taken, "value": taken_alone})
    functions = [derivative, alone, *([ending.strip()] if ending else [])]
    head = [f"% A matrix expression and its derivative, written by mcalc {__version__}.", "%"]
    head += [f"% {line}" for line in task.heading()]
    head += ["%", "% Without arguments derivative compares itself with differences of the value."] if ending else []
    sources = MATLAB.sources | CHECKS
    return "\n".join([*head, "\n\n\n".join([*functions, *called(sources, functions)]), ""])


def _function(
    name: str, results: list[str], roots: list[Expr], task: Task, start: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """The function that computes these, which begins as told; and the names of its arguments."""
    codes, kept = program(roots, task.reading.definitions.values(), sizes=task.sizes)
    given = called_for(MATLAB, codes)
    scope = Scope(task.reading.symbols.values(), MATLAB, given)
    names = [scope.fresh(result) for result in results]
    lines, texts = body(codes, MATLAB, scope, task.titles(kept))
    dims, missing = scope.found()
    variables = list(scope.variables.values())
    ends = [f"{result} = {text};" for result, (text, _) in zip(names, texts, strict=True)]
    sizes = [
        (size, f"{size} = {solved.format(f'size({scope.variables[v]}, {axis + 1})')};")
        for size, v, axis, solved in dims
    ]
    shapes = [" x ".join(scope.described(d)[0] for d in code.shape) or "scalar" for code in codes]
    statements = [
        f"% {', '.join(f'{result}: {shape}' for result, shape in zip(names, shapes, strict=True))}",
        *start,
        *_taken(scope),
        *used(sizes, [*lines, *ends]),
        *lines,
        *ends,
    ]
    result = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    statements += [f"{result} = reals({', '.join(names)});"] if task.bounded else []
    arguments = [*variables, *missing, *given]
    return "\n    ".join([f"function {result} = {name}({', '.join(arguments)})", *statements]) + "\nend", arguments


def _taken(scope: Scope) -> list[str]:
    """The statement that takes the variables in."""
    rows, names = [], list(scope.variables.values())
    for symbol, name in zip(scope.symbols, names, strict=True):
        axes = ", ".join(f"'{scope.described(d)[0]}'" for d in symbol.shape)
        rows.append(f"'{name}', {{{axes}}}")
    left = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return [f"{left} = arrays({{{'; '.join(rows)}}}, {', '.join(names)});"] if names else []
