"""Drawings of computation graphs: every format holds every node and edge, and what a picture shows does not overlap."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest

from mcalc.drawing import draw
from mcalc.drawing.picture import Picture
from mcalc.errors import Problem
from mcalc.language.read import read
from mcalc.working.nodes import Graph
from tests import needed
from tests.shell import mcalc

BATCH_NORM = "mu = mean(x); v = mean((x - mu).^2); xhat = (x - mu)/sqrt(v + eps); y = gamma*xhat + beta; c.T@y"
NET = "h = tanh(W1@x + b1); norm(W2@h + b2 - y)^2"


def picture(text: str, form: str = "unicode") -> Picture:
    reading = read(text, ["gamma[]", "beta[]"] if "gamma" in text else [])
    return Picture(Graph(reading, list(reading.root.free)), form)


@pytest.mark.parametrize("text", [BATCH_NORM, NET, "x.T@A@x", "x"])
def test_every_format_has_every_node_and_edge(text: str) -> None:
    found = picture(text)
    dot, mermaid, data = draw("dot", found), draw("mermaid", found), json.loads(draw("json", found))
    assert dot.count(" -> ") == mermaid.count("-->") == len(data["edges"]) == len(found.arrows)
    assert dot.count(" [label=") - dot.count(" -> ") == len(data["nodes"]) == len(found.boxes)
    assert {edge["from"] for edge in data["edges"]} <= {node["name"] for node in data["nodes"]}


@pytest.mark.parametrize("text", [BATCH_NORM, NET, "x.T@A@x", "A@X@B", "x"])
def test_boxes_and_labels_do_not_overlap(text: str) -> None:
    root = ElementTree.fromstring(draw("svg", picture(text)))
    names = "{http://www.w3.org/2000/svg}"
    boxes = [
        tuple(float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{names}rect")
        if rect.get("class") != "ground"
    ]
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for k, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 <= y
        assert x + w <= width
        assert y + h <= height
        for x2, y2, w2, h2 in boxes[:k]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_the_same_graph_gives_the_same_picture() -> None:
    assert draw("svg", picture(BATCH_NORM)) == draw("svg", picture(BATCH_NORM))


def test_graphviz_reads_it() -> None:
    program = needed.program("dot")
    read_back = subprocess.run([program, "-Tplain"], input=draw("dot", picture(NET)), capture_output=True, text=True)
    assert read_back.returncode == 0, read_back.stderr


def test_without_the_layout_it_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    with pytest.raises(Problem, match="fast-sugiyama") as refused:
        draw("svg", picture(NET))
    assert "mcalc[graph]" in refused.value.hint
    assert refused.value.exit_status == 3


def test_the_command() -> None:
    tree = mcalc("graph", "x.T@A@x", "--wrt", "x").stdout
    assert "f = xᵀv₁" in tree
    assert "∂f/∂v₁ = x" in tree
    assert mcalc("graph", "x.T@A@x", "--wrt", "x", "--to", "svg").stdout.startswith("<svg ")
    assert mcalc("graph", "x.T@A@x", "--wrt", "x", "--to", "png").returncode == 2
    stream = mcalc("graph", "-", "--to", "json", stdin="x.T@x\n\nexp(t)\n").stdout.splitlines()
    assert [bool(line) for line in stream] == [True, False, True]
