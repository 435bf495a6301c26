"""Contractions as notation: scalars in front, divisors below, and between them what the graph of labels reduces to."""

from __future__ import annotations

from collections import Counter

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Rational,
    magnitude,
    ones,
)
from mcalc.language.syntax import Call, Num, Product, Text
from mcalc.notation import entries, forms
from mcalc.notation.forms import Form, Piece
from mcalc.notation.graph import Graph, diagonal_matrix, scalar
from mcalc.notation.kronecker import Kronecker
from mcalc.notation.scalars import Scalars
from mcalc.notation.vecs import unvec, with_vecs

LETTERS = "ijklmnopqrstuvwxyzabcdefgh"


class Products(Scalars):
    """The part of `Notation` that writes contractions. It asks the whole for the pieces of factors."""

    products: set[frozenset[Expr]]
    contractions: dict[tuple[Contract, Rational], Piece]
    cores: dict[object, Piece]

    def _prefer(self, piece: Piece, node: Expr) -> Piece:
        """The user's own call, unless our spelling has fewer tokens."""
        raise NotImplementedError

    def _contraction(self, node: Contract, c: Rational = 1) -> Piece:
        """Scalars in front, divisors below, the indexed factors between them."""
        found = self.contractions.get((node, c))
        if found is None:
            found = self.contractions[node, c] = self._product(node, c)
        return found

    def _product(self, node: Contract, c: Rational) -> Piece:
        if entries.selects(node):
            found = entries.entry(node)
            if found is not None:
                return self._entry(c, *found)
            node = entries.opened(node)
        node = with_vecs(node)
        indexed = [f for f in node.factors if f[2]]
        if not node.out and indexed:
            return self._connected(node, *self.front(c, []))
        over, under = self.front(c, [(base, e) for base, e, axes in node.factors if not axes])
        if not node.out:
            whole = forms.quotient([(f, "*") for f in over], under)
            return Piece(whole, whole)
        core = self._core(indexed, node.out, node.sizes, node)
        if not over and not under:
            return core
        if over and (shared := _over_one(forms.quotient([(f, "*") for f in over], []), core)) is not None:
            over, core = [], shared
        plain = forms.quotient([*((f, "*") for f in over), (core.plain, "*")], under)
        turned = forms.quotient([*((f, "*") for f in over), (core.turned, "*")], under)
        return Piece(plain, turned)

    def _entry(self, c: Rational, base: Expr, places: entries.Places, turned: bool) -> Piece:
        """An entry or a range of an array."""
        form = entries.bracketed(self.piece(base), base.shape, places, self._dim)
        piece = forms.upright(form, sum(p is None or p[1] is not None for p in places) == 0)
        over, under = self.front(c, [])
        if over or under:
            plain = forms.quotient([*((f, "*") for f in over), (piece.plain, "*")], under)
            other = forms.quotient([*((f, "*") for f in over), (piece.turned, "*")], under)
            piece = Piece(plain, other)
        return piece.T if turned else piece

    def _connected(self, node: Contract, over: list[Form], under: list[Form]) -> Piece:
        """A connected scalar, with a rational in front."""
        form = self._reduced_scalar(node)
        if over or under:
            form = forms.quotient([*((f, "*") for f in over), (form, "*")], under)
        return Piece(form, form)

    def _reduced_scalar(self, node: Contract) -> Form:
        found: list[Form] = []
        if (inner := self._root(node)) is not None:
            found.append(forms.raised(forms.call("norm", [inner]), forms.numeral(2), False))
        if len(node.factors) == 1:
            base, exponent, axes = node.factors[0]
            labels = [x for g in axes for x in g]
            if len(set(labels)) == len(labels):
                found.append(self._total(base, exponent))
        graph = self.graph(node.factors, set(), node.sizes)
        if graph is not None and (form := scalar(graph)) is not None:
            found.append(form)
        if not found:
            return self._einsum(node.factors, (), node.sizes)
        return forms.lighter(*found)

    def _total(self, base: Expr, exponent: Rational) -> Form:
        piece = self.piece(base) if exponent == 1 else self.raised(base, exponent)
        argument = forms.lighter(piece.plain, piece.turned) if base.rank == 2 else piece.plain
        if isinstance(base, Apply) and base.op.name == "abs" and exponent == 1:
            inner = self.piece(base.args[0])
            return forms.call("norm1", [inner.plain])
        return forms.call("sum", [argument])

    # ------------------------------------------------------------ the graph

    def graph(
        self, factors: tuple[Factor, ...] | list[Factor], shown: set[int], sizes: tuple[Dim, ...]
    ) -> Graph | None:
        """The factors as vertices and edges; None where one has more than two axes or fused ones.

        A vector whose axis is that of a vec is the matrix of which it is the vec, unless nothing else has that axis.
        """
        held: Counter[int] | None = None
        graph = Graph(shown, lambda label: self._ones(sizes[label]), self._known)
        for base, exponent, axes in factors:
            if len(axes) == 1 and len(axes[0]) == 2:
                column, row = axes[0]
                held = held or Counter(x for _, _, axes in factors for group in axes for x in group)
                if held[column] == held[row] == 1 and shown.isdisjoint(axes[0]):
                    graph.weigh(column, self.raised(base, magnitude(exponent)), exponent < 0)
                    continue
                lengths = [self._dim(sizes[x]) for x in (row, column)]
                piece = forms.upright(forms.call("unvec", [self.raised(base, magnitude(exponent)).plain, *lengths]))
                graph.join(row, column, piece, exponent < 0)
                continue
            labels = [g[0] for g in axes if len(g) == 1]
            if len(axes) > 2 or len(labels) < len(axes):
                return None
            if len(labels) == 1 and exponent == 2 and not shown:
                graph.weigh(labels[0], self.piece(base), False)
                exponent = 1
            piece = self.raised(base, magnitude(exponent))
            if len(labels) == 1:
                graph.weigh(labels[0], piece, exponent < 0)
            else:
                graph.join(labels[0], labels[1], piece, exponent < 0)
        return graph

    def _known(self, piece: Piece) -> Piece:
        """The piece in the user's own words, where its value has a name or stands in the input."""
        if not self.products or piece.parts not in self.products or (value := piece.value) is None:
            return piece
        if value in self.names:
            return self.piece(value)
        if value in self.turned_names:
            return self.piece(value.T).T
        if value in self.said:
            theirs = self._prefer(piece, value)
            return Piece(theirs.plain, theirs.turned, value)
        return piece

    def _ones(self, d: Dim) -> Piece:
        form = forms.call("ones", [self._dim(d)])
        return Piece(form, forms.turn(form)).made([], lambda: ones((d,)))

    def _dim(self, d: Dim) -> Form:
        from mcalc.algebra.expr import size

        return self.piece(size(d)).plain

    def _core(self, factors: list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...], node: Expr) -> Piece:
        """The indexed factors as a vector or matrix."""
        key = tuple(factors), out, sizes
        found = self.cores.get(key)
        if found is None:
            found = self.cores[key] = self._reduced(factors, out, sizes, node)
        return found

    def _reduced(self, factors: list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...], node: Expr) -> Piece:
        if len(out) > 2:
            form = self._einsum(factors, out, sizes)
            return Piece(form, form)
        if is_fused(node):
            return self._fused(factors, out, sizes)
        if isinstance(node, Contract) and (column := unvec(node)) is not None:
            vector, by_rows = column
            lengths = [self._dim(d) for d in (node.shape[::-1] if by_rows else node.shape)]
            piece = forms.upright(forms.call("unvec", [self._contraction(vector).plain, *lengths]))
            return piece.T if by_rows else piece
        shown = [group[0] for group in out]
        graph = self.graph(factors, set(shown), sizes)
        if graph is not None:
            graph.reduce()
            if graph.vertices <= set(shown):  # and between two no more than one edge, since parallel ones are merged
                return self._finish(graph, shown, sizes)
        form = self._einsum(factors, out, sizes)
        return forms.upright(form)

    def _finish(self, graph: Graph, shown: list[int], sizes: tuple[Dim, ...]) -> Piece:
        if len(shown) == 1:
            return graph.weight(shown[0]) or self._ones(sizes[shown[0]])
        row, column = shown
        if row == column:
            weight = graph.weight(row)
            if weight is None:
                form = forms.call("eye", [self._dim(sizes[row])])
                return Piece(form, form)
            return diagonal_matrix(weight)
        left, right = graph.weight(row), graph.weight(column)
        if not graph.edges:
            if left is None and right is None:
                plain = forms.call("ones", [self._dim(sizes[row]), self._dim(sizes[column])])
                return Piece(plain, forms.call("ones", [self._dim(sizes[column]), self._dim(sizes[row])]))
            return graph.product([left or self._ones(sizes[row]), (right or self._ones(sizes[column])).T])
        (edge,) = graph.edges
        links = [
            *([diagonal_matrix(left)] if left else []),
            graph.along(edge.towards(column)),
            *([diagonal_matrix(right)] if right else []),
        ]
        return graph.product(links)

    def _fused(self, factors: list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...]) -> Piece:
        """Fused axes: Kronecker products, vec, diag and commutations."""
        reading = Kronecker(self.piece, self._dim, dict(enumerate(sizes)))
        found = reading.read(factors, out)
        return forms.upright(self._einsum(factors, out, sizes)) if found is None else found

    def _einsum(
        self, factors: tuple[Factor, ...] | list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...]
    ) -> Form:
        """`einsum('ij,kl->ijkl', A, B)`, summed vertices reduced first where that works."""
        shown = {x for g in out for x in g}
        operands: list[tuple[Form, tuple[Group, ...]]] = []
        graph = self.graph(factors, shown, sizes)
        if graph is not None:
            graph.reduce()
            for edge in graph.edges:
                piece, ends = graph.along(edge), ((edge.start,), (edge.end,))
                turned = piece.turned.weight < piece.plain.weight  # the letters say which axis is which
                operands.append((piece.turned, ends[::-1]) if turned else (piece.plain, ends))
            for vertex in sorted(graph.vertices):
                vector = graph.weight(vertex)
                if vector is not None:
                    operands.append((vector.plain, ((vertex,),)))
        else:
            for base, exponent, axes in factors:
                form = self.raised(base, magnitude(exponent)).plain
                operands.append((form if exponent > 0 else forms.quotient([], [form], "."), axes))
        if len(operands) == 1 and operands[0][1] == out and len(set(out)) == len(out):
            return operands[0][0]
        held = {x for _, axes in operands for g in axes for x in g}
        told = {g[0] for _, axes in operands for g in axes if len(g) == 1}
        # Of the labels of a fused axis one size may follow from that of the axis.
        for group in [g for _, axes in operands for g in axes if len(g) > 1]:
            unknown = [x for x in dict.fromkeys(group) if x not in told]
            held -= set(unknown if unknown and group.count(unknown[-1]) > 1 else unknown[:-1])
            told.update(unknown)
        for label in sorted((shown | told) - held):
            operands.append((self._ones(sizes[label]).plain, ((label,),)))
        order = list(dict.fromkeys(x for g in out for x in g))
        order += [x for _, axes in operands for g in axes for x in g if x not in order]
        letter = {x: LETTERS[k] for k, x in enumerate(dict.fromkeys(order))}

        def spell(groups: tuple[Group, ...]) -> str:
            return "".join(letter[g[0]] if len(g) == 1 else "(" + "".join(letter[x] for x in g) + ")" for g in groups)

        operands.sort(key=lambda o: [order.index(x) for g in o[1] for x in g])
        string = ",".join(spell(axes) for _, axes in operands) + "->" + spell(out)
        text = Form(Text(string), forms.ATOM, forms.TOKEN)
        weight = 2 * forms.TOKEN + sum(f.weight for f, _ in operands)
        return Form(Call("einsum", (text.syntax, *(f.syntax for f, _ in operands))), forms.ATOM, weight)


def _over_one(scalar: Form, core: Piece) -> Piece | None:
    """A scalar times 1./x: the scalar stands in place of the 1."""
    match core.plain.syntax, core.turned.syntax:
        case Product((Num("1"), *_)), Product((Num("1"), *_)):
            pass
        case _:
            return None

    def put(form: Form) -> Form:
        assert isinstance(form.syntax, Product)
        under, operators = form.syntax.items[1:], form.syntax.operators
        weight = form.weight - forms.TOKEN + scalar.inside(forms.PRODUCT)
        if isinstance(scalar.syntax, Product):
            whole = Product((*scalar.syntax.items, *under), (*scalar.syntax.operators, *operators))
        else:
            whole = Product((scalar.syntax, *under), operators)
        return Form(whole, forms.PRODUCT, weight, max(form.depth, scalar.depth))

    return Piece(put(core.plain), put(core.turned))


def is_fused(node: Expr) -> bool:
    """Whether an axis of the node holds several labels, as kron and vec make them."""
    return isinstance(node, Contract) and max(map(len, node.out), default=0) > 1
