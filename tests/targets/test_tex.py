r"""The TeX of records: how tightly it binds, and that every target can spell it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from mcalc.algebra.ops import OPS
from mcalc.targets import mathml, typst
from mcalc.targets.tex import form_of, level, raised, spelled


@pytest.mark.parametrize(
    ("template", "binds"),
    [
        (r"{0:atom}^{{-1}}", "factor"),
        (r"{0:atom}^{{{1}}}", "factor"),
        (r"e^{{{0}}}", "factor"),
        (r"{0:atom}^{{-1}} {1:factor}", "chain"),
        (r"{0:factor} {1:atom}^{{\top}}", "chain"),
        (r"{0:factor} \otimes {1:factor}", "term"),
        (r"\left\| {0} \right\|_1", "exponent"),
        (r"L^{{(2)}}_{{\exp}}\left({0}, {1}, {2}\right)", "exponent"),
    ],
)
def test_how_tightly_a_form_binds(template: str, binds: str) -> None:
    assert level(template) == binds


def holes(form: str) -> list[str]:
    return sorted(re.findall(r"\{\d(?::\w+)?\}", form.replace("{{", "").replace("}}", "")))


def forms() -> list[str]:
    return [record.latex for record in OPS.values()]


@pytest.mark.parametrize("form", forms())
def test_every_record_has_a_form_in_typst(form: str) -> None:
    made = spelled(("atom", form), typst.ALPHABET)[1]
    assert "\\" not in made.replace("\\/", ""), "a command that Typst does not know"
    assert holes(made) == holes(form)
    assert made.count("(") == made.count(")")


@pytest.mark.parametrize("form", forms())
def test_every_record_has_a_form_in_mathml(form: str) -> None:
    made = spelled(("atom", form), mathml.ALPHABET)[1]
    assert "\\" not in made
    ElementTree.fromstring(f"<math>{made}</math>")
    assert holes(made) == holes(form)


@pytest.mark.parametrize(
    ("form", "in_typst", "in_mathml"),
    [
        (r"{0:atom}^{{-1}}", "{0:atom}^(-1)", "<msup><mrow>{0:atom}</mrow><mrow><mo>−</mo><mn>1</mn></mrow></msup>"),
        (
            r"\log\det\left({0}\right)",
            "log det({0})",
            '<mi>log</mi><mo>&#x2061;</mo><mspace width="0.17em"/><mi>det</mi><mo>&#x2061;</mo>'
            '<mrow><mo stretchy="false">(</mo><mrow>{0}</mrow><mo stretchy="false">)</mo></mrow>',
        ),
        (
            r"\left\lVert {0} \right\rVert_\infty",
            "norm({0})_(infinity)",
            '<msub><mrow><mo stretchy="false">‖</mo><mrow>{0}</mrow><mo stretchy="false">‖</mo></mrow>'
            "<mo>∞</mo></msub>",
        ),
        (r"\operatorname{{tr}}\left({0}\right)", "tr({0})", None),
        (r"\operatorname{{softmax}}\left({0}\right)", '"softmax"({0})', None),
        (r"L^{{(2)}}_{{\exp}}\left({0}, {1}\right)", "L_(exp)^((2))({0}, {1})", None),
        (r"\operatorname{{Ai}}'\left({0}\right)", '"Ai"^(prime)({0})', None),
        (r"\sqrt{{{0}}}", "sqrt({0})", "<msqrt><mrow>{0}</mrow></msqrt>"),
        (r"{0:factor} \otimes {1:factor}", "{0:factor} ⊗ {1:factor}", None),
        (r"\mathbf{{1}}_{{{0}}}", "bold(1)_({0})", "<msub><mn>𝟏</mn><mrow>{0}</mrow></msub>"),
    ],
)
def test_form(form: str, in_typst: str, in_mathml: str | None) -> None:
    assert spelled(("atom", form), typst.ALPHABET)[1] == in_typst
    if in_mathml is not None:
        assert mathml.tidied(spelled(("atom", form), mathml.ALPHABET)[1]) == in_mathml


def test_form_of() -> None:
    assert form_of("inv", 1) == ("factor", "{0:atom}^{{-1}}")
    assert form_of("transpose", 1) == ("factor", r"{0:atom}^{{\top}}")
    assert form_of("inv", 2) is None
    assert form_of("einsum", 1) is None
    assert form_of("sqrt", 1) == ("factor", r"\sqrt{{{0}}}")
    assert form_of("zeros", 1) == ("exponent", r"\mathbf{{0}}_{{{0}}}")
    assert form_of("zeros", 2) == ("exponent", r"\mathbf{{0}}_{{{0} \times {1}}}")


def test_what_stands_above_the_line() -> None:
    assert raised("expm") == (0,)
    assert raised("pow") == (1,)
    assert raised("inv") == raised("unheard") == ()
