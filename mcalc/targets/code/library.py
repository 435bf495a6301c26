"""Libraries that follow NumPy: an operation's NumPy template under other names, or NumPy itself on the host."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mcalc.algebra.ops import Op
from mcalc.targets.code.array import Code
from mcalc.targets.code.python import HOLE, Python, filled
from mcalc.targets.code.spell import ATOM, Scope, Text

#: A name of NumPy's or SciPy's in a template or the source of a helper.
NAME = re.compile(r"\b(?:np|scipy)\.(?:(?:linalg|special|logaddexp)\.)?\w+")


class Library(Python):
    """A library with NumPy's interface.

    `same` are the names of NumPy's and SciPy's functions and what they are called here; a template made of these is
    derived. `own` are templates of operations that are written in another way. What neither has is computed by
    NumPy on the host.
    """

    softmax = True
    same: Mapping[str, str] = {}
    own: Mapping[str, str] = {}
    bridge = ""  #: the source of `on_host`

    def renamed(self, text: str) -> str:
        """The text with this library's names; '' where one is unknown."""
        if not all(name in self.same for name in NAME.findall(text)):
            return ""
        return NAME.sub(lambda name: self.same[name[0]], text)

    def template(self, op: Op) -> str:
        """The operation's own template, or the one derived from NumPy's."""
        own = self.own.get(op.name)
        if own is not None:
            return own
        derived = self.renamed(op.numpy)
        return derived if derived and (not op.helper or self.renamed(op.helper)) else ""

    def native(self, op: Op) -> bool:
        """Whether the library computes the operation itself."""
        return bool(self.template(op))

    def call(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An operation, where need be on the host."""
        if self.native(node.data):
            return super().call(node, args, scope)
        count = len(args)
        inner = filled(node.data.numpy, [("abcd"[k], ATOM) for k in range(count)])
        names, texts = ", ".join("abcd"[:count]), ", ".join(text for text, _ in map(self.operand, node.args, args))
        text = f"on_host(lambda {names}: {inner}, {self.host_shape(node, scope)}{texts})"
        return self.narrowed(node, text, scope), ATOM

    def host_shape(self, node: Code, scope: Scope) -> str:
        """What `on_host` is told of the shape of the result."""
        return ""

    def repeats(self, node: Code, k: int) -> int:
        """How often a template has the hole."""
        if node.kind != "call" or not self.native(node.data):
            return super().repeats(node, k) if node.kind != "call" else 1
        return sum(int(hole[2]) == k for hole in HOLE.finditer(self.template(node.data)))

    def helpers(self, op: Op) -> list[str]:
        """The functions that the spelling of the operation calls."""
        if op.name in self.own:
            return []
        if self.native(op):
            return [self.renamed(op.helper)] if op.helper else []
        return [self.bridge, *([op.helper] if op.helper else [])]
