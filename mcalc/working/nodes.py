"""The computation graph of a reading: the operations that lead from the variables to the value, each a node.

A node is a definition, or what one operation makes of others. What does not depend on the variables is no node: it
stands in the operations as it is. Transposes, signs and rational factors belong to the operation that uses them, and so
does a product that is added to something (W@x + b), unless every operation is to be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from mcalc.algebra.expr import Contract, Expr, Symbol, add, contract, symbol
from mcalc.calculus.derivative import derivative
from mcalc.calculus.differential import differential_of, pull, push
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.lower import Lowering
from mcalc.language.plan import Plan
from mcalc.language.read import reread_value
from mcalc.language.syntax import (
    Call,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Syntax,
    Terms,
    Text,
    Transpose,
    added,
)
from mcalc.language.tree import replaced
from mcalc.language.value import ROW, Value
from mcalc.notation import result_name, taken_names
from mcalc.notation.collect import present
from mcalc.notation.notate import Notation
from mcalc.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

#: Places of the symbols that stand for nodes.
PLACES, COTANGENTS = 400_000, 500_000


class Node:
    """A node: its name, the operation that makes it (none of a variable), and what it is worth.

    `local` is the operation over the symbols of the nodes that it uses, `expr` the value over the variables.
    """

    __slots__ = ("expr", "local", "name", "symbol", "syntax", "uses")

    def __init__(self, name: str, syntax: Syntax | None, expr: Expr, held: Symbol) -> None:
        self.name, self.syntax, self.expr, self.symbol = name, syntax, expr, held
        self.local: Expr = held
        self.uses: list[Node] = []


class Back:
    """What comes back to a node: a part from each node that uses it, over the symbols of nodes and cotangents.

    `name` and `symbol` are those of its cotangent; a variable's is the derivative itself, and has none.
    """

    __slots__ = ("name", "node", "parts", "symbol", "users")

    def __init__(self, node: Node, name: str, users: list[Node], parts: list[Expr]) -> None:
        self.node, self.name, self.users, self.parts = node, name, users, parts
        self.symbol: Symbol | None = None

    @property
    def whole(self) -> Expr:
        """The sum of the parts."""
        return add([(1, part) for part in self.parts], self.parts[0].shape)


class Graph:
    """The nodes in an order in which each stands behind those that it uses; the last is the value.

    With `single` every operation is a node.
    """

    def __init__(
        self, reading: Reading, variables: Sequence[Symbol], single: bool = False, taken: Iterable[str] = ()
    ) -> None:
        self.reading, self.single = reading, single
        self.variables = set(variables)
        plan = Plan(
            reading.program, reading.text, list(reading.symbols), reading.sizes, closed=True, abstract=reading.abstract
        )
        self._lowering = Lowering(plan, {name: Value(x) for name, x in reading.symbols.items()}, reading.dialect)
        self._lowering.run()
        self.nodes: list[Node] = []
        self._by_value: dict[Expr, Node] = {}
        self._by_name: dict[str, Node] = {}
        self.taken = {*taken_names(reading), *reading.scope, *taken}
        for x in sorted(variables, key=lambda x: x.place):
            self._place(Node(x.name, None, x, x))
        for part in plan.parts[:-1]:
            if self._moves(self._lowering.value(part.node)):
                self._node(part.node, part.name)
        body = plan.parts[-1].node
        if not (isinstance(body, Name) and body.id in self._by_name):
            self._node(body, next(n for n in (result_name(reading), *"gGhHqQ") if n not in self.taken))
        self.root = self._by_value[self._lowering.value(body).expr] if isinstance(body, Name) else self.nodes[-1]
        self._prune()

    # ------------------------------------------------------------ making nodes

    def _place(self, node: Node) -> Node:
        self.nodes.append(node)
        self._by_name[node.name] = node
        self._by_value.setdefault(node.expr, node)
        return node

    def _moves(self, value: Value) -> bool:
        return not value.expr.free.isdisjoint(self.variables)

    def _node(self, syntax: Syntax, name: str = "") -> Syntax:
        """The name of the node for what a piece of syntax is worth; a row is the transpose of its node."""
        value = self._value(syntax)
        known = self._by_value.get(value.expr)
        if known is None or (name and known.name != name):
            operation = self._operation(syntax)
            made = self._made(Transpose(operation) if value.kind == ROW else operation, value.expr, name)
            known = made if made is not None else self.nodes[-1]
        return Transpose(Name(known.name)) if value.kind == ROW else Name(known.name)

    def _made(self, operation: Syntax, expr: Expr, name: str) -> Node:
        place = len(self.nodes)
        held = name or next(n for n in (f"v_{k}" for k in count(1)) if n not in self.taken)
        self.taken.add(held)
        # A node may be moved alone, and then it need not stay symmetric: its symbol has no properties.
        node = Node(held, operation, expr, symbol(held, expr.shape, (), PLACES + place))
        node.local = self._read(operation).expr
        node.uses = [n for n in self.nodes if n.symbol in node.local.free]
        return self._place(node)

    def _read(self, operation: Syntax) -> Value:
        """What an operation over the names of nodes is, over their symbols."""
        more = {n.name: n.symbol for n in self.nodes if n.syntax is not None}
        return reread_value(write("text", operation), self.reading, more)

    def _value(self, syntax: Syntax) -> Value:
        try:
            return self._lowering.value(syntax)
        except KeyError:
            # A part of a product that the text does not bracket.
            return reread_value(write("text", syntax), self.reading)

    # ------------------------------------------------------------ operations

    def _operand(self, syntax: Syntax) -> Syntax:
        """A piece of syntax inside an operation: what moves is a node, but for signs and transposes."""
        if not self._is_moving(syntax):
            return syntax
        match syntax:
            case Transpose(arg):
                return Transpose(self._operand(arg))
            case Negative(arg):
                return Negative(self._operand(arg))
            case Name(name):
                return self._named(name)
            case Terms((item,), signs):
                return Terms((self._operand(item),), signs)
            case Terms(items, signs) if not (self.single or self._value(syntax).expr.rank):
                # A scalar with a constant added to it needs no node of its own: sqrt(v + eps).
                moving = [i for i in items if self._is_moving(i)]
                if len(moving) == 1:
                    return self._operation(syntax)
        return self._node(syntax)

    def _named(self, name: str) -> Syntax:
        value = self._lowering.scope[name]
        node = self._by_name.get(name) or self._by_value[value.expr]
        return Transpose(Name(node.name)) if value.kind == ROW else Name(node.name)

    def _is_moving(self, syntax: Syntax) -> bool:
        return not isinstance(syntax, Text) and self._moves(self._value(syntax))

    def _operation(self, syntax: Syntax) -> Syntax:
        """One operation over the names of nodes."""
        if not self._is_moving(syntax):
            return syntax
        match syntax:
            case Name(name):
                return self._named(name)
            case Transpose(arg):
                return Transpose(self._operation(arg))
            case Negative(arg):
                return Negative(self._operation(arg))
            case Num():
                return syntax
            case Power(base, exponent, elementwise):
                inner = self._operation(base) if self._is_root(base) and not self.single else self._operand(base)
                return Power(inner, self._operand(exponent), elementwise)
            case Matmul(items):
                return self._chain(syntax, list(items))
            case Product(items, operators):
                return Product(tuple(self._factor(i, items) for i in items), operators)
            case Terms(items, signs):
                return Terms(tuple(self._term(item) for item in items), signs)
            case Call() | Index():
                args = self._lowering.plan.forms[id(syntax)].args
                mine = {id(arg) for arg in args}
                return replaced(syntax, lambda n: self._operand(n) if id(n) in mine else None)
        return syntax

    def _is_root(self, base: Syntax) -> bool:
        """Whether the base is a root, as a norm is, of which a power needs no step of its own."""
        expr = self._value(base).expr
        return (
            isinstance(base, Call) and isinstance(expr, Contract) and any(e.denominator > 1 for _, e, _ in expr.factors)
        )

    def _factor(self, item: Syntax, items: tuple[Syntax, ...]) -> Syntax:
        """A factor: next to nothing but numbers an operation needs no node of its own."""
        alone = all(isinstance(other, Num) for other in items if other is not item)
        return self._operation(item) if alone and not self.single else self._operand(item)

    def _term(self, item: Syntax) -> Syntax:
        """A term: a product of one thing that moves needs no node of its own."""
        if self.single or not self._is_moving(item):
            return self._operand(item)
        match item:
            case Matmul(items) | Product(items):
                moving = [i for i in items if self._is_moving(i)]
                bare = all(isinstance(i.arg if isinstance(i, Transpose) else i, Name) for i in moving)
                if len(moving) == 1 or (bare and len({write("text", i) for i in moving}) == len(moving) == 2):
                    return self._operation(item)
        return self._operand(item)

    def _chain(self, whole: Matmul, items: list[Syntax]) -> Syntax:
        """A matrix product in which at most two things move: those further to the right are put together first."""
        spelled = [self._operand(item) for item in items]
        try:
            while sum(map(self._is_moving, items)) > 1 and len(items) > 2:
                moving = [k for k, item in enumerate(items) if self._is_moving(item)]
                start = min(moving[-2] + 1, len(items) - 2)
                part = Matmul(tuple(items[start:]))
                value = reread_value(write("text", part), self.reading)
                known = self._by_value.get(value.expr)
                operation = Matmul(tuple(spelled[start:]))
                node = known or self._made(Transpose(operation) if value.kind == ROW else operation, value.expr, "")
                name: Syntax = Transpose(Name(node.name)) if value.kind == ROW else Name(node.name)
                together = Matmul((*spelled[:start], name))
                if self._read(together).expr.shape != self._value(whole).expr.shape:
                    break
                items, spelled = [*items[:start], part], [*spelled[:start], name]
        except Problem:
            return Matmul(tuple(self._operand(item) for item in whole.items), whole.operators)
        return Matmul(tuple(spelled)) if len(spelled) != len(whole.items) else Matmul(tuple(spelled), whole.operators)

    def _prune(self) -> None:
        """Leave out what the value does not use."""
        needed = {id(self.root)}
        for node in reversed(self.nodes):
            if id(node) in needed:
                needed |= {id(n) for n in node.uses}
        self.nodes = [n for n in self.nodes if id(n) in needed]

    # ------------------------------------------------------------ edges

    def users(self, node: Node) -> list[Node]:
        """The nodes that use a node, in order."""
        return [n for n in self.nodes if node in n.uses]

    def cotangents(self) -> Iterator[tuple[Node, str, Syntax]]:
        """The cotangents of the nodes before the value, with their names, where a name for them is needed."""
        if self.has_cotangents:
            for back in self.backwards():
                if back.node is not self.root:
                    yield back.node, back.name, added([self.written(part) for part in back.parts])

    @property
    def has_cotangents(self) -> bool:
        """Whether the derivatives by all nodes have a notation: those of a scalar, or of at most two axes."""
        rank = self.root.expr.rank
        return not rank or all(rank + node.expr.rank <= 2 for node in self.nodes)

    def backwards(self) -> Iterator[Back]:
        """The sweep from the value to the variables: for each node what comes back from those that use it."""
        axes = tuple((k,) for k in range(self.root.expr.rank))
        seed = contract((), (*axes, *axes), dict(enumerate(self.root.expr.shape)))
        held: dict[str, Expr] = {self.root.name: seed}
        for node in reversed(self.nodes):
            if node is self.root:
                continue
            users = self.users(node)
            parts = [simplify(pull(u.local, held[u.name], [node.symbol])[0]) for u in users]
            name = self.free_name(f"delta_{node.name.removeprefix('v_')}") if node.syntax is not None else ""
            back = Back(node, name, users, parts)
            if name:
                props = ("symmetric",) if back.whole.symmetric else ()
                held[node.name] = back.symbol = symbol(name, back.whole.shape, props, COTANGENTS + len(held))
            yield back

    def free_name(self, name: str) -> str:
        """A name that nothing has yet; it is taken from now on."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def notation(self) -> Notation:
        """The notation in which what a node is worth is called by its name."""
        # What is defined and does not move keeps its name as well.
        names = {
            n: name for name, n in self.reading.definitions.items() if n.free and n.free.isdisjoint(self.variables)
        }
        names |= {n.local: n.name for n in self.nodes if n.syntax is not None and n.local.free}
        return Notation({}, names, self.reading.sums)

    def slope(self, node: Node, by: Node) -> Syntax:
        """The local derivative on the edge from `by` to `node`; where it has more axes than two, the differential."""
        if node.local.rank + by.symbol.rank > 2 and node.local.rank and by.symbol.rank:
            change = differential_of(by.symbol, f"d{by.name}")
            found = simplify(push(node.local, {by.symbol: change}))
        else:
            found = derivative(node.local, by.symbol)
        return self.written(found)

    def written(self, expr: Expr) -> Syntax:
        """An expression over the symbols of nodes."""
        notation = self.notation()
        return notation.syntax(present(expr, notation))
