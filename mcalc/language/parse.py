"""From tokens to the surface tree: a driver for the grammar's tables, and a function for each of its aliases.

The driver keeps its own stack, so that the depth of the text is no concern of Python's.
"""

from __future__ import annotations

from itertools import pairwise

from mcalc.errors import Problem
from mcalc.language import _grammar
from mcalc.language.letters import is_latex
from mcalc.language.lexer import BRACKETS, CLOSERS, tokenize
from mcalc.language.names import is_capital, nearest
from mcalc.language.paper import AS_OPERATORS, METHODS
from mcalc.language.summation import read_head, resolved
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
    children,
    walk,
)
from mcalc.limits import limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from types import ModuleType
    from typing import Any

    from mcalc.language.lexer import Token

    Values = list[Any]
    Spans = list[Span]
    Line = tuple[str, Any, Span]

#: The operators as the surface tree writes them.
OPERATORS = {
    "PLUS": "+", "MINUS": "-", "STAR": "*", "DOTSTAR": ".*", "SLASH": "/", "DOTSLASH": "./", "AT": "@",
    "KRON": "⊗", "BACKSLASH": "\\", "CARET": "^", "DOTCARET": ".^", "COLON": ":", "DOT": "·", "CROSS": "×",
}  # fmt: skip

#: The functions that take a text: the indices of einsum, and which norm is meant.
TAKE_TEXT = ("einsum", "norm")

#: A pair of brackets may hold a sum of products of tight products of powers of calls: so many nodes deep.
IN_BRACKETS = 6

#: What bars around a matrix are called until it is known where they stand.
BARS = "| |"

_known: frozenset[str] = frozenset()


def parse(text: str, functions: Container[str] | None = None, names: Container[str] = (), of: str = "") -> Program:
    """The program that `text` writes, in the input language or in LaTeX.

    `functions` are the names that can be called (by default those of the records, and einsum); `names` are
    variables that are declared elsewhere, so that `A(x + y)` is a product. The span of a node in brackets is that
    of what stands inside them. `of` names the definition that is meant, in the place of an expression at the end.
    Raises a `Problem` of kind parse, name, unsupported or limit.
    """
    try:
        known = _functions() if functions is None else functions
        bold: frozenset[str] = frozenset()
        if is_latex(text):
            from mcalc.language import _latex, latex

            tokens, bold = latex.tokenize(text, known, names)
            lines = _latex_lines(_run(tokens, _latex))
        else:
            tokens = tokenize(text, known, names)
            lines = _run(tokens, _grammar)
        program = resolved(_program(lines, (0, len(text)), of), names)
        if any(token[0] == "BAR" for token in tokens):
            _check_bars(program)
        program.bold = bold
        if len(tokens) > IN_BRACKETS * limit("depth"):
            _check_depth(program)
    except Problem as problem:
        problem.source = text
        raise
    return program


def name_in(text: str) -> str:
    r"""The name that this spells: `\mathbf{x}` is x, and what is no LaTeX is itself. Raises a `Problem`."""
    if "\\" not in text and "{" not in text and "$" not in text:
        return text
    from mcalc.language import latex

    return latex.name_in(text)


def _functions() -> frozenset[str]:
    global _known
    if not _known:
        from mcalc.algebra.ops import ALIASES, OPS

        _known = frozenset((*OPS, *ALIASES, "einsum", "concatenate", *AS_OPERATORS))
    return _known


def _run(tokens: list[Token], tables: ModuleType) -> list[Line]:
    """Shift and reduce by a grammar's tables until the tokens have become the lines of a program."""
    rules, actions, usual, goto = tables.RULES, tables.ACTIONS, tables.USUAL, tables.GOTO
    states: list[int] = [tables.START]
    values: Values = []
    spans: Spans = []
    previous: Token | None = None
    for token in tokens:
        kind, written, start, stop = token
        while True:
            state = states[-1]
            action = actions[state].get(kind) or usual[state]
            if action >= 0:
                break
            made, count, builder = rules[-1 - action]
            if builder:
                if count == 1:
                    values[-1] = _BUILDERS[builder](values[-1:], spans[-1:])
                else:
                    values[-count:] = [_BUILDERS[builder](values[-count:], spans[-count:])]
                    spans[-count:] = [(spans[-count][0], spans[-1][1])]
            del states[-count:]
            states.append(goto[states[-1]][made])
        if not action:
            if state == tables.FINAL and kind == "$END":
                break
            raise _misplaced(previous, token)
        states.append(action)
        spans.append((start, stop))
        if kind == "NAME":
            values.append(Name(written, (start, stop)))
        elif kind == "NUMBER":
            values.append(Num(written, (start, stop)))
        elif kind == "STRING":
            values.append(Text(written, (start, stop)))
        else:
            values.append(OPERATORS.get(kind, written))
        previous = token
    lines: list[Line] = values[0]
    return lines


def _latex_lines(lines: list[Line]) -> list[Line]:
    """The lines of a formula in LaTeX, where the last may say what it defines: `f(x) = …`."""
    kind, value, where = lines[-1]
    if kind == "definitions":
        lines[-1] = ("value", (value[0][1], ()), where)
    return lines


