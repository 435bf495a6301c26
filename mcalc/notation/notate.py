"""An expression as a professor would write it: nodes to pieces of notation, children first.

What the user wrote himself comes back in his words: `said` maps nodes of the input to the calls they are.
What has more than two axes prints as `einsum`, never refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Size,
    Sum,
    Symbol,
    Term,
    add,
    contract,
    intern_contraction,
    magnitude,
    ones,
    postorder,
    ratio,
    scale,
)
from mcalc.algebra.traits import uniform
from mcalc.language.lower import Said
from mcalc.language.syntax import Call, Product, Syntax, Text
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece
from mcalc.notation.graph import Graph, diagonal_matrix, scalar
from mcalc.notation.kronecker import Kronecker, gathered

LETTERS = "ijklmnopqrstuvwxyzabcdefgh"


class Notation:
    """Writes expressions, remembering each node's piece.

    `said`: calls that the input makes, used where they are no longer than ours.
    `names`: nodes that have a name, used wherever the value appears, also inside products.
    `sums`: differences as the input has them, which decides between x - y and y - x where both would do.
    """

    def __init__(
        self,
        said: Mapping[Expr, Said] | None = None,
        names: Mapping[Expr, str] | None = None,
        sums: Iterable[Expr] = (),
    ) -> None:
        self.sums = frozenset(sums)
        self.said = dict(said or {})
        self.names = dict(names or {})
        self.pieces: dict[Expr, Piece] = {}
        self.products = {_parts(n) for n in (*self.said, *self.names)} - {forms.NOTHING}
        self.collected: dict[Expr, Expr] = {}  # the lightest grouping of sums, as far as it is known
        for node in self.names:
            if node.rank == 2 and node.T not in self.names:
                self.pieces[node.T] = self.piece(node).T

    def piece(self, node: Expr) -> Piece:
        """The notation of a node of at most two axes (of an `einsum` call where it has more)."""
        found = self.pieces.get(node)
        if found is None:
            for inner in postorder(node, lambda n: n not in self.pieces):
                self.pieces[inner] = self._make(inner)
            found = self.pieces[node]
        return found

    def weight(self, node: Expr) -> int:
        """What a reader pays for the node."""
        return self.piece(node).plain.weight

    def syntax(self, node: Expr) -> Syntax:
        """The node as surface syntax."""
        return self.piece(node).plain.syntax

    def call(self, node: Expr, name: str) -> None:
        """Let a node have a name from here on."""
        self.names[node] = name
        self.products.add(_parts(node))
        self.products.discard(forms.NOTHING)
        self.pieces[node] = self._make(node)

    # ------------------------------------------------------------ nodes

    def _make(self, node: Expr) -> Piece:
        if node in self.names:
            piece = forms.upright(forms.name(self.names[node]), node.rank == 0 or node.symmetric)
        else:
            piece = self._spell(node)
            if node in self.said and not isinstance(node, (Symbol, Size, Number)):
                piece = self._prefer(piece, node)
        return Piece(piece.plain, piece.turned, _parts(node) or frozenset((node,)), lambda: node)

    def _prefer(self, piece: Piece, node: Expr) -> Piece:
        """The user's own call, unless our spelling has fewer tokens."""
        name, args, options = self.said[node]
        call = forms.call(name, [self.piece(a).plain for a in args])
        theirs = Form(
            Call(name, tuple(self.piece(a).plain.syntax for a in args), options),
            forms.ATOM,
            call.weight + 2 * forms.TOKEN * len(options),
        )
        if theirs.weight // forms.TOKEN > piece.plain.weight // forms.TOKEN:
            return piece
        return forms.upright(theirs, node.rank == 0 or node.symmetric)

    def _spell(self, node: Expr) -> Piece:
        match node:
            case Symbol(name) | Size(name):
                return forms.upright(forms.name(name), node.rank == 0 or node.symmetric)
            case Number(value):
                form = number(value)
                return Piece(form, form)
            case Apply():
                return self._apply(node)
            case Contract():
                sign, worded = self._worded(node)
                piece = self._contraction(worded)
                return piece if sign > 0 else _negative(piece)
            case Sum():
                return self._sum(node)
        raise AssertionError(node)

    def _apply(self, node: Apply) -> Piece:
        op, args = node.op, [self.piece(a) for a in node.args]
        if not args:
            return forms.upright(forms.name(op.name), True)
        if op.name == "pow" and (exponent := uniform(node.args[1])) is not None:
            plain = forms.raised(args[0].plain, self.piece(exponent).plain, node.rank > 0)
            turned = forms.raised(args[0].turned, self.piece(exponent).plain, True)
            return forms.balanced(plain, turned) if node.rank == 2 else forms.upright(plain, not node.rank)
        if op.batch(node.args) and all(a.rank <= 2 for a in node.args):
            return forms.upright(forms.call(op.name, [a.plain for a in args], axis=1), not node.rank)
        plain = forms.call(op.name, [a.plain for a in args])
        if node.rank < 2 and op.turns != "same":
            return forms.upright(plain, node.rank == 0)
        if node.symmetric:
            return Piece(plain, plain)
        if op.turns and len(args) == 1:
            turned = forms.call(op.name, [args[0].turned])
            if op.turns == "same":
                best = forms.lighter(plain, turned)
                return Piece(best, best)
            return forms.balanced(plain, turned)
        return forms.upright(plain)

    # ------------------------------------------------------------ sums

    def _sum(self, node: Sum) -> Piece:
        if not node.terms:
            return self._zero(node)
        if len(node.terms) == 1:
            sign, piece = self.term(*node.terms[0], lone=True)
            return piece if sign > 0 else _negative(piece)
        parts = self._multiples(node)
        parts.sort(key=lambda part: part[0])
        lead = next((k for k, part in enumerate(parts) if part[1] > 0), 0)
        parts.insert(0, parts.pop(lead))
        if node.rank == 2 and any(_is_fused(n) for _, n in node.terms):
            sizes = [self._dim(d) for d in node.shape]
            return gathered([(sign, piece) for _, sign, piece in parts], *(forms.call("eye", [d]) for d in sizes))
        plain = forms.terms([(sign, piece.plain) for _, sign, piece in parts])
        if node.rank < 2 or node.symmetric:
            return forms.upright(plain, node.rank != 1)
        return forms.balanced(plain, forms.terms([(sign, piece.turned) for _, sign, piece in parts]))

    def _multiples(self, node: Sum) -> list[tuple[tuple[object, ...], int, Piece]]:
        """The terms, those with the same rational in front of them in one bracket: 2*(y - X@w)."""
        alike: dict[Rational, list[Term]] = {}
        terms = list(node.terms)
        if all(c < 0 for c, _ in terms):  # rather (y - x)*a + … than a sum that begins with a minus
            for k, (c, n) in enumerate(terms):
                if isinstance(n, Contract) and (flipped := self._flip(n)) is not None:
                    terms[k] = (-c, flipped)
                    break
        for c, n in terms:
            alike.setdefault(magnitude(c), []).append((c, n))
        parts: list[tuple[tuple[object, ...], int, Piece]] = []
        for c, group in alike.items():
            if c == 1 or len(group) == 1 or any(isinstance(n, Number) for _, n in group):
                parts += [self._summand(k, n) for k, n in group]
                continue
            bracket = add([(1 if k > 0 else -1, n) for k, n in group], node.shape)
            sign, (inner, _) = 1, (bracket, None)
            if all(k < 0 for k, _ in group):
                sign, inner = -1, scale(-1, bracket)
            piece = self._front(c, self._sum(inner) if isinstance(inner, Sum) else self.piece(inner), node.rank)
            parts.append(((False, tuple(sorted(s.place for s in inner.free)), piece.plain.weight, inner.h), sign, piece))
        return parts

    def _summand(self, c: Rational, node: Expr) -> tuple[tuple[object, ...], int, Piece]:
        """A term with its sign, and its place in the sum: as in the input, constants last."""
        spread = isinstance(node, Contract) and node.rank and not any(axes for _, _, axes in node.factors)
        shown = [x for g in node.out for x in g] if isinstance(node, Contract) else []
        spread = spread and len(set(shown)) == len(shown)
        bare = contract([f for f in node.factors if not f[2]], ()) if spread and isinstance(node, Contract) else node
        sign, piece = self.term(c, bare)
        places = tuple(sorted(s.place for s in node.free))
        constant = not places or bool(spread)
        return (constant, places, piece.plain.weight, node.h), sign, piece

    def _zero(self, node: Sum) -> Piece:
        if not node.rank:
            form = forms.numeral(0)
        elif node.rank <= 2:
            form = forms.call("zeros", [self._dim(d) for d in node.shape])
        else:
            form = forms.call("zeros", [self._dim(d) for d in node.shape])
        return Piece(form, form if node.rank < 2 else forms.call("zeros", [self._dim(d) for d in node.shape[::-1]]))

    def term(self, c: Rational, node: Expr, lone: bool = False) -> tuple[int, Piece]:
        """A rational multiple of a node: its sign, and the rest."""
        if isinstance(node, Contract) and node not in self.names:
            sign, node = self._worded(node)
            c *= sign
            if c < 0 and lone and (flipped := self._flip(node)) is not None:
                c, node = -c, flipped
        sign = -1 if c < 0 else 1
        c = magnitude(c)
        if isinstance(node, Number):
            form = number(ratio(c * node.value))
            return sign, Piece(form, form)
        if isinstance(node, Contract) and node not in self.names and node not in self.said:
            return sign, self._valued(self._contraction(node, c), node if c == 1 else None)
        return sign, self.piece(node) if c == 1 else self._scaled(c, node)

    def _valued(self, piece: Piece, node: Expr | None) -> Piece:
        """The piece, its value known where it is a node's own."""
        return piece if node is None else Piece(piece.plain, piece.turned, _parts(node), lambda: node)

    def _scaled(self, c: Rational, node: Expr) -> Piece:
        """A positive rational in front of a node."""
        return self._front(c, self.piece(node), node.rank)

    def _front(self, c: Rational, piece: Piece, rank: int) -> Piece:
        """A positive rational in front of a piece."""
        over = [(forms.numeral(c.numerator), "*")] if c.numerator != 1 else []
        under = [forms.numeral(c.denominator)] if c.denominator != 1 else []
        plain = forms.quotient([*over, (piece.plain, "*")], under)
        turned = forms.quotient([*over, (piece.turned, "*")], under)
        return Piece(plain, turned if rank else plain)

    def _flip(self, node: Contract) -> Contract | None:
        """The negative of a product, its sign taken into a difference that is among the factors."""
        found = None
        for k, (base, exponent, _) in enumerate(node.factors):
            mixed = isinstance(base, Sum) and len({c > 0 for c, _ in base.terms}) == 2
            if mixed and isinstance(exponent, int) and exponent % 2 and base not in self.names:
                if scale(-1, base) in self.sums:
                    return _negated(node, (k,))
                found = found or _negated(node, (k,))
        return found

    def _worded(self, node: Contract) -> tuple[int, Contract]:
        """The product with its differences the way round that the input has them, and the sign that is left.

        Where signs would not cancel only a difference that has a name of its own is turned round.
        """
        sign = 1
        for base in dict.fromkeys(b for b, e, _ in node.factors if isinstance(b, Sum) and isinstance(e, int)):
            other = scale(-1, base)
            if base in self.sums or base in self.names or not (other in self.sums or other in self.names):
                continue
            spots = tuple(k for k, (b, _, _) in enumerate(node.factors) if b is base)
            odd = sum(int(node.factors[k][1]) for k in spots) % 2
            if not odd or other in self.names:
                node = _negated(node, spots)
                sign = -sign if odd else sign
        return sign, node

    # ------------------------------------------------------------ contractions

    def _contraction(self, node: Contract, c: Rational = 1) -> Piece:
        """Scalars in front, divisors below, the indexed factors between them."""
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
        plain = forms.quotient([*((f, "*") for f in over), (core.plain, "*")], under)
        turned = forms.quotient([*((f, "*") for f in over), (core.turned, "*")], under)
        return Piece(plain, turned)

    def front(self, c: Rational, scalars: list[tuple[Expr, Rational]]) -> tuple[list[Form], list[Form]]:
        """What a rational and powers of scalars put in front of a product, and what they divide it by."""
        over: list[Form] = [forms.numeral(c.numerator)] if c.numerator != 1 else []
        under: list[Form] = [forms.numeral(c.denominator)] if c.denominator != 1 else []
        scalars, mean = self._mean(scalars)
        if mean is not None:
            over.append(mean)
        for base, exponent in sorted(scalars, key=lambda s: (min((x.place for x in s[0].free), default=-1), s[0].h)):
            form = self._scalar_power(base, magnitude(exponent))
            (over if exponent > 0 else under).append(form)
        return over, under

    def _connected(self, node: Contract, over: list[Form], under: list[Form]) -> Piece:
        """A connected scalar, with a rational in front."""
        form = self._reduced_scalar(node)
        if over or under:
            form = forms.quotient([*((f, "*") for f in over), (form, "*")], under)
        return Piece(form, form)

    def _reduced_scalar(self, node: Contract) -> Form:
        square = _root_of_square(node)
        found: list[Form] = []
        if square is not None:
            inner = self.piece(square)
            best = forms.lighter(inner.plain, inner.turned) if inner.plain.syntax != inner.turned.syntax else inner.plain
            found.append(forms.raised(forms.call("norm", [best]), forms.numeral(2), False))
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

    def _mean(self, scalars: list[tuple[Expr, Rational]]) -> tuple[list[tuple[Expr, Rational]], Form | None]:
        """sum(v)/n, where v has n entries, is mean(v)."""
        held = dict(scalars)
        for base, exponent in scalars:
            if exponent != 1 or not isinstance(base, Contract) or base.out or not base.sizes:
                continue
            form = self.piece(base).plain
            if not isinstance(form.syntax, Call) or form.syntax.name != "sum" or len(base.factors) != 1:
                continue
            names = [str(d) for d in base.sizes]
            sizes = [(s, e) for s, e in scalars if isinstance(s, Size)]
            if all(any(s.name == n and e <= -names.count(n) for s, e in sizes if isinstance(s, Size)) for n in names):
                del held[base]
                for s, e in sizes:
                    if isinstance(s, Size) and s.name in names:
                        held[s] = e + names.count(s.name)
                mean = Form(Call("mean", form.syntax.args), forms.ATOM, form.weight)
                return [(s, e) for s, e in held.items() if e], mean
        return scalars, None

    def _scalar_power(self, base: Expr, exponent: Rational) -> Form:
        """base^exponent for a positive exponent; a root of a sum of squares is a norm."""
        whole = self.piece(base).plain
        square = _root_of_square(base) if isinstance(base, Contract) else None
        if exponent == 1:
            return whole
        found: list[Form] = []
        if square is not None and (doubled := ratio(exponent * 2)) == doubled.numerator:
            inner = self.piece(square)
            norm = forms.call("norm", [forms.lighter(inner.plain, inner.turned) if square.rank == 2 else inner.plain])
            found.append(norm if doubled == 1 else forms.raised(norm, number(doubled), False))
        found.append(self._plain_power(whole, exponent, False))
        return forms.lighter(*found)

    def _plain_power(self, form: Form, exponent: Rational, elementwise: bool) -> Form:
        if exponent == ratio(exponent * 2) / 2 and ratio(exponent * 2) % 2 and exponent.denominator == 2:
            root = forms.call("sqrt", [form])
            return root if exponent.numerator == 1 else forms.raised(root, number(exponent.numerator), elementwise)
        return forms.raised(form, number(exponent), elementwise)

    def raised(self, base: Expr, exponent: Rational) -> Piece:
        """The elementwise power of an array with a positive exponent."""
        piece = self.piece(base)
        if exponent == 1:
            return piece
        plain = self._plain_power(piece.plain, exponent, True)
        if base.rank < 2:
            return forms.upright(plain).valued([piece], lambda v: v**exponent)
        return forms.balanced(plain, self._plain_power(piece.turned, exponent, True)).valued(
            [piece], lambda v: v**exponent
        )

    # ------------------------------------------------------------ the graph

    def graph(self, factors: tuple[Factor, ...] | list[Factor], shown: set[int], sizes: tuple[Dim, ...]) -> Graph | None:
        """The factors as vertices and edges; None where one has more than two axes or a fused axis."""
        graph = Graph(shown, lambda label: self._ones(sizes[label]), self._known)
        for base, exponent, axes in factors:
            if len(axes) > 2 or any(len(g) != 1 for g in axes):
                return None
            labels = [g[0] for g in axes]
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
        if piece.parts not in self.products or piece.value is None:
            return piece
        value = piece.value()
        if value in self.names:
            return self.piece(value)
        if value.T in self.names:
            return self.piece(value.T).T
        if value in self.said:
            theirs = self._prefer(piece, value)
            return Piece(theirs.plain, theirs.turned, piece.parts, piece.value)
        return piece

    def _ones(self, d: Dim) -> Piece:
        form = forms.call("ones", [self._dim(d)])
        return Piece(form, forms.turn(form)).valued([], lambda: ones((d,)))

    def _dim(self, d: Dim) -> Form:
        from mcalc.algebra.expr import size

        return self.piece(size(d)).plain

    def _core(self, factors: list[Factor], out: tuple[Group, ...], sizes: tuple[Dim, ...], node: Expr) -> Piece:
        """The indexed factors as a vector or matrix."""
        if len(out) > 2:
            form = self._einsum(factors, out, sizes)
            return Piece(form, form)
        if _is_fused(node):
            return self._fused(factors, out, sizes)
        shown = [group[0] for group in out]
        graph = self.graph(factors, set(shown), sizes)
        if graph is not None:
            graph.reduce()
            if graph.vertices <= set(shown) and len(graph.edges) <= 1:
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
                operands.append((graph.along(edge).plain, ((edge.start,), (edge.end,))))
            for vertex in sorted(graph.vertices):
                vector = graph.weight(vertex)
                if vector is not None:
                    operands.append((vector.plain, ((vertex,),)))
        else:
            for base, exponent, axes in factors:
                form = self.raised(base, magnitude(exponent)).plain
                operands.append((form if exponent > 0 else forms.quotient([], [form], "."), axes))
        held = {x for _, axes in operands for g in axes for x in g}
        for label in sorted(shown - held):
            operands.append((self._ones(sizes[label]).plain, ((label,),)))
        order = list(dict.fromkeys(x for g in out for x in g))
        order += [x for _, axes in operands for g in axes for x in g if x not in order]
        letter = {x: LETTERS[k] for k, x in enumerate(dict.fromkeys(order))}

        def spell(groups: tuple[Group, ...]) -> str:
            return "".join(
                letter[g[0]] if len(g) == 1 else "(" + "".join(letter[x] for x in g) + ")" for g in groups
            )

        operands.sort(key=lambda o: [order.index(x) for g in o[1] for x in g])
        string = ",".join(spell(axes) for _, axes in operands) + "->" + spell(out)
        text = Form(Text(string), forms.ATOM, forms.TOKEN)
        weight = 2 * forms.TOKEN + sum(f.weight for f, _ in operands)
        return Form(Call("einsum", (text.syntax, *(f.syntax for f, _ in operands))), forms.ATOM, weight)


