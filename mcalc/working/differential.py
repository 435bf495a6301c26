"""The working by the differential method.

    df = d(f)           as the question puts it
       = …              d is pushed inwards, a line for each layer
       = tr(Gᵀ dX)      dX is brought to the end
    df/dX = G           and the derivative is read off

Higher orders differentiate the result again.
"""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Sum, Symbol, add, is_zero
from mcalc.calculus.derivative import derivative as differentiate
from mcalc.calculus.differential import differential_of
from mcalc.calculus.simplify import settle, simplify
from mcalc.language.syntax import Name, Open, Program, Syntax, Transpose
from mcalc.language.tree import length, walk
from mcalc.notation import change_name, forms, notation_of, result_name, written
from mcalc.notation.collect import MOST_EXPANDED, expand, present, width
from mcalc.notation.extended import Extended
from mcalc.notation.names import named_in
from mcalc.notation.quotient import differential, slope
from mcalc.targets import write
from mcalc.working.opening import Opening, chief_first, d, opened, tidied
from mcalc.working.reading_off import (
    applied_to,
    coefficient,
    meaning,
    parts_of,
    standing_last,
    turning,
)
from mcalc.working.signs import Signs
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.request import Way

#: After this many lines, or where a line outgrows this weight, what is left is opened at once.
MOST_LINES, MOST_IN_FULL, HEAVIEST = 24, 200, 400 * forms.TOKEN

#: Bringing dx to the end is shown term by term unless that makes the line longer than this.
LONGER = 1.3


def steps(reading: Reading, x: Symbol, derivative: Expr, syntax: Syntax, order: int, way: Way) -> list[Step]:
    """The lines from the expression of the reading to its derivative by `x`, which is shown as `syntax`."""
    return _Working(reading, x, way.detail == "full").lines(derivative, syntax, order)


