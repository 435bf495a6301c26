"""The normal form: one node for all ways of writing a contraction, and the value that the definition gives."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcalc.algebra.batch import lift
from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.dims import product as size_of
from mcalc.algebra.expr import (
    ONE,
    ZERO,
    Contract,
    Expr,
    Factor,
    Group,
    Sum,
    add,
    contract,
    eye,
    hadamard,
    is_zero,
    number,
    ones,
    permute,
    power,
    scale,
    size,
    symbol,
    total,
    transpose,
    zero,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.walk import substitute
from tests.evaluate import Array, draw, evaluate, product

m, n, k = dim("m"), dim("n"), dim("k")
A = symbol("A", (n, n))
B = symbol("B", (n, n), place=1)
S = symbol("S", (n, n), ("symmetric",), 2)
x = symbol("x", (n,), place=3)
y = symbol("y", (n,), place=4)
t = symbol("t", (), place=5)
W = symbol("W", (m, n), place=6)
V = symbol("V", (n, k), place=7)
P = symbol("P", (n,), ("positive",), 8)
q = symbol("q", (m * n,), place=9)
VARIABLES = [A, B, S, x, y, t, W, V, P, q]
exp, inv, tr, vec = OPS["exp"], OPS["inv"], OPS["tr"], OPS["vec"]
LENGTHS = {"m": 3, "n": 4, "k": 5}


def at(node: Expr, seed: int = 0) -> Array:
    return evaluate(node, draw(VARIABLES, seed), LENGTHS)


def close(got: Array, wanted: Array) -> None:
    assert got.shape == np.shape(wanted)
    assert np.max(np.abs(got - wanted), initial=0.0) <= 1e-9 * max(1.0, np.max(np.abs(wanted), initial=0.0))


# ---------------------------------------------------------------- random contractions

BASES = [
    A,
    B,
    S,
    x,
    y,
    t,
    W,
    V,
    x + y,
    A + B,
    A @ B,
    W @ V,
    inv(A),
    exp(x),
    size(n),
    number(3),
    tr(A),
    A * B,
    ones((n,)),
    eye(n),
]
POSITIVE = [P, exp(x), exp(A)]
LABELS = {m: (0, 1), n: (2, 3, 4, 5), k: (6, 7)}
SIZES = {label: d for d, labels in LABELS.items() for label in labels}


@st.composite
def contractions(draw_from: st.DrawFn) -> tuple[list[Factor], tuple[Group, ...]]:
    """Factors with random labels and exponents, and random labels in front, which may repeat or be nobody's."""
    factors: list[Factor] = []
    for _ in range(draw_from(st.integers(0, 5))):
        base = draw_from(st.sampled_from(BASES + POSITIVE))
        exponents = [1, 1, 1, 2, 3, *([Fraction(1, 2), -1, Fraction(-3, 2)] if base in POSITIVE else [])]
        axes = tuple((draw_from(st.sampled_from(LABELS[d])),) for d in base.shape)
        factors.append((base, draw_from(st.sampled_from(exponents)), axes))
    out = tuple((draw_from(st.sampled_from(sorted(SIZES))),) for _ in range(draw_from(st.integers(0, 3))))
    return factors, out


def named(factors: list[Factor], out: tuple[Group, ...]) -> dict[int, Dim]:
    used = {x for _, _, axes in factors for g in axes for x in g} | {x for g in out for x in g}
    return {label: SIZES[label] for label in used}


def relabelled(
    factors: list[Factor], out: tuple[Group, ...], source: random.Random
) -> tuple[list[Factor], tuple[Group, ...], dict[int, Dim]]:
    """The same product with other labels and its factors in another order."""
    sizes = named(factors, out)
    fresh = source.sample(range(-50, 50), len(sizes))
    new = dict(zip(sizes, fresh, strict=True))

    def move(groups: tuple[Group, ...]) -> tuple[Group, ...]:
        return tuple(tuple(new[x] for x in g) for g in groups)

    shuffled = source.sample(factors, len(factors))
    return [(b, e, move(axes)) for b, e, axes in shuffled], move(out), {new[x]: d for x, d in sizes.items()}


@given(contractions(), st.integers(0, 10**6))
def test_labels_and_order_do_not_matter(given_: tuple[list[Factor], tuple[Group, ...]], seed: int):
    factors, out = given_
    node = contract(factors, out, named(factors, out))
    others, turned, sizes = relabelled(factors, out, random.Random(seed))
    assert contract(others, turned, sizes) is node


