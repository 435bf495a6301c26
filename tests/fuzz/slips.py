"""Slips of the pen: a tree with one thing in it changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mcalc.language.read import Reading
from mcalc.language.syntax import Call, Matmul, Name, Negative, Num, Power, Product, Syntax, Terms, Transpose

TURNED = {"+": "-", "-": "+"}
FUNCTIONS = {"sin": "cos", "cos": "sin", "tanh": "sigmoid", "exp": "softplus", "sigmoid": "tanh", "tr": "sum"}


def slips(node: Syntax, reading: Reading) -> Iterator[Syntax]:
    """The tree with one thing changed, each in its turn."""
    yield from _here(node, reading)
    fields = node.fields()
    for k, field in enumerate(fields):
        if isinstance(field, Syntax):
            for part in slips(field, reading):
                yield type(node)(*fields[:k], part, *fields[k + 1 :])
        elif isinstance(field, tuple) and not isinstance(node, Name):
            for j, item in enumerate(field):
                for part in slips(item, reading) if isinstance(item, Syntax) else ():
                    yield type(node)(*fields[:k], (*field[:j], part, *field[j + 1 :]), *fields[k + 1 :])


def _here(node: Syntax, reading: Reading) -> Iterator[Syntax]:
    match node:
        case Name(id) if id in reading.symbols:
            own = reading.symbols[id]
            yield from (Name(x.name) for x in reading.symbols.values() if x.shape == own.shape and x is not own)
            if own.rank == 2 and own.shape[0] == own.shape[1]:
                yield Transpose(node)
        case Num(text):
            yield Num("3" if text != "3" else "5")
        case Transpose(arg) | Negative(arg):
            yield arg
        case Terms(items, signs):
            for k, sign in enumerate(signs):
                yield Terms(items, (*signs[:k], TURNED[sign], *signs[k + 1 :]))
                if len(items) > 1:
                    yield Terms((*items[:k], *items[k + 1 :]), (*signs[:k], *signs[k + 1 :]))
        case Product(items, operators) | Matmul(items, operators):
            for k, (one, two) in enumerate(pairwise(items)):
                yield type(node)((*items[:k], two, one, *items[k + 2 :]), operators)
        case Power(base, _, elementwise):
            yield Power(base, Num("3"), elementwise)
            yield base
        case Call(name, args, options) if name in FUNCTIONS:
            yield Call(FUNCTIONS[name], args, options)
