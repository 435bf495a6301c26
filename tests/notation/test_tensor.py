"""The four forms of derivatives of three axes and more: each is the true tensor, at numbers, and reads as in books.

Truth is the corpus (by automatic differentiation) and, for random expressions, central differences. A form is taken
for what its text says: matrix notation is read back, and entries are worked out by the few lines below.
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcalc.algebra.expr import Contract
from mcalc.answer import differentiate
from mcalc.calculus.layout import VECS
from mcalc.language.read import Reading, reread
from mcalc.language.syntax import Entry, Name, Num, Power, Product, Program, Summation, Syntax, Terms
from mcalc.language.tree import walk
from mcalc.notation.collect import spread
from mcalc.notation.tensor import Tensor
from mcalc.targets import write
from tests.evaluate import Array, Values, draw, evaluate, numeric_derivative

DATA = Path(__file__).parents[1] / "data"
CASES = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]


def tensor(text: str, wrt: str, order: int = 1, declared: tuple[str, ...] = (), vec: str = "column") -> Tensor:
    """The derivative, to be written in the four forms."""
    (found,) = differentiate(text, [wrt], declared, order).derivatives
    return Tensor(found.reading, found.turns, found.expr, vec)


def forms(text: str, wrt: str, order: int = 1, declared: tuple[str, ...] = (), vec: str = "column") -> dict[str, str]:
    """The text of each form."""
    return {name: write("text", line.syntax) for name, line in tensor(text, wrt, order, declared, vec).lines().items()}


# ---------------------------------------------------------------- entries at numbers

Labelled = tuple[Array, tuple[str, ...]]  #: an array, and the letter of each axis


class Entries:
    """What an index form is worth: an array with an axis for each letter."""

    def __init__(self, reading: Reading, values: Values, lengths: dict[str, int]) -> None:
        self.reading, self.values, self.lengths = reading, values, lengths
        self.definitions: tuple[tuple[Name, Syntax], ...] = ()

    def value(self, syntax: Syntax, letters: tuple[str, ...]) -> Array:
        """The array with its axes in the order of the letters."""
        if isinstance(syntax, Program):
            self.definitions, syntax = syntax.definitions, syntax.body
        return self.spread(self.labelled(syntax), letters)

    def spread(self, found: Labelled, letters: tuple[str, ...]) -> Array:
        array, own = found
        assert set(own) <= set(letters), (own, letters)
        array = np.transpose(array, [own.index(x) for x in letters if x in own])
        array = array.reshape([self.lengths[x] if x in own else 1 for x in letters])
        return np.broadcast_to(array, [self.lengths[x] for x in letters])

    def labelled(self, node: Syntax) -> Labelled:
        match node:
            case Entry(Name("delta"), ((*first,), (*second,))):
                assert [self.lengths[x] for x in first] == [self.lengths[x] for x in second]
                sizes = [self.lengths[x] for x in first]
                return np.eye(math.prod(sizes)).reshape([*sizes, *sizes]), (*first, *second)
            case Entry(base, indices):
                letters = tuple(x for group in indices for x in group)
                whole = self.plain(base)
                assert whole.ndim == len(indices)
                whole = whole.reshape([self.lengths[x] for x in letters])
                once = tuple(dict.fromkeys(letters))
                places = {x: k for k, x in enumerate(once)}
                return np.einsum(whole, [places[x] for x in letters], range(len(once))), once
            case Summation(indices, body):
                self.measure(indices, [n for n in walk(body) if isinstance(n, Entry)])
                array, letters = self.labelled(body)
                axes = tuple(letters.index(x) for x in indices)
                return array.sum(axis=axes), tuple(x for x in letters if x not in indices)
            case Product(items, operators):
                found = self.labelled(items[0])
                for operator, item in zip(operators, items[1:], strict=True):
                    found = self.both(found, self.labelled(item), np.multiply if operator == "*" else np.divide)
                    assert operator in "*/"
                return found
            case Terms(items, signs):
                found = (np.zeros(()), ())
                for sign, item in zip(signs, items, strict=True):
                    found = self.both(found, self.labelled(item), np.add if sign == "+" else np.subtract)
                return found
            case Power(base, Num(exponent)) if any(isinstance(n, Entry) for n in walk(base)):
                array, letters = self.labelled(base)
                return array ** float(exponent), letters
        assert not any(isinstance(n, (Entry, Summation)) for n in walk(node)), node
        value = self.plain(node)
        assert value.shape == (), node
        return value, ()

    def measure(self, summed: tuple[str, ...], entries: list[Entry]) -> None:
        """Learn how far each letter of a sum runs, from the axes that it stands for."""
        for x in summed:
            self.lengths.pop(x, None)
        axes = [(g, n) for e in entries for g, n in zip(e.indices, self.plain(e.base).shape, strict=True)]
        for group, size in sorted(axes, key=lambda axis: len(axis[0])):
            unknown = [x for x in group if x not in self.lengths]
            if len(unknown) == 1:
                self.lengths[unknown[0]] = size // math.prod(self.lengths[x] for x in group if x in self.lengths)
        assert all(x in self.lengths for x in summed)

    def both(self, one: Labelled, other: Labelled, act: Any) -> Labelled:
        letters = tuple(dict.fromkeys((*one[1], *other[1])))
        return act(self.spread(one, letters), self.spread(other, letters)), letters

    def plain(self, node: Syntax) -> Array:
        whole = Program(self.definitions, node) if self.definitions else node
        return evaluate(reread(write("text", whole), self.reading), self.values)


# ---------------------------------------------------------------- every form is the tensor


def check(found: Tensor, truth: Array, values: dict[str, Array], tolerance: float) -> None:
    """Each form agrees with the true tensor."""
    reading, x = found.reading, found.turns[0]
    step, cut = x.rank, truth.ndim - x.rank
    sizes = {
        str(d): n for s in reading.symbols.values() for d, n in zip(s.shape, np.shape(values[s.name]), strict=True)
    }
    change = np.random.default_rng(7).standard_normal(np.shape(values[x.name]))
    if x.symmetric:
        change = change + change.T
    at = {**values, found.changes[0].name: change}

    def agrees(text: str, expected: Array, value: Array | None = None) -> None:
        if value is None:
            value = evaluate(reread(text, reading, {found.changes[0].name: found.changes[0]}), at, sizes)
        assert value.shape == expected.shape, text
        gap = np.max(np.abs(value - expected), initial=0.0) / max(1.0, np.max(np.abs(expected), initial=0.0))
        assert gap < tolerance, f"relative gap {gap:.2g} of {reading.text}: {text}"

    lines = found.lines()
    texts = {name: write("text", line.syntax) for name, line in lines.items()}
    agrees(texts["einsum"], truth)
    times = {"differential": 1 if reading.root.rank + (len(found.turns) - 1) * step <= 2 else len(found.turns)}
    for name, count in times.items() | ({("quadratic", 2)} if found.is_hessian else set()):
        expected = truth
        for _ in range(count):
            expected = np.tensordot(expected, change, step)
        agrees(texts[name], expected)
    for vec in VECS:
        text = write("text", Tensor(reading, found.turns, found.expr, vec).kron().syntax)
        sides = [list(range(cut)), list(range(cut, truth.ndim))]
        order = [k for side in sides for k in (side[::-1] if vec == "column" else side)]
        flat = np.transpose(truth, order).reshape([math.prod(truth.shape[k] for k in side) for side in sides if side])
        agrees(text, flat)
    left = lines["index"].left
    groups = [group for node in walk(left) if isinstance(node, Entry) for group in node.indices]
    lengths: dict[str, int] = {}
    for k, group in enumerate(groups):
        lengths |= dict(zip(group, [truth.shape[k]] if len(group) == 1 else cut_of(found, k, sizes), strict=True))
    value = Entries(reading, values, lengths).value(lines["index"].syntax, tuple(x for group in groups for x in group))
    agrees(texts["index"], truth, value.reshape(truth.shape))


def cut_of(found: Tensor, axis: int, sizes: dict[str, int]) -> list[int]:
    """The lengths of the parts of a fused axis."""
    groups = [(n.out[axis], n) for _, n in spread(found.expr) if isinstance(n, Contract) and len(n.out[axis]) > 1]
    group, node = groups[0]
    return [node.sizes[x].at(sizes) for x in group]


def corpus() -> list[Any]:
    """The problems whose derivative has three axes and more."""
    found = []
    for case in CASES:
        rank = {name: len(dims.split()) for name, dims in case["vars"].items()}
        if TRUTH[f"{case['id']}|0|out"].ndim > 2 and rank:
            props = case.get("props") or {}
            declared = tuple(f"{n}[{','.join(dims.split())}] {props.get(n, '')}" for n, dims in case["vars"].items())
            found.append(pytest.param(case, declared, id=case["id"]))
    return found


with np.load(DATA / "corpus.npz") as stored:
    TRUTH: dict[str, Array] = dict(stored)


@pytest.mark.parametrize(("case", "declared"), corpus())
def test_a_problem_of_the_corpus(case: dict[str, Any], declared: tuple[str, ...]) -> None:
    found = tensor(case["expr"], case["wrt"], case.get("order", 1), declared)
    values = {name: TRUTH[f"{case['id']}|0|in|{name}"] for name in case["vars"]}
    check(found, TRUTH[f"{case['id']}|0|out"], values, 1e-7)


class Random:
    """A random expression: sizes m, n, p, with X m x n, S n x n and x of n among the variables."""

    DECLARED = (
        "X[m,n], S[n,n], x[n], A[m,n], B[n,m], C[m,m], D[n,n], E[n,p], F[p,m], a[m], b[n], c[p], t[]",
        "Q[n,n] symmetric",
    )

    def __init__(self, seed: int, wrt: str) -> None:
        self.choose = random.Random(seed)
        self.wrt = wrt

    def matrix(self, rows: str, columns: str, depth: int) -> str:
        """An expression of this shape."""
        leaves = {"mn": "AX", "nm": "B", "mm": "C", "nn": "DSQ", "np": "E", "pm": "F"}
        own = leaves.get(rows + columns, "")
        turned = leaves.get(columns + rows, "")
        if depth <= 0 and (own or turned):
            found = [*own, *(f"{name}.T" for name in turned)]
            with_x = [name for name in found if name[0] == self.wrt]
            return self.choose.choice(with_x if with_x and self.choose.random() < 0.6 else found)
        ways = ["product", "product", "sum", "each", "apply", "outer", "scale"]
        ways += ["inverse", "diag"] if rows == columns else []
        match self.choose.choice(ways):
            case "product":
                inner = self.choose.choice("mnp" if depth > 0 else "mn")
                return f"{self.matrix(rows, inner, depth - 1)}@{self.matrix(inner, columns, depth - 1)}"
            case "sum":
                sign = self.choose.choice("+-")
                return f"({self.matrix(rows, columns, depth - 1)} {sign} {self.matrix(rows, columns, depth - 1)})"
            case "each":
                return f"({self.matrix(rows, columns, depth - 1)}.*{self.matrix(rows, columns, depth - 1)})"
            case "apply":
                return f"{self.choose.choice(['sin', 'tanh', 'sigmoid'])}({self.matrix(rows, columns, depth - 1)})"
            case "outer":
                return f"({self.vector(rows, depth - 1)}@{self.vector(columns, depth - 1)}.T)"
            case "scale":
                return f"({self.scalar(depth - 1)}*{self.matrix(rows, columns, depth - 1)})"
            case "inverse":
                return f"inv({self.matrix(rows, columns, depth - 1)}/9 + eye({rows}))"
            case _:
                return f"diag({self.vector(rows, depth - 1)})"

    def vector(self, size: str, depth: int) -> str:
        """A vector of this size."""
        if depth <= 0:
            return self.wrt if self.wrt == "x" and size == "n" else {"m": "a", "n": "b", "p": "c"}[size]
        match self.choose.choice(["product", "sum", "apply", "diag", "rows"]):
            case "product":
                inner = self.choose.choice("mn")
                return f"({self.matrix(size, inner, depth - 1)}@{self.vector(inner, depth - 1)})"
            case "sum":
                return f"({self.vector(size, depth - 1)} + {self.vector(size, depth - 1)})"
            case "apply":
                return f"{self.choose.choice(['sin', 'softmax'])}({self.vector(size, depth - 1)})"
            case "diag":
                return f"diag({self.matrix(size, size, depth - 1)})"
            case _:
                return f"sum({self.matrix(size, self.choose.choice('mn'), depth - 1)}, axis=1)"

    def scalar(self, depth: int) -> str:
        """A scalar."""
        size = self.choose.choice("mn")
        match self.choose.choice(["trace", "inner", "norm"]):
            case "trace":
                return f"tr({self.matrix(size, size, depth - 1)})"
            case "inner":
                return f"({self.vector(size, depth - 1)}.T@{self.vector(size, depth - 1)})"
            case _:
                return f"norm({self.matrix('m', 'n', depth - 1)} + 9*ones(m, n))"

    def fused(self) -> str:
        """An expression with a fused axis."""
        one, two = self.matrix("m", "n", 1), self.matrix("n", "n", 1)
        return self.choose.choice([f"vec({one})", f"kron({one}, {two})", f"kron(a.T, {two})@vec(({one}).T)"])


def question(seed: int) -> tuple[str, str, int]:
    """The expression, the variable and the order: different kinds in turn."""
    for attempt in range(120):
        wrt = ("X", "S", "X", "x", "Q", "S")[seed % 6]
        order = 2 if seed % 5 == 4 else 1
        made = Random(1000 * attempt + seed, wrt)
        rows, columns = made.choose.choice(["mn", "nn", "pm", "nm"])
        if order == 2 and wrt != "x":
            text = made.scalar(2)
        elif order == 2:
            text = made.vector("m", 2)
        elif wrt != "x" and seed % 4 == 3:
            text = made.fused() if seed % 8 == 3 else made.vector("m", 2)
        else:
            text = made.matrix(rows, columns, 2)
        if wrt in set(text):
            return text, wrt, order
    raise AssertionError(seed)


@pytest.mark.parametrize("seed", range(120))
def test_a_random_expression(seed: int) -> None:
    text, wrt, order = question(seed)
    found = tensor(text, wrt, order, Random.DECLARED)
    values = draw(list(found.reading.symbols.values()), seed)
    truth = evaluate(found.expr, values)
    if order == 1:
        numeric = numeric_derivative(found.reading.root, found.turns[0], values)
        if not found.turns[0].props:
            np.testing.assert_allclose(truth, numeric, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(truth).max()))
    check(found, truth, values, 1e-9)


@pytest.mark.parametrize(
    ("text", "wrt", "order", "declared"),
    [
        ("tr(X^3)", "X", 3, "X[n,n]"),
        ("det(X)", "X", 3, "X[n,n]"),
        ("a.T@inv(X)@b", "X", 3, "X[n,n]"),
        ("tr(X^4)", "X", 4, "X[n,n]"),
        ("norm(X)", "X", 4, "X[m,n]"),
        ("X@B@X", "X", 2, "X[m,n]"),
        ("X^3", "X", 2, "X[n,n]"),
        ("exp(A@x)", "x", 3, "x[n]"),
        ("(x.T@A@x)*x@x.T", "x", 3, "x[n]"),
        ("vec(X)@vec(X).T", "X", 2, "X[m,n]"),
        ("tr(C.T@kron(X, X))", "X", 2, "X[m,n]"),
        ("cholesky(X@X.T + eye(n))", "X", 1, "X[n,m]"),
        ("sum(softmax(X, axis=0)@a)*X", "X", 1, "X[m,n]"),
        ("t*X/(1 + t)", "X", 1, "X[m,n]"),
        ("x/norm(x)", "x", 2, "x[n]"),
        ("inv(S)", "S", 1, "S[n,n] symmetric"),
        ("S@A@S", "S", 1, "S[n,n] symmetric"),
        ("0*X + A", "X", 1, "X[m,n]"),
    ],
)
def test_higher_orders_and_odd_shapes(text: str, wrt: str, order: int, declared: str) -> None:
    found = tensor(text, wrt, order, (declared,))
    positive = "positive determinant" if "det" in text else "invertible" if "inv(X)" in text else "generic"
    values = draw(list(found.reading.symbols.values()), 5)
    values[wrt] = draw([found.turns[0]], 5, [positive])[wrt]
    check(found, evaluate(found.expr, values), values, 1e-9)


# ---------------------------------------------------------------- as in books

#: Expression, variable, order, and the form kron as Magnus and Neudecker have it.
BOOKS = [
    ("X", "X", 1, "eye(m*n)"),
    ("A@X@B", "X", 1, "kron(B.T, A)"),
    ("X.T", "X", 1, "commutation(m, n)"),
    ("vec(X.T)", "X", 1, "commutation(m, n)"),
    ("X@X", "X", 1, "kron(eye(n), X) + kron(X.T, eye(n))"),
    ("X.T@X", "X", 1, "kron(eye(n), X.T) + kron(X.T, eye(n))@commutation(m, n)"),
    ("X@X.T", "X", 1, "kron(X, eye(m)) + kron(eye(m), X)@commutation(m, n)"),
    ("X^3", "X", 1, "kron(X.T, X) + kron(eye(n), X^2) + kron(X.T^2, eye(n))"),
    ("inv(X)", "X", 1, "-kron(inv(X).T, inv(X))"),
    ("X.*X", "X", 1, "2*diag(vec(X))"),
    ("exp(X)", "X", 1, "diag(vec(exp(X)))"),
    ("A@exp(X@B)", "X", 1, "kron(eye(k), A)@diag(vec(exp(X@B)))@kron(B.T, eye(n))"),
    ("x@x.T", "x", 1, "kron(x, eye(n)) + kron(eye(n), x)"),
    ("A@x", "A", 1, "kron(x.T, eye(m))"),
    ("x.T@A", "A", 1, "kron(eye(n), x.T)"),
    ("diag(A@X@B)", "X", 1, "kron(B.T, ones(n).T).*kron(ones(p).T, A)"),
    ("kron(A, X)", "X", 1, "kron(kron(eye(n), commutation(k, m)), eye(p))@kron(vec(A), eye(p*k))"),
    ("tr(X)*X", "X", 1, "tr(X)*eye(n^2) + vec(X)@vec(eye(n)).T"),
    ("tr(X.T@A@X@B)", "X", 2, "kron(B.T, A) + kron(B, A.T)"),
    ("tr(X@B@X@C)", "X", 2, "commutation(n, m)@(kron(B.T, C) + kron(C.T, B))"),
    ("tr(X@X)", "X", 2, "2*commutation(n, n)"),
    ("logdet(X)", "X", 2, "-commutation(n, n)@kron(inv(X).T, inv(X))"),
    ("norm(U@V.T - X)^2", "U", 2, "2*kron(V.T@V, eye(m))"),
    ("norm(X)", "X", 2, "eye(m*n)/norm(X) - vec(X)@vec(X).T/norm(X)^3"),
    (
        "det(X)", "X", 2,
        "det(X)*(vec(inv(X).T)@vec(inv(X).T).T - commutation(n, n)@kron(inv(X).T, inv(X)))",
    ),
    (
        "logsumexp(W@x) - y.T@W@x", "W", 2,
        "p = softmax(W@x); kron(x@x.T, diag(p) - p@p.T)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "order", "expected"), BOOKS, ids=[f"{b[0]} by {b[1]}" for b in BOOKS])
def test_the_kronecker_form_is_the_textbooks(text: str, wrt: str, order: int, expected: str) -> None:
    assert forms(text, wrt, order)["kron"] == expected


@pytest.mark.parametrize(
    ("text", "wrt", "order", "name", "expected"),
    [
        ("A@X@B", "X", 1, "differential", "dF = A@dX@B"),
        ("A@X@B", "X", 1, "index", "dF[i,j]/dX[k,l] = A[i,k]*B[l,j]"),
        ("A@X@B", "X", 1, "einsum", "dF/dX = einsum('ik,lj->ijkl', A, B)"),
        ("A@X@B", "X", 1, "kron", "dvec(F)/dvec(X).T = kron(B.T, A)"),
        ("inv(X)", "X", 1, "differential", "dF = -inv(X)@dX@inv(X)"),
        ("X.T@A", "X", 1, "index", "dF[i,j]/dX[k,l] = delta[i,l]*A[k,j]"),
        ("A@x", "A", 1, "index", "df[i]/dA[j,k] = delta[i,j]*x[k]"),
        ("A@x", "A", 1, "kron", "df/dvec(A).T = kron(x.T, eye(m))"),
        ("x@x.T", "x", 1, "kron", "dvec(F)/dx.T = kron(x, eye(n)) + kron(eye(n), x)"),
        ("kron(A, X)", "X", 1, "index", "dF[(i,j),(l,r)]/dX[s,t] = delta[j,s]*delta[r,t]*A[i,l]"),
        ("tr(X.T@A@X@B)", "X", 2, "quadratic", "d2f = 2*tr(A@dX@B@dX.T)"),
        ("tr(X.T@A@X@B)", "X", 2, "differential", "d(df/dX) = A@dX@B + A.T@dX@B.T"),
        ("tr(X.T@A@X@B)", "X", 2, "index", "d2f/(dX[i,j]*dX[k,l]) = A[k,i]*B[j,l] + A[i,k]*B[l,j]"),
        ("logdet(X)", "X", 2, "quadratic", "d2f = -tr((inv(X)@dX)^2)"),
        ("X@X", "X", 2, "differential", "d2F = 2*dX^2"),
        ("F + X", "X", 1, "differential", "dG = dX"),
        ("s = a.T@b/c; t*s^2*X", "X", 1, "index", "dF[i,j]/dX[k,l] = s^2*t*delta[i,k]*delta[j,l]"),
        ("s = a.T@b*c; s*(X + B@X@C)", "X", 1, "index", "dF[i,j]/dX[k,l] = s*(delta[i,k]*delta[j,l] + B[i,k]*C[l,j])"),
        (
            "s = -a.T@b*c; t*a.T@b*c*(X + B@X@C)",
            "X",
            1,
            "index",
            "dF[i,j]/dX[k,l] = -s*t*(B[i,k]*C[l,j] + delta[i,k]*delta[j,l])",
        ),
        ("delta*X", "X", 1, "index", "dF[i,j]/dX[k,l] = delta*identity[i,k]*identity[j,l]"),
    ],
)
def test_an_equation(text: str, wrt: str, order: int, name: str, expected: str) -> None:
    assert write("text", tensor(text, wrt, order).line(name).equation) == expected


def test_a_hessian_has_a_fifth_form_and_nothing_else_has() -> None:
    names = ["differential", "index", "kron", "einsum"]
    assert list(forms("A@X@B", "X")) == names
    assert list(forms("X@B@X", "X", 2)) == names
    assert list(forms("tr(X.T@A@X)", "X", 2)) == [names[0], "quadratic", *names[1:]]


@pytest.mark.parametrize(
    ("text", "found"),
    [("A@X@B", []), ("X.T", ["commutation(m, n)"]), ("X.T@X", ["commutation(m, n)"]), ("x@x.T", [])],
)
def test_a_line_tells_which_commutations_are_in_it(text: str, found: list[str]) -> None:
    line = tensor(text, "x" if "x" in text else "X").kron()
    assert [write("text", call) for call in line.commutations] == found


def test_rows_are_stacked_where_that_is_asked_for() -> None:
    line = tensor("A@X@B", "X", vec="row").kron()
    assert write("text", line.equation) == "dvec(F.T)/dvec(X.T).T = kron(A, B.T)"


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("index", "unicode", "∂Fᵢⱼ/∂Xₖₗ = Aᵢₖ Bₗⱼ"),
        ("index", "latex", r"\frac{\partial F_{ij}}{\partial X_{kl}} = A_{ik} B_{lj}"),
        ("kron", "unicode", "∂vec(F)/∂vec(X)ᵀ = Bᵀ ⊗ A"),
        (
            "kron",
            "latex",
            r"\frac{\partial \operatorname{vec}(F)}{\partial \operatorname{vec}(X)^{\top}} = B^{\top} \otimes A",
        ),
        ("differential", "unicode", "dF = A dX B"),
    ],
)
def test_an_equation_is_spelled(name: str, form: str, expected: str) -> None:
    assert write(form, tensor("A@X@B", "X").line(name).equation) == expected


def test_a_sum_of_many_terms_is_told_in_time() -> None:
    text = " + ".join(f"A{k}@X@B{k}" for k in range(60))
    found = forms(text, "X")
    assert found["kron"].count("kron(") == 60
    assert found["index"].count("A59[i,k]") == 1