@given(contractions())
def test_the_value_is_the_definition(given_: tuple[list[Factor], tuple[Group, ...]]):
    factors, out = given_
    sizes = named(factors, out)
    lengths = {x: d.at(LENGTHS) for x, d in sizes.items()}
    operands = [(at(b) ** float(e), axes) for b, e, axes in factors]
    close(at(contract(factors, out, sizes)), product(operands, out, lengths))


@given(contractions())
def test_the_normal_form_is_a_fixed_point(given_: tuple[list[Factor], tuple[Group, ...]]):
    factors, out = given_
    node = contract(factors, out, named(factors, out))
    for part in (n for _, n in node.terms) if isinstance(node, Sum) else (node,):
        if isinstance(part, Contract):
            assert contract(part.factors, part.out, dict(enumerate(part.sizes))) is part
            bases = [(b, e) for b, e, _ in part.factors]
            assert all(e != 0 for _, e in bases)
            shown = {x for g in part.out for x in g} | {x for _, _, axes in part.factors for g in axes for x in g}
            assert shown == set(range(len(part.sizes)))


@given(contractions(), st.data())
def test_a_product_in_two_steps_is_the_product(given_: tuple[list[Factor], tuple[Group, ...]], data: st.DataObject):
    """Contracting some factors first, keeping the labels that the others need, changes nothing but closed scalars."""
    factors, out = given_
    cut = data.draw(st.integers(0, len(factors)))
    first, rest = factors[:cut], factors[cut:]
    outside = {x for _, _, axes in rest for g in axes for x in g} | {x for g in out for x in g}
    inside = sorted({x for _, _, axes in first for g in axes for x in g})
    kept = tuple((x,) for x in inside if x in outside)
    node = contract(first, kept, named(first, kept))
    whole = contract([(node, 1, kept), *rest], out, named([(node, 1, kept), *rest], out))
    close(at(whole), at(contract(factors, out, named(factors, out))))


@given(contractions(), st.permutations(range(3)))
def test_axes_in_another_order(given_: tuple[list[Factor], tuple[Group, ...]], order: list[int]):
    factors, out = given_
    turn = tuple(j for j in order if j < len(out))
    node = contract(factors, out, named(factors, out))
    moved = permute(node, turn)
    assert moved is contract(factors, tuple(out[j] for j in turn), named(factors, out))
    close(at(moved), np.transpose(at(node), turn))


# ---------------------------------------------------------------- laws by identity

SAME = {
    "matrix product is associative": ((A @ B) @ S, A @ (B @ S)),
    "transpose twice": (A.T.T, A),
    "transpose of a product": ((A @ B).T, B.T @ A.T),
    "transpose of a sum": ((A + 2 * B).T, A.T + 2 * B.T),
    "a symmetric matrix": (S.T, S),
    "a symmetric product": ((A @ S @ A.T).T, A @ S @ A.T),
    "a symmetric sum": ((A + A.T).T, A + A.T),
    "the gram matrix": ((W.T @ W).T, W.T @ W),
    "a quadratic form": (x @ A @ x, x @ A.T @ x),
    "a symmetric bilinear form": (x @ S @ y, y @ S @ x),
    "the trace is cyclic": (tr(A @ B @ S), tr(S @ A @ B)),
    "the trace of a transpose": (tr(A.T), tr(A)),
    "the trace of a transposed product": (tr(A @ B), tr(B.T @ A.T)),
    "the trace of an outer product": (tr(OPS["outer"](x, y)), x @ y),
    "inner products": (total(A * B), tr(A.T @ B)),
    "identity on the left": (eye(n) @ A, A),
    "identity inside": (x @ eye(n) @ y, x @ y),
    "the trace of the identity": (tr(eye(n)), size(n)),
    "the sum of ones": (total(ones((m, n))), size(m * n)),
    "ones are neutral": (ones((n,)) * x, x),
    "ones sum": (ones((n,)) @ x, total(x)),
    "repeated factors are a power": (x * x * x, power(x, 3)),
    "powers add": (power(P, Fraction(1, 2)) * power(P, Fraction(1, 2)), P),
    "a power undone": (P * power(P, -1), ones((n,))),
    "powers multiply": (power(power(P, 2), Fraction(1, 2)), P),
    "a power of a product": (
        power(P * exp(x), Fraction(1, 2)),
        power(P, Fraction(1, 2)) * power(exp(x), Fraction(1, 2)),
    ),
    "scalars come out": ((3 * t * A) @ (2 * B), 6 * t * (A @ B)),
    "scalars merge": (t * A * t, power(t, 2) * A),
    "a rational root": (power(number(4), Fraction(-1, 2)), number(Fraction(1, 2))),
    "coefficients add": (A + A, 2 * A),
    "like terms": (A @ x + (2 * A - A) @ x, 2 * (A @ x)),
    "diag of a vector": (OPS["diag"](x) @ y, x * y),
    "diag both ways": (OPS["diag"](OPS["diag"](x)), x),
    "a product of diagonals": (OPS["diag"](x) @ OPS["diag"](y), OPS["diag"](x * y)),
    "elementwise function of a transpose": (exp(A.T), exp(A).T),
    "inverse of a transpose": (inv(A.T), inv(A).T),
    "determinant of a transpose": (OPS["det"](A.T), OPS["det"](A)),
    "vec of a product": (vec(W @ V @ V.T), OPS["kron"](V @ V.T, eye(m)) @ vec(W)),
    "kron of products": (OPS["kron"](A, W) @ OPS["kron"](B, V), OPS["kron"](A @ B, W @ V)),
    "kron transposed": (OPS["kron"](A, W).T, OPS["kron"](A.T, W.T)),
    "the trace of kron": (tr(OPS["kron"](A, B)), tr(A) * tr(B)),
    "vec of an outer product": (vec(OPS["outer"](x, y)), OPS["kron"](y, x)),
    "inner product of vecs": (vec(A) @ vec(B), tr(A.T @ B)),
    "unvec of vec": (OPS["unvec"](vec(W), m, n), W),
    "vec of unvec": (vec(OPS["unvec"](q, m, n)), q),
}


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME)
def test_equal_expressions_are_one_node(left: Expr, right: Expr):
    close(at(left), at(right))
    assert left is right


