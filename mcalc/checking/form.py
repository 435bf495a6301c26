"""Tests of the form of an answer, made once it is known to be right: patterns in its tree, never in its letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcalc.algebra.expr import Apply, Expr
from mcalc.algebra.walk import postorder
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.language.syntax import (
    Call,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Syntax,
    Terms,
    Transpose,
)
from mcalc.language.tree import walk
from mcalc.phrase import say

ONLY = "only:"


def no_inverse(tree: Program, value: Expr) -> str:
    """Without the inverse of a matrix, or a solution, which is one."""
    found = any(isinstance(n, Apply) and n.op.name in ("inv", "pinv") for n in postorder(value))
    return say("it is to do without an inverse") if found else ""


def no_kron(tree: Program, value: Expr) -> str:
    """Without Kronecker products and stacked columns."""
    found = any(isinstance(n, Call) and n.name in ("kron", "vec", "unvec") for n in walk(tree))
    return say("it is to do without kron and vec") if found else ""


def expanded(tree: Program, value: Expr) -> str:
    """No product, transpose or power over a sum."""
    for node in walk(tree):
        match node:
            case Matmul(items) | Product(items) if any(map(_is_sum, items)):
                return say("products of sums are to be multiplied out")
            case Transpose(arg) | Power(arg, _) if _is_sum(arg):
                return say("transposes and powers of sums are to be multiplied out")
    return ""


def factored(tree: Program, value: Expr) -> str:
    """No sum whose terms share their first or their last factor."""
    for node in walk(tree):
        if isinstance(node, Terms) and len(node.items) > 1:
            factors = [_factors(item) for item in node.items]
            for end in (0, -1):
                if all(f for f in factors) and all(f[end] == factors[0][end] for f in factors):
                    return say("the factor that all terms share is to be taken out")
    return ""


TESTS: dict[str, Callable[[Program, Expr], str]] = {
    "no-inverse": no_inverse,
    "no-kron": no_kron,
    "expanded": expanded,
    "factored": factored,
}


def tests_in(text: str) -> list[str]:
    """The tests in a list between commas; `only:A,x` goes on up to the next test. Raises a `Problem`."""
    found: list[str] = []
    for part in (piece.strip() for piece in text.split(",")):
        if part in TESTS or part.startswith(ONLY):
            found.append(part)
        elif found and found[-1].startswith(ONLY) and part:
            found[-1] += f",{part}"
        else:
            near = nearest(part, TESTS)
            raise Problem(
                "E005",
                "no such test of the form: {part}",
                hint="did you mean {near}?" if near else "choose from {choices}, {only}NAME,…",
                part=repr(part),
                near=near,
                choices=list(TESTS),
                only=ONLY,
            )
    return found


def failed(tests: Sequence[str], tree: Program, value: Expr) -> list[tuple[str, str]]:
    """The tests that the answer fails, each with what is asked for."""
    found = []
    for test in tests:
        told = _only(test, tree) if test.startswith(ONLY) else TESTS[test](tree, value)
        if told:
            found.append((test, told))
    return found


def _only(test: str, tree: Program) -> str:
    """Names other than those allowed."""
    allowed = {name.strip() for name in test.removeprefix(ONLY).split(",")}
    allowed |= {name.id for name, _ in tree.definitions}
    other = [n.id for n in walk(tree) if isinstance(n, Name) and n.id not in allowed]
    return say("it is to do without {name}", name=other[0]) if other else ""


def _is_sum(node: Syntax) -> bool:
    return isinstance(node, Terms) and len(node.items) > 1


def _factors(node: Syntax) -> list[Syntax]:
    """The factors of a product in their order, numbers left out."""
    match node:
        case Matmul(items):
            return [f for item in items for f in _factors(item)]
        case Product(items, operators) if set(operators) <= {"*"}:
            return [f for item in items for f in _factors(item)]
        case Negative(arg):
            return _factors(arg)
        case Num():
            return []
    return [node]