def _program(lines: list[Line], span: Span, of: str = "") -> Program:
    """Definitions, then one expression; `where` adds definitions that stand behind it."""
    definitions: list[tuple[Name, Syntax]] = []
    declarations: list[tuple[str, Span]] = []
    body: Syntax | None = None
    seen: set[str] = set()
    for kind, value, where in lines:
        if kind == "declaration":
            declarations.append((value, where))
            continue
        if body is not None:
            raise Problem(
                "E127", "only the last part may be an expression by itself", body.span, "give it a name: r = …; …"
            )
        bindings = value if kind == "definitions" else value[1]
        for name, meaning in bindings:
            if name.id in seen:
                raise Problem(
                    "E205",
                    "{name} is defined twice",
                    name.span,
                    "give the second another name: {name}_1 = …",
                    name=name.id,
                )
            seen.add(name.id)
            definitions.append((name, meaning))
        if kind == "value":
            body = value[0]
    if of:
        return _definition(of, definitions, tuple(declarations), span)
    if body is None:
        if not definitions:
            raise Problem("E128", "there is no expression to read", span)
        name = definitions[-1][0]
        raise Problem(
            "E128",
            "no expression follows the definitions",
            lines[-1][2],
            "end with the expression that is meant: …; {name}",
            name=name.id,
        )
    return Program(tuple(definitions), body, tuple(declarations), span)


def _definition(
    of: str, definitions: list[tuple[Name, Syntax]], declarations: tuple[tuple[str, Span], ...], span: Span
) -> Program:
    """What a definition is worth, after those that it uses."""
    known = {name.id: value for name, value in definitions}
    if of not in known:
        near = nearest(of, known)
        hint = "did you mean {near}?" if near else "the definitions are {known}" if known else ""
        raise Problem("E216", "there is no definition of {of}", None, hint, of=of, near=near, known=list(known))
    needed = {of}
    for name, value in reversed(definitions):
        if name.id in needed:
            needed |= {node.id for node in walk(value) if isinstance(node, Name)}
    kept = tuple((name, value) for name, value in definitions if name.id in needed and name.id != of)
    return Program(kept, known[of], declarations, span)


def _check_depth(program: Program) -> None:
    stack: list[tuple[Syntax, int]] = [(program, 0)]
    deepest = IN_BRACKETS * limit("depth")
    while stack:
        node, depth = stack.pop()
        if depth > deepest:
            raise Problem("E502", "the expression is nested too deeply", node.span, "name the inner part: r = …; …")
        stack.extend((child, depth + 1) for child in children(node))


# ---------------------------------------------------------------- what each alias of the grammar makes


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
    if name not in _functions():
        from mcalc.language.names import nearest
        from mcalc.phrase import say

        near = nearest(name, _functions())
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


def _check_bars(program: Program) -> None:
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

_BUILDERS: dict[str, Callable[[Values, Spans], Any]] = {
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


# ---------------------------------------------------------------- what is wrong

_OPENERS = frozenset((*BRACKETS, "COMMA", "EQUALS", "SEPARATOR", "WHERE"))


def _misplaced(before: Token | None, token: Token) -> Problem:
    """What to say of a token that cannot stand behind the one before it."""
    kind, written, start, stop = token
    here = (start, stop)
    if before is None:
        if kind == "$END":
            return Problem("E128", "there is nothing to read", (0, stop))
        previous, there = "", here
    else:
        previous, there = before[0], before[2:]
    said = OPERATORS.get(previous, before[1] if before else "")
    ends = kind in ("$END", "SEPARATOR", "COMMA", "WHERE") or kind in CLOSERS or kind in ("NORM_END", "BAR_END")
    if kind == "EQUALS":
        return Problem(
            "E119", "`=` can stand only behind a name that it defines", here, "a definition is written r = X@w - y; …"
        )
    if previous == "BIG" and ends:
        return Problem("E120", "an operand is missing after `{operator}`", there, operator=said)
    if previous in OPERATORS:
        if ends:
            return Problem(
                "E120",
                "an exponent is missing after `{said}`"
                if previous in ("CARET", "DOTCARET")
                else "an operand is missing after `{said}`",
                there,
                said=said,
            )
        if kind in OPERATORS:
            return Problem(
                "E120",
                "an operand is missing between `{said}` and `{sign}`",
                (there[0], stop),
                "a power is written ** or ^" if previous == kind == "STAR" else "",
                said=said,
                sign=OPERATORS[kind],
            )
    if kind == "COMMA" and previous != "COMMA" and previous != "LPAR":
        return Problem(
            "E121",
            "a comma can stand only between the arguments of a function",
            here,
            "definitions are separated by `;`",
        )
    if previous == "EQUALS":
        return Problem("E120", "an expression is missing after `=`", there)
    if previous in BRACKETS and kind in (*CLOSERS, "NORM_END", "BAR_END"):
        return Problem("E122", "there is nothing between the brackets", (there[0], stop))
    if kind in OPERATORS and previous in ("", *_OPENERS):
        return Problem("E120", "an operand is missing before `{sign}`", here, sign=OPERATORS[kind])
    if kind in ("TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT"):
        return Problem("E123", "there is nothing before `{written}` that it could stand behind", here, written=written)
    if previous == "COMMA" or kind == "COMMA":
        return Problem("E121", "an argument is missing beside the comma", there if previous == "COMMA" else here)
    if kind in ("LBRACE", "RBRACE"):
        return Problem(
            "E124", "braces can stand only around an exponent", here, "brackets of an expression are ( and )"
        )
    if previous == "STRING":
        return Problem("E121", "a comma is missing after the text", there)
    if kind == "STRING":
        return Problem("E125", "text in quotes can only be an argument of einsum", here, "the transpose is x' or x.T")
    if kind in ("CARET", "DOTCARET", "SUPERSCRIPT") and previous == "RPAR":
        return Problem(
            "E143",
            "this can be the power of the sum, or of what is summed",
            here,
            "write (sum_i(…))^2 or sum_i((…)^2)",
        )
    hint = {
        "BIG": "a sum takes all of the product behind it; write the brackets: (∑_i …)",
        "COMPARE": "of two comparisons write the product: (x > y).*(y > z)",
    }.get(kind, "")
    return Problem("E107", "unexpected `{written}`", here, hint, written=written)
