"""From index labels back to matrix products: a contraction read as a graph and reduced.

Labels are vertices, a matrix operand is an edge, a vector operand a weight on its vertex. Four reductions
do nearly all of it: multiply the weights on a vertex (u .* v), absorb a vertex that hangs on one edge
(A@v), merge parallel edges (A.*B), splice a vertex between two edges (A@diag(w)@B).
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.expr import Expr, contract
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece


class Edge:
    """Operands between two vertices, all running from `start` to `end`, multiplied and divided elementwise."""

    __slots__ = ("end", "over", "start", "under")

    def __init__(self, start: int, end: int, over: list[Piece], under: list[Piece]) -> None:
        self.start, self.end, self.over, self.under = start, end, over, under

    def turned(self) -> Edge:
        """The same operands, running the other way."""
        return Edge(self.end, self.start, [p.T for p in self.over], [p.T for p in self.under])

    def other(self, vertex: int) -> int:
        """The vertex at the far end."""
        return self.end if vertex == self.start else self.start

    def towards(self, vertex: int) -> Edge:
        """The edge, running to this vertex."""
        return self if self.end == vertex else self.turned()


class Graph:
    """A contraction under reduction. `shown` are the labels of the result, which are never summed."""

    def __init__(self, shown: set[int], ones: Callable[[int], Piece], known: Callable[[Piece], Piece]) -> None:
        self.shown = shown
        self.ones = ones  # the vector of ones along a label
        self.known = known  # looks a piece up among the names the user gave
        self.over: dict[int, list[Piece]] = {}
        self.under: dict[int, list[Piece]] = {}
        self.edges: list[Edge] = []
        self.vertices: set[int] = set(shown)

    # ------------------------------------------------------------ building

    def weigh(self, vertex: int, piece: Piece, below: bool) -> None:
        """Put a vector operand on a vertex."""
        self.vertices.add(vertex)
        (self.under if below else self.over).setdefault(vertex, []).append(piece)

    def join(self, start: int, end: int, piece: Piece, below: bool) -> None:
        """Put a matrix operand between two vertices."""
        self.vertices |= {start, end}
        self.edges.append(Edge(start, end, [] if below else [piece], [piece] if below else []))

    # ------------------------------------------------------------ asking

    def at(self, vertex: int) -> list[Edge]:
        """The edges that touch a vertex."""
        return [e for e in self.edges if vertex in (e.start, e.end)]

    def touching(self) -> dict[int, list[Edge]]:
        """The edges that touch each vertex, found in one pass."""
        found: dict[int, list[Edge]] = {}
        for edge in self.edges:
            for vertex in {edge.start, edge.end}:
                found.setdefault(vertex, []).append(edge)
        return found

    def weighted(self, vertex: int) -> bool:
        """Whether there are weights on a vertex."""
        return vertex in self.over or vertex in self.under

    def weight(self, vertex: int) -> Piece | None:
        """The product of the weights on a vertex, or None where there are none."""
        if not self.weighted(vertex):
            return None
        return self.known(_quotient(self.over.get(vertex, []), self.under.get(vertex, [])))

    def along(self, edge: Edge) -> Piece:
        """The operands of an edge as one matrix."""
        return self.known(_quotient(edge.over, edge.under))

    # ------------------------------------------------------------ reducing

    def reduce(self) -> None:
        """Reduce until only the labels of the result are left, or nothing applies any more."""
        while not self._reduced() and (
            self._loop() or self._absorb() or self._splice(bare=True) or self._merge() or self._splice(bare=False)
        ):
            pass

    def _reduced(self) -> bool:
        """Whether at most one edge is left, and that between two labels of the result."""
        if len(self.edges) != 1:
            return not self.edges
        return self.vertices <= self.shown and self.edges[0].start != self.edges[0].end

    def _loop(self) -> bool:
        """Edges from a vertex to itself are the diagonal of what they are together, a weight."""
        vertex = next((edge.start for edge in self.edges if edge.start == edge.end), None)
        if vertex is None:
            return False
        loops = [edge for edge in self.edges if edge.start == edge.end == vertex]
        self.edges = [edge for edge in self.edges if edge not in loops]
        over = [piece for edge in loops for piece in edge.over]
        whole = self.along(Edge(vertex, vertex, over, [piece for edge in loops for piece in edge.under]))
        piece = forms.upright(forms.call("diag", [forms.lighter(whole.plain, whole.turned)]))
        self.weigh(vertex, self.known(piece.made([whole], _diagonal)), False)
        return True

    def _absorb(self) -> bool:
        """A summed vertex on one edge becomes a weight at the far end: A@v. All that hang now, before what then does.

        So a chain is taken in from both of its ends, and x.T@A.T@A@x is seen to be a square.
        """
        touching = self.touching()
        hanging = [v for v in sorted(self.vertices - self.shown) if len(touching.get(v, ())) == 1]
        found = False
        for vertex in sorted(hanging, key=lambda v: not self.weighted(v)):  # sum(A@x) rather than ones(m).T@A@x
            edges = self.at(vertex)
            if len(edges) == 1 and edges[0].start != edges[0].end:
                edge = edges[0].towards(vertex)
                vector = self.weight(vertex) or self.ones(vertex)
                self._drop(vertex, edges)
                self.weigh(edge.start, self.product([self.along(edge), vector]), False)
                found = True
        return found

    def _splice(self, bare: bool) -> bool:
        """A summed vertex between two edges joins them: A@B, or A@diag(w)@B."""
        touching = self.touching()
        for vertex in sorted(self.vertices - self.shown):
            edges = touching.get(vertex, [])
            if len(edges) != 2 or (vertex in (edges[0].other(vertex), edges[1].other(vertex))):
                continue
            weight = self.weight(vertex)
            first, second = edges[0].towards(vertex), edges[1].towards(vertex).turned()
            closing = first.start == second.end
            if bare != (weight is None) or (closing and weight is not None):
                continue
            self._drop(vertex, edges)
            links = [self.along(first), *([diagonal_matrix(weight)] if weight else []), self.along(second)]
            self.edges.append(Edge(first.start, second.end, [self.product(links)], []))
            return True
        return False

    def _merge(self) -> bool:
        """Edges between the same two vertices multiply elementwise."""
        for k, edge in enumerate(self.edges):
            for other in self.edges[k + 1 :]:
                if {edge.start, edge.end} == {other.start, other.end}:
                    other_way = other if other.start == edge.start else other.turned()
                    self.edges.remove(other)
                    edge.over += other_way.over
                    edge.under += other_way.under
                    return True
        return False

    def _drop(self, vertex: int, edges: list[Edge]) -> None:
        for edge in edges:
            self.edges.remove(edge)
        self.vertices.discard(vertex)
        self.over.pop(vertex, None)
        self.under.pop(vertex, None)

    def product(self, pieces: list[Piece]) -> Piece:
        """A chain of matrix products, by the user's own name where one has it."""
        return self.known(forms.chain(pieces, _chained))


