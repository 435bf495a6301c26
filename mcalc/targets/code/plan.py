"""Products over index labels as pairwise steps over whole arrays: each pair as the call that computes it.

The order of the steps is that of `merging`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import Group, Rational
from mcalc.targets.code.array import Code, Codes, Part
from mcalc.targets.code.merging import Contraction
from mcalc.targets.code.term import Step, Term

#: The length of an axis of which nothing is known, beside those that are known.
MIDDLING = 100

#: A product whose sums are computed: its coefficient, scalar factors, what is left, and the labels of its axes.
Planned = tuple[Rational, list[Part], Term, Group]


class Planner:
    """Plans for the products of one program; it remembers every step that it has taken."""

    def __init__(self, codes: Codes, sizes: Mapping[str, int] | None = None) -> None:
        self.codes, self.sizes = codes, dict(sizes or {})
        self.done: dict[Step, tuple[Code, Group]] = {}

    def contract(self, terms: list[Term], out: Group, sizes: tuple[Dim, ...]) -> Term:
        """The product of the terms, summed over the labels that are not in `out`."""
        shown = frozenset(out)
        terms = self._alike([self._alone(term, terms, shown) for term in terms], shown)
        if len(terms) > 1:
            terms = Contraction(self, terms, out, sizes).run()
        return Term(part for term in terms for part in term.parts)

    def lengths(self, labels: Iterable[int], sizes: tuple[Dim, ...]) -> dict[int, int]:
        """The length of each label; a size that nobody told is a middling one."""
        known = defaultdict(lambda: MIDDLING, self.sizes)
        return {x: sizes[x].at(known) for x in labels}

    def write(self, coefficient: Rational, scalars: list[Part], term: Term, out: Group) -> Code:
        """The term times scalars, with its axes in the order of `out`; labels it lacks are axes of size one."""
        codes = self.codes
        groups: dict[Group, list[Part]] = {}
        if coefficient != 1 and len(term.parts) == 1:
            coefficient, term = self._scaled(coefficient, term)
        for code, sign, own in term.parts:
            labels = tuple(x for x in out if x in own)
            groups.setdefault(labels, []).append((self._permuted(code, own, labels), sign))
        if len(groups) == len(out) == 2 and all(
            len(labels) == 1 and group[0][1] > 0 for labels, group in groups.items()
        ):
            left, right = groups[out[:1]], groups[out[1:]]
            return codes.outer(codes.mul(coefficient, [*scalars, *left]), codes.mul(1, right))
        parts = list(scalars)
        for labels, group in groups.items():
            if len(labels) < len(term.labels) and len(group) > 1:
                sign = 1 if any(s > 0 for _, s in group) else -1
                group = [(codes.mul(1, [(code, s * sign) for code, s in group]), sign)]
            parts += [(codes.expand(code, tuple(x in labels for x in out)), s) for code, s in group]
        return codes.mul(coefficient, parts)

    def _scaled(self, coefficient: Rational, term: Term) -> tuple[Rational, Term]:
        """The term with the coefficient on a factor where that is smaller than the product, and what is left of it."""
        ((code, sign, labels),) = term.parts
        if code.kind != "tensordot" or code.rank <= max(arg.rank for arg in code.args):
            return coefficient, term
        a, b = code.args
        args = (self.codes.scaled(coefficient, a), b) if a.rank <= b.rank else (a, self.codes.scaled(coefficient, b))
        return 1, Term([(self.codes.again(code, args), sign, labels)])

    def together(self, products: Iterable[Planned]) -> list[Code]:
        """The terms of a sum. Those that are products of two parts over the same axes are one matrix product: the parts
        on either side, each as a row, are written once, where a sum of outer products is written once for each of them.
        """
        groups: dict[Group, list[tuple[Planned, list[Term]]]] = {}
        for count, planned in enumerate(products):
            out, parts = planned[3], _apart(planned[2])
            if len(parts) == 2 and all(any(x in part.labels for part in parts) for x in out):
                parts.sort(key=lambda part: out[0] not in part.labels)
                axes = tuple(k for k, x in enumerate(out) if x in parts[0].labels)
                groups.setdefault(axes, []).append((planned, parts))
            else:
                groups[-1 - count,] = [(planned, [])]
        made = []
        for axes, members in groups.items():
            if len(members) == 1:
                made += [self.write(*planned) for planned, _ in members]
            else:
                made.append(self._outers(axes, members))
        return made

    def _outers(self, axes: Group, members: list[tuple[Planned, list[Term]]]) -> Code:
        """The sum of products of a part over these axes and one over the others."""
        codes, rows = self.codes, []
        shape: tuple[Dim, ...] = ()
        for (coefficient, scalars, _, out), (left, right) in members:
            first = tuple(out[k] for k in axes)
            others = tuple(x for x in out if x not in first)
            u, v = self.write(coefficient, scalars, left, first), self.write(1, [], right, others)
            shape = (*u.shape, *v.shape)
            rows += [codes.reshape(code, (product(code.shape),)) for code in (u, v)]
        code = codes.make("outers", tuple(rows), None, (*rows[0].shape, *rows[1].shape))
        order = [*axes, *(k for k in range(len(shape)) if k not in axes)]
        return codes.permute(codes.reshape(code, shape), tuple(order.index(k) for k in range(len(order))))

    def array(self, term: Term, labels: Group) -> Code:
        """The term as an array with these axes."""
        return self._permuted(self.write(1, [], term, term.labels), term.labels, labels)

    def _permuted(self, code: Code, labels: Group, wanted: Group) -> Code:
        return self.codes.permute(code, tuple(labels.index(x) for x in wanted))

    def _alone(self, term: Term, terms: list[Term], shown: Collection[int]) -> Term:
        """The term summed over the labels that only it has."""
        others = {x for other in terms if other is not term for x in other.labels}
        lone = [k for k, x in enumerate(term.labels) if x not in shown and x not in others]
        if not lone:
            return term
        code = self.codes.sum(self.array(term, term.labels), tuple(lone))
        return Term([(code, 1, tuple(x for x in term.labels if x in shown or x in others))])

    def _alike(self, terms: list[Term], shown: Collection[int]) -> list[Term]:
        """Terms over the same labels multiplied together, save a last pair that a product can sum at once."""
        groups: dict[frozenset[int], list[Term]] = {}
        for term in terms:
            groups.setdefault(frozenset(term.labels), []).append(term)
        merged: list[Term] = []
        for labels, group in groups.items():
            others = {x for other in groups if other is not labels for x in other}
            last = None
            if len(group) > 1 and any(x not in shown and x not in others for x in labels):
                group.sort(key=lambda term: term.parts[0][1])
                last = group.pop()
            merged.append(Term(part for term in group for part in term.parts))
            if last is not None:
                merged.append(last)
        return merged

    def pair(self, a: Term, b: Term, kept: Collection[int], out: Group, sizes: tuple[Dim, ...]) -> Term:
        """The product of two terms, summed over the labels they share that are not in `kept`."""
        if b.parts[0][0].place < a.parts[0][0].place:
            a, b = b, a
        shared = [x for x in a.labels if x in b.labels]
        summed = tuple(x for x in shared if x not in kept)
        if not summed:
            return Term((*a.parts, *b.parts))
        batch = tuple(x for x in shared if x in kept)
        rows = tuple(x for x in a.labels if x not in shared)
        columns = tuple(x for x in b.labels if x not in shared)
        if not batch and max(len(rows), len(columns), len(summed)) < 2 and (rows or columns):
            return self._matrix(a, b, rows, summed, columns, out)
        if batch and rows and columns:
            return self._stack(a, b, batch, rows, summed, columns, sizes)
        if batch:
            return self._einsum(a, b, batch + rows + columns, out)
        if rows or columns:
            return self._tensordot(a, b, summed, out)
        return self._inner(a, b, summed)

    def _inner(self, a: Term, b: Term, summed: Group) -> Term:
        codes = self.codes
        if _divides(a, b):
            whole = Term((*a.parts, *b.parts))
            return Term([(codes.sum(self.array(whole, summed), tuple(range(len(summed)))), 1, ())])
        order = b.labels if a.free else a.labels
        left, right = self.array(a, order), self.array(b, order)
        code = codes.matmul(left, right) if len(summed) == 1 else codes.dot(left, right)
        return Term([(code, 1, ())])

    def _matrix(self, a: Term, b: Term, rows: Group, summed: Group, columns: Group, out: Group) -> Term:
        if not rows or (columns and _turn(a, b, rows, columns, out)):
            a, b, rows, columns = b, a, columns, rows
        code = self.codes.matmul(self.array(a, rows + summed), self.array(b, summed + columns))
        return Term([(code, 1, rows + columns)])

    def _stack(
        self, a: Term, b: Term, batch: Group, rows: Group, summed: Group, columns: Group, sizes: tuple[Dim, ...]
    ) -> Term:
        def stacked(term: Term, *groups: Group) -> Code:
            code = self.array(term, batch + groups[0] + groups[1])
            fused = [product([sizes[x] for x in group]) for group in groups]
            return self.codes.reshape(code, (*(sizes[x] for x in batch), *fused))

        code = self.codes.matmul(stacked(a, rows, summed), stacked(b, summed, columns))
        labels = batch + rows + columns
        return Term([(self.codes.reshape(code, tuple(sizes[x] for x in labels)), 1, labels)])

    def _tensordot(self, a: Term, b: Term, summed: Group, out: Group) -> Term:
        if out and out[0] in b.labels and out[0] not in a.labels:
            a, b = b, a
        left, right = self.array(a, a.labels), self.array(b, b.labels)
        axes = tuple(a.labels.index(x) for x in summed), tuple(b.labels.index(x) for x in summed)
        known = zip(a.labels + b.labels, left.shape + right.shape, strict=True)
        kept = [(x, d) for x, d in known if x not in summed]
        code = self.codes.make("tensordot", (left, right), axes, tuple(d for _, d in kept))
        return Term([(code, 1, tuple(x for x, _ in kept))])

    def _einsum(self, a: Term, b: Term, labels: Group, out: Group) -> Term:
        labels = tuple(sorted(labels, key=lambda x: out.index(x) if x in out else -1))
        left, right = self.array(a, a.labels), self.array(b, b.labels)
        known = dict(zip(a.labels + b.labels, left.shape + right.shape, strict=True))
        shape = tuple(known[x] for x in labels)
        names = {x: k for k, x in enumerate(dict.fromkeys(a.labels + b.labels))}
        data = tuple(tuple(names[x] for x in group) for group in (a.labels, b.labels, labels))
        return Term([(self.codes.make("einsum", (left, right), data, shape), 1, labels)])


def _apart(term: Term) -> list[Term]:
    """The factors of a term that have no label in common."""
    parts: list[Term] = []
    for part in term.parts:
        touched = [other for other in parts if not set(part[2]).isdisjoint(other.labels)]
        parts = [other for other in parts if other not in touched]
        parts.append(Term([part, *(own for other in touched for own in other.parts)]))
    return parts


def _divides(a: Term, b: Term) -> bool:
    return any(len(term.parts) == 1 and term.parts[0][1] < 0 for term in (a, b))


def _turn(a: Term, b: Term, rows: Group, columns: Group, out: Group) -> bool:
    """Whether b stands on the left of a: as the result wants it, else with the fewer transposes."""
    (i,), (j,) = rows, columns
    if i in out and j in out:
        return out.index(i) > out.index(j)
    if out and out[0] != out[-1]:
        if i == out[-1] or j == out[0]:
            return True
        if i == out[0] or j == out[-1]:
            return False
    straight = (not a.free and a.labels[0] != i) + (not b.free and b.labels[-1] != j)
    turned = (not a.free and a.labels[-1] != i) + (not b.free and b.labels[0] != j)
    return turned < straight
