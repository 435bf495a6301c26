"""Calls: what `f(…)` takes, which shapes fit, and the node it builds. Inference and lowering read the same `Form`.

Everything here is generic over the records; `einsum` has none, because its signature is its argument, and entries
and blocks are read in `entries`.
"""

from __future__ import annotations

from mcalc.algebra.dims import Dim, dim, product, quotient
from mcalc.algebra.expr import Factor, Shape, contract
from mcalc.algebra.expr import size as size_node
from mcalc.algebra.ops import ALIASES, NAMES, OPS, Op, find
from mcalc.errors import Problem
from mcalc.language.abstract import Functions
from mcalc.language.entries import JOINS, entry, join
from mcalc.language.form import Form, place, size
from mcalc.language.laws import TURN, Table, axes, rows, table
from mcalc.language.names import nearest
from mcalc.language.syntax import Call, Index, Name, Negative, Num, Syntax, Terms, Text
from mcalc.language.value import COLUMN, MATRIX, ROW, Value, kind_of, words

#: Operations on a vector that are read row by row where they get a matrix and no axis.
ROW_WISE = ("softmax", "logsoftmax")
#: What the second argument of `norm` means.
NORMS = {"1": "norm1", "2": "norm", "inf": "norminf", "fro": "normfro", "nuc": "nuclear"}


def functions() -> frozenset[str]:
    """Every name that can be called."""
    return NAMES | {"einsum", *JOINS}


def constant(name: str) -> Op | None:
    """The record of a constant (`pi`), or None."""
    op = OPS.get(name)
    return op if op is not None and op.kind != "sized" and op.signatures[0].inputs == () else None


def form(call: Call | Index, abstract: Functions | None = None) -> Form:
    """What the call means; `abstract` are functions that the program declares.

    Raises a `Problem` with the place where it means nothing.
    """
    if isinstance(call, Index):
        return entry(call)
    if abstract and call.name in abstract:
        return _abstract(call, *abstract[call.name])
    name = ALIASES.get(call.name, call.name)
    if name == "einsum":
        return _einsum(call)
    if name in JOINS:
        _no_options(call, "")
        return join(call)
    op = find(name, len(call.args))
    if op is None:
        close = nearest(call.name, functions())
        hint = f"did you mean {close}?" if close else "mcalc functions lists them"
        raise Problem("name", f"there is no function {call.name}", call.span, hint)
    if name == "transpose" and len(call.args) == 1:
        _no_options(call, "")
        return Form(call.args, TURN, lambda values, texts: values[0].turned())
    if name == "kron" and len(call.args) == 2:
        _no_options(call, "")
        return Form(call.args, KRON, _kron)
    if op.kind == "sized":
        return _sized(call, op)
    if op.shape is not None:
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
            raise Problem("shape", f"kron takes vectors and matrices, and {text} is {value.show()}")
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
        wanted = "one argument beside the axis" if axis is not None else _count(counts)
        hint = f"for example {op.example}" if op.example else ""
        raise Problem("shape", f"{call.name} takes {wanted}, and got {len(call.args)}", call.span, hint)
    law = _along(op, axis) if axis is not None else table(*(s.text for s in op.signatures))
    note = ""
    by_row = axis is None and op.name in ROW_WISE and not any(row[0][0] & MATRIX for row in law)
    if by_row:
        law += _along(op, 1)
        note = f"{call.name} of a matrix was read as {call.name}(…, axis=1): every row by itself"

    def build(values: list[Value], texts: list[str]) -> Value:
        rank = values[0].expr.rank if values else 0
        whole = all(s == "..." for s in op.signatures[0].inputs) and op.signatures[0].output == "..."
        oriented = {v.row for v in values if v.expr.rank == 1} if whole else set()
        if len(oriented) > 1:
            got = " and ".join(f"{t} is {v.show()}" for t, v in zip(texts, values, strict=True))
            raise Problem("shape", f"{call.name} takes arrays that stand the same way, and {got}")
        if axis is None and op.kind == "function" and any(v.expr.rank > 2 for v in values):
            return Value(op(*(v.expr for v in values)))  # axes beyond those of the record stand in front
        if axis is None and not by_row and not any(s.fits(tuple(v.shape for v in values)) for s in op.signatures):
            raise _misfit(call.name, op, values, texts)
        along = 1 if by_row and rank == 2 else axis
        return Value(op.of(*(v.expr for v in values), axis=along), True in oriented)

    reduces = any(s.text == "...->" for s in op.signatures)
    return Form(call.args, law, build, note, reduces=reduces)


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
            known = "the only option is axis" if op.has_axis else f"{call.name} has no options"
            raise Problem("usage", f"{call.name} has no option {key}", value.span, known)
        number = _integer(value)
        if number not in (0, 1, -1):
            hint = "axis=0 goes down the columns, axis=1 along the rows"
            raise Problem("shape", "an axis is 0 or 1", value.span, hint)
        if not op.has_axis:
            raise Problem("shape", f"{call.name} has no axis to choose", value.span)
        axis = 1 if number == -1 else number
    return axis


