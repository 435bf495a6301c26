"""What people write on paper and in other languages, in the tokens of this one.

A function stands without brackets (`log det Σ`, `tr A`), its power behind its name (`sin²(t)`), or in a library
(`np.linalg.norm(x)`). Where it is not clear how far the argument goes, all is left as it is, and refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from mcalc.language.tokens import BRACKETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.tokens import Token

#: A library in front of a function or a constant: `np.`, `torch.nn.functional.`, `scipy.special.`.
LIBRARY = re.compile(
    r"(?:np|numpy|jnp|torch|tf|math|scipy|sp|jax|anp|cp|cupy|nn|F|LinearAlgebra)"
    r"(?:\.(?:linalg|special|nn|functional|math|numpy|lax))*\.(?=[A-Za-z]\w*\s*\(|(?:pi|e)\b)(?!T\b)"
)
#: A function behind its argument: `.sum` of `x.sum()`.
METHOD = re.compile(r"\.([A-Za-z]\w*)(?=\()")

#: Functions of other languages that are operators here; and how methods are called where their name is another.
AS_OPERATORS = {"matmul": "@", "multiply": ".*", "divide": "./"}
METHODS = {"t": "transpose", "inverse": "inv", "mm": "matmul", "mv": "matmul", "mul": "multiply", "div": "divide"}

_POSTFIX = frozenset(("TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT"))
_STOPS = frozenset(
    (
        "$END", "SEPARATOR", "PLUS", "MINUS", "COMMA", "RPAR", "RBRACE", "RBLOCK", "RENTRY", "NORM_END", "BAR_END",
        "ROW", "STAR", "SLASH", "DOTSTAR", "DOTSLASH", "COMPARE", "ANGLE_END", "WHERE",
    )
)  # fmt: skip
_ENDS = frozenset(("$END", "SEPARATOR", "PLUS", "MINUS", "COMMA", "ROW", "COMPARE", "WHERE", *BRACKETS.values()))
_OPERANDS = frozenset(("NAME", "NORM", "BAR", "LPAR", "LBLOCK", "ANGLE"))
_FACTORS = tuple([kind] for kind in ("NAME", "NUMBER", "RPAR", "SLASH", "DOTSLASH", "CARET", "DOTCARET", "STAR"))
_CLOSING = {"LPAR": "RPAR", "NORM": "NORM_END", "BAR": "BAR_END"}


def applied(tokens: list[Token], is_function: Callable[[int], str]) -> list[Token]:
    """The tokens with brackets around the arguments of functions that stand without, and powers behind them.

    `is_function` gives the function that the token at a place names, or ''.
    """
    if not any(is_function(k) and tokens[k + 1][0] != "LPAR" for k, token in enumerate(tokens) if token[0] == "NAME"):
        return tokens
    found: list[Token] = []
    _copy(tokens, 0, len(tokens), is_function, found)
    return found


def halved(tokens: list[Token]) -> list[Token]:
    """The tokens with brackets around 1/2 where a space stands behind it: `1/2 x` is half of x, as it looks."""
    kinds = [token[0] for token in tokens]
    if "SLASH" not in kinds:
        return tokens
    found: list[Token] = []
    for k, (kind, written, start, stop) in enumerate(tokens):
        half = kinds[k : k + 3] == ["NUMBER", "SLASH", "NUMBER"] and k + 3 < len(tokens)
        if half and kinds[k + 3] in _OPERANDS and kinds[k - 1 : k] not in _FACTORS:
            ends = [token[2:] for token in tokens[k : k + 4]]
            if ends[0][1] == ends[1][0] and ends[1][1] == ends[2][0] and ends[2][1] < ends[3][0]:
                found.append(("LPAR", "(", start, start))
        found.append((kind, written, start, stop))
        if len(found) > 3 and [token[0] for token in found[-4:]] == ["LPAR", "NUMBER", "SLASH", "NUMBER"]:
            opened = found[-4]
            if opened[2] == opened[3]:
                found.append(("RPAR", ")", stop, stop))
    return found


def _copy(tokens: list[Token], k: int, stop: int, is_function: Callable[[int], str], found: list[Token]) -> None:
    while k < stop:
        end = _application(tokens, k, is_function, found)
        if end is None:
            found.append(tokens[k])
            end = k + 1
        k = end


def _application(tokens: list[Token], k: int, is_function: Callable[[int], str], found: list[Token]) -> int | None:
    """Add a function with its argument and its power; returns where they end, or None where nothing is to be mended."""
    name = is_function(k) if tokens[k][0] == "NAME" else ""
    if not name:
        return None
    power, at = _power(tokens, k + 1)
    if not power and tokens[at][0] == "LPAR":
        return None
    if tokens[at][0] == "LPAR":
        end, bare = _closed(tokens, at), False
    else:
        end, bare = _operand(tokens, at, is_function), True
    if end is None or (bare and tokens[end][0] not in _STOPS):
        return None
    _, _, start, stop = tokens[k]
    last = tokens[end - 1][3]
    found.append(("NAME", name, start, stop))
    found.append(("LPAR", "(", tokens[at][2], tokens[at][2]) if bare else tokens[at])
    _copy(tokens, at + (not bare), end - (not bare), is_function, found)
    found.append(("RPAR", ")", last, last) if bare else tokens[end - 1])
    if power:
        found += [("CARET", "^", last, last), ("NUMBER", power, last, last)]
    return end


def _power(tokens: list[Token], k: int) -> tuple[str, int]:
    """The whole power that stands behind a function's name, and where that ends; sin⁻¹ may be two functions."""
    kind, written, _, _ = tokens[k]
    if kind == "SUPERSCRIPT" and written.isdecimal():
        return written, k + 1
    if kind == "CARET" and tokens[k + 1][0] == "NUMBER":
        return tokens[k + 1][1], k + 2
    return "", k


