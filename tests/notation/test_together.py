"""Several derivatives at once: what they share has one name in all of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.language.read import reread_value
from mcalc.request import Manner
from mcalc.targets import write
from tests.evaluate import draw, evaluate
from tests.shell import MCALC, mcalc, on_terminal

NET = "norm(W2@tanh(W1@x + b1) + b2 - y)^2"


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        (NET, ["W1", "b1", "W2", "b2"]),
        ("logsumexp(W@x + b) - y.T@(W@x + b)", ["W", "x", "b"]),
        ("(x - m).T@inv(S)@(x - m) + logdet(S)", ["x", "m", "S"]),
        ("softmax(A@x + b)", ["x", "b"]),
    ],
)
@pytest.mark.parametrize("layout", ["mixed", "numerator"])
def test_each_is_what_it_is_alone(text: str, wrt: list[str], layout: str) -> None:
    answer = differentiate(text, wrt, manner=Manner(layout=layout))
    found = answer.together
    assert found is not None
    definitions, bodies = found
    program = "; ".join(f"{name.id} = {write('text', value)}" for name, value in definitions)
    symbols = list(answer.reading.symbols.values())
    values = draw(symbols, 1, ["spd" if x.name == "S" else "generic" for x in symbols])
    for derivative, body in zip(answer.derivatives, bodies, strict=True):
        value = reread_value(f"{program}; {write('text', body)}", answer.reading)
        assert value.row == derivative.row
        np.testing.assert_allclose(evaluate(value.expr, values), evaluate(derivative.shown, values), atol=1e-12)
    alone = sum(len(derivative.write("text")) for derivative in answer.derivatives)
    assert len(program) + sum(len(write("text", body)) for body in bodies) < alone


def test_nothing_is_named_where_that_is_no_shorter() -> None:
    assert differentiate("x.T@A@y", ["x", "y"]).together is None
    assert differentiate(NET, ["W1"]).together is None
    assert differentiate(NET, ["W1", "W2"], manner=Manner(where=False)).together is None


def test_a_reply_and_a_drawing_have_it() -> None:
    reply = json.loads(mcalc("diff", NET, "--wrt", "W1,b1,W2", "--to", "json").stdout)
    assert reply["together"] == {
        "where": [{"name": "q", "text": "tanh(W1@x + b1)"}, {"name": "r", "text": "W2@q + b2 - y"}],
        "derivatives": ["2*(W2.T@r.*(1 - q.^2))@x.T", "2*W2.T@r.*(1 - q.^2)", "2*r@q.T"],
    }
    _, shown = on_terminal((*MCALC, "diff", NET, "--wrt", "W1,W2", "--no-steps"), NO_COLOR="1")
    assert "together, with what they share under names:" in shown
    assert " q = tanh(W1 x + b1)" in shown
