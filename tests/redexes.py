"""Random expressions that rules apply to: the left side of a rule's statement, with random expressions in it, one of
them perhaps such a side again, and something around it.
"""

from __future__ import annotations

import re

from hypothesis import reject
from hypothesis import strategies as st

from mcalc.calculus.rules import RULES
from mcalc.errors import Problem
from mcalc.language.read import read
from tests.expressions import DECLARATIONS, expressions

DECLARED = [*DECLARATIONS, "Q[n,n] orthogonal", "k[]"]
#: What the names in the statements stand for.
TYPES = {"A": "nn", "B": "nn", "x": "n", "y": "n", "c": "s"}
RANKS = {"nn": 2, "n": 1, "s": 0}
AROUND = (
    ["{}", "t*({})", "exp({})", "({})^2"],
    [
        "{}", "({}).T@y", "({}).*x", "A@({})", "sum({})", "({}) - mean({})", "norm({})^2", "softmax({})", "({})./a",
        "y@({}).T",
    ],
    ["{}", "({})@x", "({}).T@A", "tr({})", "inv({})", "sum({})", "({}).*B", "x.T@({})@y", "inv(A)@({})"],
)  # fmt: skip


@st.composite
def sides(draw: st.DrawFn, depth: int = 1) -> tuple[str, int]:
    """A left side with its rank; `depth` is how many more may stand inside."""
    rule = draw(st.sampled_from(RULES))
    left = rule.statement.split(" = ")[0]
    filling: dict[str, str] = {}
    for name, type_ in TYPES.items():
        if re.search(rf"\b{name}\b(?!\()", left):
            filling[name] = f"({draw(_filling(type_, rule.when, depth))})"
    text = re.sub(r"\b([ABxyc])\b(?!\()", lambda match: filling[match[1]], left)
    try:
        return text, read(text, DECLARED).root.rank
    except Problem:
        reject()


@st.composite
def _filling(draw: st.DrawFn, type_: str, when: str, depth: int) -> str:
    if "positive" in when:
        return draw(st.sampled_from(["a", "exp(x)", "a.*a"]))
    if "whole" in when and type_ == "s":
        return draw(st.sampled_from(["k", "2", "k + 1"]))
    if depth and type_ != "s" and draw(st.booleans()):
        text, rank = draw(sides(depth - 1))
        if rank == RANKS[type_]:
            return text
    return draw(expressions(type_, 1))


@st.composite
def redexes(draw: st.DrawFn) -> str:
    """A text to which some rule applies."""
    text, rank = draw(sides())
    return draw(st.sampled_from(AROUND[rank])).replace("{}", text)
