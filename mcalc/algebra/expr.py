"""What an expression is: one interned, immutable node class in six kinds.

Equal expressions are the same object, so equality is `is` and every memo is a dict keyed by node.
Structure is closed (the six kinds below, handled by `match` in each phase); functions are open:
an `Apply` carries the record of its operation.

    Symbol    a variable                                  x, A symmetric
    Number    an exact rational scalar                    3/2
    Size      a dimension used as a scalar                n
    Sum       rational multiples of nodes of one shape    2 A - B
    Contract  factors over index labels                   every product, transpose, trace, diag, …
    Apply     an operation on nodes                       inv(A), exp(x)

Identity and all-ones arrays need no kind of their own: they are contractions without factors, whose
output repeats a label (`eye(n)` is the output `ii`) or names one that no factor has (`ones(n)` is `i`).

The module is long because there is no seam in it: the kinds have the operators, those need the constructors, and the
constructors need the kinds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from zlib import crc32

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.interning import Handle, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from mcalc.algebra.ops.record import Op

Rational = int | Fraction
Shape = tuple[Dim, ...]
Group = tuple[int, ...]  #: the labels that one axis holds; several are one fused axis, row-major
Factor = tuple["Expr", Rational, tuple[Group, ...]]  #: base, exponent, labels of each axis
Term = tuple[Rational, "Expr"]


class Expr:
    """A node. Build one with `symbol`, `number`, `add`, `contract`, `apply` or an operation's record."""

    __slots__ = ("_handle", "_symmetric", "_transpose", "children", "free", "h", "known_sign", "shape")

    __match_args__: ClassVar[tuple[str, ...]] = ()
    shape: Shape
    children: tuple[Expr, ...]  #: the nodes that this one is made of
    free: frozenset[Symbol]  #: the variables that occur
    h: int  #: orders nodes the same way in every run; says nothing about equality
    known_sign: int | None  #: of every entry, as traits.sign works it out
    _handle: Handle
    _symmetric: bool | None
    _transpose: Expr | None

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def symmetric(self) -> bool:
        """Whether the node is a matrix known to equal its transpose."""
        known = self._symmetric
        if known is None:
            known = self._symmetric = self.rank == 2 and self.shape[0] is self.shape[1] and self._is_symmetric()
        return known

    def _is_symmetric(self) -> bool:
        return False

    def __add__(self, other: Expr | Rational) -> Expr:
        return _plus(self, 1, _lift(other))

    def __radd__(self, other: Rational) -> Expr:
        return _plus(_lift(other), 1, self)

    def __sub__(self, other: Expr | Rational) -> Expr:
        return _plus(self, -1, _lift(other))

    def __rsub__(self, other: Rational) -> Expr:
        return _plus(_lift(other), -1, self)

    def __neg__(self) -> Expr:
        return scale(-1, self)

    def __mul__(self, other: Expr | Rational) -> Expr:
        """Elementwise product of equal shapes, or scalar times anything."""
        return hadamard(self, _lift(other))

    def __rmul__(self, other: Rational) -> Expr:
        return hadamard(_lift(other), self)

    def __truediv__(self, other: Expr | Rational) -> Expr:
        return hadamard(self, power(_lift(other), -1))

    def __rtruediv__(self, other: Rational) -> Expr:
        return hadamard(_lift(other), power(self, -1))

    def __pow__(self, exponent: Rational) -> Expr:
        """Elementwise power."""
        return power(self, exponent)

    def __matmul__(self, other: Expr) -> Expr:
        """Sum over the last axis of `self` and the first of `other`."""
        i, k, j = _axes(self.rank - 1), -1, _axes(other.rank - 1, 100)
        return contract([(self, 1, (*i, (k,))), (other, 1, ((k,), *j))], (*i, *j))

    @property
    def T(self) -> Expr:  # noqa: N802 (NumPy's name)
        """The transpose of a matrix; anything else as it is."""
        return transpose(self) if self.rank == 2 else self


class Symbol(Expr):
    """A variable. `place` is its position among the variables of its program, which orders it."""

    __slots__ = ("name", "place", "props")
    __match_args__ = ("name",)
    name: str
    props: frozenset[str]
    place: int

    def _is_symmetric(self) -> bool:
        return not self.props.isdisjoint(("symmetric", "diagonal", "psd"))

    def __repr__(self) -> str:
        return self.name


