"""How an answer is written: names or none, words of the input or none, bold, and formats for documents."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from mcalc.answer import differentiate
from mcalc.answer.derivative import Derivative
from mcalc.calculus.simplify import simplify
from mcalc.language.read import reread
from mcalc.request import Manner
from tests.shell import MCALC, mcalc, on_terminal

RIDGE = "r = X@w - y; r.T@r + lambda*w.T@w"
LAYERS = "h = tanh(W@x + b); norm(V@h - y)^2"
SHARES = "softmax(A@x + b)"


def answer(text: str, wrt: str, *declarations: str, **manner: bool) -> Derivative:
    (found,) = differentiate(text, [wrt], declarations, 1, Manner(**manner)).derivatives  # type: ignore[arg-type]
    return found


def test_names_for_what_repeats() -> None:
    assert answer(SHARES, "x").write("text").startswith("p = softmax(A@x + b); ")
    inline = answer(SHARES, "x", where=False)
    assert inline.write("text").count("softmax(A@x + b)") > 1
    assert ";" not in inline.write("text")


def test_definitions_of_the_input_are_kept_or_written_out() -> None:
    assert answer(RIDGE, "w").write("text") == "2*(X.T@r + lambda*w)"
    assert answer(RIDGE, "w", expand=True).write("text") == "2*(X.T@(X@w - y) + lambda*w)"


@pytest.mark.parametrize("where", [True, False])
@pytest.mark.parametrize("expand", [True, False])
def test_every_manner_means_the_same(where: bool, expand: bool) -> None:
    found = answer(LAYERS, "W", where=where, expand=expand)
    text = found.write("text")
    assert ("h." in text or "h)" in text) != expand
    assert simplify(reread(text, found.reading)) is found.expr


def test_bold_is_for_vectors_and_matrices_alone() -> None:
    found = answer(RIDGE, "w", bold=True)
    assert found.write("latex") == r"2 (\mathbf{X}^{\top} \mathbf{r} + \lambda \mathbf{w})"
    assert found.write("typst") == "2 (bold(X)^top bold(r) + lambda bold(w))"
    assert "<mi>𝐗</mi>" in found.write("mathml")
    assert found.write("text") == answer(RIDGE, "w").write("text")


def test_new_names_are_bold_where_they_stand_for_arrays() -> None:
    arrays = answer(SHARES, "x", bold=True).write("latex")
    assert r"\text{where } \mathbf{p} = \operatorname{softmax}(\mathbf{A} \mathbf{x} + \mathbf{b})" in arrays
    scalars = answer("exp(-norm(x - y)^2/(2*s^2))*norm(x - y)^2*cos(norm(x - y)^2)", "s", bold=True)
    assert all(name.id not in scalars.lettering.bold for name, _ in getattr(scalars.syntax, "definitions", ()))


def test_the_working_is_bold_as_well() -> None:
    found = answer("x.T@A@x", "x", bold=True)
    assert r"\mathrm{d} \mathbf{x}" in found.steps()[1].write("latex", found.lettering)


def test_a_name_looks_the_same_in_every_answer() -> None:
    first, second = differentiate("tr(W1@A) + tr(W_1@B)", ["W1", "A"]).derivatives
    assert first.write("latex") == r"A^{\top}"
    assert second.write("latex") == r"\mathrm{W1}^{\top}"


@pytest.mark.parametrize("where", [True, False])
def test_options(where: bool) -> None:
    ended = mcalc("diff", SHARES, "--wrt", "x", "--where" if where else "--no-where")
    assert ended.stdout == answer(SHARES, "x", where=where).write("text") + "\n"


def test_formats_for_documents() -> None:
    ended = mcalc("diff", RIDGE, "--wrt", "w", "--expand", "--bold", "--to", "typst,mathml")
    typst, mathml = ended.stdout.splitlines()
    assert typst == "2 (bold(X)^top (bold(X) bold(w) - bold(y)) + lambda bold(w))"
    assert ElementTree.fromstring(mathml).tag == "{http://www.w3.org/1998/Math/MathML}math"


def test_what_a_console_lacks_is_escaped() -> None:
    ended = mcalc("diff", "x.T@exp(x)", "--wrt", "x", "--to", "typst,mathml", PYTHONIOENCODING="ascii")
    assert ended.stdout.isascii()
    typst, mathml = ended.stdout.splitlines()
    assert typst == r"exp(x) \u{2299} (x + 1)" or r"\u{2299}" in typst
    assert "&#x2299;" in mathml
    assert "⊙" in "".join(ElementTree.fromstring(mathml).itertext())


def test_a_batch_takes_the_same() -> None:
    request = {"expr": RIDGE, "wrt": "w", "expand": True, "bold": True, "to": ["typst"]}
    reply = json.loads(mcalc("batch", stdin=json.dumps(request)).stdout)
    assert reply["derivative"] == "2*(X.T@(X@w - y) + lambda*w)"
    assert reply["forms"] == {"typst": "2 (bold(X)^top (bold(X) bold(w) - bold(y)) + lambda bold(w))"}
    bad = json.loads(mcalc("batch", stdin=json.dumps({**request, "bold": "yes"})).stdout)
    assert bad["error"]["kind"] == "usage"


def test_json_has_the_usual_forms_alone() -> None:
    reply = json.loads(mcalc("diff", RIDGE, "--wrt", "w", "--to", "json").stdout)
    assert list(reply["forms"]) == ["text", "unicode", "latex"]


def test_a_terminal_tells_what_names_stand_for() -> None:
    _, shown = on_terminal((*MCALC, "diff", SHARES, "--wrt", "x", "--no-steps"), NO_COLOR="1")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    place = next(k for k, line in enumerate(lines) if line.endswith("= (diag(p) − p pᵀ)A"))
    assert lines[place + 1] == "where p = softmax(Ax + b)"


def test_code_says_by_what_it_differentiates() -> None:
    code = mcalc("diff", "x.T@A@x", "--wrt", "x", "--order", "2", "--to", "numpy").stdout
    assert "by x" in code.partition("import")[0]
