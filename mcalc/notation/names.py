"""Names for what an answer repeats: `p = softmax(z); X.T@(p - y)`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from mcalc.algebra.expr import Expr, Sum, scale, symbol
from mcalc.algebra.walk import postorder
from mcalc.errors import Problem
from mcalc.language.read import program_value
from mcalc.language.syntax import Call, Matmul, Name, Power, Product, Program, Syntax, Terms
from mcalc.language.tree import children as parts_of
from mcalc.language.tree import distinct, length, over, replaced, walk
from mcalc.notation import forms
from mcalc.notation.extended import Extended
from mcalc.notation.notate import Notation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

#: What gets a name where its text is repeated: that many names, numbers and calls at least, in one of these. It has to
#: save two of them, but one where it is a sum: a residual has a name in every book.
SMALLEST, COMPOUND = 4, (Terms, Product, Matmul, Call, Power)
FIRST_PLACE = 300_000  #: where new names stand in the order of variables

#: Letters for new names by number of axes, in the order in which they are taken. d is the differential, f the value.
LETTERS = ("cghqrsuvw", "pqrsuvwzabc", "PQRSUVWZMNG")


#: Definitions in order.
Definitions = list[tuple[Name, Syntax]]


def with_names(root: Expr, notation: Notation, taken: Iterable[str]) -> tuple[int, Syntax, Notation]:
    """The weight and the syntax of `root`, repeated subexpressions named where that shortens the whole.

    Last comes the notation that knows these names.
    """
    weight, definitions, known = named([root], notation, taken)
    body = known.piece(root).plain.syntax
    return weight, Program(tuple(definitions), body) if definitions else body, known


def named(roots: Sequence[Expr], notation: Notation, taken: Iterable[str]) -> tuple[int, Definitions, Notation]:
    """What several expressions repeat, named where that shortens all of them together; and what they weigh then.

    Last comes the notation that knows these names.
    """
    plain = sum(notation.piece(root).plain.weight for root in roots)
    uses = _uses(roots, notation)
    if not any(count > 1 for count in uses.values()):
        return plain, [], notation
    shared = Extended(notation)
    fresh = _fresh(set(taken) | {s.name for root in roots for s in root.free})
    definitions: Definitions = []
    cost = 0
    for node in _below(roots, notation):
        # A matrix is named the way round in which it is written with fewer transposes.
        count = uses.get(node, 0)
        if isinstance(node, Sum) and notation.way(scale(-1, node)) > notation.way(node):
            node = scale(-1, node)  # the difference as it reads best; what needs the other sign finds it
        piece = shared.piece(node)
        way = node if piece.plain.weight <= piece.turned.weight else node.T
        form = forms.lighter(piece.plain, piece.turned)
        saved = (count - 1) * form.weight - (count + 1) * forms.TOKEN
        if not node.free or count < 2 or saved < 2 * forms.TOKEN or node.rank > 2:
            continue
        name = next(fresh[node.rank])
        definitions.append((Name(name), form.syntax))
        cost += form.weight + forms.TOKEN
        shared.call(way, name)
        if way is not node:
            shared.pieces[node] = shared.piece(way).T
    whole = sum(shared.piece(root).plain.weight for root in roots)
    if not definitions or cost + whole >= plain:
        return plain, [], notation
    return cost + whole, definitions, shared


def repeats(root: Expr, notation: Notation) -> bool:
    """Whether the expression repeats anything for which a name might pay."""
    uses = _uses([root], notation)
    return any(count > 1 and node.free and notation.weight(node) > 2 * forms.TOKEN for node, count in uses.items())


def _uses(roots: Sequence[Expr], notation: Notation) -> dict[Expr, int]:
    """How often each node stands in the text of another, once the others are written once."""
    uses: dict[Expr, int] = dict.fromkeys(roots, 1)
    for node in _below(roots, notation):
        for child in node.children:
            uses[child] = uses.get(child, 0) + 1
    return uses


def _below(roots: Sequence[Expr], notation: Notation) -> list[Expr]:
    """The nodes of the roots that have no name, children first, each once."""
    return list(dict.fromkeys(n for root in roots for n in postorder(root, lambda node: node not in notation.names)))


def _fresh(taken: set[str]) -> tuple[Iterator[str], Iterator[str], Iterator[str]]:
    def names(letters: str) -> Iterator[str]:
        for round_ in range(1_000_000):
            for letter in letters:
                name = letter if not round_ else f"{letter}_{round_}"
                if name not in taken:
                    taken.add(name)
                    yield name

    return names(LETTERS[0]), names(LETTERS[1]), names(LETTERS[2])


def shared(syntax: Syntax, reading: Reading, taken: Iterable[str]) -> Syntax:
    """The syntax with what its text repeats named.

    A residual inside longer products is no node of its own, but it is a piece of what is written.
    """
    order = distinct(syntax)
    uses = Counter(part for node in order for part in parts_of(node))
    if not any(_pays(part, count) for part, count in uses.items()):
        return syntax
    fresh = _fresh({*taken, *(node.id for node in order if isinstance(node, Name))})
    known: dict[str, Expr] = {}
    definitions: Definitions = []
    done: dict[Syntax, Syntax] = {}
    for node in order:
        made = done[node] = over(node, {id(part): done[part] for part in parts_of(node)})
        if not _pays(made, uses[node]):
            continue
        try:
            value = program_value(Program((), made), "", reading, known)
        except Problem:
            continue
        if value.row or value.expr.rank > 2 or not value.expr.free:
            continue
        name = next(fresh[value.expr.rank])
        known[name] = symbol(name, value.expr.shape, (), FIRST_PLACE + len(known))
        definitions.append((Name(name), made))
        done[node] = Name(name)
    return Program(tuple(definitions), done[syntax]) if definitions else syntax


def _pays(node: Syntax, uses: int) -> bool:
    """Whether a name for what stands in so many places shortens the whole enough."""
    if uses < 2 or not isinstance(node, COMPOUND) or (whole := length(node)) < SMALLEST:
        return False
    return (uses - 1) * whole - uses - 1 >= (1 if isinstance(node, Terms) else 2)


def named_in(definitions: Definitions, syntax: Syntax) -> Syntax:
    """Another syntax with these definitions' names in it, and with the definitions that it needs then."""
    for name, value in definitions:
        syntax = replaced(syntax, partial(_instead, value, name))
    needed = {node.id for node in walk(syntax) if isinstance(node, Name)}
    kept: Definitions = []
    for name, value in reversed(definitions):
        if name.id in needed:
            kept.insert(0, (name, value))
            needed |= {node.id for node in walk(value) if isinstance(node, Name)}
    return Program(tuple(kept), syntax) if kept else syntax


def _instead(value: Syntax, name: Name, node: Syntax) -> Name | None:
    return name if node == value else None
