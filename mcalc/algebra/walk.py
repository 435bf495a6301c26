"""Visiting the nodes of an expression: each once, without recursion, so that depth costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.expr import Apply, Contract, Expr, Sum, add, contract


def postorder(root: Expr, enter: Callable[[Expr], bool] | None = None) -> list[Expr]:
    """Every node below `root` that `enter` admits, each once, children before parents."""
    seen: set[Expr] = set()
    order: list[Expr] = []
    entered: list[Expr] = []  # whose children are being visited
    stack: list[Expr | None] = [root]  # None: the last that was entered is done
    while stack:
        node = stack.pop()
        if node is None:
            order.append(entered.pop())
        elif node not in seen and (enter is None or enter(node)):
            seen.add(node)
            if node.children:
                entered.append(node)
                stack.append(None)
                stack.extend([child for child in node.children if child not in seen])
            else:
                order.append(node)
    return order


def rebuild(node: Expr, new: Callable[[Expr], Expr]) -> Expr:
    """The node over other children."""
    made = [new(child) for child in node.children]
    if made == [*node.children]:
        return node
    match node:
        case Sum(terms):
            return add([(c, n) for (c, _), n in zip(terms, made, strict=True)], node.shape)
        case Contract(factors, out, sizes):
            others = [(b, e, axes) for (_, e, axes), b in zip(factors, made, strict=True)]
            return contract(others, out, dict(enumerate(sizes)))
        case Apply(op):
            return op(*made)
    return node


def substitute(root: Expr, values: dict[Expr, Expr]) -> Expr:
    """The expression with nodes replaced by others of the same shape."""
    done = dict(values)
    for node in postorder(root, lambda n: n not in done):
        done[node] = rebuild(node, lambda child: done.get(child, child))
    return done.get(root, root)
