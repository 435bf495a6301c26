"""The numbers that sizes are tried at: all different, and with room for every place that is selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from random import Random
from typing import TypeGuard

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Apply, Expr, measure
from mcalc.algebra.ops.selection import on_axis
from mcalc.algebra.walk import postorder

TRIES = 300  #: so many sizes are drawn in search of some that have room


def selects(node: Expr) -> TypeGuard[Apply]:
    """Whether the node takes places of an axis."""
    return isinstance(node, Apply) and "place" in node.op.domain


def stands(node: Apply, sizes: dict[str, int]) -> bool:
    """Whether the places that the node takes are there."""
    places = [measure(arg) for arg in node.args]
    return on_axis(*(place.at(sizes) for place in places if place is not None))


class Room:
    """What sizes must have room for: the places that expressions select, and axes that end before others do.

    `x[9]` needs ten entries, and `x[k:n]` more of them than k.
    """

    __slots__ = ("lengths", "selections")

    def __init__(self, roots: Iterable[Expr] = ()) -> None:
        nodes = list(chain.from_iterable(map(postorder, roots)))
        self.selections = frozenset(node for node in nodes if selects(node))
        lengths = {d for node in nodes for d in node.shape}
        self.lengths = frozenset(d for d in lengths if any(count < 0 for _, count in d.terms))

    def has(self, other: Room) -> bool:
        """Whether sizes that have this room have that for another's too."""
        return other.selections <= self.selections and other.lengths <= self.lengths

    def suffices(self, sizes: dict[str, int], least: int) -> bool:
        """Whether everything is there at these sizes, and no axis shorter than `least`."""
        return all(d.at(sizes) >= least for d in self.lengths) and all(stands(s, sizes) for s in self.selections)

    @property
    def names(self) -> frozenset[str]:
        """The names in places and in lengths."""
        return frozenset(name for d in self._dims() for name in d.names)

    def furthest(self) -> int:
        """The greatest number among places and in lengths."""
        return max((abs(int(count)) for d in self._dims() for names, count in d.terms if not names), default=0)

    def _dims(self) -> list[Dim]:
        places = [measure(arg) for node in self.selections for arg in node.args]
        return [*self.lengths, *(place for place in places if place is not None)]


def sizes_at(
    names: Sequence[str], numbers: frozenset[int], turn: int = 0, least: int = 3, room: Room | None = None
) -> dict[str, int]:
    """Pairwise distinct sizes from `least` upwards, none of them one of `numbers`; another `turn`, another order.

    Equal sizes hide transposes, and matrices of two rows satisfy too many identities. Where there are sizes with the
    `room` that is wanted, it is some of these.
    """
    first = _in_turn(names, numbers, turn, least)
    if room is None or room.suffices(first, least - 1):
        return first
    start, random = least + room.furthest(), Random(turn)
    for k in range(TRIES):
        free = [n for n in range(start, start + len(names) + 3 + k // 3) if n not in numbers]
        if len(free) >= len(names):
            found = dict(zip(names, random.sample(free, len(names)), strict=True))
            if room.suffices(found, least - 1):
                return found
    return first


def _in_turn(names: Sequence[str], numbers: frozenset[int], turn: int, least: int) -> dict[str, int]:
    free = [k for k in range(least, least + len(names) + len(numbers) + 2) if k not in numbers]
    pool = free[: max(len(names), 1)] if not turn else free[: max(len(names), 1) + 1]
    turn %= len(pool)
    return dict(zip(names, [*pool[turn:], *pool[:turn]], strict=False))
