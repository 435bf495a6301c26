"""Simplification: the rules, applied until none applies."""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.expr import Contract, Expr, Sum, add
from mcalc.algebra.walk import postorder, rebuild
from mcalc.calculus.rules import Rule, rules_for

Observer = Callable[[Rule, Expr, Expr], None]

#: Rules make nodes that others apply to, so passes are repeated; no expression seen has needed half of these.
MOST_PASSES = 12

#: What nodes settled to lately: a search asks again and again. Old ones are forgotten at once.
_lately: dict[Expr, Expr] = {}
#: Nodes that no rule applies to, nor to any node below them; forgotten in the same way.
_simple: set[Expr] = set()
MOST_REMEMBERED = 20_000


def simplify(root: Expr, observe: Observer | None = None) -> Expr:
    """The expression with every rule applied until none applies any more.

    `observe` is called with each rule that fires and the nodes before and after: the one place where a
    rule fires has one observer.
    """
    for _ in range(MOST_PASSES):
        if root in _simple:
            break
        done = _pass(root, observe)
        if done[root] is root:
            if len(_simple) >= MOST_REMEMBERED:
                _simple.clear()
            _simple.update(done)
        root = done[root]
    return root


def _pass(root: Expr, observe: Observer | None) -> dict[Expr, Expr]:
    """What the nodes become that are not known to be simple, each settled once."""
    done: dict[Expr, Expr] = {}
    for node in postorder(root, lambda n: n not in _simple):
        done[node] = settle(rebuild(node, lambda child: done.get(child, child)), observe)
    return done


def settle(node: Expr, observe: Observer | None = None) -> Expr:
    """The node with rules applied to it and to its terms, its children being simple already."""
    known = _lately.get(node)
    if known is None or (known is not node and observe is not None):
        known = _settle(node, observe)
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
        _lately[node] = known
    return known


def _settle(node: Expr, observe: Observer | None) -> Expr:
    if isinstance(node, Sum):
        node = add([(c, settle(n, observe) if isinstance(n, Contract) else n) for c, n in node.terms], node.shape)
    for _ in range(100):
        for rule in rules_for(node):
            after = rule.rewrite(node)
            if after is not None and after is not node:
                if observe is not None:
                    observe(rule, node, after)
                node = after
                break
        else:
            break
    return node
