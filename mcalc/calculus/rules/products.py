"""Factors that meet in a product."""

from __future__ import annotations

from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Group,
    contract,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied
from mcalc.algebra.traits import nonnegative
from mcalc.calculus.rules.patterns import (
    along,
    argument,
    exp_pair,
    is_factor,
    joins,
    one_plus_exp,
    replace,
    sizes_of,
)
from mcalc.calculus.rules.rule import of_product


@of_product(
    "sigmoid",
    "exp sum",
    "exp(x)./(1 + exp(x)) = sigmoid(x)",
    "This is what the sigmoid means; as one function it does not overflow.",
)
def _sigmoid(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        inner = one_plus_exp(base) if exponent < 0 else None
        if inner is None:
            continue
        sigmoid = OPS["sigmoid"]
        for j, (b, e, a) in enumerate(node.factors):
            here = along(b, a, axes)
            if here is not None and e > 0 and argument(here, "exp") is inner:
                return replace(node, {k: exponent + 1, j: e - 1}, [(sigmoid(inner), 1, axes)])
        return replace(node, {k: exponent + 1}, [(sigmoid(-inner), 1, axes)])
    return None


@of_product(
    "softmax",
    "exp",
    "exp(x)/sum(exp(x)) = softmax(x)",
    "This is what the softmax means; as one function it does not overflow.",
)
def _softmax(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Contract) or len(base.factors) != 1:
            continue
        step = 1 if exponent > 0 else -1
        exponential, e, inside = base.factors[0]
        if applied(exponential) != "exp" or e != 1 or not isinstance(exponential, Apply):
            continue
        for j, (b, e, a) in enumerate(node.factors):
            if b is not exponential or e * step >= 0:
                continue
            soft = _exp_shared(exponential, base, inside, axes, a)
            if soft is not None:
                return replace(node, {k: exponent - step, j: e + step}, [(soft, -step, a)])
    return None


def _exp_shared(
    exponential: Apply, total: Contract, inside: tuple[Group, ...], at: tuple[Group, ...], axes: tuple[Group, ...]
) -> Expr | None:
    """softmax of the exponent along the axis that the total sums, where the total stands at the other axis."""
    softmax, exponent = OPS["softmax"], exponential.args[0]
    if exponential.rank == 1:
        return softmax(exponent) if not total.out else None
    if exponential.rank == 2 and len(total.out) == 1:
        kept = inside.index(total.out[0])
        return softmax(exponent, axis=1 - kept) if axes[kept] == at[0] else None
    return None


@of_product(
    "softmax-sums-to-one",
    "softmax",
    "sum(softmax(x)) = 1",
    "The shares add up to the whole.",
)
def _softmax_sums(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "softmax" or exponent != 1:
            continue
        if joins(node, axes[-1], k):
            rest = [f for j, f in enumerate(node.factors) if j != k]
            return contract(rest, node.out, sizes_of(node, axes[-1]))
    return None


@of_product(
    "tanh",
    "sum",
    "(exp(x) - exp(-x))./(exp(x) + exp(-x)) = tanh(x)",
    "This is what tanh means; as one function it does not overflow.",
)
def _tanh(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        inner = exp_pair(base, 1)
        if not inner:
            continue  # before the search below: a deep net has long products
        step = 1 if exponent > 0 else -1
        for j, (b, e, a) in enumerate(node.factors):
            here = along(b, a, axes)
            if e * step < 0 and here is not None:
                for x in inner:
                    if exp_pair(here, -1, x):
                        return replace(node, {k: exponent - step, j: e + step}, [(OPS["tanh"](x), -step, axes)])
    return None


@of_product(
    "tan-and-tanh",
    "cos cosh",
    "sinh(x)./cosh(x) = tanh(x)",
    "This is what tanh means, and tan with sin and cos.",
)
def _tangent(node: Contract) -> Expr | None:
    quotients = {"cos": ("sin", "tan"), "cosh": ("sinh", "tanh")}
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Apply) or base.op.name not in quotients:
            continue
        over, whole = quotients[base.op.name]
        step = 1 if exponent > 0 else -1
        for j, (b, e, a) in enumerate(node.factors):
            here = along(b, a, axes)
            if e * step < 0 and here is not None and argument(here, over) is base.args[0]:
                return replace(node, {k: exponent - step, j: e + step}, [(OPS[whole](base.args[0]), -step, axes)])
    return None


@of_product(
    "relu-step",
    "step",
    "relu(x).*step(x) = relu(x)",
    "Where the step is 0, so is the ramp.",
)
def _relu_step(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "step" or not isinstance(base, Apply):
            continue
        if exponent > 1:
            return replace(node, {k: 1}, [])
        for b, e, a in node.factors:
            if applied(b) == "relu" and isinstance(b, Apply) and b.args[0] is base.args[0] and a == axes and e > 0:
                return replace(node, {k: 0}, [])
    return None


@of_product(
    "sign-of-nonnegative",
    "sign step",
    "relu(x).*sign(relu(x)) = relu(x)",
    "Where the sign is not 1, what it multiplies is 0.",
    "the argument at least 0",
)
def _sign_of_nonnegative(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) not in ("sign", "step") or not isinstance(base, Apply):
            continue
        if nonnegative(base.args[0]) and is_factor(node, base.args[0], axes, exponent):
            return replace(node, {k: 0}, [])
    return None


@of_product(
    "sign-times",
    "sign step",
    "x.*sign(x) = abs(x)",
    "A number times its sign is its size; times the step it is the ramp.",
)
def _sign_times(node: Contract) -> Expr | None:
    wholes = {"sign": "abs", "step": "relu"}
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Apply) or base.op.name not in wholes or exponent < 0:
            continue
        if any(applied(b) == "relu" and isinstance(b, Apply) and b.args == base.args for b, _, _ in node.factors):
            continue  # "relu-step" comes first
        for j, (b, e, a) in enumerate(node.factors):
            if e > 0 and along(b, a, axes) is base.args[0]:
                whole = OPS[wholes[base.op.name]](base.args[0])
                return replace(node, {k: exponent - 1, j: e - 1}, [(whole, 1, axes)])
    return None


@of_product(
    "abs-sign",
    "abs",
    "abs(x).*sign(x) = x",
    "A number is its size times its sign.",
)
def _abs_sign(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "abs" or not isinstance(base, Apply):
            continue
        if isinstance(exponent, int) and abs(exponent) >= 2:
            step = 2 if exponent > 0 else -2
            return replace(node, {k: exponent - step}, [(base.args[0], step, axes)])
        for j, (b, e, a) in enumerate(node.factors):
            if applied(b) == "sign" and isinstance(b, Apply) and b.args[0] is base.args[0] and a == axes:
                step = 1 if exponent > 0 else -1
                return replace(node, {k: exponent - step, j: e - (1 if e > 0 else -1)}, [(base.args[0], step, axes)])
    return None


@of_product(
    "exp-sigmoid",
    "exp",
    "exp(x).*sigmoid(-x) = sigmoid(x)",
    "Multiply 1/(1 + eˣ) by eˣ.",
)
def _exp_sigmoid(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Apply) or base.op.name != "exp" or exponent <= 0:
            continue
        other = OPS["sigmoid"](-base.args[0])
        for j, (b, e, a) in enumerate(node.factors):
            if along(b, a, axes) is other and e > 0:
                return replace(node, {k: exponent - 1, j: e - 1}, [(OPS["sigmoid"](base.args[0]), 1, axes)])
    return None
