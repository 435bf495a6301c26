"""From an expression back to the surface tree, as short as the textbook.

`notate` is the whole of it: present (collect.py) searches for the grouping that reads lightest, Notation
(notate.py, graph.py, forms.py) turns nodes into syntax, names.py names what repeats.
"""

from __future__ import annotations

from mcalc.algebra.expr import Apply, Contract, Expr, Sum
from mcalc.calculus.simplify import simplify
from mcalc.language.syntax import Syntax
from mcalc.notation.collect import present
from mcalc.notation.names import with_names
from mcalc.notation.notate import Notation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading


def notate(expr: Expr, reading: Reading | None = None, *, where: bool = True) -> Syntax:
    """The expression as surface syntax, in the words of the input where those are no longer.

    A `Program` where intermediates are named, which `where=False` forbids.
    """
    said: dict[Expr, Syntax] = {}
    names: dict[Expr, str] = {}
    taken: set[str] = set()
    if reading is not None:
        for node, syntax in reading.said.items():
            said.setdefault(node, syntax)
            said.setdefault(simplify(node), syntax)
        for name, node in reading.definitions.items():
            if isinstance(node, (Apply, Contract, Sum)):
                names.setdefault(node, name)
                names.setdefault(simplify(node), name)
        taken = {*reading.symbols, *reading.definitions}
        taken |= {n for s in reading.symbols.values() for d in s.shape for n in d.names}
    notation = Notation(said, names)
    shown = present(expr, notation)
    if not where:
        return notation.syntax(shown)
    # What repeats costs its full weight in the first search and that of a name in the second: take the better.
    shared = present(expr, Notation(said, names), share=True)
    options = [with_names(e, notation, taken) for e in dict.fromkeys((shown, shared))]
    return min(options, key=lambda option: option[0])[1]
