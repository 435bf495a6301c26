"""The working on the computation graph: nodes, cotangents and changes are what their lines say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcalc.algebra.expr import Expr, symbol
from mcalc.language.read import reread
from mcalc.language.syntax import Change, Name
from mcalc.targets import write
from tests.evaluate import Array
from tests.test_corpus import CASES
from tests.working.lines import Case, Working, close, golden

STEP = 1e-4


#: Every problem is swept backwards, and a part of them forwards as well.
SWEEPS = [*((case, "backward") for case in CASES), *((case, "forward") for case in CASES[::6] if case["order"] == 1)]


@pytest.mark.parametrize(("case", "direction"), SWEEPS, ids=[f"{case['id']}-{way}" for case, way in SWEEPS])
def test_the_sweeps(case: dict[str, Any], direction: str, truth: dict[str, Any]) -> None:
    found = Case(case, truth, method="graph", direction=direction)
    working, values = found.working, dict(found.values)
    steps = working.steps
    held: dict[str, Expr] = {working.dx.name: working.dx}
    nodes: list[tuple[str, Expr]] = []  # the operations over the names of nodes, since the last question began
    for step in steps[:-1]:
        worth = found.value(step.expr)
        text = step.write("text")
        said = reread(text, working.reading, held)
        assert close(np.reshape(working.value(said, values), worth.shape), worth), text
        name = _name(step.left)
        if step.rule == "node":
            if nodes and steps[steps.index(step) - 1].rule != "node":
                nodes = []
            nodes.append((name, said))
        if (
            step.rule in ("last-slope", "cotangent", "paths")
            and isinstance(step.left, Name)
            and direction == "backward"
        ):
            _check_slope(step, worth, nodes, working, values)
        if isinstance(step.left, (Name, Change)):
            held[name] = symbol(name, step.expr.shape, (), 900_000 + len(held))
            values[name] = worth
    assert close(found.value(steps[-1].expr), found.expected)
    assert steps[-1].write("text") == working.answer
    assert all(step.title for step in steps)


def _name(left: Any) -> str:
    return str(left.id) if isinstance(left, Name) else write("text", left)


def _check_slope(
    step: Any, cotangent: Array, nodes: list[tuple[str, Expr]], working: Working, values: dict[str, Array]
) -> None:
    """Hold a cotangent against what the value does where the node alone is moved."""
    place = next(k for k, (name, _) in enumerate(nodes) if name == step.words["of"])
    moved = np.random.default_rng(5).standard_normal(np.shape(values[nodes[place][0]]))
    slope = np.asarray(0.0)
    for h, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
        there = {**values, nodes[place][0]: values[nodes[place][0]] + h * STEP * moved}
        for name, operation in nodes[place + 1 :]:
            there[name] = working.value(operation, there)
        slope = slope + weight * there[nodes[-1][0]] / (12 * STEP)
    told = np.tensordot(cotangent, moved, moved.ndim)
    assert np.allclose(told, slope, rtol=1e-5, atol=1e-5 * max(1, np.max(np.abs(told)))), write("text", step.left)


@pytest.mark.parametrize("path", golden("graph"), ids=lambda path: path.stem)
def test_the_lines_are_those_that_were_found_good(path: Any) -> None:
    question, _, lines = path.read_text(encoding="utf-8").partition("\n")
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    assert Working(text, x, declarations, int(order), method="graph").text() == lines


def test_what_is_repeated_is_one_node() -> None:
    lines = Working("exp(A@x).T@tanh(A@x) + norm(A@x)^2", "x", method="graph").text().splitlines()
    assert sum(line.startswith("v_") and "= A@x " in line for line in lines) == 1


def test_in_full_every_operation_is_a_node_and_every_path_a_line() -> None:
    lines = Working("norm(W@x + b)^2 + sum(W@x)", "x", ["b[m]"], method="graph", detail="full").text().splitlines()
    assert lines[:2] == ["v_1 = W@x    [node]", "v_2 = v_1 + b    [node]"]
    assert sum("[path]" in line for line in lines) == 2


def test_names_of_the_question_are_left_alone() -> None:
    lines = Working("v_1 = A@x; delta_1 = 2; delta_1*norm(exp(v_1))^2", "x", method="graph").text()
    assert "v_1 = A@x    [node]\nv_2 = exp(v_1)    [node]\n" in lines
    assert "delta_2 = " in lines
    assert "delta_1_ = " in lines


def test_a_deep_net_stays_readable() -> None:
    layers = "; ".join(f"h{k + 1} = h{k} + tanh(W@h{k})" for k in range(20))
    working = Working(f"h0 = x; {layers}; norm(h20 - y)^2", "x", method="graph")
    assert max(len(step.write("text")) for step in working.steps[:-1]) < 80