class Number(Expr):
    """An exact rational scalar."""

    __match_args__ = ("value",)
    __slots__ = __match_args__
    value: Rational

    def __repr__(self) -> str:
        return str(self.value)


class Size(Expr):
    """A named dimension used as a scalar."""

    __match_args__ = ("name",)
    __slots__ = __match_args__
    name: str

    def __repr__(self) -> str:
        return self.name


class Sum(Expr):
    """A linear combination of nodes of one shape; no terms is the zero of that shape."""

    __match_args__ = ("terms",)
    __slots__ = __match_args__
    terms: tuple[Term, ...]

    def _is_symmetric(self) -> bool:
        terms = {node: c for c, node in self.terms}
        return all(terms.get(transpose(node)) == c for node, c in terms.items())

    def __repr__(self) -> str:
        return "(" + " + ".join(f"{c}*{n!r}" for c, n in self.terms) + ")" if self.terms else "0"


class Contract(Expr):
    """Factors raised to exponents, multiplied over index labels, summed over the labels not in `out`.

    Labels are the numbers 0, 1, …; `sizes` holds the dimension of each.
    """

    __match_args__ = ("factors", "out", "sizes")
    __slots__ = __match_args__
    factors: tuple[Factor, ...]
    out: tuple[Group, ...]
    sizes: tuple[Dim, ...]

    def _is_symmetric(self) -> bool:
        row, column = self.out
        return self._company(row) == self._company(column) and transpose(self) is self

    def _company(self, group: Group) -> list[tuple[int, Rational, int]]:
        """What stands along an axis of the result, by which of its axes: alike along both, where it is symmetric."""
        held = set(group)
        along = [(b, e, k) for b, e, axes in self.factors for k, g in enumerate(axes) if not held.isdisjoint(g)]
        return sorted([(b.h, e, 0 if b.symmetric else k) for b, e, k in along])

    def __repr__(self) -> str:
        def show(groups: tuple[Group, ...]) -> str:
            return ",".join("".join(chr(97 + x) for x in g) for g in groups)

        inside = " ".join(f"{b!r}[{show(a)}]" + (f"^{e}" if e != 1 else "") for b, e, a in self.factors)
        return f"<{inside}->{show(self.out)}>"


class Apply(Expr):
    """An operation applied to nodes. Leading axes beyond the record's signature are batch axes."""

    __match_args__ = ("op", "args")
    __slots__ = __match_args__
    op: Op
    args: tuple[Expr, ...]

    def _is_symmetric(self) -> bool:
        return "symmetric" in self.op.keeps and all(a.symmetric for a in self.args if a.rank == 2)

    def __repr__(self) -> str:
        return f"{self.op.name}({', '.join(map(repr, self.args))})"


# ---------------------------------------------------------------- interning

_NOTHING: frozenset[Symbol] = frozenset()


def _new(kind: type[Expr], key: tuple[object, ...], shape: Shape, children: tuple[Expr, ...], h: int) -> Expr:
    node: Expr = kind()
    node.shape, node.children, node.h, node._symmetric, node._transpose = shape, children, h, None, None
    node.known_sign = None
    free = _NOTHING
    for child in children:  # the set of one of them, where that is all
        if not child.free <= free:
            free = child.free if free <= child.free else free | child.free
    node.free = free
    node._handle = Handle(key, node)
    return node


def symbol(name: str, shape: Shape = (), props: Iterable[str] = (), place: int = 0) -> Symbol:
    """The variable of this name, shape, properties and place."""
    held = frozenset(props)
    key = (Symbol, name, shape, held, place)
    node = known(key)
    if node is None:
        h = hash((1, place, *(crc32(p.encode()) for p in sorted(held)), *(d.h for d in shape)))
        node = _new(Symbol, key, shape, (), h)
        assert isinstance(node, Symbol)
        node.name, node.props, node.place = name, held, place
        node.free = frozenset((node,))
    assert isinstance(node, Symbol)
    return node


def ratio(value: Rational) -> Rational:
    """A whole number as an int, so that equal coefficients are equal objects to the eye."""
    return value if isinstance(value, int) or value.denominator != 1 else value.numerator


def magnitude(value: Rational) -> Rational:
    """The absolute value."""
    return -value if value < 0 else value


