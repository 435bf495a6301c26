"""Functions of which nothing is known but their shapes: `f: [m] -> []`. Their derivatives are functions as unknown.

The derivative of order k of f: S -> T has the axes T + S·k. It goes by the name that people write: `f'`, `f''` where f
takes a number, `grad_f` and `hess_f` where it makes one of an array, `jac_f` elsewhere, and `d3_f` beyond.
"""

from __future__ import annotations

from functools import cache

from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Group, Shape, contract
from mcalc.algebra.ops.record import Op
from mcalc.errors import Problem

#: A function can be told apart up to so many derivatives: four orders of what holds two already.
MOST_ORDERS = 6


@cache
def abstract(name: str, source: Shape, target: Shape, order: int = 0) -> Op:
    """The record of a declared function's derivative of this order. Of numbers alone it is a function of each entry."""
    called = derivative_name(name, len(source), len(target), order)
    why = f"{name} is any function: its derivative is {derivative_name(name, len(source), len(target), 1)}."
    code = called.replace("'", "_prime")
    if not source and not target:
        return Op(
            "elementwise", called, signature="...->...", why=why, numpy=f"{code}({{0}})", private=True, turns="with",
            keeps="symmetric", slope=lambda x, y: abstract(name, source, target, order + 1)(x),
        )  # fmt: skip

    def shape(x: Expr) -> Shape:
        lead = x.rank - len(source)
        if lead < 0 or x.shape[lead:] != source:
            wanted = f"[{', '.join(map(str, source))}]"
            raise Problem(
                "E307",
                "{called} takes {wanted}, and got {shape}",
                called=called,
                wanted=wanted,
                shape=show_shape(x.shape),
            )
        return (*x.shape[:lead], *target, *source * order)

    def differential(x: Expr, y: Expr, dx: Expr) -> Expr:
        slope = abstract(name, source, target, order + 1)(x)
        out: tuple[Group, ...] = tuple((k,) for k in range(y.rank))
        along: tuple[Group, ...] = tuple((100 + k,) for k in range(len(source)))
        return contract([(slope, 1, (*out, *along)), (dx, 1, along)], out)

    letters = "abcdefgh"[: len(source)]
    return Op(
        "function", called, signature=f"{letters or ' '}->", why=why, numpy=f"{code}({{0}})", private=True, shape=shape,
        keeps="symmetric" if order == 2 and not target and len(source) == 1 else "", differential=differential,
    )  # fmt: skip


def derivative_name(name: str, source: int, target: int, order: int) -> str:
    """The name of a derivative, given the numbers of axes of the argument and of the value.

    >>> derivative_name("f", 0, 0, 2), derivative_name("f", 1, 0, 1), derivative_name("g", 1, 1, 1)
    ("f''", 'grad_f', 'jac_g')
    """
    if not order:
        return name
    if not source:
        return name + "'" * order
    if order == 1:
        return f"jac_{name}" if target else f"grad_{name}"
    return f"hess_{name}" if order == 2 and source == 1 and not target else f"d{order}_{name}"


def taken_apart(called: str) -> tuple[str, int, str]:
    """The function that a derivative's name is made of, its order, and the word in front.

    >>> taken_apart("hess_f"), taken_apart("f''"), taken_apart("d3_f"), taken_apart("f_1")
    (('f', 2, 'hess'), ('f', 2, ''), ('f', 3, 'd'), ('f_1', 0, ''))
    """
    word, line, rest = called.partition("_")
    if line and word in ("grad", "jac", "hess"):
        return rest, 2 if word == "hess" else 1, word
    if line and word[:1] == "d" and word[1:].isdecimal():
        return rest, int(word[1:]), "d"
    name = called.rstrip("'")
    return name, len(called) - len(name), ""
