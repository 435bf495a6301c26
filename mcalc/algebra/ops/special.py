"""Special functions: elementwise records made on demand, their slopes taken from SymPy.

A name is looked up in the table below and nowhere else; SymPy is imported when a slope is first asked for,
and never sees text. What its derivative holds is turned back into an expression over known records.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

from mcalc.algebra.expr import Expr, Number, Rational, number, power
from mcalc.algebra.ops.elementwise import pi
from mcalc.algebra.ops.record import OPS, Op, elementwise, pairwise, unsupported
from mcalc.algebra.traits import uniform
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Below -1/e it is complex.
_LAMBERTW = "np.where({0} < -np.exp(-1.0), np.nan, np.real(scipy.special.lambertw({0})))"
#: name: SymPy's class, NumPy template, domain, LaTeX where it has a sign of its own. Two holes take an order first.
SPECIAL: dict[str, tuple[str, str, str, str]] = {
    "erfc": ("erfc", "scipy.special.erfc({0})", "generic", ""),
    "erfi": ("erfi", "scipy.special.erfi({0})", "generic", ""),
    "erfinv": ("erfinv", "scipy.special.erfinv({0})", "unit", r"\operatorname{{erf}}^{{-1}}\left({0}\right)"),
    "erfcinv": ("erfcinv", "scipy.special.erfcinv({0})", "positive unit", ""),
    "gamma": ("gamma", "scipy.special.gamma({0})", "no pole", r"\Gamma\left({0}\right)"),
    "loggamma": ("loggamma", "scipy.special.gammaln({0})", "positive", r"\log\Gamma\left({0}\right)"),
    "digamma": ("digamma", "scipy.special.digamma({0})", "no pole", r"\psi\left({0}\right)"),
    "trigamma": ("trigamma", "scipy.special.polygamma(1, {0})", "no pole", r"\psi_1\left({0}\right)"),
    "polygamma": ("polygamma", "scipy.special.polygamma({0}, {1})", "order, no pole", r"\psi_{{{0}}}\left({1}\right)"),
    "besselj": ("besselj", "scipy.special.jv({0}, {1})", "order, generic", r"J_{{{0}}}\left({1}\right)"),
    "bessely": ("bessely", "scipy.special.yv({0}, {1})", "order, positive", r"Y_{{{0}}}\left({1}\right)"),
    "besseli": ("besseli", "scipy.special.iv({0}, {1})", "order, generic", r"I_{{{0}}}\left({1}\right)"),
    "besselk": ("besselk", "scipy.special.kv({0}, {1})", "order, positive", r"K_{{{0}}}\left({1}\right)"),
    "airyai": ("airyai", "scipy.special.airy({0})[0]", "generic", r"\operatorname{{Ai}}\left({0}\right)"),
    "airyaiprime": ("airyaiprime", "scipy.special.airy({0})[1]", "generic", r"\operatorname{{Ai}}'\left({0}\right)"),
    "airybi": ("airybi", "scipy.special.airy({0})[2]", "generic", r"\operatorname{{Bi}}\left({0}\right)"),
    "airybiprime": ("airybiprime", "scipy.special.airy({0})[3]", "generic", r"\operatorname{{Bi}}'\left({0}\right)"),
    "Si": ("Si", "scipy.special.sici({0})[0]", "generic", ""),
    "Ci": ("Ci", "scipy.special.sici({0})[1]", "positive", ""),
    "Shi": ("Shi", "scipy.special.shichi({0})[0]", "generic", ""),
    "Chi": ("Chi", "scipy.special.shichi({0})[1]", "positive", ""),
    "Ei": ("Ei", "scipy.special.expi({0})", "nonzero", ""),
    "lambertw": ("LambertW", _LAMBERTW, "above -1/e", r"W\left({0}\right)"),
    "fresnels": ("fresnels", "scipy.special.fresnel({0})[0]", "generic", r"S\left({0}\right)"),
    "fresnelc": ("fresnelc", "scipy.special.fresnel({0})[1]", "generic", r"C\left({0}\right)"),
    "ellipk": ("elliptic_k", "scipy.special.ellipk({0})", "positive unit", r"K\left({0}\right)"),
    "ellipe": ("elliptic_e", "scipy.special.ellipe({0})", "positive unit", r"E\left({0}\right)"),
    "sec": ("sec", "(1.0 / np.cos({0}))", "unit", r"\sec\left({0}\right)"),
    "csc": ("csc", "(1.0 / np.sin({0}))", "positive unit", r"\csc\left({0}\right)"),
    "cot": ("cot", "(1.0 / np.tan({0}))", "positive unit", r"\cot\left({0}\right)"),
    "sech": ("sech", "(1.0 / np.cosh({0}))", "generic", ""),
    "csch": ("csch", "(1.0 / np.sinh({0}))", "nonzero", ""),
    "coth": ("coth", "(1.0 / np.tanh({0}))", "nonzero", r"\coth\left({0}\right)"),
}  # fmt: skip
#: Slopes that have a value where SymPy's is 0/0, and why they are so.
OWN_SLOPES: dict[str, tuple[Callable[..., Expr], str]] = {
    "lambertw": (
        lambda x: power(x + OPS["exp"](OPS["lambertw"](x)), -1),
        say("w exp(w) = x says that (exp(w) + x) dw = dx."),  # Corless et al., On the Lambert W function (1996)
    ),
}
OTHER_NAMES = {"lgamma": "loggamma", "gammaln": "loggamma", "psi": "digamma", "airy": "airyai"}


def special(name: str) -> Op | None:
    """The record of this special function, made if need be; None where the name is not in the table."""
    name = OTHER_NAMES.get(name, name)
    if name in OPS:
        return OPS[name]
    entry = SPECIAL.get(name)
    if entry is None:
        return None
    _, template, domain, latex = entry
    known = say("The slope of {name} is the one that SymPy knows.", name=name)
    why = OWN_SLOPES[name][1] if name in OWN_SLOPES else known
    if "{1}" in template:
        slopes = (None, lambda n, x, y: _slope(name, _order(n))(n, x))
        example = f"sum({name}(1, x))"
        return pairwise(name, slopes, numpy=template, domain=domain, latex=latex, why=why, example=example)
    return elementwise(
        name, lambda x, y: _slope(name)(x), domain=domain,
        numpy=template, latex=latex, why=why, example=f"sum({name}(x))",
    )  # fmt: skip


def _order(n: Expr) -> Rational | None:
    """The order as a number, where it is one: then SymPy says J₀′ = −J₁."""
    scalar = uniform(n)
    return scalar.value if isinstance(scalar, Number) else None


@cache
def _slope(name: str, order: Rational | None = None) -> Callable[..., Expr]:
    """The derivative by the last argument, as a function of the arguments."""
    if name in OWN_SLOPES:
        return OWN_SLOPES[name][0]
    import sympy  # type: ignore[import-untyped]

    variables = [sympy.Dummy(letter) for letter in ("nx" if "{1}" in SPECIAL[name][1] else "x")]
    given = variables if order is None else [sympy.Rational(order.numerator, order.denominator), variables[-1]]
    found = getattr(sympy, SPECIAL[name][0])(*given).diff(variables[-1])
    return lambda *args: _expression(found, dict(zip(variables, args, strict=True)), name)


def _expression(found: Any, values: dict[Any, Expr], name: str) -> Expr:
    """SymPy's object over our nodes. Raises a `Problem` of kind unsupported where it holds what has no record."""
    import sympy

    def inside(part: Any) -> Expr:
        return _expression(part, values, name)

    match found:
        case sympy.Dummy():
            return values[found]
        case sympy.Rational():
            return number(Fraction(int(found.p), int(found.q)))
        case _ if found is sympy.pi:
            return pi()
        case sympy.Add():
            return sum((inside(part) for part in found.args[1:]), inside(found.args[0]))
        case sympy.Mul():
            product = inside(found.args[0])
            for part in found.args[1:]:
                product = product * inside(part)
            return product
        case sympy.Pow(args=(base, sympy.Rational() as exponent)):
            return power(inside(base), Fraction(int(exponent.p), int(exponent.q)))
        case sympy.polygamma(args=(sympy.Integer() as order, x)) if order == 0:
            return _record("digamma", name)(inside(x))
        case sympy.Function():
            return _record(_OUR_NAMES.get(type(found).__name__, type(found).__name__), name)(*map(inside, found.args))
    raise unsupported(say("the derivative of {name}", name=name))


def _record(inner: str, name: str) -> Op:
    op = special(inner)
    if op is None:
        raise unsupported(say("the derivative of {name}", name=name))
    return op


_OUR_NAMES = {entry[0]: name for name, entry in SPECIAL.items()}
