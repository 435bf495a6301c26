"""Layouts told apart and turned into each other: which one an example has, and an answer in another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcalc.algebra.expr import Expr, permute
from mcalc.calculus.layout import LAYOUTS, arranged, is_row, order_of
from mcalc.checking.identity import decide
from mcalc.checking.question import Question, question_for
from mcalc.errors import Problem
from mcalc.language.value import Value
from mcalc.phrase import say

#: A derivative sign, and what it is by, with a transpose on it or without.
_D = r"\s*(?:[d∂]|\\partial|\\mathrm\{d\})\s*"
_BY = r"(?:\\(?:mathbf|bm|boldsymbol)\s*\{?\s*)?([^\W\d]\w*?)\}?\s*(?:\.T|'|ᵀ|\^\{?(?:T|\\top)\}?)?\s*"
#: `d(A@x)/dx = A.T`, also with ∂, and \frac{\partial A x}{\partial x} = A^\top.
_EXAMPLES = (
    re.compile(rf"{_D}(.+)/{_D}{_BY}=(.+)", re.DOTALL),
    re.compile(rf"\s*\\[dt]?frac\s*\{{{_D}(.+)\}}\s*\{{{_D}{_BY}\}}\s*=(.+)", re.DOTALL),
)


class Example:
    """A derivative as a book has it. Raises a `Problem`."""

    def __init__(self, text: str, declarations: Sequence[str] = (), functions: Sequence[str] = ()) -> None:
        found = next(filter(None, (form.fullmatch(text) for form in _EXAMPLES)), None)
        if found is None:
            raise Problem("E061", "{text} is no derivative", hint="write it as d(A@x)/dx = A.T", text=text.strip())
        self.text = text.strip()
        expr, wrt, answer = found.groups()
        self.question = question_for(expr.strip(), wrt, tuple(declarations), functions=tuple(functions))
        self.value = self.question.read(answer.strip())

    @property
    def layouts(self) -> list[str]:
        """The layouts in which the right side is the derivative."""
        return fitting(self.question, self.value)


def fitting(question: Question, value: Value) -> list[str]:
    """The layouts in which a value is the derivative that the question asks for."""
    samples = question.samples.fork()
    verdicts: dict[Expr, bool] = {}
    found = []
    for layout in LAYOUTS:
        right = arranged(question.plain, layout, *question.axes)
        if right.shape == value.expr.shape and (right.rank != 1 or is_row(layout, *question.axes) == value.row):
            if right not in verdicts:
                verdicts[right] = bool(decide(right, value.expr, samples).equal)
            found += [layout] if verdicts[right] else []
    return found


def shared(examples: Sequence[Example]) -> list[str]:
    """The layouts that all examples have."""
    return [layout for layout in LAYOUTS if all(layout in example.layouts for example in examples)]


def conclusion(examples: Sequence[Example]) -> str:
    """What the examples say of the book that they are from, in words."""
    found = shared(examples)
    wrong = next((example.text for example in examples if not example.layouts), "")
    if wrong:
        return say("in no layout is this the derivative: {example}", example=wrong)
    if not found:
        return say("no one layout has them all: the book mixes layouts in a way of its own")
    if len(found) == 1:
        return say("this is the {layout} layout", layout=say(found[0]))
    if len(found) == len(LAYOUTS):
        return say("the layouts agree here; d(A@x)/dx and d(a.T@x)/dx would tell them apart")
    told = "the mixed and the {other} layout agree here; {example} would tell them apart"
    other = next(name for name in found if name != "mixed")
    return say(told, other=say(other), example="d(a.T@x)/dx" if other == "numerator" else "d(A@x)/dx")


class Converted:
    """An answer in one layout, in another. Raises a `Problem`."""

    def __init__(self, question: Question, text: str, layout: str) -> None:
        """`question` asks in the layout that the answer is in; `layout` is the one that is wanted."""
        self.question, self.layout = question, layout
        self.given = question.read(text)
        axes, own = question.axes, question.layout
        wanted = arranged(question.plain, own, *axes)
        row = wanted.rank == 1 and is_row(own, *axes)
        if self.given.expr.shape != wanted.shape or (wanted.rank == 1 and self.given.row != row):
            raise Problem(
                "E321",
                "in the {layout} layout the derivative is {wanted}, and this is {found}",
                hint="mcalc layout --example tells which layout an answer is in",
                layout=say(own),
                wanted=Value(wanted, row).show(),
                found=self.given.show(),
            )
        order = order_of(own, *axes)
        plain = permute(self.given.expr, tuple(order.index(k) for k in range(len(order)))) if order else self.given.expr
        self.expr = arranged(plain, layout, *axes)
        self.row = is_row(layout, *axes)

    @property
    def notes(self) -> list[str]:
        """A warning where the answer is not the derivative, or is it in another layout."""
        found, own = fitting(self.question, self.given), self.question.layout
        if own in found:
            return []
        if found:
            told = "this is the derivative in the {other} layout, and not in the {layout} layout"
            return [say(told, other=say(found[0]), layout=say(own))]
        return [say("this is not the derivative; mcalc check tells what went wrong")]

    @property
    def shape(self) -> list[str]:
        """The size of each axis."""
        return ["1"] * self.row + [str(d) for d in self.expr.shape]
