"""One line of the working."""

from __future__ import annotations

from mcalc.language.syntax import Call, Matmul, Name, Negative, Power, Product, Program, Syntax, Terms, Transpose
from mcalc.targets import write
from mcalc.working.titles import sentences

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.algebra.expr import Expr


class Step:
    """A line `left = …`, with the rules that lead to it from the line before, the chief one first.

    `expr` is what the line is worth and `syntax` how it is written; `words` are the names that its title uses:
    `f` the expression, `x` the variable, `dx` its differential.
    """

    __slots__ = ("expr", "left", "rules", "syntax", "words")

    def __init__(self, rules: tuple[str, ...], left: str, expr: Expr, syntax: Syntax, words: dict[str, str]) -> None:
        self.rules, self.left, self.expr, self.syntax, self.words = rules, left, expr, syntax, words

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

    def write(self, form: str) -> str:
        """The right side in one of the targets."""
        return write(form, self.syntax if form == "text" else self._spaced())

    def reply(self) -> dict[str, Any]:
        """The line as plain data."""
        line = {"rule": self.rule, "title": self.title, "left": self.left}
        return line | {"text": self.write("text"), "latex": self.write("latex"), "shape": self.shape}

    def _spaced(self) -> Syntax:
        """The line with `dX` as the differential of X, so that it is set as an operator before a name."""
        name, inside = self.words["dx"], Name(self.words["x"])
        return _replaced(self.syntax, Name(name), Call("d", (inside,)))


def _replaced(root: Syntax, old: Syntax, new: Syntax) -> Syntax:
    """The tree with a leaf replaced wherever it stands."""
    done: dict[int, Syntax] = {}
    stack: list[tuple[Syntax, bool]] = [(root, False)]

    def at(node: Syntax) -> Syntax:
        return done[id(node)]

    def all_(nodes: tuple[Syntax, ...]) -> tuple[Syntax, ...]:
        return tuple(at(n) for n in nodes)

    from mcalc.language.syntax import children

    while stack:
        node, ready = stack.pop()
        if not ready:
            stack.append((node, True))
            stack.extend((child, False) for child in children(node))
            continue
        match node:
            case Call(name, args, options):
                done[id(node)] = Call(name, all_(args), tuple((k, at(v)) for k, v in options))
            case Transpose(arg):
                done[id(node)] = Transpose(at(arg))
            case Negative(arg):
                done[id(node)] = Negative(at(arg))
            case Power(base, exponent, elementwise):
                done[id(node)] = Power(at(base), at(exponent), elementwise)
            case Matmul(items, operators):
                done[id(node)] = Matmul(all_(items), operators)
            case Product(items, operators):
                done[id(node)] = Product(all_(items), operators)
            case Terms(items, signs):
                done[id(node)] = Terms(all_(items), signs)
            case Program(definitions, body, declarations):
                bound = tuple((name, at(value)) for name, value in definitions)
                done[id(node)] = Program(bound, at(body), declarations)
            case _:
                done[id(node)] = new if node == old else node
    return done[id(root)]
