"""The rules of the working as a catalogue: what each says as a formula, when it holds, where it is from, an example.

The reason of each is its sentence in `mcalc.working.titles`. `mcalc rules` tells them with the rules of operations and
of simplification, and `tests/cli/test_rules.py` runs the examples and looks for the rule in their lines.
"""

from __future__ import annotations

from typing import NamedTuple

from mcalc.calculus.structure import STRUCTURES


class Rule(NamedTuple):
    """A rule of the working, beside the sentence that gives its reason."""

    formula: str
    when: str
    example: str  #: what follows `mcalc diff`; a line of the working has the rule
    see: str = ""


MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus (2019), chapter "
IDENTIFIED = (
    "Magnus and Neudecker, Matrix Differential Calculus (2019), chapter 9; Minka, Old and New Matrix Algebra (2000)"
)
GRIEWANK = "Griewank and Walther, Evaluating Derivatives (2008), chapter 3"
COOKBOOK = "Petersen and Pedersen, The Matrix Cookbook (2012), "

WORKING = {
    "differential": Rule("f(x + dx) - f(x) = df + o(dx)", "f differentiable at x", "'x.T@A@x' --wrt x", MAGNUS + "5"),
    "linear": Rule("d(a U + V) = a dU + dV, dC = 0", "a and C constant", "'(a.T@x)/(b.T@x)' --wrt x", MAGNUS + "8"),
    "product-rule": Rule("d(U V) = dU V + U dV", "", "'x.T@A@x' --wrt x", COOKBOOK + "(37)"),
    "equal-parts": Rule("dxᵀ A x = xᵀ A dx", "A symmetric", "'x.T@S@x' --wrt x --var 'S[n,n] symmetric'"),
    "quotient-rule": Rule("d(u/v) = du/v - u dv/v²", "v not zero", "'(a.T@x)/(b.T@x)' --wrt x"),
    "power-rule": Rule("d(u^a) = a u^(a-1) du", "a constant", "'(a.T@x)^3' --wrt x"),
    "square": Rule("d(uᵀu) = 2 uᵀ du, d tr(UᵀU) = 2 tr(Uᵀ dU)", "", "'norm(X@w - y)^2' --wrt w", COOKBOOK + "(131)"),
    "chain-rule": Rule("d f(u) = f′(u) du", "", "'sigmoid(a.T@x)' --wrt x", MAGNUS + "5"),
    "declared": Rule(
        "d f(u) = f′(u) du, ∇f(u)ᵀ du or Jf(u) du",
        "f declared by its shapes alone",
        "'f(A@x)' --wrt x --fun 'f: [m] -> []'",
    ),
    "open-all": Rule(
        "d f(g(u)) = f′(g(u)) g′(u) du",
        "more steps than one reads",
        f"'{'sin(' * 26}t{')' * 26}' --wrt t --var 't[]'",
    ),
    "expand": Rule("(U + V) W = U W + V W", "", "'norm(X@w - y)^2 + lambda*w.T@w' --wrt w"),
    "transpose-scalar": Rule("dxᵀ u = uᵀ dx", "both sides scalars", "'x.T@A@x' --wrt x"),
    "trace-cyclic": Rule("tr(A B C) = tr(C A B), a = tr(a)", "a scalar", "'tr(A@X.T)' --wrt X", COOKBOOK + "(16)"),
    "trace-transpose": Rule("tr(A) = tr(Aᵀ)", "", "'tr(A@X.T)' --wrt X", COOKBOOK + "(13)"),
    "trace-inner": Rule("sum(A ⊙ B) = tr(Aᵀ B)", "A and B of one shape", "'sum(A.*X.*X)' --wrt X"),
    "collect": Rule("uᵀ dx + vᵀ dx = (u + v)ᵀ dx", "", "'x.T@A@x' --wrt x"),
    "diagonal": Rule("u ⊙ v = diag(u) v", "vectors", "'sigmoid(A@x)' --wrt x"),
    "outer": Rule("(aᵀ dx) b = (b aᵀ) dx", "vectors", "'(a.T@x)*b' --wrt x"),
    "inner": Rule("sum(u ⊙ v) = uᵀ v", "vectors", "'sum(a.*exp(x))' --wrt x"),
    "again": Rule("d²f = d(df)", "df differentiable", "'x.T@A@x' --wrt x --order 2", MAGNUS + "6"),
    "subscripts": Rule("f(x, …, x) = f(x₁, …, xₖ) at x₁ = … = xₖ = x", "", "'x.T@A@x' --wrt x --method occurrences"),
    "held": Rule("∂f/∂xᵢ with xⱼ constant for j ≠ i", "", "'x.T@A@x' --wrt x --method occurrences"),
    "erased": Rule("df/dx = ∑ ∂f/∂xᵢ at x₁ = … = xₖ = x", "", "'x.T@A@x' --wrt x --method occurrences"),
    "tidied": Rule("a U + b U = (a + b) U", "", "'x.T@A@x' --wrt x --method occurrences"),
    "once": Rule("df/dx = ∂f/∂x₁", "x occurs once", "'a.T@x' --wrt x --method occurrences"),
    "entries": Rule("(A B)ᵢⱼ = ∑ₖ Aᵢₖ Bₖⱼ", "", "'x.T@A@x' --wrt x --method index"),
    "delta": Rule("∂Xᵢⱼ/∂Xₚᵩ = δᵢₚ δⱼᵩ", "entries independent", "'x.T@A@x' --wrt x --method index", COOKBOOK + "(32)"),
    "picks": Rule("∑ⱼ δᵢⱼ aⱼ = aᵢ", "", "'x.T@A@x' --wrt x --method index"),
    "products": Rule("∑ₖ Aᵢₖ Bₖⱼ = (A B)ᵢⱼ", "", "'x.T@A@x' --wrt x --method index"),
    "contract": Rule("Gᵢ for every i is G", "", "'x.T@A@x' --wrt x --method index"),
    "node": Rule("vᵢ = φᵢ(vⱼ, …)", "", "'x.T@A@x' --wrt x --method graph", GRIEWANK),
    "last-slope": Rule("∂f/∂v", "f uses v", "'x.T@A@x' --wrt x --method graph", GRIEWANK),
    "cotangent": Rule("∂f/∂v = ∂f/∂u ∂u/∂v", "u uses v", "'norm(X@w - y)^2' --wrt w --method graph", GRIEWANK),
    "path": Rule("∂f/∂u ∂u/∂v", "u uses v", "'x.T@x + exp(x.T@x)' --wrt x --method graph --detail full"),
    "paths": Rule("∂f/∂v = ∑ over paths", "v used more than once", "'x.T@x + exp(x.T@x)' --wrt x --method graph"),
    "tangent": Rule("du = ∑ ∂u/∂v dv", "u uses v", "'x.T@A@x' --wrt x --method graph --direction forward"),
    "substituted-change": Rule("vᵢ = φᵢ(vⱼ, …)", "", "'x.T@A@x' --wrt x --method graph --direction forward"),
    "substituted": Rule("vᵢ = φᵢ(vⱼ, …)", "", "'x.T@A@x' --wrt x --method graph"),
    "constant": Rule("dC = 0", "C does not depend on x", "'b.T@b' --wrt x --var 'x[n]'", COOKBOOK + "(33)"),
    "read-off": Rule(
        "df = L(dx) for every dx ⟹ df/dx = L", "the mixed layout unless another is asked for", "'x.T@A@x' --wrt x"
    ),
    "by-inner-product": Rule("df = gᵀ dx ⟹ df/dx = g", "f scalar, x a vector", "'x.T@A@x' --wrt x", IDENTIFIED),
    "by-trace": Rule("df = tr(Gᵀ dX) ⟹ df/dX = G", "f scalar, X a matrix", "'tr(A@X@B)' --wrt X", IDENTIFIED),
    "by-jacobian": Rule("df = J dx ⟹ df/dx = J", "f and x vectors", "'sigmoid(A@x)' --wrt x", MAGNUS + "5"),
    "by-slope": Rule("dF = F′ dt ⟹ dF/dt = F′", "t scalar", "'t*x' --wrt t"),
    "by-entries": Rule("dFᵢⱼ = ∑ Dᵢⱼₖₗ dXₖₗ ⟹ dF/dX = D", "more than two axes", "'A@X' --wrt X"),
    "by-entry": Rule("∂f/∂Xᵢⱼ = (df/dX)ᵢⱼ", "the entry changes alone", "'x.T@A@x' --wrt 'x[0]'"),
    "jvp": Rule("J v = d f(x + t v)/dt at t = 0", "v of the shape of x", "'A@x' --wrt x --jvp v"),
    "vjp": Rule("Jᵀ u = d(uᵀ f)/dx", "u of the shape of f", "'A@x' --wrt x --vjp u"),
    "upstream": Rule("g = dL/df, dL = gᵀ df", "g of the shape of f", "'A@x' --wrt x --vjp u"),
    "hvp": Rule("H v = d(gᵀ v)/dx", "f scalar, g its gradient", "'x.T@A@x' --wrt x --hvp v"),
    "numerator-layout": Rule("df/dx = gᵀ", "f scalar, x a vector or matrix", "'a.T@x' --wrt x --layout numerator"),
    "denominator-layout": Rule("df/dx = Jᵀ", "f and x vectors", "'A@x' --wrt x --layout denominator"),
    "structured": Rule(
        "; ".join(f"{name}: {s.formula('structured')}" for name, s in STRUCTURES.items()),
        "X has the structure, and G is the derivative by free entries",
        "'tr(A@X)' --wrt X --var 'X[n,n] symmetric' --structured",
        "Srinivasan and Panda, What is the gradient of a scalar function of a symmetric matrix? arXiv:1911.06491",
    ),
    "cookbook": Rule(
        "; ".join(f"{name}: {s.formula('cookbook')}" for name, s in STRUCTURES.items() if s.formula("cookbook")),
        "X has the structure, and G is the derivative by free entries",
        "'tr(A@X)' --wrt X --var 'X[n,n] symmetric' --convention cookbook",
        COOKBOOK + "section 2.8",
    ),
}
