"""Random well-typed expressions in the input language: a grammar as data, and strategies over it.

A type is a shape: `s` a scalar, `n` and `m` vectors, `nn`, `mn`, `nm`, `mm` matrices. A production is a text
with holes that name the types of what goes into them.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

DECLARATIONS = [
    "A[n,n]", "B[n,n]", "X[m,n]", "W[m,n]", "S[n,n] psd", "M[n,n] symmetric",
    "x[n]", "y[n]", "a[n] positive", "u[m]", "v[m]", "t[]", "c[] positive",
]  # fmt: skip
VARIABLES = ("x", "A", "X", "t", "a", "S", "u", "c")

LEAVES = {
    "s": ["t", "c", "2", "t/3"],
    "n": ["x", "y", "a"],
    "m": ["u", "v"],
    "nn": ["A", "B", "S", "M", "eye(n)"],
    "mn": ["X", "W"],
    "nm": ["X.T", "W.T"],
    "mm": ["X@W.T"],
}
ENTRYWISE = ["sin", "tanh", "exp", "sigmoid", "softplus", "cos"]


def _arrays(type_: str) -> list[str]:
    """What every array type has."""
    return [
        f"({{{type_}}} + {{{type_}}})",
        f"({{{type_}}} - {{{type_}}})",
        f"(({{{type_}}}).*({{{type_}}}))",
        f"{{s}}*({{{type_}}})",
        f"({{{type_}}})/c",
        f"({{{type_}}}).^2",
        *(f"{name}({{{type_}}})" for name in ENTRYWISE),
    ]


PRODUCTIONS = {
    "s": [
        "({s} + {s})", "({s})*({s})", "({s})/c", "({s})^2", *(f"{name}({{s}})" for name in ENTRYWISE),
        "(({n}).T@({n}))", "norm({n})^2", "norm({m})", "sum({n})", "mean({m})", "logsumexp({n})", "norm1({n})",
        "tr({nn})", "sum({mn})", "norm({mn})^2", "(x.T@({nn})@y)", "(u.T@({mn})@x)",
        "logdet(S + c*eye(n))", "logdet(S + a@a.T)", "det(eye(n) + ({nn})@({nn})/20)",
    ],
    "n": [
        *_arrays("n"), "(({nm})@({m}))", "(({nn})@({n}))", "softmax({n})", "inv(S)@({n})", "diag({nn})",
        "sum({mn}, axis=0)", "({n} - mean({n}))",
    ],
    "m": [*_arrays("m"), "(({mn})@({n}))", "softmax({m})", "sum({mn}, axis=1)", "logsumexp({mn}, axis=1)"],
    "nn": [
        *_arrays("nn"), "({n})@({n}).T", "({nn}).T", "(({nn})@({nn}))", "(({nm})@({mn}))", "inv(S + a@a.T)",
        "diag({n})",
    ],
    "mn": [*_arrays("mn"), "({m})@({n}).T", "({nm}).T", "(({mn})@({nn}))", "diag({m})@({mn})", "softmax({mn}, axis=1)"],
    "nm": [*_arrays("nm"), "({n})@({m}).T", "({mn}).T", "(({nn})@({nm}))"],
    "mm": ["(({mn})@({nm}))", "({m})@({m}).T"],
}  # fmt: skip


def expressions(type_: str = "s", depth: int = 3) -> st.SearchStrategy[str]:
    """Texts of this type; `depth` is how many productions may stand inside one another."""
    leaves = st.sampled_from(LEAVES[type_])
    if not depth:
        return leaves
    return st.one_of(leaves, st.sampled_from(PRODUCTIONS[type_]).flatmap(lambda text: _filled(text, depth - 1)))


def _filled(text: str, depth: int) -> st.SearchStrategy[str]:
    pieces = re.split(r"\{(\w+)\}", text)
    holes = [expressions(type_, depth) for type_ in pieces[1::2]]
    return st.tuples(*holes).map(
        lambda found: pieces[0] + "".join(f + p for f, p in zip(found, pieces[2::2], strict=True))
    )