def covers(whole: Rational, part: Rational) -> bool:
    """Whether a number, such as a power, has another in it: is of the same sign, and no smaller."""
    return whole * part > 0 and magnitude(part) <= magnitude(whole)


def number(value: Rational) -> Expr:
    """An exact scalar."""
    value = ratio(value)
    key = (Number, value)
    node = known(key)
    if node is None:
        node = _new(Number, key, (), (), hash((2, value.numerator, value.denominator)))
        assert isinstance(node, Number)
        node.value = value
    return node


def size(d: Dim) -> Expr:
    """A dimension as a scalar: a number, a name, or a polynomial in names."""
    terms: list[Term] = []
    for names, count in d.terms:
        factors: list[Factor] = [(_size_name(name), 1, ()) for name in names]
        terms.append((count, contract(factors, ())))
    return add(terms, ())


def measure(node: Expr) -> Dim | None:
    """The dimension that a scalar is, what `size` makes of it; None where it is none."""
    match node:
        case Number(int() as value):
            return dim(value)
        case Size(name):
            return dim(name)
        case Sum(terms) if not node.shape:
            parts = [(c, measure(n)) for c, n in terms]
            total = dim(0)
            for c, part in parts:
                if part is None:
                    return None
                total = total + dim(c) * part
            return total
        case Contract(factors, ()):
            whole = dim(1)
            for base, exponent, axes in factors:
                part = None if axes else measure(base)
                if part is None or not isinstance(exponent, int) or exponent < 0:
                    return None
                for _ in range(exponent):
                    whole = whole * part
            return whole
    return None


def _size_name(name: str) -> Expr:
    key = (Size, name)
    node = known(key)
    if node is None:
        node = _new(Size, key, (), (), hash((3, crc32(name.encode()))))
        assert isinstance(node, Size)
        node.name = name
    return node


ONE = number(1)
ZERO = number(0)


def apply(op: Op, args: tuple[Expr, ...], shape: Shape) -> Expr:
    """An operation on nodes; records call this, having worked out `shape`."""
    key = (Apply, op, args)
    node = known(key)
    if node is None:
        node = _new(Apply, key, shape, args, hash((4, op.h, *(a.h for a in args))))
        assert isinstance(node, Apply)
        node.op, node.args = op, args
    return node


# ---------------------------------------------------------------- sums


def add(terms: Iterable[Term], shape: Shape) -> Expr:
    """The linear combination of `terms`, all of this shape, with like terms merged."""
    total: dict[Expr, Rational] = {}
    for coefficient, node in terms:
        match node:
            case Sum(inner):
                for c, n in inner:
                    total[n] = total.get(n, 0) + c * coefficient
            case Number(value):
                total[ONE] = total.get(ONE, 0) + value * coefficient
            case _:
                total[node] = total.get(node, 0) + coefficient
    return _sum([(c if isinstance(c, int) else ratio(c), n) for n, c in total.items() if c], shape)


def _sum(terms: list[Term], shape: Shape) -> Expr:
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    if not shape and not terms:
        return ZERO
    if len(terms) == 1 and terms[0][1] is ONE:
        return number(terms[0][0])
    if len(terms) > 1:
        terms.sort(key=lambda term: (term[1].h, term[0]))
    held = tuple(terms)
    key = (Sum, held, shape)
    node = known(key)
    if node is None:
        h = hash((5, *(d.h for d in shape), *((c.numerator, c.denominator, n.h) for c, n in held)))
        node = _new(Sum, key, shape, tuple([n for _, n in held]), h)
        assert isinstance(node, Sum)
        node.terms = held
    return node


def scale(coefficient: Rational, node: Expr) -> Expr:
    """A rational multiple of a node."""
    if coefficient == 1:
        return node
    if coefficient and not isinstance(node, (Sum, Number)):
        return _sum([(coefficient, node)], node.shape)
    return add([(coefficient, node)], node.shape)


def zero(shape: Shape) -> Expr:
    """The zero array of this shape."""
    return add((), shape)


def is_zero(node: Expr) -> bool:
    """Whether the node is the exact zero of its shape."""
    return node is ZERO or (isinstance(node, Sum) and not node.terms)


def coefficient_of(node: Expr) -> Term:
    """The node as a rational multiple of another."""
    match node:
        case Number(value):
            return value, ONE
        case Sum([(c, inner)]):
            return c, inner
    return 1, node


