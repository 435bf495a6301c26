r"""Formulas in LaTeX, from text to the tokens of grammar/latex.lark.

What TeX leaves to fonts and to the reader is decided here: a letter is a name by itself, `\mathbf{x}_1` is the name
x_1 and marks an array, `^\top` is the transpose, `\log` may stand without brackets, a bar opens or closes.

`regions` knows braces and arguments, `names` what is a name, `formula` the rest; `commands` are the tables.
"""

from __future__ import annotations

from collections.abc import Container

from mcalc.errors import Problem
from mcalc.language.callee import with_calls, with_primes
from mcalc.language.latex.formula import Formula
from mcalc.language.lexer import check_length
from mcalc.language.tokens import BRACKETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.tokens import Token

_AFTER_SUM = ("PLUS", "MINUS", "COMMA", "ROW", "SEPARATOR", "$END")  #: what a sum does not reach over


def tokenize(source: str, functions: Container[str], names: Container[str]) -> tuple[list[Token], frozenset[str]]:
    """The tokens of a formula, the last one `$END`, and the names that are set in bold. Raises a `Problem`."""
    check_length(source)
    scanner = Formula(source, functions, names)
    start, stop = scanner.unwrapped(0, len(source))
    scanner.region(start, stop)
    tokens = scanner.tokens
    while tokens and tokens[-1][0] == "SEPARATOR":
        tokens.pop()
    tokens.append(("$END", "", stop, stop))
    tokens = with_primes(_without_arguments(_with_sums(tokens)), scanner.declared)
    return with_calls(tokens, scanner.declared, names, scanner.defined), frozenset(scanner.bold_names)


def _with_sums(tokens: list[Token]) -> list[Token]:
    """The tokens with brackets around a sum that is a function's argument: it takes all of its product."""
    found: list[Token] = []
    open_: list[int] = []  # the depths at which such sums have begun
    depth = 0
    for k, (kind, written, start, stop) in enumerate(tokens):
        closes = kind in BRACKETS.values()
        while open_ and open_[-1] == depth and (closes or kind in _AFTER_SUM):
            found.append(("RPAR", "}", start, start))
            open_.pop()
        depth += (kind in BRACKETS) - closes
        if kind == "FUNCTION" and tokens[k + 1][0] == "BIG":
            found += [("CALL", written, start, stop), ("LPAR", "{", stop, stop)]
            open_.append(depth)
        else:
            found.append((kind, written, start, stop))
    return found


def name_in(text: str) -> str:
    r"""The name that this spells: `\mathbf{x}` is x. Raises a `Problem`."""
    tokens, _ = tokenize(text, (), ())
    if [token[0] for token in tokens] != ["NAME", "$END"]:
        raise Problem("E105", "`{written}` is not a name", written=text)
    return tokens[0][1]


def _without_arguments(tokens: list[Token]) -> list[Token]:
    """Of a definition `f(x) = …` the name alone."""
    found: list[Token] = []
    for k, token in enumerate(tokens):
        if token[0] == "EQUALS" and found and found[-1][0] == "RPAR":
            start = max((j for j, t in enumerate(found) if t[0] == "SEPARATOR"), default=-1) + 1
            head = [t[0] for t in found[start:]]
            if head[:2] == ["NAME", "LPAR"] and set(head[2:-1]) <= {"NAME", "COMMA", "SEPARATOR"}:
                del found[start + 1 :]
        found.append(tokens[k])
    return found
