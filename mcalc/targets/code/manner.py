"""How derivatives are wanted in code: compressed, and for many samples at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

from mcalc.algebra.batch import lift_over
from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Contract, Expr, Group, Rational, Sum, add, contract, permute, symbol
from mcalc.errors import Problem
from mcalc.language.read import variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

LETTERS = "ijklmnop"
SAMPLES = "b"  #: the letter of the axis of samples
#: The axes of a whole array, with a letter twice where it is a diagonal, and those of an array that makes it.
Pattern = tuple[str, str]


def compressed(node: Expr) -> list[tuple[Expr, Pattern]]:
    """The arrays of which the node is made, without the axes on which they are the same, and how it is made of them.

    Of δ_ia H_jb, whose axes are i, j, a and b, that is H, and `("ijib", "jb")`; a sum has an array for each kind of
    diagonal, and of no diagonal. Raises a `Problem` of kind unsupported where one of them has all axes of the node.
    """
    groups: dict[Group, list[tuple[Rational, Contract]]] = {}
    terms = node.terms if isinstance(node, Sum) else ((1, node),)
    full = 0
    for c, term in terms or ((0, node),):
        pattern = _pattern(term)
        if pattern is None or not isinstance(term, Contract) or len(_needed(pattern, term)) == node.rank:
            full += 1
        else:
            groups.setdefault(pattern, []).append((c, term))
    if full:
        raise Problem(
            "E417",
            "a part of the derivative fills all of it: beside that part there is nothing to compress"
            if groups
            else "the derivative is no product with a δ: there is nothing to compress",
            hint="without --compressed it is written in full; --jvp, --vjp and --hvp compute products without it",
        )
    return [_alone(pattern, terms) for pattern, terms in groups.items()]


def _alone(pattern: Group, terms: Sequence[tuple[Rational, Contract]]) -> tuple[Expr, Pattern]:
    """The array that terms put on one kind of diagonal."""
    places = {x: k for k, x in reversed(list(enumerate(pattern)))}
    kept = sorted({x for _, term in terms for x in _needed(pattern, term)})
    parts: list[tuple[Rational, Expr]] = []
    for c, term in terms:
        labels = {k: term.out[places[k]] for k in kept}
        dropped = {x for group in term.out for x in group} - {x for group in labels.values() for x in group}
        sizes = {x: d for x, d in enumerate(term.sizes) if x not in dropped}
        parts.append((c, contract(term.factors, tuple(labels[k] for k in kept), sizes)))
    return add(parts, parts[0][1].shape), ("".join(LETTERS[x] for x in pattern), "".join(LETTERS[x] for x in kept))


def _pattern(node: Expr) -> Group | None:
    """The axes of a product, numbered so that those with one label have one number."""
    if not isinstance(node, Contract) or any(len(group) != 1 for group in node.out):
        return None
    seen: dict[Group, int] = {}
    return tuple(seen.setdefault(group, len(seen)) for group in node.out)


def _needed(pattern: Group, node: Contract) -> set[int]:
    """The numbers of the axes along which the entries of the product differ."""
    held = {x for _, _, axes in node.factors for group in axes for x in group}
    return {k for k, group in zip(pattern, node.out, strict=True) if group[0] in held}


def of_samples(pattern: Pattern, alike: bool) -> Pattern:
    """The axes with that of the samples in front: of the whole, and of an array that is not `alike` for all of them."""
    whole, held = pattern
    return SAMPLES + whole, held if alike else SAMPLES + held


def batched(reading: Reading, nodes: Sequence[Expr], samples: Mapping[str, str]) -> tuple[Reading, list[Expr], Dim]:
    """The reading and the nodes with an axis for samples in front of some variables and of every node.

    `samples` says of each variable whether its samples are `rows`, so that they stand along its first axis, or
    `columns`: along its last.
    """
    taken = {name for s in reading.symbols.values() for d in s.shape for name in d.names} | set(reading.sizes)
    name = next(
        name for name in ("N", "B", *(f"N{k}" for k in range(99))) if name not in taken | reading.symbols.keys()
    )
    many = dim(name)
    new = copy(reading)
    new.symbols, new.definitions = dict(reading.symbols), {}
    values: dict[Expr, Expr] = {}
    for given, where in samples.items():
        x = variable(reading, given)
        if x.props - {"positive"}:
            prop = min(x.props - {"positive"})
            raise Problem("E418", "samples of a matrix that is {prop} are not known", prop=prop)
        shape = (many, *x.shape) if where == "rows" else (*x.shape, many)
        stacked = symbol(x.name, shape, x.props, x.place)
        new.symbols[x.name] = stacked
        values[x] = stacked if where == "rows" else permute(stacked, (x.rank, *range(x.rank)))
    return new, [lift_over(node, values, (many,)) for node in nodes], many
