"""Index notation, `einsum('ij,jk->ik', A, B)`: letters are summed unless they stand in the output.

A letter may repeat in the output too, and several axes become one in brackets, `(ij)k`.
"""

from __future__ import annotations

from mcalc.algebra.dims import Dim, dim, product, quotient
from mcalc.algebra.expr import Factor, contract
from mcalc.errors import Problem
from mcalc.language.form import Form, no_options
from mcalc.language.laws import axes, rows
from mcalc.language.syntax import Call, Text
from mcalc.language.value import Value


def form(call: Call) -> Form:
    """What the call means. Raises a `Problem` with the place where it means nothing."""
    no_options(call)
    if not call.args or not isinstance(call.args[0], Text):
        raise Problem("E315", "einsum takes its indices first", call.span, "for example einsum('ij,jk->ik', A, B)")
    text = call.args[0].value.replace(" ", "")
    span, operands = call.args[0].span, call.args[1:]
    left, arrow, output = text.partition("->")
    inputs = left.split(",")
    letters = "".join(x for x in left + output if x not in ",()")
    if not letters.isalpha() or "," in output or not all(map(_is_indices, (*inputs, output))):
        raise Problem("E315", "`{text}` are no indices", span, "letters for axes, as in 'ij,jk->ik'", text=text)
    if len(inputs) != len(operands):
        raise Problem(
            "E315",
            "`{left}` has {wanted} operands, and einsum got {count}",
            call.span,
            left=left,
            wanted=len(inputs),
            count=len(operands),
        )
    if not arrow:
        output = "".join(sorted(x for x in set(letters) if left.count(x) == 1))
    unknown = [x for x in output if x not in left and x.isalpha()]
    if unknown:
        raise Problem(
            "E315",
            "the index {unknown} stands only in the output",
            span,
            "give it a size by ones, as in einsum('…,{unknown}->…', …, ones(n))",
            unknown=unknown[0],
        )

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
            raise Problem(
                "E315",
                "`{part}` names {count} axes, and {text} is {value}",
                part=part,
                count=len(groups),
                text=name,
                value=value.show(),
            )
        for group, d in zip(groups, value.shape, strict=True):
            if len(group) > 1:
                fused.append((group, d, name))
                continue
            known, where = sizes.setdefault(group, (d, name))
            if known is not d:
                raise Problem(
                    "E315",
                    "the index {group} is {other_size} in {other} and {size} in {text}",
                    group=group,
                    other_size=known,
                    other=where,
                    size=d,
                    text=name,
                )
    while fused:  # those first of which the most is known: others may follow from them
        group, d, name = fused.pop(min(range(len(fused)), key=lambda k: sum(x not in sizes for x in fused[k][0])))
        unknown = {x for x in group if x not in sizes}
        left = quotient(d, product([sizes[x][0] for x in group if x in sizes]))
        if len(unknown) == 1 and group.count(x := unknown.pop()) == 1 and left is not None:
            sizes[x] = (left, name)
        elif unknown or left is not dim(1):
            raise Problem(
                "E315",
                "the sizes of the indices ({group}) are not clear from {size}, which is that in {text}",
                group=group,
                size=d,
                text=name,
            )
    return {x: d for x, (d, _) in sizes.items()}


def _is_indices(text: str) -> bool:
    """Whether brackets fuse letters, `(ij)k`, and do not nest."""
    outside = text.replace("(", " (").replace(")", ") ")
    parts = outside.split()
    return all(("(" not in w and ")" not in w) or (w[0] == "(" and w.find(")") == len(w) - 1 > 1) for w in parts)


def _labels(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(ord(str(x)) for x in group) for group in axes(text) or ())