# ---------------------------------------------------------------- contractions


def intern_contraction(factors: tuple[Factor, ...], out: tuple[Group, ...], sizes: tuple[Dim, ...]) -> Expr:
    """The contraction node for labels that are canonical already; `contract` calls this."""
    key = (Contract, factors, out, sizes)
    node = known(key)
    if node is None:
        shape = tuple(_group_size(group, sizes) for group in out)
        parts = [hash((b.h, e.numerator, e.denominator, axes)) for b, e, axes in factors]
        h = hash((6, out, *[d.h for d in sizes], *parts))
        node = _new(Contract, key, shape, tuple([b for b, _, _ in factors]), h)
        assert isinstance(node, Contract)
        node.factors, node.out, node.sizes = factors, out, sizes
    return node


def _group_size(group: Group, sizes: tuple[Dim, ...]) -> Dim:
    if len(group) == 1:
        return sizes[group[0]]
    total = dim(1)
    for label in group:
        total = total * sizes[label]
    return total


#: Contractions asked for lately. A search asks for the same ones again and again; old ones are forgotten at once.
_lately: dict[tuple[object, ...], Expr] = {}
MOST_REMEMBERED = 20_000


def contract(factors: Iterable[Factor], out: tuple[Group, ...], sizes: dict[int, Dim] | None = None) -> Expr:
    """The normal form of a product over index labels: `mcalc.algebra.contract` has the algebra.

    `sizes` is needed only for labels that no factor has.
    """
    key = (tuple(factors), out, tuple(sizes.items()) if sizes else ())
    found = _lately.get(key)
    if found is None:
        from mcalc.algebra.contract import normal_form

        found = normal_form(key[0], out, sizes or {})
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
            gc.collect()  # a node and its handle hold each other
        _lately[key] = found
    return found


def _axes(count: int, start: int = 0) -> tuple[Group, ...]:
    return tuple((start + k,) for k in range(count))


def transpose(node: Expr) -> Expr:
    """The node with its two axes exchanged."""
    if len(node.shape) != 2:
        return node
    found = node._transpose
    if found is None:
        found = node._transpose = permute(node, (1, 0))
        found._transpose = node
    return found


def permute(node: Expr, order: tuple[int, ...]) -> Expr:
    """The node with its axes in another order: axis k of the result is axis `order[k]` of the node."""
    if isinstance(node, Sum):
        return add([(c, permute(n, order)) for c, n in node.terms], tuple(node.shape[k] for k in order))
    if isinstance(node, Contract):
        from mcalc.algebra.contract import in_canonical_labels

        return in_canonical_labels(node.factors, tuple([node.out[k] for k in order]), node.sizes)
    axes = _axes(node.rank)
    return contract([(node, 1, axes)], tuple(axes[k] for k in order))


def power(node: Expr, exponent: Rational) -> Expr:
    """The elementwise power with a rational exponent."""
    axes = _axes(node.rank)
    return contract([(node, exponent, axes)], axes)


def hadamard(a: Expr, b: Expr) -> Expr:
    """The elementwise product of equal shapes; a scalar multiplies anything."""
    axes = _axes(max(a.rank, b.rank))
    return contract([(a, 1, axes[: a.rank]), (b, 1, axes[: b.rank])], axes)


@lru_cache(maxsize=256)
def ones(shape: Shape) -> Expr:
    """The array of ones of this shape."""
    axes = _axes(len(shape))
    return contract((), axes, dict(enumerate(shape)))


def eye(d: Dim) -> Expr:
    """The identity matrix of this size."""
    return contract((), ((0,), (0,)), {0: d})


def broadcast(node: Expr, shape: Shape) -> Expr:
    """A scalar spread over a shape; a node of that shape as it is."""
    if node.rank or not shape:
        return node
    axes = _axes(len(shape))
    return contract([(node, 1, ())], axes, dict(enumerate(shape)))


def total(node: Expr) -> Expr:
    """The sum of all entries."""
    return contract([(node, 1, _axes(node.rank))], ())


def _lift(value: Expr | Rational) -> Expr:
    return value if isinstance(value, Expr) else number(value)


def _plus(a: Expr, sign: int, b: Expr) -> Expr:
    shape = a.shape or b.shape
    return add([(1, broadcast(a, shape)), (sign, broadcast(b, shape))], shape)
