"""Special functions: made on demand from a table, their slopes taken from SymPy and held to differences."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Expr, number, symbol
from mcalc.algebra.ops import NAMES, OPS, Op, find
from mcalc.algebra.ops.record import applied
from mcalc.algebra.ops.special import OTHER_NAMES, SPECIAL, special
from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from tests.evaluate import Array, difference, evaluate

m = dim("m")
x = symbol("x", (m,))
t = symbol("t", ())
#: Inside every domain of the table: between 0 and 1.
POINT = {"x": np.array([0.21, 0.48, 0.83])}


def of(op: Op, order: int = 1) -> Expr:
    return op(number(order), x) if "{1}" in op.numpy else op(x)


def close(got: Array, wanted: Array, tolerance: float) -> None:
    assert got.shape == wanted.shape
    assert np.max(np.abs(got - wanted)) <= tolerance * max(1.0, np.max(np.abs(wanted)))


@pytest.mark.parametrize("name", SPECIAL)
def test_derivatives_agree_with_differences(name: str):
    op = special(name)
    assert op is not None and find(name) is op and OPS[name] is op
    f = of(op)
    for _ in range(2):
        g = derivative(f, x)
        along = np.array([0.3, -1.1, 0.7])
        close(np.tensordot(evaluate(g, POINT), along, 1), difference(f, x, along, POINT, h=1e-2), 1e-5)
        f = g


@pytest.mark.parametrize("name", SPECIAL)
def test_values_are_those_of_sympy(name: str):
    import sympy

    op = find(name)
    assert op is not None
    order = [2] if "{1}" in op.numpy else []
    # SymPy does not evaluate erfcinv.
    function = (lambda v: sympy.erfinv(1 - v)) if name == "erfcinv" else getattr(sympy, SPECIAL[name][0])
    wanted = [float(function(*order, v).evalf()) for v in POINT["x"]]
    close(evaluate(of(op, 2), POINT), np.array(wanted), 1e-9)


@pytest.mark.parametrize("name", ["polygamma", "besselj", "bessely", "besseli", "besselk"])
def test_the_order_is_not_differentiated(name: str):
    op = find(name)
    assert op is not None
    with pytest.raises(Problem, match=f"the derivative of {name} by its first argument is not known") as refusal:
        derivative(op(t, x), t)
    assert refusal.value.kind == "unsupported"


def test_closed_forms():
    gamma, digamma, erf, erfc = (find(name) for name in ("gamma", "digamma", "erf", "erfc"))
    assert gamma and digamma and erf and erfc
    g = symbol("g", (), place=1)
    assert derivative(gamma(g), g) is gamma(g) * digamma(g)
    assert derivative(erfc(g), g) is -derivative(erf(g), g)
    bessel = find("besselj")
    assert bessel
    assert derivative(bessel(number(0), g), g) is -bessel(number(1), g)


def test_a_slope_has_a_value_wherever_the_function_is_smooth():
    w = find("lambertw")
    assert w
    assert evaluate(derivative(w(t), t), {"t": np.zeros(())}) == 1  # W/(t (1 + W)), as SymPy has it, is 0/0


def test_names():
    assert all(find(other) is find(name) for other, name in OTHER_NAMES.items())
    assert set(SPECIAL) | set(OTHER_NAMES) <= NAMES
    assert find("Integral") is None
    assert find("__class__") is None
    assert applied(of(find("besselj") or OPS["exp"])) == "besselj"


def test_sympy_waits_until_a_slope_is_asked_for():
    code = (
        "import sys\nfrom mcalc.algebra.ops import find\nfrom mcalc.algebra.expr import symbol\n"
        "f = find('gamma')(symbol('t')); print('sympy' in sys.modules, 'numpy' in sys.modules)\n"
        "f.op.slope(f.args[0], f); print('sympy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False", "True"]