def _operand(tokens: list[Token], k: int, is_function: Callable[[int], str]) -> int | None:
    """Where the one operand ends that stands here, with what stands behind it: `t`, `2t`, `|Σ|`, `det Σ`."""
    kind = tokens[k][0]
    if kind == "BIG":
        return _product(tokens, k)
    if kind == "NUMBER":
        touching = tokens[k + 1][0] == "NAME" and tokens[k + 1][2] == tokens[k][3] and not is_function(k + 1)
        return _behind(tokens, k + 2 if touching else k + 1)
    if kind in _CLOSING:
        end = _closed(tokens, k)
        return None if end is None else _behind(tokens, end)
    if kind != "NAME":
        return None
    if not is_function(k):
        return None if tokens[k + 1][0] in ("LPAR", "LENTRY", "CARET", "DOTCARET") else _behind(tokens, k + 1)
    if tokens[k + 1][0] == "LPAR":
        return _closed(tokens, k + 1)
    return _operand(tokens, k + 1, is_function)


def _product(tokens: list[Token], k: int) -> int:
    """Where the product ends that begins here."""
    depth = 0
    while depth or tokens[k][0] not in _ENDS:
        depth += (tokens[k][0] in BRACKETS) - (tokens[k][0] in BRACKETS.values())
        k += 1
    return k


def _behind(tokens: list[Token], k: int) -> int:
    while tokens[k][0] in _POSTFIX:
        k += 1
    return k


def _closed(tokens: list[Token], k: int) -> int | None:
    """Where the bracket or bar that opens here is closed."""
    depth, opens, closes = 0, tokens[k][0], _CLOSING[tokens[k][0]]
    for j in range(k, len(tokens)):
        depth += (tokens[j][0] == opens) - (tokens[j][0] == closes)
        if not depth:
            return j + 1
    return None


def known(name: str, functions: Container[str]) -> str:
    """The function that a name means in whatever letters it is written, `Tr`, `ReLU`, `LogSumExp`; '' for none."""
    if name in functions:
        return name
    small = name.lower()
    return small if len(small) > 1 and small in functions else ""
