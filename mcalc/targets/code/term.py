"""The factors of a product over index labels while it is planned."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mcalc.algebra.expr import Group
from mcalc.targets.code.array import Code

Labelled = tuple[Code, int, Group]  #: an array, 1 or -1 where it divides, and the label of each axis
Key = tuple[tuple[int, int, Group], ...]  #: a term's arrays by place, signs and labels
Step = tuple[Key, Key, Group]  #: two terms, and which of their labels are kept


class Term:
    """A factor on its way: the elementwise product of arrays, written down only when something needs it."""

    __slots__ = ("labels", "parts")

    def __init__(self, parts: Iterable[Labelled]) -> None:
        self.parts = tuple(sorted(parts, key=lambda part: (-len(part[2]), part[0].place)))
        self.labels = tuple(dict.fromkeys(x for _, _, labels in self.parts for x in labels))

    @property
    def free(self) -> bool:
        """Whether the order of the axes is free: a symmetric matrix."""
        return len(self.parts) == 1 and self.parts[0][0].symmetric

    def starts(self, kept: Collection[int]) -> bool:
        """Whether it can stand on the right of a matrix product as it is."""
        return self.free or self.labels[0] not in kept

    def ends(self, kept: Collection[int]) -> bool:
        """Whether it can stand on the left of a matrix product as it is."""
        return self.free or self.labels[-1] not in kept

    def key(self, names: dict[int, int]) -> Key:
        """What the term computes, its labels renamed in the order in which they are met, of a symmetric matrix one
        that has been met before first.
        """
        found = []
        for code, sign, labels in self.parts:
            if code.symmetric:
                labels = tuple(sorted(labels, key=lambda x: names.get(x, len(names))))
            found.append((code.place, sign, tuple([names.setdefault(x, len(names)) for x in labels])))
        return tuple(found)
