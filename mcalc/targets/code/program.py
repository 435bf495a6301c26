"""From expressions to array code: every shared node once, diagonals written and never multiplied.

A contraction is computed over its distinct labels. Where its result repeats a label (a diagonal, a block
diagonal), the array of those labels is written onto the diagonal of zeros, or of the sum it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Shape,
    Size,
    Sum,
    Symbol,
    coefficient_of,
    scale,
)
from mcalc.algebra.labels import components, repeats, stretches
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied
from mcalc.algebra.traits import definite, uniform
from mcalc.algebra.walk import postorder
from mcalc.targets.code.array import Code, Codes, Part, behind
from mcalc.targets.code.distribute import distributed
from mcalc.targets.code.factor import factored, hoisted
from mcalc.targets.code.orient import TRANSPOSE, mirrored, oriented
from mcalc.targets.code.plan import Planned, Planner
from mcalc.targets.code.stable import stable
from mcalc.targets.code.systems import factorised, solved
from mcalc.targets.code.term import Term

#: Of fewer entries one function costs less than the several that are quicker for many.
FEW = 100


def program(
    roots: Sequence[Expr], keep: Iterable[Expr] = (), softmax: bool = True, sizes: Mapping[str, int] | None = None
) -> tuple[list[Code], dict[Code, Expr]]:
    """The array code of each root, and the codes of those nodes of `keep` that it computes.

    Every root has exactly its shape. Nodes of `keep` are definitions: they are not broken up. Where both softmax and
    logsumexp occur, or the language has no `softmax` of its own, they are written in terms of what they share. `sizes`
    are those that are known: they decide on the order of products.
    """
    definitions = list(keep)
    kept = definitions
    wanted = list(roots)
    for change in (stable, distributed, hoisted, factored):
        new = change(wanted)
        wanted, kept = ([new.get(node, node) for node in nodes] for nodes in (wanted, kept))
    lowering = Lowering(wanted, kept, softmax, sizes)
    codes = [lowering.value(root) for root in lowering.roots]
    named = {
        lowering.values[k]: node for k, node in zip(lowering.keep, definitions, strict=True) if k in lowering.values
    }
    moved = mirrored(lowering.codes, codes)
    solutions = solved(lowering.codes, [moved[code] for code in codes])
    moved = {code: solutions[new] for code, new in moved.items() if new in solutions}
    moved = factorised(lowering.codes, moved, codes, lowering.positive)
    return [moved[code] for code in codes], {moved[c]: node for c, node in named.items() if c in moved}


class Lowering:
    """The array code of expressions, each node once."""

    def __init__(
        self, roots: Sequence[Expr], keep: Iterable[Expr], softmax: bool = True, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.codes = Codes(sizes)
        self.softmax = softmax
        for variable in sorted({s for root in roots for s in root.free}, key=lambda s: (s.place, s.name)):
            self.codes.variable(variable)
        self.planner = Planner(self.codes, sizes)
        self.values: dict[Expr, Code] = {}
        self.positive: set[Code] = set()  #: the matrices that are known to be positive
        self.decays: dict[Expr, Code] = {}  #: exp(-|u|) by u or -u
        self.shared: set[Code] = set()
        self.roots, self.keep = list(roots), list(keep)
        self.uses: dict[Expr, int] = dict.fromkeys((*roots, *self.keep), 2)
        found = list(dict.fromkeys(node for root in roots for node in postorder(root)))
        inner: set[Expr] = set()
        for node in found:
            for child in node.children:
                self.uses[child] = self.uses.get(child, 0) + 1
                if not isinstance(node, Sum):
                    inner.add(child)
        self.titled = {*self.roots, *self.keep}
        self.exponents = {u for u, names in _exponents(found).items() if len(names) == 2}
        self.logistic = set() if softmax else _sharing(found)
        self.softplus = {node.args[0]: node for node in found if isinstance(node, Apply) and node.op.name == "softplus"}
        for node in found:
            if (node in inner or not self._folds(node)) and node not in self.logistic:
                self.value(node)

    def _folds(self, node: Expr) -> bool:
        """Whether a term of a sum is written as part of that sum."""
        return isinstance(node, Contract) and (self.uses[node] == 1 or repeats(node) or stretches(node))

    def value(self, node: Expr) -> Code:
        """The array of this node, of exactly its shape."""
        code = self.values.get(node)
        if code is None:
            code = self._lower(node)
            if isinstance(node, (Sum, Contract)) and self.uses[node] > 1 and node not in self.titled:
                code = self._shared(code)
            self.values[node] = code
            if node.rank == 2 and definite(node):
                self.positive.add(code)
            code.symmetric = code.symmetric or node.symmetric
            if self.uses[node] > 1:
                self.shared.add(code)
        return code

    def _shared(self, code: Code) -> Code:
        """What is used more than once, as it is computed best: the way round that has fewer transposes, and with
        what is computed in front of what is given, since NumPy then writes the sum onto it.
        """
        codes = self.codes
        turned = False
        if code.rank == 2:
            code, turned = oriented(codes, code, self.shared)
        flips = code.kind == "add" and code.data == (1, -1) and code.rank > 0
        flips = flips and behind(code.args[0])[-1].kind == "variable" and behind(code.args[1])[-1].kind == "matmul"
        self.shared.update([code] if not flips else [codes.negative(code)])
        code = codes.negative(code) if flips else code
        code = codes.permute(code, TRANSPOSE) if turned else code
        return codes.mul(-1, [(code, 1)]) if flips else code

    def _lower(self, node: Expr) -> Code:
        codes = self.codes
        match node:
            case Symbol():
                return codes.variable(node)
            case Number(value):
                return codes.number(value)
            case Size(name):
                return codes.size(dim(name))
            case Apply(op, (x,)) if op.name in ("softmax", "logsumexp") and (not self.softmax or x in self.exponents):
                return self._shares(op.name, self.value(x))
            case Apply(op, (x,)) if not self.softmax and (op.name == "softplus" or node in self.logistic):
                return self._logistic(op.name, x)
            case Apply(op, (x,)) if op.kind == "elementwise" and node.rank == 2:
                code, turned = oriented(codes, self.value(x), self.shared)
                made = codes.call(op, (code,), code.shape)
                return codes.permute(made, TRANSPOSE) if turned else made
            case Apply(op, (x, y)) if op.name in ("greater_of", "lesser_of") and uniform(y) is not None:
                bound, sign = self._term(*coefficient_of(y))  # one number for all entries
                return codes.call(op, (self.value(x), codes.mul(sign, [(bound, 1)])), node.shape)
            case Apply(op, args):
                return codes.call(op, tuple(self.value(a) for a in args), node.shape)
            case Sum(terms):
                return self._sum(node, terms)
            case Contract():
                return self._contraction(node)
        raise AssertionError(node)

    def _shares(self, name: str, x: Code) -> Code:
        """softmax or logsumexp along the last axis, by the exponentials below the maximum."""
        codes, rows = self.codes, x.shape[:-1]
        beside = (*(True for _ in rows), False)
        top = codes.call(OPS["max"], (x,), rows)
        shares = codes.call(OPS["exp"], (codes.add([(x, 1), (codes.expand(top, beside), -1)]),), x.shape)
        total = codes.sum(shares, (x.rank - 1,))
        if name == "softmax":
            return codes.mul(1, [(shares, 1), (codes.expand(total, beside), -1)])
        return codes.add([(codes.call(OPS["log"], (total,), rows), 1), (top, 1)])

    def _decay(self, u: Expr) -> Code:
        """exp(-|u|), which never overflows, and is the same for u and -u."""
        codes, other = self.codes, scale(-1, u)
        known = self.decays.get(u) or self.decays.get(other)
        if known is None:
            v, _ = codes.split(self.value(other if other in self.values else u))
            size = codes.call(OPS["abs"], (v,), u.shape)
            known = self.decays[u] = codes.call(OPS["exp"], (codes.mul(-1, [(size, 1)]),), u.shape)
        return known

    def _logistic(self, name: str, u: Expr) -> Code:
        """softplus or sigmoid of u, by exp(-|u|), which they share; log σ(u) = u - softplus(u) = -softplus(-u)."""
        codes, v = self.codes, self.value(u)
        if codes.entries(u.shape) < FEW:
            return codes.call(OPS[name], (v,), u.shape)
        e, high = self._decay(u), codes.call(OPS["relu"], (v,), u.shape)
        if name == "softplus":
            return codes.add([(high, 1), (codes.call(OPS["log1p"], (e,), u.shape), 1)])
        for w, rest in ((u, [(v, 1)]), (scale(-1, u), [])):
            if w in self.softplus:
                above = self.value(self.softplus[w])
                return codes.call(OPS["exp"], (codes.add([*rest, (above, -1)]),), u.shape)
        low = codes.call(OPS["exp"], (codes.add([(v, 1), (high, -1)]),), u.shape)
        return codes.mul(1, [(low, 1), (codes.add([(e, 1), (codes.number(1), 1)]), -1)])

    def _slopes(self, factors: tuple[Factor, ...]) -> dict[int, Code | None]:
        """Pairs of factors that are σ(u) σ(-u), by place: e/(1 + e)² with e = exp(-|u|), and nothing."""
        found: dict[int, Code | None] = {}
        seen: dict[tuple[Expr, tuple[Group, ...]], int] = {}
        for k, (base, exponent, axes) in enumerate(factors):
            if exponent != 1 or not (isinstance(base, Apply) and base.op.name == "sigmoid") or self.softmax:
                continue
            u = base.args[0]
            other = seen.pop((scale(-1, u), axes), None)
            if other is None:
                seen[u, axes] = k
                continue
            codes, e = self.codes, self._decay(u)
            found[other] = codes.mul(1, [(e, 1), (codes.power(codes.add([(e, 1), (codes.number(1), 1)]), 2), -1)])
            found[k] = None
        return found

    def _sum(self, node: Sum, terms: tuple[tuple[Rational, Expr], ...]) -> Code:
        if not terms:
            return self.codes.make("zeros", (), None, node.shape)
        diagonal = [(c, n) for c, n in terms if isinstance(n, Contract) and _placed(n)]
        scales = {c if c > 0 else -c for c, _ in terms}
        common = scales.pop() if len(scales) == 1 < len(terms) and not diagonal and not all(map(_outer, terms)) else 1
        dense: list[tuple[int, bool, Part]] = []
        together: list[Planned] = []
        for c, term in terms:
            own = c if common == 1 else 1 if c > 0 else -1
            plain = not isinstance(term, Contract) or not (repeats(term) or _fused(term))
            if isinstance(term, Contract) and plain and node.rank > 2 and self._folds(term):
                together.append(self._planned(own, term))
            elif not (isinstance(term, Contract) and _placed(term)):
                part = self._term(own, term)
                place = min((symbol.place for symbol in term.free), default=0)
                dense.append((place, _turned(part[0]), part))
        parts = [part for _, _, part in sorted(dense, key=lambda term: term[:2])]
        parts += map(self.codes.split, self.planner.together(together))
        if diagonal:
            return self._written(parts, diagonal, node.shape)
        return self.codes.mul(common, [(self.codes.full(self.codes.add(parts), node.shape), 1)])

    def _term(self, c: Rational, term: Expr) -> Part:
        """A term as an array that stretches to the shape of the sum, and its sign."""
        sign = 1 if c > 0 else -1
        if isinstance(term, Contract) and self._folds(term) and not _fused(term):
            return self.codes.split(self._product(c, term))
        if isinstance(term, Number):
            return self.codes.number(c * sign * term.value), sign
        more, code = peeled(self.value(term))
        c, sign = c * more, sign if more > 0 else -sign
        return self.codes.mul(c * sign, [(code, 1)]), sign

    def _contraction(self, node: Contract) -> Code:
        """A contraction that is no term of a sum, its fused axes put together."""
        shape = tuple(node.sizes[x] for group in node.out for x in group)
        if repeats(node):
            code = self._written([], [(1, node)], shape)
        else:
            code = self.codes.full(self._product(1, node), shape)
        return self.codes.reshape(code, node.shape)

    def _written(self, dense: list[Part], diagonal: list[tuple[Rational, Contract]], shape: Shape) -> Code:
        """Terms on diagonals, written onto the sum of the dense terms or onto zeros."""
        codes = self.codes
        parts = [self._product(c, term) for c, term in diagonal]
        if not dense and len(parts) == 1 and len(shape) == 2:
            if parts[0].rank:
                return codes.make("diag", (parts[0],), None, shape)
            return codes.mul(1, [(parts[0], 1), (codes.make("eye", (), None, shape), 1)])
        base = [codes.full(codes.add(dense), shape)] if dense else []
        values = [codes.split(part) for part in parts]
        patterns = tuple(_pattern(tuple(x for group in term.out for x in group)) for _, term in diagonal)
        data = bool(dense), patterns, tuple(sign for _, sign in values)
        return codes.make("assemble", (*base, *(value for value, _ in values)), data, shape)

    def _product(self, coefficient: Rational, node: Contract) -> Code:
        """A rational multiple of a contraction over its distinct labels in the order of its axes.

        Labels that no factor has are axes of size one, left out in front.
        """
        return self.planner.write(*self._planned(coefficient, node))

    def _planned(self, coefficient: Rational, node: Contract) -> Planned:
        """What the product is made of when all its sums are computed."""
        codes = self.codes
        out = tuple(dict.fromkeys(x for group in node.out for x in group))
        scalars: list[Part] = []
        terms: list[Term] = []
        alone = sum(bool(axes) for _, _, axes in node.factors) == 1
        slopes = self._slopes(node.factors)
        for k, (base, exponent, axes) in enumerate(node.factors):
            if k in slopes:
                if (slope := slopes[k]) is not None:
                    slope, labels = self._labelled(slope, axes, node)
                    terms += [Term([(slope, 1, labels)])] if axes else []
                    scalars += [] if axes else [(slope, 1)]
                continue
            flip = coefficient < 0 and exponent == 1 and self._turns(base)
            coefficient = -coefficient if flip else coefficient
            code, labels = self._factor(base, axes, node, flip)
            factor_in_front, code = peeled(code)
            if isinstance(exponent, int):
                coefficient = coefficient * Fraction(factor_in_front) ** exponent
            else:
                code = codes.mul(factor_in_front, [(code, 1)])
            sign = 1 if exponent > 0 else -1
            if not out and axes and exponent % 2 == 0 and sign > 0 and alone:
                half = self.codes.power(code, exponent // 2)
                terms += [Term([(half, 1, labels)]), Term([(half, 1, labels)])]
                continue
            if code.kind == "permute":
                code, labels = code.args[0], tuple(labels[code.data.index(k)] for k in range(code.rank))
            code = self.codes.power(code, exponent * sign)
            if axes:
                terms.append(Term([(code, sign, labels)]))
            else:
                scalars.append((code, sign))
        return coefficient, scalars, self.planner.contract(terms, out, node.sizes), out

    def _turns(self, base: Expr) -> bool:
        """Whether a factor's sign can be turned round without writing more or computing it twice."""
        if not isinstance(base, Sum) or self.uses[base] > 1:
            return False
        code = self.value(base)
        return code.kind == "add" and -1 in code.data

    def _factor(self, base: Expr, axes: tuple[Group, ...], node: Contract, flip: bool) -> tuple[Code, Group]:
        """The factor's array and the label of each axis."""
        code = self.codes.negative(self.value(base)) if flip else self.value(base)
        if isinstance(base, Sum) and len(axes) == 2 and all(len(group) == 1 for group in axes) and self.uses[base] == 1:
            code, turned = oriented(self.codes, code, self.shared)
            axes = axes[::-1] if turned else axes
        return self._labelled(code, axes, node)

    def _labelled(self, code: Code, axes: tuple[Group, ...], node: Contract) -> tuple[Code, Group]:
        """The array with one axis for each label: fused axes apart, repeated labels once."""
        flat = tuple(x for group in axes for x in group)
        if any(len(group) != 1 for group in axes):
            code = self.codes.reshape(code, tuple(node.sizes[x] for x in flat))
        labels = tuple(dict.fromkeys(flat))
        if len(labels) < len(flat):
            data = _pattern(flat), _pattern(labels, flat)
            code = self.codes.make("diagonal", (code,), data, tuple(node.sizes[x] for x in labels))
        return code, labels


