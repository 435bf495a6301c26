"""Functions of each entry: a slope says everything. `slope(x, y)` may use the answer y where that is shorter."""

from __future__ import annotations

from fractions import Fraction

from mcalc.algebra.expr import ONE, Expr, Number, number, power, zero
from mcalc.algebra.ops.record import Op, elementwise, function, macro, pairwise
from mcalc.algebra.traits import uniform
from mcalc.errors import Problem

HALF = Fraction(1, 2)

# ---------------------------------------------------------------- exponentials and powers

exp = elementwise(
    "exp", lambda x, y: y,
    numpy="np.exp({0})", latex=r"\exp\left({0}\right)", traits="positive",
    why="The exponential is its own derivative.", example="sum(exp(A@x))",
)  # fmt: skip
log = elementwise(
    "log", lambda x, y: power(x, -1), aliases="ln",
    numpy="np.log({0})", latex=r"\log\left({0}\right)", domain="positive",
    why="log′(x) = 1/x.", example="log(x.T@x)",
)  # fmt: skip
expm1 = elementwise(
    "expm1", lambda x, y: exp(x), keeps="diagonal lower nonnegative",
    numpy="np.expm1({0})",
    why="expm1(x) = eˣ − 1, exact near 0; the 1 does not change, so the slope is eˣ.", example="sum(expm1(x))",
)  # fmt: skip
log1p = elementwise(
    "log1p", lambda x, y: power(1 + x, -1), keeps="diagonal lower nonnegative",
    numpy="np.log1p({0})", domain="above minus one",
    why="log1p(x) = log(1 + x), exact near 0; its slope is 1/(1 + x).", example="sum(log1p(x.^2))",
)  # fmt: skip
log2 = macro(
    "log2", "...->...", lambda x: log(x) / log(number(2)),
    numpy="np.log2({0})", latex=r"\log_2\left({0}\right)", domain="positive",
    why="A logarithm to another base is log(x)/log(2).", example="sum(log2(x))",
)  # fmt: skip
log10 = macro(
    "log10", "...->...", lambda x: log(x) / log(number(10)),
    numpy="np.log10({0})", latex=r"\log_{{10}}\left({0}\right)", domain="positive",
    why="A logarithm to another base is log(x)/log(10).", example="sum(log10(x))",
)  # fmt: skip
sqrt = macro(
    "sqrt", "...->...", lambda x: power(x, HALF),
    numpy="np.sqrt({0})", latex=r"\sqrt{{{0}}}", domain="positive",
    why="√x is x to the power ½: its slope is 1/(2√x).", example="sqrt(x.T@A@x)",
)  # fmt: skip
square = macro(
    "square", "...->...", lambda x: x * x,
    numpy="np.square({0})", latex=r"{0:atom}^{{\odot 2}}",
    why="Each entry is multiplied with itself: the slope is 2x.", example="sum(square(X@w - y))",
)  # fmt: skip


def _rational_power(x: Expr, a: Expr) -> Expr | None:
    exponent = uniform(a)
    return power(x, exponent.value) if isinstance(exponent, Number) else None


pow: Op = pairwise(
    "pow", (lambda x, a, y: a * pow(x, a - 1), lambda x, a, y: log(x) * y),
    aliases="power", normal=_rational_power, domain="positive, generic", traits="nonnegative",
    numpy="np.power({0}, {1})", latex=r"{0:atom}^{{{1}}}",
    why="xᵃ has the slope a xᵃ⁻¹ in x and, being e to the a log x, the slope xᵃ log x in a.", example="sum(pow(x, a))",
)  # fmt: skip

# ---------------------------------------------------------------- trigonometric and hyperbolic

