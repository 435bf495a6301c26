"""One operation on another."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from mcalc.algebra.expr import (
    ONE,
    ZERO,
    Apply,
    Contract,
    Expr,
    Sum,
    Symbol,
    add,
    coefficient_of,
    contract,
    is_zero,
    number,
    ones,
    scale,
    size,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import scalar_part
from mcalc.algebra.traits import nonnegative, positive, uniform
from mcalc.calculus.rules.patterns import (
    exp_summed,
    one_plus_exp,
)
from mcalc.calculus.rules.rule import of_operation


@of_operation(
    "inverse-of-inverse",
    "inv",
    "inv(inv(A)) = A",
    "Undoing what undoes A is A.",
)
def _inverse_of_inverse(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "inv" else None


@of_operation(
    "inverse-of-multiple",
    "inv",
    "inv(c*A) = inv(A)/c",
    "A scalar leaves an inverse as its reciprocal.",
)
def _inverse_of_multiple(node: Apply) -> Expr | None:
    scalar, matrix = scalar_part(node.args[0])
    return None if scalar is ONE else node.op(matrix) / scalar


@of_operation(
    "inverse-of-diagonal",
    "inv",
    "inv(diag(x)) = diag(1 ./ x)",
    "A diagonal matrix is inverted entry by entry.",
)
def _inverse_of_diagonal(node: Apply) -> Expr | None:
    arg = node.args[0]
    if isinstance(arg, Contract) and arg.out == ((0,), (0,)) and len(arg.sizes) == 1:
        return contract([(b, -e, axes) for b, e, axes in arg.factors], arg.out, {0: arg.sizes[0]})
    return None


@of_operation(
    "orthogonal-inverse",
    "inv",
    "inv(Q) = Q.T",
    "Qᵀ Q = I says that the transpose is the inverse.",
    "Q orthogonal",
)
def _orthogonal_inverse(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.T if isinstance(arg, Symbol) and "orthogonal" in arg.props else None


@of_operation(
    "log-of-exp",
    "log",
    "log(exp(x)) = x",
    "The logarithm undoes the exponential.",
)
def _log_of_exp(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "exp" else None


@of_operation(
    "exp-of-log",
    "exp",
    "exp(log(x)) = x",
    "The exponential undoes the logarithm.",
    "x positive",
)
def _exp_of_log(node: Apply) -> Expr | None:
    arg = node.args[0]
    return arg.args[0] if isinstance(arg, Apply) and arg.op.name == "log" else None


@of_operation(
    "logsumexp",
    "log",
    "log(sum(exp(x))) = logsumexp(x)",
    "This is what logsumexp means; as one function it does not overflow.",
    see="Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax functions (2021)",
)
def _logsumexp(node: Apply) -> Expr | None:
    return exp_summed(node.args[0], "logsumexp")


@of_operation(
    "softplus",
    "log",
    "log(1 + exp(x)) = softplus(x)",
    "This is what softplus means; as one function it does not overflow.",
)
def _softplus(node: Apply) -> Expr | None:
    inner = one_plus_exp(node.args[0])
    return None if inner is None else OPS["softplus"](inner)


@of_operation(
    "abs-of-nonnegative",
    "abs relu",
    "abs(exp(x)) = exp(x)",
    "What is not negative is its own absolute value.",
    "the argument at least 0",
)
def _abs_of_nonnegative(node: Apply) -> Expr | None:
    return node.args[0] if nonnegative(node.args[0]) else None


@of_operation(
    "sign-of-positive",
    "sign step",
    "sign(exp(x)) = ones(n)",
    "What is positive has the sign 1.",
    "the argument greater than 0",
)
def _sign_of_positive(node: Apply) -> Expr | None:
    return ones(node.shape) if positive(node.args[0]) else None


@of_operation(
    "softmax-of-shifted",
    "softmax",
    "softmax(x + c) = softmax(x)",
    "The shares do not change where all scores change by one number.",
    see="Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax functions (2021)",
)
def _softmax_of_shifted(node: Apply) -> Expr | None:
    (arg,) = node.args
    if node.rank != 1 or not isinstance(arg, Sum):
        return None
    kept = [(c, n) for c, n in arg.terms if uniform(n) is None]
    return node.op(add(kept, arg.shape)) if 0 < len(kept) < len(arg.terms) else None


#: What functions are worth at 0, where that is a number, and where the number of entries matters.
AT_ZERO: dict[str, Expr] = dict.fromkeys(("exp", "cos", "cosh"), ONE) | dict.fromkeys(
    ("sin", "tan", "tanh", "sinh", "atan", "asin", "expm1", "log1p", "sign"), number(0)
)
AT_ZERO |= {"sigmoid": number(Fraction(1, 2)), "softplus": OPS["log"](number(2))}
AT_ZEROS: dict[str, Callable[[Expr], Expr]] = {"softmax": lambda n: ONE / n, "logsumexp": lambda n: OPS["log"](n)}


@of_operation(
    "value-at-zero",
    " ".join((*AT_ZERO, *AT_ZEROS)),
    "exp(0*x) = ones(n)",
    "A known value.",
)
def _value_at_zero(node: Apply) -> Expr | None:
    arg, name = node.args[0], node.op.name
    if not is_zero(arg) and arg is not ZERO:
        return None
    return ones(node.shape) * (AT_ZERO[name] if name in AT_ZERO else AT_ZEROS[name](size(arg.shape[-1])))


@of_operation(
    "log-of-one",
    "log",
    "log(1) = 0",
    "A known value.",
)
def _log_of_one(node: Apply) -> Expr | None:
    return ZERO if node.args[0] is ONE else None


ENTRY_BY_ENTRY = [name for name, op in OPS.items() if op.slope is not None]


@of_operation(
    "elementwise-of-constant",
    " ".join(ENTRY_BY_ENTRY),
    "log(2*ones(n)) = log(2)*ones(n)",
    "Every entry is the same number.",
)
def _elementwise_of_constant(node: Apply) -> Expr | None:
    entry = uniform(node.args[0]) if node.rank else None
    return None if entry is None else ones(node.shape) * node.op(entry)


@of_operation(
    "elementwise-of-vec",
    " ".join(ENTRY_BY_ENTRY),
    "exp(vec(A)) = vec(exp(A))",
    "Entry by entry it does not matter how the entries are arranged.",
)
def _elementwise_of_vec(node: Apply) -> Expr | None:
    terms = node.args[0].terms if isinstance(node.args[0], Sum) else ((1, node.args[0]),)
    matrices = [(c, _matrix_of(n)) for c, n in terms]
    found = [(c, matrix) for c, matrix in matrices if matrix is not None]
    if not found or len(found) < len(matrices):
        return None
    inner = node.op(add(found, found[0][1].shape))
    return contract([(inner, 1, ((0,), (1,)))], ((1, 0),))


def _matrix_of(node: Expr) -> Expr | None:
    """The matrix that a vector is the vec of; none where fused axes are multiplied: kron(A, B)@x."""
    if not isinstance(node, Contract) or len(node.out) != 1 or len(set(node.out[0])) != 2:
        return None
    if any(len(group) > 1 for _, _, axes in node.factors for group in axes):
        return None
    column, row = node.out[0]
    return contract(node.factors, ((row,), (column,)), dict(enumerate(node.sizes)))


ODD, EVEN = ("sin", "tan", "asin", "atan", "sinh", "tanh", "sign", "erf"), ("cos", "cosh", "abs")


@of_operation(
    "odd-or-even",
    " ".join((*ODD, *EVEN)),
    "sin(-x) = -sin(x)",
    "The function is odd: the sign comes out. Of an even one it disappears.",
)
def _odd_or_even(node: Apply) -> Expr | None:
    c, inner = coefficient_of(node.args[0])
    if c >= 0 or inner is ONE:
        return None
    found = node.op(scale(-c, inner))
    return found if node.op.name in EVEN else -found
