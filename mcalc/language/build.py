"""The nodes of the surface tree that each alias of the grammar makes."""

from __future__ import annotations

from itertools import pairwise

from mcalc.errors import Problem
from mcalc.language.names import is_capital
from mcalc.language.paper import AS_OPERATORS, METHODS
from mcalc.language.summation import read_head
from mcalc.language.syntax import (
    Call,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Slice,
    Span,
    Summation,
    Syntax,
    Terms,
    Text,
    Transpose,
)
from mcalc.language.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Values = list[Any]
    Spans = list[Span]

#: The operators as the surface tree writes them.
OPERATORS = {
    "PLUS": "+", "MINUS": "-", "STAR": "*", "DOTSTAR": ".*", "SLASH": "/", "DOTSLASH": "./", "AT": "@",
    "KRON": "⊗", "BACKSLASH": "\\", "CARET": "^", "DOTCARET": ".^", "COLON": ":", "DOT": "·", "CROSS": "×",
}  # fmt: skip

#: The functions that take a text: the indices of einsum, and which norm is meant.
TAKE_TEXT = ("einsum", "norm")

#: What bars around a matrix are called until it is known where they stand.
BARS = "| |"


class _Chain:
    """Operands, and the operators between them, while more may come."""

    __slots__ = ("items", "operators")

    def __init__(self, first: Syntax, *operators: str) -> None:
        self.items = [first]
        self.operators = list(operators)

    def join(self, other: _Chain) -> _Chain:
        """Let the operands of another chain follow at once."""
        self.items += other.items
        self.operators += [" ", *other.operators]
        return self


def callable_names() -> frozenset[str]:
    """Every name that can be called without a declaration; what knows them is loaded where they are asked for."""
    from mcalc.language.calls import FUNCTIONS

    return FUNCTIONS


def _whole(s: Spans) -> Span:
    return s[0][0], s[-1][1]


def _add(v: Values, s: Spans) -> _Chain:
    """One more operand. After `/` a product without an operator is refused where it can be read in two ways."""
    chain: _Chain = v[0]
    match v[1], v[2], chain.items:
        case "/" | "./", Matmul([first, *_], operators, span=span), [*_, before] if span == s[2] and " " in operators:
            if isinstance(first, Num) or (len(chain.items) == 1 and isinstance(before, Num)):
                raise Problem(
                    "E118",
                    "this can divide by the first factor or by the whole product",
                    _whole(s[1:]),
                    "write the brackets: (1/2) x or 1/(2 x)",
                )
    chain.items.append(v[2])
    chain.operators.append(v[1])
    return chain


def _juxtapose(v: Values, s: Spans) -> _Chain:
    del s
    v[0].items.append(v[1])
    v[0].operators.append(" ")
    return v[0]  # type: ignore[no-any-return]


def _kron(v: Values, s: Spans) -> _Chain:
    left = _close_product(v[:1], s[:1])
    return _Chain(Call("kron", (left, v[2]), (), _whole(s)))


def _solve(v: Values, s: Spans) -> _Chain:
    """MATLAB's backslash: what stands in front of it is inverted."""
    left = _close_product(v[:1], s[:1])
    return _Chain(Call("solve", (left, v[2]), (), _whole(s)))


#: What a comparison is worth: 1 where it holds, 0 elsewhere.
COMPARISONS = {">": "greater", "<": "less", ">=": "greater_equal", "<=": "less_equal"}
COMPARISONS |= {"≥": "greater_equal", "≤": "less_equal"}


def _compare(v: Values, s: Spans) -> Call:
    return Call(COMPARISONS[v[1]], (v[0], v[2]), (), _whole(s))


def _summation(v: Values, s: Spans) -> Summation:
    """`∑ᵢ aᵢ xᵢ`: the sign, and the product behind it; `sum_i(…)` has that between brackets."""
    product, indices, limits = read_head(v[0], s[0])
    return Summation(indices, v[-1 if len(v) == 2 else 2], limits, product, _whole(s))


def _scaled_summation(v: Values, s: Spans) -> Syntax:
    """Factors in front of a summation."""
    chain: _Chain = v[0]
    chain.items.append(_summation(v[-2:], s[-2:]))
    chain.operators.append("*")
    return _close_product([chain], [_whole(s)])


def _method(v: Values, s: Spans) -> Syntax:
    """`x.sum()`, `A.dot(x)`: a function behind its first argument. A number behind that is an axis."""
    called: str = v[1]
    name = METHODS.get(called, called)
    given = v[3] if len(v) == 5 else []
    if name == "dot" and len(given) == 1:
        name = "matmul"
    if name not in callable_names():
        from mcalc.language.names import nearest
        from mcalc.phrase import say

        near = nearest(name, callable_names())
        hint = say("did you mean {near}?", near=near) if near else say("functions stand in front: {name}(…)", name=name)
        raise Problem("E108", "`.{name}` is not known", s[1], hint, name=name)
    if len(given) == 1 and isinstance(given[0], Num) and name in ("sum", "mean", "max", "min", "prod", "var", "std"):
        given = [("axis", given[0])]
    return _call([name, "(", [v[0], *given], ")"], [s[0], s[1], s[2], s[-1]])


