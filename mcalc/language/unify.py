"""Unknown sizes of axes, made equal one by one."""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.algebra.dims import Dim, dim, product

Atom = int | Dim  #: an unknown, or a size that is given
Size = tuple[Atom, ...]  #: the size of an axis: a product of atoms, in the order in which they are fused


def given(size: Dim) -> Size:
    """A given size; the factors of a product stand apart, so that `m*n` meets a fused axis."""
    if len(size.terms) != 1 or not isinstance(size.terms[0][1], int):
        return (size,)
    names, count = size.terms[0]
    return (*((dim(count),) if count != 1 or not names else ()), *map(dim, names))


class Sizes:
    """Unknowns, and what is known of each."""

    __slots__ = ("_count", "_known")

    def __init__(self) -> None:
        self._count = 0
        self._known: dict[int, Size] = {}

    def fresh(self) -> Size:
        """An unknown of its own."""
        self._count += 1
        return (self._count,)

    def resolve(self, size: Size) -> Size:
        """The size in atoms that nothing is known of."""
        known = self._known
        found: list[Atom] = []
        for atom in size:
            if not isinstance(atom, int) or atom not in known:
                found.append(atom)
                continue
            path = [atom]
            target = known[atom]
            while len(target) == 1 and isinstance(target[0], int) and target[0] in known:
                path.append(target[0])
                target = known[target[0]]
            # Whoever asks again finds it at once.
            known.update(dict.fromkeys(path, target))
            found.extend(target if len(target) == 1 else self.resolve(target))
        return tuple(found)

    def unify(self, left: Size, right: Size) -> None:
        """Make two sizes equal where that is possible; where it is not, lowering will say so."""
        work = [(left, right)]
        while work:
            a, b = map(self.resolve, work.pop())
            a, b = _without(a, b), _without(b, a)
            if len(b) == 1 and isinstance(b[0], int):
                a, b = b, a
            if len(a) == 1 and isinstance(a[0], int):
                if b and a[0] not in b:
                    self._known[a[0]] = b
            elif len(a) == len(b) > 1:
                work.extend(((x,), (y,)) for x, y in zip(a, b, strict=True))

    def clash(self, left: Size, right: Size) -> bool:
        """Whether the sizes are known to differ."""
        a, b = self.resolve(left), self.resolve(right)
        return _known(a) and _known(b) and self.value(a, {}) is not self.value(b, {})

    def value(self, size: Size, names: dict[int, Dim]) -> Dim:
        """The size, given those of its unknowns."""
        return product([names[a] if isinstance(a, int) else a for a in self.resolve(size)])


def unknowns(sizes: Iterable[Size]) -> list[int]:
    """The unknowns in these sizes, each once, in order."""
    return list(dict.fromkeys(a for size in sizes for a in size if isinstance(a, int)))


def _known(size: Size) -> bool:
    return all(isinstance(a, Dim) for a in size)


def _without(size: Size, other: Size) -> Size:
    """The factors that the other size does not have."""
    if len(size) == 1 and len(other) == 1:
        return () if size == other else size
    left, rest = list(other), []
    for atom in size:
        if atom in left:
            left.remove(atom)
        else:
            rest.append(atom)
    return tuple(rest)
