"""What each rule of the working says, in one sentence with the reason.

Rules are named by codes. Those of the method itself are here; those of operations are the names of their records,
which hold the sentence; those of simplification are the names of their rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.algebra.ops import find
from mcalc.calculus.rules import RULES
from mcalc.phrase import in_turn, say

#: The most sentences that one line is given.
MOST = 3

SENTENCES = {
    "differential": "Let {x} change a little, by {dx}: {df} is the part of the change of {f} that is linear in {dx}.",
    "linear": "d is linear: it goes into sums and past constant factors, and what is constant drops out.",
    "product-rule": "Product rule: one factor changes at a time, the others stay, and the parts are added.",
    "equal-parts": "Here the parts are equal.",
    "quotient-rule": "Quotient rule: d(u/v) = du/v − u dv/v².",
    "power-rule": "Power rule: d(uᵃ) = a uᵃ⁻¹ du.",
    "square": "In a square both factors change alike, so the two parts of the product rule are equal: d(uᵀu) = 2 uᵀdu.",
    "chain-rule": "Chain rule: the slope multiplies the change of what stands inside.",
    "declared": "Of a function that is only declared the derivative is a function too, with a name of its own.",
    "open-all": "Chain rule: every d that is left is opened by the same rules, and the parts are added.",
    "expand": "Multiply out and put like terms together.",
    "transpose-scalar": "A scalar equals its transpose, so {dx} can stand last in every term.",
    "trace-cyclic": "A scalar is its own trace, and under a trace factors may go round, tr(AB) = tr(BA): {dx} last.",
    "trace-transpose": "A trace equals that of the transpose, tr(A) = tr(Aᵀ), so {dx}ᵀ becomes {dx}.",
    "trace-inner": "A sum over products of entries is a trace: sum(A ⊙ B) = tr(AᵀB).",
    "collect": "Collect what stands before {dx}.",
    "diagonal": "A product entry by entry is one with a diagonal matrix: u ⊙ {dx} = diag(u) {dx}.",
    "outer": "A scalar times a vector is an outer product times {dx}: (aᵀ {dx}) b = (b aᵀ) {dx}.",
    "inner": "A sum over products of entries is an inner product: sum(u ⊙ {dx}) = uᵀ {dx}.",
    "again": "The derivative is differentiated in its turn.",
    "subscripts": "{x} occurs {count} times. Take each occurrence for a variable of its own: {copies}.",
    "held": "Only {x} changes; {others} and what else there is are held.",
    "erased": "Erase the subscripts, for all are {x}, and add the parts: that is the derivative.",
    "tidied": "Put like terms together.",
    "once": "{x} occurs once, so there is one part only.",
    "node": "A node of the computation graph: {node} is in {shape}.",
    "last-slope": "Backwards from {f}: its derivative by {node}, which it is made of.",
    "cotangent": "Backwards: {df} = ∂{f}/∂{node} is the derivative of {f} by {users} times that of {users} by {node}.",
    "path": "What comes back to {node} from {along}.",
    "paths": "{node} is used by {users}: what comes back along each path is added.",
    "tangent": "Forwards: the change of {node}, from the changes of what it is made of.",
    "substituted-change": "Put in what the nodes stand for.",
    "substituted": "Put in what the nodes stand for, and simplify.",
    "entries": "Write {f} by its entries; an index that occurs twice under a sum is summed over.",
    "delta": "The entries are independent: the derivative of one by another is δ, 1 where they are the same, else 0.",
    "picks": "A sum over a δ leaves the one term in which its indices agree.",
    "products": "Read the sums as matrix products.",
    "contract": "So much for every entry of {x}: this is the whole array (mixed layout).",
    "constant": "{f} does not depend on {x}, so its derivative is zero.",
    "read-off": "Read the derivative off ({layout} layout):",
    "by-inner-product": "{df} = gᵀ {dx} for every {dx} means that g is the gradient, of the shape of {x}.",
    "by-trace": "{df} = tr(Gᵀ {dx}) for every {dx} means that G is the gradient, of the shape of {x}.",
    "by-jacobian": "{df} = J {dx} for every {dx} means that J is the Jacobian, a row for each entry of {f}.",
    "by-slope": "what multiplies {dx} is the derivative, of the shape of {f}.",
    "by-entry": "{entry} alone changes, so the derivative by it is that entry of the derivative by {x}.",
    "jvp": "The derivative along a direction is {df} with the direction in the place of {dx}.",
    "upstream": "{upstream} is given as the gradient of {f}, and stays as it is while {x} changes.",
    "vjp": "What is given is the gradient by {f}; each step of the chain carries it back towards {x}.",
    "hvp": "The Hessian times a direction is the derivative of the gradient along that direction.",
    "numerator-layout": "In the numerator layout the axes of {x} are turned round: the transpose.",
    "denominator-layout": "In the denominator layout the axes are those of {x}, then those of {f}: the transpose.",
    "structured": "{why} So of G, the derivative by free entries of {x}, this is left: {formula}.",
    "cookbook": "The Cookbook lets what is tied to an entry move with it: {formula}, where G is by free entries.",
    "by-entries": "its entries are what multiplies the entries of {dx} in those of {df}, the axes of {f} first.",
}


def sentences(rules: tuple[str, ...], words: Mapping[str, str]) -> str:
    """The sentences of the rules, one after another; names in braces are the expression, the variable and so on."""
    fields = {"layout": "mixed", **words}
    fields["layout"] = say(fields["layout"])
    told = [say(SENTENCES[rule], **fields) if rule in SENTENCES else sentence(rule) for rule in rules[:MOST]]
    return in_turn(dict.fromkeys(filter(None, told)))


def sentence(rule: str) -> str:
    """What the rule of a record says: that of an operation, or of a simplification."""
    op = find(rule)
    if op is not None:
        return say("{why} [{source}]", why=say(op.why), source=op.see) if op.see else say(op.why)
    found = next((r for r in RULES if r.name == rule), None)
    return say("{statement}: {why}", statement=found.statement, why=say(found.why)) if found else ""
