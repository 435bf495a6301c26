"""The working on the computation graph: nodes, cotangents and changes are what their lines say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_corpus import CASES
from tests.working import methods
from tests.working.lines import Case, Working, golden

#: Every problem is swept backwards, and a part of them forwards as well.
SWEEPS = [*((case, "backward") for case in CASES), *((case, "forward") for case in CASES[::6] if case["order"] == 1)]


@pytest.mark.parametrize(("case", "direction"), SWEEPS, ids=[f"{case['id']}-{way}" for case, way in SWEEPS])
def test_the_sweeps(case: dict[str, Any], direction: str, truth: dict[str, Any]) -> None:
    methods.graph(Case(case, truth, method="graph", direction=direction))


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