def _misfit(name: str, op: Op, values: list[Value], texts: list[str]) -> Problem:
    wanted = ", or ".join(dict.fromkeys(s.describe() for s in op.signatures if len(s.inputs) == len(values)))
    got = " and ".join(f"{t} is {v.show()}" for t, v in zip(texts, values, strict=True))
    hint = ""
    if op.has_axis and len(values) == 1 and values[0].kind == MATRIX:
        hint = f"{name}({texts[0]}, axis=0) takes every column, {name}({texts[0]}, axis=1) every row"
    return Problem("shape", f"{name} takes {wanted}, and {got}", hint=hint)


def _count(counts: list[int]) -> str:
    spelled = ("no arguments", "one argument", "two arguments", "three arguments", "four arguments")
    return " or ".join(spelled[c] if c < len(spelled) else f"{c} arguments" for c in counts)


def _integer(node: Syntax) -> int | None:
    match node:
        case Num(text) if text.isdecimal() and len(text) < 10:
            return int(text)
        case Negative(arg) | Terms([arg], ["-"]):
            inner = _integer(arg)
            return None if inner is None else -inner
    return None


def _no_options(call: Call, known: str) -> None:
    for key, value in call.options:
        if key != known:
            raise Problem("usage", f"{call.name} has no option {key}", value.span)


def _norm(call: Call) -> Form:
    """`norm(x, 1)`, `norm(X, fro)`: the second argument chooses the record."""
    _no_options(call, "ord")
    extra = call.args[1] if len(call.args) == 2 else call.options[0][1]
    match extra:
        case Num(key) | Name(key) | Text(key) if (record := find(NORMS.get(key, ""))) is not None:
            pass
        case _:
            raise Problem("unsupported", "this norm is not known", extra.span, "norm takes 1, 2, inf, fro or nuc")

    def build(values: list[Value], texts: list[str]) -> Value:
        if values[0].kind == MATRIX and key in ("1", "2", "inf"):
            hint = f"the norm of all entries is norm({texts[0]}), the sum of their sizes norm1({texts[0]})"
            raise Problem("unsupported", f"the operator norm of order {key} of a matrix is not known", hint=hint)
        return Value(record.of(values[0].expr))

    return Form(call.args[:1], table(*(s.text for s in record.signatures)), build, reduces=True)


# ---------------------------------------------------------------- arrays of a given size


def _sized(call: Call, op: Op) -> Form:
    """`eye(n)`, `ones(m, n)`, `unvec(x, m, n)`: nodes first, then sizes."""
    _no_options(call, "")
    signature = op.signatures[0]
    count = len(signature.inputs)
    given = call.args[count:]
    letters = "".join(dict.fromkeys(x for x in signature.output if x.isalpha() and x not in "".join(signature.inputs)))
    if not given or len(call.args) < count or (letters and len(given) != len(letters)):
        wanted = "sizes" if not letters else "one size" if len(letters) == 1 else f"{len(letters)} sizes"
        before = f"{_count([count])} and " if count else ""
        hint = f"for example {op.example}" if op.example else ""
        raise Problem("shape", f"{call.name} takes {before}{wanted}, and got {len(call.args)}", call.span, hint)
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
    _no_options(call, "")
    if len(call.args) != 1:
        raise Problem("shape", f"{call.name} takes one argument, and got {len(call.args)}", call.span)
    if op.kind == "elementwise":
        return Form(call.args, table("...->..."), lambda values, texts: Value(op(values[0].expr), values[0].row))
    known = dict(zip("abcdefghijklmnop", (*source, *target), strict=False))
    letters = "".join(known)
    law = tuple(rows(f"{letters[: len(source)] or ' '}->{letters[len(source) :]}", known=known))

    def build(values: list[Value], texts: list[str]) -> Value:
        if values[0].shape != source:
            wanted = words(kind_of(len(source)), source)
            raise Problem("shape", f"{call.name} takes {wanted}, and {texts[0]} is {values[0].show()}")
        return Value(op(values[0].expr))

    return Form(call.args, law, build)


