"""Sums and products over indices: their values against loops, their derivatives, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.language.read import read
from mcalc.targets import latex, mathml, text, typst, unicode
from tests.evaluate import difference, draw, evaluate

DECLARED = ["A[n,n], X[n,m], x[n], y[n], a[n], w[m], c[], t[]"]
SIZES = {"n": 4, "m": 3}


def dot(values: dict[str, np.ndarray]) -> float:
    return sum(values["a"][i] * values["x"][i] ** 2 for i in range(4))


LOOPS = {
    "sum_i(a[i]*x[i]^2)": dot,
    "∑_i a_i x_i^2": dot,
    "∑ᵢ aᵢ xᵢ²": dot,
    "∑_{i=1}^{n} a_i x_i^2": dot,
    "sum_{i=0}^{n-1} a[i]*x[i]^2": dot,
    "3 ∑_i x_i + c": lambda v: 3 * v["x"].sum() + v["c"],
    "∑_{ij} A_ij x_i x_j": lambda v: sum(v["A"][i, j] * v["x"][i] * v["x"][j] for i in range(4) for j in range(4)),
    "∑_i ∑_j A_{ij} x_i": lambda v: sum(v["A"][i, j] * v["x"][i] for i in range(4) for j in range(4)),
    "∑_i A_{ii}": lambda v: sum(v["A"][i, i] for i in range(4)),
    "∑_{i=1}^{n-1} (x_{i+1} - x_i)^2": lambda v: sum((v["x"][i + 1] - v["x"][i]) ** 2 for i in range(3)),
    "∑_{i=2}^{n} x_i x_{i-1}": lambda v: sum(v["x"][i] * v["x"][i - 1] for i in range(1, 4)),
    "∑_{i=1}^{n} i x_i^2": lambda v: sum((i + 1) * v["x"][i] ** 2 for i in range(4)),
    "∑_{i=0}^{3} a[i]*t^i": lambda v: sum(v["a"][i] * v["t"] ** i for i in range(4)),
    "∑_i log(1 + exp(-y_i*(w.T@X[i,:])))": lambda v: sum(
        np.log(1 + np.exp(-v["y"][i] * (v["X"][i] @ v["w"]))) for i in range(4)
    ),
    "∑_i (y_i - X_i@w)^2": lambda v: sum((v["y"][i] - v["X"][i] @ v["w"]) ** 2 for i in range(4)),
    "∑_i log(∑_j exp(X_ij))": lambda v: sum(np.log(sum(np.exp(v["X"][i, j]) for j in range(3))) for i in range(4)),
    "norm(sum_i(y[i]*X[i,:]))^2": lambda v: np.sum((v["y"] @ v["X"]) ** 2),
    "tr(∑_i y_i X[i,:]@X[i,:].T)": lambda v: sum(v["y"][i] * v["X"][i] @ v["X"][i] for i in range(4)),
    "∏_i x_i": lambda v: np.prod(v["x"]),
    "prod_i(c + x[i]^2)": lambda v: np.prod(v["c"] + v["x"] ** 2),
    "log(∏_{i=1}^{n} (1 + x_i^2))": lambda v: np.sum(np.log(1 + v["x"] ** 2)),
    "∑_{i=1}^{n} c": lambda v: 4 * v["c"],
    # Where nothing is left of what an index stands at, it has gone along it all the same.
    "∑_{i,j} (zeros(n, n)[i,j] x_i + c)": lambda v: 16 * v["c"],
    "∏_i ((x - x)[i] + c)": lambda v: v["c"] ** 4,
}


@pytest.mark.parametrize("written", LOOPS)
def test_the_value_is_that_of_the_loop(written: str) -> None:
    reading = read(written, DECLARED)
    values = draw(list(reading.symbols.values()), 2, ("positive",))
    assert np.allclose(evaluate(reading.root, values, SIZES), LOOPS[written](values))


@pytest.mark.parametrize("written", LOOPS)
def test_derivatives_agree_with_differences(written: str) -> None:
    reading = read(written, DECLARED)
    values = draw(list(reading.symbols.values()), 2, ("positive",))
    for x in reading.root.free:
        f = reading.root
        along = np.random.default_rng(4).standard_normal(np.shape(values[x.name]))
        for _ in range(2):
            g = derivative(f, x)
            slope = np.tensordot(evaluate(g, values, SIZES), along, along.ndim)
            assert np.allclose(slope, difference(f, x, along, values, SIZES), rtol=1e-5, atol=1e-6)
            f = g


@pytest.mark.parametrize(
    ("written", "wrt", "answer"),
    [
        ("∑_i a_i x_i^2", "x", "2*a.*x"),
        ("∑_{i,j} A_{ij} x_i x_j", "x", "(A + A.T)@x"),
        ("∑_i (y_i - X_i@w)^2", "w", "2*X.T@(X@w - y)"),
        ("∑_i log(∑_j exp(A_ij))", "A", "softmax(A, axis=1)"),
        ("sum_i(X[i,j]*y[i])", "y", "X[:,j]"),
        ("sum_p(A[i,p]*X[p,k])", "X", "A[i,:]@unit(m, k).T"),
    ],
)
def test_answers_are_those_of_matrix_notation(written: str, wrt: str, answer: str) -> None:
    assert differentiate(written, [wrt], DECLARED).derivatives[0].write("text") == answer


@pytest.mark.parametrize("written", [w for w in LOOPS if "_" in w])
def test_what_was_read_is_written_so_that_it_reads_back(written: str) -> None:
    reading = read(written, DECLARED)
    assert read(text.write(reading.program), DECLARED).root is reading.root


def test_every_notation_has_sums_and_products_with_limits() -> None:
    program = read("sum_{i=1}^{n-1}(x[i+1]*x[i]) + prod_i(x[i])").program
    assert text.write(program) == "sum_{i=1}^{n-1}(x[i+1]*x[i]) + prod_i(x[i])".replace("n-1", "n - 1")
    assert r"\sum_{i=1}^{n - 1}" in latex.write(program) and r"\prod_{i}" in latex.write(program)
    assert "sum_(i=1)^(n - 1)" in typst.write(program) and "product_(i)" in typst.write(program)
    assert "Πᵢ" in unicode.write(program)
    assert "<mo>∏</mo>" in mathml.write(program) and "<mo>∑</mo>" in mathml.write(program)


@pytest.mark.parametrize(
    ("written", "code", "at"),
    [
        ("sum_{i<j} x_i*x_j", "E140", "sum_{i<j}"),
        ("∑_{i,i} x_i", "E140", "∑_{i,i}"),
        ("∑_{i=2} x_i", "E140", "∑_{i=2}"),
        ("∑_i x_{i+1}", "E332", "x_{i+1}"),
        ("∑_i i*x_i", "E332", "i"),
        ("∑_i x[j]", "E332", "∑_i x[j]"),
        ("∑_i x_i w_i", "E332", "∑_i x_i w_i"),
        ("∑_i (0*x_i + w_i)", "E332", "∑_i (0*x_i + w_i)"),
        ("∏_i X[i,:]", "E307", "∏_i X[i,:]"),
        ("∑_i", "E120", "∑_i"),
        ("sum_i(x_i)^2", "E143", "^"),
        (r"\sum_{i\text{tr}} x_i^2", "E140", r"\sum_{i\text{tr}}"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_place(written: str, code: str, at: str) -> None:
    with pytest.raises(Problem) as caught:
        read(written, DECLARED)
    assert caught.value.code == code
    start, stop = caught.value.span or (0, 0)
    assert written[start:stop] == at


def test_a_variable_may_be_called_as_a_sum_is() -> None:
    assert list(read("sum_i*x_i", ["sum_i[], x_i[]"]).symbols) == ["sum_i", "x_i"]


def test_every_size_has_a_name_where_an_entry_is_a_factor_of_a_vector() -> None:
    assert str(read(r"\sum_{i=1}^n \exp(x_i^\top w)").symbols["w"].shape[0]) == "p"
