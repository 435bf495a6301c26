"""Array code as text: names, brackets, and which parts stand on a line of their own.

A language gives one spelling for each kind of node; what is used once is written where it is used, as long as
the line stays short, and what is used twice, or is too long, gets a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import lcm
from unicodedata import normalize

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Symbol
from mcalc.algebra.ops import Op
from mcalc.targets.code.array import VIEWS, Code, behind, order
from mcalc.targets.code.reuse import overwritten

WIDTH = 84  #: longer expressions are broken up
SHORT = 12  #: what is not worth a name
Text = tuple[str, int]  #: the text and how tightly it binds
#: A dimension's name, the variable and the axis that tell it, and the axis' size, `{}`, solved for it.
Solved = tuple[str, str, int, str]
SUM, PRODUCT, MATRIX, SIGN, POWER, ATOM = range(6)
LEAVES = frozenset(("variable", "number", "size"))


def code_name(op: Op) -> str:
    """What the code calls a function that the caller gives."""
    return op.numpy.partition("(")[0]


def wrap(text: Text, level: int) -> str:
    """The text, in brackets where it binds less tightly than its place asks."""
    return text[0] if text[1] >= level else f"({text[0]})"


class Language:
    """How a language spells array code: a method for each kind of node, named as the kind is.

    Each takes the node, the texts of its arguments and the names of the program. Beside them stand the methods
    that `body` and the frames of the modules ask for.
    """

    name = ""  #: what people call it
    words: Collection[str] = frozenset()  #: names that no variable can have
    division = "//"  #: of whole numbers

    def spell(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The node as an expression."""
        text: Text = getattr(self, node.kind)(node, args, scope)
        return text

    def identifier(self, wish: str) -> str:
        """A name as near to the wish as the language allows."""
        name = "".join(c if f"_{c}".isidentifier() else "_" for c in normalize("NFKC", wish))
        return name if name.isidentifier() else f"_{name}"

    def given(self, op: Op) -> str:
        """The name of a function that the caller gives."""
        return code_name(op)

    def bind(self, name: str, text: str) -> str:
        """The statement that gives a value a name."""
        return f"{name} = {text}"

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """The statements that make a named array by writing diagonals, onto a copy where the first value is shared."""
        raise NotImplementedError

    def onto(self, node: Code, k: int, args: list[Text]) -> str:
        """The statement that writes the node onto its k-th argument, a name; '' where the language has none."""
        return ""

    def repeats(self, node: Code, k: int) -> int:
        """How often the spelling writes the k-th argument."""
        return 1


class Scope:
    """The names of one program: variables, dimensions, and temporaries that clash with none of them."""

    def __init__(self, symbols: Iterable[Symbol], language: Language, reserved: Collection[str] = ()) -> None:
        self.language = language
        self.taken = {*language.words, *reserved}
        self.symbols = list(symbols)
        self.variables = {symbol.name: self.fresh(symbol.name) for symbol in self.symbols}
        names = sorted({name for symbol in self.symbols for d in symbol.shape for name in d.names})
        self.dims = {name: self.fresh(name) for name in names}
        self.needed: set[str] = set()
        self.typed = ""  # the name of the type of numbers, where something asks for it
        self.temporaries = 0

    def fresh(self, wish: str) -> str:
        """An identifier like `wish` that nothing else has: with underscores where the name is taken."""
        name = self.language.identifier(wish)
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def kind(self) -> str:
        """The name of the type of numbers that the program computes with."""
        self.typed = self.typed or self.fresh("dtype")
        return self.typed

    def temporary(self, wish: str | None) -> str:
        """A name for an intermediate result."""
        if wish is not None:
            return self.fresh(wish)
        while True:
            self.temporaries += 1
            name = f"t{self.temporaries}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def size(self, d: Dim) -> Text:
        """A dimension in the program's names, which it then has to read from the variables."""
        self.needed.update(d.names)
        return self.described(d)

    def described(self, d: Dim) -> Text:
        """A dimension in the program's names."""
        terms = []
        below = lcm(*(count.denominator for _, count in d.terms))
        if below > 1:
            return f"({self.described(dim(below) * d)[0]}){self.language.division}{below}", PRODUCT
        for names, count in d.terms:
            for name in names:
                if name not in self.dims:
                    self.dims[name] = self.fresh(name)
            terms.append("*".join([*([str(count)] if count != 1 or not names else []), *(self.dims[n] for n in names)]))
        text = " + ".join(terms) or "0"
        return text, SUM if len(terms) > 1 else PRODUCT if "*" in text else ATOM

    def found(self, read: Collection[str] = ()) -> tuple[list[Solved], list[str]]:
        """How the needed dimensions are read from the variables, and the names of those that cannot be.

        The variables `read`, which the program looks at anyway, tell them where they can.
        """
        symbols = [symbol for symbol in self.symbols if symbol.name in read]
        known, inside = self._known(symbols)
        if not self.needed <= set(known):
            known, inside = self._known(self.symbols)
        wanted: dict[str, None] = {}
        for name in known:
            if any(name == other or name in _below(other, inside) for other in self.needed):
                wanted[name] = None
        return [known[name] for name in wanted], [self.dims[n] for n in sorted(self.needed - set(known))]

    def _known(self, symbols: Iterable[Symbol]) -> tuple[dict[str, Solved], dict[str, set[str]]]:
        """The dimensions that these variables tell, and for each the others that it is solved with."""
        known: dict[str, Solved] = {}
        inside: dict[str, set[str]] = {}
        axes = [(d, symbol.name, k) for symbol in symbols for k, d in enumerate(symbol.shape)]
        while True:
            before = len(known)
            for d, variable, axis in sorted(axes, key=lambda a: len(a[0].terms) + len(a[0].names)):
                unknown = [name for name in d.names if name not in known]
                text = self._solved(d, unknown[0]) if len(unknown) == 1 else ""
                if text:
                    known[unknown[0]] = (self.dims[unknown[0]], variable, axis, text)
                    inside[unknown[0]] = set(d.names) - set(unknown)
            if len(known) == before:
                return known, inside

    def _solved(self, d: Dim, name: str) -> str:
        """The size `{}` solved for a name that it is linear in, or ''."""
        texts: dict[bool, list[str]] = {True: [], False: []}
        below = lcm(*(count.denominator for _, count in d.terms))
        for names, part in d.terms:
            if names.count(name) > 1:
                return ""
            rest = [self.dims[n] for n in names if n != name]
            count = part * below
            factors = [*([str(count)] if count != 1 or not rest else []), *rest]
            texts[name in names].append("*".join(factors))
        top = "{}" if below == 1 else f"{below}*{{}}"
        top = f"({top} - {' - '.join(texts[False])})" if texts[False] else top if below == 1 else f"({top})"
        bottom = " + ".join(texts[True])
        bottom = bottom if bottom.isalnum() else f"({bottom})"
        return top if bottom == "1" else top + self.language.division + bottom