def _quotient(over: list[Piece], under: list[Piece]) -> Piece:
    if len(over) == 1 and not under:
        return over[0]
    over, under = sorted(over, key=_reading_order), sorted(under, key=_reading_order)

    def value(*parts: Expr) -> Expr:
        axes = tuple((k,) for k in range(parts[0].rank))
        return contract([(v, 1 if k < len(over) else -1, axes) for k, v in enumerate(parts)], axes)

    return forms.hadamard(over, under).made([*over, *under], value)


def _reading_order(piece: Piece) -> tuple[tuple[int, ...], int]:
    return piece.places, piece.plain.weight


def _chained(*parts: Expr) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = total @ part if total.rank == 2 else outer(total, part)
    return total


def outer(column: Expr, row: Expr) -> Expr:
    """The product of a column and a row."""
    return contract([(column, 1, ((0,),)), (row, 1, ((1,),))], ((0,), (1,)))


def _diagonal(value: Expr) -> Expr:
    return contract([(value, 1, ((0,), (0,)))], ((0,),))


def _matrix(value: Expr) -> Expr:
    return contract([(value, 1, ((0,),))], ((0,), (0,)))


def diagonal_matrix(weight: Piece) -> Piece:
    """diag(w): the matrix with a vector on its diagonal."""
    form = forms.call("diag", [weight.plain])
    return Piece(form, form).made([weight], _matrix)


def scalar(graph: Graph) -> Form | None:
    """A connected scalar, all its vertices summed; None where the reductions do not reach the end."""
    ring = _ring(graph)
    if ring is not None:
        return ring
    weights = _last_weights(graph)
    return None if weights is None else _sum_of(*weights)


def root(graph: Graph) -> Piece | None:
    """v, where a connected scalar is vᵀv; else None."""
    weights = _last_weights(graph)
    if weights is None or weights[1] or len(weights[0]) != 2:
        return None
    one, other = weights[0]
    return one if one.plain.syntax == other.plain.syntax else None


def _last_weights(graph: Graph) -> tuple[list[Piece], list[Piece]] | None:
    """What is multiplied and what divides at the one vertex that is left."""
    graph.reduce()
    if len(graph.vertices) > 1 or graph.edges:
        return None
    (vertex,) = graph.vertices
    return graph.over.get(vertex, []), graph.under.get(vertex, [])


def _sum_of(over: list[Piece], under: list[Piece]) -> Form:
    """The sum over one label of a product of vectors: an inner product where there are two, else sum(…)."""
    over = sorted(over, key=_reading_order)
    found = []
    for k, left in enumerate(over):
        rest = [*over[:k], *over[k + 1 :]]
        if rest or under:
            found.append(forms.chain([left.T, forms.hadamard(rest, under)]).plain)
    return forms.lighter(*found, forms.call("sum", [forms.hadamard(over, under).plain]))


def _ring(graph: Graph) -> Form | None:
    """The trace of a product: a ring of edges without weights, started where it reads lightest."""
    if graph.over or graph.under or not graph.edges:
        return None
    touching = graph.touching()
    if any(len(touching.get(v, ())) != (2 if len(graph.vertices) > 1 else 1) for v in graph.vertices):
        return None
    if len(graph.vertices) > 1 and any(e.start == e.end for e in graph.edges):
        return None  # a chain between two diagonals: diag(A).T@B@diag(A)
    order: list[Edge] = []
    here = start = graph.edges[0].start
    left = list(graph.edges)
    while left:
        edge = next(e for e in left if here in (e.start, e.end))
        left.remove(edge)
        order.append(edge if edge.start == here else edge.turned())
        here = order[-1].end
    assert here == start
    pieces = [graph.along(e) for e in order]
    options = []
    for way in (pieces, [p.T for p in reversed(pieces)]):
        for k in range(len(way)):
            options.append(forms.row_of([p.plain for p in way[k:] + way[:k]]))
    return forms.call("tr", [forms.lighter(*options)])