def _negated(node: Contract, spots: tuple[int, ...]) -> Contract:
    """The product with some factors negated, written down without the normal form taking the signs out again."""
    factors = tuple((scale(-1, b) if k in spots else b, e, axes) for k, (b, e, axes) in enumerate(node.factors))
    negated = intern_contraction(factors, node.out, node.sizes)
    assert isinstance(negated, Contract)
    return negated


def _negative(piece: Piece) -> Piece:
    return Piece(forms.terms([(-1, piece.plain)]), forms.terms([(-1, piece.turned)]))


def _is_fused(node: Expr) -> bool:
    return isinstance(node, Contract) and any(len(group) > 1 for group in node.out)


def _parts(node: Expr) -> frozenset[Expr]:
    """The factors of a product."""
    return frozenset(b for b, _, axes in node.factors if axes) if isinstance(node, Contract) else forms.NOTHING


def _root_of_square(node: Contract) -> Expr | None:
    """v, where the node is the sum of the squares of v's entries."""
    if node.out or not node.factors or not all(e % 2 == 0 and isinstance(e, int) for _, e, _ in node.factors):
        return None
    labels = tuple((x,) for x in range(len(node.sizes)))
    if len(labels) > 2:
        return None
    half: list[Factor] = [(b, e // 2, axes) for b, e, axes in node.factors if isinstance(e, int)]
    return contract(half, labels, dict(enumerate(node.sizes)))


def number(value: Rational) -> Form:
    """A positive rational."""
    if value.denominator == 1:
        return forms.numeral(value.numerator)
    over, under = forms.numeral(value.numerator), forms.numeral(value.denominator)
    return Form(Product((over.syntax, under.syntax), ("/",)), forms.PRODUCT, 2 * forms.TOKEN + 1)