DIFFERENT = {
    "products do not commute": (A @ B, B @ A),
    "a matrix and its transpose": (A, A.T),
    "quadratic forms in two vectors": (x @ A @ y, y @ A @ x),
    "the square and the elementwise square": (A @ A, A * A),
    "a root of a square is the absolute value": (power(power(x, 2), Fraction(1, 2)), x),
    "the trace of a square and the squared trace": (tr(A @ A), tr(A) * tr(A)),
    "the norm squared twice": (power(x @ x, 2), power(x, 2) @ power(x, 2)),
    "rows and columns of ones": (W @ ones((n,)), ones((m,)) @ W),
    "outer and elementwise": (tr(A) * x, OPS["diag"](A) * x),
    "vec by columns or by rows": (vec(W), contract([(W, 1, ((0,), (1,)))], ((0, 1),))),
}


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_expressions_stay_apart(left: Expr, right: Expr):
    assert left is not right
    if left.shape == right.shape:
        assert not np.allclose(at(left), at(right))


# ---------------------------------------------------------------- zeros, numbers, sums


def test_zeros():
    assert A - A is zero((n, n))
    assert is_zero(zero((m, n)) @ V)
    assert (zero((m, n)) @ V).shape == (m, k)
    assert t - t is ZERO
    assert hadamard(ZERO, x) is zero((n,))
    assert A + zero((n, n)) is A
    assert at(zero((m, n))).shape == (3, 4)
    assert zero((m, n)) is not zero((n, m))


def test_numbers():
    assert number(Fraction(4, 2)) is number(2)
    assert number(2) * number(3) is number(6)
    assert power(number(2), Fraction(1, 2)) * power(number(2), Fraction(1, 2)) is number(2)
    assert scale(1, A) is A
    assert add([(1, ONE), (2, ONE)], ()) is number(3)
    assert size(dim(3)) is number(3)
    close(at(size(n + dim(2))), np.asarray(6.0))


def test_an_elementwise_power_stays_outside_a_sum():
    rows = W @ V
    node = power(rows, 2)
    close(at(node), at(rows) ** 2)
    close(at(power(x @ y, 3)), at(x @ y) ** 3)
    close(at(power(OPS["outer"](x, P), 2)), at(OPS["outer"](x, P)) ** 2)


def test_powers_of_arrays_with_scalar_factors():
    node = power(tr(A) * power(tr(B), -1) * (W @ V), 2)
    close(at(node), (at(tr(A)) / at(tr(B)) * at(W @ V)) ** 2)


def test_roots_of_negative_contents():
    spread = power(-2 * P - exp(x), -1)
    close(at(spread), 1 / (-2 * at(P) - np.exp(at(x))))
    inside = power(exp(x) - 3 * exp(x) + 7 * ones((n,)) * 9, Fraction(1, 2))
    close(at(inside), np.sqrt(-2 * np.exp(at(x)) + 63))


