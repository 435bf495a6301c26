"""Names for what an answer repeats: `p = softmax(z); X.T@(p - y)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcalc.algebra.expr import Expr, Sum, scale
from mcalc.algebra.walk import children, postorder
from mcalc.language.syntax import Name, Program, Syntax
from mcalc.notation import forms
from mcalc.notation.notate import Notation

#: Letters for new names by number of axes, in the order in which they are taken.
LETTERS = ("cdfghqrsuvw", "pqrsuvwzabc", "PQRSUVWZMNG")


def with_names(root: Expr, notation: Notation, taken: Iterable[str]) -> tuple[int, Syntax, Notation]:
    """The weight and the syntax of `root`, repeated subexpressions named where that shortens the whole.

    Last comes the notation that knows these names.
    """
    plain = notation.piece(root).plain
    uses = _uses(root, notation)
    if not any(count > 1 for count in uses.values()):
        return plain.weight, plain.syntax, notation
    shared = Notation(notation.said, notation.names, notation.sums)
    fresh = _fresh(set(taken) | {s.name for s in root.free})
    definitions: list[tuple[Name, Syntax]] = []
    cost = 0
    for node in postorder(root, lambda n: n not in notation.names):
        # A matrix is named the way round in which it is written with fewer transposes.
        count = uses.get(node, 0)
        if isinstance(node, Sum) and notation.way(scale(-1, node)) > notation.way(node):
            node = scale(-1, node)  # the difference as it reads best; what needs the other sign finds it
        piece = shared.piece(node)
        named = node if piece.plain.weight <= piece.turned.weight else node.T
        form = forms.lighter(piece.plain, piece.turned)
        saved = (count - 1) * form.weight - (count + 1) * forms.TOKEN
        if node is root or not node.free or count < 2 or saved < 2 * forms.TOKEN or node.rank > 2:
            continue
        name = next(fresh[node.rank])
        definitions.append((Name(name), form.syntax))
        cost += form.weight + forms.TOKEN
        shared.call(named, name)
        if named is not node:
            shared.pieces[node] = shared.piece(named).T
    whole = shared.piece(root).plain
    if not definitions or cost + whole.weight >= plain.weight:
        return plain.weight, plain.syntax, notation
    return cost + whole.weight, Program(tuple(definitions), whole.syntax), shared


def repeats(root: Expr, notation: Notation) -> bool:
    """Whether the expression repeats anything for which a name might pay."""
    uses = _uses(root, notation)
    return any(count > 1 and node.free and notation.weight(node) > 2 * forms.TOKEN for node, count in uses.items())


def _uses(root: Expr, notation: Notation) -> dict[Expr, int]:
    """How often each node stands in the text of another, once the others are written once."""
    uses: dict[Expr, int] = {root: 1}
    for node in postorder(root, lambda n: n not in notation.names):
        for child in children(node):
            uses[child] = uses.get(child, 0) + 1
    return uses


def _fresh(taken: set[str]) -> tuple[Iterator[str], Iterator[str], Iterator[str]]:
    def names(letters: str) -> Iterator[str]:
        for round_ in range(1_000_000):
            for letter in letters:
                name = letter if not round_ else f"{letter}_{round_}"
                if name not in taken:
                    taken.add(name)
                    yield name

    return names(LETTERS[0]), names(LETTERS[1]), names(LETTERS[2])
