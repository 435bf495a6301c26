"""Calls: what `f(…)` takes, which shapes fit, and the node it builds. Inference and lowering read the same `Form`.

Everything here is generic over the records; `einsum` has none, because its signature is its argument, and has a module
of its own. Entries and blocks are read in `entries`.
"""

from __future__ import annotations

from mcalc.algebra.batch import HOLE
from mcalc.algebra.dims import product
from mcalc.algebra.expr import Factor, Shape, contract, symbol
from mcalc.algebra.expr import size as size_node
from mcalc.algebra.ops import ALIASES, NAMES, OPS, Op, find
from mcalc.errors import Problem
from mcalc.language.abstract import Functions
from mcalc.language.form import JOINS, Form, no_options, place, size
from mcalc.language.laws import TURN, Table, rows, table
from mcalc.language.names import function_meant
from mcalc.language.paper import AS_OPERATORS
from mcalc.language.syntax import Call, Index, Name, Negative, Num, Syntax, Terms, Text
from mcalc.language.value import COLUMN, MATRIX, ROW, Value, kind_of, words
from mcalc.phrase import any_of, clauses, one_of, say

#: Operations on a vector that are read row by row where they get a matrix and no axis.
ROW_WISE = ("softmax", "logsoftmax")
#: Names that promise the eigenvalues of any matrix.
SYMMETRIC = ("eigvals", "eig")
#: What the second argument of `norm` means.
NORMS = {"1": "norm1", "2": "norm", "inf": "norminf", "fro": "normfro", "nuc": "nuclear"}


#: Every name that can be called without a declaration.
FUNCTIONS = NAMES | {"einsum", "concatenate", *JOINS, *AS_OPERATORS}


def constant(name: str) -> Op | None:
    """The record of a constant (`pi`), or None."""
    op = OPS.get(name)
    return op if op is not None and op.kind != "sized" and op.signatures[0].inputs == () else None


def form(call: Call | Index, abstract: Functions | None = None) -> Form:
    """What the call means; `abstract` are functions that the program declares.

    Raises a `Problem` with the place where it means nothing.
    """
    if isinstance(call, Index):
        from mcalc.language.entries import entry

        return entry(call)
    if abstract and call.name in abstract:
        return _abstract(call, *abstract[call.name])
    name = ALIASES.get(call.name, call.name)
    if name == "einsum":
        from mcalc.language.einsum import form as einsum

        return einsum(call)
    if name in JOINS:
        from mcalc.language.entries import join

        no_options(call)
        return join(call)
    op = find(name, len(call.args))
    if op is None:
        close = function_meant(call.name, FUNCTIONS)
        raise Problem(
            "E201",
            "there is no function {name}",
            call.span,
            "did you mean {near}?" if close else "mcalc functions lists them",
            name=call.name,
            near=close,
        )
    if name == "transpose" and len(call.args) == 1:
        no_options(call)
        return Form(call.args, TURN, lambda values, texts: values[0].turned())
    if name == "kron" and len(call.args) == 2:
        no_options(call)
        return Form(call.args, KRON, _kron)
    if op.kind == "sized":
        return _sized(call, op)
    if op.shape is not None and not any(op.signatures[0].inputs):
        return _measured(call, op)
    if name == "norm" and (len(call.args) == 2 or any(key == "ord" for key, _ in call.options)):
        return _norm(call)
    return _operation(call, op)


#: A vector is a matrix of one column, and its transpose one of one row.
KRON = table(
    "ij,kl->(ik)(jl)", "i,kl->(ik)l", "~i,kl->k(il)", "ij,k->(ik)j", "ij,~k->i(jk)",
    "i,j->(ij)", "~i,~j->~(ij)", "i,~j->ij", "~i,j->ji", oriented=True,
)  # fmt: skip


def _kron(values: list[Value], texts: list[str]) -> Value:
    sides: tuple[list[int], list[int]] = ([], [])  # the labels of the rows, and of the columns
    factors: list[Factor] = []
    for value, text in zip(values, texts, strict=True):
        if value.kind not in (COLUMN, ROW, MATRIX):
            raise Problem(
                "E307", "kron takes vectors and matrices, and {text} is {value}", text=text, value=value.show()
            )
        start = 10 * len(factors)
        axes = {COLUMN: (start,), ROW: (start,), MATRIX: (start, start + 1)}[value.kind]
        for side, label in zip(sides[1:] if value.row else sides, axes, strict=False):
            side.append(label)
        factors.append((value.expr, 1, tuple((label,) for label in axes)))
    return Value(contract(factors, tuple(tuple(side) for side in sides if side)), not sides[0])


# ---------------------------------------------------------------- operations


