"""The moves of presentation, each an identity with a name.

They are no rules of simplification, because they go both ways: what is collected here is multiplied out there. The
search (collect.py) makes a move where the whole reads lighter by it, and nowhere else.
"""

from __future__ import annotations

from mcalc.algebra.expr import Rational

#: Where each axis of a factor shows in the result; nowhere is summed.
Role = tuple[tuple[int, ...], ...]


class Move:
    """A step of presentation: its name, what it says in the input language, and the reason."""

    __slots__ = ("name", "statement", "why")

    def __init__(self, name: str, statement: str, why: str) -> None:
        self.name, self.statement, self.why = name, statement, why


MOVES = {
    move.name: move
    for move in (
        Move("collect-left", "A@x + A@y = A@(x + y)", "A product distributes over a sum: what stands first comes out."),
        Move("collect-right", "A@B + C@B = (A + C)@B", "A product distributes over a sum: what stands last comes out."),
        Move("collect-inner", "x.T@y + x.T@z = x.T@(y + z)", "An inner product is linear in each of its sides."),
        Move("collect-entries", "exp(x).*y + exp(x).*z = exp(x).*(y + z)", "Numbers distribute, entry by entry."),
        Move("collect-scalar", "sum(x)*A + sum(x)*B = sum(x)*(A + B)", "A scalar goes past everything."),
        Move("collect-divisor", "A/sum(x) + B/sum(x) = (A + B)/sum(x)", "What has one divisor is one quotient."),
        Move("one-divisor", "x/((sum(y)/c + 1)*c) = x/(sum(y) + c)", "Divisors multiply, which may be shorter."),
        Move("multiply-out", "(A + B)@x - B@x = A@x", "Multiplied out, terms meet that cancel or add."),
    )
}


def collecting(role: Role, exponent: Rational) -> Move:
    """The move that takes out a factor with this role and exponent."""
    if not role:
        return MOVES["collect-scalar" if exponent > 0 else "collect-divisor"]
    if all(role):
        whole = {place for places in role for place in places}
        return MOVES["collect-entries" if whole != {0} or len(role) == 1 else "collect-left"]
    if not any(role):
        return MOVES["collect-inner"]
    return MOVES["collect-right" if any(1 in places for places in role) else "collect-left"]