def _close_sum(v: Values, s: Spans) -> Syntax:
    chain = v[0]
    if chain.operators == ["+"]:
        return chain.items[0]  # type: ignore[no-any-return]
    return Terms(tuple(chain.items), tuple(chain.operators), s[0])


def _close_product(v: Values, s: Spans) -> Syntax:
    chain = v[0]
    return Product(tuple(chain.items), tuple(chain.operators), s[0]) if chain.operators else chain.items[0]


def _close_tight(v: Values, s: Spans) -> Syntax:
    chain = v[0]
    return Matmul(tuple(chain.items), tuple(chain.operators), s[0]) if chain.operators else chain.items[0]


def _superscript(v: Values, s: Spans) -> Power:
    digits = v[1].removeprefix("-")
    exponent: Syntax = Num(digits, s[1])
    return Power(v[0], exponent if digits == v[1] else Negative(exponent, s[1]), False, _whole(s))


def _transpose(v: Values, s: Spans) -> Transpose:
    """A transpose; that of a number can only be meant for a vector of ones."""
    if v[0] == Num("1") and not v[1].startswith("."):
        raise Problem("E142", "a number has no transpose", _whole(s), "a row of ones is ones(n).T, and 1ᵀx is sum(x)")
    return Transpose(v[0], _whole(s))


def _inverse_transpose(v: Values, s: Spans) -> Transpose:
    return Transpose(Power(v[0], Negative(Num("1", s[1]), s[1]), False, _whole(s)), _whole(s))


def _refuse_tower(v: Values, s: Spans) -> Power:
    raise Problem(
        "E116", "a power of a power can be read in two ways", _whole(s), "write the brackets: (a^b)^c or a^(b^c)"
    )


def _norm(v: Values, s: Spans) -> Call:
    kind = v[2].lstrip("|‖").strip("_{}\\")
    if kind in ("2", "₂"):
        return Call("norm", (v[1], Num("2", s[2])), (), _whole(s))
    return Call(NORMS[kind], (v[1],), (), _whole(s))


def _absolute(v: Values, s: Spans) -> Call:
    """Bars; around a matrix they say something only behind a logarithm, log|Σ|."""
    return Call(BARS if _looks_like_matrix(v[1]) else "abs", (v[1],), (), _whole(s))


def check_bars(program: Program) -> None:
    """Raise a `Problem` where bars around a matrix stand without a logarithm."""
    for node in walk(program):
        if isinstance(node, Call) and node.name == BARS:
            raise Problem(
                "E117",
                "bars around a matrix can mean the determinant or the absolute values",
                node.span,
                "write det(…) or abs(…)",
            )


def _looks_like_matrix(node: Syntax) -> bool:
    match node:
        case Name(id):
            return is_capital(id)
        case Transpose(arg) | Power(arg) | Negative(arg):
            return _looks_like_matrix(arg)
        case Matmul(items) | Terms(items):
            return all(map(_looks_like_matrix, items))
    return False


def _bars(v: Values, s: Spans) -> Call:
    """Bars on paper: the determinant of a matrix, and the size of anything else."""
    return Call("det" if _looks_like_matrix(v[1]) else "abs", (v[1],), (), _whole(s))


def _apply(v: Values, s: Spans) -> Call:
    """A function without brackets takes what stands behind it, unless that could as well end sooner."""
    match v[-1]:
        case Matmul(items) if any(isinstance(item, (Call, Terms)) for item in items):
            hint = "write the brackets: {name}( … )"
            raise Problem("E137", "the argument of {name} can end in several places", _whole(s), hint, name=v[0])
    return Call(v[0], (v[-1],), (), _whole(s))


def _call(v: Values, s: Spans) -> Syntax:
    name: str = v[0]
    given = v[2] if len(v) == 4 else []
    options = tuple(a for a in given if isinstance(a, tuple))
    args = tuple(a for a in given if not isinstance(a, tuple))
    for before, after in pairwise(given):
        if isinstance(before, tuple) and not isinstance(after, tuple):
            raise Problem("E129", "an option stands behind the arguments", after.span)
    for argument in args:
        if isinstance(argument, Text) and name not in TAKE_TEXT:
            raise Problem(
                "E125",
                "{name} takes no text: only einsum and norm do",
                argument.span,
                "' after a name is the transpose",
                name=name,
            )
    if name in AS_OPERATORS and len(args) == 2:
        kind = Matmul if AS_OPERATORS[name] == "@" else Product
        return kind(args, (AS_OPERATORS[name],), _whole(s))
    if name == "concatenate" and len(args) == 1 and isinstance(args[0], Call) and args[0].name == "hcat":
        across = ("axis", Num("1")) in options
        return Call("hcat" if across else "vcat", args[0].args, (), _whole(s))
    if name in ("log", "ln") and len(args) == 1 and isinstance(args[0], Call) and args[0].name == BARS:
        return Call("logdet", args[0].args, (), _whole(s))
    return Call(name, args, tuple(("axis" if key == "dim" else key, a) for key, a in options), _whole(s))