# ---------------------------------------------------------------- fused axes


@given(st.permutations(range(3)), st.integers(1, 2))
def test_fused_axes_have_the_value_of_a_reshape(order: list[int], cut: int):
    cube = contract([(W, 1, ((0,), (1,))), (V, 1, ((1,), (2,)))], ((0,), (1,), (2,)))
    moved = permute(cube, tuple(order))
    labels = tuple((j,) for j in range(3))
    fused = (tuple(range(cut)), tuple(range(cut, 3)))
    node = contract([(moved, 1, labels)], fused)
    close(at(node), at(moved).reshape(at(moved).shape[0] if cut == 1 else -1, -1 if cut == 1 else at(moved).shape[2]))
    assert node.shape == tuple(size_of([moved.shape[j] for j in g]) for g in fused)
    assert contract([(node, 1, fused)], labels, {j: moved.shape[j] for j in range(3)}) is moved


def test_fused_axes_that_do_not_line_up():
    # (m n) against (n m): the parts have the same size taken together, and no common labels.
    left, right = vec(W), contract([(W, 1, ((0,), (1,)))], ((0, 1),))
    assert left.shape == right.shape
    close(at(left @ right), at(left) @ at(right))
    close(at(left * right), at(left) * at(right))
    tall, wide = OPS["kron"](A, W), OPS["kron"](V, W.T)
    other = contract([(wide, 1, ((0,), (1,)))], ((1,), (0,)))
    close(at(tall.T @ OPS["kron"](W, A)), np.kron(at(A), at(W)).T @ np.kron(at(W), at(A)))
    close(at(other), np.kron(at(V), at(W).T).T)


# ---------------------------------------------------------------- symmetries, size, runs


def test_a_ring_of_equal_factors_has_one_form():
    ring = list(range(24))
    base = [(A * B, 1, ((j,), ((j + 1) % 24,))) for j in ring]
    node = contract(base, ())
    source = random.Random(1)
    for _ in range(3):
        names = source.sample(range(100, 200), 24)
        again = [(A * B, 1, ((names[j],), (names[(j + 1) % 24],))) for j in ring]
        source.shuffle(again)
        assert contract(again, ()) is node


@pytest.mark.parametrize("count", [500])
def test_long_products_are_ordinary_input(count: int):
    node: Expr = A
    for j in range(count - 1):
        node = node @ (B if j % 2 else A)
    assert isinstance(node, Contract)
    assert transpose(transpose(node)) is node


def test_long_sums_are_ordinary_input():
    terms = [symbol(f"v{j}", (n,), place=j) for j in range(5000)]
    whole = add([(1, v) for v in terms], (n,))
    assert add([(1, v) for v in reversed(terms)], (n,)) is whole
    assert whole - whole is zero((n,))


def test_the_form_does_not_depend_on_the_run():
    code = (
        "from mcalc.algebra.expr import symbol\nfrom mcalc.algebra.dims import dim\nfrom mcalc.algebra.ops import OPS\n"
        "n = dim('n'); A = symbol('A', (n, n)); B = symbol('B', (n, n), place=1); x = symbol('x', (n,), place=2)\n"
        "print(repr(x @ A @ B.T @ (A + B) @ x + OPS['tr'](OPS['inv'](A) @ B) * (x @ x)))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0]
    assert runs[0] == runs[1]


def test_substitution():
    node = x @ A @ x + tr(A)
    assert substitute(node, {A: eye(n)}) is x @ x + size(n)
    close(at(substitute(node, {A: B @ B})), at(x) @ at(B) @ at(B) @ at(x) + np.trace(at(B) @ at(B)))


def test_lifting_is_the_statement_for_every_row():
    def statement(row: Expr) -> Expr:
        return exp(row) * (row @ A @ row) + 3 * y + OPS["softmax"](row)

    lifted = lift(statement, W, 1)
    assert lifted.shape == (m, n)
    value = draw(VARIABLES, 0)
    for j in range(3):
        close(at(lifted)[j], evaluate(statement(x), {**value, "x": value["W"][j]}, LENGTHS))


def test_nodes_share_equal_axes_and_sets_of_variables() -> None:
    one, other = A @ x, B @ y
    assert isinstance(one, Contract) and isinstance(other, Contract)
    axes = [{base.rank: axes for base, _, axes in node.factors} for node in (one, other)]
    assert axes[0][2] is axes[1][2] and axes[0][1] is axes[1][1]
    assert exp(A @ x).free is (A @ x).free
