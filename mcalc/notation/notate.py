"""An expression as a professor would write it: nodes to pieces of notation, children first.

What the user wrote himself comes back in his words: `said` maps nodes of the input to the calls they are.
What has more than two axes prints as `einsum`, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial

from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Number,
    Rational,
    Size,
    Sum,
    Symbol,
    Term,
    add,
    contract,
    magnitude,
    ones,
    ratio,
    scale,
)
from mcalc.algebra.labels import repeats
from mcalc.algebra.ops.selection import window
from mcalc.algebra.traits import uniform
from mcalc.algebra.walk import postorder
from mcalc.language.lower import Said
from mcalc.language.syntax import Call, Syntax, Transpose
from mcalc.notation import forms
from mcalc.notation.entries import columns
from mcalc.notation.forms import Form, Piece, parts
from mcalc.notation.kronecker import gathered
from mcalc.notation.moves import Move
from mcalc.notation.products import is_fused
from mcalc.notation.scalars import is_root, number
from mcalc.notation.wording import Wording
from mcalc.notation.words import words

PLACEHOLDER = "·"  #: what names begin with that stand for what may get one


class Notation(Wording):
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
        self.turned_sums = frozenset(n.T for n in self.sums)
        self.said = dict(said or {})
        self.said_roots = [node for node in self.said if isinstance(node, Contract) and is_root(node)]
        #: What is written as the input has it.
        self.kept = {*self.said, *(base for node in self.said_roots for base in node.children)}
        self.names: dict[Expr, str] = {}
        self.turned_names: set[Expr] = set()  # the transposes of what has a name
        self.named_sums: dict[Sum, None] = {}  # sums that have a name, and their transposes
        self.pieces: dict[Expr, Piece] = {}
        self.quoting: set[Expr] = set()  # nodes whose calls are being written, which may stand in them
        for node, name in (names or {}).items():
            self._note(node, name)
        self.products = {parts(n) for n in (*self.said, *self.names)} - {frozenset()}
        self.moved: Callable[[Move, Expr, Expr], None] = _unobserved  # told of each move that is tried
        self.words = words(n for n, name in self.names.items() if not name.startswith(PLACEHOLDER))
        self.phrased: dict[Contract, tuple[int, Contract]] = {}  # products with the user's definitions in them
        self.worded: dict[Contract, tuple[int, Contract]] = {}  # products with their differences as they read best
        self.ways: dict[Expr, int] = {}  # how well differences read as they are
        self.fronts: dict[object, tuple[list[Form], list[Form]]] = {}  # powers of scalars
        self.contractions: dict[tuple[Contract, Rational], Piece] = {}  # multiples of products
        self.cores: dict[object, Piece] = {}  # indexed factors of products
        self.multiples: dict[tuple[Rational, Expr, bool], tuple[int, Piece]] = {}  # terms of sums
        self.lightened: dict[Expr, Expr] = {}  # the lightest of the ways to write a node, as far as it is known
        self.collected: dict[Expr, Expr] = {}  # the lightest grouping of sums, as far as it is known
        for node in self.names:
            if node.rank == 2 and node not in self.turned_names:
                self.pieces[node.T] = self.piece(node).T

    def _note(self, node: Expr, name: str) -> None:
        self.names[node] = name
        self.turned_names.add(node.T)
        if not name.startswith(PLACEHOLDER):  # whose sum is written out in the end unless it is repeated whole
            self.named_sums.update(dict.fromkeys(way for way in (node, node.T) if isinstance(way, Sum)))

    def home(self, node: Expr) -> Notation:
        """The notation that knows best what the node looks like: one with fewer names where none of ours is in it."""
        return self

    def piece(self, node: Expr) -> Piece:
        """The notation of a node of at most two axes (of an `einsum` call where it has more)."""
        pieces = self.pieces
        found = pieces.get(node)
        if found is None:
            if any(child not in pieces for child in node.children):
                for inner in postorder(node, lambda n: n not in pieces and self.home(n) is self)[:-1]:
                    pieces[inner] = self._make(inner)
            found = pieces[node] = self._make(node)
        return found

    def stand_for(self, node: Expr, piece: Piece) -> None:
        """Write the node as this piece."""
        self.pieces[node] = piece

    def weight(self, node: Expr) -> int:
        """What a reader pays for the node."""
        return self.piece(node).plain.weight

    def syntax(self, node: Expr) -> Syntax:
        """The node as surface syntax."""
        return self.piece(node).plain.syntax

    # ------------------------------------------------------------ nodes

    def _make(self, node: Expr) -> Piece:
        if node in self.names:
            piece = forms.upright(forms.name(self.names[node]), node.rank == 0 or node.symmetric)
        else:
            piece = self._spell(node)
            if node in self.said and not isinstance(node, (Symbol, Size, Number)):
                piece = self._prefer(piece, node)
        return Piece(piece.plain, piece.turned, node)

    def _prefer(self, piece: Piece, node: Expr) -> Piece:
        """The user's own call, unless our spelling has fewer tokens, or the node stands in the call: diag(diag(x))."""
        if node in self.quoting:
            return piece
        theirs = self._theirs(node)
        if theirs.weight // forms.TOKEN > piece.plain.weight // forms.TOKEN:
            return piece
        return forms.upright(theirs, node.rank == 0 or node.symmetric)

    def _theirs(self, node: Expr) -> Form:
        """The call that the input makes of the node."""
        name, args, options = self.said[node]
        self.quoting.add(node)
        inner = [self.piece(a).plain for a in args]
        self.quoting.discard(node)
        call = forms.call(name, inner)
        syntax = Call(name, tuple(form.syntax for form in inner), options)
        return Form(syntax, forms.ATOM, call.weight + 2 * forms.TOKEN * len(options))

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
        if op is window:
            return columns(forms.upright(forms.call("eye", [args[0].plain]), True), node, self._dim)
        if not args:
            return forms.upright(forms.name(op.name), True)
        if op.name == "mpower":
            plain, turned = (forms.raised(base, args[1].plain, False) for base in (args[0].plain, args[0].turned))
            return Piece(plain, plain) if node.symmetric else forms.balanced(plain, turned)
        if op.name == "pow" and (exponent := uniform(node.args[1])) is not None:
            plain = forms.raised(args[0].plain, self.piece(exponent).plain, node.rank > 0)
            turned = forms.raised(args[0].turned, self.piece(exponent).plain, True)
            return forms.balanced(plain, turned) if node.rank == 2 else forms.upright(plain, not node.rank)
        if op.batch(node.args) and all(a.rank <= 2 for a in node.args):
            return forms.upright(forms.call(op.name, [a.plain for a in args], axis=1), not node.rank)
        call = forms.differential if op.name == "d" and op.internal else partial(forms.call, op.name)
        plain = call([a.plain for a in args])
        if node.rank < 2 and op.turns != "same":
            return forms.upright(plain, node.rank == 0)
        if node.symmetric:
            return Piece(plain, plain)
        if op.turns and len(args) == 1:
            turned = call([args[0].turned])
            if op.turns == "same":
                return forms.upright(forms.lighter(plain, turned), not node.rank)
            return forms.balanced(plain, turned)
        return forms.upright(plain)

    # ------------------------------------------------------------ sums

    def _sum(self, node: Sum) -> Piece:
        if not node.terms:
            return self._zero(node)
        if len(node.terms) == 1:
            sign, piece = self.term(*node.terms[0], lone=True)
            return piece if sign > 0 else _negative(piece)
        if node.rank and (entry := uniform(node)) is not None:
            return self.piece(entry * ones(node.shape))  # as a sum of numbers it would read as a number
        parts = self._in_order(node)
        if node.rank == 2 and any(is_fused(n) for _, n in node.terms):
            sizes = [self._dim(d) for d in node.shape]
            return gathered(parts, *(forms.call("eye", [d]) for d in sizes))
        plain = forms.terms([(sign, piece.plain) for sign, piece in parts])
        if node.rank < 2 or node.symmetric:
            return forms.upright(plain, node.rank != 1)
        turned = forms.terms([(sign, piece.turned) for sign, piece in parts])
        if node in self.sums:
            return forms.upright(plain)
        return forms.upright(turned).T if node in self.turned_sums else forms.balanced(plain, turned)

    def row(self, node: Expr) -> Form:
        """A vector as a row: of a sum the terms are rows, where that is lighter than a transpose around it."""
        whole = self.piece(node).turned
        if not isinstance(node, Sum) or len(node.terms) < 2 or not isinstance(whole.syntax, Transpose):
            return whole
        return forms.lighter(whole, forms.terms([(sign, piece.turned) for sign, piece in self._in_order(node)]))

    def _in_order(self, node: Sum) -> list[tuple[int, Piece]]:
        """The terms with their signs, in the order in which they are written."""
        parts = sorted(self._multiples(node), key=lambda part: part[0])
        lead = next((k for k, part in enumerate(parts) if part[1] > 0), 0)
        parts.insert(0, parts.pop(lead))
        return [(sign, piece) for _, sign, piece in parts]

    def _multiples(self, node: Sum) -> list[tuple[tuple[object, ...], int, Piece]]:
        """The terms, those with the same rational in front of them in one bracket: 2*(y - X@w)."""
        alike: dict[Rational, list[Term]] = {}
        terms = self._named_terms(node)
        # A sum of nothing but constant arrays has to say that it is an array.
        constant = sum([_is_constant(n) for _, n in terms])
        spread = 0 < constant < len(terms) and not any(_of_vectors(n) for _, n in terms)
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
                parts += [self._summand(k, n, spread) for k, n in group]
                continue
            bracket = add([(1 if k > 0 else -1, n) for k, n in group], node.shape)
            sign, (inner, _) = 1, (bracket, None)
            if all(k < 0 for k, _ in group):
                sign, inner = -1, scale(-1, bracket)
            piece = self._front(c, self._sum(inner) if isinstance(inner, Sum) else self.piece(inner), node.rank)
            parts.append(
                ((False, tuple(sorted(s.place for s in inner.free)), piece.plain.weight, inner.h), sign, piece)
            )
        return parts

    def _named_terms(self, node: Sum) -> list[Term]:
        """The terms, those that together are a multiple of a sum with a name as that."""
        terms = {n: c for c, n in node.terms}
        for name in self.named_sums:
            if name is not node and all(n in terms for _, n in name.terms):
                times = {ratio(terms[n] / Fraction(c)) for c, n in name.terms}
                if len(times) == 1:
                    for _, n in name.terms:
                        del terms[n]
                    terms[name] = times.pop()
        return [(c, n) for n, c in terms.items()]

    def _summand(self, c: Rational, node: Expr, spread: bool) -> tuple[tuple[object, ...], int, Piece]:
        """A term with its sign, and its place in the sum: as in the input, constants last.

        With `spread` a number stands for the array that has it everywhere.
        """
        places = tuple(sorted([s.place for s in node.free]))
        last = not places
        bare = node
        if _is_constant(node):
            assert isinstance(node, Contract)
            last = True
            bare = contract(node.factors, ()) if spread else node
        sign, piece = self.term(c, bare)
        return (last, places, piece.plain.weight, node.h), sign, piece

    def _zero(self, node: Sum) -> Piece:
        plain, turned = (forms.call("zeros", [self._dim(d) for d in shape]) for shape in (node.shape, node.shape[::-1]))
        return forms.upright(plain) if node.rank == 1 else Piece(plain, turned)

    def term(self, c: Rational, node: Expr, lone: bool = False) -> tuple[int, Piece]:
        """A rational multiple of a node: its sign, and the rest."""
        key = c, node, lone
        found = self.multiples.get(key)
        if found is None:
            found = self.multiples[key] = self._term(c, node, lone)
        return found

    def _term(self, c: Rational, node: Expr, lone: bool) -> tuple[int, Piece]:
        if isinstance(node, Contract) and node not in self.names:
            sign, node = self._worded(node)
            c *= sign
            if c < 0 and (flipped := self._flip(node, gain=not lone)) is not None:
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
        return piece if node is None else Piece(piece.plain, piece.turned, node)

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


def _is_constant(node: Expr) -> bool:
    """Whether the node is an array that has one scalar everywhere."""
    if not isinstance(node, Contract) or not node.out or [True for *_, axes in node.factors if axes]:
        return False
    return not repeats(node)


def _unobserved(move: Move, before: Expr, after: Expr) -> None:
    """Nobody asks which moves are tried."""


def _of_vectors(node: Expr) -> bool:
    """Whether the node is a diagonal matrix, a column times a row, or made of these.

    Beside I and x xᵀ nobody reads 1 as a matrix of ones.
    """
    if node.rank != 2 or not isinstance(node, Contract):
        return False
    carriers = [(b, a) for b, _, a in node.factors if a]
    if any(isinstance(b, Sum) and any(_of_vectors(n) for _, n in b.terms) for b, _ in carriers):
        return True
    return repeats(node) or (bool(carriers) and all(len(a) < 2 for _, a in carriers))


def _negative(piece: Piece) -> Piece:
    return Piece(forms.terms([(-1, piece.plain)]), forms.terms([(-1, piece.turned)]))
