"""Powers of scalars as notation: what stands in front of a product, and what divides it."""

from __future__ import annotations

from fractions import Fraction

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Contract,
    Expr,
    Factor,
    Rational,
    Size,
    Sum,
    contract,
    magnitude,
    ratio,
)
from mcalc.language.lower import Said
from mcalc.language.syntax import Call, Name, Num, Product, Syntax
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece
from mcalc.notation.graph import Graph, root


class Scalars:
    """The part of `Notation` that writes powers. It asks the whole for the pieces of their bases."""

    names: dict[Expr, str]
    turned_names: set[Expr]
    said: dict[Expr, Said]
    said_roots: list[Contract]  # of these, the products of powers of scalars with a root among them
    quoting: set[Expr]
    fronts: dict[object, tuple[list[Form], list[Form]]]

    def piece(self, node: Expr) -> Piece:
        """The notation of a node."""
        raise NotImplementedError

    def _theirs(self, node: Expr) -> Form:
        """The call that the input makes of the node."""
        raise NotImplementedError

    def _worded(self, node: Contract) -> tuple[int, Contract]:
        """The product with its differences the way round that the input has them, and the sign that is left."""
        raise NotImplementedError

    def graph(
        self, factors: tuple[Factor, ...] | list[Factor], shown: set[int], sizes: tuple[Dim, ...]
    ) -> Graph | None:
        """The factors as vertices and edges."""
        raise NotImplementedError

    def front(self, c: Rational, scalars: list[tuple[Expr, Rational]]) -> tuple[list[Form], list[Form]]:
        """What a rational and powers of scalars put in front of a product, and what they divide it by."""
        if not scalars and c == 1:
            return [], []
        key = c, tuple(scalars)
        found = self.fronts.get(key)
        if found is None:
            found = self.fronts[key] = self._in_front(c, scalars)
        return found

    def _in_front(self, c: Rational, scalars: list[tuple[Expr, Rational]]) -> tuple[list[Form], list[Form]]:
        """The same, with the calls of the user's among them that shorten it, such as std(x), whose powers these are."""
        calls: list[tuple[Form, int]] = []
        best = self._fraction(c, scalars, calls)
        for node in self.said_roots:
            if node in self.quoting or not (times := _times_in(node, scalars)):
                continue
            left = _without(scalars, node, times)
            more = [*calls, (self._theirs(node), times)]
            other = self._fraction(c, left, more)
            if _weight(other) < _weight(best):
                best, scalars, calls = other, left, more
        return best

    def _fraction(
        self, c: Rational, scalars: list[tuple[Expr, Rational]], calls: list[tuple[Form, int]]
    ) -> tuple[list[Form], list[Form]]:
        """The same, with powers of some forms among the scalars."""
        over: list[Form] = [forms.numeral(c.numerator)] if c.numerator != 1 else []
        under: list[Form] = [forms.numeral(c.denominator)] if c.denominator != 1 else []
        scalars, means = self._means(sorted(scalars, key=self._reading_order))
        over += [_times(form, times) for form, times in means]
        for side, half in ((over, Fraction(1, 2)), (under, Fraction(-1, 2))):
            roots = [base for base, e in scalars if e == half and not base.free]
            if len(roots) > 1:  # sqrt(2*pi) rather than sqrt(2)*sqrt(pi); constants are not negative under a root
                inside = forms.quotient([(self.piece(base).plain, "*") for base in roots], [])
                side.append(forms.call("sqrt", [inside]))
                scalars = [(base, e) for base, e in scalars if base not in roots]
        for base, exponent in scalars:
            form = self._scalar_power(base, magnitude(exponent))
            (over if exponent > 0 else under).append(form)
        for form, times in calls:
            (over if times > 0 else under).append(_times(form, abs(times)))
        return over, under

    def _reading_order(self, scalar: tuple[Expr, Rational]) -> tuple[bool, int, bool, int, int]:
        """Letters first, then as in the input: c*x.T@y. Of what begins with the same variable sums last, and the
        lighter first: c*(1 - c).
        """
        base, _ = scalar
        place = min((x.place for x in base.free), default=-1)
        form = self.piece(base).plain
        return not isinstance(form.syntax, (Name, Num)), place, isinstance(base, Sum), form.weight, base.h

    def _means(
        self, scalars: list[tuple[Expr, Rational]]
    ) -> tuple[list[tuple[Expr, Rational]], list[tuple[Form, int]]]:
        """sum(v)/n, where v has n entries, is mean(v): what is left, and the means with their powers."""
        held = dict(scalars)
        means: list[tuple[Form, int]] = []
        for base, exponent in scalars:
            if not isinstance(exponent, int) or exponent < 1:
                continue
            if not isinstance(base, Contract) or base.out or not base.sizes:
                continue
            form = self.piece(base).plain
            if not isinstance(form.syntax, Call) or form.syntax.name != "sum":
                continue
            names = [str(d) for d in self._summed(base, form.syntax.args[0])]
            sizes = {s: e for s, e in held.items() if isinstance(s, Size)}
            below = {s.name: -e for s, e in sizes.items()}
            if names and all(below.get(n, 0) >= exponent * names.count(n) for n in names):
                del held[base]
                held.update((s, e + exponent * names.count(s.name)) for s, e in sizes.items())
                means.append((Form(Call("mean", form.syntax.args), forms.ATOM, form.weight), exponent))
        return [(s, e) for s, e in held.items() if e], means

    def _summed(self, node: Contract, argument: Syntax) -> tuple[Dim, ...]:
        """The sizes of an array whose sum the node is, by how it is written."""
        if len(node.factors) == 1:
            return node.sizes
        for label, d in enumerate(node.sizes):
            vector = contract(node.factors, ((label,),), dict(enumerate(node.sizes)))
            if self.piece(vector).plain.syntax == argument:
                return (d,)
        return ()

    def _scalar_power(self, base: Expr, exponent: Rational) -> Form:
        """base^exponent for a positive exponent; a root of a sum of squares is a norm."""
        whole = self.piece(base).plain
        if exponent == 1:
            return whole
        found: list[Form] = []
        doubled = ratio(exponent * 2)
        if doubled.denominator == 1 and (inner := self._root(base)) is not None:
            norm = forms.call("norm", [inner])
            found.append(norm if doubled == 1 else forms.raised(norm, number(doubled), False))
        found.append(self._plain_power(whole, exponent, False))
        return forms.lighter(*found)

    def _root(self, node: Expr) -> Form | None:
        """v, where the node is the sum of the squares of v's entries: elementwise, or as vᵀv."""
        if not isinstance(node, Contract) or node.out or not node.sizes or node in self.names:
            return None
        sign, worded = self._worded(node)
        square = _root_of_square(worded if sign > 0 else node)
        if square is not None:
            piece = self.piece(square)
            return piece.plain if square.rank < 2 else forms.lighter(piece.plain, piece.turned)
        graph = self.graph(node.factors, set(), node.sizes)
        found = None if graph is None else root(graph)
        return None if found is None else found.plain

    def _plain_power(self, form: Form, exponent: Rational, elementwise: bool) -> Form:
        if exponent.denominator == 2:
            root = forms.call("sqrt", [form])
            return root if exponent.numerator == 1 else forms.raised(root, number(exponent.numerator), elementwise)
        return forms.raised(form, number(exponent), elementwise)

    def raised(self, base: Expr, exponent: Rational) -> Piece:
        """The elementwise power of an array with a positive exponent."""
        piece = self.piece(base)
        if exponent == 1:
            return piece
        plain = self._plain_power(piece.plain, exponent, True)
        if base.rank < 2:
            return forms.upright(plain).made([piece], lambda v: v**exponent)
        return forms.balanced(plain, self._plain_power(piece.turned, exponent, True)).made(
            [piece], lambda v: v**exponent
        )


