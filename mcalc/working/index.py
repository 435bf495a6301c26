"""The working entry by entry, with sums and deltas.

    f = sum_ij(x[i]*A[i,j]*x[j])                                        entries
    df/dx[k] = sum_ij(x[i]*A[i,j]*delta[j,k]) + sum_ij(delta[i,k]*…)    dx[j]/dx[k] = delta[j,k]
             = sum_i(x[i]*A[i,k]) + sum_j(A[k,j]*x[j])                  a delta picks out one entry
             = ((A + A.T)@x)[k]                                         the sums are matrix products
    df/dx = (A + A.T)@x

It opens the same differentials as the differential method does, a line for each layer.
"""

from __future__ import annotations

from mcalc.algebra.expr import Contract, Expr, Sum, Symbol, coefficient_of
from mcalc.calculus.derivative import derivative as differentiate
from mcalc.calculus.differential import differential_of
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.syntax import Entry, Name, Program, Summation, Syntax
from mcalc.language.tree import walk
from mcalc.notation import change_name, forms, notation_of, result_name, written
from mcalc.notation.collect import present, spread
from mcalc.notation.components import Components
from mcalc.notation.extended import Extended
from mcalc.notation.index import IndexForm, Indices
from mcalc.notation.quotient import entry, slope
from mcalc.notation.tensor import shared, with_definitions
from mcalc.targets import write
from mcalc.working import differential
from mcalc.working.opening import Opening, chief_first, d, opened, tidied
from mcalc.working.reading_off import coefficient
from mcalc.working.signs import Signs
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.request import Way

#: Letters for the axes of the value and for those of the variable, before all others.
VALUE, VARIABLE = "ijpq", "klrstuvaeh"

#: The question is taken apart entirely up to this weight; no line may be heavier than that.
APART, HEAVIEST = 24 * forms.TOKEN, 160 * forms.TOKEN

MOST_LINES, MOST_IN_FULL = 24, 120


def steps(reading: Reading, x: Symbol, derivative: Expr, syntax: Syntax, order: int, way: Way) -> list[Step]:
    """The lines from the expression of the reading to its derivative by `x`, which is shown as `syntax`.

    Raises a `Problem` of kind unsupported where a line would be too long to be read, or has no such form.
    """
    if x not in reading.root.free:
        return differential.steps(reading, x, derivative, syntax, order, way)
    return _Working(reading, x, way.detail == "full").lines(derivative, syntax, order)


