"""Identities between functions, each a record with its statement, its reason and where it holds.

A rule looks at one node and answers a simpler one, or None. The statement is in the input language, so
that `mcalc rules` shows it and the tests check it as a theorem on random values. What follows from index
algebra alone (flattening, like terms, powers) is no rule: the normal form does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    ONE,
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Sum,
    Symbol,
    add,
    coefficient_of,
    contract,
    eye,
    number,
    ones,
    postorder,
    power,
    rebuild,
    scale,
    transpose,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied
from mcalc.algebra.traits import nonnegative


class Rule:
    """An identity: `heads` are the operations that it looks for, `statement` says what it does."""

    __slots__ = ("heads", "name", "rewrite", "statement", "when", "why")

    def __init__(
        self,
        name: str,
        heads: tuple[str, ...],
        statement: str,
        why: str,
        when: str,
        rewrite: Callable[[Expr], Expr | None],
    ) -> None:
        self.name, self.heads, self.statement = name, heads, statement
        self.why, self.when, self.rewrite = why, when, rewrite


RULES: list[Rule] = []
APPLIED: dict[str, list[Rule]] = {}  #: rules for the application of an operation, by its name
INSIDE: dict[str, list[Rule]] = {}  #: rules for a contraction that has such an application among its factors
AMONG: dict[str, list[Rule]] = {}  #: rules for a sum that has one among its terms


def _state(
    kind: dict[str, list[Rule]], name: str, heads: str, statement: str, why: str, when: str = ""
) -> Callable[[Callable[..., Expr | None]], Callable[..., Expr | None]]:
    def record(rewrite: Callable[..., Expr | None]) -> Callable[..., Expr | None]:
        rule = Rule(name, tuple(heads.split()), statement, why, when, rewrite)
        RULES.append(rule)
        for head in rule.heads:
            kind.setdefault(head, []).append(rule)
        return rewrite

    return record


def _of_operation(name: str, heads: str, statement: str, why: str, when: str = ""):  # type: ignore[no-untyped-def]
    return _state(APPLIED, name, heads, statement, why, when)


def _of_product(name: str, heads: str, statement: str, why: str, when: str = ""):  # type: ignore[no-untyped-def]
    return _state(INSIDE, name, heads, statement, why, when)


def _of_sum(name: str, heads: str, statement: str, why: str, when: str = ""):  # type: ignore[no-untyped-def]
    return _state(AMONG, name, heads, statement, why, when)


# ---------------------------------------------------------------- one operation on another


@_of_operation("inverse-of-inverse", "inv", "inv(inv(A)) = A", "Undoing what undoes A is A.")
def _inverse_of_inverse(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "inv" else None


@_of_operation("inverse-of-multiple", "inv", "inv(c*A) = inv(A)/c", "A scalar leaves an inverse as its reciprocal.")
def _inverse_of_multiple(node: Apply) -> Expr | None:
    scalar, matrix = _split_scalars(node.args[0])
    return None if scalar is ONE else node.op(matrix) / scalar


@_of_operation("inverse-of-diagonal", "inv", "inv(diag(x)) = diag(1 ./ x)", "A diagonal matrix is inverted entry by entry.")
def _inverse_of_diagonal(node: Apply) -> Expr | None:
    arg = node.args[0]
    if isinstance(arg, Contract) and arg.out == ((0,), (0,)) and len(arg.sizes) == 1:
        return contract([(b, -e, axes) for b, e, axes in arg.factors], arg.out, {0: arg.sizes[0]})
    return None


@_of_operation("orthogonal-inverse", "inv", "inv(Q) = Q.T", "Qᵀ Q = I says that the transpose is the inverse.", "Q orthogonal")
def _orthogonal_inverse(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.T if isinstance(arg, Symbol) and "orthogonal" in arg.props else None


@_of_operation("log-of-exp", "log", "log(exp(x)) = x", "The logarithm undoes the exponential.")
def _log_of_exp(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "exp" else None


@_of_operation("exp-of-log", "exp", "exp(log(x)) = x", "The exponential undoes the logarithm.", "x positive")
def _exp_of_log(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "log" else None


@_of_operation("logsumexp", "log", "log(sum(exp(x))) = logsumexp(x)", "This is what logsumexp means; as one function it does not overflow.")
def _logsumexp(node: Apply) -> Expr | None:
    return _exp_summed(node.args[0], "logsumexp")


@_of_operation("softplus", "log", "log(1 + exp(x)) = softplus(x)", "This is what softplus means; as one function it does not overflow.")
def _softplus(node: Apply) -> Expr | None:
    inner = _one_plus_exp(node.args[0])
    return None if inner is None else OPS["softplus"](inner)


@_of_operation("abs-of-nonnegative", "abs relu", "abs(exp(x)) = exp(x)", "What is not negative is its own absolute value.", "the argument at least 0")
def _abs_of_nonnegative(node: Apply) -> Expr | None:
    return node.args[0] if nonnegative(node.args[0]) else None


AT_ZERO = {"exp": 1, "cos": 1, "cosh": 1, "sin": 0, "tan": 0, "tanh": 0, "sinh": 0, "atan": 0, "asin": 0, "expm1": 0, "log1p": 0, "relu": 0, "sign": 0, "abs": 0}  # fmt: skip


@_of_operation("value-at-zero", " ".join(AT_ZERO), "exp(0*x) = ones(n)", "A known value.")
def _value_at_zero(node: Apply) -> Expr | None:
    arg = node.args[0]
    if (isinstance(arg, Number) and arg.value == 0) or (isinstance(arg, Sum) and not arg.terms):
        return ones(node.shape) * AT_ZERO[node.op.name]
    return None


ODD, EVEN = ("sin", "tan", "asin", "atan", "sinh", "tanh", "sign", "erf"), ("cos", "cosh", "abs")


@_of_operation("odd-or-even", " ".join((*ODD, *EVEN)), "sin(-x) = -sin(x)", "The function is odd: the sign comes out. Of an even one it disappears.")
def _odd_or_even(node: Apply) -> Expr | None:
    c, inner = coefficient_of(node.args[0])
    if c >= 0 or inner is ONE:
        return None
    found = node.op(scale(-c, inner))
    return found if node.op.name in EVEN else -found


@_of_operation("frechet-commuting", "expm_frechet", "expm_frechet(c*A, A) = A@expm(c*A)", "Where the direction commutes with the matrix, the exponential differentiates as a scalar's does.")
def _frechet_commuting(node: Apply) -> Expr | None:
    matrix, direction = node.args
    (a, m), (b, e) = _split_scalars(matrix), _split_scalars(direction)
    del a
    if direction.rank == 2 and (e is m or e is eye(e.shape[0])):
        return (e @ OPS["expm"](matrix)) * b
    return None


# ---------------------------------------------------------------- factors that meet in a product


@_of_product("inverse-cancels", "inv", "inv(A)@A@x = x", "A⁻¹ A = I, also where A is a product standing there factor by factor.")
def _inverse_cancels(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "inv" or exponent != 1 or len(axes) != 2 or not isinstance(base, Apply):
            continue
        sides = [(axes[1], axes[0], 0)] if base.symmetric else [(axes[1], axes[0], 0), (axes[0], axes[1], 1)]
        if base.symmetric:
            sides.append((axes[0], axes[1], 0))
        for near, far, row in sides:
            found = _cancel(node, k, base.args[0], near, far, row)
            if found is not None:
                return found
    return None


def _cancel(node: Contract, k: int, matrix: Expr, near: Group, far: Group, row: int) -> Expr | None:
    """Cancel inv(matrix) against the matrix, or against the square factors that it ends with, at the label `near`."""
    if near in node.out or near == far:
        return None
    inner = matrix if isinstance(matrix, Contract) else None
    factors, out = (inner.factors, inner.out) if inner else (((matrix, 1, ((0,), (1,))),), ((0,), (1,)))
    sizes = _shown(node)
    whole = _embed(node, k, factors, {out[row][0]: near[0]}, out[1 - row][0])
    if whole is not None:
        used, end = whole
        rest = [f for j, f in enumerate(node.factors) if j != k and j not in used]
        swap = {far[0]: end}
        return contract(
            [(b, e, _relabel(a, swap)) for b, e, a in rest], _relabel(node.out, swap), _shown(node, swap)
        )
    if inner is None:
        return None
    for p, (base, exponent, axes) in enumerate(factors):
        square = exponent == 1 and len(axes) == 2 and base.shape[0] is base.shape[1]
        if not square or out[row] not in axes or sum(out[row] in a for _, _, a in factors) != 1:
            continue
        side = axes.index(out[row])
        inside = axes[1 - side]
        if inside in out or sum(g == inside for _, _, a in factors for g in a) != 2:
            continue
        one = _embed(node, k, ((base, 1, axes),), {out[row][0]: near[0]}, inside[0])
        if one is None:
            continue
        used, end = one
        short_out = (inside, out[1]) if row == 0 else (out[0], inside)
        shorter = contract([f for j, f in enumerate(factors) if j != p], short_out)
        rest = [f for j, f in enumerate(node.factors) if j != k and j not in used]
        labels = (far, (end,)) if row == 0 else ((end,), far)
        return contract([*rest, (OPS["inv"](shorter), 1, labels)], node.out, sizes)
    return None


def _shown(node: Contract, swap: dict[int, int] | None = None) -> dict[int, Dim]:
    """The sizes of the labels that the result shows: of the others, each is held by some factor."""
    return {(swap or {}).get(x, x): node.sizes[x] for group in node.out for x in group}


def _relabel(axes: tuple[Group, ...], swap: dict[int, int]) -> tuple[Group, ...]:
    return tuple(tuple(swap.get(x, x) for x in g) for g in axes)


def _embed(
    node: Contract, skip: int, pattern: tuple[Factor, ...], start: dict[int, int], end: int
) -> tuple[set[int], int] | None:
    """Find the pattern's factors among the node's, from a label on; the labels inside must be private to them.

    Returns the places of the factors and the label that the pattern's label `end` has become.
    """
    found = dict(start)
    used: set[int] = set()
    left = list(pattern)
    while left:
        for factor in left:
            base, exponent, axes = factor
            if any(len(g) != 1 for g in axes):
                return None
            known = [g[0] in found for g in axes]
            if not any(known):
                continue
            match = _match_factor(node, skip, used, base, exponent, [found.get(g[0]) for g in axes])
            if match is None:
                return None
            place, labels = match
            used.add(place)
            for g, x in zip(axes, labels, strict=True):
                found[g[0]] = x
            left.remove(factor)
            break
        else:
            return None
    shown = {x for g in node.out for x in g}
    for mine, theirs in found.items():
        if mine == end or (end < 0 and mine in start):
            continue
        outside = [j for j, (_, _, a) in enumerate(node.factors) if j not in used and j != skip and any(theirs in g for g in a)]
        if outside or theirs in shown:
            return None
    return (used, found.get(end, -1)) if len(set(found.values())) == len(found) else None


def _match_factor(
    node: Contract, skip: int, used: set[int], base: Expr, exponent: object, want: list[int | None]
) -> tuple[int, list[int]] | None:
    for j, (b, e, axes) in enumerate(node.factors):
        if j == skip or j in used or b is not base or e != exponent or any(len(g) != 1 for g in axes):
            continue
        ways = [[g[0] for g in axes]]
        if b.symmetric:
            ways.append(ways[0][::-1])
        for labels in ways:
            if all(w is None or w == x for w, x in zip(want, labels, strict=True)):
                return j, labels
    return None


@_of_product("orthogonal-cancels", "", "Q.T@Q@x = x", "The columns of Q are orthonormal.", "Q orthogonal")
def _orthogonal_cancels(node: Contract) -> Expr | None:
    shown = {x for g in node.out for x in g}
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not (isinstance(base, Symbol) and "orthogonal" in base.props and exponent == 1):
            continue
        for j in range(k + 1, len(node.factors)):
            other, e, ways = node.factors[j]
            for side in (0, 1):
                if other is base and e == 1 and ways[side] == axes[side] and axes[side][0] not in shown:
                    rest = [f for i, f in enumerate(node.factors) if i not in (j, k)]
                    if any(axes[side] in a for _, _, a in rest):
                        continue
                    swap = {axes[1 - side][0]: ways[1 - side][0]}
                    return contract(
                        [(b, p, _relabel(a, swap)) for b, p, a in rest], _relabel(node.out, swap), _shown(node, swap)
                    )
    return None


@_of_product("sigmoid", "exp sum", "exp(x)./(1 + exp(x)) = sigmoid(x)", "This is what the sigmoid means; as one function it does not overflow.")
def _sigmoid(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        inner = _one_plus_exp(base) if exponent < 0 else None
        if inner is None:
            continue
        sigmoid = OPS["sigmoid"]
        for j, (b, e, a) in enumerate(node.factors):
            here = _along(b, a, axes)
            if here is not None and e > 0 and _argument(here, "exp") is inner:
                return _replace(node, {k: exponent + 1, j: e - 1}, [(sigmoid(inner), 1, axes)])
        return _replace(node, {k: exponent + 1}, [(sigmoid(-inner), 1, axes)])
    return None


@_of_product("softmax", "exp", "exp(x)/sum(exp(x)) = softmax(x)", "This is what the softmax means; as one function it does not overflow.")
def _softmax(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if exponent >= 0 or not isinstance(base, Contract) or len(base.factors) != 1:
            continue
        (power_, e, inside) = base.factors[0]
        if applied(power_) != "exp" or e != 1 or not isinstance(power_, Apply):
            continue
        for j, (b, e, a) in enumerate(node.factors):
            if b is not power_ or e <= 0:
                continue
            soft = _exp_shared(power_, base, inside, axes, a)
            if soft is not None:
                return _replace(node, {k: exponent + 1, j: e - 1}, [(soft, 1, a)])
    return None


def _exp_shared(power_: Apply, total: Contract, inside: tuple[Group, ...], at: tuple[Group, ...], axes: tuple[Group, ...]) -> Expr | None:
    """softmax of the exponent along the axis that the total sums, where the total stands at the other axis."""
    softmax, exponent = OPS["softmax"], power_.args[0]
    if power_.rank == 1:
        return softmax(exponent) if not total.out else None
    if power_.rank == 2 and len(total.out) == 1:
        kept = inside.index(total.out[0])
        return softmax(exponent, axis=1 - kept) if axes[kept] == at[0] else None
    return None


@_of_product("softmax-sums-to-one", "softmax", "sum(softmax(x)) = 1", "The shares add up to the whole.")
def _softmax_sums(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "softmax" or exponent != 1:
            continue
        held = [x for group in node.out for x in group] + [x for _, _, a in node.factors for g in a for x in g]
        if len(axes[-1]) == 1 and held.count(axes[-1][0]) == 1:
            rest = [f for j, f in enumerate(node.factors) if j != k]
            return contract(rest, node.out, _shown(node))
    return None


@_of_product("tanh", "sum", "(exp(x) - exp(-x))./(exp(x) + exp(-x)) = tanh(x)", "This is what tanh means; as one function it does not overflow.")
def _tanh(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        inner = _exp_pair(base, 1) if exponent < 0 else None
        if inner is None:
            continue
        for j, (b, e, a) in enumerate(node.factors):
            if e > 0 and (b := _along(b, a, axes)) is not None:
                for x in inner:
                    if _exp_pair(b, -1, x):
                        return _replace(node, {k: exponent + 1, j: e - 1}, [(OPS["tanh"](x), 1, axes)])
    return None


@_of_product("relu-step", "step", "relu(x).*step(x) = relu(x)", "Where the step is 0, so is the ramp.")
def _relu_step(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "step" or not isinstance(base, Apply):
            continue
        if exponent > 1:
            return _replace(node, {k: 1}, [])
        for b, e, a in node.factors:
            if applied(b) == "relu" and isinstance(b, Apply) and b.args[0] is base.args[0] and a == axes and e > 0:
                return _replace(node, {k: 0}, [])
    return None


@_of_product("abs-sign", "abs", "abs(x).*sign(x) = x", "A number is its size times its sign.")
def _abs_sign(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "abs" or not isinstance(base, Apply):
            continue
        if exponent >= 2 and isinstance(exponent, int):
            return _replace(node, {k: exponent - 2}, [(base.args[0], 2, axes)])
        for j, (b, e, a) in enumerate(node.factors):
            if applied(b) == "sign" and isinstance(b, Apply) and b.args[0] is base.args[0] and a == axes and e > 0:
                step = 1 if exponent > 0 else -1
                return _replace(node, {k: exponent - step, j: e - 1}, [(base.args[0], step, axes)])
    return None


@_of_product("power-cancels", "product", "(A@x).*y./(A@x).^2 = y./(A@x)", "Exponents of equal factors add, also where one stands there factor by factor.")
def _power_cancels(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Contract) or exponent >= 0 or any(len(g) != 1 for g in (*axes, *base.out)):
            continue
        start = {inside[0]: label[0] for inside, label in zip(base.out, axes, strict=True)}
        found = _embed(node, k, base.factors, start, -1) if len(start) == len(axes) else None
        if found is not None:
            rest = [f for j, f in enumerate(node.factors) if j != k and j not in found[0]]
            return contract([*rest, (base, exponent + 1, axes)], node.out, _shown(node))
    return None


@_of_product("exp-sigmoid", "exp", "exp(x).*sigmoid(-x) = sigmoid(x)", "Multiply 1/(1 + eˣ) by eˣ.")
def _exp_sigmoid(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Apply) or base.op.name != "exp" or exponent <= 0:
            continue
        other = OPS["sigmoid"](-base.args[0])
        for j, (b, e, a) in enumerate(node.factors):
            if _along(b, a, axes) is other and e > 0:
                return _replace(node, {k: exponent - 1, j: e - 1}, [(OPS["sigmoid"](base.args[0]), 1, axes)])
    return None


# ---------------------------------------------------------------- terms that meet in a sum


@_of_sum("sigmoid-complement", "sigmoid", "1 - sigmoid(-x) = sigmoid(x)", "The two values of a logistic variable add up to 1.")
def _sigmoid_complement(node: Sum) -> Expr | None:
    unit = ONE if not node.rank else ones(node.shape)
    constant = dict((n, c) for c, n in node.terms).get(unit)
    for c, n in node.terms:
        arg = _argument(n, "sigmoid")
        if constant == -c and arg is not None and coefficient_of(arg)[0] < 0:
            rest = [(k, m) for k, m in node.terms if m is not n and m is not unit]
            return add([*rest, (-c, OPS["sigmoid"](-arg))], node.shape)
    return None


# ---------------------------------------------------------------- helpers


def _along(base: Expr, have: tuple[Group, ...], want: tuple[Group, ...]) -> Expr | None:
    """The factor as it stands along these axes: itself, its transpose, or None where it stands elsewhere."""
    if have == want:
        return base
    return transpose(base) if len(have) == 2 and have == want[::-1] else None


def _replace(node: Contract, exponents: dict[int, object], more: list[Factor]) -> Expr:
    """The contraction with other exponents on some factors (0 removes one), and more factors."""
    kept: list[Factor] = [
        (b, exponents.get(k, e), axes)  # type: ignore[misc]
        for k, (b, e, axes) in enumerate(node.factors)
        if exponents.get(k, e) != 0
    ]
    return contract([*kept, *more], node.out, _shown(node))


def _split_scalars(node: Expr) -> tuple[Expr, Expr]:
    """A matrix as a scalar times another."""
    c, inner = coefficient_of(node)
    scalar = number(c)
    if isinstance(inner, Contract) and inner.rank:
        scalars = [f for f in inner.factors if not f[2]]
        if scalars:
            scalar = scalar * contract(scalars, ())
            inner = contract([f for f in inner.factors if f[2]], inner.out, dict(enumerate(inner.sizes)))
    return scalar, inner


def _one_plus_exp(node: Expr) -> Expr | None:
    """x, where the node is 1 + exp(x)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return None
    unit = ONE if not node.rank else ones(node.shape)
    (a, m), (b, n) = node.terms
    if n is unit:
        (a, m), (b, n) = (b, n), (a, m)
    return _argument(n, "exp") if m is unit and a == b == 1 else None


