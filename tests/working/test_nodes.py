"""The computation graph: what is a node, what an operation takes with it, and the local derivatives on the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcalc.language.read import read, variable
from mcalc.targets import write
from mcalc.working.nodes import Graph
from tests.evaluate import _with_props, evaluate
from tests.test_corpus import CASES, request


def graph(text: str, *wrt: str, single: bool = False) -> Graph:
    reading = read(text, wrt=wrt)
    return Graph(reading, [variable(reading, name) for name in wrt], single)


def operations(found: Graph) -> dict[str, str]:
    return {node.name: write("text", node.syntax) for node in found.nodes if node.syntax}


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("x.T@A@x", "x", {"v_1": "A@x", "f": "x.T@v_1"}),
        ("norm(X@w - y)^2/2", "w", {"v_1": "X@w - y", "f": "norm(v_1)^2/2"}),
        ("h = tanh(W@x + b); norm(h)", "W", {"v_1": "W@x + b", "h": "tanh(v_1)", "f": "norm(h)"}),
        ("sqrt(var(x) + eps)", "x", {"v_1": "var(x)", "f": "sqrt(v_1 + eps)"}),
        ("exp(A@x) + tanh(A@x)", "x", {"v_1": "A@x", "v_2": "exp(v_1)", "v_3": "tanh(v_1)", "f": "v_2 + v_3"}),
        ("x.T@A", "x", {"f": "(x.T@A).T"}),
        ("y = A@x; y", "x", {"y": "A@x"}),
    ],
)
def test_what_is_a_node(text: str, wrt: str, expected: dict[str, str]) -> None:
    assert operations(graph(text, wrt)) == expected


def test_a_graph_may_begin_with_several_variables() -> None:
    found = graph("norm(W2@tanh(W1@x))^2", "W1", "W2")
    assert [node.name for node in found.nodes if not node.syntax] == ["W2", "W1"]
    assert operations(found) == {"v_1": "W1@x", "v_2": "tanh(v_1)", "v_3": "W2@v_2", "f": "norm(v_3)^2"}


@pytest.mark.parametrize("case", CASES[::4], ids=[case["id"] for case in CASES[::4]])
def test_the_operations_make_the_value(case: dict[str, Any]) -> None:
    asked = request(case)
    reading = read(asked["expr"], asked["var"], wrt=[asked["wrt"]])
    found = Graph(reading, list(reading.root.free), single=True)
    rng = np.random.default_rng(11)
    dims = {"n": 4, "m": 3, "k": 2, "p": 6, "q": 7}
    values = {
        x.name: _with_props(rng.uniform(0.5, 1.5, [d.at(dims) for d in x.shape]), x.props)
        for x in reading.symbols.values()
    }
    worth = evaluate(reading.root, values, dims)
    for node in found.nodes:
        if node.syntax:
            values[node.name] = evaluate(node.local, values, dims)
    assert np.allclose(values[found.root.name], worth, rtol=1e-8, equal_nan=True)