class _Working:
    """The lines of one derivation."""

    def __init__(self, reading: Reading, x: Symbol, full: bool) -> None:
        self.reading, self.x, self.full = reading, x, full
        self.dx = differential_of(x, change_name(reading, x))
        self.f = result_name(reading)
        known = notation_of(reading)
        self.notation = Extended(known)
        self.signs = Signs(reading.sums, {*known.said, *known.names})
        self.taken = {*reading.scope, *reading.sizes, self.dx.name, self.f}
        self.above = self._indices(VALUE, _parts(reading.root), ())
        self.below: list[Indices] = []
        self.steps: list[Step] = []

    def lines(self, derivative: Expr, syntax: Syntax, order: int) -> list[Step]:
        """All orders, one after another."""
        f, body = self.signs.natural(self.reading.root), self.reading.program
        where = self._left(0)
        components = self._components(())
        try:
            shown = components.form(f, self.above, explicit=True)
        except Problem:
            shown = None
        if shown is None or shown.weight > APART:
            shown = components.form(f, self.above)
        f = self.reading.root
        self._add(["entries"], where, f, Program(body.definitions, shown.syntax) if body.definitions else shown.syntax)
        for k in range(1, order + 1):
            before: Indices = (*self.above, *(group for at in self.below for group in at))
            at = self._indices(VARIABLE, [1] * self.x.rank, before)
            g = derivative if k == order else simplify(differentiate(f, self.x))
            self.below.append(at)
            self._order(f, g, before, at, k)
            f = present(g, self.notation)
        self._add(["contract"], slope(self.f, Name(self.x.name), order), derivative, syntax)
        return self.steps

    def _order(self, f: Expr, g: Expr, before: Indices, at: Indices, k: int) -> None:
        """The lines from the entries of f to those of its derivative g."""
        left = self._left(k)
        components = self._components(at)
        line: Expr = self.dx if f is self.x else d(f)
        for _ in range(MOST_IN_FULL if self.full else MOST_LINES):
            if not opened(line):
                break
            opening = Opening(self.x, self.dx, self.signs.learn, single=self.full)
            line = opening.line(line)
            for name, after in tidied(line):
                opening.rules.append(name)
                line = after
            self._show(chief_first(opening.rules), left, self.signs.natural(line), before, components)
        else:
            raise _too_long()
        if f is self.x:
            self._show(["delta"], left, line, before, components)
        elif self.steps[-1].left == left and any(
            isinstance(n, Entry) and n.base == Name(components.delta) for n in walk(self.steps[-1].syntax)
        ):
            self.steps[-1] = Step((*self.steps[-1].rules, "delta"), *self.steps[-1].fields)
        picked = coefficient(line, self.dx)
        self._show(["picks"], left, self.signs.natural(picked), (*before, *at), components)
        if any(isinstance(n, Summation) for n in walk(self.steps[-1].syntax)):
            self._add(["products"], left, g, self._contracted(g, (*before, *at)))

    def _contracted(self, g: Expr, at: Indices) -> Syntax:
        """The entry of the derivative as the answer writes it."""
        syntax, root, notation = written(g, self.reading)
        scalars, terms = shared(spread(root))
        taken = {*self.taken, *(node.id for node in walk(syntax) if isinstance(node, Name))}
        terms = [(c * inner, node) for c, n in terms for inner, node in [coefficient_of(self.signs.natural(n))]]
        body = IndexForm(notation, at, taken).sum(terms, scalars)
        return with_definitions(syntax, body) if isinstance(syntax, Program) else body

    def _components(self, at: Indices) -> Components:
        return Components(self.notation, self.taken, self.x, self.dx, at, d)

    def _indices(self, wanted: str, parts: list[int], used: Indices) -> Indices:
        """Letters for axes, so many for each as it has parts."""
        gone = self.taken.union(*used)
        fresh = (x for x in (*wanted, *(f"{wanted[0]}{n}" for n in range(1, 99))) if x not in gone)
        return tuple(tuple(next(fresh) for _ in range(count)) for count in parts)

    def _left(self, k: int) -> Syntax:
        """f[i], ∂f[i]/∂x[k], ∂²f/∂x[k]∂x[l]."""
        if not k:
            return Entry(Name(self.f), self.above) if self.above else Name(self.f)
        return entry(self.f, [self.x.name] * k, self.above, self.below if self.x.rank else [()] * k)

    def _show(self, rules: list[str], left: Syntax, line: Expr, at: Indices, components: Components) -> None:
        form = components.form(line, at)
        if form.weight > HEAVIEST:
            raise _too_long()
        self._add(rules, left, line, form.syntax)

    def _add(self, rules: list[str], left: Syntax, expr: Expr, syntax: Syntax) -> None:
        """Add a line, unless it says what the line before says."""
        if self.steps and self.steps[-1].left == left and self.steps[-1].syntax == syntax:
            return
        words = {"f": self.f, "x": self.x.name, "dx": self.dx.name, "df": write("unicode", left)}
        self.steps.append(Step(tuple(rules), left, expr, syntax, words))


def _parts(f: Expr) -> list[int]:
    """How many indices each axis has: several where it is fused in one way, as those of vec and kron are."""
    terms = [node for _, node in f.terms] if isinstance(f, Sum) else [f]
    cuts = [[tuple(n.sizes[x] for x in n.out[k]) for n in terms if isinstance(n, Contract)] for k in range(f.rank)]
    return [len(cut[0]) if len(cut) == len(terms) > 0 and len(set(cut)) == 1 else 1 for cut in cuts]


def _too_long() -> Problem:
    return Problem("E414", "entry by entry this takes lines that nobody reads", hint="--method differential is shorter")
