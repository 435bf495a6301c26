"""Workings for the tests: a question answered with its lines, and what a line is worth at numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.walk import substitute
from mcalc.answer import differentiate
from mcalc.calculus.differential import differential_of, push
from mcalc.language.read import Reading
from mcalc.notation import change_name
from mcalc.request import Way
from mcalc.targets import write
from mcalc.working.opening import opened
from mcalc.working.step import Step
from tests.evaluate import Array, _with_props, evaluate
from tests.test_corpus import request

GOLDEN = Path(__file__).parent / "golden"


class Working:
    """The lines for one question, with the variable and its differential."""

    def __init__(self, text: str, wrt: str, declarations: Sequence[str] = (), order: int = 1, **way: str) -> None:
        (found,) = differentiate(text, [wrt], declarations, order).derivatives
        self.order = order
        self.reading: Reading = found.reading
        self.answer = found.write("text")
        self.steps: list[Step] = found.steps(Way(**way))
        self.x: Symbol = found.variable
        self.dx: Symbol = differential_of(self.x, change_name(self.reading, self.x))

    def value(self, line: Expr, values: Mapping[str, Array]) -> Array:
        """What a line is worth: an open d(g) is the change of g along dx."""
        whole = substitute(line, {node: push(node.args[0], {self.x: self.dx}) for node in opened(line)})
        sizes = {
            str(d): length
            for name, variable in self.reading.symbols.items()
            for d, length in zip(variable.shape, np.shape(values[name]), strict=True)
        }
        return evaluate(whole, values, sizes)

    def text(self) -> str:
        """The lines as text, each with its rule."""
        return "".join(f"{write('text', s.left)} = {s.write('text')}    [{s.rule}]\n" for s in self.steps)


class Case:
    """A problem of the corpus with its working, at the numbers of one draw and along one change of the variable."""

    def __init__(self, case: dict[str, Any], truth: Mapping[str, Array], **way: str) -> None:
        asked = request(case)
        self.working = Working(asked["expr"], asked["wrt"], asked["var"], asked["order"], **way)
        draw = min(key.split("|")[1] for key in truth if key.startswith(f"{case['id']}|"))
        self.values = {name: truth[f"{case['id']}|{draw}|in|{name}"] for name in self.working.reading.symbols}
        change = np.random.default_rng(7).standard_normal(np.shape(self.values[self.working.x.name]))
        self.values[self.working.dx.name] = _with_props(change, self.working.dx.props)
        self.expected: Array = truth[f"{case['id']}|{draw}|out"]

    def value(self, line: Expr, other: Mapping[str, Array] | None = None) -> Array:
        """What a line is worth, with some of the values replaced."""
        return self.working.value(line, {**self.values, **(other or {})})


def close(a: Any, b: Any) -> bool:
    """Whether two values are equal as far as floating point tells."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool(np.max(np.abs(a - b), initial=0) <= 1e-6 * max(1, np.max(np.abs(b), initial=0)))


def golden(method: str) -> list[Path]:
    """The golden files of a method. The first line of each is the question: expression, variable, order and
    declarations between bars.
    """
    return sorted((GOLDEN / method).glob("*.txt"))


def rewrite(path: Path) -> None:
    """Write a golden file's lines anew, for a person to read before they are committed."""
    question = path.read_text(encoding="utf-8").partition("\n")[0]
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    made = Working(text, x, declarations, int(order), method=path.parent.name).text()
    path.write_text(question + "\n" + made, encoding="utf-8")


if __name__ == "__main__":
    for found in sorted(GOLDEN.glob("*/*.txt")):
        rewrite(found)
