"""The kinds that each part of a program may have, narrowed by laws until nothing changes.

A part is a node of the tree, or several that must be alike: all occurrences of a name, a definition and its uses,
`exp(x)` and x. The walk also notes how each part is used, which is what the habits of writing are about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from mcalc.algebra.expr import Shape
from mcalc.language.declare import Declaration
from mcalc.language.laws import ELEMENTWISE, MATMUL, OPERATORS, POWER, TURN, Table, table
from mcalc.language.names import IDENTITY, is_capital
from mcalc.language.plan import Plan
from mcalc.language.syntax import (
    Bound,
    Call,
    Index,
    Matmul,
    Name,
    Negative,
    Power,
    Product,
    Summation,
    Syntax,
    Terms,
    Transpose,
)
from mcalc.language.value import ANY, COLUMN, MATRIX, SCALAR, kind_of

_SAME = table("...->...")  #: a function of each entry: its result is as its argument
_SQUARE = table("ii->ii")
SUM: Table = ()

Added = Callable[[list[int], list[Shape]], Shape]
Chain = list[tuple[int, str]]  #: the factors that are not plain numbers, each with the operator before it


class Law:
    """A table over some parts, the result last; the chain of factors that it belongs to, if any."""

    __slots__ = ("chain", "names", "parts", "table")

    def __init__(self, table: Table, parts: tuple[int, ...], chain: tuple[int, ...] = (), names: int = 0) -> None:
        self.table = table
        self.parts = parts
        self.chain = chain
        self.names = names  # in a sum: so many of the first parts are plain names


class Kinds:
    """Which kinds each part may have: part 0 is any number, names and definitions have one part each."""

    def __init__(self, plan: Plan, declared: Mapping[str, Declaration]) -> None:
        self.masks = [SCALAR]
        self.laws: list[Law] = []
        self.watch: list[list[int]] = [[]]
        self.pending: deque[int] = deque()
        self.waiting: set[int] = set()  #: what is pending
        self.supported: dict[tuple[int, ...], tuple[int, ...]] = {}
        #: Of each part, where it stands as a factor (the chain and its place) and the sums that it is a term of.
        self.factors: dict[int, list[tuple[Chain, int]]] = {}
        self.terms: dict[int, list[tuple[int, ...]]] = {}
        self.elsewhere: set[int] = set()  #: parts that are used in another way
        self.exponents: set[int] = set()  #: parts that are exponents of `.^`
        self.given: set[int] = set()  #: parts that are arrays of a given size, like ones(n)
        self.arrays: set[int] = set()  #: parts that stand where nobody writes a scalar
        self.adjacent: list[tuple[int, int]] = []  #: factors side by side, without an operator
        self.added: list[tuple[tuple[int, ...], int, Added]] = []  #: parts whose sizes are added to make another's
        self.strict: list[tuple[int, int]] = []  #: parts that must not be vectors, and what is made of them
        self.plan = plan
        self.part: dict[str, int] = {}
        self.free = []
        for name in plan.variables:
            declaration = declared.get(name)
            known = declaration.dims if declaration else None
            self.part[name] = self.new(SCALAR | COLUMN | MATRIX if known is None else kind_of(len(known)))
            if known is None:
                self.free.append(name)
            square = declaration.props - {"positive"} if declaration else name == IDENTITY
            if known is None and square:
                self.law(_SQUARE, self.part[name], self.part[name])
        self.capital = {self.part[name] for name in self.free if is_capital(name)}
        found: dict[int, int] = {}
        for definition in plan.parts:
            for node in definition.order:
                found[id(node)] = self._visit(node, found)
            if definition.name:
                self.part[definition.name] = found[id(definition.node)]

    def new(self, mask: int = ANY) -> int:
        """Another part."""
        self.masks.append(mask)
        self.watch.append([])
        return len(self.masks) - 1

    def law(self, table: Table, *parts: int, chain: tuple[int, ...] = (), names: int = 0) -> None:
        """State a law."""
        for part in set(parts):
            self.watch[part].append(len(self.laws))
        self.pending.append(len(self.laws))
        self.waiting.add(len(self.laws))
        self.laws.append(Law(table, parts, chain, names))

    # ------------------------------------------------------------ the laws of a tree

    def _visit(self, node: Syntax, found: dict[int, int]) -> int:
        match node:
            case Name(name):
                return self.part.get(name, 0)
            case Transpose(arg):
                return self._turn(found[id(arg)])
            case Negative(arg):
                return found[id(arg)]
            case Power(base, exponent, elementwise):
                return self._power(found[id(base)], found[id(exponent)], elementwise)
            case Matmul(items, operators) | Product(items, operators):
                return self._chain([found[id(item)] for item in items], operators)
            case Terms(items):
                return self._sum([(found[id(item)], isinstance(item, Name)) for item in items])
            case Call() | Index():
                return self._call(node, found)
            case Summation(_, body):
                return found[id(body)]
        return 0

    def _turn(self, arg: int) -> int:
        result = self.new()
        self.law(TURN, arg, result)
        self._array(arg)
        return result

    def _power(self, base: int, exponent: int, elementwise: bool) -> int:
        if not elementwise:
            self.strict.append((base, base))
            self.law(POWER, base, exponent, base)
            return base
        if not exponent:
            return base
        self.exponents.add(exponent)
        result = self.new()
        self.law(ELEMENTWISE, base, exponent, result)
        return result

    def _chain(self, items: list[int], operators: tuple[str, ...]) -> int:
        # Numbers multiply anything, so that they say nothing about the others; only `1/x` does.
        chain = [(item, op) for item, op in zip(items, ("*", *operators), strict=True) if item]
        for place, (item, op) in enumerate(chain):
            after = chain[place + 1][1] if place + 1 < len(chain) else ""
            if "@" in (op, after) or ".*" in (op, after) or "./" in (op, after):
                self.elsewhere.add(item)
                if op != "./" and after != "./":
                    self._array(item)
            elif len(chain) > 1 or op == "/":
                self.factors.setdefault(item, []).append((chain, place))
        pairs = zip(items, items[1:], operators, strict=False)
        self.adjacent += [(left, right) for left, right, op in pairs if op == " "]
        members = tuple(item for item, _ in chain)
        result = items[0]
        for item, op in zip(items[1:], operators, strict=True):
            if not item:
                continue
            if not result and op != "/":
                result = item
                continue
            left, result = result, self.new()
            if not left:
                self.strict.append((item, result))
            # Nobody writes X@w for the inner product of vectors, unless X is declared as one.
            law = MATMUL if op == "@" and left in self.capital else OPERATORS[op]
            self.law(law, left, item, result, chain=members)
        return result

    def _sum(self, items: list[tuple[int, bool]]) -> int:
        # A number is added to anything.
        plain = [item for item, is_name in items if item and is_name]
        others = [item for item, is_name in items if item and not is_name]
        terms = tuple(dict.fromkeys((*plain, *others)))
        if len(terms) < 2:
            return terms[0] if terms else 0
        result = self.new()
        for item in terms:
            self.terms.setdefault(item, []).append(terms)
        self.law(SUM, *terms, result, names=len(set(plain)))
        return result

    def _call(self, node: Call | Index, found: dict[int, int]) -> int:
        form = self.plan.forms[id(node)]
        args = [found[id(arg)] for arg in form.args]
        if form.table is _SAME:
            return args[0]
        result = self.new()
        self.law(form.table, *args, *map(self._index, form.indices), result)
        if form.result is not None:
            self.added.append((tuple(args), result, form.result))
        if form.sizes and not args:
            self.given.add(result)
        for arg in args:
            self.elsewhere.add(arg)
            if form.reduces:
                self.arrays.add(arg)
        return result

    def _index(self, index: Bound) -> int:
        """The vector that an index of a sum goes over."""
        name = f"{index.id}·{index.sum}"
        if name not in self.part:
            self.part[name] = self.new(COLUMN)
        return self.part[name]

    def _array(self, part: int) -> None:
        self.elsewhere.add(part)
        self.arrays.add(part)

    # ------------------------------------------------------------ narrowing

    def set(self, part: int, mask: int) -> None:
        """Let a part have only these kinds; `settle` follows the consequences."""
        if part and mask and mask != self.masks[part]:
            self.masks[part] = mask
            for law in self.watch[part]:
                if law not in self.waiting:
                    self.waiting.add(law)
                    self.pending.append(law)

    def settle(self) -> None:
        """Apply the laws until nothing changes. A law that cannot hold says nothing."""
        while self.pending:
            number = self.pending.popleft()
            self.waiting.discard(number)
            law = self.laws[number]
            masks = [self.masks[part] for part in law.parts]
            narrowed = self._support(law, tuple(masks)) if law.table else self._support_sum(law, masks)
            if all(narrowed):
                for part, mask in zip(law.parts, narrowed, strict=True):
                    self.set(part, mask & self.masks[part])

    def _support(self, law: Law, masks: tuple[int, ...]) -> tuple[int, ...]:
        key = (id(law.table), *masks)
        known = self.supported.get(key)
        if known is None:
            found = [0] * len(masks)
            for kinds, _ in law.table:
                if len(kinds) == len(masks) and all(k & m for k, m in zip(kinds, masks, strict=True)):
                    found = [f | (k & m) for f, k, m in zip(found, kinds, masks, strict=True)]
            known = self.supported[key] = tuple(found)
        return known

    def _support_sum(self, law: Law, masks: list[int]) -> list[int]:
        """A term is as the sum or a scalar; a plain name is a scalar only where it is known to be one."""
        *terms, result = masks
        possible = 0
        for mask in terms:
            possible |= mask
        result &= possible
        for k, mask in enumerate(terms):
            # A name follows the others until it is known what it is.
            if not mask & SCALAR and (k >= law.names or mask & (mask - 1) == 0):
                result &= mask
        decided = result & (result - 1) == 0
        for k, mask in enumerate(terms):
            if k >= law.names:
                terms[k] = mask & (result | SCALAR) or mask
            elif decided and mask != SCALAR:
                terms[k] = mask & result or mask
        return [*terms, result]
