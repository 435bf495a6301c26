"""Workings for the tests: a question answered with its lines, and what a line is worth at numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.walk import substitute
from mcalc.answer import differentiate
from mcalc.calculus.differential import differential_of, push
from mcalc.language.read import Reading
from mcalc.targets import write
from mcalc.working import Step
from mcalc.working.opening import opened
from tests.evaluate import Array, evaluate


class Working:
    """The lines for one question, with the variable and its differential."""

    def __init__(self, text: str, wrt: str, declarations: Sequence[str] = (), order: int = 1) -> None:
        (found,) = differentiate(text, [wrt], declarations, order).derivatives
        self.reading: Reading = found.reading
        self.answer = found.write("text")
        self.steps: list[Step] = found.steps()
        self.x: Symbol = found.variable
        self.dx: Symbol = differential_of(self.x, self.steps[0].words["dx"])

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


def rewrite(path: Path) -> None:
    """Write a golden file's lines anew, for a person to read before they are committed."""
    question = path.read_text(encoding="utf-8").partition("\n")[0]
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    path.write_text(question + "\n" + Working(text, x, declarations, int(order)).text(), encoding="utf-8")


if __name__ == "__main__":
    for golden in sorted(Path(__file__).with_name("golden").glob("*.txt")):
        rewrite(golden)
