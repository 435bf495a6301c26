"""Fused axes as axes of their own: what is summed over their parts is a vec.

So M@vec(X) is written, and not einsum('i(jk),kj->i', M, X).
"""

from __future__ import annotations

from mcalc.algebra.contract import renumbered
from mcalc.algebra.dims import product
from mcalc.algebra.expr import Contract, Factor, Group, contract


def with_vecs(node: Contract) -> Contract:
    """The product with one label for each fused axis of its matrices, as far as the rest is the vec of something.

    The rest is what hangs on the parts of the axis and on nothing else.
    """
    for group in dict.fromkeys([g for _, _, axes in node.factors if len(axes) > 1 for g in axes if len(g) > 1]):
        found = _with_vec(node, group)
        if found is not None:
            return with_vecs(found)  # whose labels have other numbers
    return node


def _with_vec(node: Contract, group: Group) -> Contract | None:
    inside = set(group)
    holders = [f for f in node.factors if len(f[2]) > 1 and group in f[2]]
    others = [f for f in node.factors if f[2] and f not in holders]
    hanging: list[Factor] = []
    reached = set(inside)
    while more := [f for f in others if f not in hanging and not reached.isdisjoint(_labels(f))]:
        hanging += more
        reached.update(*map(_labels, more))
    outside = {x for f in holders for g in f[2] if g != group for x in g}
    outside |= {x for g in node.out if g != group for x in g}
    if len(inside) < len(group) or not reached.isdisjoint(outside):
        return None
    label = len(node.sizes)
    sizes = (*node.sizes, product([node.sizes[x] for x in group]))
    factors = [
        (b, e, tuple([(label,) if g == group else g for g in axes]))
        for b, e, axes in node.factors
        if (b, e, axes) not in hanging
    ]
    if hanging:
        held = {x: node.sizes[x] for x in reached}
        factors.append((contract(hanging, (group,), held), 1, ((label,),)))
    out = tuple([(label,) if g == group else g for g in node.out])
    return renumbered(factors, out, sizes)


def unvec(node: Contract) -> tuple[Contract, bool] | None:
    """The vector that holds the entries of a matrix, by columns or (True) by rows; None where no factor has it so.

    Scalars that multiply the matrix are left out.
    """
    if len(node.out) != 2 or any(len(g) != 1 for g in node.out) or node.out[0] == node.out[1]:
        return None
    (row,), (column,) = node.out
    factors = [f for f in node.factors if f[2]]
    for group in ((column, row), (row, column)):
        apart = [f for f in factors if group not in f[2]]
        if len(apart) == len(factors) or any(not {row, column}.isdisjoint(_labels(f)) for f in apart):
            continue
        vector = with_vecs(renumbered(factors, (group,), node.sizes))
        if len(vector.out[0]) == 1:  # else it would be the vec of this matrix
            return vector, group[0] == row
    return None


def _labels(factor: Factor) -> set[int]:
    return {x for group in factor[2] for x in group}
