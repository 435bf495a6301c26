"""One line of the working."""

from __future__ import annotations

from mcalc.targets import write
from mcalc.targets.names import PLAIN
from mcalc.working.titles import sentences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.algebra.expr import Expr
    from mcalc.language.syntax import Syntax
    from mcalc.targets.names import Lettering


class Step:
    """A line `left = …`, with the rules that lead to it from the line before, the chief one first.

    `expr` is what the line is worth and `syntax` how it is written; `words` are the names that its title uses:
    `f` the expression, `x` the variable, `dx` its differential.
    """

    __slots__ = ("expr", "left", "rules", "syntax", "words")

    def __init__(self, rules: tuple[str, ...], left: Syntax, expr: Expr, syntax: Syntax, words: dict[str, str]) -> None:
        self.rules, self.left, self.expr, self.syntax, self.words = rules, left, expr, syntax, words

    @property
    def fields(self) -> tuple[Syntax, Expr, Syntax, dict[str, str]]:
        """What the line says, without its rules."""
        return self.left, self.expr, self.syntax, self.words

    @property
    def rule(self) -> str:
        """The code of the chief rule."""
        return self.rules[0]

    @property
    def title(self) -> str:
        """The rules with their reasons, in a teacher's words."""
        return sentences(self.rules, self.words)

    @property
    def shape(self) -> list[str]:
        """The size of each axis of the line's value."""
        return [str(d) for d in self.expr.shape]

    def write(self, form: str, lettering: Lettering = PLAIN) -> str:
        """The right side in one of the targets that spell an expression."""
        return write(form, self.syntax, lettering)

    def reply(self, lettering: Lettering = PLAIN) -> dict[str, Any]:
        """The line as plain data."""
        line = {"rule": self.rule, "title": self.title, "left": write("text", self.left)}
        return line | {"text": self.write("text"), "latex": self.write("latex", lettering), "shape": self.shape}


def brief(lines: list[Step]) -> list[Step]:
    """The key lines: the first, and the last of each left side, which names the chief rules of those left out."""
    kept: list[Step] = []
    passed: list[str] = []
    for k, line in enumerate(lines):
        passed.append(line.rule)
        if k and k + 1 < len(lines) and lines[k + 1].left == line.left:
            continue
        rules = dict.fromkeys((*passed, *line.rules))
        kept.append(Step(tuple(rules), *line.fields))
        passed = []
    return kept