class _Working:
    """The lines of one derivation. In full each of them opens one differential by one rule."""

    def __init__(self, reading: Reading, x: Symbol, full: bool = False) -> None:
        self.reading, self.x, self.full = reading, x, full
        self.dx = differential_of(x, change_name(reading, x))
        self.f = result_name(reading)
        known = notation_of(reading)
        self.notation = Extended(known)
        self.signs = Signs(reading.sums, {*known.said, *known.names})
        if not _turns(reading.program.body, x):
            self._at_the_end(self.dx)
        self.steps: list[Step] = []

    def lines(self, derivative: Expr, syntax: Syntax, order: int) -> list[Step]:
        """All orders, one after another."""
        f, body = self.reading.root, self.reading.program.body
        if self.x not in f.free:
            self._add(["constant"], self._quotient(order), derivative, syntax)
            return self.steps
        for k in range(1, order + 1):
            last = k == order
            g = derivative if last else simplify(differentiate(f, self.x))
            shown = syntax if last else self.notation.syntax(present(g, self.notation))
            self._order(f, body, g, shown, k)
            f, body = (g, shown) if last else (present(g, self.notation), shown)
        return self.steps

    def _order(self, f: Expr, body: Syntax, g: Expr, shown: Syntax, k: int) -> None:
        """The lines from f to its derivative g."""
        left: Syntax = differential(self.f, 1) if k == 1 else Open(self._quotient(k - 1))
        rules = ["differential"] if k == 1 else ["again"]
        start = self.dx if f is self.x else d(f)
        self._add(rules, left, start, Name(self.dx.name) if f is self.x else Open(body))
        line, complete = self._push(start, left)
        self._collect(line, complete, f, g, shown, left)
        self._add(["read-off", self._identity(f)], self._quotient(k), g, shown, left)

    def _push(self, line: Expr, left: Syntax) -> tuple[Expr, bool]:
        """Open differentials until none is left; False where that was given up."""
        for _ in range(MOST_IN_FULL if self.full else MOST_LINES):
            if not opened(line):
                return line, True
            opening = Opening(self.x, self.dx, self.signs.learn, single=self.full)
            line = self._tidied(opening.line(line), opening.rules, left)
            for node in opened(line):
                self._at_the_end(node)
            if self.notation.weight(line) > HEAVIEST:
                return line, False
            self._show(chief_first(opening.rules), left, line)
            spread = self._spread(line)
            if spread is not line:
                line = spread
                self._show(["expand"], left, line)
        return line, False

    def _tidied(self, line: Expr, rules: list[str], left: Syntax) -> Expr:
        """The line with every identity that applies, whose names join its rules; in full each has its own line."""
        for name, after in tidied(line):
            if self.full:
                self._show(chief_first(rules), left, line)
                rules.clear()
            rules.append(name)
            line = after
        return line

    def _at_the_end(self, node: Expr) -> None:
        """Of two ways to write an inner product, let that be lighter which ends with this node."""
        piece = self.notation.piece(node)
        if piece.turned is not piece.plain:
            piece.turned = forms.Form(piece.turned.syntax, piece.turned.level, piece.turned.weight + 1)

    def _spread(self, line: Expr) -> Expr:
        """The line multiplied out, where terms then cancel."""
        if width(line) > MOST_EXPANDED:
            return line
        spread = settle(expand(line))
        return spread if self.notation.weight(spread) + forms.TOKEN <= self.notation.weight(line) else line

    def _show(self, rules: list[str], left: Syntax, line: Expr) -> None:
        """A line as it comes; where x is a scalar, dx goes to the end at once."""
        syntax = None
        if not self.x.rank and not opened(line) and not is_zero(line):
            syntax = standing_last([coefficient(line, self.dx)], line, self.dx, self.notation, self.signs)
        self._add(rules, left, line, syntax or self.notation.syntax(self.signs.natural(line)))

    def _collect(self, line: Expr, complete: bool, f: Expr, g: Expr, shown: Syntax, left: Syntax) -> None:
        """Bring dx to the end of every term, then collect what stands before it."""
        if is_zero(g):
            return
        whole, rules = applied_to(g, f, self.dx), [] if complete else ["open-all"]
        before = self.steps[-1].syntax
        if complete and self.x.rank:
            rules = turning(before, f, self.dx)
            parts = parts_of(line, self.dx)
            if self.dx.props and simplify(add([(1, part) for part in parts], g.shape)) is not g:
                parts = []  # a matrix before a symmetric dX may as well be its transpose: this is the other one
            turned = standing_last(parts, f, self.dx, self.notation, self.signs) if parts else None
            if turned is not None and length(turned) <= LONGER * length(before) and meaning(turned) != meaning(before):
                self._add(rules or ["expand"], left, line, turned)
                before, rules = turned, []
        if isinstance(line, Sum) and len(line.terms) > 1 and "collect" not in rules:
            rules = [*rules, "collect"]
        syntax = self._applied(f, g, shown)
        if syntax is None and not complete:
            whole = present(simplify(whole), self.notation)
            syntax = self.notation.syntax(whole)
        if syntax is not None and meaning(syntax) != meaning(before):
            self._add(rules or ["collect"], left, whole, syntax)

    def _applied(self, f: Expr, g: Expr, shown: Syntax) -> Syntax | None:
        """The derivative, written as in the answer, applied to dx."""
        syntax, root, notation = written(g, self.reading)
        if syntax != shown:
            return standing_last([present(g, self.notation)], f, self.dx, self.notation)
        line = standing_last([root], f, self.dx, notation)
        return named_in(list(shown.definitions), line) if line is not None and isinstance(shown, Program) else line

    def _add(self, rules: list[str], left: Syntax, expr: Expr, syntax: Syntax, df: Syntax | None = None) -> None:
        """Add a line, unless it says what the line before says."""
        if self.steps and self.steps[-1].left == left and self.steps[-1].syntax == syntax:
            return
        words = {"f": self.f, "x": self.x.name, "dx": self.dx.name, "df": write("unicode", df or left)}
        self.steps.append(Step(tuple(rules), left, expr, syntax, words))

    def _quotient(self, k: int) -> Syntax:
        """`df/dx`, `d²f/dx²`."""
        return slope(self.f, Name(self.x.name), k)

    def _identity(self, f: Expr) -> str:
        """The identity by which a derivative is read off."""
        if not self.x.rank:
            return "by-slope"
        if not f.rank:
            return "by-inner-product" if self.x.rank == 1 else "by-trace"
        return "by-jacobian" if f.rank == self.x.rank == 1 else "by-entries"


def _turns(body: Syntax, x: Symbol) -> bool:
    """Whether the question has a matrix itself under a transpose, so that its differential may stand there too."""
    return x.rank == 2 and any(node == Transpose(Name(x.name)) for node in walk(body))
