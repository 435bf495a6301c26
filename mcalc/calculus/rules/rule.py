"""An identity as a record, and where each is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcalc.algebra.expr import Apply, Contract, Expr, Sum, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Node = TypeVar("Node", Apply, Contract, Sum)
    Rewrite = Callable[[Node], Expr | None]


class Rule:
    """An identity between functions: what it says, why, when, the node it makes of another (or None), and a source.

    `heads` are the operations whose presence makes it worth trying. `statement` is in the input language:
    `mcalc rules` shows it, and the tests hold it as a theorem on random values.
    """

    __slots__ = ("heads", "name", "rewrite", "see", "statement", "when", "why")

    def __init__(
        self, name: str, heads: str, statement: str, why: str, when: str, see: str, rewrite: Callable[..., Expr | None]
    ) -> None:
        self.name, self.heads, self.statement = name, tuple(heads.split()), statement
        self.why, self.when, self.see, self.rewrite = why, when, see, rewrite


RULES: list[Rule] = []
Table = dict[str, list[Rule]]
APPLIED: Table = {}  #: rules for the application of an operation, by its name
INSIDE: Table = {}  #: rules for a contraction that has such a factor
AMONG: Table = {}  #: rules for a sum that has such a term


def of_operation(
    name: str, heads: str, statement: str, why: str, when: str = "", see: str = ""
) -> Callable[[Rewrite[Apply]], Rewrite[Apply]]:
    """State a rule for the application of an operation."""
    return _state(APPLIED, name, heads, statement, why, when, see)


def of_product(
    name: str, heads: str, statement: str, why: str, when: str = "", see: str = ""
) -> Callable[[Rewrite[Contract]], Rewrite[Contract]]:
    """State a rule for factors that meet in a contraction."""
    return _state(INSIDE, name, heads, statement, why, when, see)


def of_sum(
    name: str, heads: str, statement: str, why: str, when: str = "", see: str = ""
) -> Callable[[Rewrite[Sum]], Rewrite[Sum]]:
    """State a rule for terms that meet in a sum."""
    return _state(AMONG, name, heads, statement, why, when, see)


def _state(
    table: Table, name: str, heads: str, statement: str, why: str, when: str, see: str
) -> Callable[[Rewrite[Node]], Rewrite[Node]]:
    def record(rewrite: Rewrite[Node]) -> Rewrite[Node]:
        rule = Rule(name, heads, statement, why, when, see, rewrite)
        RULES.append(rule)
        for head in rule.heads:
            table.setdefault(head, []).append(rule)
        return rewrite

    return record


def rules_for(node: Expr) -> Iterator[Rule]:
    """The rules that may apply to a node."""
    match node:
        case Apply(op):
            yield from APPLIED.get(op.name, ())
        case Contract(factors):
            yield from dict.fromkeys(rule for b, _, _ in factors for rule in INSIDE.get(head(b), ()))
        case Sum(terms):
            yield from dict.fromkeys(rule for _, n in terms for rule in AMONG.get(head(n), ()))


def head(node: Expr) -> str:
    """What rules look a factor or a term up by: its operation, or `sum`, `product`, `orthogonal`."""
    match node:
        case Apply(op):
            return op.name
        case Sum():
            return "sum"
        case Contract():
            return "product"
        case Symbol() if "orthogonal" in node.props:
            return "orthogonal"
    return ""
