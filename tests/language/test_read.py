"""Reading as a whole: the echo, the names after wrt, definitions, notes, and a second text in the same scope."""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcalc.algebra.expr import symbol
from mcalc.errors import Problem
from mcalc.language.read import describe, read, reread, variable
from tests.evaluate import evaluate

CORPUS = Path(__file__).parents[1] / "data" / "corpus.jsonl"
CASES = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def declared(case: dict) -> list[str]:
    props = case.get("props") or {}
    return [f"{name}[{','.join(dims.split())}] {props.get(name, '')}" for name, dims in case["vars"].items()]


# ---------------------------------------------------------------- the echo


@pytest.mark.parametrize(
    ("text", "declarations", "echo", "plain"),
    [
        ("x.T@A@x", [], "x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ", "x: n, A: n x n"),
        ("X@w - y", [], "X ∈ ℝᵐˣⁿ, w ∈ ℝⁿ, y ∈ ℝᵐ", "X: m x n, w: n, y: m"),
        ("c*x", ["c[]"], "c ∈ ℝ, x ∈ ℝⁿ", "c: scalar, x: n"),
        ("A@x", ["x[n]", "A[n,n] symmetric psd"], "x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ psd symmetric", "x: n, A: n x n psd symmetric"),
        ("K@v", ["K[m*n,3]"], "K ∈ ℝᵐⁿˣ³, v ∈ ℝ³", "K: m*n x 3, v: 3"),
        ("K@v", ["K[2*n + 1,q]"], "K ∈ ℝ^((1+2n)×q), v ∈ ℝ^(q)", "K: (1 + 2*n) x q, v: q"),
        ("1", [], "", ""),
    ],
)
def test_echo(text: str, declarations: list[str], echo: str, plain: str) -> None:
    reading = read(text, declarations)
    assert describe(reading) == echo
    assert describe(reading, ascii=True) == plain


def test_declared_variables_come_first_and_places_follow_the_text() -> None:
    reading = read("r = B@y; x.T@A@x + r.T@r", ["z[n]", "A[n,n]"])
    assert list(reading.symbols) == ["z", "A", "B", "y", "x"]
    assert [name for name, _ in sorted(reading.symbols.items(), key=lambda item: item[1].place)] == list("ByxAz")


def test_a_program_declares_by_itself() -> None:
    reading = read("var A[n,n] symmetric, x[n]\nx.T@A@x")
    assert reading.symbols["A"].props == {"symmetric"}
    assert reading.root is read("x.T@A@x", ["A[n,n] symmetric, x[n]"]).root


def test_a_declaration_in_the_text_and_one_outside_must_agree() -> None:
    assert list(read("var x[n]\nx", ["x[n]"]).symbols) == ["x"]
    with pytest.raises(Problem, match="declared twice"):
        read("var x[n]\nx", ["x[m]"])


def test_a_problem_in_a_declaration_shows_the_declaration() -> None:
    with pytest.raises(Problem) as caught:
        read("A", ["x[n]", "A[n,n] symetric"])
    assert caught.value.source == "A[n,n] symetric"
    with pytest.raises(Problem) as caught:
        read("var A[n,n] symetric\nA")
    assert caught.value.source == "var A[n,n] symetric\nA"
    assert caught.value.span == (11, 19)


def test_definitions_are_nodes() -> None:
    reading = read("r = X@w - y; s = r.T@r; s + lambda*w.T@w")
    assert list(reading.definitions) == ["r", "s"]
    assert reading.definitions["s"] is reread("(X@w - y).T@(X@w - y)", reading)
    assert reading.root is reread("s + lambda*w.T@w", reading)


# ---------------------------------------------------------------- names that are more than names


@pytest.mark.parametrize(
    ("text", "same", "note"),
    [
        ("Xw - y", "X@w - y", "Xw was read as X·w"),
        ("AXB", "A@X@B", "AXB was read as A·X·B"),
        ("x'Ax", "x.T@A@x", "Ax was read as A·x"),
        ("XX'", "X@X.T", "XX was read as X·X"),
        ("AB^2", "A@B@B", "AB was read as A·B"),
        ("(AB)'", "B.T@A.T", "AB was read as A·B"),
        ("norm(Xw - y)^2", "norm(X@w - y)^2", "Xw was read as X·w"),
        ("1/(1 + e^(-w'x))", "1/(1 + exp(-w.T@x))", "e was read as Euler's number"),
        ("e^x", "exp(x)", "e was read as Euler's number"),
        ("softmax(X)", "softmax(X, axis=1)", "softmax of a matrix was read as softmax(…, axis=1): every row by itself"),
        ("A - I", "A - I", "I was read as the identity matrix eye(n)"),
    ],
)
def test_notes(text: str, same: str, note: str) -> None:
    reading = read(text, ["x[]"] if text == "e^x" else [])
    assert reading.notes == [note]
    assert reread(same, reading) is reading.root


