"""Entry by entry: an array as sums over products of entries, with deltas where an index has to be another one.

    x.T@A@x          sum_ij(x[i]*A[i,j]*x[j])
    A@dx             sum_j(A[i,j]*delta[j,k]), where x[k] alone changes
    tanh(W@x)        tanh(sum_j(W[i,j]*x[j]))

A factor that does not change may stay together, `sum_i(X[i,k]*(X@w - y)[i])`; `explicit` takes that apart too.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import (
    ONE,
    Apply,
    Contract,
    Expr,
    Factor,
    Number,
    Rational,
    Sum,
    Symbol,
    contract,
    magnitude,
    size,
)
from mcalc.algebra.walk import postorder
from mcalc.errors import Problem
from mcalc.language.syntax import Call, Change, Entry, Name, Product, Summation, Terms, Transpose
from mcalc.language.tree import walk
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece
from mcalc.notation.index import LETTERS, Indices, lettered, letters, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.ops.record import Op
    from mcalc.notation.notate import Notation


class Components:
    """The entries of expressions in which `dx`, the change of `x`, is 1 at the entry `at` and 0 elsewhere.

    `taken` are the names that no index may have, and `d` is the operation that stands for an open differential.
    """

    def __init__(self, notation: Notation, taken: set[str], x: Symbol, dx: Symbol, at: Indices, d: Op) -> None:
        self.notation, self.taken, self.x, self.dx, self.at, self.d = notation, taken, x, dx, at, d
        self.delta = next(name for name in ("delta", "identity", "kronecker_delta") if name not in taken)
        self.explicit = False

    def form(self, node: Expr, at: Indices, explicit: bool = False) -> Form:
        """The entry of a node at these indices. Raises a `Problem` of kind unsupported where it has no such form."""
        self.explicit = explicit
        self.sizes: dict[str, Dim] = {}
        return self._entry(node, at, frozenset(x for group in (*at, *self.at) for x in group), apart=True)

    def _entry(self, node: Expr, at: Indices, scope: frozenset[str], apart: bool = False) -> Form:
        """The entry; `apart` takes sums and products apart that do not change as well."""
        if node is self.dx:
            return _times([self._delta(a, b) for a, b in zip(at, self.at, strict=True)], [])
        if self._named(node):
            return entry_of(self.notation.piece(node), at)
        if not (self.explicit or apart or self._changes(node)):
            # Sums stay hidden in what does not change: (X@w - y)[i], but 1 - h[i]^2.
            taken_apart = self._taken_apart(node, at, scope, True)
            whole = any(isinstance(n, Summation) for n in walk(taken_apart.syntax))
            return entry_of(self.notation.piece(node), at) if whole else taken_apart
        return self._taken_apart(node, at, scope, apart)

    def _taken_apart(self, node: Expr, at: Indices, scope: frozenset[str], apart: bool) -> Form:
        match node:
            case Sum(terms):
                in_order = sorted(terms, key=lambda term: sorted(s.place for s in term[1].free) or [10**9])
                parts = [self._multiple(c, n, at, scope, apart) for c, n in in_order]
                parts.sort(key=lambda part: -part[0])
                return forms.terms(parts) if parts else forms.numeral(0)
            case Contract():
                return self._multiple(1, node, at, scope, apart)[1]
            case Apply(op, (arg,)) if op is self.d:
                over, under = self._entry(arg, at, scope), entry_of(self.notation.piece(self.x), self.at)
                array = over.syntax.base if isinstance(over.syntax, Entry) else over.syntax
                called = isinstance(array, Call)
                above = Terms((over.syntax,), ("+",)) if called else over.syntax  # d(exp(x)[i]), and not dexp(x)[i]
                ratio = Product((Change(above, 1, True), Change(under.syntax, 1, True)), ("/",))
                return Form(ratio, forms.PRODUCT, over.weight + under.weight)
            case Apply(op, args) if op.name == "pow":
                base, exponent = (self._entry(a, at[: a.rank], scope) for a in args)
                return forms.raised(base, exponent, False)
            case Apply(op, args) if op.slope is not None or op.signatures[0].text == "...,...->...":
                return forms.call(op.name, [self._entry(a, at[: a.rank], scope) for a in args])
        if self._changes(node):
            raise _refusal()
        return entry_of(self.notation.piece(node), at)

    def _named(self, node: Expr) -> bool:
        names = self.notation.names
        return node in names or node.T in names or (isinstance(node, (Symbol, Number)) and node is not self.dx)

    def _changes(self, node: Expr) -> bool:
        """Whether the node holds the change of x, or an open differential."""
        return self.dx in node.free or any(isinstance(n, Apply) and n.op is self.d for n in postorder(node))

    def _multiple(self, c: Rational, node: Expr, at: Indices, scope: frozenset[str], apart: bool) -> tuple[int, Form]:
        """A multiple of a node, and its sign."""
        sign, c = (-1, -c) if c < 0 else (1, c)
        numerator, denominator = Fraction(c).as_integer_ratio()
        over = [forms.numeral(numerator)] if numerator != 1 else []
        under = [forms.numeral(denominator)] if denominator != 1 else []
        if not isinstance(node, Contract) or self._named(node):
            return sign, _times([*over, self._entry(node, at, scope, apart)] if node is not ONE else over, under)
        picked = any(isinstance(b, Apply) and b.op.name == "unit" for b, _, _ in node.factors)
        if picked and not node.out and not self._changes(node):  # X[0,1]
            return sign, _times([*over, entry_of(self.notation.piece(node), at)], under)
        if any(len(group) not in (1, len(mine)) for group, mine in zip(node.out, at, strict=True)):
            if self._changes(node):
                raise _refusal()
            return sign, _times([*over, entry_of(self.notation.piece(node), at)], under)
        front, bottom, rest = self._scalars(node)
        above, below, summed = self._product(rest, node, at, scope)
        if summed:
            body = _times(above, below)
            held = {x for n in walk(body.syntax) if isinstance(n, Entry) for group in n.indices for x in group}
            front += [self.notation.piece(size(self.sizes[x])).plain for x in summed if x not in held]  # all are equal
            if kept := tuple(x for x in summed if x in held):
                body = Form(Summation(kept, body.syntax), forms.PRODUCT, body.weight)
            above, below = [body], []
        return sign, _times([*over, *front, *above], [*under, *bottom, *below])

    def _scalars(self, node: Contract) -> tuple[list[Form], list[Form], list[Factor]]:
        """What scalars put in front of a product and below the bar, and the factors that are left.

        A scalar that has a name stands under it: (x[i] - mu)/s.
        """
        reached = {label for group in node.out for label in group}
        apart = list(node.factors)
        for _ in node.factors:
            apart = [f for f in apart if reached.isdisjoint(label for group in f[2] for label in group)]
            for f in node.factors:
                reached |= {label for g in f[2] for label in g} if f not in apart else set()
        if node.out and apart:
            whole = contract(apart, ())
            said = whole in self.notation.said and not self.explicit and not self._changes(whole)
            if self._named(whole) or said:
                return [self.notation.piece(whole).plain], [], [f for f in node.factors if f not in apart]
        scalars = [f for f in node.factors if not f[2] and not (self.explicit or self._changes(f[0]))]
        front, bottom = self.notation.front(1, [(b, e) for b, e, _ in scalars]) if scalars else ([], [])
        return front, bottom, [f for f in node.factors if f not in scalars]

    def _product(
        self, factors: Sequence[Factor], node: Contract, at: Indices, scope: frozenset[str]
    ) -> tuple[list[Form], list[Form], list[str]]:
        """What is multiplied, what divides, and the letters that are summed over."""
        known: dict[int, tuple[str, ...]] = {}
        deltas: list[Form] = []
        for group, mine in zip(node.out, at, strict=True):
            for label, own in zip(group, [mine] if len(group) == 1 else [(x,) for x in mine], strict=True):
                if label in known:
                    deltas.append(self._delta(known[label], own))
                known.setdefault(label, own)
        summed: list[str] = []
        # Matrices name their indices first, those that come first in the text before others: x[i]*A[i,j]*x[j].
        every = [group for _, _, axes in factors for group in axes]
        for _, _, axes in sorted(factors, key=lambda f: (f[0] is self.dx, -len(f[2]), _place(f[0]))):
            for part in (part for group in axes for part in parts(group, every, known)):
                size = product([node.sizes[label] for label in part])
                known |= lettered(part, self._fresh(size, scope | set(summed)))
                summed += known[part[0]]
        inner = scope | set(summed)
        above: list[tuple[tuple[bool, list[int]], Form]] = []
        below: list[tuple[tuple[bool, list[int]], Form]] = []
        for base, exponent, axes in factors:
            at = tuple(tuple(x for label in group for x in known[label]) for group in axes)
            form = _raised(self._entry(base, at, inner), magnitude(exponent))
            place = (base is not self.dx and self._changes(base), sorted(LETTERS.find(x) for g in at for x in g))
            (above if exponent > 0 else below).append((place, form))
        ordered = [[form for _, form in sorted(side, key=lambda pair: pair[0])] for side in (above, below)]
        return [*deltas, *ordered[0]], ordered[1], summed

    def _fresh(self, size: Dim, scope: frozenset[str]) -> str:
        """A letter for an index: no letter of a line runs to one size here and to another one there."""
        found = next(x for x in letters(self.taken | scope) if self.sizes.get(x, size) is size)
        self.sizes[found] = size
        return found

    def _delta(self, a: tuple[str, ...], b: tuple[str, ...]) -> Form:
        return Form(Entry(Name(self.delta), (a, b)), forms.ATOM, forms.TOKEN)


def entry_of(piece: Piece, at: Indices) -> Form:
    """The entry of an array that is written as it stands, whichever way round that is shorter."""
    form, indices = piece.plain, at
    if len(at) == 2 and piece.turned.weight < form.weight:
        form, indices = piece.turned, at[::-1]
    if not at:
        return form
    array = form.syntax
    match array:
        case Call("ones"):
            return forms.numeral(1)
        case Transpose(inner) if len(at) == 2:
            array, indices = inner, indices[::-1]
    return Form(Entry(array, indices), forms.ATOM, max(forms.TOKEN, form.weight))


def _refusal() -> Problem:
    return Problem(
        "E414",
        "entry by entry this has no formula but that of the operation itself",
        hint="--method differential treats the arrays whole",
    )


def _place(node: Expr) -> int:
    """Where the first variable of a node stands in the text."""
    return min((s.place for s in node.free), default=-1)


def _raised(form: Form, exponent: Rational) -> Form:
    if exponent == 1:
        return form
    if exponent == Fraction(1, 2):
        return forms.call("sqrt", [form])
    above, under = Fraction(exponent).as_integer_ratio()
    whole = forms.numeral(above)
    return forms.raised(form, whole if under == 1 else forms.quotient([(whole, "*")], [forms.numeral(under)]), False)


def _times(over: list[Form], under: list[Form]) -> Form:
    kept = [form for form in over if form.syntax != forms.numeral(1).syntax] or over[:1]
    return forms.quotient([(form, "*") for form in kept], under)
