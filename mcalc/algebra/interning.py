"""The table of nodes, in which equal ones are the same object. It forgets a node that nobody else holds.

Not for compiling: what is compiled cannot be held weakly. So the table holds a node's handle, and that holds the node.
"""

from __future__ import annotations

from weakref import WeakValueDictionary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr

Key = tuple[object, ...]  #: the kind of a node and what it is made of


class Handle:
    """What the table holds of a node. The node holds it, and so keeps its place in the table."""

    __slots__ = ("__weakref__", "node")

    def __init__(self, key: Key, node: Expr) -> None:
        self.node = node
        _handles[key] = self


_handles: WeakValueDictionary[Key, Handle] = WeakValueDictionary()


def known(key: Key) -> Expr | None:
    """The node with this key, where there is one."""
    handle = _handles.get(key)
    return None if handle is None else handle.node