def _exponents(nodes: Iterable[Expr]) -> dict[Expr, set[str]]:
    """Which of softmax and logsumexp is taken of what."""
    found: dict[Expr, set[str]] = {}
    for node in nodes:
        if isinstance(node, Apply) and node.op.name in ("softmax", "logsumexp"):
            found.setdefault(node.args[0], set()).add(node.op.name)
    return found


def _sharing(nodes: Iterable[Expr]) -> set[Expr]:
    """The sigmoids of u whose exp(-|u|) another sigmoid or a softplus uses too."""
    groups: dict[Expr, list[Expr]] = {}
    for node in nodes:
        if isinstance(node, Apply) and node.op.name in ("sigmoid", "softplus"):
            u = node.args[0]
            groups.setdefault(min(u, scale(-1, u), key=lambda v: v.h), []).append(node)
    return {node for group in groups.values() if len(group) > 1 for node in group if applied(node) == "sigmoid"}


def peeled(code: Code) -> tuple[Rational, Code]:
    """The rational factor in front of an array, and the array."""
    if code.kind == "mul" and code.rank and len(code.args) == 1 and code.data[1] == (1,):
        return code.data[0], code.args[0]
    return 1, code


def _turned(code: Code) -> bool:
    """Whether a transpose comes first in the node."""
    return "permute" in (code.kind, *(arg.kind for arg in code.args[:1]))


def _outer(term: tuple[Rational, Expr]) -> bool:
    """Whether a term is an outer product of smaller arrays: then a coefficient goes to one of these."""
    node = term[1]
    if not isinstance(node, Contract) or node.rank < 2:
        return False
    return len(components([factor for factor in node.factors if factor[2]])) > 1


def _placed(node: Contract) -> bool:
    """Whether a term is written onto the diagonal of the sum it belongs to."""
    return repeats(node) and not _fused(node)


def _fused(node: Contract) -> bool:
    return any(len(group) != 1 for group in node.out)


def _pattern(labels: Group, names: Group | None = None) -> Group:
    """The labels numbered in the order in which they, or `names`, are met."""
    place = {x: k for k, x in enumerate(dict.fromkeys(labels if names is None else names))}
    return tuple(place[x] for x in labels)
