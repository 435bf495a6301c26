"""A notation with names of its own beside those of the input, given one after another while it is in use."""

from __future__ import annotations

from mcalc.algebra.expr import Contract, Expr, Rational, Sum, scale
from mcalc.algebra.walk import postorder
from mcalc.notation.forms import Piece, parts
from mcalc.notation.notate import Notation


class Extended(Notation):
    """Takes from the notation before it what none of its own names stands in, so that it is spelled once for both."""

    def __init__(self, before: Notation) -> None:
        self.before = before
        self.own: set[Expr] = set()  # what has a name of ours, either way round and with either sign
        self.own_products: dict[Expr, list[frozenset[Expr]]] = {}  # by one of their factors
        self.own_sums: list[frozenset[Expr]] = []
        #: Whether a name of ours may stand in the node. Names come before what they stand in, so it is asked once.
        self.touched: dict[Expr, bool] = {}
        super().__init__(before.said, before.names, before.sums)

    def call(self, node: Expr, name: str) -> None:
        """Let a node have a name from here on."""
        self._note(node, name)
        for way in (node, scale(-1, node)):
            self.own |= {way, way.T}
        if parts(node):
            self.products.add(parts(node))
            self.own_products.setdefault(next(iter(parts(node))), []).append(parts(node))
        if isinstance(node, Sum):
            self.own_sums += [frozenset(n for _, n in way.terms) for way in (node, node.T) if isinstance(way, Sum)]
        self.ways.clear()
        self.stand_for(node, self._make(node))

    def stand_for(self, node: Expr, piece: Piece) -> None:
        """Write the node as this piece, which the notation before this one does not know."""
        self.own.add(node)
        self.touched.update(dict.fromkeys(self.own & self.touched.keys(), True))
        self.pieces[node] = piece

    def home(self, node: Expr) -> Notation:
        """The notation before this one for what no name of ours stands in."""
        if not self.own:
            return self.before
        found = self.touched.get(node)
        if found is None:
            for inner in postorder(node, lambda n: n not in self.touched):
                self.touched[inner] = self._touches(inner)
            found = self.touched[node]
        return self if found else self.before

    def _touches(self, node: Expr) -> bool:
        if node in self.own or any(self.touched[child] for child in node.children):
            return True
        if isinstance(node, Contract) and self.own_products:
            held = frozenset(part for b, _, axes in node.factors if axes for part in parts(b) or (b,))
            return any(product <= held for part in held for product in self.own_products.get(part, ()))
        if isinstance(node, Sum) and self.own_sums:
            terms = {n for _, n in node.terms}
            return any(named <= terms for named in self.own_sums)
        return False

    def piece(self, node: Expr) -> Piece:
        """The notation of a node."""
        if node in self.pieces:
            return self.pieces[node]
        home = self.home(node)
        return super().piece(node) if home is self else home.piece(node)

    def term(self, c: Rational, node: Expr, lone: bool = False) -> tuple[int, Piece]:
        """A rational multiple of a node: its sign, and the rest."""
        home = self.home(node)
        return super().term(c, node, lone) if home is self else home.term(c, node, lone)
