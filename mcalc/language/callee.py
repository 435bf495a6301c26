"""Which names in front of a bracket are called, and which are factors of a product, in a row of tokens.

What can be both is a `Problem` that names both readings.
"""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.errors import Problem
from mcalc.language.letters import GREEK, GREEK_LETTERS, other_spelling
from mcalc.language.paper import known
from mcalc.language.tokens import OPERAND_ENDS
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from mcalc.language.tokens import Token

#: Names of numbers, which are no functions.
CONSTANTS = ("pi",)
FUNCTION_LETTERS = frozenset(("f", "g", "h", "φ", "ψ", "phi", "psi"))
#: What is no factor of a product without an operator, unless it is declared.
PROGRAMMED = frozenset(("if", "else", "elif", "for", "while", "return", "def", "import"))


def with_primes(tokens: list[Token], functions: Container[str]) -> list[Token]:
    """Calls of derivatives, `h'(x)`, as one name: where h is a function, the mark is no transpose."""
    if not any(token[0] == "TRANSPOSE" for token in tokens):
        return tokens
    found: list[Token] = []
    for token in tokens:
        if token[0] == "LPAR" and len(found) > 1 and found[-1][:2] == ("TRANSPOSE", "'"):
            k = len(found)
            while k and found[k - 1][:2] == ("TRANSPOSE", "'"):
                k -= 1
            called = _called(found[k - 1][1] + "'" * (len(found) - k), functions)
            if k and found[k - 1][0] == "NAME" and called in functions:
                found[k - 1 :] = [("NAME", called, found[k - 1][2], found[-1][3])]
        found.append(token)
    return found


def _called(name: str, functions: Container[str]) -> str:
    """The function that a name means: σ is the sigmoid, Jg the Jacobian of g, φ may be declared as phi."""
    if name in ("σ", "sigma") and name not in functions and "sigmoid" in functions:
        return "sigmoid"
    if name[0] == "J" and f"jac_{name[1:]}" in functions:
        return f"jac_{name[1:]}"
    front, line, rest = name.partition("_") if name.startswith(("grad_", "hess_")) else ("", "", name)
    plain = rest.rstrip("'")
    other = other_spelling(plain)
    spelled = f"{front}{line}{other}{rest[len(plain) :]}" if other else name
    return spelled if name not in functions and spelled in functions else name


def with_calls(tokens: list[Token], functions: Container[str], names: Container[str], defined: set[str]) -> list[Token]:
    """Tell calls from products, and `where` from a variable of that name."""
    depth = 0
    for k, (kind, name, start, stop) in enumerate(tokens):
        if kind == "LPAR":
            depth += 1
        elif kind == "RPAR":
            depth -= 1
        elif kind == "NUMBER" and k and tokens[k - 1][0] in OPERAND_ENDS and tokens[k - 1][1] not in PROGRAMMED:
            two = tokens[k - 1][0] == "NUMBER"
            raise Problem(
                "E109",
                "two numbers stand side by side" if two else "a number stands behind its factor",
                (tokens[k - 1][2], stop),
                "write the operator between them: *, ^ or +",
            )
        elif kind == "NAME":
            follower = tokens[k + 1][0]
            if name == "where" and not depth and k and tokens[k - 1][0] in OPERAND_ENDS and follower == "NAME":
                if tokens[k + 2][0] == "EQUALS":
                    tokens[k] = ("WHERE", name, start, stop)
            elif name in names or name in defined:
                if follower == "LPAR":
                    _check_entry(tokens, k)
            elif name in PROGRAMMED and k and tokens[k - 1][0] in OPERAND_ENDS and follower in ("NAME", "NUMBER"):
                raise Problem(
                    "E107",
                    "`{word}` is a word of programming languages, and here only one expression is read",
                    (start, stop),
                    "where(m, x, y) takes x where the mask m is 1, and y elsewhere" if name in ("if", "else") else "",
                    word=name,
                )
            elif name == "d" and follower == "SLASH" and len(below := tokens[k + 2][1]) > 1 and below[0] == "d":
                raise Problem(
                    "E111",
                    "d/{below} is no part of the expression",
                    (start, tokens[k + 2][3]),
                    "leave it out, and name the variable with --wrt {name}",
                    below=below,
                    name=below[1:],
                )
            elif follower == "LPAR":
                called = known(_called(name, functions), functions)
                if called:
                    tokens[k] = ("CALL", called, start, stop)
                else:
                    _check_factor(tokens, k, functions)
            elif name in functions and name not in CONSTANTS:
                _check_function(tokens, k, functions)
    return tokens


