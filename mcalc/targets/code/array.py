"""Array code: what the generated programs compute, as interned nodes over whole arrays.

The kinds are few, so that a language is a table with one spelling for each. Axes follow NumPy: shapes are
aligned at the right and an axis of size one is stretched.

    variable size number   leaves; `data` is the symbol, the dimension, the value
    zeros ones eye         constants of the node's shape
    add                    `data` holds a sign for each argument
    mul                    `data` is (coefficient, signs): sign -1 divides
    power                  elementwise, `data` is the exponent, positive
    call                   an operation's record in `data`
    matmul solve outer     as NumPy's, on vectors, matrices and stacks of matrices
    chol                   the Cholesky factor of a symmetric positive matrix, for those below alone
    chol_solve chol_inv chol_logdet    a linear system, the inverse, and the logarithm of the determinant by it
    slogdet item           sign and logarithm of a determinant; one of them, the second where `data` is True
    gram                   A.T @ (d[:, None]*A) of a matrix and weights that are not negative
    outers                 the sum of the outer products of vectors, each followed by the one it is multiplied with
    dot                    the sum of the elementwise product of two arrays
    tensordot              the last `data` axes of the one with the first of the other
    einsum                 a product of two arrays in the labels of `data`, where no matrix product applies
    sum                    over the axes in `data`, None for all
    trace                  of a matrix
    permute expand         views: the axes in the order of `data`; new axes where `data` is False
    reshape                to the node's shape, row-major
    diagonal               the labels of the axes in `data`, some repeated, each once in the result
    diag                   the matrix with this diagonal
    assemble               `data` is (based, diagonals, signs): zeros, or the first argument where it is based, and
                           each other argument added on a diagonal, which labels the axes, some repeated
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf, prod

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Rational, Shape, Symbol, ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.algebra.ops.record import Op

UNIT = dim(1)
VIEWS = frozenset(("permute", "expand"))
#: A product of a matrix and its transpose of so many columns is computed by half with profit.
HALVED = 256
#: More arguments than this are added or multiplied in several statements.
CHUNK = 16

Part = tuple["Code", int]  #: an argument of a product, and 1 to multiply or -1 to divide by it


class Code:
    """A node of array code; equal nodes of one `Codes` are the same object. `place` counts them."""

    __slots__ = ("args", "data", "kind", "place", "shape", "symmetric")

    kind: str
    args: tuple[Code, ...]
    data: Any  #: what the table above says
    shape: Shape
    place: int
    symmetric: bool  #: a matrix that is its own transpose

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        inside = ", ".join([*map(repr, self.args), *([] if self.data is None else [repr(self.data)])])
        return f"{self.kind}({inside})"


class Codes:
    """The nodes of one program, built by constructors that leave out what does nothing; `sizes` are those known."""

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.nodes: dict[tuple[object, ...], Code] = {}
        self.sizes = dict(sizes or {})

    def entries(self, shape: Shape) -> float:
        """How many entries an array has, as far as is known: infinitely many where nothing is."""
        names = {name for d in shape for name in d.names}
        return prod([d.at(self.sizes) for d in shape]) if names <= self.sizes.keys() else inf

    def make(self, kind: str, args: tuple[Code, ...] = (), data: Any = None, shape: Shape = ()) -> Code:
        """The node with these fields."""
        key = (kind, args, data, shape)
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = Code()
            node.kind, node.args, node.data, node.shape = kind, args, data, shape
            node.place = len(self.nodes)
            node.symmetric = kind == "eye"
        return node

    def again(self, node: Code, args: tuple[Code, ...]) -> Code:
        """The node with these arguments."""
        if args == node.args:
            return node
        made = self.make(node.kind, args, node.data, node.shape)
        made.symmetric = node.symmetric
        return made

    def variable(self, symbol: Symbol) -> Code:
        """A variable of the program."""
        return self.make("variable", (), symbol, symbol.shape)

    def number(self, value: Rational) -> Code:
        """An exact scalar."""
        return self.make("number", (), ratio(value))

    def size(self, d: Dim) -> Code:
        """A dimension as a scalar."""
        return self.make("size", (), d)

    def ones(self, shape: Shape) -> Code:
        """All ones; the scalar one where there are no axes."""
        return self.make("ones", (), None, shape) if shape else self.number(1)

    def call(self, op: Op, args: tuple[Code, ...], shape: Shape) -> Code:
        """An operation of the language."""
        return self.make("call", args, op, shape)

    def add(self, terms: Sequence[Part]) -> Code:
        """The signed sum: positive terms first, a number last.

        Where arrays of several sizes are added the small ones are added up first, and then onto a large one: NumPy
        writes that sum onto what it has just computed.
        """
        most = max((extent(code) for code, _ in terms), default=0)
        small = [term for term in terms if extent(term[0]) < most]
        large = [term for term in terms if extent(term[0]) == most]
        if len(small) > 1 and large and most > 1:
            terms = [*large, self.split(self.add(small))]
        if most > 1 and large and all(sign < 0 for _, sign in large) and large[0][0].kind == "outer":
            u, v = large[0][0].args
            minus = self.outer(self.mul(-1, [(u, 1)]), v)
            terms = [(minus, 1), *(term for term in terms if term is not large[0])]
        ordered = sorted(
            terms,
            key=lambda term: (-term[1], term[0].kind == "number", -extent(term[0]) if most > 1 else extent(term[0])),
        )
        first = ordered[:1]
        for start in range(1, max(len(ordered), 2), CHUNK):
            first = [(self._add(first + ordered[start : start + CHUNK]), 1)]
        return first[0][0]

    def _add(self, terms: list[Part]) -> Code:
        if len(terms) == 1:
            return terms[0][0] if terms[0][1] > 0 else self.negative(terms[0][0])
        args = tuple(code for code, _ in terms)
        return self.make("add", args, tuple(sign for _, sign in terms), broadcast(args))

    def negative(self, code: Code) -> Code:
        """Minus the node, by the signs that it holds already."""
        args, data = code.args, code.data
        if code.kind == "add":
            return self.add([(arg, -sign) for arg, sign in zip(args, data, strict=True)])
        if code.kind == "outer":
            return self.outer(self.negative(args[0]), args[1])
        if code.kind == "mul":
            return self.mul(-data[0], list(zip(args, data[1], strict=True)))
        if code.kind == "number":
            return self.number(-data)
        return self.mul(-1, [(code, 1)])

    def scaled(self, coefficient: Rational, code: Code) -> Code:
        """The multiple of the node, by the coefficient that a product has already."""
        if code.kind == "mul":
            return self.mul(coefficient * code.data[0], list(zip(code.args, code.data[1], strict=True)))
        return self.mul(coefficient, [(code, 1)])

    def split(self, code: Code) -> Part:
        """The node without a leading minus, and its sign."""
        lead = code.args[0] if code.kind == "outer" else code
        if (lead.kind == "mul" and lead.data[0] < 0) or (lead.kind == "number" and lead.data < 0):
            return self.negative(code), -1
        return code, 1

    def mul(self, coefficient: Rational, parts: Sequence[Part]) -> Code:
        """The product, small factors first, so that it costs as many large operations as it has large factors."""
        parts = [part for part in parts if part[0].kind != "number" or part[0].data != 1]
        ordered = sorted(parts, key=_weight)
        if not ordered:
            return self.number(coefficient)
        if coefficient == 1 and ordered[0][1] < 0:
            lead = next((part for part in ordered if part[1] > 0), None)
            if lead is not None:
                ordered.remove(lead)
                ordered.insert(0, lead)
        node: Code | None = None
        for start in range(0, len(ordered), CHUNK):
            node = self._mul(coefficient, ([(node, 1)] if node else []) + ordered[start : start + CHUNK])
            coefficient = 1
        assert node is not None
        return node

    def _mul(self, coefficient: Rational, parts: list[Part]) -> Code:
        if coefficient == 1 and len(parts) == 1 and parts[0][1] > 0:
            return parts[0][0]
        args = tuple(code for code, _ in parts)
        signs = tuple(-1 if sign < 0 else 1 for _, sign in parts)
        return self.make("mul", args, (ratio(coefficient), signs), broadcast(args))

    def power(self, code: Code, exponent: Rational) -> Code:
        """The positive elementwise power, by squares and roots: a general power costs thirty products."""
        if exponent == 1:
            return code
        if not code.rank or exponent in (2, Fraction(1, 2)) or exponent.denominator > 2:
            return self.make("power", (code,), exponent, code.shape)
        whole = int(exponent)
        if whole != exponent:
            return self.mul(1, [(self.power(code, whole), 1), (self.power(code, Fraction(1, 2)), 1)])
        if whole % 2:
            return self.mul(1, [(code, 1), (self.power(code, whole - 1), 1)])
        return self.power(self.power(code, whole // 2), 2)

    def permute(self, code: Code, order: tuple[int, ...]) -> Code:
        """Axis k of the result is axis `order[k]`."""
        if order == tuple(range(code.rank)) or code.symmetric:
            return code
        if code.kind == "permute":
            return self.permute(code.args[0], tuple(code.data[k] for k in order))
        if code.kind == "matmul" and code.rank == 2 and any(arg.kind == "permute" for arg in code.args):
            return self.matmul(*(self.permute(arg, order) for arg in reversed(code.args)))
        return self.make("permute", (code,), order, tuple(code.shape[k] for k in order))

    def expand(self, code: Code, pattern: tuple[bool, ...]) -> Code:
        """New axes where the pattern is False; those in front go without saying."""
        while pattern and not pattern[0]:
            pattern = pattern[1:]
        if all(pattern):
            return code
        old = iter(code.shape)
        return self.make("expand", (code,), pattern, tuple(next(old) if keep else UNIT for keep in pattern))

    def reshape(self, code: Code, shape: Shape) -> Code:
        """The same entries, row-major, in another shape."""
        if code.shape == shape:
            return code
        if code.kind == "reshape":
            return self.reshape(code.args[0], shape)
        return self.make("reshape", (code,), None, shape)

    def full(self, code: Code, shape: Shape) -> Code:
        """The array stretched to all of a shape."""
        if (UNIT,) * (len(shape) - code.rank) + code.shape == shape:
            return self.reshape(code, shape)
        return self.mul(1, [(code, 1), (self.ones(shape), 1)])

    def sum(self, code: Code, axes: tuple[int, ...]) -> Code:
        """The sum over some axes."""
        if not axes:
            return code
        if code.kind == "diagonal" and code.args[0].rank == 2:
            return self.make("trace", code.args)
        shape = tuple(d for k, d in enumerate(code.shape) if k not in axes)
        return self.make("sum", (code,), axes if shape else None, shape)

    def outer(self, u: Code, v: Code) -> Code:
        """All products of the entries of two vectors."""
        return self.make("outer", (u, v), None, (*u.shape, *v.shape))

    def dot(self, a: Code, b: Code) -> Code:
        """The sum of the elementwise product; transposing both changes nothing."""
        while a.kind == b.kind == "permute" and a.data == b.data:
            a, b = a.args[0], b.args[0]
        return self.make("dot", (a, b))

    def matmul(self, a: Code, b: Code) -> Code:
        """NumPy's matrix product; stacks of matrices have the same leading axes."""
        gram = self._gram(a, b) if a.rank == b.rank == 2 else None
        if gram is not None:
            return gram
        rows = a.shape[:-1]
        columns = b.shape[-1:] if b.rank > 1 else ()
        node = self.make("matmul", (a, b), None, (*rows, *columns))
        node.symmetric = a.rank == b.rank == 2 and self.permute(a, (1, 0)) is b
        return node

    def _gram(self, a: Code, b: Code) -> Code | None:
        """The product where it is `A.T @ (d[:, None]*A)` with weights that are not negative, else None."""
        for weighted, plain in ((b, self.permute(a, (1, 0))), (self.permute(a, (1, 0)), b)):
            if weighted.kind == "mul" and weighted.data[0] != 0:
                parts = list(zip(weighted.args, weighted.data[1], strict=True))
                weights = [(arg.args[0], s) for arg, s in parts if arg.kind == "expand" and arg.data == (True, False)]
                if len(weights) == len(parts) - 1 and (plain, 1) in parts:
                    break
        else:
            return None
        d = self.mul(1, weights)
        if not nonnegative(d):
            return None
        shape = plain.shape[1], plain.shape[1]
        if self.entries(shape[:1]) < HALVED:
            node = self.make("matmul", (self.permute(plain, (1, 0)), weighted), None, shape)
            node.symmetric = True
            return node
        node = self.make("gram", (plain, d), None, shape)
        node.symmetric = True
        return self.mul(weighted.data[0], [(node, 1)])


