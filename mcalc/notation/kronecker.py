"""Fused axes in matrix notation: a contraction over pairs of axes as Kronecker products, vec, diag and commutations.

What stands on a pair of fused axes is a matrix whose rows and columns are numbered by several labels, its slots.
Five ways to write one are tried, and the lightest is taken:

    apart     slots that no factor connects: kron(P, Q), and vec(P)@vec(Q).T where they are rows on one side only;
              slots that cross are brought into order by commutation(m, n) on one side
    vec       two slots on one side: vec(P)
    cut       labels S through which every path from the rows to the columns goes: L@diag(w)@R
    peel      factors of the rows alone, or of the columns alone: diag(w)@M
    beside    factors that share nothing but slots: the elementwise product of two matrices written likewise

Nothing here is an approximation: each way is the same array, and where none is found the caller writes `einsum`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations

from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import Contract, Expr, Factor, Group, contract, eye
from mcalc.algebra.walk import children
from mcalc.language.syntax import Matmul
from mcalc.notation import forms
from mcalc.notation.forms import Piece
from mcalc.notation.graph import diagonal_matrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    #: Factors multiplied over labels, those that nothing else has being summed; and the labels that are left.
    Part = tuple[tuple[Factor, ...], frozenset[int]]
    #: Rows, columns and factors of one matrix.
    Block = tuple[Group, Group, tuple[Part, ...]]
    #: Matrices whose product is meant.
    Links = tuple[Piece, ...]

#: More slots on a side, or more parts that no label connects, are not looked at.
MOST_SLOTS, MOST_BLOCKS, MOST_MOVES = 6, 5, 3


class Kronecker:
    """The reading of one contraction. `write` is the notation of what has no fused axes."""

    def __init__(self, write: Callable[[Expr], Piece], dim: Callable[[Dim], forms.Form], sizes: dict[int, Dim]) -> None:
        self.write = write
        self.dim = dim
        self.sizes = dict(sizes)
        self.found: dict[Block, Links | None] = {}

    def read(self, factors: Iterable[Factor], out: tuple[Group, ...]) -> Piece | None:
        """The contraction as a product of matrices (a vector, where `out` has one axis); None where there is none."""
        rows, columns = (*out, ())[:2]
        if max(len(rows), len(columns)) > MOST_SLOTS:
            return None
        links = self._block((rows, columns, _reduced(factors, {*rows, *columns})))
        return None if links is None else _product(links)

    def _block(self, block: Block) -> Links | None:
        if block not in self.found:
            self.found[block] = None  # asked again while it is being worked out: no way
            self.found[block] = self._read(self._distinct(block))
        return self.found[block]

    def _read(self, block: Block) -> Links | None:
        rows, columns, _ = block
        blocks = _connected(block)
        if len(blocks) == 1:
            return self._one(block)
        if len(blocks) > MOST_BLOCKS:
            return None
        found = [self._apart(rows, columns, blocks)]
        if rows and columns and all(not (r and c) for r, c, _ in blocks):
            left = self._block((rows, (), tuple(p for r, _, own in blocks if r for p in own)))
            right = self._block(((), columns, tuple(p for _, c, own in blocks if c for p in own)))
            found.append(None if left is None or right is None else (*left, *right))
        return _lightest(links for links in found if links is not None)

    def _distinct(self, block: Block) -> Block:
        """A label that a side has twice becomes two, with an identity between them."""
        rows, columns, parts = block
        sides = []
        for side in (rows, columns):
            held: list[int] = []
            for x in side:
                if x in held:
                    fresh = self._fresh(x)
                    parts = (*parts, (((eye(self.sizes[x]), 1, ((x,), (fresh,))),), frozenset((x, fresh))))
                    held.append(fresh)
                else:
                    held.append(x)
            sides.append(tuple(held))
        return sides[0], sides[1], parts

    def _fresh(self, label: int) -> int:
        fresh = max(self.sizes) + 1
        self.sizes[fresh] = self.sizes[label]
        return fresh

    # ------------------------------------------------------------ slots that nothing connects

    def _apart(self, rows: Group, columns: Group, blocks: list[Block]) -> Links | None:
        """kron of the blocks, in the order that needs the fewest commutations."""
        # Onto itself, as a Hessian: commutations stand in front. Else they stand before what they act on.
        in_front = [self.sizes[x] for x in rows] == [self.sizes[x] for x in columns]
        ways: dict[tuple[int, ...], list[tuple[list[Block], list[Piece], list[Piece]]]] = {}
        for order in permutations(blocks):
            before = self._moves(rows, tuple(x for b in order for x in b[0]))
            after = self._moves(tuple(x for b in order for x in b[1]), columns)
            if before is not None and after is not None:
                taken = _together(order)
                lone = sum(bool(p) and not (r and c) for r, c, p in taken)
                cost = (lone, len(before) + len(after), len(after if in_front else before), len(taken))
                ways.setdefault(cost, []).append((taken, before, after))
        found: list[Links] = []
        for taken, before, after in ways[min(ways)] if ways else ():
            whole = self._kron(taken)
            if whole is not None:
                alike = len(taken) == 1 and not taken[0][2] and rows and columns
                found.append((*before, *(() if alike and (before or after) else (whole,)), *after))
        return _lightest(found)

    def _kron(self, blocks: list[Block]) -> Piece | None:
        """The Kronecker product of blocks."""
        pieces: list[Piece] = []
        for rows, columns, parts in blocks:
            if not parts:
                pieces.append(self._bare(rows, columns))
            elif (links := self._block((rows, columns, parts))) is not None:
                pieces.append(_product(links))
            else:
                return None
        whole = pieces[0]
        for piece in pieces[1:]:
            whole = _kron(whole, piece)
        return whole

    def _plain(self, rows: Group, columns: Group) -> bool:
        return len(rows) <= 1 and len(columns) <= 1

    def _bare(self, rows: Group, columns: Group) -> Piece:
        """An identity, or ones, over labels taken together."""
        sizes = [self.dim(product([self.sizes[x] for x in side])) for side in (rows, columns) if side]
        if rows == columns:
            form = forms.call("eye", sizes[:1])
            return Piece(form, form)
        if len(sizes) == 2:
            return Piece(forms.call("ones", sizes), forms.call("ones", sizes[::-1]))
        piece = forms.upright(forms.call("ones", sizes))
        return piece if rows else piece.T

    def _moves(self, source: Group, target: Group) -> list[Piece] | None:
        """The permutations of rows in the order `source` and columns in the order `target`, as commutations."""
        queue: list[tuple[Group, list[Piece]]] = [(source, [])]
        seen = {source}
        for order, moves in queue:
            if order == target:
                return moves
            if len(moves) == MOST_MOVES:
                return None
            for start, middle, stop in combinations(range(len(order) + 1), 3):
                a, b = order[start:middle], order[middle:stop]
                moved = order[:start] + b + a + order[stop:]
                if moved not in seen:
                    seen.add(moved)
                    queue.append((moved, [*moves, self._commutation(order[:start], a, b, order[stop:])]))
        return None

    def _commutation(self, before: Group, a: Group, b: Group, after: Group) -> Piece:
        m, n = (self.dim(product([self.sizes[x] for x in side])) for side in (a, b))
        piece = Piece(forms.call("commutation", [m, n]), forms.call("commutation", [n, m]))
        if before:
            piece = _kron(self._bare(before, before), piece)
        return _kron(piece, self._bare(after, after)) if after else piece

    # ------------------------------------------------------------ one connected block

    def _one(self, block: Block) -> Links | None:
        rows, columns, parts = block
        if self._plain(rows, columns):
            return (self._matrix(rows, columns, parts),)
        if not rows:
            turned = self._block((columns, (), parts))
            return None if turned is None else tuple(p.T for p in reversed(turned))
        whole = self._contract(parts, (rows, columns) if columns else (rows,))
        if not any(isinstance(n, Contract) and any(len(g) > 1 for g in n.out) for n in (whole, *children(whole))):
            return (self.write(whole),)
        if len(rows) == 2 and not columns:
            first, second = rows
            matrix = self.write(self._contract(parts, ((second,), (first,))))
            return (forms.upright(forms.call("vec", [matrix.plain])),)
        return _lightest(self._cuts(block)) or _lightest([*self._peeled(block), *self._beside(block)])

    def _contract(self, parts: Iterable[Part], out: tuple[Group, ...]) -> Expr:
        shown = {x for group in out for x in group}
        return contract([f for factors, _ in parts for f in factors], out, {x: self.sizes[x] for x in shown})

    def _matrix(self, rows: Group, columns: Group, parts: Sequence[Part]) -> Piece:
        """A block with at most one slot on each side."""
        piece = self.write(self._contract(parts, tuple(side for side in (rows, columns) if side)))
        return piece if rows else piece.T

    def _cuts(self, block: Block) -> Iterator[Links]:
        rows, columns, parts = block
        labels = sorted({x for _, held in parts for x in held})
        through = set(rows) & set(columns)
        sets: list[Group] = [(x,) for x in labels]
        sets += [pair for two in combinations(labels, 2) for pair in permutations(two)]
        sets += [side for side in (rows, columns) if len(side) > 2]
        for cut in sets:
            sides = _sides(rows, columns, parts, cut) if through <= set(cut) else None
            if sides is None:
                continue
            before, within, after = sides
            if len(parts) in (len(before), len(after)) or (set(cut) == set(rows) and cut != rows):
                continue
            if not set(cut) <= _labels(before).union(rows) & _labels(after).union(columns):
                continue  # ones would have to stand for what one side does not hold
            links: list[Piece] = []
            for one in ((rows, cut, before), (cut, (), within), (cut, columns, after)):
                if (one[0] == one[1] or not one[1]) and not one[2]:
                    continue
                found = self._block(one)
                if found is None:
                    break
                links += found if one[1] else (diagonal_matrix(_product(found)),)
            else:
                yield tuple(links)

    def _peeled(self, block: Block) -> Iterator[Links]:
        rows, columns, parts = block
        of_rows = tuple(p for p in parts if p[1] <= set(rows) and len(rows) > 1)
        of_columns = tuple(p for p in parts if p not in of_rows and p[1] <= set(columns) and len(columns) > 1)
        if not of_rows and not of_columns:
            return
        middle = tuple(p for p in parts if p not in of_rows and p not in of_columns)
        links = self._block((rows, columns, middle))
        ends = [self._block((side, (), own)) if own else () for side, own in ((rows, of_rows), (columns, of_columns))]
        if links is not None and ends[0] is not None and ends[1] is not None:
            left, right = ((diagonal_matrix(_product(end)),) if end else () for end in ends)
            yield (*left, *links, *right)

    def _beside(self, block: Block) -> Iterator[Links]:
        rows, columns, parts = block
        slots = {*rows, *columns}
        groups = _groups(parts, slots)
        for group in groups if len(groups) > 1 else ():
            rest = tuple(p for p in parts if p not in group)
            mine = {x for _, held in group for x in held}
            # What this factor does not touch it need not tie together: the other does.
            apart = tuple(self._fresh(x) if x in rows and x not in mine else x for x in columns)
            one, other = self._block((rows, apart, group)), self._block((rows, columns, rest))
            if one is not None and other is not None:
                yield (_beside(_product(one), _product(other)),)


def gathered(terms: list[tuple[int, Piece]], rows: forms.Form, columns: forms.Form) -> Piece:
    """A sum of matrices, what all its terms begin or end with written once; `rows` and `columns` are identities.

    It stands as it is, and so does its transpose: outer transposes go to the factors, where a textbook has them.
    """
    turned = [(sign, piece.turned) for sign, piece in terms]
    return Piece(_gathered([(s, p.plain) for s, p in terms], rows, columns), _gathered(turned, columns, rows))


def _gathered(terms: list[tuple[int, forms.Form]], rows: forms.Form, columns: forms.Form) -> forms.Form:
    whole = forms.terms(terms)
    links = [_links(form) for _, form in terms]
    options = [whole]
    for end, same in ((0, columns), (-1, rows)):
        shared = links[0][end]
        if all(own[end].syntax == shared.syntax for own in links):
            rest = [own[1:] if end == 0 else own[:-1] for own in links]
            parts = [forms.row_of(own) if own else same for own in rest]
            inner = forms.terms([(sign, part) for (sign, _), part in zip(terms, parts, strict=True)])
            options.append(forms.row_of([shared, inner] if end == 0 else [inner, shared]))
    return forms.lighter(*options)


def _links(form: forms.Form) -> list[forms.Form]:
    """The matrices of a product."""
    if not isinstance(form.syntax, Matmul):
        return [form]
    pairs = zip(form.syntax.items, form.links, strict=True)
    return [forms.Form(item, forms.level_of(item), weight) for item, weight in pairs]


def _product(links: Sequence[Piece]) -> Piece:
    """The product of matrices; a transpose stays with the factors, where a textbook has it."""
    return Piece(forms.row_of([p.plain for p in links]), forms.row_of([p.turned for p in reversed(links)]))


def _kron(left: Piece, right: Piece) -> Piece:
    return Piece(forms.call("kron", [left.plain, right.plain]), forms.call("kron", [left.turned, right.turned]))


def _beside(one: Piece, other: Piece) -> Piece:
    plain = forms.quotient([(one.plain, ".*"), (other.plain, ".*")], ())
    return Piece(plain, forms.quotient([(one.turned, ".*"), (other.turned, ".*")], ()))


def _lightest(found: Iterable[Links]) -> Links | None:
    return min(found, key=lambda links: _product(links).plain.weight, default=None)


def _labels(parts: Iterable[Part]) -> frozenset[int]:
    return frozenset(x for _, labels in parts for x in labels)


def _together(blocks: Iterable[Block]) -> list[Block]:
    """Blocks side by side, neighbours taken together: identities, ones, and a column beside a row."""
    found: list[Block] = []
    for block in blocks:
        rows, columns, parts = block
        if found:
            last = found[-1]
            alike = [rows == columns, bool(rows), bool(columns)] == [last[0] == last[1], *map(bool, last[:2])]
            lone = {len(rows), len(columns)} == {len(last[0]), len(last[1])} == {0, 1}
            if (alike and not parts and not last[2]) or (lone and bool(rows) != bool(last[0])):
                found[-1] = (last[0] + rows, last[1] + columns, last[2] + parts)
                continue
        found.append(block)
    return found


def _reduced(factors: Iterable[Factor], slots: set[int]) -> tuple[Part, ...]:
    """The factors in parts: what a summed label joins to a vector or a matrix is one part."""
    parts: list[Part] = [(((b, e, axes),), frozenset(x for g in axes for x in g)) for b, e, axes in factors]
    at: dict[int, set[int]] = {}
    for k, (_, labels) in enumerate(parts):
        for x in labels - slots:
            at.setdefault(x, set()).add(k)
    queue = sorted(at)
    while queue:
        label = queue.pop()
        touching = sorted(at.get(label, ()))
        left = frozenset[int]().union(*(parts[k][1] for k in touching)) - {label}
        if not touching or len(left) > 2:
            continue
        parts.append((tuple(f for k in touching for f in parts[k][0]), left))
        for k in touching:
            for x in parts[k][1] - slots:
                at[x].discard(k)
        for x in left - slots:
            at[x].add(len(parts) - 1)
            queue.append(x)
        for k in touching:
            parts[k] = ((), frozenset())
    merged: dict[frozenset[int], tuple[Factor, ...]] = {}
    for inner, labels in parts:
        if inner:
            merged[labels] = merged.get(labels, ()) + inner
    return tuple((inner, labels) for labels, inner in merged.items())


def _groups(parts: Iterable[Part], apart: set[int]) -> list[tuple[Part, ...]]:
    """Parts that are connected by labels other than these."""
    groups: list[tuple[list[Part], set[int]]] = []
    for part in parts:
        inner = part[1] - apart
        mine = [g for g in groups if g[1] & inner]
        groups = [g for g in groups if not g[1] & inner]
        groups.append(([*(p for g in mine for p in g[0]), part], set(inner).union(*(g[1] for g in mine))))
    return [tuple(found) for found, _ in groups]


def _connected(block: Block) -> list[Block]:
    """The blocks that share no label, in the order of their first slots."""
    rows, columns, parts = block
    blocks: list[Block] = []
    groups = _groups(parts, set())
    held = {x for _, labels in parts for x in labels}
    sets = [({x for _, labels in group for x in labels}, group) for group in groups]
    sets += [({x}, ()) for x in dict.fromkeys((*rows, *columns)) if x not in held]
    for labels, group in sets:
        blocks.append((tuple(x for x in rows if x in labels), tuple(x for x in columns if x in labels), group))
    slots = (*rows, *columns)
    return sorted(blocks, key=lambda b: slots.index((*b[0], *b[1])[0]))


def _sides(
    rows: Group, columns: Group, parts: Sequence[Part], cut: Group
) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]] | None:
    """The parts before the cut, within it and after it; None where it does not cut rows from columns."""
    before: list[Part] = []
    within: list[Part] = []
    after: list[Part] = []
    for group in _groups(parts, set(cut)):
        labels = {x for _, held in group for x in held} - set(cut)
        at_rows, at_columns = not labels.isdisjoint(rows), not labels.isdisjoint(columns)
        if at_rows and at_columns:
            return None
        (before if at_rows else after if at_columns else within).extend(group)
    return tuple(before), tuple(within), tuple(after)
