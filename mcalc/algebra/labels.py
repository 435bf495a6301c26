"""Labels of the axes of a product: what stands for what, other numbers for them, and what they hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import Contract, Factor, Group


class Labels:
    """Labels while a product is flattened: unified by identities, split where a fused axis meets its parts."""

    def __init__(self, sizes: dict[int, Dim]) -> None:
        self.parent: dict[int, int] = {}
        self.parts: dict[int, Group] = {}
        self.sizes = dict(sizes)
        self.fresh = count(1_000_000)

    def new(self, d: Dim) -> int:
        """A label that is not in use, of this size."""
        label = next(self.fresh)
        self.sizes[label] = d
        return label

    def learn(self, axes: tuple[Group, ...], shape: tuple[Dim, ...]) -> None:
        """Axes of these sizes carry these labels."""
        for group, d in zip(axes, shape, strict=True):
            if len(group) == 1:
                self.sizes.setdefault(group[0], d)

    def find(self, label: int) -> int:
        """The label that stands for this one."""
        parent = self.parent
        while label in parent:
            label = parent[label]
        return label

    def axes(self, groups: tuple[Group, ...]) -> tuple[Group, ...]:
        """The groups in labels that stand for themselves."""
        return tuple([self.resolve(group) for group in groups]) if self.parent or self.parts else groups

    def resolve(self, group: Group) -> Group:
        """The group in labels that stand for themselves."""
        if not self.parent and not self.parts:
            return group
        found: list[int] = []
        stack = list(reversed(group))
        while stack:
            label = self.find(stack.pop())
            if label in self.parts:
                stack.extend(reversed(self.parts[label]))
            else:
                found.append(label)
        return tuple(found)

    def standing(self) -> set[int]:
        """The labels that stand for themselves."""
        if not self.parent and not self.parts:
            return set(self.sizes)
        return {x for label in self.sizes for x in self.resolve((label,))}

    def unify(self, left: Group, right: Group) -> bool:
        """Make two groups of one size the same axis; False where their parts do not line up."""
        if len(left) == len(right) == 1 and not self.parts:
            x, y = self.find(left[0]), self.find(right[0])
            if x == y:
                return True
            if self.sizes[x] is self.sizes[y]:
                self.parent[y] = x
                return True
        a, b = list(self.resolve(left)), list(self.resolve(right))
        while a and b:
            x, y = self.find(a.pop(0)), self.find(b.pop(0))  # one before may have become another
            if x == y:
                continue
            dx, dy = self.sizes[x], self.sizes[y]
            if dx is dy:
                self.parent[y] = x
                continue
            if not (self._split(x, dx, y, b) or self._split(y, dy, x, a)):
                return False
            a, b = list(self.resolve(tuple(a))), list(self.resolve(tuple(b)))
        return not a and not b

    def _split(self, whole: int, d: Dim, first: int, others: list[int]) -> bool:
        """Let `whole` stand for `first` and as many of `others` as its size needs."""
        parts = [first]
        while True:
            have = product([self.sizes[x] for x in parts])
            if have is d:
                self.parts[whole] = tuple(parts)
                del others[: len(parts) - 1]
                return True
            if len(parts) > len(others):
                return False
            parts.append(others[len(parts) - 1])

    def merge(self, left: tuple[Group, ...], right: tuple[Group, ...]) -> bool:
        """Unify the axes of one array with those of another, all of them or, where parts do not line up, none."""
        plain = not self.parts and all(len(a) == 1 == len(b) for a, b in zip(left, right, strict=True))
        before = None if plain else (dict(self.parent), dict(self.parts))
        fits = all(self.unify(a, b) for a, b in zip(left, right, strict=True))
        if not fits and before is not None:
            self.parent, self.parts = before
        return fits


def relabelled(groups: tuple[Group, ...], label: Mapping[int, int] | Sequence[int]) -> tuple[Group, ...]:
    """The groups with other labels."""
    return tuple([(label[g[0]],) if len(g) == 1 else tuple([label[x] for x in g]) for g in groups])


def components(factors: list[Factor]) -> list[list[Factor]]:
    """Factors that share labels, directly or through others."""
    if len(factors) < 2:
        return [factors] if factors else []
    found: list[tuple[int, set[int], list[Factor]]] = []
    for position, factor in enumerate(factors):
        labels = {x for group in factor[2] for x in group}
        touched = [part for part in found if not part[1].isdisjoint(labels)]
        if len(touched) == 1 and touched[0] is found[-1]:
            touched[0][1].update(labels)
            touched[0][2].append(factor)
            continue
        touched.sort(key=lambda part: part[0])
        mine = [f for part in touched for f in part[2]]
        found = [part for part in found if part not in touched]
        home = touched[0][0] if touched else position
        found.append((home, labels.union(*[part[1] for part in touched]), [*mine, factor]))
    return [members for _, _, members in found]


def repeats(node: Contract) -> bool:
    """Whether axes of the result are one: a diagonal."""
    shown = [x for group in node.out for x in group]
    return len(set(shown)) < len(shown)


def stretches(node: Contract) -> bool:
    """Whether an axis of the result is one of no factor: along it the array is the same."""
    held = {x for _, _, axes in node.factors for group in axes for x in group}
    return any(x not in held for group in node.out for x in group)