def _measured(call: Call, op: Op) -> Form:
    """`unit(n, k)`: an operation whose arguments are all sizes and places."""
    _no_options(call, "")
    count = len(op.signatures[0].inputs)
    if len(call.args) != count:
        raise Problem("shape", f"{call.name} takes {_count([count])}, and got {len(call.args)}", call.span)
    dims = [place(arg) for arg in call.args]
    result = op(*map(size_node, dims))
    known = dict(zip("abcd", result.shape, strict=False))
    law = tuple(rows(f"->{''.join(known)}", known=known))
    return Form((), law, lambda values, texts: Value(result), sizes=dims)


# ---------------------------------------------------------------- einsum


def _einsum(call: Call) -> Form:
    """Index notation: repeated letters are summed unless they stand in the output, where they may repeat."""
    _no_options(call, "")
    if not call.args or not isinstance(call.args[0], Text):
        raise Problem("shape", "einsum takes its indices first", call.span, "for example einsum('ij,jk->ik', A, B)")
    text = call.args[0].value.replace(" ", "")
    span, operands = call.args[0].span, call.args[1:]
    left, arrow, output = text.partition("->")
    inputs = left.split(",")
    letters = "".join(x for x in left + output if x not in ",()")
    if not letters.isalpha() or "," in output or not all(map(_is_indices, (*inputs, output))):
        raise Problem("shape", f"`{text}` are no indices", span, "letters for axes, as in 'ij,jk->ik'")
    if len(inputs) != len(operands):
        raise Problem("shape", f"`{left}` has {len(inputs)} operands, and einsum got {len(operands)}", call.span)
    if not arrow:
        output = "".join(sorted(x for x in set(letters) if left.count(x) == 1))
    unknown = [x for x in output if x not in left and x.isalpha()]
    if unknown:
        hint = f"give it a size by ones, as in einsum('…,{unknown[0]}->…', …, ones(n))"
        raise Problem("shape", f"the index {unknown[0]} stands only in the output", span, hint)

    def build(values: list[Value], texts: list[str]) -> Value:
        sizes = _index_sizes(inputs, values, texts)
        known = {ord(x): d for x, d in sizes.items()}
        factors: list[Factor] = [(v.expr, 1, _labels(part)) for part, v in zip(inputs, values, strict=True)]
        return Value(contract(factors, _labels(output), known))

    return Form(operands, tuple(rows(f"{left or ' '}->{output}")), build)


def _index_sizes(inputs: list[str], values: list[Value], texts: list[str]) -> dict[str, Dim]:
    """The size of each index; one inside brackets may follow from the others there."""
    sizes: dict[str, tuple[Dim, str]] = {}
    fused: list[tuple[str, Dim, str]] = []
    for part, value, name in zip(inputs, values, texts, strict=True):
        groups = ["".join(map(str, group)) for group in axes(part) or ()]
        if len(groups) != value.expr.rank:
            raise Problem("shape", f"`{part}` names {len(groups)} axes, and {name} is {value.show()}")
        for group, d in zip(groups, value.shape, strict=True):
            if len(group) > 1:
                fused.append((group, d, name))
                continue
            known, where = sizes.setdefault(group, (d, name))
            if known is not d:
                raise Problem("shape", f"the index {group} is {known} in {where} and {d} in {name}")
    for group, d, name in fused:
        unknown = {x for x in group if x not in sizes}
        left = quotient(d, product([sizes[x][0] for x in group if x in sizes]))
        if len(unknown) == 1 and group.count(x := unknown.pop()) == 1 and left is not None:
            sizes[x] = (left, name)
        elif unknown or left is not dim(1):
            message = f"the sizes of the indices ({group}) are not clear from {d}, which is that in {name}"
            raise Problem("shape", message)
    return {x: d for x, (d, _) in sizes.items()}


def _is_indices(text: str) -> bool:
    """Whether brackets fuse letters, `(ij)k`, and do not nest."""
    outside = text.replace("(", " (").replace(")", ") ")
    parts = outside.split()
    return all(("(" not in w and ")" not in w) or (w[0] == "(" and w.find(")") == len(w) - 1 > 1) for w in parts)


def _labels(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(ord(str(x)) for x in group) for group in axes(text) or ())
