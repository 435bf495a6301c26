"""MathML: what is said once for browsers and for people who listen."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from mcalc.algebra.ops import OPS
from mcalc.language.parse import parse
from mcalc.language.syntax import Call, Name, Syntax, Text
from mcalc.targets.mathml import tidied, write
from mcalc.targets.names import Lettering


def body(tree: Syntax, lettering: Lettering | None = None) -> str:
    """The markup inside the `math` element."""
    written = write(tree, lettering) if lettering else write(tree)
    return written.partition('">')[2].removesuffix("</math>")


LOW = '<mo stretchy="false">{}</mo>'.format
TIMES, APPLY = "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>"
SPACE = '<mspace width="0.17em"/>'


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ("A@x", f"<mi>A</mi>{TIMES}<mi>x</mi>"),
        ("A.T", "<msup><mi>A</mi><mi>⊤</mi></msup>"),
        ("inv(A).T", "<msup><mi>A</mi><mrow><mo>−</mo><mi>⊤</mi></mrow></msup>"),
        ("W_1.T", "<msubsup><mi>W</mi><mn>1</mn><mi>⊤</mi></msubsup>"),
        ("-x/(a + b)", "<mo>−</mo><mfrac><mi>x</mi><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac>"),
        ("A@x/2", f"<mfrac><mn>1</mn><mn>2</mn></mfrac>{TIMES}<mi>A</mi>{TIMES}<mi>x</mi>"),
        ("tr(A)", f"<mi>tr</mi>{APPLY}<mrow>{LOW('(')}<mi>A</mi>{LOW(')')}</mrow>"),
        ("t*tr(A)", f"<mi>t</mi>{TIMES}{SPACE}<mi>tr</mi>{APPLY}<mrow>{LOW('(')}<mi>A</mi>{LOW(')')}</mrow>"),
        ("lam*x", f"<mi>lam</mi>{TIMES}{SPACE}<mi>x</mi>"),
        (
            "norm(x)*abs(a)",
            f"<mrow>{LOW('‖')}<mi>x</mi>{LOW('‖')}</mrow>{TIMES}{SPACE}<mrow>{LOW('|')}<mi>a</mi>{LOW('|')}</mrow>",
        ),
        ("less(x, y)", "<msub><mn>𝟏</mn><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></msub>"),
        ("norm(x/y)", "<mrow><mo>‖</mo><mfrac><mi>x</mi><mi>y</mi></mfrac><mo>‖</mo></mrow>"),
        ("x.^2", '<msup><mi>x</mi><mrow><mo lspace="0" rspace="0">⊙</mo><mn>2</mn></mrow></msup>'),
        ("1e-3*x", f"<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>{TIMES}<mi>x</mi>"),
        ("x*3", "<mi>x</mi><mo>·</mo><mn>3</mn>"),
        ("x*3^n", "<mi>x</mi><mo>·</mo><msup><mn>3</mn><mi>n</mi></msup>"),
    ],
)
def test_expression(source: str, markup: str) -> None:
    assert body(parse(source)) == markup


def test_text_is_escaped() -> None:
    written = write(Call("einsum", (Text('a<b>&"c'),)))
    root = ElementTree.fromstring(written)
    assert root.get("alttext") == "einsum('a<b>&\"c')"
    assert 'a<b>&"c' in "".join(root.itertext())


def test_bold() -> None:
    bold = Lettering((), {"A", "mu", "x_1"})
    assert body(Name("A"), bold) == "<mi>𝐀</mi>"
    assert body(Name("mu"), bold) == "<mi>𝝁</mi>"
    assert body(Name("x_1"), bold) == "<msub><mi>𝐱</mi><mn>1</mn></msub>"
    assert body(Name("a"), bold) == "<mi>a</mi>"


@pytest.mark.parametrize(
    ("markup", "tidy"),
    [
        ("<mrow><mi>x</mi></mrow>", "<mi>x</mi>"),
        ("<mrow><mrow><mi>x</mi></mrow></mrow>", "<mi>x</mi>"),
        ("<mrow><mi>x</mi><mspace/></mrow>", "<mrow><mi>x</mi><mspace/></mrow>"),
        ("<mrow></mrow>", "<mrow></mrow>"),
        (
            "<msup><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow><mrow><mn>2</mn></mrow></msup>",
            "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>",
        ),
        (
            "<msup><mrow><mi>y</mi><msub><mi>x</mi><mn>1</mn></msub></mrow><mn>2</mn></msup>",
            "<msup><mrow><mi>y</mi><msub><mi>x</mi><mn>1</mn></msub></mrow><mn>2</mn></msup>",
        ),
        (
            "<msup><msup><msub><mi>x</mi><mn>1</mn></msub><mn>2</mn></msup><mn>3</mn></msup>",
            "<msup><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup><mn>3</mn></msup>",
        ),
    ],
)
def test_tidied(markup: str, tidy: str) -> None:
    assert tidied(markup) == tidy


@pytest.mark.parametrize("name", OPS)
def test_every_operation_is_well_formed(name: str) -> None:
    args = tuple(parse(source).body for source in ("A - B/c", "x_1", "C", "d")[: len(OPS[name].signatures[0].inputs)])
    root = ElementTree.fromstring(write(Call(name, args)))
    assert all(not (element.tail or "").strip() for element in root.iter())
