"""Fused axes in matrix notation: a contraction over pairs of axes as Kronecker products, vec, diag and commutations.

What stands on a pair of fused axes is a matrix whose rows and columns are numbered by several labels, its slots.
Five ways to write one are tried, and the lightest is taken:

    apart     slots that no factor connects: kron(P, Q), and vec(P)@vec(Q).T where they are rows on one side only;
              slots that cross are brought into order by commutation(m, n) on one side
    vec       two slots on one side: vec(P), or what is done to a vector with two: P@x
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
from mcalc.language.syntax import Matmul
from mcalc.notation import forms
from mcalc.notation.blocks import connected, groups_of, labels_of, reduced, sides_of, swaps, together
from mcalc.notation.forms import Piece
from mcalc.notation.graph import diagonal_matrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mcalc.notation.blocks import Block, Part

    #: Matrices whose product is meant.
    Links = tuple[Piece, ...]

#: More slots on a side, or more parts that no label connects, are not looked at.
MOST_SLOTS, MOST_BLOCKS = 6, 5


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
        links = self._block((rows, columns, reduced(factors, {*rows, *columns})))
        return None if links is None else _product(links)

    def _block(self, block: Block) -> Links | None:
        if block not in self.found:
            self.found[block] = None  # asked again while it is being worked out: no way
            self.found[block] = self._read(self._distinct(block))
        return self.found[block]

    def _read(self, block: Block) -> Links | None:
        rows, columns, _ = block
        blocks = connected(block)
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
        ways: dict[tuple[int, ...], list[tuple[list[Block], tuple[Group, Group], tuple[Group, Group]]]] = {}
        for order in permutations(blocks):
            before = rows, tuple(x for b in order for x in b[0])
            after = tuple(x for b in order for x in b[1]), columns
            moves, more = len(swaps(*before)), len(swaps(*after))
            taken = together(order)
            lone = sum(bool(p) and not (r and c) for r, c, p in taken)
            cost = (lone, moves + more, more if in_front else moves, len(taken))
            ways.setdefault(cost, []).append((taken, before, after))
        found: list[Links] = []
        for taken, before, after in ways[min(ways)]:
            whole = self._kron(taken)
            if whole is not None:
                left, right = [*self._commutations(*before)], [*self._commutations(*after)]
                alike = len(taken) == 1 and not taken[0][2] and rows and columns
                found.append((*left, *(() if alike and (left or right) else (whole,)), *right))
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

    def _commutations(self, source: Group, target: Group) -> Iterator[Piece]:
        """The permutation of rows in the order `source` and columns in the order `target`, as commutations."""
        for start, middle, stop in swaps(source, target):
            a, b = source[start:middle], source[middle:stop]
            yield self._commutation(source[:start], a, b, source[stop:])
            source = source[:start] + b + a + source[stop:]

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
        if not any(isinstance(n, Contract) and any(len(g) > 1 for g in n.out) for n in (whole, *whole.children)):
            return (self.write(whole),)
        if len(rows) == 2 and not columns:
            first, second = rows
            matrix = self.write(self._contract(parts, ((second,), (first,))))
            return _lightest([(forms.upright(forms.call("vec", [matrix.plain])),), *self._onto_vectors(block)])
        return _lightest(self._cuts(block)) or _lightest([*self._peeled(block), *self._beside(block)])

    def _contract(self, parts: Iterable[Part], out: tuple[Group, ...]) -> Expr:
        factors = [f for own, _ in parts for f in own]
        labels = {x for axes in (out, *(axes for _, _, axes in factors)) for group in axes for x in group}
        return contract(factors, out, {x: self.sizes[x] for x in labels})

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
            sides = sides_of(rows, columns, parts, cut) if through <= set(cut) else None
            if sides is None:
                continue
            before, within, after = sides
            if len(parts) in (len(before), len(after)) or (set(cut) == set(rows) and cut != rows):
                continue
            if not set(cut) <= labels_of(before).union(rows) & labels_of(after).union(columns):
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

    def _onto_vectors(self, block: Block) -> Iterator[Links]:
        """The rows as a matrix times a vector whose axis is fused: kron(A, B)@x rather than vec(B@unvec(x)@A.T)."""
        rows, _, parts = block
        factors = [f for own, _ in parts for f in own]
        for k, (base, exponent, axes) in enumerate(factors):
            if len(axes) == 1 and len(axes[0]) > 1 and set(axes[0]).isdisjoint(rows):
                rest = reduced([*factors[:k], *factors[k + 1 :]], {*rows, *axes[0]})
                if (links := self._block((rows, axes[0], rest))) is not None:
                    yield (*links, self.write(contract([(base, exponent, ((0,),))], ((0,),))))

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
        groups = groups_of(parts, slots)
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