@pytest.mark.parametrize(
    ("text", "declarations", "names"),
    [
        ("Sigma@x", [], ["Sigma", "x"]),
        ("W2@x", [], ["W2", "x"]),
        ("W_in@x", [], ["W_in", "x"]),
        ("loss*x", [], ["loss", "x"]),
        ("Xw@y", ["Xw[m,n]"], ["Xw", "y"]),
        ("Xw = A@B; Xw@y", [], ["A", "B", "y"]),
        ("lambda*x", [], ["lambda", "x"]),
        ("e*x", [], ["e", "x"]),
        ("e^2*x", [], ["e", "x"]),
        ("pi*x", [], ["x"]),
        ("gamma*x", [], ["gamma", "x"]),
        ("n*x", ["x[n]"], ["x"]),
        ("n*x", [], ["n", "x"]),
        ("sum(x)/n + ones(n).T@x", [], ["x"]),
    ],
)
def test_names_that_stay_whole(text: str, declarations: list[str], names: list[str]) -> None:
    reading = read(text, declarations)
    assert list(reading.symbols) == names
    assert not reading.notes


def test_what_wrt_names_stays_whole() -> None:
    assert list(read("Xw@y", wrt=["Xw"]).symbols) == ["Xw", "y"]
    assert list(read("e^x", wrt=["e"]).symbols) == ["e", "x"]


def test_a_shape_error_in_an_opened_name_says_how_it_was_read() -> None:
    with pytest.raises(Problem) as caught:
        read("xAy - c")
    assert "xAy was read as x·A·y; a name that is declared stays whole" in caught.value.hint


# ---------------------------------------------------------------- wrt


@pytest.mark.parametrize(
    ("text", "declarations", "name", "words", "hint"),
    [
        ("x.T@A@x", [], "z", "z does not occur in x.T@A@x", "the variables are x, A"),
        ("norm(weights)^2", [], "wieghts", "wieghts does not occur", "did you mean weights?"),
        ("x.T@A@x", [], "X", "X does not occur", "did you mean x?"),
        ("r = X@w; r.T@r", [], "r", "r is a definition, not a variable", "differentiate by a variable that it is made of: X, w"),
        ("n*x", ["x[n]"], "n", "n is a size, not a variable", "the variables are x"),
        ("1 + 2", [], "x", "x does not occur in 1 + 2", "it has no variables"),
        ("Xw", [], "w2", "w2 does not occur in Xw", "did you mean w?"),
    ],
)  # fmt: skip
def test_wrt_must_occur(text: str, declarations: list[str], name: str, words: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text, declarations, wrt=[name])
    assert caught.value.kind == "name"
    assert words in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "declarations", "names"),
    [
        ("y.T@A@x", [], "y A x"),
        ("y.T@A@x", ["x[n], z[]"], "x z y A"),
        ("p.T@q where q = A@x + y", [], "p A x y"),
        ("r = X@w - y; x*r.T@r", [], "X w y x"),
        ("(Xw + y).T@A@x", [], "X w y A x"),
    ],
)
def test_variables_stand_in_the_order_of_the_text_after_those_declared(
    text: str, declarations: list[str], names: str
) -> None:
    assert list(read(text, declarations, wrt=["x", "y"]).symbols) == names.split()


def test_wrt_finds_variables() -> None:
    reading = read("λ*x.T@x", ["z[n]"], wrt=["x", "z", "lambda"])
    assert variable(reading, "z") is reading.symbols["z"]
    assert variable(reading, "lambda") is variable(reading, "λ")
    with pytest.raises(Problem):
        variable(reading, "y")


# ---------------------------------------------------------------- a second text


def test_an_answer_is_read_in_the_scope_of_its_problem() -> None:
    reading = read("norm(X@w - y)^2", ["X[p,n]"])
    answer = reread("r = X@w - y; 2*X.T@r + 0*ones(n)", reading)
    assert answer is reread("2*X'*(X*w - y)", reading)
    assert reread("n*p", reading) is reread("sum(ones(n))*sum(ones(p))", reading)


def test_an_answer_may_define_what_the_problem_defined() -> None:
    reading = read("r = X@w - y; r.T@r")
    assert reread("2*X.T@r", reading) is reread("r = X@w - y; 2*X.T@r", reading)
    assert reread("r = 2*X; r.T@y", reading) is reread("2*X.T@y", reading)


def test_an_answer_may_use_more_names_where_it_is_told_them() -> None:
    reading = read("tr(A@X)", ["A[n,m]", "X[m,n]"])
    change = symbol("dX", reading.symbols["X"].shape, (), -1)
    assert reread("tr(A@dX)", reading, {"dX": change}).free == {reading.symbols["A"], change}