sin = elementwise(
    "sin", lambda x, y: cos(x), keeps="diagonal lower",
    numpy="np.sin({0})", latex=r"\sin\left({0}\right)",
    why="sin′ = cos.", example="sum(sin(A@x))",
)  # fmt: skip
cos: Op = elementwise(
    "cos", lambda x, y: -sin(x),
    numpy="np.cos({0})", latex=r"\cos\left({0}\right)",
    why="cos′ = −sin.", example="sum(cos(A@x))",
)  # fmt: skip
tan = elementwise(
    "tan", lambda x, y: 1 + y * y, keeps="diagonal lower", domain="unit",
    numpy="np.tan({0})", latex=r"\tan\left({0}\right)",
    why="tan′ = 1 + tan².", example="sum(tan(x))",
)  # fmt: skip
asin = elementwise(
    "asin", lambda x, y: power(1 - x * x, -HALF), keeps="diagonal lower nonnegative", aliases="arcsin", domain="unit",
    numpy="np.arcsin({0})", latex=r"\arcsin\left({0}\right)",
    why="Differentiate sin(asin x) = x: asin′(x) = 1/√(1 − x²).", example="sum(asin(x))",
)  # fmt: skip
acos = elementwise(
    "acos", lambda x, y: -power(1 - x * x, -HALF), aliases="arccos", domain="unit", traits="nonnegative",
    numpy="np.arccos({0})", latex=r"\arccos\left({0}\right)",
    why="acos x = π/2 − asin x: acos′(x) = −1/√(1 − x²).", example="acos(x.T@y / (norm(x)*norm(y)))",
)  # fmt: skip
atan = elementwise(
    "atan", lambda x, y: power(1 + x * x, -1), keeps="diagonal lower nonnegative", aliases="arctan",
    numpy="np.arctan({0})", latex=r"\arctan\left({0}\right)",
    why="Differentiate tan(atan x) = x: atan′(x) = 1/(1 + x²).", example="sum(atan(x))",
)  # fmt: skip
sinh = elementwise(
    "sinh", lambda x, y: cosh(x), keeps="diagonal lower nonnegative",
    numpy="np.sinh({0})", latex=r"\sinh\left({0}\right)",
    why="sinh′ = cosh.", example="sum(sinh(x))",
)  # fmt: skip
cosh: Op = elementwise(
    "cosh", lambda x, y: sinh(x), traits="positive",
    numpy="np.cosh({0})", latex=r"\cosh\left({0}\right)",
    why="cosh′ = sinh.", example="sum(log(cosh(X@w - y)))",
)  # fmt: skip
tanh = elementwise(
    "tanh", lambda x, y: 1 - y * y, keeps="diagonal lower nonnegative",
    numpy="np.tanh({0})", latex=r"\tanh\left({0}\right)",
    why="tanh′ = 1 − tanh².", example="tanh(W@x)",
)  # fmt: skip
asinh = elementwise(
    "asinh", lambda x, y: power(1 + x * x, -HALF), keeps="diagonal lower nonnegative", aliases="arcsinh",
    numpy="np.arcsinh({0})",
    why="Differentiate sinh(asinh x) = x: asinh′(x) = 1/√(1 + x²).", example="sum(asinh(x))",
)  # fmt: skip
acosh = elementwise(
    "acosh", lambda x, y: power(x * x - 1, -HALF), aliases="arccosh", domain="above one", traits="nonnegative",
    numpy="np.arccosh({0})",
    why="Differentiate cosh(acosh x) = x: acosh′(x) = 1/√(x² − 1).", example="sum(acosh(x))",
)  # fmt: skip
atanh = elementwise(
    "atanh", lambda x, y: power(1 - x * x, -1), keeps="diagonal lower nonnegative", aliases="arctanh", domain="unit",
    numpy="np.arctanh({0})",
    why="Differentiate tanh(atanh x) = x: atanh′(x) = 1/(1 − x²).", example="sum(atanh(x))",
)  # fmt: skip

# ---------------------------------------------------------------- activations and kinks