def _operation(call: Call, op: Op) -> Form:
    axis = _axis(call, op)
    counts = sorted({len(s.inputs) for s in op.signatures})
    if len(call.args) not in counts or (axis is not None and len(call.args) != 1):
        wanted = say("one argument beside the axis") if axis is not None else _count(counts)
        raise Problem(
            "E308",
            "{name} takes {wanted}, and got {count}",
            call.span,
            "{name}(…, axis=0) goes down the columns, {name}(…, axis=1) along the rows"
            if op.has_axis and len(call.args) == 2
            else "for example {example}"
            if op.example
            else "",
            name=call.name,
            wanted=wanted,
            count=len(call.args),
            example=op.example,
        )
    law = _along(op, axis) if axis is not None else table(*(s.text for s in op.signatures))
    note = ""
    by_row = axis is None and op.name in ROW_WISE and not any(row[0][0] & MATRIX for row in law)
    if by_row:
        law += _along(op, 1)
        note = say("{name} of a matrix was read as {name}(…, axis=1): every row by itself", name=call.name)

    def build(values: list[Value], texts: list[str]) -> Value:
        rank = values[0].expr.rank if values else 0
        whole = all(s == "..." for s in op.signatures[0].inputs) and op.signatures[0].output == "..."
        oriented = {v.row for v in values if v.expr.rank == 1} if whole else set()
        if len(oriented) > 1:
            raise Problem(
                "E310",
                "{name} takes arrays that stand the same way, and {got}",
                name=call.name,
                got=_each(texts, values),
            )
        if call.name in SYMMETRIC and not values[0].expr.symmetric:
            raise Problem(
                "E401",
                "{name} is known of symmetric matrices only",
                hint="declare it: --var 'A[n,n] symmetric'; {other}({text}) takes the symmetric part",
                name=call.name,
                other=op.name,
                text=texts[0],
            )
        if axis is None and op.kind == "function" and any(v.expr.rank > 2 for v in values):
            return Value(op(*(v.expr for v in values)))  # axes beyond those of the record stand in front
        if axis is None and not by_row and not any(s.fits(tuple(v.shape for v in values)) for s in op.signatures):
            raise _misfit(call.name, op, values, texts)
        along = 1 if by_row and rank == 2 else axis
        return Value(op.of(*(v.expr for v in values), axis=along), True in oriented)

    def result(kinds: list[int], shapes: list[Shape]) -> Shape:
        try:
            return op.shape(*(symbol(HOLE, shape) for shape in shapes)) if op.shape else ()
        except Problem:  # said where the arguments are known
            return ()

    reduces = any(s.text == "...->" for s in op.signatures)
    return Form(call.args, law, build, note, reduces=reduces, result=result if op.shape else None)


def _along(op: Op, axis: int) -> Table:
    """The shapes of an operation on vectors along an axis of a matrix."""
    whole = any(len(s.inputs) == 1 and s.output not in ("", "...") for s in op.signatures)
    if whole:
        return table("i->i", "ij->ij")
    return table("i->", "ij->j" if axis == 0 else "ij->i")


def _axis(call: Call, op: Op) -> int | None:
    """The value of the option `axis`."""
    axis: int | None = None
    for key, value in call.options:
        if key != "axis":
            raise Problem(
                "E024",
                "{name} has no option {key}",
                value.span,
                "the only option is axis" if op.has_axis else "{name} has no options",
                name=call.name,
                key=key,
            )
        number = _integer(value)
        if number not in (0, 1, -1):
            raise Problem(
                "E309", "an axis is 0 or 1", value.span, "axis=0 goes down the columns, axis=1 along the rows"
            )
        if not op.has_axis:
            raise Problem("E309", "{name} has no axis to choose", value.span, name=call.name)
        axis = 1 if number == -1 else number
    return axis


def _misfit(name: str, op: Op, values: list[Value], texts: list[str]) -> Problem:
    by_axis = op.has_axis and len(values) == 1 and values[0].kind == MATRIX
    return Problem(
        "E307",
        "{name} takes {wanted}, and {got}",
        hint="{name}({text}, axis=0) takes every column, {name}({text}, axis=1) every row" if by_axis else "",
        name=name,
        wanted=one_of(s.describe() for s in op.signatures if len(s.inputs) == len(values)),
        got=_each(texts, values),
        text=texts[0],
    )


def _each(texts: list[str], values: list[Value]) -> str:
    return clauses(say("{text} is {shape}", text=t, shape=v.show()) for t, v in zip(texts, values, strict=True))


def _count(counts: list[int]) -> str:
    spelled = (
        say("no arguments"),
        say("one argument"),
        say("two arguments"),
        say("three arguments"),
        say("four arguments"),
    )
    return any_of(spelled[c] if c < len(spelled) else say("{count} arguments", count=c) for c in counts)