@pytest.mark.parametrize(
    ("text", "words", "hint", "at"),
    [
        ("2*A@z", "z does not occur in the problem", "there are x, A", "z"),
        ("2*B@x", "B does not occur in the problem", "", "B"),
        ("var z[n]\nz", "variables are declared with the problem", "", "z[n]"),
        ("x = 2*A; x", "x is declared as a variable and defined as well", "", "x"),
    ],
)
def test_an_answer_knows_no_other_names(text: str, words: str, hint: str, at: str) -> None:
    with pytest.raises(Problem) as caught:
        reread(text, read("x.T@A@x"))
    assert caught.value.kind == "name"
    assert words in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.source == text
    assert text[slice(*caught.value.span or (0, 0))] == at


# ---------------------------------------------------------------- the corpus


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_corpus_is_read(case: dict) -> None:
    reading = read(case["expr"], declared(case), wrt=[case["wrt"]])
    assert {name: [str(d) for d in s.shape] for name, s in reading.symbols.items()} == {
        name: dims.split() for name, dims in case["vars"].items()
    }
    assert not reading.notes
    if case["answer"]:
        answer = reread(case["answer"], reading)
        wanted = reading.root.shape + reading.symbols[case["wrt"]].shape * case.get("order", 1)
        assert answer.shape in ((), wanted) or sorted(map(str, answer.shape)) == sorted(map(str, wanted))


# ---------------------------------------------------------------- products against plain matrices

#: Columns, rows and matrices as arrays of two axes, where NumPy's own rule says what fits.
DRAW = np.random.default_rng(11)
SHAPES = {"A": (3, 5), "B": (5, 5), "X": (3, 5), "x": (5, 1), "y": (5, 1), "u": (3, 1), "c": (), "t": ()}
VALUES = {name: DRAW.normal(size=shape) for name, shape in SHAPES.items()}
DECLARATIONS = ["A[m,n], B[n,n], X[m,n], x[n], y[n], u[m], c[], t[]"]
FACTORS = st.tuples(st.sampled_from(list(SHAPES)), st.booleans(), st.sampled_from(["@", " ", "*"]))


def multiplied(factors: list[tuple[str, bool, str]]) -> np.ndarray | None:
    """The product from left to right; None where it does not fit, or where `*` could mean either product."""
    total = None
    for name, turned, operator in factors:
        right = VALUES[name].T if turned else VALUES[name]
        if total is None:
            total = right
        elif not total.shape or not right.shape:
            total = total * right
        elif operator == "@" and total.shape[1] == 1 != right.shape[0] == total.shape[0]:
            total = total.T @ right  # as NumPy reads arrays of one axis
            total = total[0, 0] if total.shape == (1, 1) else total
        elif total.shape[1] != right.shape[0] or (operator == "*" and total.shape == right.shape):
            return None
        else:
            total = total @ right
            total = total[0, 0] if total.shape == (1, 1) else total
    return total


@settings(max_examples=400, deadline=None)
@given(st.lists(FACTORS, min_size=2, max_size=6))
def test_chains_mean_what_matrices_mean(factors: list[tuple[str, bool, str]]) -> None:
    # A chain of `*` holds whole chains of `@`, so one operator is used for each text.
    operator = factors[0][2]
    text = operator.join(name + ".T" * (turned and name not in "ct") for name, turned, _ in factors)
    expected = multiplied([(name, turned, operator) for name, turned, _ in factors])
    if expected is None:
        try:
            read(text, DECLARATIONS)
        except Problem as problem:
            assert problem.kind == "shape"
        else:
            assert operator == "*"
    else:
        reading = read(text, DECLARATIONS)
        values = {name: value.reshape(-1) if name in "xyu" else value for name, value in VALUES.items()}
        found = evaluate(reading.root, values, {"m": 3, "n": 5})
        assert np.allclose(found.reshape(expected.shape), expected)
        assert reading.row == (len(expected.shape) == 2 and expected.shape[0] == 1)


def test_a_bare_declaration_keeps_the_name_whole_and_leaves_its_shape_open() -> None:
    reading = read("Xw@x", ["Xw"])
    assert list(reading.symbols) == ["Xw", "x"]
    assert [str(d) for d in reading.symbols["Xw"].shape] == ["m", "n"]


def test_a_letter_in_a_product_is_called_as_it_is_elsewhere() -> None:
    reading = read("λA@x + lambda*x")
    assert "lambda" in reading.symbols
    assert "λ" not in reading.symbols


@pytest.mark.parametrize("text", ["|x@y.T|", "r = X.T@X; |r|"])
def test_bars_around_a_matrix_are_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text)
    assert caught.value.hint == "write det(…) or abs(…)"


def test_the_norm_takes_its_kind_as_text() -> None:
    assert read("norm(X, 'fro')").root is read("norm(X)").root
    assert read('norm(x, "1")').root is read("norm1(x)").root