def _argument(node: Expr, name: str) -> Expr | None:
    """x, where the node applies the named function of entries to x, upright or transposed."""
    if isinstance(node, Apply) and node.op.name == name:
        return node.args[0]
    if node.rank == 2 and isinstance(node, Contract) and len(node.factors) == 1:
        inner = transpose(node)
        return transpose(inner.args[0]) if isinstance(inner, Apply) and inner.op.name == name else None
    return None


def _exp_pair(node: Expr, sign: int, wanted: Expr | None = None) -> tuple[Expr, ...]:
    """x and -x, where the node is exp(x) + sign·exp(-x) (for -1: x alone, and only the wanted one)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return ()
    (a, m), (b, n) = node.terms
    x, y = _argument(m, "exp"), _argument(n, "exp")
    if x is None or y is None or x is not -y or (a, b) not in ((1, sign), (sign, 1)):
        return ()
    if sign > 0:
        return x, y
    return (x,) if (x if a == 1 else y) is wanted else ()


def _exp_summed(node: Expr, name: str) -> Expr | None:
    """The named function of x, where the node is the sum of exp(x), all of it or along one axis."""
    if not isinstance(node, Contract) or len(node.factors) != 1:
        return None
    base, exponent, axes = node.factors[0]
    if not isinstance(base, Apply) or base.op.name != "exp" or exponent != 1 or len(set(axes)) != len(axes):
        return None
    if not node.out and base.rank == 1:
        return OPS[name](base.args[0])
    if base.rank == 2 and len(node.out) == 1 and len(node.sizes) == 2:
        return OPS[name](base.args[0], axis=1 - axes.index(node.out[0]))
    return None


def rules_for(node: Expr) -> Iterator[Rule]:
    """The rules that may apply to a node."""
    match node:
        case Apply(op):
            yield from APPLIED.get(op.name, ())
        case Contract(factors):
            yield from dict.fromkeys(rule for b, _, _ in factors for rule in INSIDE.get(_head(b), ()))
        case Sum(terms):
            yield from dict.fromkeys(rule for _, n in terms for rule in AMONG.get(_head(n), ()))


def _head(base: Expr) -> str:
    if isinstance(base, Apply):
        return base.op.name
    if isinstance(base, Sum):
        return "sum"
    if isinstance(base, Contract):
        return "product"
    return "orthogonal" if isinstance(base, Symbol) and "orthogonal" in base.props else ""


INSIDE["orthogonal"] = INSIDE.pop("", [])


Observer = Callable[[Rule, Expr, Expr], None]

#: Rules make nodes that others apply to, so passes are repeated; no expression seen has needed half of these.
MOST_PASSES = 12


def simplify(root: Expr, observe: Observer | None = None) -> Expr:
    """The expression with every rule applied until none applies any more.

    `observe` is called with each rule that fires and the nodes before and after: the one place where a
    rule fires has one observer.
    """
    for _ in range(MOST_PASSES):
        done: dict[Expr, Expr] = {}
        for node in postorder(root):
            done[node] = settle(rebuild(node, done.__getitem__), observe)
        if done[root] is root:
            break
        root = done[root]
    return root


def settle(node: Expr, observe: Observer | None = None) -> Expr:
    """The node with rules applied to it and to its terms, its children being simple already."""
    if isinstance(node, Sum):
        node = add([(c, settle(n, observe) if isinstance(n, Contract) else n) for c, n in node.terms], node.shape)
    for _ in range(100):
        for rule in rules_for(node):
            after = rule.rewrite(node)
            if after is not None and after is not node:
                if observe is not None:
                    observe(rule, node, after)
                node = after
                break
        else:
            break
    return node


__all__ = ["RULES", "Rule", "add", "power", "simplify"]
