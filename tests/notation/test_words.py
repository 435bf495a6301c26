"""The user's definitions inside longer products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcalc.answer import differentiate
from mcalc.language.read import reread
from tests.evaluate import draw, evaluate

Z = "z = (x - m)/sqrt(v); "
NORM = "mu = mean(x); v = mean((x - mu).^2); z = (x - mu)/sqrt(v + eps); "


@pytest.mark.parametrize(
    ("text", "x", "declared", "written"),
    [
        (Z + "c*z.T@g", "c", "x[n], m[], v[], c[], g[n]", "z.T@g"),  # a connected scalar, its divisor beside it
        (Z + "c.T@z*d", "d", "x[n], m[], v[], c[n], d[]", "z.T@c"),
        (Z + "sum(z.^2.*b)", "b", "x[n], m[], v[], b[n]", "z.^2"),  # twice
        (Z + "exp(-z.T@z/2)", "v", "x[n], m[], v[], b[n]", "z.T@z*exp(-z.T@z/2)/(2*v)"),
        (NORM + "(c*z).T@g", "x", "x[n], c[], eps[], g[n]", "c*(g - z.T@g*z/n - mean(g))/sqrt(v + eps)"),
        ("z = (x - m)./s; sum(z.^2)/2", "m", "x[n], m[n], s[n]", "-z./s"),
        ("r = (y - X@w)/s; r.T@r/2", "s", "y[n], X[n,p], w[p], s[]", "-r.T@r/s"),
        ("w = -(x - y)/t; w.T@B@w", "x", "x[n], y[n], t[], B[n,n]", "-(B + B.T)@w/t"),
        ("u = x/norm(x); u.T@a", "x", "x[n], a[n]", "(a - u.T@a*u)/norm(x)"),
        ("P = A@B; tr(P@C@P.T@D)", "C", "A[n,m], B[m,p], C[p,p], D[n,n]", "P.T@D.T@P"),  # sums of its own
        ("D = x*y.T/c; tr(A@D@B)", "A", "x[n], y[n], c[], A[n,n], B[n,n]", "(D@B).T"),
        ("k = a/b; k^2*x.T@A@x", "x", "a[], b[], A[n,n] symmetric, x[n]", "2*k^2*A@x"),  # of scalars alone
        ("k = a^2*b; exp(-a*b*x.T@x) + k", "x", "a[], b[], x[n]", "-2*a*b*exp(-a*b*x.T@x)*x"),  # not k/a
        ("b = inv(X.T@X)@X.T@y; norm(c - C@b)^2", "C", "X[p,n], y[p], C[m,n], c[m]", "2*(C@b - c)@b.T"),
        ("k = a/b; x.T@y/k^2", "x", "a[], b[], x[n], y[n]", "y/k^2"),
        ("s = norm(x); z = x/s; g.T@z", "x", "x[n], g[n]", "(g - z.T@g*z)/s"),  # a root alone
        ("s = sqrt(mean(x.^2)); z = x/s; g.T@z", "x", "x[n], g[n]", "(g - z.T@g*z/n)/s"),  # sizes divide freely
        ("s = 1./(a.*x); sum(s) + sum(A.T@(a.*x))", "A", "x[n], a[n], A[n,m]", "(a.*x)@ones(m).T"),  # not 1/s
        ("u = 2*B@x; norm(u)^2 + c*y.T@B@x", "c", "x[n], y[n], c[], B[n,n]", "y.T@B@x"),  # not y.T@u
        ("p = S@x; norm(p)^2*c + x.T@S@A@y", "A", "x[n], y[n], c[], A[n,n], S[n,n] symmetric", "p@y.T"),
        ("P = x@y.T; sum(P) + y.T@A@x", "A", "x[n], y[m], A[m,n]", "P.T"),
        ("P = x@y.T; sum(P) + x.T@A@y", "A", "x[n], y[n], A[n,n]", "P"),
        ("(x - m).T@g/c + 0*sum(m)", "c", "x[n], m[n], c[], g[n]", "(m - x).T@g/c^2"),
    ],
)
def test_a_definition_stands_in_a_product(text: str, x: str, declared: str, written: str) -> None:
    (found,) = differentiate(text, [x], [declared]).derivatives
    assert found.write("text") == written
    values = {name: np.abs(value) + 0.5 for name, value in draw(list(found.reading.symbols.values()), 7).items()}
    np.testing.assert_allclose(evaluate(reread(written, found.reading), values), evaluate(found.expr, values))


FACTORS = st.sampled_from(["a", "b", "c", "k", "h", "x.T@y", "x.T@A@u", "u.T@W@y", "(a + b)", "(x - y).T@u"])
VECTORS = st.sampled_from(["x", "A@y", "W.T@u", "u.*x", "A@W@u", "(x - y)", "W@diag(x)@u", "(x - y).^2", "u"])
POWERS = st.sampled_from(["*{}", "/{}", "*{}^2", "/sqrt({})", "/{}^2"])
PRODUCTS = st.builds(
    lambda v, p, s: v + p.format(f"({s})"), VECTORS, POWERS, st.sampled_from(["a", "b", "a*b", "x.T@y"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(PRODUCTS, POWERS, FACTORS, VECTORS, st.sampled_from("aAWxy"))
def test_what_is_written_has_the_same_value(defined: str, power: str, factor: str, vector: str, x: str) -> None:
    first = factor.translate(str.maketrans("khu", "aby"))
    text = f"k = a*b^2; h = {first}/c; u = {defined.replace('u', 'y')}; "
    text += f"u.T@({vector})" + power.format(f"({factor})") + " + k*h"
    (found,) = differentiate(text, [x], ["a[], b[], c[], x[n], y[n], A[n,n], W[n,n]"]).derivatives
    values = {name: np.abs(value) + 0.5 for name, value in draw(list(found.reading.symbols.values()), 7).items()}
    with np.errstate(all="ignore"):
        want = evaluate(found.expr, values)
        if np.all(np.isfinite(want)):
            got = evaluate(reread(found.write("text"), found.reading), values)
            np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9 * np.abs(want).max(initial=1.0))
