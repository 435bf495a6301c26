"""Random problems over every record: whatever is added to the catalogue is tried without a word here.

`tests.expressions` has the operators; the calls are made of the records' signatures, each argument brought into the
domain that the record names.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import Op
from mcalc.algebra.ops.signature import ANY
from mcalc.algebra.ops.special import SPECIAL, special
from tests.expressions import LEAVES, PRODUCTIONS, VARIABLES

#: How a text of each type is brought into a domain; the domains are the words of the records.
INTO = {
    "generic": "{0}",
    "nonzero": "(({0}).^2 + c)",
    "positive": "(({0}).^2 + c)",
    "no pole": "(({0}).^2 + c)",
    "above minus one": "(tanh({0})/2)",
    "above -1/e": "(tanh({0})/3)",
    "unit": "(tanh({0})/2)",
    "above one": "(exp({0}) + 1 + c)",
    "invertible": "(3*eye({1}) + c*S + ({0})/9)",
    "positive determinant": "(3*eye({1}) + c*S + ({0})/9)",
    "spd": "(({0})@({0}).T + S + eye({1}))",
    "apart": "(3*diag(cumsum(ones({1}))) + (tanh({0}) + tanh({0}).T)/8)",
    "whole": "3",
    "order": "1",
    "positive unit": "(tanh(({0}).^2 + c)/2)",
}

#: What is no call of a record with its signature: sizes, places, sums over indices, blocks, comparisons.
WRITTEN = {
    "s": [
        "({n})[0]", "({n})[n-1]", "({mn})[1,0]", "sum_i(({n})[i]*a[i])", "sum_{i,j}(({nn})[i,j]*x[i]*y[j])",
        "sum(vech({nn}))", "sum(sin(svdvals(3*diag(cumsum(ones(n))) + tanh({nn})/9)))",
        "max(({n}) + 3*cumsum(ones(n)))", "prod_i(({n})[i]^2 + c)",
        "where(t > 0, {s}, ({s})^2)", "(({s})^2 + c)^t", "sum(({mn})@({nm}))", "norm({nn})", "std({n})",
        "specnorm(3*u@x.T + tanh({mn}))", "sum(sin(duplication(n)@vech({nn})))", "sum(sin(elimination(n)@vec({nn})))",
        "sum(sin(commutation(n, n)@vec({nn})))", "einsum('ij,ij->', {nn}, {nn})",
        "sum(pinv(W + ({mn})/9))",
    ],
    "n": ["({nn})[:,1]", "({mn})[0,:]", "onehot(1, n)", "unit(n, 2)", "ones(n)", "zeros(n)", "(({n}) > 0).*({n})",
          "solve(S + eye(n), {n})", "({mn}).T@({m})", "(({n}).T@({nn})).T", "cumsum({n})"],
    "m": ["({mn})[:,0]", "ones(m)", "softmax({mn}, axis=1)@({n})"],
    "nn": ["outer({n}, {n})", "({nn})^2", "({nn})^3", "ones(n, n)", "zeros(n, n)", "unvec(kron({n}, {n}), n, n)",
           "sqrtm(({nn})@({nn}).T + S + eye(n))", "solve(S + eye(n), {nn})", "(S + eye(n))^-1", "transpose({nn})",
           "einsum('ij,jk->ik', {nn}, {nn})"],
    "mn": ["unvec(kron({n}, {m}), m, n)", "eye(m)@({mn})", "ones(m, n)", "({m})@ones(n).T", "({mn} > 0).*({mn})"],
}  # fmt: skip

#: Operations whose calls are written out above alone, and why.
WRITTEN_OUT = {
    "pinv": "its domain is full rank, which a random product has not",
    "specnorm": "its domain is where the greatest singular value is alone",
    "transpose": "of a vector it is a row, which is no type here",
}


@dataclass(frozen=True)
class Case:
    """A problem: an expression and what to differentiate by."""

    text: str
    wrt: str


@cache
def productions() -> dict[str, list[str]]:
    """The texts with holes for each type: operators, and a call for every record and signature."""
    found = {type_: [*texts, *WRITTEN.get(type_, [])] for type_, texts in PRODUCTIONS.items()}
    for op in (*(op for op in OPS.values() if op.name not in SPECIAL), *map(special, SPECIAL)):
        if op.internal or op.shape is not None or op.kind == "sized" or op.name in WRITTEN_OUT:
            continue
        for type_, text in _calls(op):
            if text not in found[type_]:
                found[type_].append(text)
    return found


def _calls(op: Op) -> list[tuple[str, str]]:
    """The calls of an operation with the type of each; one whose type has no name is summed up."""
    made: dict[tuple[str, str], None] = {}
    domains = op.domain.split(", ") if ", " in op.domain else [op.domain] * 9
    for signature in op.signatures:
        letters = sorted(
            {x for part in (*signature.inputs, signature.output) if part != ANY for x in part if x.isalpha()}
        )
        if not signature.inputs or len(letters) > 2:
            continue
        for bound in itertools.permutations("nm", len(letters)):
            names = dict(zip(letters, bound, strict=True))
            for any_type in ("s", "n", "mn") if ANY in signature.inputs else ("",):
                types = [any_type if part == ANY else "".join(names[x] for x in part) for part in signature.inputs]
                types = [type_ or "s" for type_ in types]
                if any(type_ not in LEAVES for type_ in types) or any(
                    "{1}" in INTO[domain] and type_ != "nn" for domain, type_ in zip(domains, types, strict=False)
                ):
                    continue
                holes = [
                    INTO[domain].replace("{0}", f"{{{type_}:{k}}}").replace("{1}", "n")
                    for k, (domain, type_) in enumerate(zip(domains, types, strict=False))
                ]
                call = f"{op.name}({', '.join(holes)})"
                out = any_type if signature.output == ANY else signature.output.translate(str.maketrans(names))
                made["s" if not out else out if out in LEAVES else "", call] = None
    return [(type_ or "s", call if type_ else f"sum(sin({call}))") for type_, call in made]


def texts(type_: str = "s", depth: int = 3) -> st.SearchStrategy[str]:
    """Texts of this type; `depth` is how many productions may stand inside one another."""
    leaves = st.sampled_from(LEAVES[type_])
    if not depth:
        return leaves
    return st.one_of(leaves, st.sampled_from(productions()[type_]).flatmap(lambda text: _filled(text, depth - 1)))


def _filled(text: str, depth: int) -> st.SearchStrategy[str]:
    """The text with every hole filled; `{nn:0}` and another `{nn:0}` are filled alike."""
    pieces = re.split(r"\{(\w+(?::\d)?)\}", text)
    names = [name if ":" in name else f"{name}:{k + 9}" for k, name in enumerate(pieces[1::2])]
    drawn = st.fixed_dictionaries({name: texts(name.partition(":")[0], depth) for name in dict.fromkeys(names)})
    return drawn.map(
        lambda found: pieces[0] + "".join(found[name] + p for name, p in zip(names, pieces[2::2], strict=True))
    )


def cases(depth: int = 3, types: tuple[str, ...] = ("s", "s", "s", "n", "m", "nn", "mn")) -> st.SearchStrategy[Case]:
    """Problems whose expression has the variable in it, as far as chance gives that."""
    return st.builds(
        Case, st.sampled_from(types).flatmap(lambda type_: texts(type_, depth)), st.sampled_from(VARIABLES)
    )


def drawn(number: int, depth: int) -> list[Case]:
    """A hundred cases of a seed."""
    made: list[Case] = []

    @seed(number)
    @settings(
        max_examples=100, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(cases(depth))
    def collect(case: Case) -> None:
        made.append(case)

    collect()
    return made
