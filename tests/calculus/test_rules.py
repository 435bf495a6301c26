"""Every rule is a theorem: both sides of its statement agree at random values, and the left becomes the right."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import symbol
from mcalc.calculus.rules import RULES, Rule
from mcalc.calculus.rules.patterns import along
from mcalc.calculus.rules.weight import weight
from mcalc.calculus.simplify import simplify
from mcalc.language.read import Reading, read, reread
from mcalc.notation.forms import TOKEN
from mcalc.notation.notate import Notation
from tests.evaluate import draw, evaluate

VARIABLES = ["A[n,n]", "B[n,n]", "Q[n,n] orthogonal", "c[]", "x[n]", "y[n]"]


MORE = [
    *VARIABLES[:4], "x[n]", "y[n]", "z[m*n]", "a[n] positive", "b[n] positive", "u[m]", "k[]", "C[n,n]",
    "F[m*n,m*n]", "M[n,n] symmetric", "R[m*n,m*n] orthogonal", "X[m,n]",
]  # fmt: skip

#: What the rules say of longer products, of matrices, of one axis, and of functions that they name beside that of their
#: statement.
IDENTITIES = [
    "A@inv(A)@x = x", "inv(A).T@A.T@x = x", "inv(M)@M@x = x", "x.T@M@inv(M) = x.T", "inv(A)@A@B = B",
    "tr(inv(A)@B@A) = tr(B)", "inv(A@B)@A@x = inv(B)@x", "inv(A@B@C)@A@x = inv(B@C)@x",
    "inv(diag(A@x))@diag(A@x)@y = y", "inv(diag(A@x))@A@x = ones(n)", "inv(A@B@C)@A@B@x = inv(C)@x",
    "y.T@C@inv(A@B@C) = y.T@inv(A@B)", "A.T@inv(B.T@A.T) = inv(B.T)", "inv(A@A.T)@A = inv(A).T",
    "inv(M@A)@M@x = inv(A)@x", "Q@Q.T@x = x", "Q.T@Q@B = B", "sum(Q.^2, axis=0) = ones(n)",
    "sum(Q.^2, axis=1) = ones(n)", "x.T@Q@Q.T@y = x.T@y", "(A@x).^2.*y./(A@x).^3 = y./(A@x)",
    "x.T@y*c/(x.T@y)^2 = c/(x.T@y)", "inv(diag(a.*b)) = diag(1./(a.*b))", "inv(diag(a.^2)) = diag(1./a.^2)",
    "inv(2*A) = inv(A)/2", "inv(c*A.T) = inv(A).T/c", "inv(diag(c*a)) = diag(1./a)/c",
    "softmax(x + c + 2) = softmax(x)", "softmax(x - mean(x)) = softmax(x)", "log(ones(n)) = zeros(n)",
    "log(3*ones(n)) = log(3)*ones(n)", "log(exp(x)) = x", "exp(log(a)) = a", "inv(inv(A).T) = A.T",
    "log(sum(exp(x))) = logsumexp(x)", "log(sum(exp(X), axis=1)) = logsumexp(X, axis=1)",
    "log(sum(exp(X), axis=0)) = logsumexp(X, axis=0)", "log(1 + exp(X)) = softplus(X)",
    "log(1 + exp(c)) = softplus(c)", "log(1 + exp(X).T) = softplus(X).T", "relu(exp(x)) = exp(x)",
    "abs(relu(x)) = relu(x)", "abs(x.^2) = x.^2", "step(exp(x)) = ones(n)", "sign(a) = ones(n)",
    "1./(1 + exp(x)) = sigmoid(-x)", "exp(x)./(1 + exp(x)).^2 = sigmoid(x).*sigmoid(-x)",
    "exp(X)./(1 + exp(X)) = sigmoid(X)", "exp(X).T./(1 + exp(X).T) = sigmoid(X).T",
    "sum(exp(x))./exp(x) = 1./softmax(x)", "exp(x).*y/sum(exp(x)) = softmax(x).*y",
    "exp(x).^2/sum(exp(x))^2 = softmax(x).^2", "exp(X)./(sum(exp(X), axis=1)@ones(n).T) = softmax(X, axis=1)",
    "exp(X)./(ones(m)@sum(exp(X), axis=0).T) = softmax(X, axis=0)", "sum(softmax(X, axis=1), axis=1) = ones(m)",
    "sum(softmax(X, axis=0), axis=0) = ones(n)", "sum(softmax(X, axis=0)) = n",
    "softmax(X, axis=1)@ones(n) = ones(m)", "(exp(-x) - exp(x))./(exp(x) + exp(-x)) = -tanh(x)",
    "(exp(x) + exp(-x))./(exp(x) - exp(-x)) = 1./tanh(x)", "(exp(X) - exp(-X))./(exp(X) + exp(-X)) = tanh(X)",
    "(exp(X) - exp(-X)).T./(exp(X) + exp(-X)).T = tanh(X).T", "sin(x)./cos(x) = tan(x)", "cos(x)./sin(x) = 1./tan(x)",
    "cosh(x)./sinh(x) = 1./tanh(x)", "sin(x).^2./cos(x).^2 = tan(x).^2", "sin(x).^2./cos(x) = sin(x).*tan(x)",
    "sin(X).T./cos(X).T = tan(X).T", "step(x).^2 = step(x)", "relu(x).*step(x).^3 = relu(x)",
    "relu(x).^2.*step(x) = relu(x).^2", "relu(x).*sign(relu(x)) = relu(x)", "1./(x.^2.*sign(x.^2)) = 1./x.^2",
    "x.*step(x) = relu(x)", "x.*relu(x).*step(x) = x.*relu(x)", "relu(y).*x.*step(x) = relu(y).*relu(x)",
    "x.^2.*sign(x) = x.*abs(x)", "X.T.*sign(X).T = abs(X).T", "abs(x).^2 = x.^2", "abs(x).^3 = x.^2.*abs(x)",
    "1./abs(x).^2 = 1./x.^2", "abs(x).^-3 = 1./(x.^2.*abs(x))", "sign(x)./abs(x) = 1./x", "abs(x).*sign(x).*y = x.*y",
    "exp(-x).*sigmoid(x) = sigmoid(-x)", "exp(x).*sigmoid(-x).*y = sigmoid(x).*y", "1 - sigmoid(-x) = sigmoid(x)",
    "2 - 2*sigmoid(-x) = 2*sigmoid(x)", "y + 1 - sigmoid(-x) = y + sigmoid(x)", "1 - sigmoid(-c) = sigmoid(c)",
    "inv(A^k) = A^(-k)", "(A^k)^c@x = A^(k*c)@x", "A@A^k = A^(k + 1)", "A^k@A^c = A^(k + c)",
    "A^k@inv(A) = A^(k - 1)", "inv(A)@A^k = A^(k - 1)", "A.T@(A^k).T = (A^(k + 1)).T", "M^k@M@x = M^(k + 1)@x",
    "x.T@M@M^k = x.T@M^(k + 1)", "tr(A^k@B@A) = tr(A^(k + 1)@B)", "det(A^k) = det(A)^k", "logdet(A^k) = k*logdet(A)",
    "a.^c.*a = a.^(c + 1)", "a.^c./a = a.^(c - 1)", "a.^c.*a.^k = a.^(c + k)", "a.^c.*a.^2.*y = a.^(c + 2).*y",
    "svdleft(A)@diag(svdvals(A))@svdright(A).T@x = A@x", "eigvecs(M)@diag(eigvalsh(M))@eigvecs(M).T@x = M@x",
    "eigvecs(M)@diag(eigvalsh(M).^3)@eigvecs(M).T@x = M^3@x",
    "eigvecs(M)@diag(1./eigvalsh(M))@eigvecs(M).T@x = inv(M)@x", "sum(eigvalsh(M).^3) = tr(M^3)",
    "sum(1./eigvalsh(M)) = tr(inv(M))", "unit(n, 2).^3 = unit(n, 2)",
    "sigmoid(vec(X)) = vec(sigmoid(X))", "exp(2*vec(X) - vec(X.T.T)) = vec(exp(X))", "exp(vec(A@B)) = vec(exp(A@B))",
    "x.^2.*unit(n, 2)/x[2] = x.*unit(n, 2)", "x[2]^2*unit(n, 2)./x = x[2]*unit(n, 2)", "unit(n, 1).T@unit(n, 1) = 1",
    "unit(n, 1).T@unit(n, 2) = 0", "sum(eye(n)[:,1:4], axis=0) = ones(3)", "eye(n)[:,1:4].T@unit(n, 3) = unit(3, 2)",
    "eye(n)[:,1:4].T@unit(n, 1) = unit(3, 0)", "eye(n)[:,1:3].T@unit(n, 0) = zeros(2)",
    "eye(n)[:,1:3].T@unit(n, 3) = zeros(2)", "eye(n)[:,0:2].T@eye(n)[:,2:4] = zeros(2, 2)",
    "eye(n)[:,2:4].T@eye(n)[:,0:2] = zeros(2, 2)", "eye(n)[:,1:4]@unit(3, 1) = unit(n, 2)",
    "eye(n)[:,1:4]@eye(3)[:,1:3] = eye(n)[:,2:4]", "eye(n)[:,1:4].T@eye(n)[:,1:4]@x[1:4] = x[1:4]",
]  # fmt: skip
IDENTITIES += [f"{f}(-x/9) = -{f}(x/9)" for f in ("sin", "tan", "asin", "atan", "sinh", "tanh", "sign", "erf")]
IDENTITIES += [f"{f}(-x/9) = {f}(x/9)" for f in ("cos", "cosh", "abs")]
IDENTITIES += [f"{f}(0*x) = ones(n)" for f in ("exp", "cos", "cosh")]
IDENTITIES += [
    f"{f}(0*x) = zeros(n)"
    for f in ("sin", "tan", "asin", "atan", "sinh", "tanh", "expm1", "log1p", "relu", "sign", "abs")
]
IDENTITIES += [
    "sigmoid(0*x) = ones(n)/2", "softplus(0*x) = log(2)*ones(n)", "softmax(0*x) = ones(n)/n", "logsumexp(0*x) = log(n)",
    "softmax(0*X, axis=1) = ones(m, n)/n", "exp(0*c) = 1", "cos(0*c) = 1", "sigmoid(0*c) = 1/2",
]  # fmt: skip

#: What looks like the left side of a rule and is not: a label that is seen from outside or that a diagonal has twice, a
#: transpose, another argument, another power, an axis of a matrix that is one of several.
NEAR_MISSES = [
    "(inv(A).T@x).*(A@y)", "sum((inv(A).T@x).*(A@y).*a)", "inv(A).T.*A", "diag(inv(A)).*(A@x)", "inv(A).^2@A@x",
    "inv(A)@A.^2@x", "inv(A)@A.T@x", "inv(A).T@A@x", "inv(A)@B@A@x", "inv(A@B)@A.T@x", "inv(A@B)@B@x",
    "inv(A@B).T@A@x", "inv(A@B)@A.^2@x", "inv(A.^2@B)@A@x", "inv(A.*B)@A@x", "inv(A.*(x@y.T))@A@x", "inv(X@X.T)@X@x",
    "(inv(A@B).T@x).*(A@y)", "inv(A@B)@(A.*C)@x", "(Q@x).*(Q@y)", "sum((Q@x).*(Q@y).*a)", "Q.^2@x", "Q.^2",
    "diag(Q).^2", "sum(diag(Q).^2)", "sum(Q.^3)", "diag(Q@Q)", "Q@Q@x", "tr(Q@Q)", "sum(Q.^2.*A)", "sum(Q.*A)",
    "(A@x)./(A@y)", "(A@x).*(B@x)./(A@x + B@x)", "inv(diag(A@x))", "inv(diag(a)@A)", "inv(diag(A@x))@A@y",
    "y.T@A.T@inv(diag(A@x))", "inv(A@diag(B@x))@A@y", "diag(inv(diag(A@x))@A)", "softmax(x + y)",
    "softmax(c*ones(n) + 2)", "softmax(X + c, axis=1)", "log(2)", "log(c*ones(n))", "log(2*x)", "log(sum(exp(x).*y))",
    "log(sum(exp(x).^2))", "log(sum(exp(diag(A))))", "log(tr(exp(A)))", "log(1 + exp(x) + y)", "log(2 + exp(x))",
    "log(1 + 2*exp(x))", "log(1 - exp(x))", "abs(x)", "abs(x + 1)", "sign(relu(x))", "sign(x.^2)",
    "exp(y)./(1 + exp(x))", "exp(A).T./(1 + exp(A))", "exp(x).*(1 + exp(x))", "exp(x)./(2 + exp(x))",
    "exp(x)/sum(exp(y))", "exp(x)*sum(exp(x))", "exp(x)/sum(exp(x).^2)", "exp(X)/sum(exp(X))",
    "exp(A)./(ones(n)@sum(exp(A), axis=1).T)", "exp(A)./(sum(exp(A), axis=0)@ones(n).T)", "exp(x)/(exp(x).T@y)",
    "exp(diag(A))/tr(exp(A))", "sum(softmax(x).^2)", "softmax(x).T@y", "softmax(X, axis=1).T@u",
    "sum(softmax(X, axis=1), axis=0)", "sum(softmax(X, axis=0), axis=1)", "diag(softmax(A, axis=1))",
    "(exp(x) - exp(-y))./(exp(x) + exp(-y))", "(exp(x) - exp(-x)).*(exp(x) + exp(-x))",
    "(exp(A) - exp(-A)).T./(exp(A) + exp(-A))", "(exp(x) + exp(-x))./(exp(y) - exp(-y))",
    "(2*exp(x) - exp(-x))./(exp(x) + exp(-x))", "sin(x)./cosh(x)", "sin(x).*cos(x)", "sin(y)./cos(x)",
    "sin(A).T./cos(A)", "sin(M)@(1./cos(M))", "M@sign(M)@x", "exp(M)@(1./(1 + exp(M)))", "relu(M)@step(M)",
    "abs(M)@sign(M)", "exp(M)@sigmoid(-M)", "relu(x).*step(y)", "step(x)./relu(a)", "relu(A).*step(A).T",
    "y.*sign(x)", "A.*sign(A).T", "x.*sign(relu(x))", "y.*sign(relu(x))", "sign(x)./y", "abs(x).*sign(y)",
    "abs(A).*sign(A).T", "exp(x).*sigmoid(x)", "exp(x)./sigmoid(-x)", "exp(A).*sigmoid(-A).T", "exp(x).*sigmoid(-y)",
    "1 + sigmoid(-x)", "2 - sigmoid(-x)", "1 - sigmoid(x)", "y - sigmoid(-x)", "A^k@A.T", "A^k@B", "A^k.*A",
    "((A^k).T@x).*(A@y)", "sum(((A^k).T@x).*(A@y).*a)", "(A^k).^2@A", "A^k@A.^2", "diag(A^k)@A.T@x", "a.^c.*y",
    "a.^c.*b.^c", "a.^c.*a.T@y", "diag(A)@inv(A)@x", "diag(inv(A))@A@x", "diag(A^k)@A@x", "diag(A)@A^k@x",
    "diag(M^k)@M@x", "diag(Q)@Q@x", "diag(Q)@Q.T@x", "x.T@Q.T@diag(Q)", "(eigvecs(M)@x).*(eigvecs(M)@y)",
    "sum((eigvecs(M)@x).*(eigvecs(M)@y).*a)", "diag(eigvecs(M))@eigvecs(M)@x", "diag(eigvecs(M))@eigvecs(M).T@x",
    "eigvecs(M)@(diag(eigvecs(M)).*eigvalsh(M))", "eigvecs(M)@diag(eigvalsh(M))@eigvecs(M)@x",
    "eigvecs(M).T@diag(eigvalsh(M))@eigvecs(M)@x", "eigvecs(M)@diag(eigvalsh(M).*a)@eigvecs(M).T@x",
    "eigvalsh(M).T@x", "svdleft(A)@diag(svdvals(A).^2)@svdright(A).T@x",
    "svdleft(A)@diag(svdvals(B))@svdright(A).T@x", "svdleft(A)@diag(svdvals(A))@svdright(B).T@x",
    "svdleft(A)@diag(svdvals(A))@svdright(A)@x", "svdleft(A)@diag(svdvals(A))@svdleft(A).T@x", "vec(X).T@inv(F)@F@z",
    "F^k@F@vec(X)", "R.T@R@vec(X)", "F^k@diag(kron(ones(m), x))@F@z", "F^k@diag(kron(u, ones(n)))@F@z",
    "vec(X).T@R@R.T@vec(X)", "sum(R.^2, axis=0).T@vec(X)", "eigvecs(F + F.T)@eigvecs(F + F.T).T@vec(X)",
    "kron(x, y).T@eye(n*n)[:,1:4]@eye(3)[:,1:2]", "eye(n)[:,0:2].T@eye(n)[:,1:4]", "eye(n)[:,1:3].T@eye(n)[:,2:4]",
    "sum(eye(n)[:,1:4], axis=1)", "(eye(n)[:,1:3]@ones(2)).*x", "eye(n)[:,1:3].T@eye(n)[:,1:2]", "unit(n, 2).*x",
    "exp(vec(X) + z)", "exp(vec(X)@z.T)", "softmax(vec(X))", "x.*unit(n, 1)/x[2]",
    "x.*unit(n, 1)*x[1]", "x.*unit(n, 1)/y[1]", "A[:,1].*unit(n, 1)/A[1,2]",
    "sum(unit(n, 2).*x)", "1./(unit(n, 2) + a)", "(eye(n)[:,2:4]@x[0:2]).*y",
]  # fmt: skip


def sides(rule: Rule) -> tuple[Reading, Reading]:
    left, right = rule.statement.split(" = ")
    positive = ["x[n] positive"] if "positive" in rule.when else ["x[n]"]
    declared = [v for v in VARIABLES if not v.startswith("x")] + positive
    return read(left, declared), read(right, declared)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_both_sides_are_equal_in_value(rule: Rule):
    left, right = sides(rule)
    for seed in range(3):
        values = draw(list(left.symbols.values()), seed)
        values["Q"] = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4)))[0]
        if "whole" in rule.when or "k" in values:
            values |= {name: np.asarray(whole) for name, whole in (("k", 3.0), ("c", 2.0)) if name in values}
        theirs, ours = evaluate(left.root, values), evaluate(right.root, values)
        np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_left_side_becomes_the_right(rule: Rule):
    left, _ = sides(rule)
    fired: list[str] = []
    result = simplify(left.root, lambda which, before, after: fired.append(which.name))
    assert rule.name in fired
    assert result is simplify(reread(rule.statement.split(" = ")[1], left))


def point(reading: Reading) -> dict[str, np.ndarray]:
    """Random values; an exponent is whole."""
    values = draw(list(reading.symbols.values()), 5)
    return values | {name: np.asarray(whole) for name, whole in (("k", 3.0), ("c", 2.0)) if name in values}


@pytest.mark.parametrize("text", IDENTITIES)
def test_what_rules_say_of_more_than_their_statement(text: str):
    left, right = text.split(" = ")
    reading = read(left, MORE)
    other = reread(right, reading)
    values = point(reading)
    np.testing.assert_allclose(evaluate(reading.root, values), evaluate(other, values), rtol=1e-8, atol=1e-9)
    assert simplify(reading.root) is simplify(other)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_looks_like_a_left_side_keeps_its_value(text: str):
    reading = read(text, MORE)
    values = point(reading)
    with np.errstate(invalid="ignore"):
        before, after = evaluate(reading.root, values), evaluate(simplify(reading.root), values)
    np.testing.assert_allclose(after, before, rtol=1e-8, atol=1e-9)
    assert weight(simplify(reading.root)) <= weight(reading.root)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_makes_its_statement_longer(rule: Rule):
    left, right = sides(rule)
    notation = Notation()
    assert notation.weight(right.root) // TOKEN <= notation.weight(left.root) // TOKEN


def test_names_are_unique_and_every_rule_has_its_reason():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.why.endswith(".") for rule in RULES)


def test_the_observer_sees_the_rule_with_both_nodes():
    reading = read("inv(inv(A))@x", ["A[n,n]", "x[n]"])
    seen: list[tuple[str, str]] = []
    simplify(reading.root, lambda rule, before, after: seen.append((rule.name, repr(after))))
    assert seen == [("inverse-of-inverse", "A")]


def test_only_a_matrix_stands_the_other_way_round():
    A, T = symbol("A", (dim("m"), dim("n")), (), 0), symbol("T", (dim("m"), dim("n"), dim("k")), (), 1)
    assert along(A, ((0,), (1,)), ((1,), (0,))) is A.T
    assert along(T, ((0,), (1,), (2,)), ((0,), (1,), (2,))) is T
    assert along(T, ((0,), (1,), (2,)), ((2,), (1,), (0,))) is None
