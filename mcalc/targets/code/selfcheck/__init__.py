"""The end of a module: run as a program it compares its derivative with differences of its value.

The arrays are random, of sizes that all differ, and drawn again in another manner until the value is finite: that is
the domain as far as anybody can see. Differences of two steps have to agree, else the point says nothing. Where many
samples are taken at once, there are two, and what is compared belongs to the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Apply, Symbol
from mcalc.algebra.ops.abstract import taken_apart
from mcalc.algebra.sizes import Room, sizes_at
from mcalc.algebra.walk import postorder
from mcalc.calculus.layout import is_row, order_of
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

#: By order: the step, and up to what share of the scale derivative and differences agree.
STEPS = {1: ("1e-3", "1e-6"), 2: ("1e-2", "1e-5"), 3: ("3e-2", "1e-3"), 4: ("6e-2", "1e-2")}
ORDERS = {"jvp": 1, "vjp": 1, "hvp": 2}

NAME = re.compile(r"[^\W\d]\w*")
#: The properties of which the Cookbook's derivative counts an entry and its mirror image together.
MIRRORED = frozenset(("symmetric", "psd", "skew"))
Change = tuple[str, str]  #: a variable's name, and how it changes


def kept_by(made: Mapping[str, str], orthogonal: str) -> Mapping[str, str]:
    """Which part of a change stays with a property: for a linear condition what makes an array have it."""
    linear = {name: made[name] for name in ("diagonal", "lower", "symmetric", "skew")}
    return MappingProxyType(linear | {"orthogonal": orthogonal, "psd": made["symmetric"]})


class SelfCheck:
    """What is compared, in the words of a language, which a subclass has.

    `made` tells how a random array gets a property, in the order in which that is done, and `kept` which part of a
    change keeps it: `{0}` is the array or the change, `{1}` the variable.
    """

    made: Mapping[str, str] = {}
    kept: Mapping[str, str] = {}
    words: Mapping[str, str] = {}  #: the templates of what the methods of their names write
    first = 0  #: what axes are counted from

    def __init__(self, task: Task, scope: Scope) -> None:
        self.task, self.scope = task, scope
        self.sizes = _sizes(task)
        self.symbols = list(task.reading.symbols.values())
        self.kind, self.array = task.product
        self.order = ORDERS.get(self.kind) or task.order + len(task.then)
        self.step, self.tolerance = STEPS[self.order]

    # ------------------------------------------------------------ words

    def shape(self, lengths: Sequence[int]) -> str:
        """The shape of an array with axes of these lengths."""
        return self.listed(lengths)

    def listed(self, numbers: Sequence[int]) -> str:
        """Numbers as an argument."""
        return str(tuple(numbers))

    def value_of(self, name: str) -> str:
        """What stands for the value that a variable is given."""
        return self.words["value_of"].format(name)

    def drawn(self, lengths: Sequence[int]) -> str:
        """A random array in the manner of the trial."""
        return self.words["drawn"].format(self.shape(lengths))

    def normal(self, lengths: Sequence[int]) -> str:
        """A random array of any sign."""
        return self.words["normal"].format(self.shape(lengths))

    def whole(self) -> str:
        """A random whole number."""
        return self.words["whole"]

    def both(self, one: str, other: str) -> str:
        """The greater of two arrays of zeros and ones, entry by entry."""
        return self.words["both"].format(one, other)

    def transposed(self, text: str, order: Sequence[int]) -> str:
        """An array with its axes in this order."""
        return self.words["transposed"].format(text, self.listed([axis + self.first for axis in order]))

    def unrowed(self, text: str) -> str:
        """The first of what lies along the first axis."""
        return self.words["unrowed"].format(text)

    def expanded(self, text: str, parts: Sequence[tuple[str, str]], lengths: Sequence[int]) -> str:
        """The whole of a compressed derivative."""
        raise NotImplementedError

    def found(self, k: int) -> str:
        """The derivative by the k-th variable."""
        raise NotImplementedError

    def compare(self, title: str, exact: str, held: Sequence[Change], changes: Sequence[Change]) -> str:
        """The call that compares a derivative along some changes with differences along these, and along those held."""
        raise NotImplementedError

    # ------------------------------------------------------------ what is compared

    @property
    def given(self) -> list[tuple[str, str]]:
        """What every size, variable and function is, by name: for one sample, where there are many."""
        scope, known = self.scope, {*self.sizes, *(s.name for s in self.symbols)}
        entries = [entry.partition("[")[2] for entry in self.task.entries]
        places = [name for entry in entries for name in NAME.findall(entry) if name not in known]
        bare = {scope.described(dim(name))[0]: size for name, size in (self.sizes | dict.fromkeys(places, 1)).items()}
        found = [(name, str(size)) for name, size in bare.items() if name not in scope.variables.values()]
        counted = _counted(self.task)
        found += [(scope.variables[s.name], self.whole() if s in counted else self._made(s)) for s in self.symbols]
        return found + self._functions()

    @property
    def stacked(self) -> list[tuple[str, int, str]]:
        """The variables of which there are many samples, the place of their axis, and another sample."""
        many = self.task.batch
        held = [s for s in self.symbols if many is not None and many in s.shape]
        return [(self.scope.variables[s.name], s.shape.index(many), self._made(s)) for s in held]

    @property
    def compared(self) -> list[str]:
        """The calls that compare, one for each derivative."""
        task, calls = self.task, []
        for k, x in enumerate(task.variables):
            name, entry = self.scope.variables[x.name], task.entries[k] if task.entries else ""
            held = [(name, self.value_of(self.scope.variables[self.array]))] if self.kind in ("jvp", "hvp") else []
            turns = [x] * (self.order - len(task.then)) + [task.reading.symbols[other] for other in task.then]
            if entry:
                held, turns = [(name, self._entry(x, entry))] * self.order, []
            changes = [(self.scope.variables[y.name], self._change(y)) for y in turns[len(held) :]]
            calls.append(self.compare(entry or name, self._arranged(k), held, changes))
        return calls

    @property
    def mirrored(self) -> list[str]:
        """The variables in which an entry changes with its mirror image, and is counted once."""
        cookbook = self.task.convention == "cookbook"
        return [self.scope.variables[x.name] for x in self.symbols if cookbook and x.props & MIRRORED]

    def own(self, x: Symbol) -> list[Dim]:
        """The axes of one sample of a variable."""
        return [d for d in x.shape if d is not self.task.batch]

    def lengths(self, axes: Sequence[Dim]) -> list[int]:
        """The sizes of these axes in the check."""
        return [d.at(self.sizes) for d in axes]

    def _functions(self) -> list[tuple[str, str]]:
        """Functions for those that the caller gives, and for their derivatives: sines of random combinations."""
        found = []
        abstract = self.task.reading.abstract.values()
        base = sorted({taken_apart(op.name)[0] for op, _, _ in abstract})
        for op, source, target in abstract:
            name, order, _ = taken_apart(op.name)
            out = target[: len(target) - order * len(source)]
            shapes = ", ".join(self.listed(self.lengths(axes)) for axes in (out, source))
            found.append((self.scope.language.given(op), f"smooth({base.index(name)}, {order}, {shapes})"))
        return found

    def _made(self, x: Symbol) -> str:
        return self._with(self.made, x, self.drawn(self.lengths(self.own(x))))

    def _change(self, x: Symbol) -> str:
        """A random change that keeps the structure of a variable."""
        return self._with(self.kept, x, self.normal(self.lengths(self.own(x))))

    def _with(self, table: Mapping[str, str], x: Symbol, text: str) -> str:
        for prop, made in table.items():
            if prop in x.props and not (prop == "symmetric" and x.props & {"psd", "diagonal"}):
                text = made.format(text, self.value_of(self.scope.variables[x.name]))
        return text

    def _entry(self, x: Symbol, text: str) -> str:
        """The change of one entry, `X[1,2]`, in a symmetric matrix with the one across the diagonal."""

        def known(word: re.Match[str]) -> str:
            name = self.scope.variables.get(word[0]) or self.scope.described(dim(word[0]))[0]
            return str(self.sizes[word[0]]) if word[0] in self.sizes else self.value_of(name)

        place = NAME.sub(known, text.partition("[")[2].removesuffix("]")).split(",")
        array = self.value_of(self.scope.variables[x.name])
        places = [place, place[::-1]] if x.symmetric else [place]
        texts = [f"entry({array}, {', '.join(one)})" for one in places]
        return self.both(*texts) if len(texts) > 1 else texts[0]

    def _arranged(self, k: int) -> str:
        """The derivative by the k-th variable as an array in the mixed layout, the whole of it."""
        task, x = self.task, self.task.variables[k]
        turns = [x] * task.order + [task.reading.symbols[name] for name in task.then]
        value = [d for d in task.value.shape if d is not task.batch]
        groups = [self.own(y) for y in turns]
        if self.kind in ("vjp", "hvp"):
            value, groups = [], [self.own(x)]
        elif self.kind or (task.entries and task.entries[k]):
            groups = []
        counts = [len(group) for group in groups] or [0]
        order = order_of(task.layout, len(value), counts)
        row = is_row(task.layout, len(value), counts)
        text = self.found(k)
        if task.patterns:
            mixed = self.lengths([*value, *(d for group in groups for d in group)])
            whole = [1] * row + [mixed[axis] for axis in order]
            many = task.batch is not None
            text = self.expanded(text, task.patterns[k], [2] * many + whole)
            text = self.unrowed(text) if many else text
        if row:
            return self.unrowed(text)
        back = [order.index(axis) for axis in range(len(order))]
        return text if back == sorted(back) else self.transposed(text, back)


def _sizes(task: Task) -> dict[str, int]:
    """A size for every name, all different, with room for what is selected and none of them one that is declared."""
    shapes = [*(s.shape for s in task.reading.symbols.values()), *(root.shape for root in task.roots)]
    shapes += [axes for _, *both in task.reading.abstract.values() for axes in both]
    bare = set(task.reading.sizes) if hasattr(task.reading, "sizes") else set()
    room = Room(task.roots)
    names = sorted({name for shape in shapes for d in shape for name in d.names} | bare | room.names)
    numbers = frozenset(d.number for shape in shapes for d in shape if d.number is not None)
    least = max([3, *(1 + int(k) for entry in task.entries for k in re.findall(r"\b\d+", entry))])
    return sizes_at(names, numbers, least=least, room=room)


def _counted(task: Task) -> set[Symbol]:
    """The variables that stand where whole numbers are wanted."""
    found: set[Symbol] = set()
    for root in task.roots:
        for node in postorder(root):
            if isinstance(node, Apply):
                words = [word.split()[0] for word in node.op.domain.split(", ")]
                for arg, word in zip(node.args, words * len(node.args) if len(words) == 1 else words, strict=False):
                    if word in ("whole", "order", "place", "size"):
                        found |= arg.free
    return found
