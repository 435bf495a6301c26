"""Which operations write onto an array that nothing needs any more, where arrays are large.

To make a new array of many entries costs about as much as to compute them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import prod

from mcalc.algebra.ops.record import Op
from mcalc.targets.code.array import VIEWS, Code, behind

#: Arrays of fewer entries stay in the caches of a processor: there is nothing to gain.
LARGE = 2048
#: What makes an array that nothing else holds.
MAKERS = frozenset(("add", "mul", "power", "matmul", "tensordot", "outer", "gram"))


def overwritten(
    found: Sequence[Code], spared: Collection[Code], sizes: Mapping[str, int]
) -> tuple[dict[Code, int], set[Code]]:
    """The operations that may write onto an argument, by its place, and the nodes that have to be computed before.

    `found` are all nodes in the order in which they are computed; the `spared` stay as they are.
    """
    readers: dict[Code, list[Code]] = defaultdict(list)
    for node in found:
        if not _view(node):
            for arg in node.args:
                readers[behind(arg)[-1]].append(node)
    onto: dict[Code, int] = {}
    early: set[Code] = set()
    for node in found:
        if not _large(node, sizes):
            continue
        for k in _places(node):
            arg = node.args[k]
            last = arg.shape == node.shape and readers[arg][-1:] == [node] and readers[arg].count(node) == 1
            if last and _makes(arg) and arg not in spared:
                onto[node] = k
                early.update(readers[arg][:-1])
                break
    return onto, early


def _view(node: Code) -> bool:
    return node.kind in VIEWS or node.kind == "reshape"


def _large(node: Code, sizes: Mapping[str, int]) -> bool:
    """Whether the array is known to have many entries."""
    if node.rank < 2 or not {name for d in node.shape for name in d.names} <= sizes.keys():
        return False
    return prod([d.at(dict(sizes)) for d in node.shape]) >= LARGE


def _places(node: Code) -> list[int]:
    """The arguments that the result of an operation may be written onto: of two terms or factors, or the only one."""
    if node.kind == "add" and len(node.args) == 2:
        return [k for k, sign in enumerate(node.data) if sign > 0]
    if node.kind == "mul" and len(node.args) == 2 and node.data[0] == 1:
        return [k for k, sign in enumerate(node.data[1]) if sign > 0]
    return [0] if _elementwise(node) and len(node.args) == 1 else []


def _elementwise(node: Code) -> bool:
    return isinstance(node.data, Op) and node.kind == "call" and node.data.kind == "elementwise"


def _makes(node: Code) -> bool:
    return node.kind in MAKERS or _elementwise(node)
