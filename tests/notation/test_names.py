"""Names for what the text of an answer repeats, also where it is no node of its own."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.calculus.simplify import simplify
from mcalc.language.read import read, reread
from mcalc.notation import result_name
from tests.evaluate import draw, evaluate


@pytest.mark.parametrize(
    ("text", "x", "written"),
    [
        ("norm(X - X@W@W.T)^2", "W", "P = X - X@W@W.T; -2*(P.T@X + X.T@P)@W"),
        ("tr(inv(A)@B)", "A", "-(inv(A)@B@inv(A)).T"),
        ("sigmoid(w.T@x + b)", "w", "sigmoid(w.T@x + b)*(1 - sigmoid(w.T@x + b))*x"),
    ],
)
def test_what_is_named(text: str, x: str, written: str) -> None:
    (found,) = differentiate(text, [x], ["b[]"]).derivatives
    assert found.write("text") == written
    values = draw(list(found.reading.symbols.values()), 7)
    np.testing.assert_allclose(evaluate(reread(written, found.reading), values), evaluate(found.expr, values))


def test_a_recurrence_is_as_long_as_its_steps() -> None:
    """With tied weights every step's cotangent stands in that of the step before."""

    def answer(steps: int) -> str:
        layers = "; ".join(f"h{k + 1} = tanh(W@h{k} + b)" for k in range(steps))
        (found,) = differentiate(f"h0 = x; {layers}; norm(h{steps} - y)^2", ["W"]).derivatives
        text = found.write("text")
        assert simplify(reread(text, found.reading)) is found.expr
        return text

    short, long = answer(3), answer(12)
    assert "p = (1 - h12.^2).*(h12 - y); q = (1 - h11.^2).*W.T@p; " in long
    assert len(long) < 5 * len(short)


def test_the_value_is_called_as_its_definition_and_else_by_a_letter_that_is_free() -> None:
    assert result_name(read("r = X@w; s = r.T@r", of="s")) == "s"
    assert result_name(read("x.T@x")) == "f"
    assert result_name(read("F@x + f")) == "g"
    assert result_name(read("A@B")) == "F"
    assert result_name(read("F@A", ["F[n,n]", "A[n,n]"])) == "G"
