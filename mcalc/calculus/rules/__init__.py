"""Identities between functions, each a record with its statement, its reason and where it holds.

A rule looks at one node and answers a simpler one, or None. What follows from index algebra alone
(flattening, like terms, powers) is no rule: the normal form does it.
"""

from __future__ import annotations

from mcalc.calculus.rules import inverses, operations, powers, products, selections, spectrum, sums
from mcalc.calculus.rules.rule import RULES, Rule, rules_for

__all__ = [
    "RULES", "Rule", "inverses", "operations", "powers", "products", "rules_for", "selections", "spectrum", "sums",
]  # fmt: skip
