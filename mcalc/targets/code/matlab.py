"""MATLAB, as Octave runs it too: a file with the function `derivative`, which also gives the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import name as character_name

from mcalc import __version__
from mcalc.algebra.expr import Expr
from mcalc.targets.code.array import Code
from mcalc.targets.code.columns import Columns, called
from mcalc.targets.code.program import program
from mcalc.targets.code.spell import ATOM, POWER, PRODUCT, Scope, Text, body, wrap
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

WORDS = """
    break case catch classdef continue else elseif end for function global if otherwise parfor persistent return spmd
    switch try while end_try_catch endfor endfunction endif endwhile endswitch until do unwind_protect
    contracted places value derivative abs acos acosh all any asin asinh atan atanh besseli besselj besselk bessely
    bsxfun chol cos cosh cot csc coth csch det diag erf erfc erfinv erfcinv exp expm expm1 eye fliplr gamma gammaln
    inv isequal ismember kron log log1p logm max min norm numel ones permute pi pinv prod psi reshape sec sech sign
    sin sinh size sqrt sqrtm sum svd tan tanh trace tril triu zeros logsumexp softmax marks polar polar_frechet
    frechet sylvester_equation logdet slogdet detsign numel entries error nargout double single eig eigvalsh eigvecs
    gaps svdleft svdright sort duplication elimination
"""
_SAME = """
    abs acos acosh asin asinh atan atanh cos cosh coth cot csc csch det erf erfc erfcinv erfinv exp expm1 gamma
    inv log log1p pinv sec sech sign sin sinh tan tanh tril
"""

#: How each operation is spelled.
OWN = {
    **{name: f"{name}({{0}})" for name in _SAME.split()},
    "besseli": "besseli({0}, {1})",
    "besselj": "besselj({0}, {1})",
    "besselk": "besselk({0}, {1})",
    "bessely": "bessely({0}, {1})",
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

#: The functions that the spellings call.
SOURCES = {
    "frechet": """\
function L = frechet(f, A, varargin)
    % The derivative of f at A along each of the others: the corner of f of a block matrix (Higham, Theorem 3.6).
    n = size(A, 1);
    Z = zeros(n);
    M = [A, varargin{1}; Z, A];
    if numel(varargin) == 2
        E = varargin{2};
        M = [M, [E, Z; Z, E]; zeros(2*n), M];
    end
    F = f(M);
    L = F(1:n, end-n+1:end);
end
""",
    "duplication": """\
function D = duplication(n)
    % The matrix that takes vech(S) to vec(S) for a symmetric S.
    places = zeros(n);
    places(tril(true(n))) = 1:n*(n + 1)/2;
    places = places + tril(places, -1)';
    D = double(places(:) == 1:n*(n + 1)/2);
end
""",
    "elimination": """\
function L = elimination(n)
    % The matrix that takes vec(X) to vech(X), the columns of the lower triangle one below the other.
    lower = tril(true(n));
    L = eye(n^2);
    L = L(lower(:), :);
end
""",
    "eigvalsh": """\