def _check_entry(tokens: list[Token], k: int) -> None:
    """`x(2)` is an entry to MATLAB's users, and twice x to others."""
    name, start, stop = tokens[k][1:]
    kinds = [token[0] for token in tokens[k + 1 : k + 4]]
    if kinds == ["LPAR", "NUMBER", "RPAR"] and tokens[k + 1][2] == stop:
        raise Problem(
            "E405",
            "{name}(…) can be an entry or a product",
            (start, tokens[k + 3][3]),
            "the product is {tokens}*{name}",
            name=name,
            tokens=tokens[k + 2][1],
        )


def _check_factor(tokens: list[Token], k: int, functions: Container[str]) -> None:
    """A name that is no function stands before a bracket: refuse it unless it can only be a factor."""
    _check_entry(tokens, k)
    name, start, stop = tokens[k][1:]
    stem = name.partition("_")[0].rstrip("0123456789")
    if stem in FUNCTION_LETTERS:
        raise Problem(
            "E202",
            "{name}(…) can be a function or a product",
            (start, stop),
            "declare a function with --fun '{name}: [n] -> []', or write {name}*(…) for the product",
            name=name,
        )
    if len(stem) == 1 or stem in GREEK_LETTERS or stem in GREEK:
        return
    raise Problem("E201", "there is no function {name}", (start, stop), _nearest(name, functions), name=name)


def _check_function(tokens: list[Token], k: int, functions: Container[str]) -> None:
    """A function's name stands without a bracket: a variable may be called so, but it must not be an application."""
    name, start, stop = tokens[k][1:]
    following = [token[0] for token in tokens[k + 1 : k + 4]]
    if following[0] in ("NAME", "CALL", "NORM", "BAR"):
        raise Problem(
            "E112",
            "{name} is a function: its argument stands in brackets",
            (start, stop),
            "write logdet(…)" if (name, tokens[k + 1][1]) == ("log", "det") else "write {name}(…)",
            name=name,
        )
    if following[0] == "CARET" and following[1:] in (["LBRACE", "MINUS"], ["LPAR", "MINUS"]):
        raise Problem(
            "E113",
            "this power of {name} can be its inverse function or one over its value",
            (start, stop),
            "write the name of the inverse function, or 1/{name}(…)",
            name=name,
        )
    if following[:2] == ["SUPERSCRIPT", "LPAR"] or following == ["CARET", "NUMBER", "LPAR"]:
        raise Problem(
            "E113", "the power of {name} stands after its argument", (start, stop), "write {name}(…)^2", name=name
        )
    if following[:2] == ["TRANSPOSE", "LPAR"]:
        known = next((d for d in (f"grad_{name}", f"jac_{name}") if d in functions), "")
        raise Problem(
            "E406",
            "{name}' is no function here",
            (start, stop),
            "write {known}(…)" if known else "write out the derivative of {name}",
            name=name,
            known=known,
        )


def _nearest(name: str, functions: Container[str]) -> str:
    """A suggestion for a function that does not exist."""
    from mcalc.language.names import function_meant

    close = function_meant(name, list(functions) if isinstance(functions, Iterable) else [])
    if close:
        return say("did you mean {near}?", near=close)
    return say(
        "mcalc functions lists them; --fun '{name}: [n] -> []' declares one, and {name}*(…) is a product", name=name
    )
