"""The printers: every pair of operators, and trees at random, judged by what the text means when it is read."""

from __future__ import annotations

import re
from pathlib import Path
from time import process_time
from types import ModuleType
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcalc.language.parse import parse
from mcalc.language.spelling import opened
from mcalc.language.syntax import (
    Call,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Syntax,
    Terms,
    Text,
    Transpose,
)
from mcalc.language.tree import walk
from mcalc.targets import latex, mathml, text, typst, unicode
from tests.targets.meaning import from_latex, from_mathml, from_typst, meaning

#: Functions with a form of their own in some target, and one without.
FUNCTIONS = ("inv", "sqrt", "norm", "kron", "tr", "softmax", "expm")


def names_of(tree: Syntax) -> frozenset[str]:
    return frozenset(node.id for node in walk(tree) if isinstance(node, Name))


def read(source: str, names: frozenset[str]) -> Syntax:
    """The expression that `source` says to somebody who knows the names."""
    program = parse(source, (*FUNCTIONS, "sum", "einsum"), names)
    return opened(program, names)[0].body


# ---------------------------------------------------------------- all pairs of operators


def operators(a: Syntax, b: Syntax) -> dict[str, Syntax]:
    """Every way to make a tree of two operands, or of the first alone."""
    return {
        "sum": Terms((a, b), ("+", "+")),
        "difference": Terms((a, b), ("+", "-")),
        "minus": Terms((a,), ("-",)),
        "sign": Negative(a),
        "times": Product((a, b), ("*",)),
        "hadamard": Product((a, b), (".*",)),
        "over": Product((a, b), ("/",)),
        "each over": Product((a, b), ("./",)),
        "matmul": Matmul((a, b)),
        "near": Matmul((a, b), (" ",)),
        "transpose": Transpose(a),
        "power": Power(a, b),
        "square": Power(a, Num("2")),
        "inverse": Power(a, Negative(Num("1"))),
        "each power": Power(a, b, True),
        "inv": Call("inv", (a,)),
        "kron": Call("kron", (a, b)),
        "norm": Call("norm", (a,)),
        "call": Call("softmax", (a, b)),
    }


def pairs() -> dict[str, Syntax]:
    """Every operator in every place of every other, and a third operand beside them."""
    found: dict[str, Syntax] = {}
    a, b, c = Name("A"), Name("b"), Name("c")
    for inner, tree in operators(a, b).items():
        for place, left, right in (("left", tree, c), ("right", c, tree)):
            for outer, whole in operators(left, right).items():
                found[f"{outer}, {place}: {inner}"] = whole
    return {
        title: tree for title, tree in found.items() if any(isinstance(n, Name) and n.id == "A" for n in walk(tree))
    }


PAIRS = pairs()
HERE = Path(__file__).parent
#: The tables that hold every pair as it is spelled, and the targets in them.
GOLDEN = {HERE / "pairs.txt": (text, unicode, latex, typst), HERE / "pairs.mathml.txt": (mathml,)}


def table(targets: tuple[ModuleType, ...]) -> str:
    def spellings(tree: Syntax) -> str:
        return "   ".join(re.sub("^<math.*?>|</math>$", "", target.write(tree)) for target in targets)

    return "".join(f"{title:32}{spellings(tree)}\n" for title, tree in PAIRS.items())


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.name)
def test_every_pair_is_spelled_as_agreed(golden: Path) -> None:
    """`python -m tests.targets.test_text` writes the tables anew; read the difference before you keep it."""
    assert golden.read_text(encoding="utf-8") == table(GOLDEN[golden])


@pytest.mark.parametrize("title", PAIRS)
def test_pair_reads_back(title: str) -> None:
    tree = PAIRS[title]
    names = names_of(tree)
    meant = meaning(tree)
    written = text.write(tree)
    again = read(written, names)
    assert meaning(again) == meant, written
    assert read(text.write(again), names) == again
    in_unicode = unicode.write(tree)
    assert meaning(read(in_unicode, names)) == meant, in_unicode
    in_latex = latex.write(tree)
    in_typst = typst.write(tree)
    in_mathml = mathml.write(tree)
    if "norm" not in title and "expm" not in title:
        assert meaning(read(from_latex(in_latex), names)) == meant, in_latex
        assert meaning(read(from_typst(in_typst), names)) == meant, in_typst
    assert meaning(read(from_mathml(in_mathml), names)) == meant, in_mathml


# ---------------------------------------------------------------- trees at random

NAMES = st.sampled_from("A X Xw x w T f e lam lambda Sigma x_1 W_12 W1 where var Tab λ".split())
LEAVES = st.one_of(NAMES.map(Name), st.sampled_from(("2", "0.5", "1e-3", "13")).map(Num))


