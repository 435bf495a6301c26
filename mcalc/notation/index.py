"""Index form: an array by its entries, `A[i,k]*B[l,j] + delta[j,l]*C[i,k]`.

Every axis of the array has its letter, and an axis that is fused has one for each part. What a product sums over is
hidden in the entry of a matrix product where it can be, `(X@B)[i,l]`, and shown as a sum where it cannot.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Contract, Expr, Factor, Group, Rational, Term, intern_contraction, magnitude
from mcalc.language.syntax import Call, Entry, Name, Num, Summation, Syntax, Transpose
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece
from mcalc.notation.notate import Notation

#: Letters for indices: those that have a form below the line come first.
LETTERS = "ijklprstuvaehxqcdfgbwyzmno"

Indices = tuple[tuple[str, ...], ...]


def letters(taken: set[str]) -> Iterator[str]:
    """The letters that stand for nothing else, then such with numbers."""
    yield from (letter for letter in LETTERS if letter not in taken)
    yield from (f"i{k}" for k in range(1000) if f"i{k}" not in taken)


def parts(group: Group, every: Sequence[Group], known: Container[int]) -> Iterator[Group]:
    """What wants an index in an axis: the whole of it where no other axis takes it apart, else each part on its own."""
    own = set(group)
    whole = len(own) == len(group) and all(other == group or own.isdisjoint(other) for other in every)
    if whole and not any(x in known for x in group):
        yield group
    else:
        yield from ((x,) for x in group if x not in known)


def lettered(part: Group, letter: str) -> dict[int, tuple[str, ...]]:
    """The labels of a part with what each adds to the index of the axis: the first one the letter."""
    return {x: (letter,) if x == part[0] else () for x in part}


class IndexForm:
    """The entries of arrays whose axes carry these indices."""

    def __init__(self, notation: Notation, indices: Indices, taken: set[str]) -> None:
        self.notation = notation
        self.indices = indices
        self.taken = taken | {letter for group in indices for letter in group}
        self.delta = next(name for name in ("delta", "identity", "kronecker_delta") if name not in taken)

    def sum(self, terms: list[Term], scalars: list[tuple[Expr, Rational]]) -> Syntax:
        """The entry of a sum, times powers of scalars."""
        if not terms:
            return Num("0")
        sign, scalars = self._in_words(scalars)
        parts = [self._term(c, node) for c, node in terms]
        parts.sort(key=lambda part: -part[0])
        over, under = self.notation.front(1, scalars)
        found = forms.quotient([*((f, "*") for f in over), (forms.terms(parts), "*")], under)
        return (found if sign > 0 else forms.terms([(-1, found)])).syntax

    def _in_words(self, scalars: list[tuple[Expr, Rational]]) -> tuple[int, list[tuple[Expr, Rational]]]:
        """Powers of scalars with definitions of the input in their place, and a sign."""
        if not scalars:
            return 1, scalars
        product = intern_contraction(tuple((b, e, ()) for b, e in scalars), (), ())
        assert isinstance(product, Contract)
        if product in self.notation.names:
            return 1, [(product, 1)]
        sign, said = self.notation.in_words(product)
        return sign, [(b, e) for b, e, _ in said.factors]

    def _term(self, c: Rational, node: Expr) -> tuple[int, Form]:
        sign, c = (-1, -c) if c < 0 else (1, c)
        found = None
        if isinstance(node, Contract) and node not in self.notation.names:
            spoken, node = self.notation.in_words(node)
            sign *= spoken
            over, under = self.notation.front(c, [(b, e) for b, e, axes in node.factors if not axes])
            found = self._entries([f for f in node.factors if f[2]], node.out, node.sizes)
        if found is None:
            over, under = self.notation.front(c, [])
            found = [_entry(self.notation.piece(node), self.indices)], [], []
        above, below, summed = found
        if summed:
            body = forms.quotient([(f, "*") for f in above], below)
            above, below = [Form(Summation(tuple(summed), body.syntax), forms.PRODUCT, body.weight)], []
        return sign, forms.quotient([(f, "*") for f in (*over, *above)], [*under, *below])

    def _entries(
        self, factors: list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...]
    ) -> tuple[list[Form], list[Form], list[str]] | None:
        """What is multiplied, what divides, and the letters that are summed over; None where axes are cut otherwise."""
        at: dict[int, tuple[str, ...]] = {}
        deltas: list[Form] = []
        for group, names in zip(out, self.indices, strict=True):
            if len(group) not in (1, len(names)):
                return None
            for label, mine in zip(group, [names] if len(group) == 1 else [(x,) for x in names], strict=True):
                if label in at:
                    deltas.append(_spelled(Name(self.delta), (at[label], mine)))
                at.setdefault(label, mine)
        above: list[Form] = []
        below: list[Form] = []
        summed: list[str] = []
        fresh = letters(self.taken)
        operands = list(self._operands(factors, set(at), sizes))
        every = [group for _, groups, _ in operands for group in groups]
        for piece, groups, over in operands:
            for part in (part for group in groups for part in parts(group, every, at)):
                at |= lettered(part, next(fresh))
                summed += at[part[0]]
            own = tuple(tuple(letter for x in group for letter in at[x]) for group in groups)
            (above if over else below).append(_entry(piece, own))
        return [*deltas, *sorted(above, key=_order)], below, summed

    def _operands(
        self, factors: list[Factor], shown: set[int], sizes: tuple[Dim, ...]
    ) -> Iterator[tuple[Piece, tuple[Group, ...], bool]]:
        """The arrays whose entries are multiplied, with their labels, and whether they stand above the bar."""
        graph = self.notation.graph(factors, shown, sizes)
        if graph is None:
            for base, exponent, axes in factors:
                yield self.notation.raised(base, magnitude(exponent)), axes, exponent > 0
            return
        graph.reduce()
        for edge in graph.edges:
            for pieces, over in ((edge.over, True), (edge.under, False)):
                for piece in pieces:
                    yield piece, ((edge.start,), (edge.end,)), over
        for vertex in sorted(graph.vertices):
            for held, over in ((graph.over, True), (graph.under, False)):
                for piece in held.get(vertex, []):
                    if not (isinstance(piece.plain.syntax, Call) and piece.plain.syntax.name == "ones"):
                        yield piece, ((vertex,),), over


def _entry(piece: Piece, indices: Indices) -> Form:
    """An entry of a matrix, whichever way round it is written, or of a vector."""
    if len(indices) == 2 and piece.turned.weight < piece.plain.weight:
        return _spelled(piece.turned.syntax, indices[::-1])
    return _spelled(piece.plain.syntax, indices)


def _spelled(array: Syntax, indices: Indices) -> Form:
    if isinstance(array, Transpose) and len(indices) == 2:
        array, indices = array.arg, indices[::-1]
    return Form(Entry(array, indices), forms.ATOM, forms.TOKEN)


def _order(form: Form) -> list[int]:
    """Entries stand in the order of their first letters."""
    assert isinstance(form.syntax, Entry)
    return sorted(LETTERS.find(x) for group in form.syntax.indices for x in group)