def _below(name: str, inside: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(inside.get(name, ()))
    while stack:
        other = stack.pop()
        if other not in found:
            found.add(other)
            stack.extend(inside.get(other, ()))
    return found


def body(
    roots: Sequence[Code],
    language: Language,
    scope: Scope,
    titles: Mapping[Code, str],
    sizes: Mapping[str, int] | None = None,
) -> tuple[list[str], list[Text]]:
    """The statements before the results, and the results; `titles` are names for some of the nodes.

    Of arrays that are large by the `sizes` some are written onto others.
    """
    found = order(roots)
    uses = _uses(found, roots, language)
    spared = {*titles, *(behind(root)[-1] for root in roots)}
    onto, early = overwritten(found, spared, sizes) if sizes else ({}, set())
    lines: list[str] = []
    texts: dict[Code, Text] = {}

    def name(node: Code) -> None:
        title = scope.temporary(titles.get(node))
        lines.append(language.bind(title, texts[node][0]))
        texts[node] = title, ATOM

    for node in found:
        if node.kind == "assemble":
            values = [texts[arg] for arg in node.args]
            title = scope.temporary(titles.get(node))
            shared = any(uses[code] > 1 for code in behind(node.args[0]))
            lines += language.written(title, node, values, shared, scope)
            texts[node] = title, ATOM
            continue
        if node in onto and language.onto(node, onto[node], [texts[arg] for arg in node.args]):
            target = node.args[onto[node]]
            if not texts[target][0].isidentifier():
                name(target)
            lines.append(language.onto(node, onto[node], [texts[arg] for arg in node.args]))
            texts[node] = texts[target]
            continue
        texts[node] = language.spell(node, [texts[arg] for arg in node.args], scope)
        while len(texts[node][0]) > WIDTH:
            long = max(node.args, key=lambda arg: len(texts[arg][0]), default=node)
            if long is node or len(texts[long][0]) < SHORT:
                break
            name(long)
            texts[node] = language.spell(node, [texts[arg] for arg in node.args], scope)
        shared = uses[node] > 1 or node in early or (node in titles and node not in roots)
        plain = node.kind in LEAVES or (node.kind == "power" and node.args[0].kind == "number")
        if shared and not plain and node.kind not in VIEWS:
            name(node)
    return lines, [texts[root] for root in roots]


def _uses(found: Sequence[Code], roots: Sequence[Code], language: Language) -> dict[Code, int]:
    """How often each node is written; a view is not computed, so that it counts as what it is a view of."""
    uses = {node: roots.count(node) for node in found}
    for node in reversed(found):
        count = max(uses[node], 1) if node.kind in VIEWS else 1
        for k, arg in enumerate(node.args):
            uses[arg] += count * language.repeats(node, k)
    return uses


def used(sizes: Sequence[tuple[str, str]], lines: Sequence[str]) -> list[str]:
    """The statements that give sizes their names, those that the lines use, or that these use themselves."""
    kept: list[str] = []
    for name, statement in reversed(sizes):
        if any(re.search(rf"\b{re.escape(name)}\b", line) for line in (*lines, *kept)):
            kept.insert(0, statement)
    return kept


def comment(text: str, limit: int = 400) -> str:
    """User text fit for a comment: one line of printable characters."""
    line = "; ".join(part for part in (p.strip() for p in text.splitlines()) if part)
    line = "".join(c if c.isprintable() else " " for c in line[: limit + 1])
    return line if len(line) <= limit else f"{line[:limit]}…"