def is_root(node: Expr) -> bool:
    """Whether the node is a product of powers of scalars with a root among them that is not of a size."""
    if not isinstance(node, Contract) or any(axes for _, _, axes in node.factors):
        return False
    return any(_is_half(b, e) for b, e, _ in node.factors)


def _is_half(base: Expr, exponent: Rational) -> bool:
    return exponent.denominator == 2 and not isinstance(base, Size)


def _times(form: Form, times: int) -> Form:
    """A scalar times itself."""
    return form if times == 1 else forms.raised(form, forms.numeral(times), False)


def _times_in(node: Contract, scalars: list[tuple[Expr, Rational]]) -> int:
    """How often a product of powers, its roots whole, is among the scalars; 0 where it is not."""
    held = dict(scalars)
    times = {ratio(held.get(b, 0) / Fraction(e)) for b, e, _ in node.factors if _is_half(b, e)}
    return times.pop().numerator if len(times) == 1 and all(t.denominator == 1 for t in times) else 0


def _without(scalars: list[tuple[Expr, Rational]], node: Contract, times: int) -> list[tuple[Expr, Rational]]:
    """The scalars without a power of a product of others."""
    held = dict(scalars)
    for base, e, _ in node.factors:
        held[base] = ratio(held.get(base, 0) - times * e)
    return [(b, e) for b, e in held.items() if e]


def _weight(sides: tuple[list[Form], list[Form]]) -> int:
    return sum([form.weight for side in sides for form in side])


def _root_of_square(node: Contract) -> Expr | None:
    """v of at most two axes, where the scalar is the sum of the squares of v's entries."""
    labels = tuple((x,) for x in range(len(node.sizes)))
    if len(labels) > 2 or any(e % 2 for _, e, _ in node.factors):
        return None
    half: list[Factor] = [(b, e // 2, axes) for b, e, axes in node.factors]
    return contract(half, labels, dict(enumerate(node.sizes)))


def number(value: Rational) -> Form:
    """A positive rational."""
    if value.denominator == 1:
        return forms.numeral(value.numerator)
    over, under = forms.numeral(value.numerator), forms.numeral(value.denominator)
    return Form(Product((over.syntax, under.syntax), ("/",)), forms.PRODUCT, 2 * forms.TOKEN + 1)