def _integer(node: Syntax) -> int | None:
    match node:
        case Num(text) if text.isdecimal() and len(text) < 10:
            return int(text)
        case Negative(arg) | Terms([arg], ["-"]):
            inner = _integer(arg)
            return None if inner is None else -inner
    return None


def _norm(call: Call) -> Form:
    """`norm(x, 1)`, `norm(X, fro)`: the second argument chooses the record."""
    no_options(call, "ord")
    extra = call.args[1] if len(call.args) == 2 else call.options[0][1]
    match extra:
        case Num(key) | Name(key) | Text(key) if (record := find(NORMS.get(key, ""))) is not None:
            pass
        case _:
            raise Problem("E402", "this norm is not known", extra.span, "norm takes 1, 2, inf, fro or nuc")

    def build(values: list[Value], texts: list[str]) -> Value:
        x = values[0].expr
        if values[0].kind == MATRIX and key == "2":
            return Value(OPS["specnorm"].of(x))
        if values[0].kind == MATRIX and key in ("1", "inf"):
            # The greatest sum of absolute values down a column, or along a row.
            return Value(OPS["max"].of(OPS["sum"].of(OPS["abs"].of(x), axis=0 if key == "1" else 1)))
        return Value(record.of(x))

    return Form(call.args[:1], table(*(s.text for s in record.signatures)), build, reduces=True)


# ---------------------------------------------------------------- arrays of a given size


def _sized(call: Call, op: Op) -> Form:
    """`eye(n)`, `ones(m, n)`, `unvec(x, m, n)`: nodes first, then sizes."""
    no_options(call)
    signature = op.signatures[0]
    count = len(signature.inputs)
    given = call.args[count:]
    letters = "".join(dict.fromkeys(x for x in signature.output if x.isalpha() and x not in "".join(signature.inputs)))
    if not given or len(call.args) < count or (letters and len(given) != len(letters)):
        wanted = say("one size" if len(letters) == 1 else "{count} sizes" if letters else "sizes", count=len(letters))
        wanted = say("{before} and {last}", before=_count([count]), last=wanted) if count else wanted
        raise Problem(
            "E308",
            "{name} takes {wanted}, and got {count}",
            call.span,
            "for example {example}" if op.example else "",
            name=call.name,
            wanted=wanted,
            count=len(call.args),
            example=op.example,
        )
    sizes = [size(arg) for arg in given]
    output = signature.output if letters else "abcdefghijklmnopqrstuvwxyz"[: len(sizes)]
    known = dict(zip(letters or output, sizes, strict=True))
    # What is cut into an array has as many entries as the array.
    known |= {letter: product(sizes) for text in signature.inputs for letter in text if letter not in signature.output}
    law = tuple(rows(f"{','.join(signature.inputs)}->{output}", known=known))

    def build(values: list[Value], texts: list[str]) -> Value:
        if not signature.fits(tuple(v.shape for v in values)) and values:
            raise _misfit(call.name, op, values, texts)
        assert op.body is not None
        return Value(op.body(*(v.expr for v in values), *sizes))

    return Form(call.args[:count], law, build, sizes=sizes)


def _abstract(call: Call, op: Op, source: Shape, target: Shape) -> Form:
    """A function of which only the shapes are known."""
    no_options(call)
    if len(call.args) != 1:
        raise Problem(
            "E308", "{name} takes one argument, and got {count}", call.span, name=call.name, count=len(call.args)
        )
    if op.kind == "elementwise":
        return Form(call.args, table("...->..."), lambda values, texts: Value(op(values[0].expr), values[0].row))
    known = dict(zip("abcdefghijklmnop", (*source, *target), strict=False))
    letters = "".join(known)
    law = tuple(rows(f"{letters[: len(source)] or ' '}->{letters[len(source) :]}", known=known))

    def build(values: list[Value], texts: list[str]) -> Value:
        if values[0].shape != source:
            wanted = words(kind_of(len(source)), source)
            raise Problem(
                "E307",
                "{name} takes {wanted}, and {text} is {value}",
                name=call.name,
                wanted=wanted,
                text=texts[0],
                value=values[0].show(),
            )
        return Value(op(values[0].expr))

    return Form(call.args, law, build)


def _measured(call: Call, op: Op) -> Form:
    """`unit(n, k)`: an operation whose arguments are all sizes and places."""
    no_options(call)
    count = len(op.signatures[0].inputs)
    if len(call.args) != count:
        raise Problem(
            "E308",
            "{name} takes {wanted}, and got {count}",
            call.span,
            name=call.name,
            wanted=_count([count]),
            count=len(call.args),
        )
    dims = [place(arg) for arg in call.args]
    result = op(*map(size_node, dims))
    known = dict(zip("abcd", result.shape, strict=False))
    law = tuple(rows(f"->{''.join(known)}", known=known))
    return Form((), law, lambda values, texts: Value(result), sizes=dims)
