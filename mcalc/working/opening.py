"""Opening differentials: one line of the working at a time, from the outside inwards.

A half-finished line holds differentials that are not worked out yet. Such an open differential is an ordinary
node, the application of `d`, so that a line has a value, a shape and a notation like every other expression.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.expr import Apply, Contract, Expr, Sum, Symbol, coefficient_of, is_zero, scale, symbol, zero
from mcalc.algebra.ops.record import OPS, function, unsupported
from mcalc.algebra.walk import postorder, substitute
from mcalc.calculus.differential import tangent
from mcalc.calculus.rules import Rule
from mcalc.calculus.simplify import simplify
from mcalc.phrase import say

#: Sums and constant factors are seen through to this depth within one line.
DEPTH = 12


def _again(*_: Expr) -> Expr:
    raise unsupported(say("the differential of a differential"))


def _multiple(node: Expr) -> Expr | None:
    """Zeros and rational factors leave an open differential."""
    if is_zero(node):
        return node
    c, inner = coefficient_of(node)
    return None if c == 1 else scale(c, d(inner))


d = function(
    "d", "...->...", _again, normal=_multiple, turns="with", keeps="symmetric skew diagonal lower", internal=True,
    latex=r"\mathrm{{d}} {0:atom}",
    why="d goes with the linear part of a change.",
)  # fmt: skip
# It means something only in a line of working: elsewhere `d` is a name like any other.
del OPS["d"]


def opened(root: Expr) -> list[Apply]:
    """The open differentials in a line."""
    return [node for node in postorder(root) if isinstance(node, Apply) and node.op is d]


class Opening:
    """The opening of every differential of a line at once; `rules` are the codes of what it took, in order.

    `learn` is told of every sum and its differential. Where `single`, only the first differential is opened, and by
    one rule.
    """

    def __init__(self, x: Symbol, dx: Symbol, learn: Callable[[Expr, Expr], None], single: bool = False) -> None:
        self.x, self.dx, self.learn, self.single = x, dx, learn, single
        self.rules: list[str] = []

    def line(self, root: Expr) -> Expr:
        """The next line."""
        chosen = opened(root)[:1] if self.single else opened(root)
        values: dict[Expr, Expr] = {node: self.open(node.args[0], 0) for node in chosen}
        return substitute(root, values)

    def open(self, node: Expr, depth: int) -> Expr:
        """The differential of a node: linear structure is seen through, up to one product or operation."""
        if node is self.x:
            return self.dx
        if self.x not in node.free:
            return zero(node.shape)
        moving = [c for c in dict.fromkeys(node.children) if self.x in c.free]
        linear = self._linear(node, moving)
        through = linear and depth < DEPTH and not self.single
        rule = "linear" if linear else self._rule(node, moving)
        self.rules.append(rule)
        changes = {c: self.open(c, depth + 1) if through else self.change(c) for c in moving}
        if isinstance(node, Apply) and changes[moving[0]] is not self.dx and node.op.slope is not None:
            self.rules.append("chain-rule")
        result = tangent(node, changes)
        if isinstance(node, Sum):
            self.learn(node, result)
        if rule == "product-rule" and not (isinstance(result, Sum) and len(result.terms) > 1):
            self.rules.append("equal-parts")
        return result

    def change(self, node: Expr) -> Expr:
        """The differential of a node, left open unless it is that of the variable itself but for sign and constants."""
        if node is self.x:
            return self.dx
        if isinstance(node, Sum):
            moving = [(c, n) for c, n in node.terms if self.x in n.free]
            if len(moving) == 1 and abs(moving[0][0]) == 1 and self._bare(moving[0][1]):
                return scale(moving[0][0], self.change(moving[0][1]))
        elif self._bare(node):
            return tangent(node, {self.x: self.dx})
        return d(node)

    def _bare(self, node: Expr) -> bool:
        """Whether the node is the variable, or its transpose."""
        if node is self.x:
            return True
        return (
            isinstance(node, Contract)
            and [(b, e) for b, e, _ in node.factors] == [(self.x, 1)]
            and len(node.out) == self.x.rank == len(node.sizes)
            and len(set(node.out)) == len(node.out)
        )

    def _linear(self, node: Expr, moving: list[Expr]) -> bool:
        """Whether the node is linear in the one thing that moves, or a sum of such."""
        if isinstance(node, Contract):
            return [e for b, e, _ in node.factors if b in moving] == [1]
        return isinstance(node, Sum)

    def _rule(self, node: Expr, moving: list[Expr]) -> str:
        """The code of the rule for a product or an operation."""
        if isinstance(node, Apply):
            return "declared" if node.op.private else node.op.name
        assert isinstance(node, Contract)
        exponents = [e for b, e, _ in node.factors if b in moving]
        if len(exponents) == 1:
            return "square" if exponents[0] == 2 and not node.rank else "power-rule"
        return "quotient-rule" if any(e < 0 for e in exponents) else "product-rule"


def tidied(root: Expr) -> list[tuple[str, Expr]]:
    """The lines by which identities between functions simplify a line, each with its rule; the last has them all.

    Nothing is simplified under an open differential: what holds for the variable's value (Qᵀ Q = I) need not hold
    for the values around it, which is what d asks for. Nor is a line that would then divide by zero, as that of a norm
    of what is zero everywhere: its differential is zero in the end.
    """
    held: dict[Expr, Expr] = {}
    for k, node in enumerate(opened(root)):
        props = ("symmetric",) if node.symmetric else ()
        held[node] = symbol("·", node.shape, props, 200_000 + k)

    back: dict[Expr, Expr] = {hole: node for node, hole in held.items()}
    line = substitute(root, held)
    found: list[tuple[str, Expr]] = []

    def fired(rule: Rule, before: Expr, after: Expr) -> None:
        nonlocal line
        line = substitute(line, {before: after})
        found.append((rule.name, line))

    whole = simplify(line, fired)
    if _divides_by_zero(whole):
        return []
    if found:
        found[-1] = (found[-1][0], whole)
    return [(name, substitute(each, back)) for name, each in found]


def _divides_by_zero(root: Expr) -> bool:
    powers = [f for node in postorder(root) if isinstance(node, Contract) for f in node.factors]
    return any(exponent < 0 and is_zero(base) for base, exponent, _ in powers)


def chief_first(rules: list[str]) -> list[str]:
    """The rules of a line, each once: linearity and the chain rule after what they serve."""
    own = [r for r in dict.fromkeys(rules) if r not in ("linear", "chain-rule")]
    return [*own, *(["chain-rule"] if "chain-rule" in rules else [])] or ["linear"]
