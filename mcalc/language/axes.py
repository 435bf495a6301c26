"""The sizes of axes: the laws that hold make them equal, and what nobody has named gets the usual letters."""

from __future__ import annotations

from collections.abc import Container, Mapping

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Shape
from mcalc.language import names
from mcalc.language.declare import Declaration
from mcalc.language.kinds import Kinds, Law
from mcalc.language.laws import DOT, STAR, Group
from mcalc.language.laws import axes as letters
from mcalc.language.unify import Atom, Size, Sizes, given, unknowns
from mcalc.language.value import COLUMN, MATRIX, ROW, SCALAR, TENSOR, VECTOR

_PRODUCT = (letters("ik"), letters("kj"), letters("ij"))
_ELEMENTWISE = (None, None, None)
_RANK = {SCALAR: 0, COLUMN: 1, ROW: 1, MATRIX: 2}


def shapes(kinds: Kinds, declared: Mapping[str, Declaration], dialect: str) -> dict[str, Shape]:
    """The shapes of all variables, once every name has its kind."""
    axes = _Axes(kinds.masks)
    variables = kinds.plan.variables
    for name in variables:
        declaration = declared.get(name)
        if declaration and declaration.dims is not None:
            axes.of[kinds.part[name]] = tuple(given(d) for d in declaration.dims)
    undecided = []
    for law in kinds.laws:
        if law.table is STAR and all(kinds.masks[part] == MATRIX for part in law.parts[:2]):
            undecided.append(law)
        elif law.table:
            axes.hold(law)
        else:
            axes.hold_sum(law)
    for law in undecided:
        axes.hold_star(law, dialect)
    _line_up(kinds, axes)
    found = {name: [axes.sizes.resolve(size) for size in axes.get(kinds.part[name])] for name in variables}
    later = {size[0] for _, made, _ in kinds.added for size in axes.resolved(made) if _open(size)}
    later -= {atom for parts, _, _ in kinds.added for part in parts for atom in unknowns(axes.resolved(part))}
    known = _named(list(found.values()), kinds.plan.taken, later)
    _add_up(kinds, axes, known)
    left = [u for u in unknowns(size for shape in found.values() for size in shape) if u not in known]
    names_left = names.sizes({*kinds.plan.taken, *map(str, known.values())}, "")
    known |= {unknown: dim(name) for unknown, name in zip(left, names_left, strict=False)}
    return {name: tuple(axes.sizes.value(size, known) for size in shape) for name, shape in found.items()}


def _line_up(kinds: Kinds, axes: _Axes) -> None:
    """Where two sums of equally many sizes are one size, as in `[A, B; C, D]`, make the sizes equal one by one."""
    seen: dict[tuple[Size, int], tuple[tuple[int, ...], int]] = {}
    for parts, made, _ in kinds.added:
        for k, size in enumerate(axes.resolved(made)):
            if any(size in axes.resolved(part) for part in parts):
                continue  # the side that the blocks have in common
            others, j = seen.setdefault((size, len(parts)), (parts, k))
            for one, other in zip(parts, others, strict=True):
                a, b = axes.resolved(one)[k:], axes.resolved(other)[j:]
                if len(parts) > 1 and _open(size) and a and b:
                    axes.sizes.unify(a[0], b[0])


def _add_up(kinds: Kinds, axes: _Axes, known: dict[int, Dim]) -> None:
    """Sizes that are sums of others: the length of `[a; b]`, or of `x[1:]`."""
    for parts, made, result in kinds.added:
        held = [axes.resolved(part) for part in parts]
        for size in (size for shape in held for size in shape):
            for unknown in unknowns([size]):
                known.setdefault(unknown, dim(f"?{unknown}"))  # belongs to no variable
        shape = result([kinds.masks[part] for part in parts], [_dims(axes, sizes, known) for sizes in held])
        for size, value in zip(axes.resolved(made), shape, strict=False):
            atom = size[0] if size else None
            if len(size) == 1 and isinstance(atom, int):
                known.setdefault(atom, value)


def _named(found: list[list[Size]], taken: set[str], later: Container[Atom] = ()) -> dict[int, Dim]:
    """Names for the sizes that nobody has named, save those that follow from others.

    The first matrix is m x n, and a lone or square one n x n; the others follow in the order of the variables,
    matrices first.
    """
    ordered = [size for shape in found if len(shape) > 1 for size in shape]
    ordered += [size for shape in found if len(shape) < 2 for size in shape]
    oblong = next((unknowns(s) for s in found if len(s) == 2 and s[0] != s[1] and _open(s[0]) and _open(s[1])), [])
    wanted = [unknown for unknown in dict.fromkeys((*oblong, *unknowns(ordered))) if unknown not in later]
    square = not oblong and (len(wanted) == 1 or any(len(shape) == 2 for shape in found))
    names_left = names.sizes(taken, "nm" if square else "mn")
    return {unknown: dim(name) for unknown, name in zip(wanted, names_left, strict=False)}