function d = eigvalsh(A)
    % The eigenvalues of a symmetric matrix in rising order.
    d = sort(real(eig((A + A')/2)));
end
""",
    "eigvecs": """\
function V = eigvecs(A)
    % The eigenvectors of a symmetric matrix, in the order of its eigenvalues.
    [V, D] = eig((A + A')/2);
    [~, order] = sort(diag(D));
    V = V(:, order);
end
""",
    "gaps": """\
function F = gaps(x)
    % 1/(x(j) - x(i)) for each pair, 0 where both are the same.
    d = x(:)' - x(:);
    F = 1 ./ d;
    F(d == 0) = 0;
end
""",
    "svdleft": """\
function U = svdleft(X)
    % The left singular vectors.
    [U, ~, ~] = svd(X, 'econ');
end
""",
    "svdright": """\
function V = svdright(X)
    % The right singular vectors.
    [~, ~, V] = svd(X, 'econ');
end
""",
    "logdet": """\
function y = logdet(A)
    % The logarithm of the absolute value of the determinant, which itself may overflow.
    found = slogdet(A);
    y = found(2);
end
""",
    "detsign": """\
function y = detsign(A)
    % The sign of the determinant.
    found = slogdet(A);
    y = found(1);
end
""",
    "slogdet": """\
function y = slogdet(A)
    % The sign of the determinant, and the logarithm of its absolute value, which itself may overflow.
    [~, U, P] = lu(A);
    d = diag(U);
    y = [det(P)*prod(sign(d)), sum(log(abs(d)))];
end
""",
    "logsumexp": """\
function y = logsumexp(x, axis)
    % log(sum(exp(x))) along an axis, without overflow.
    top = max(x, [], axis);
    y = top + log(sum(exp(x - top), axis));
end
""",
    "softmax": """\
function y = softmax(x, axis)
    % exp(x)/sum(exp(x)) along an axis, without overflow.
    y = exp(x - max(x, [], axis));
    y = y ./ sum(y, axis);
end
""",
    "marks": """\
function y = marks(x, top, axis)
    % 1 where x is as large as top along an axis (equal shares where several are), 0 elsewhere.
    y = double(x == top);
    y = y ./ sum(y, axis);
end
""",
    "polar": """\
function P = polar(X)
    % The factor U V' of X = U S V'.
    [U, ~, V] = svd(X, 'econ');
    P = U*V';
end
""",
    "polar_frechet": """\
function D = polar_frechet(X, E)
    % The derivative of polar at X along E, from X = U S V'.
    [U, S, V] = svd(X, 'econ');
    s = diag(S);
    M = U'*E*V;
    D = U*((M - M') ./ (s + s'))*V' + (E - U*(U'*E))*(V ./ s')*V' + (U ./ s')*(U'*(E - (E*V)*V'));
end
""",
    "sylvester_equation": """\
function Y = sylvester_equation(A, B, C)
    % The Y that solves A Y + Y B = C.
    [n, m] = size(C);
    Y = reshape((kron(eye(m), A) + kron(B.', eye(n)))\\C(:), n, m);
end
""",
    "contracted": """\
function C = contracted(left, A, right, B, out)
    % The product of A and B over labelled axes, summed over the labels that both have and `out` lacks.
    both = left(ismember(left, right));
    batch = both(ismember(both, out));
    inner = both(~ismember(both, out));
    rows = left(~ismember(left, right));
    columns = right(~ismember(right, left));
    [A, a] = arranged(A, left, {rows, inner, batch});
    [B, b] = arranged(B, right, {inner, columns, batch});
    C = zeros(prod(a{1}), prod(b{2}), prod(a{3}));
    for k = 1:size(C, 3)
        C(:, :, k) = A(:, :, k)*B(:, :, k);
    end
    C = reshape(C, [a{1}, b{2}, a{3}, 1, 1]);
    [~, order] = ismember(out, [rows, columns, batch]);
    if numel(order) > 1
        C = permute(C, order);
    end
end


function [A, shapes] = arranged(A, labels, groups)
    % The axes of A in groups, each group as one axis; the sizes of the axes in each group.
    sizes = ones(1, numel(labels));
    for k = 1:numel(labels)
        sizes(k) = size(A, k);
    end
    order = [];
    for k = 1:3
        [~, place] = ismember(groups{k}, labels);
        order = [order, place];
        shapes{k} = reshape(sizes(place), 1, []);
    end
    if numel(order) > 1
        A = permute(A, order);
    end
    A = reshape(A, [prod(shapes{1}), prod(shapes{2}), prod(shapes{3})]);
end
""",
    "entries": """\
function d = entries(A, labels)
    % The entries of A with equal indices at equal labels.
    d = A(places(labels, A));
end
""",
    "places": """\
function at = places(labels, A)
    % Where in A the entries with equal indices at equal labels stand, one axis for each label.
    [names, first] = unique(labels, 'first');
    [~, order] = sort(first);
    names = names(order);
    at = 1;
    step = 1;
    strides = zeros(1, numel(names));
    sizes = ones(1, numel(names));
    for k = 1:numel(labels)
        here = names == labels(k);
        strides(here) = strides(here) + step;
        sizes(here) = size(A, k);
        step = step*size(A, k);
    end
    for k = 1:numel(names)
        at = at + reshape((0:sizes(k)-1)*strides(k), [ones(1, k-1), sizes(k), 1, 1]);
    end
end
""",
}


class Matlab(Columns):
    """Code for MATLAB and Octave. Scalars are 1 x 1 and vectors are columns."""

    name = "MATLAB"
    words = frozenset(WORDS.split())
    division = "/"
    quote = "'"
    own = OWN
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
        """How often the spelling writes the k-th argument: a triangular factor on both sides."""
        return 2 - k if node.kind in ("chol_solve", "chol_inv") else super().repeats(node, k)

    def chol(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The Cholesky factor R, an upper triangle: R'*R is the matrix."""
        return f"chol({args[0][0]})", ATOM

    def chol_solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system by the factor."""
        R = wrap(args[0], ATOM)
        return f"{R}\\({R}'\\{wrap(args[1], POWER)})", PRODUCT

    def chol_inv(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The inverse by the factor."""
        R = wrap(args[0], ATOM)
        return f"{R}\\({R}'\\{self.eye(node, [], scope)[0]})", PRODUCT

    def chol_logdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The logarithm of the determinant by the factor."""
        return f"2*sum(log(diag({args[0][0]})))", PRODUCT

    def slogdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The sign and the logarithm of a determinant."""
        return f"slogdet({args[0][0]})", ATOM

    def item(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """One of two results."""
        return f"{args[0][0]}({1 + node.data})", ATOM

    def dot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The sum of an elementwise product."""
        return f"sum(reshape({wrap(args[0], POWER)} .* {wrap(args[1], POWER)}, [], 1))", ATOM

    def diag(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A diagonal matrix."""
        return f"diag({args[0][0]})", ATOM

    def trace(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A trace."""
        return f"trace({args[0][0]})", ATOM

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
    head = [f"% {line}" for line in task.heading()]
    count = len(task.derivatives)
    results = ["df"] if count == 1 else [f"df{k + 1}" for k in range(count)]
    functions = [
        _function("derivative", [*results, "f"], [*task.derivatives, value], task),
        _function("value", ["f"], [value], task),
    ]
    head = [f"% A matrix expression and its derivative, written by mcalc {__version__}.", "%", *head, ""]
    return "\n".join(head) + "\n\n\n".join([*functions, *called(MATLAB.sources, functions)]) + "\n"


def _function(name: str, results: list[str], roots: list[Expr], task: Task) -> str:
    codes, kept = program(roots, task.reading.definitions.values(), sizes=task.sizes)
    scope = Scope(task.reading.symbols.values(), MATLAB)
    names = [scope.fresh(result) for result in results]
    lines, texts = body(codes, MATLAB, scope, task.titles(kept))
    dims, missing = scope.found()
    parameters = ", ".join([*scope.variables.values(), *missing])
    columns = [scope.variables[symbol.name] for symbol in scope.symbols if symbol.rank == 1]
    shapes = [" x ".join(scope.described(d)[0] for d in code.shape) or "scalar" for code in codes]
    told = [f"{result}: {shape}" for result, shape in zip(names, shapes, strict=True)]
    statements = [
        f"% {', '.join(told)}",
        *(f"{vector} = {vector}(:);" for vector in columns),
        *(f"{size} = {solved.format(f'size({scope.variables[v]}, {axis + 1})')};" for size, v, axis, solved in dims),
        *lines,
        *(f"{result} = {text};" for result, (text, _) in zip(names, texts, strict=True)),
    ]
    taken = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return "\n    ".join([f"function {taken} = {name}({parameters})", *statements]) + "\nend"
