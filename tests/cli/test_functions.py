"""The catalogue: every function is told completely, and what it says is so."""

from __future__ import annotations

import json

import pytest

from mcalc.answer import differentiate
from mcalc.cli.functions import catalogue, facts, shape_rule
from mcalc.errors import Problem
from tests.shell import MCALC, mcalc, on_terminal

OPERATIONS = catalogue()


def test_the_catalogue_has_what_the_language_promises() -> None:
    promised = """
        sum mean var std tr det logdet inv pinv solve transpose diag vec unvec kron outer dot norm norm1 norminf nuclear
        max min logsumexp softmax logsoftmax log1p expm1 exp log sqrt abs sign sin cos tan asin acos atan sinh cosh tanh
        sigmoid relu softplus gelu silu elu huber hinge square pow eye ones zeros expm logm sqrtm cholesky adj cumsum
    """.split()
    assert set(promised) <= {op.name for op in OPERATIONS}


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_every_function_is_told_completely(op: object) -> None:
    told = facts(op)  # type: ignore[arg-type]
    assert all(told[fact] for fact in ("name", "shape", "why", "example", "domain"))
    constant = told["shape"].startswith("() ->") or told["name"] in (
        "unvec",
        "unit",
        "onehot",
        "elimination",
        "duplication",
    )
    assert bool(told["derivative"]) is not constant


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_every_example_can_be_differentiated_by_what_stands_in_it(op: object) -> None:
    example = facts(op)["example"]  # type: ignore[arg-type]
    with pytest.raises(Problem) as caught:
        differentiate(example, [])
    names = caught.value.hint.removeprefix("wrt is one or more of ").split(", ")
    assert all(d.write("text") for d in differentiate(example, [names[-1]]).derivatives)


@pytest.mark.parametrize(
    ("signature", "rule"),
    [
        ("mn,n->m", "[m,n], [n] -> [m]"),
        ("...->...", "[...] -> [...]"),
        ("ij->(ji)", "[i,j] -> [j*i]"),
        ("ij,kl->(ik)(jl)", "[i,j], [k,l] -> [i*k,j*l]"),
        ("i,kl->(ik)l", "[i], [k,l] -> [i*k,l]"),
        ("->nn", "() -> [n,n]"),
        ("ii->", "[i,i] -> []"),
    ],
)
def test_shapes_are_told_as_they_are_declared(signature: str, rule: str) -> None:
    assert shape_rule(signature) == rule


def test_one_function_is_told_a_fact_a_line() -> None:
    shown = mcalc("functions", "inv").stdout
    assert "derivative  d inv(X) = -inv(X)@dX@inv(X)\n" in shown
    assert json.loads(mcalc("functions", "inv", "--json").stdout)["shape"] == "[n,n] -> [n,n]"


def test_the_list_has_a_line_for_each_function() -> None:
    rows = mcalc("functions").stdout.splitlines()
    assert [row.split("\t")[0] for row in rows] == [op.name for op in OPERATIONS]
    assert all(row.count("\t") == 3 for row in rows)
    assert [row["name"] for row in json.loads(mcalc("functions", "--json").stdout)] == [op.name for op in OPERATIONS]


def test_an_alias_is_known_and_a_misspelling_is_corrected() -> None:
    assert "name        sigmoid" in mcalc("functions", "logistic").stdout
    assert "did you mean softmax?" in mcalc("functions", "sofmax").stderr


def test_a_terminal_gets_a_table() -> None:
    status, shown = on_terminal((*MCALC, "functions"), NO_COLOR="1")
    assert status == 0
    assert shown.splitlines()[0].split() == ["name", "shape", "derivative", "example"]
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
