"""The order in which a product over index labels is computed: cheap pairwise steps over whole arrays.

With every dimension taken to be equally large, the pair whose loop has the fewest labels goes first (so that
`A.T @ (A @ x)` never multiplies matrices) and a pair that the program has computed already costs nothing. Among
equals a pair that occurs twice goes first, because it is computed once, then one whose result has fewer axes,
then two copies of one array, whose product is symmetric, then one that needs no transpose.

Where sizes are known the order is that of `path`, by what a step costs.
"""

from __future__ import annotations

from heapq import heappop, heappush

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Group
from mcalc.targets.code.path import Pair, path
from mcalc.targets.code.term import Step, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.targets.code.plan import Planner


class Contraction:
    """One product while pairs of its terms are merged, cheapest first."""

    def __init__(self, planner: Planner, terms: list[Term], out: Group, sizes: tuple[Dim, ...]) -> None:
        self.planner, self.out, self.sizes = planner, out, sizes
        self.shown = frozenset(out)
        self.terms: dict[int, Term] = {}
        self.oldest: dict[int, int] = {}  # the place of the oldest array that a term is made of
        self.holders: dict[int, set[int]] = {}
        self.sides: dict[Step, tuple[set[int], set[int]]] = {}
        self.heap: list[tuple[int, bool, int, bool, bool, int, int, int]] = []
        self.count = 0
        pairs = [pair for term in terms for pair in self._enter(term, min(code.place for code, _, _ in term.parts))]
        # What a pair computes depends on the terms beside it: they have to be in before any is looked at.
        for signed in [self._signed(*pair) for pair in pairs]:
            self._push(*signed)

    def run(self) -> list[Term]:
        """Merge until no two terms share a label."""
        if self.planner.sizes:
            self._by_sizes()
        while self.heap:
            *_, i, j = heappop(self.heap)
            if i in self.terms and j in self.terms:
                self._step(i, j)
        return list(self.terms.values())

    def _step(self, i: int, j: int) -> int:
        """Merge a pair; the name of its product."""
        for pair in self._enter(self._merge(i, j), min(self.oldest[i], self.oldest[j])):
            self._push(*self._signed(*pair))
        return self.count - 1

    def _by_sizes(self) -> None:
        """Merge in the cheapest order; after each pair others may be found to have been computed already."""
        lengths = self.planner.lengths({x for term in self.terms.values() for x in term.labels}, self.sizes)
        ahead: list[Pair] = [(0, 0)]
        while ahead:
            names = sorted(self.terms, key=self.oldest.__getitem__)
            place = {name: k for k, name in enumerate(names)}
            known = {(min(place[i], place[j]), max(place[i], place[j])) for i, j in self._known()}
            steps = path([frozenset(self.terms[k].labels) for k in names], self.shown, lengths, known)
            ahead = [step for step in steps if step in known][:1] or steps
            for i, j in ahead:
                names.append(self._step(names[i], names[j]))
                if self._known():
                    break

    def _known(self) -> list[Pair]:
        """The pairs that have been computed already."""
        return [(i, j) for cost, *_, i, j in self.heap if not cost and i in self.terms and j in self.terms]

    def _enter(self, term: Term, oldest: int) -> list[tuple[int, int]]:
        """Take a term in; the pairs that it makes with others."""
        here = self.count
        self.count += 1
        self.terms[here] = term
        self.oldest[here] = oldest
        partners: set[int] = set()
        for x in term.labels:
            partners |= self.holders.setdefault(x, set())
            self.holders[x].add(here)
        return [(other, here) for other in sorted(partners)]

    def _kept(self, i: int, j: int) -> set[int]:
        """The labels of the pair that the result shows or other terms have."""
        labels = {*self.terms[i].labels, *self.terms[j].labels}
        return {x for x in labels if x in self.shown or not self.holders[x] <= {i, j}}

    def _key(self, i: int, j: int, kept: set[int]) -> tuple[Step, dict[int, int]]:
        """What the pair computes, and the names that the key gives its labels."""
        found: list[tuple[Step, dict[int, int]]] = []
        orders = [
            (i, j, False),
            (j, i, False),
            *((i, j, True),) * self.terms[i].free,
            *((j, i, True),) * self.terms[j].free,
        ]
        for a, b, turned in orders:
            names: dict[int, int] = {x: k for k, x in enumerate(self.terms[a].labels[::-1])} if turned else {}
            left, right = self.terms[a].key(names), self.terms[b].key(names)
            found.append(((left, right, tuple(sorted(names[x] for x in kept))), names))
        return min(found, key=lambda pair: pair[0])

    def _push(self, i: int, j: int, key: Step) -> None:
        left, right = self.sides[key]
        once = len(left) < 2 or len(right) < 2
        a, b = self.terms[i], self.terms[j]
        cost = 0 if key in self.planner.done else len({*a.labels, *b.labels})
        other = [code for code, _, _ in a.parts] != [code for code, _, _ in b.parts]
        kept = self._kept(i, j)
        turned = not (a.ends(kept) and b.starts(kept)) and not (b.ends(kept) and a.starts(kept))
        heappush(self.heap, (cost, once, len(kept), other, turned, -max(i, j), i, j))

    def _signed(self, i: int, j: int) -> tuple[int, int, Step]:
        """The pair and what it computes, which is noted so that a second such pair is seen."""
        key, _ = self._key(i, j, self._kept(i, j))
        left, right = self.sides.setdefault(key, (set(), set()))
        left.add(i)
        right.add(j)
        return i, j, key

    def _merge(self, i: int, j: int) -> Term:
        kept = self._kept(i, j)
        key, names = self._key(i, j, kept)
        a, b = self.terms.pop(i), self.terms.pop(j)
        for term, here in ((a, i), (b, j)):
            for x in term.labels:
                self.holders[x].discard(here)
        known = self.planner.done.get(key)
        if known is not None:
            code, labels = known
            back = {name: x for x, name in names.items()}
            return Term([(code, 1, tuple(back[k] for k in labels))])
        term = self.planner.pair(a, b, kept, self.out, self.sizes)
        if len(term.parts) == 1:
            code, _, labels = term.parts[0]
            self.planner.done[key] = code, tuple(names[x] for x in labels)
        return term