def _block(v: Values, s: Spans) -> Syntax:
    """`[A, B; C, D]`: rows side by side, and one above the other. A block by itself is that block."""
    spans = [(row[0].span[0], row[-1].span[1]) for row in v[1]]
    rows = [r[0] if len(r) == 1 else Call("hcat", tuple(r), (), at) for r, at in zip(v[1], spans, strict=True)]
    return rows[0] if len(rows) == 1 else Call("vcat", tuple(rows), (), _whole(s))


#: What is written behind a norm, and the function that it names.
NORMS = {"": "norm", "F": "normfro", "*": "nuclear", "1": "norm1", "₁": "norm1", "2": "norm2", "₂": "norm2"}
NORMS.update(dict.fromkeys(("∞", "inf", "infty"), "norminf"))

BUILDERS: dict[str, Callable[[Values, Spans], Any]] = {
    "start_lines": lambda v, s: v,
    "add_line": lambda v, s: v[0].append(v[2]) or v[0],
    "definition": lambda v, s: ("definitions", [(v[0], v[2])], _whole(s)),
    "declaration": lambda v, s: ("declaration", v[0], s[0]),
    "value": lambda v, s: ("value", (v[0], ()), s[0]),
    "qualified_value": lambda v, s: ("value", (v[0], v[2]), _whole(s)),
    "start_bindings": lambda v, s: v[0][1],
    "add_binding": lambda v, s: v[0] + v[2][1],
    "start_sum": lambda v, s: _Chain(v[0], "+"),
    "start_signed_sum": lambda v, s: _Chain(v[1], v[0]),
    "add_term": _add,
    "close_sum": _close_sum,
    "start_chain": lambda v, s: _Chain(v[0]),
    "add_factor": _add,
    "add_kron": _kron,
    "add_solve": _solve,
    "compare": _compare,
    "summation": _summation,
    "summation_of": _summation,
    "scaled_summation": _scaled_summation,
    "method": _method,
    "close_product": _close_product,
    "juxtapose": _juxtapose,
    "close_tight": _close_tight,
    "negative": lambda v, s: Negative(v[1], _whole(s)),
    "positive": lambda v, s: v[1],
    "raise": lambda v, s: Power(v[0], v[2], False, _whole(s)),
    "raise_elementwise": lambda v, s: Power(v[0], v[2], True, _whole(s)),
    "refuse_tower": _refuse_tower,
    "transpose": _transpose,
    "inverse_transpose": _inverse_transpose,
    "superscript": _superscript,
    "group": lambda v, s: v[1],
    "norm": _norm,
    "absolute": _absolute,
    "call": _call,
    "block": _block,
    "bars": _bars,
    "row_of": lambda v, s: Index(Name(v[0], s[0]), (v[2], Slice(None, None, s[2])), _whole(s)),
    "apply": _apply,
    "apply_power": lambda v, s: Power(_apply([v[0], v[-1]], s), v[3], False, _whole(s)),
    "call_power": lambda v, s: Power(_call([v[0], *v[5:]], s), v[3], False, _whole(s)),
    "raise_group": lambda v, s: Power(v[0], v[3], v[1] == ".^", _whole(s)),
    "pseudo_inverse": lambda v, s: Call("pinv", (v[0],), (), _whole(s)),
    "inner": lambda v, s: Call("inner", (v[1], v[3]), (), _whole(s)),
    "fraction": lambda v, s: Product((v[2], v[5]), ("/",), _whole(s)),
    "root": lambda v, s: Power(v[5], Product((Num("1", s[1]), v[2]), ("/",), s[1]), False, _whole(s)),
    "join": lambda v, s: _close_tight([v[0].join(v[1])], [_whole(s)]),
    "start_blocks": lambda v, s: v,
    "index": lambda v, s: Index(v[0], tuple(v[2]), _whole(s)),
    "whole_axis": lambda v, s: Slice(None, None, s[0]),
    "slice_from": lambda v, s: Slice(v[0], None, _whole(s)),
    "slice_to": lambda v, s: Slice(None, v[1], _whole(s)),
    "slice_between": lambda v, s: Slice(v[0], v[2], _whole(s)),
    "start_arguments": lambda v, s: v,
    "add_argument": lambda v, s: v[0].append(v[2]) or v[0],
    "option": lambda v, s: (v[0].id, v[2]),
}
