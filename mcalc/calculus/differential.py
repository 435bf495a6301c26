"""Differentials: what an operation does to a small change of its arguments, and nothing else.

`push` carries tangents forward through the graph, `pull` carries cotangents back. Both visit every shared
node once, so their cost follows the size of the graph. The reverse sweep is not stated anywhere: the
cotangent of a contraction's factor is the contraction of the other factors with the result's cotangent.
"""

from __future__ import annotations

from mcalc.algebra.batch import hole, lift_over
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Rational,
    Shape,
    Sum,
    Symbol,
    add,
    contract,
    hadamard,
    is_zero,
    symbol,
    zero,
)
from mcalc.algebra.walk import postorder
from mcalc.calculus.cotangent import Cotangent, others
from mcalc.errors import Problem


def differential_of(x: Symbol, name: str) -> Symbol:
    """The variable's differential as a variable: of its shape, and of its kind where that is a linear condition."""
    props = x.props & {"symmetric", "skew", "diagonal", "lower"}
    if x.symmetric:
        props |= {"symmetric"}
    return symbol(name, x.shape, props, 100_000 + x.place)


def active(root: Expr, variables: set[Expr]) -> list[Expr]:
    """The nodes below `root` that depend on the variables, children first."""
    return postorder(root, lambda node: not node.free.isdisjoint(variables))


def push(root: Expr, tangents: dict[Expr, Expr]) -> Expr:
    """The differential of `root`, given those of its variables (each of its variable's shape)."""
    moved = dict(tangents)
    for node in active(root, set(tangents)):
        if node not in moved:
            moved[node] = tangent(node, moved)
    return moved.get(root) or zero(root.shape)


def tangent(node: Expr, moved: dict[Expr, Expr]) -> Expr:
    """The differential of one node, given the differentials of the children that move."""
    match node:
        case Sum(terms):
            return add([(c, moved[n]) for c, n in terms if n in moved], node.shape)
        case Contract(factors, out, sizes):
            known = dict(enumerate(sizes))
            parts: list[tuple[Rational, Expr]] = []
            for k, (base, exponent, axes) in enumerate(factors):
                if base in moved:
                    rest = others(factors, k)
                    parts.append((exponent, contract([*rest, (moved[base], 1, axes)], out, known)))
            return add(parts, node.shape)
        case Apply(op, args):
            if op.slope is not None:
                return hadamard(op.slope(args[0], node), moved[args[0]])
            changes = [moved.get(a) or zero(a.shape) for a in args]
            return local(node, changes)
    raise AssertionError(node)


def local(node: Apply, changes: list[Expr]) -> Expr:
    """The record's differential at this node, lifted where the node has batch axes."""
    op = node.op
    if op.differential is None:
        raise Problem("E401", "the derivative of {name} is not known", hint="mcalc functions {name}", name=op.name)
    batch = op.batch(node.args)
    if not batch:
        return op.differential(*node.args, node, *changes)
    values = [*node.args, node, *changes]
    # A zero stays a zero: what vanishes with it need not be known. A scalar by itself has no batch axes.
    holes = [
        v if not v.rank else zero(v.shape[batch:]) if is_zero(v) else hole(v.shape[batch:], k)
        for k, v in enumerate(values)
    ]
    statement = op.differential(*holes)
    # The answer is a node like any other: where the statement applies the record to the hole, it is the answer.
    return lift_over(statement, dict(zip(holes, values, strict=True)), node.shape[:batch])


def pull(root: Expr, seed: Expr, targets: list[Expr]) -> list[Expr]:
    """The cotangents of the targets, given that of `root`.

    The seed has the root's axes last; axes before them (one cotangent for each entry of some array) are kept
    in front of every result.
    """
    lead = seed.shape[: seed.rank - root.rank]
    gathered: dict[Expr, list[Cotangent]] = {root: [Cotangent.of(seed, len(lead))]}
    wanted = set(targets)
    for node in reversed(active(root, wanted)):
        if node in wanted or node not in gathered:
            continue
        g = Cotangent.total(gathered.pop(node), (*lead, *node.shape), len(lead))
        match node:
            case Sum(terms):
                for c, n in terms:
                    if not n.free.isdisjoint(wanted):
                        gathered.setdefault(n, []).append(g.times(c))
            case Contract(factors):
                for k, (base, _, _) in enumerate(factors):
                    if not base.free.isdisjoint(wanted):
                        gathered.setdefault(base, []).append(g.to_factor(node, k))
            case Apply(op, (arg, *_)) if op.slope is not None:
                gathered.setdefault(arg, []).append(g.along(op.slope(arg, node)))
            case Apply():
                for arg, cotangent in _pull_operation(node, g.value, lead, wanted):
                    gathered.setdefault(arg, []).append(Cotangent.of(cotangent, len(lead)))
    return [Cotangent.total(gathered.get(t, []), (*lead, *t.shape), len(lead)).value for t in targets]


def _pull_operation(node: Apply, g: Expr, lead: Shape, wanted: set[Expr]) -> list[tuple[Expr, Expr]]:
    op, args = node.op, node.args
    found: list[tuple[Expr, Expr]] = []
    for k, arg in enumerate(args):
        if arg.free.isdisjoint(wanted):
            continue
        if op.adjoint is not None and k == len(args) - 1:
            found.append((arg, _adjoint(node, g, lead)))
            continue
        change = hole(arg.shape, 100 + k)
        changes = [change if j == k else zero(a.shape) for j, a in enumerate(args)]
        found.append((arg, pull(local(node, changes), g, [change])[0]))
    return found


def _adjoint(node: Apply, g: Expr, lead_shape: Shape) -> Expr:
    assert node.op.adjoint is not None
    fixed = node.args[:-1]
    batch = node.op.batch(node.args)
    if not batch and not lead_shape:
        return node.op.adjoint(*fixed, g)
    core = hole(node.shape[batch:], 99)
    if not batch:
        return lift_over(node.op.adjoint(*fixed, core), {core: g}, lead_shape)
    holes = [hole(a.shape[batch:], k) if a.rank else a for k, a in enumerate(fixed)]
    values = {h: _lead(a, lead_shape) for h, a in zip(holes, fixed, strict=True) if a.rank}
    return lift_over(node.op.adjoint(*holes, core), {**values, core: g}, g.shape[: len(lead_shape) + batch])


def _lead(node: Expr, lead: Shape) -> Expr:
    """The node repeated along axes in front of its own."""
    axes = tuple((k,) for k in range(node.rank))
    front = tuple((-1 - k,) for k in range(len(lead)))
    return contract([(node, 1, axes)], (*front, *axes), {-1 - k: d for k, d in enumerate(lead)})
