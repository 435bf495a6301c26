"""The canonical text: the input language itself, so that what is written reads back to the same tree.

Spaces stand around + and - of sums and behind commas, nowhere else: `2*X.T@(X@w - y)`.
"""

from __future__ import annotations

from mcalc.targets.names import PLAIN
from mcalc.targets.template import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcalc.language.syntax import Syntax
    from mcalc.targets.names import Lettering
    from mcalc.targets.template import Line


def _quoted(value: str) -> str:
    mark = '"' if "'" in value else "'"
    return f"{mark}{value}{mark}"


def _aligned(lines: Sequence[Line]) -> str:
    """Every line whole, for programs that read line by line: `df = p = softmax(z); p.T@dz`."""
    return "\n".join(
        f"{left} = {''.join(f'{name} = {value}; ' for name, value in named)}{right}" for left, right, named in lines
    )


TEXT = Target(
    forms={
        "transpose": ("postfix", "{0:postfix}.T"),
        "power": ("factor", "{0:postfix}^{1:-exponent}"),
        "elementwise": ("factor", "{0:postfix}.^{1:-exponent}"),
        "index": ("exponent", "{0:postfix}[{1}]"),
        "summation": ("factor", "sum_{0}({1})"),
        "change": ("factor", "{1}{0:postfix}"),
        "order": ("", "{0}{1}"),
    },
    links={
        "*": ("-chain", "-chain", "{0}*{1}", "term"),
        ".*": ("-chain", "-chain", "{0}.*{1}", "term"),
        "/": ("-chain", "-factor", "{0}/{1}", "term"),
        "./": ("-chain", "-factor", "{0}./{1}", "term"),
        "@": ("-factor", "-factor", "{0}@{1}", "chain"),
        "·": ("-chain", "-chain", "{0}·{1}", "term"),
        "×": ("-chain", "-chain", "{0}×{1}", "term"),
        "number": ("", "-factor", "{0}@{1}", "chain"),
    },
    near=frozenset(" "),
    join=" ".join,
    text=_quoted,
    aligned=_aligned,
    between="{{{0}={1}}}^{{{2}}}",
    changes=("d", "d"),
    lead="-",
)


def write(syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The tree in the input language, where names look like themselves."""
    return TEXT.write(syntax)
