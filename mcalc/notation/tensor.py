"""A derivative of three axes and more, in four forms that people read.

    differential   dF = A@dX@B
    index          dF[i,j]/dX[k,l] = A[i,k]*B[l,j]
    kron           dvec(F)/dvec(X).T = kron(B.T, A)
    einsum         dF/dX = einsum('ik,lj->ijkl', A, B)

All are the same array. The Hessian of a scalar by a matrix has its quadratic form as well, d2f = tr(…). vec stacks
columns, the first axis running fastest; with `vec="row"` it stacks rows, and kron(A, B.T) is what comes out above.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Contract, Expr, Factor, Rational, Symbol, Term, add, contract
from mcalc.calculus.derivative import in_turn
from mcalc.calculus.differential import differential_of, push
from mcalc.calculus.layout import arranged, is_row
from mcalc.calculus.simplify import simplify
from mcalc.language.syntax import Call, Equation, Name, Program, Syntax
from mcalc.language.tree import walk
from mcalc.notation import change_name, notate, result_name, written
from mcalc.notation.collect import spread
from mcalc.notation.index import IndexForm, letters
from mcalc.notation.quotient import change, differential, entry, stacked, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.notation.index import Indices


class Line:
    """An equation: what stands on the left, and the right side."""

    __slots__ = ("left", "syntax")

    def __init__(self, left: Syntax, syntax: Syntax) -> None:
        self.left, self.syntax = left, syntax

    @property
    def equation(self) -> Syntax:
        """The equation as one tree, after the definitions that it uses."""
        if isinstance(self.syntax, Program):
            return Program(self.syntax.definitions, Equation(self.left, self.syntax.body))
        return Equation(self.left, self.syntax)

    @property
    def commutations(self) -> list[Call]:
        """The commutation matrices in the line, each once."""
        calls = (node for node in walk(self.syntax) if isinstance(node, Call) and node.name == "commutation")
        return list(dict.fromkeys(calls))


class Tensor:
    """The derivative `expr` of a reading's expression by variables in turn, to be written in the four forms."""

    def __init__(
        self,
        reading: Reading,
        turns: Sequence[Symbol],
        expr: Expr,
        vec: str = "column",
        layout: str = "mixed",
        before: Expr | None = None,
    ) -> None:
        """`before` is the derivative by all variables but the last, where a convention for structures has its own."""
        self.reading, self.turns, self.expr, self.vec, self.layout = reading, turns, expr, vec, layout
        self.f, self.before = reading.root, before
        self.name = result_name(reading)
        self.names = [x.name for x in turns]
        self.changes = [differential_of(x, change_name(reading, x)) for x in turns]

    @property
    def axes(self) -> tuple[int, list[int]]:
        """How many axes are the value's, and how many each variable's."""
        return self.f.rank, [x.rank for x in self.turns]

    def lines(self) -> dict[str, Line]:
        """Every form by its name; a Hessian has a fifth, `quadratic`, after its differential."""
        names = ["differential", *(["quadratic"] if self.is_hessian else []), "index", "kron", "einsum"]
        return {name: self.line(name) for name in names}

    def line(self, name: str) -> Line:
        """One of the forms."""
        made = {"differential": self.differential, "index": self.index, "kron": self.kron, "einsum": self.einsum}
        return self.power(2) if name == "quadratic" else made[name]()

    @property
    def is_hessian(self) -> bool:
        """Whether the derivative is the second one of a scalar."""
        return not self.f.rank and len(self.turns) == 2 and self.turns[0] is self.turns[1]

    # ------------------------------------------------------------ differentials

    def differential(self) -> Line:
        """The differential of the derivative before, where that has at most two axes; else that of the same order."""
        *before, last = self.turns
        if not before or self.expr.rank - last.rank > 2:
            return self.power(len(self.turns))
        gradient = self.before or in_turn(self.f, before)
        moved = simplify(push(gradient, {last: self.changes[-1]}))
        return Line(change(self.name, self.names[:-1]), notate(moved, self.reading))

    def power(self, order: int) -> Line:
        """The differential of this order of the expression itself, dx staying the same: d2f = tr(…)."""
        moved = self.f
        for x, dx in zip(self.turns[:order], self.changes, strict=False):
            moved = simplify(push(moved, {x: dx}))
        return Line(differential(self.name, order), notate(moved, self.reading))

    # ------------------------------------------------------------ entries

    def index(self) -> Line:
        """The entry of the derivative at an entry of each axis."""
        syntax, root, notation = written(self.expr, self.reading)
        scalars, terms = shared(spread(root))
        # A letter may stand for an index and for a size, but not in one formula.
        taken = {*self.reading.scope, *(node.id for node in walk(syntax) if isinstance(node, Name))}
        indices = self._indices(terms, taken)
        body = IndexForm(notation, indices, taken).sum(terms, scalars)
        if isinstance(syntax, Program):
            body = with_definitions(syntax, body)
        rest = iter(indices)
        above, *below = (tuple(islice(rest, rank)) for rank in (self.f.rank, *self.axes[1]))
        return Line(entry(self.name, self.names, above, below), body)

    def _indices(self, terms: list[Term], taken: set[str]) -> Indices:
        """A letter for each axis, or one for each part of an axis that is fused in the same way everywhere."""
        cuts: list[set[tuple[Dim, ...]]] = [set() for _ in self.expr.shape]
        for _, node in terms:
            if isinstance(node, Contract):
                for cut, group in zip(cuts, node.out, strict=True):
                    if len(group) > 1:
                        cut.add(tuple(node.sizes[x] for x in group))
        found = letters(taken)
        counts = [len(next(iter(cut))) if len(cut) == 1 else 1 for cut in cuts]
        return tuple(tuple(next(found) for _ in range(count)) for count in counts)

    # ------------------------------------------------------------ vec

    def kron(self) -> Line:
        """The derivative as a matrix: its rows are vec(F), its columns vec(X)."""
        _, root, _ = written(self.expr, self.reading)
        scalars, terms = shared(spread(root))
        axes = tuple(range(self.expr.rank))
        cut = self.expr.rank - self.turns[-1].rank
        sides = [side if self.vec == "row" else side[::-1] for side in (axes[:cut], axes[cut:]) if side]
        fused = [(c, contract([(node, 1, tuple((k,) for k in axes))], tuple(sides))) for c, node in terms]
        shape = contract([(self.expr, 1, tuple((k,) for k in axes))], tuple(sides)).shape
        matrix = add(fused, shape)
        if scalars:
            out = tuple((k,) for k in range(len(sides)))
            matrix = contract([*((b, e, ()) for b, e in scalars), (matrix, 1, out)], out)
        turned = len(sides) == 2 and self.layout == "denominator" and not self.is_hessian
        value, variables = self.axes
        row = len(sides) == 1 and is_row(self.layout, min(value, 1), [min(rank, 1) for rank in variables])
        left = stacked(self.name, self.turns, self.f, self.vec, turned or row)
        return Line(left, notate(matrix.T if turned else matrix, self.reading, row=row))

    def einsum(self) -> Line:
        """The derivative with its axes in the layout."""
        shown = arranged(self.expr, self.layout, *self.axes)
        syntax = notate(shown, self.reading, row=is_row(self.layout, *self.axes))
        return Line(whole(self.name, self.names), syntax)


def shared(terms: list[Term]) -> tuple[list[tuple[Expr, Rational]], list[Term]]:
    """The scalars that every term has as factors, and the terms without them."""
    held = [{b: e for b, e, axes in n.factors if not axes} if isinstance(n, Contract) else {} for _, n in terms]
    common = {b: e for b, e in held[0].items() if all(h.get(b) == e for h in held)} if len(held) > 1 else {}
    if not common:
        return [], terms
    return list(common.items()), [(c, _without(n, common)) for c, n in terms]


def _without(node: Expr, scalars: dict[Expr, Rational]) -> Expr:
    assert isinstance(node, Contract)
    rest: list[Factor] = [f for f in node.factors if f[2] or f[0] not in scalars]
    return contract(rest, node.out, dict(enumerate(node.sizes)))


def with_definitions(program: Program, body: Syntax) -> Syntax:
    """The body with those definitions of a program that it needs."""
    needed = {node.id for node in walk(body) if isinstance(node, Name)}
    kept = []
    for name, value in reversed(program.definitions):
        if name.id in needed:
            kept.append((name, value))
            needed |= {node.id for node in walk(value) if isinstance(node, Name)}
    return Program(tuple(reversed(kept)), body) if kept else body
