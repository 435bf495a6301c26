"""Pieces of notation: a matrix expression as surface syntax, upright and transposed, with its weight.

Every piece keeps both orientations, each in its lightest spelling, so that a transpose is pushed inwards
or left outside by what is lighter and never decided twice. A vector is a column; its transpose is a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcalc.algebra.expr import Contract, Expr, transpose
from mcalc.language.syntax import Call, Matmul, Name, Num, Open, Power, Product, Syntax, Terms, Transpose

#: What a reader pays for. Names, numbers and calls weigh most; the rest decides between equals.
TOKEN, TURN, BRACKETS, SIGN = 1000, 30, 12, 2
#: Each sum inside a sum, for having to be read from the inside.
NEST = 250

#: How tightly a spelling holds together.
SUM, PRODUCT, CHAIN, POWER, POSTFIX, ATOM = range(6)


class Form:
    """A spelling: syntax, how tightly it binds, what it weighs.

    `depth` counts sums inside sums; `links` are the weights of a chain's factors.
    """

    __slots__ = ("depth", "level", "links", "syntax", "weight")

    def __init__(self, syntax: Syntax, level: int, weight: int, depth: int = 0, links: Sequence[int] = ()) -> None:
        self.syntax, self.level, self.weight, self.depth, self.links = syntax, level, weight, depth, links

    def inside(self, need: int) -> int:
        """The weight where the surroundings bind at level `need`."""
        return self.weight + (BRACKETS if self.level < need else 0)


def parts(node: Expr) -> frozenset[Expr]:
    """The factors of a product."""
    return frozenset(b for b, _, axes in node.factors if axes) if isinstance(node, Contract) else frozenset()


class Piece:
    """A value of at most two axes in both orientations.

    It is the piece of a `node`, or one that `make` makes of others; of what comes from neither the value is not known.
    What it is worth is worked out only where something the user named has the same parts.
    """

    __slots__ = ("_made", "_parts", "make", "node", "of", "plain", "turned")

    def __init__(
        self,
        plain: Form,
        turned: Form,
        node: Expr | None = None,
        of: Sequence[Piece] = (),
        make: Callable[..., Expr] | None = None,
    ) -> None:
        self.plain, self.turned, self.node, self.of, self.make = plain, turned, node, of, make
        self._made: Expr | None = None
        self._parts: frozenset[Expr] | None = None

    @property
    def parts(self) -> frozenset[Expr]:
        """The factors that it is made of."""
        if self._parts is None:
            if self.node is not None:
                self._parts = parts(self.node) or frozenset((self.node,))
            else:
                self._parts = frozenset[Expr]().union(*[piece.parts for piece in self.of])
        return self._parts

    @property
    def T(self) -> Piece:  # noqa: N802 (NumPy's name)
        """The transpose."""
        return Piece(self.turned, self.plain, None, (self,), transpose)

    @property
    def value(self) -> Expr | None:
        """The expression, where it is known."""
        if self.node is None and self._made is None and self.make is not None:
            known = [piece.value for piece in self.of]
            if all(value is not None for value in known):
                self._made = self.make(*known)
        return self.node or self._made

    @property
    def places(self) -> tuple[int, ...]:
        """Where the variables of the piece first stand in the input."""
        return tuple(sorted({s.place for part in self.parts for s in part.free}))

    def made(self, of: Sequence[Piece], make: Callable[..., Expr]) -> Piece:
        """The piece, as made of others by `make`."""
        return Piece(self.plain, self.turned, None, of, make)


def lighter(first: Form, *others: Form) -> Form:
    """The lightest; the first of equals."""
    for form in others:
        if form.weight < first.weight:
            first = form
    return first


def turn(form: Form) -> Form:
    """The spelling with a transpose around it."""
    if isinstance(form.syntax, Transpose):
        inner = form.syntax.arg
        return Form(inner, level_of(inner), _turned_weight(form), form.depth)
    return Form(Transpose(form.syntax), POSTFIX, _turned_weight(form), form.depth)


def _turned_weight(form: Form) -> int:
    return form.weight - TURN if isinstance(form.syntax, Transpose) else form.inside(POSTFIX) + TURN


def level_of(syntax: Syntax) -> int:
    """How tightly a piece of syntax binds."""
    match syntax:
        case Terms():
            return SUM
        case Product():
            return PRODUCT
        case Matmul():
            return CHAIN
        case Power():
            return POWER
        case Transpose():
            return POSTFIX
    return ATOM


def upright(plain: Form, symmetric: bool = False) -> Piece:
    """The piece with this spelling; a symmetric matrix or a scalar is its own transpose."""
    return Piece(plain, plain if symmetric else turn(plain))


def name(text: str) -> Form:
    """A name."""
    return Form(Name(text), ATOM, TOKEN)


def numeral(value: int) -> Form:
    """A natural number."""
    return Form(Num(str(value)), ATOM, TOKEN)


def call(function: str, args: Sequence[Form], axis: int | None = None) -> Form:
    """A call of a function."""
    options = (("axis", Num(str(axis))),) if axis is not None else ()
    weight = TOKEN + sum(a.weight for a in args) + 2 * TOKEN * len(options)
    weight += sum(isinstance(a.syntax, Transpose) for a in args)  # inv(A).T before inv(A.T)
    return Form(Call(function, tuple(a.syntax for a in args), options), ATOM, weight)


def differential(args: Sequence[Form]) -> Form:
    """The differential of one form, still to be worked out."""
    (arg,) = args
    return Form(Open(arg.syntax), ATOM, TOKEN + arg.weight + isinstance(arg.syntax, Transpose))


def balanced(plain: Form, turned: Form, of: Sequence[Piece] = (), make: Callable[..., Expr] | None = None) -> Piece:
    """A piece from two spellings, each replaced by the transpose of the other where that is lighter."""
    return Piece(
        turn(turned) if _turned_weight(turned) < plain.weight else plain,
        turn(plain) if _turned_weight(plain) < turned.weight else turned,
        None,
        of,
        make,
    )


# ---------------------------------------------------------------- products


def chain(pieces: Sequence[Piece], make: Callable[..., Expr] | None = None) -> Piece:
    """The matrix product of pieces, repeated factors as powers; `make` makes its value of theirs."""
    if len(pieces) == 1:
        return pieces[0]
    turned = [p.turned for p in reversed(pieces)]
    return balanced(row_of([p.plain for p in pieces]), row_of(turned), pieces, make)


def row_of(forms: Sequence[Form]) -> Form:
    """Forms one after the other, multiplied."""
    items: list[tuple[Syntax, int]] = []
    depth = 0
    for form in forms:
        depth = max(depth, form.depth)
        if isinstance(form.syntax, Matmul):
            items += zip(form.syntax.items, form.links, strict=True)
        else:
            # Inside a chain b.T@A.T reads better than (A@b).T.
            aside = TURN if isinstance(form.syntax, Transpose) and isinstance(form.syntax.arg, Matmul) else 0
            items.append((form.syntax, form.inside(CHAIN) + aside))
    items = _powers(_blocks(items))
    weights = [w for _, w in items]
    if len(items) == 1:
        syntax = items[0][0]
        return Form(syntax, level_of(syntax), weights[0], depth)
    return Form(Matmul(tuple([s for s, _ in items])), CHAIN, sum(weights), depth, weights)


def _blocks(items: list[tuple[Syntax, int]]) -> list[tuple[Syntax, int]]:
    """A column of ones times a row of ones as a matrix of ones."""
    found: list[tuple[Syntax, int]] = []
    for syntax, weight in items:
        if isinstance(syntax, Transpose) and found and isinstance(found[-1][0], Call):
            match found[-1][0], syntax:
                case Call("ones", (rows,)), Transpose(Call("ones", (columns,))):
                    found[-1] = Call("ones", (rows, columns)), found[-1][1] + weight - TOKEN - TURN
                    continue
        found.append((syntax, weight))
    return found


def _powers(items: list[tuple[Syntax, int]]) -> list[tuple[Syntax, int]]:
    """Runs of an equal factor as a power; a chain that is one block repeated as a power of the block."""
    if len(items) < 4 and not _repeat(items):
        return items
    merged: list[tuple[Syntax, int, int]] = []
    for syntax, weight in items:
        base, exponent = syntax, 1
        if isinstance(syntax, Power) and isinstance(syntax.exponent, Num) and not syntax.elementwise:
            base, exponent = syntax.base, int(syntax.exponent.text)
            weight -= TOKEN
        if merged and merged[-1][0] == base:
            merged[-1] = (base, merged[-1][1] + exponent, min(weight, merged[-1][2]))
        else:
            merged.append((base, exponent, weight))
    found = [
        (_power(b, e), w + TOKEN + (BRACKETS if level_of(b) < ATOM else 0)) if e > 1 else (b, w) for b, e, w in merged
    ]
    for period in range(2, len(found) // 2 + 1):
        if found[0] != found[period]:
            continue
        times, rest = divmod(len(found), period)
        if not rest and found == found[:period] * times:
            block = Matmul(tuple(s for s, _ in found[:period]))
            return [(_power(block, times), sum(w for _, w in found[:period]) + TOKEN + BRACKETS)]
    return found


def _repeat(items: list[tuple[Syntax, int]]) -> bool:
    """Whether there is a power, or two equal factors stand side by side."""
    before: Syntax | None = None
    for syntax, _ in items:
        if isinstance(syntax, Power) or syntax == before:
            return True
        before = syntax
    return False


def _power(base: Syntax, exponent: int) -> Syntax:
    return Power(base, Num(str(exponent)))


def quotient(over: Sequence[tuple[Form, str]], under: Sequence[Form], dot: str = "") -> Form:
    """A loose product: forms, each with the operator before it (the first is ignored), divided by others.

    `dot` is "." where the quotient is elementwise.
    """
    items: list[Syntax] = []
    operators: list[str] = []
    weight = depth = 0
    for form, operator in over:
        if items:
            operators.append(operator)
        depth = max(depth, form.depth)
        if isinstance(form.syntax, Product):
            items += form.syntax.items
            operators += form.syntax.operators
            weight += form.weight
        else:
            items.append(form.syntax)
            weight += form.inside(PRODUCT + 1)
    if not items:
        items.append(Num("1"))
        weight += TOKEN
    if under:
        bottom = under[0] if len(under) == 1 else quotient([(f, dot + "*") for f in under], ())
        operators.append(dot + "/")
        items.append(bottom.syntax)
        weight += bottom.inside(CHAIN) + 1
        depth = max(depth, bottom.depth)
    if len(items) == 1:
        return Form(items[0], level_of(items[0]), weight, depth)
    return Form(Product(tuple(items), tuple(operators)), PRODUCT, weight + len(operators), depth)


def hadamard(over: Sequence[Piece], under: Sequence[Piece]) -> Piece:
    """The elementwise product of pieces divided by others; nothing over a bar is 1."""
    if len(over) == 1 and not under:
        return over[0]
    plain = quotient([(f, ".*") for f in _repeated([p.plain for p in over])], _repeated([p.plain for p in under]), ".")
    turned = quotient(
        [(f, ".*") for f in _repeated([p.turned for p in over])], _repeated([p.turned for p in under]), "."
    )
    return balanced(plain, turned)


def _repeated(forms: Sequence[Form]) -> list[Form]:
    """The factors of an elementwise product, those that are equal as a power."""
    if len(forms) < 2:
        return list(forms)
    count: dict[Syntax, int] = {}
    for form in forms:
        count[form.syntax] = count.get(form.syntax, 0) + 1
    first = {form.syntax: form for form in reversed(forms)}
    return [first[s] if times == 1 else raised(first[s], numeral(times), True) for s, times in count.items()]


def raised(form: Form, exponent: Form, elementwise: bool) -> Form:
    """A power."""
    weight = form.inside(ATOM) + exponent.inside(ATOM)
    return Form(Power(form.syntax, exponent.syntax, elementwise), POWER, weight, form.depth)


# ---------------------------------------------------------------- sums


def terms(parts: Sequence[tuple[int, Form]]) -> Form:
    """A sum of forms with signs."""
    if len(parts) == 1 and parts[0][0] > 0:
        return parts[0][1]
    depth = 1 + max(form.depth for _, form in parts)
    weight = NEST * (depth - 1)
    items: list[Syntax] = []
    signs: list[str] = []
    for k, (sign, form) in enumerate(parts):
        items.append(form.syntax)
        signs.append("+" if sign > 0 else "-")
        weight += form.inside(PRODUCT) + (SIGN if sign < 0 and k == 0 else 0)
    return Form(Terms(tuple(items), tuple(signs)), SUM, weight, depth)