sigmoid = elementwise(
    "sigmoid", lambda x, y: y * (1 - y), aliases="logistic expit", traits="positive",
    numpy="scipy.special.expit({0})", latex=r"\sigma\left({0}\right)",
    why="σ(x) = 1/(1 + e⁻ˣ) satisfies σ′ = σ (1 − σ).", example="sum(sigmoid(X@w))",
)  # fmt: skip
softplus = elementwise(
    "softplus", lambda x, y: sigmoid(x), traits="positive",
    numpy="np.logaddexp(0.0, {0})",
    why="softplus(x) = log(1 + eˣ), whose slope is eˣ/(1 + eˣ) = σ(x).", example="sum(softplus(X@w))",
)  # fmt: skip
relu = elementwise(
    "relu", lambda x, y: step(x), keeps="diagonal lower", traits="nonnegative", nonsmooth="relu′(0) = 0",
    domain="nonzero", numpy="np.maximum({0}, 0.0)",
    why="relu(x) = max(x, 0) passes what is positive and stops the rest: its slope is 1 or 0.",
    example="sum(relu(W@x))",
)  # fmt: skip
step: Op = elementwise(
    "step", lambda x, y: zero(x.shape), aliases="heaviside", keeps="diagonal lower", traits="nonnegative",
    nonsmooth="step(0) = 0 and step′(0) = 0", domain="nonzero", numpy="np.heaviside({0}, 0.0)",
    why="The step is 1 where x > 0 and 0 elsewhere; it is flat, so its slope is 0.", example="step(x).T@y",
)  # fmt: skip
_EQUAL = "the mask is constant where both differ"
greater = macro(
    "greater", "...,...->...", lambda x, y: step(x - y), domain="generic", nonsmooth=_EQUAL,
    latex=r"\mathbf{{1}}_{{{0} > {1}}}", numpy="np.heaviside({0} - {1}, 0.0)",
    why="x > y is 1 where it holds and 0 elsewhere, the step of x − y; it is flat, so its slope is 0.",
    example="sum(greater(x, y).*x)",
)  # fmt: skip
less = macro(
    "less", "...,...->...", lambda x, y: step(y - x), domain="generic", nonsmooth=_EQUAL,
    latex=r"\mathbf{{1}}_{{{0} < {1}}}", numpy="np.heaviside({1} - {0}, 0.0)",
    why="x < y is 1 where it holds and 0 elsewhere, the step of y − x; it is flat, so its slope is 0.",
    example="sum(less(x, y).*x)",
)  # fmt: skip
greater_equal = macro(
    "greater_equal", "...,...->...", lambda x, y: 1 - step(y - x), domain="generic", nonsmooth=_EQUAL,
    latex=r"\mathbf{{1}}_{{{0} \ge {1}}}", numpy="np.heaviside({0} - {1}, 1.0)",
    why="x ≥ y is 1 where it holds and 0 elsewhere; it is flat, so its slope is 0.",
    example="sum(greater_equal(x, y).*x)",
)  # fmt: skip
less_equal = macro(
    "less_equal", "...,...->...", lambda x, y: 1 - step(x - y), domain="generic", nonsmooth=_EQUAL,
    latex=r"\mathbf{{1}}_{{{0} \le {1}}}", numpy="np.heaviside({1} - {0}, 1.0)",
    why="x ≤ y is 1 where it holds and 0 elsewhere; it is flat, so its slope is 0.",
    example="sum(less_equal(x, y).*x)",
)  # fmt: skip
where = macro(
    "where", "...,...,...->...", lambda mask, x, y: mask * x + (1 - mask) * y, domain="unit, generic, generic",
    numpy="({0}*{1} + (1.0 - {0})*{2})",
    why="where(m, x, y) is x where the mask m is 1 and y where it is 0: m ⊙ x + (1 − m) ⊙ y.",
    example="sum(where(x > 0, x.^2, x))",
)  # fmt: skip
abs = elementwise(
    "abs", lambda x, y: sign(x), keeps="diagonal lower", traits="nonnegative", nonsmooth="abs′(0) = 0",
    domain="nonzero", numpy="np.abs({0})", latex=r"\left\lvert {0} \right\rvert",
    why="|x| rises with slope 1 right of zero and falls with slope −1 left of it: |x|′ = sign(x).",
    example="sum(abs(X@w - y))",
)  # fmt: skip
sign: Op = elementwise(
    "sign", lambda x, y: zero(x.shape), aliases="sgn", keeps="diagonal lower nonnegative", nonsmooth="sign′(0) = 0",
    domain="nonzero", numpy="np.sign({0})",
    why="The sign is flat on either side of zero, so its slope is 0.", example="sign(x).T@y",
)  # fmt: skip
elu = elementwise(
    "elu", lambda x, y: exp(-relu(-x)), keeps="diagonal lower nonnegative", nonsmooth="elu″(0) = 0",
    domain="nonzero", numpy="(np.maximum({0}, 0.0) + np.expm1(np.minimum({0}, 0.0)))",
    why="elu(x) is x above zero, with slope 1, and eˣ − 1 below it, with slope eˣ.", example="sum(elu(W@x))",
)  # fmt: skip
silu = macro(
    "silu", "...->...", lambda x: x * sigmoid(x), aliases="swish",
    numpy="({0} * np.exp(-np.logaddexp(0.0, -{0})))",
    why="silu(x) = x σ(x); the product rule gives σ(x) + x σ(x)(1 − σ(x)).", example="sum(silu(W@x))",
)  # fmt: skip
gelu = macro(
    "gelu", "...->...", lambda x: x * (1 + erf(x * power(number(2), -HALF))) * HALF,
    numpy="(0.5 * {0} * (1.0 + scipy.special.erf({0} / np.sqrt(2.0))))",
    why="gelu(x) = x Φ(x) with the normal distribution Φ; the product rule gives Φ(x) + x φ(x).",
    example="sum(gelu(W@x))",
)  # fmt: skip
hinge = macro(
    "hinge", "...->...", lambda x: relu(1 - x),
    nonsmooth="hinge′(1) = 0", numpy="np.maximum(1.0 - {0}, 0.0)",
    why="hinge(x) = max(1 − x, 0) asks for a margin of 1: its slope is −1 below it and 0 above.",
    example="sum(hinge(y.*(X@w)))",
)  # fmt: skip
huber = macro(
    "huber", "...->... | ...,->...", lambda x, delta=ONE: (x * x - power(relu(abs(x) - delta), 2)) * HALF,
    numpy="(0.5 * (np.square({0}) - np.square(np.maximum(np.abs({0}) - 1.0, 0.0))))", domain="nonzero, positive",
    why="huber(x, δ) is x²/2 up to |x| = δ (1 if not said) and goes on straight: its slope is x cut off at ±δ.",
    example="sum(huber(X@w - y))",
)  # fmt: skip