def nonnegative(root: Code) -> bool:
    """Whether no entry is known to be negative, by the signs of what it is made of."""
    known: dict[Code, bool] = {}
    for node in order([root]):
        args = [known[arg] for arg in node.args]
        match node.kind:
            case "number":
                known[node] = node.data >= 0
            case "variable":
                known[node] = "positive" in node.data.props
            case "size" | "ones" | "zeros" | "eye":
                known[node] = True
            case "power":
                known[node] = args[0] or node.data.numerator % 2 == 0
            case "add":
                known[node] = all(args) and all(sign > 0 for sign in node.data)
            case "mul":
                known[node] = node.data[0] >= 0 and all(args)
            case "call":
                traits = node.data.traits
                known[node] = bool(traits & {"positive", "nonnegative"}) or (
                    "nonnegative" in node.data.keeps and all(args)
                )
            case "permute" | "expand" | "reshape" | "sum" | "diagonal":
                known[node] = all(args)
            case _:
                known[node] = False
    return known[root]


def _weight(part: Part) -> tuple[int, int, int]:
    """Small factors go first, those that multiply before those that divide, then the older ones."""
    code, sign = part
    return extent(code), -sign, code.place


def extent(code: Code) -> int:
    """How many axes are not of size one."""
    return sum(d is not UNIT for d in code.shape)


def broadcast(args: Sequence[Code]) -> Shape:
    """The shape of an elementwise operation on these."""
    rank = max(code.rank for code in args)
    shape = [UNIT] * rank
    for code in args:
        for k, d in enumerate(code.shape, rank - code.rank):
            if d is not UNIT:
                assert shape[k] is UNIT or shape[k] is d, (shape, code.shape)
                shape[k] = d
    return tuple(shape)


def behind(code: Code) -> list[Code]:
    """The node and the nodes whose memory it may share, down to the one that made it."""
    found = [code]
    while code.kind in VIEWS or code.kind == "reshape":
        code = code.args[0]
        found.append(code)
    return found


def order(roots: Sequence[Code]) -> list[Code]:
    """Every node below the roots once, arguments first."""
    seen: set[Code] = set()
    found: list[Code] = []
    stack: list[tuple[Code, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            found.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args) if arg not in seen)
    return found