def _chains(kind: type[Matmul] | type[Product], operators: str) -> object:
    def chain(below: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
        def build(items: list[Syntax], picks: list[str]) -> Syntax:
            return kind(tuple(items), tuple(picks[: len(items) - 1]))

        picks = st.lists(st.sampled_from(operators.split(",")), min_size=3, max_size=3)
        return st.builds(build, st.lists(below, min_size=2, max_size=4), picks)

    return chain


def _sums(below: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
    def build(items: list[Syntax], signs: list[str]) -> Syntax:
        return Terms(tuple(items), tuple(signs[: len(items)]) if len(items) > 1 else ("-",))

    return st.builds(
        build, st.lists(below, min_size=1, max_size=3), st.lists(st.sampled_from("+-"), min_size=3, max_size=3)
    )


def _calls(below: st.SearchStrategy[Syntax]) -> st.SearchStrategy[Syntax]:
    plain = st.builds(lambda name, arg: Call(name, (arg,)), st.sampled_from(FUNCTIONS), below)
    option = below.map(lambda arg: Call("sum", (arg,), (("axis", Num("0")),)))
    einsum = st.lists(below, min_size=1, max_size=2).map(lambda args: Call("einsum", (Text("ij,jk->ik"), *args)))
    return st.one_of(plain, option, einsum, st.builds(lambda a, b: Call("kron", (a, b)), below, below))


TREES: st.SearchStrategy[Syntax] = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        _chains(Matmul, "@, ")(below),  # type: ignore[operator]
        _chains(Product, "*,·,×,.*,/,./")(below),  # type: ignore[operator]
        _sums(below),
        _calls(below),
        below.map(Transpose),
        below.map(Negative),
        st.builds(Power, below, below, st.booleans()),
    ),
    max_leaves=12,
)


@settings(max_examples=600, deadline=None)
@given(TREES)
def test_any_tree_reads_back_from_text(tree: Syntax) -> None:
    names = names_of(tree)
    written = text.write(tree)
    again = read(written, names)
    assert meaning(again) == meaning(tree), written
    assert read(text.write(again), names) == again


@settings(max_examples=600, deadline=None)
@given(TREES)
def test_any_tree_reads_back_from_unicode(tree: Syntax) -> None:
    names = names_of(tree) - {"λ"} if "lambda" in names_of(tree) else names_of(tree)
    if "λ" in names_of(tree) - names:
        return  # nobody who writes both can be understood
    written = unicode.write(tree)
    assert meaning(read(written, names)) == meaning(tree), written


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_braces_of_latex_balance(tree: Syntax) -> None:
    written = latex.write(tree)
    depth = 0
    for character in written.replace(r"\{", "").replace(r"\}", ""):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0, written
    assert not depth, written
    assert written.count(r"\left") == written.count(r"\right"), written


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_brackets_of_typst_balance(tree: Syntax) -> None:
    written = re.sub(r'"[^"]*"', "", typst.write(tree))
    depth = 0
    for character in written:
        depth += {"(": 1, ")": -1}.get(character, 0)
        assert depth >= 0, written
    assert not depth, written


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_mathml_is_well_formed(tree: Syntax) -> None:
    root = ElementTree.fromstring(mathml.write(tree))
    count = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2, "munder": 2}
    for element in root.iter():
        tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        assert len(element) == count.get(tag, len(element)), tag
        assert (element.text is None) == (len(element) > 0 or tag == "mspace"), tag
        assert tag != "mrow" or len(element) > 1
    assert root.get("alttext") == text.write(tree)


# ---------------------------------------------------------------- programs, size


def test_program() -> None:
    source = "p = softmax(z); diag(p) - p@p.T"
    program = parse(source)
    assert text.write(program) == source
    assert unicode.write(program) == "p = softmax(z); diag(p) − p pᵀ"
    assert latex.write(program) == (
        r"\operatorname{diag}(p) - p p^{\top} \quad \text{where } p = \operatorname{softmax}(z)"
    )
    assert typst.write(program) == '"diag"(p) - p p^top quad "where" p = "softmax"(z)'
    assert "<mtext>where&#xA0;</mtext><mrow><mi>p</mi><mo>=</mo>" in mathml.write(program)
    assert parse(text.write(program)) == program
    assert isinstance(program, Program)


def test_declarations_are_kept() -> None:
    source = "var A[n,n] symmetric; A@x"
    assert text.write(parse(source)) == source


@pytest.mark.parametrize("target", [text, unicode, latex, typst, mathml])
def test_long_and_deep_trees_are_ordinary(target: object) -> None:
    def write(tree: Syntax) -> str:
        return re.sub("alttext=[^>]*|math", "", target.write(tree))  # type: ignore[attr-defined, no-any-return]

    x = Name("x")
    start = process_time()
    assert write(Terms((Name("q"),) * 5000, ("+",) * 5000)).count("q") == 5000
    assert write(Matmul((Name("A"),) * 500)).count("A") == 500
    tree: Syntax = x
    for _ in range(1000):
        tree = Call("tanh", (tree,))
    assert write(tree).count("tanh") == 1000
    assert process_time() - start < 1.5


if __name__ == "__main__":
    for path, targets in GOLDEN.items():
        path.write_text(table(targets), encoding="utf-8")