def _dims(axes: _Axes, sizes: tuple[Size, ...], known: dict[int, Dim]) -> Shape:
    return tuple(axes.sizes.value(size, known) for size in sizes)


def _open(size: Size) -> bool:
    return len(size) == 1 and isinstance(size[0], int)


class _Axes:
    """The axes of each part, made equal by the laws that hold."""

    def __init__(self, masks: list[int]) -> None:
        self.masks = masks
        self.sizes = Sizes()
        self.of: dict[int, tuple[Size, ...]] = {}

    def get(self, part: int, rank: int | None = None) -> tuple[Size, ...]:
        """The axes of a part; `rank` where its kind leaves that open."""
        if part not in self.of:
            rank = _RANK.get(self.masks[part], rank)
            if rank is None:
                return ()
            self.of[part] = tuple(self.sizes.fresh() for _ in range(rank))
        return self.of[part]

    def resolved(self, part: int) -> tuple[Size, ...]:
        """The axes of a part as far as they are known."""
        return tuple(self.sizes.resolve(size) for size in self.get(part))

    def hold(self, law: Law) -> None:
        """Make the axes equal that the first row that fits gives one letter."""
        kinds = [self.masks[part] for part in law.parts]
        if law.table is DOT and kinds[0] == TENSOR and kinds[1] & (COLUMN | MATRIX):
            inner, axes = self.get(law.parts[0]), self.get(law.parts[1])
            if inner and axes:
                self.sizes.unify(inner[-1], axes[0])
                self.of.setdefault(law.parts[2], (*inner[:-1], *axes[1:]))
            return
        for masks, groups in law.table:
            if len(masks) == len(kinds) and all(m & k and k & (k - 1) == 0 for m, k in zip(masks, kinds, strict=True)):
                self._equate(law.parts, groups)
                return
        self._meet(law.parts[:-1])

    def _meet(self, parts: tuple[int, ...]) -> None:
        """Nothing fits. Vectors take a size that is there, so that the message can suggest a transpose."""
        matrix = next((k for k, part in enumerate(parts) if self.masks[part] == MATRIX), None)
        sizes = [(k, self.get(part)[0]) for k, part in enumerate(parts) if self.masks[part] in (COLUMN, ROW)]
        for k, size in sizes:
            other = sizes[0][1] if matrix is None else self.get(parts[matrix])[0 if k < matrix else 1]
            self.sizes.unify(other, size)

    def _equate(self, parts: tuple[int, ...], groups: tuple[Group, ...]) -> None:
        letters: dict[str, Size] = {}
        whole: tuple[Size, ...] | None = None
        for part, group in zip(parts, groups, strict=True):
            if group is None:
                if self.masks[part] != SCALAR:
                    mine = self.get(part, len(whole) if whole else None)
                    for a, b in zip(whole or (), mine, strict=False):
                        self.sizes.unify(a, b)
                    whole = whole or mine
                continue
            for axis, size in zip(group, self.get(part, len(group)), strict=False):
                wanted: list[Size] = []
                for atom in axis:
                    if isinstance(atom, Dim):
                        wanted.append(given(atom))
                    else:
                        if atom not in letters:
                            letters[atom] = self.sizes.fresh()
                        wanted.append(letters[atom])
                self.sizes.unify(tuple(a for size in wanted for a in size), size)

    def hold_sum(self, law: Law) -> None:
        """Terms of one kind have one shape."""
        *terms, result = law.parts
        total = self.get(result)
        for part in terms:
            if self.masks[part] == self.masks[result]:
                for a, b in zip(total, self.get(part, len(total)), strict=False):
                    self.sizes.unify(a, b)
        self._meet_rows(terms)

    def _meet_rows(self, terms: list[int]) -> None:
        """A vector beside a matrix or a row is refused later; the message is about sizes that would fit."""
        lead = next((part for part in terms if self.masks[part] in (MATRIX, ROW)), None)
        if lead is not None:
            for part in terms:
                if self.masks[part] in (COLUMN, ROW):
                    self.sizes.unify(self.get(part)[0], self.get(lead)[-1])

    def hold_star(self, law: Law, dialect: str) -> None:
        """`*` between matrices: the reading that fits, or that the dialect shows, or both."""
        left, right = law.parts[:2]
        a, b = self.get(left), self.get(right)
        product = not self.sizes.clash(a[1], b[0])
        elementwise = not (self.sizes.clash(a[0], b[0]) or self.sizes.clash(a[1], b[1]))
        if product and elementwise and any(self.masks[part] & VECTOR for part in law.chain):
            dialect = "product"
        if product and (dialect != "elementwise" or not elementwise):
            self._equate(law.parts, _PRODUCT)
        if elementwise and (dialect != "product" or not product):
            self._equate(law.parts, _ELEMENTWISE)
