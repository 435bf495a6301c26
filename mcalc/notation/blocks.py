"""Blocks: matrices by their slots, before anything is written.

A slot is a label that numbers rows or columns. A block has its slots and the factors that are multiplied over them;
these functions take blocks apart and put them in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations

from mcalc.algebra.expr import Factor, Group

#: Factors multiplied over labels, those that nothing else has being summed; and the labels that are left.
Part = tuple[tuple[Factor, ...], frozenset[int]]
#: Rows, columns and factors of one matrix.
Block = tuple[Group, Group, tuple[Part, ...]]
#: Where a run of slots begins, where the next one begins, and where that ends: the two change places.
Swap = tuple[int, int, int]


def labels_of(parts: Iterable[Part]) -> frozenset[int]:
    """The labels of several parts."""
    return frozenset(x for _, labels in parts for x in labels)


def swaps(source: Group, target: Group) -> tuple[Swap, ...]:
    """The fewest exchanges of neighbouring runs that bring one order into the other."""
    return _sorting(len(source))[tuple(source.index(x) for x in target)]


@cache
def _sorting(count: int) -> dict[tuple[int, ...], tuple[Swap, ...]]:
    """How to come from the natural order to every other."""
    natural = tuple(range(count))
    found: dict[tuple[int, ...], tuple[Swap, ...]] = {natural: ()}
    queue = [natural]
    for order in queue:
        for start, middle, stop in combinations(range(count + 1), 3):
            moved = order[:start] + order[middle:stop] + order[start:middle] + order[stop:]
            if moved not in found:
                found[moved] = (*found[order], (start, middle, stop))
                queue.append(moved)
    return found


def together(blocks: Iterable[Block]) -> list[Block]:
    """Blocks side by side, neighbours taken together: identities, ones, and a column beside a row."""
    found: list[Block] = []
    for block in blocks:
        rows, columns, parts = block
        if found:
            last = found[-1]
            alike = [rows == columns, bool(rows), bool(columns)] == [last[0] == last[1], *map(bool, last[:2])]
            lone = {len(rows), len(columns)} == {len(last[0]), len(last[1])} == {0, 1}
            if (alike and not parts and not last[2]) or (lone and bool(rows) != bool(last[0])):
                found[-1] = (last[0] + rows, last[1] + columns, last[2] + parts)
                continue
        found.append(block)
    return found


def reduced(factors: Iterable[Factor], slots: set[int]) -> tuple[Part, ...]:
    """The factors in parts: what a summed label joins to a vector or a matrix is one part."""
    parts: list[Part] = [(((b, e, axes),), frozenset(x for g in axes for x in g)) for b, e, axes in factors]
    at: dict[int, set[int]] = {}
    for k, (_, labels) in enumerate(parts):
        for x in labels - slots:
            at.setdefault(x, set()).add(k)
    queue = sorted(at)
    while queue:
        label = queue.pop()
        touching = sorted(at.get(label, ()))
        left = frozenset[int]().union(*(parts[k][1] for k in touching)) - {label}
        if not touching or len(left) > 2:
            continue
        parts.append((tuple(f for k in touching for f in parts[k][0]), left))
        for k in touching:
            for x in parts[k][1] - slots:
                at[x].discard(k)
        for x in left - slots:
            at[x].add(len(parts) - 1)
            queue.append(x)
        for k in touching:
            parts[k] = ((), frozenset())
    merged: dict[frozenset[int], tuple[Factor, ...]] = {}
    for inner, labels in parts:
        if inner:
            merged[labels] = merged.get(labels, ()) + inner
    return tuple((inner, labels) for labels, inner in merged.items())


def groups_of(parts: Iterable[Part], apart: set[int]) -> list[tuple[Part, ...]]:
    """Parts that are connected by labels other than these."""
    groups: list[tuple[list[Part], set[int]]] = []
    for part in parts:
        inner = part[1] - apart
        mine = [g for g in groups if g[1] & inner]
        groups = [g for g in groups if not g[1] & inner]
        groups.append(([*(p for g in mine for p in g[0]), part], set(inner).union(*(g[1] for g in mine))))
    return [tuple(found) for found, _ in groups]


def connected(block: Block) -> list[Block]:
    """The blocks that share no label, in the order of their first slots."""
    rows, columns, parts = block
    blocks: list[Block] = []
    groups = groups_of(parts, set())
    held = {x for _, labels in parts for x in labels}
    sets = [({x for _, labels in group for x in labels}, group) for group in groups]
    sets += [({x}, ()) for x in dict.fromkeys((*rows, *columns)) if x not in held]
    for labels, group in sets:
        blocks.append((tuple(x for x in rows if x in labels), tuple(x for x in columns if x in labels), group))
    slots = (*rows, *columns)
    return sorted(blocks, key=lambda b: slots.index((*b[0], *b[1])[0]))


def sides_of(
    rows: Group, columns: Group, parts: Sequence[Part], cut: Group
) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]] | None:
    """The parts before the cut, within it and after it; None where it does not cut rows from columns."""
    before: list[Part] = []
    within: list[Part] = []
    after: list[Part] = []
    for group in groups_of(parts, set(cut)):
        labels = {x for _, held in group for x in held} - set(cut)
        at_rows, at_columns = not labels.isdisjoint(rows), not labels.isdisjoint(columns)
        if at_rows and at_columns:
            return None
        (before if at_rows else after if at_columns else within).extend(group)
    return tuple(before), tuple(within), tuple(after)