def _above(x: Expr, y: Expr) -> Expr:
    """The greater one: a constant and what goes beyond it, which for 0 is relu."""
    low, other = (x, y) if isinstance(uniform(x), Number) else (y, x)
    return low + relu(other - low)


maximum = macro(
    "maximum", "...,...->...", _above,
    nonsmooth="where both are equal the constant counts, or else the second", numpy="np.maximum({0}, {1})",
    latex=r"\max\left({0}, {1}\right)", domain="generic",
    why="max(x, y) = y + relu(x − y) passes the change of the greater one.", example="sum(max(0, 1 - y.*(X@w)))",
)  # fmt: skip
minimum = macro(
    "minimum", "...,...->...", lambda x, y: -_above(-x, -y),
    nonsmooth="where both are equal the constant counts, or else the second", numpy="np.minimum({0}, {1})",
    latex=r"\min\left({0}, {1}\right)", domain="generic",
    why="min(x, y) = y − relu(y − x) passes the change of the smaller one.", example="sum(min(x, y))",
)  # fmt: skip

# What code computes instead, since y + relu(x − y) loses an x beside a large y. Nothing else meets these.
greater_of: Op = pairwise(
    "greater_of", (lambda x, y, z: step(x - y), lambda x, y, z: 1 - step(x - y)), internal=True,
    nonsmooth="where both are equal the second counts", numpy="np.maximum({0}, {1})",
    latex=r"\max\left({0}, {1}\right)",
    why="The change of the greater one passes.",
)  # fmt: skip
lesser_of: Op = pairwise(
    "lesser_of", (lambda x, y, z: step(y - x), lambda x, y, z: 1 - step(y - x)), internal=True,
    nonsmooth="where both are equal the second counts", numpy="np.minimum({0}, {1})",
    latex=r"\min\left({0}, {1}\right)",
    why="The change of the smaller one passes.",
)  # fmt: skip

# ---------------------------------------------------------------- the error function


def _constant(*_: Expr) -> Expr:
    raise Problem("E401", "a constant has no differential")


pi = function(
    "pi", "->", _constant, traits="positive", internal=True,
    numpy="np.pi", latex=r"\pi",
    why="π is a number.",
)  # fmt: skip
erf: Op = elementwise(
    "erf", lambda x, y: 2 * power(pi(), -HALF) * exp(-x * x), keeps="diagonal lower nonnegative",
    numpy="scipy.special.erf({0})",
    why="erf integrates the bell curve: erf′(x) = 2/√π · exp(−x²).", example="sum(erf(x))",
)  # fmt: skip
