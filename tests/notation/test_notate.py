"""Answers as the textbook has them: what is asked, by what, what is to be written."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.calculus.derivative import derivative
from mcalc.calculus.simplify import simplify
from mcalc.language.read import read, reread
from mcalc.notation import notate
from mcalc.targets import write
from tests.evaluate import draw, evaluate
from tests.test_corpus import size

GRADIENTS = [
    ("x.T@A@x", "x", "(A + A.T)@x"),
    ("norm(X@w - y)^2", "w", "2*X.T@(X@w - y)"),
    ("norm(y - X@w)^2", "w", "2*X.T@(X@w - y)"),
    ("norm(X@w - y)", "w", "X.T@(X@w - y)/norm(X@w - y)"),
    ("norm(X@w - y)^2 + lambda*norm(w)^2", "w", "2*(X.T@(X@w - y) + lambda*w)"),
    ("r = X@w - y; r.T@r", "w", "2*X.T@r"),
    ("r = y - X@w; r.T@r", "w", "-2*X.T@r"),
    ("a.T@X@b", "X", "a@b.T"),
    ("tr(A@X@B)", "X", "(B@A).T"),
    ("tr(X.T@A@X)", "X", "(A + A.T)@X"),
    ("tr(A@X@B@X.T)", "X", "A@X@B + A.T@X@B.T"),
    ("b.T@X.T@X@c", "X", "X@(b@c.T + c@b.T)"),
    ("logdet(X)", "X", "inv(X).T"),
    ("det(X)", "X", "det(X)*inv(X).T"),
    ("1/det(X)", "X", "-inv(X).T/det(X)"),
    ("logdet(X.T@X)", "X", "2*X@inv(X.T@X)"),
    ("logdet(A@X@B)", "X", "(B@inv(A@X@B)@A).T"),
    ("tr(A@inv(X)@B)", "X", "-(inv(X)@B@A@inv(X)).T"),
    ("a.T@inv(X)@b", "X", "-(inv(X)@b@a.T@inv(X)).T"),
    ("tr(X^3)", "X", "3*X.T^2"),
    ("tr(expm(X))", "X", "expm(X).T"),
    ("norm(U@V.T - X)^2", "U", "2*(U@V.T - X)@V"),
    ("norm(M.*(U@V.T - X))^2", "U", "2*(M.^2.*(U@V.T - X))@V"),
    ("softmax(z)", "z", "diag(softmax(z)) - softmax(z)@softmax(z).T"),
    ("softmax(W@x + b)", "x", "p = softmax(W@x + b); (diag(p) - p@p.T)@W"),
    ("exp(z)/sum(exp(z))", "z", "diag(softmax(z)) - softmax(z)@softmax(z).T"),
    ("logsumexp(z)", "z", "softmax(z)"),
    ("-(y.T@log(softmax(z)))", "z", "sum(y)*softmax(z) - y"),
    ("sum(softplus(X@w)) - y.T@X@w", "w", "X.T@(sigmoid(X@w) - y)"),
    ("sum(log(1 + exp(X@w))) - y.T@X@w", "w", "X.T@(sigmoid(X@w) - y)"),
    ("-(y.T@log(sigmoid(X@w)) + (1 - y).T@log(1 - sigmoid(X@w)))", "w", "X.T@(sigmoid(X@w) - y)"),
    ("-log(softmax(W@x)[k])", "x", "W.T@softmax(W@x) - W[k,:]"),
    ("-log(softmax(z)[k])", "z", "softmax(z) - unit(n, k)"),
    ("log(softmax(X@w)[i]/softmax(X@w)[j])", "w", "X[i,:] - X[j,:]"),
    ("sum(x./(1 + abs(x)))", "x", "1./(abs(x) + 1).^2"),
    ("sum(x./(1 + x.^2))", "x", "(1 - x.^2)./(x.^2 + 1).^2"),
    ("log(x./(1 - x))", "x", "diag(1./(x.*(1 - x)))"),
    ("norm(x)^2/(1 + norm(x)^2)", "x", "2*x/(x.T@x + 1)^2"),
    ("mean(x)^2*mean(y)*a", "a", "mean(x)^2*mean(y)*eye(p)"),
    ("tr(log(X).*A)", "X", "diag(diag(A./X))"),
    ("sigmoid(W@x)", "x", "diag(sigmoid(W@x).*(1 - sigmoid(W@x)))@W"),
    ("tanh(W@x)", "x", "diag(1 - tanh(W@x).^2)@W"),
    ("sum(relu(W@x))", "W", "step(W@x)@x.T"),
    ("a.T@diag(x)@b", "x", "a.*b"),
    ("x/norm(x)", "x", "(eye(n) - x@x.T/(x.T@x))/norm(x)"),
    ("mean(x)", "x", "ones(n)/n"),
    ("var(x)", "x", "2*(x - mean(x))/n"),
    ("x - mean(x)", "x", "eye(n) - ones(n, n)/n"),
    ("sum(exp(x).*sin(x))", "x", "exp(x).*(sin(x) + cos(x))"),
    ("x.^3", "x", "3*diag(x.^2)"),
    ("norm1(x)", "x", "sign(x)"),
    ("sum(abs(x.*y))*a", "a", "norm1(x.*y)*eye(n)"),
    ("V.T@softmax(K@u)", "u", "q = softmax(K@u); V.T@(diag(q) - q@q.T)@K"),
    ("norm(V.T@x)^2 - sum((V.^2).T@x.^2)", "V", "2*(x@x.T - diag(x.^2))@V"),
    ("x.T@(A*(a.T@b) + (a.T@b)*eye(n))", "x", "a.T@b*(A.T + eye(n))"),
    ("kron(a, x)", "x", "kron(a, eye(n))"),
    ("x.T@y", "x", "y"),
    ("einsum('ij,jk->ik', A, B)@x", "x", "A@B"),
    ("softmax(A@x + A@y).T@z", "z", "softmax(A@x + A@y)"),
    ("norm(c*x + c*y)*z.T@a", "z", "norm(c*x + c*y)*a"),
    ("sum(tanh(X))", "X", "1 - tanh(X).^2"),
    ("var(X@w)", "w", "2*X.T@(X@w - mean(X@w))/m"),
    ("sum(A@X@B)", "X", "(B@ones(k, m)@A).T"),
    ("sum(log(cosh(X@w - y)))", "w", "X.T@tanh(X@w - y)"),
    ("p = x - mean(x); p.T@a*norm(p)", "a", "norm(p)*p"),
    ("norm(x - a)", "x", "(x - a)/norm(x - a)"),
    ("norm(X@X.T)", "X", "2*X@X.T@X/norm(X@X.T)"),
    ("std(x)", "x", "(x - mean(x))/(n*std(x))"),
    ("std(x)*y.T@A@y", "y", "std(x)*(A + A.T)@y"),
    ("y/std(x)^2", "y", "eye(m)/std(x)^2"),
    ("std(x)*std(y)", "y", "std(x)*(y - mean(y))/(n*std(y))"),
    ("norm(x)*norm(a)*norm1(a)", "x", "norm1(a)*norm(a)*x/norm(x)"),
    ("c.T@x - mu*sum(log(x))", "x", "c - mu./x"),
    ("sum(atan(A@x))", "x", "A.T@(1./((A@x).^2 + 1))"),
    ("sigmoid(w.T@x + b)", "w", "sigmoid(w.T@x + b)*(1 - sigmoid(w.T@x + b))*x"),
    ("norm(A@x - b)^2 + norm(B@x - d)^2", "x", "2*(A.T@(A@x - b) + B.T@(B@x - d))"),
    ("h = sigmoid(A@x + b); sum((h - y).^2)", "b", "2*h.*(1 - h).*(h - y)"),
    ("z = W@relu(V@x) + b; norm(z - y)^2", "W", "2*(z - y)@relu(V@x).T"),
    ("D = X - ones(p)@mu.T; tr(D@A@D.T)", "mu", "-(A + A.T)@D.T@ones(p)"),
    ("tr((X - U@V.T)@A@(X - U@V.T).T)", "A", "(X - U@V.T).T@(X - U@V.T)"),
    ("5", "x", "zeros(n)"),
]


@pytest.mark.parametrize(("text", "name", "answer"), GRADIENTS)
def test_first_derivatives(text: str, name: str, answer: str):
    reading = read(text, ["x[n]"] if text == "5" else (), wrt=[name])
    assert write("text", notate(derivative(reading.root, reading.symbols[name]), reading)) == answer


@pytest.mark.parametrize(
    ("text", "name", "answer"),
    [
        ("x.T@A@x", "x", "A + A.T"),
        ("norm(X@w - y)^2", "w", "2*X.T@X"),
        ("sum(softplus(X@w)) - y.T@X@w", "w", "X.T@diag(sigmoid(X@w).*(1 - sigmoid(X@w)))@X"),
        ("norm(x)", "x", "(eye(n) - x@x.T/(x.T@x))/norm(x)"),
        ("sum(exp(A@x + b))", "x", "A.T@diag(exp(A@x + b))@A"),
        ("logsumexp(z)", "z", "diag(softmax(z)) - softmax(z)@softmax(z).T"),
        ("sum(x.*log(x))", "x", "diag(1./x)"),
    ],
)
def test_second_derivatives(text: str, name: str, answer: str):
    reading = read(text)
    assert write("text", notate(derivative(reading.root, reading.symbols[name], 2), reading)) == answer


@pytest.mark.parametrize(
    ("declaration", "answer"),
    [
        ("A[n,n]", "(A + A.T)@x"),
        ("A[n,n] symmetric", "2*A@x"),
        ("A[n,n] psd", "2*A@x"),
        ("A[n,n] diagonal", "2*A@x"),
    ],
)
def test_what_is_declared_is_used(declaration: str, answer: str):
    reading = read("x.T@A@x", [declaration, "x[n]"])
    assert write("text", notate(derivative(reading.root, reading.symbols["x"]), reading)) == answer


def test_names_of_the_answer_avoid_those_of_the_question():
    reading = read("softmax(W@p + q)", ["W[m,n]", "p[n]", "q[m]"])
    answer = write("text", notate(derivative(reading.root, reading.symbols["p"]), reading))
    assert answer == "r = softmax(W@p + q); (diag(r) - r@r.T)@W"


def test_no_names_where_none_are_wanted():
    reading = read("softmax(W@x + b)")
    found = derivative(reading.root, reading.symbols["x"])
    assert write("text", notate(found, reading, where=False)).count("softmax(W@x + b)") == 2


def test_more_than_two_axes_are_written_as_einsum():
    reading = read("inv(X)")
    answer = write("text", notate(derivative(reading.root, reading.symbols["X"]), reading))
    assert answer == "-einsum('ik,lj->ijkl', inv(X), inv(X))"
    reading = read("T.^2", ["T[n,m,k]"])
    assert write("text", notate(reading.root, reading)) == "T.^2"  # and not einsum('ijk->ijk', T.^2)


DECLARED = [
    "A[n,n]", "B[n,n]", "C[n,n]", "M[n,n] symmetric", "Q[n,n] orthogonal", "X[m,n]", "x[n]", "y[n]", "a[n] positive",
    "u[m]", "c[] positive", "k[] positive",
]  # fmt: skip

#: What is written as one writes it by hand: products, sums, quotients, powers, functions, entries and ranges.
BY_HAND = [
    "sum(x)^2/n", "sum(x)^3/n^2", "sum(X)/m", "sum(X)/m^2", "n/sum(x)", "sum(x)/m", "x.T@x/n", "x.T@y/n",
    "(x.T@y)^2/n", "(x.T@x)^(1/4)", "sqrt(x.T@x/n)", "sum((x - mean(x)).^2)/(n - 1)", "norm(x)^3/norm(y)",
    "x/norm(x)^3", "x.T@y/(norm(x)*norm(y))", "norm(x)*norm(x - y)", "x/sqrt(c*k)", "sqrt(c)*sqrt(k)*x",
    "sqrt(c)*x/k", "c^(2/3)*x", "2*x/3", "-x/c", "-2*x/(3*c)", "x/(c + k)", "x/(c + k)^2", "(c + k)*x/(c - k)",
    "x/((c + k)*(c - k))", "c/(k*norm(x))", "c*(1 - c)*x", "(1 - c)^2*x", "1/c + 1/k", "c/k - k/c", "-x - y",
    "-x - 2*y - 3*a", "x + 1", "1 - x", "x - c", "c - x", "A + eye(n)", "A - 2*eye(n)", "c*eye(n) - A", "A - 1",
    "X + ones(m)@x.T", "X + u@ones(n).T", "eye(n) - x@x.T", "(A + A.T)/2", "A@B - B@A", "-A@x - B@y", "c*(A - B)@x",
    "(A - B)@x/c", "(A + B)@(C - A)", "(A + B).T@x", "inv(A + B)@x", "inv(A + B).T@x", "A.T@B.T@C", "x.T@A@B@y",
    "x@y.T@A", "A@x@y.T@B", "diag(x)@A@diag(y)", "diag(x)@A", "A@diag(x)", "A@diag(x)@B", "A@diag(x)@A.T",
    "diag(A@x)", "diag(A@B)", "diag(diag(A))", "diag(x.*y)@A", "(A.*B)@x", "(A.*B.T)@x", "A.*A.T", "A@(x.*y)",
    "(A@x).^2.*y", "x.*y.*a", "x.^2.*y", "x./a", "x./a.^2", "x.^2./a.^3", "1./a", "1./a.^2", "c./a", "-c./a",
    "x./(a.*(a + 1))", "(x - y)./a", "x./(a - y)", "x - y./a", "A./B", "A.^2./B", "A.^3", "(A - B).^2",
    "(A + B)./(A - B)", "sqrt(a)", "1./sqrt(a)", "x./sqrt(a)", "a.^(1/3)", "a.^c", "a.^(c - 1).*x", "sum(A@x)",
    "sum(A)", "sum(A.*B)", "sum(A@B)", "A@ones(n)", "A.T@ones(n)", "x@ones(m).T", "ones(m)@x.T", "A@ones(n)@x.T",
    "A^2@x", "A^3", "A^2@B^2", "(A@B)^2", "A@B@A@B@x", "inv(A)^2@x", "inv(A)@B@inv(A)", "inv(A@B)@x", "A^k@x",
    "A^(k + 1)@x", "x.T@A^k@y", "inv(A)^k", "det(A)*inv(A).T", "det(A)^2*inv(A)", "tr(A@B@C)", "tr(A)*B", "tr(A.T@B)",
    "tr(A@B)^2", "exp(-x.T@x/2)", "exp(-x.T@x/2)*x", "log(x.T@x)", "sin(A@x + y)", "sin(x).*cos(y)",
    "cos(x).^2 - sin(x).^2", "(diag(softmax(x)) - softmax(x)@softmax(x).T)@A", "sigmoid(x).*(1 - sigmoid(x))",
    "(1 - tanh(x).^2).*y", "A.T@((1 - tanh(A@x).^2).*y)", "(A@x - y)@x.T", "x@(A@x - y).T", "X.T@(X@x - u)",
    "X.T@diag(u)@X", "X@X.T@u", "X.T@X + c*eye(n)", "inv(X.T@X + c*eye(n))@X.T@u", "A@M@A.T", "M@A + A.T@M",
    "x.T@M@x*y", "Q.T@A@Q", "Q@diag(x)@Q.T", "x[2]*y", "x[2]^2*y", "x[2:3]", "sum(x[2:3])", "A[1,:]", "A[1,:].T@x",
    "A[:,2]", "A[2:3,1:2]", "A[2:3,1:2].T", "A[2:3,:]@x", "A[2,:].T@B[:,1]*x", "A[1,2]*x/A[2,2]", "A[1,2]^2*x",
    "X[:,1]@x.T", "tr(A[1:2,1:2])*x", "std(x)", "y/std(x)", "mean(X)*y", "mean(A@x)*y", "x - mean(x)",
    "(x - mean(x))/std(x)", "norm1(x)*y", "sum(sqrt(abs(x)))*y", "norm1(x)^2*y", "sum(1./abs(x))*y",
    "norm(A@x - y)*a", "norm(X)^2*x", "norm(X)*x", "norm(A - B)^2", "norm(A - B)*x", "kron(A, B)", "kron(x, y)",
    "vec(A@B)", "sum(X@x)/n", "sum(X.T@u)/m", "sum(X)/n", "(x.T@y)^2*A[1,:]", "A[1,:].*x", "A[1,:].*B[:,2].*x",
    "sum(A[1,:])*x", "A[1,1:3]", "exp(x)[1]*a", "norm1(x)/n", "norm(A.T@B.T@x)*y",
]  # fmt: skip
#: What is written in another way, that is no longer.
OTHERWISE = [
    "sum(x)/n^2", "sum(x)*sum(y)/n", "sum(x)/n + sum(y)/n", "sum(X)/(m*n)", "sum(X, axis=0)/m", "sum(X, axis=1)/n",
    "sum(X, axis=1)/m", "sqrt(x.T@x)", "(x.T@x)^(3/2)", "1/(x.T@x)^(1/2)", "sqrt(sum((x - mean(x)).^2)/n)",
    "sum((x - mean(x)).^2)/n", "tr(X.T@X)^2", "sqrt(tr(X.T@X))", "sqrt(tr(X.T@X)*(x.T@x))", "c^(1/2)*x", "c^(-1/2)*x",
    "c^(3/2)*x", "x*c^2/k^3", "c^(-3)*x", "x*(2/3)/c", "(1 - c)^2/(1 + c)^3", "-x + y", "-2*x - 2*y", "2*x - 2*y + a",
    "2*x - 2*y + 3*a", "-2*x - 2*y + 3*a", "x/2 - y/2 + a/3", "3*x - 3*y + c", "-1 - x", "2 - 2*x", "x + ones(n)/n",
    "A + ones(n, n)", "-eye(n) - x@x.T", "A/2 - A.T/2", "-(A + B)@(x - y)", "((A + B)@x).T@y", "(A + B).T@(C - A).T",
    "(A@B).T@x", "(x.T@A@y)*B", "(x.T@A@y)*(y.T@B@x)", "x.T@A@y + y.T@B@x", "x@x.T@x", "(x@y.T).T", "(u@x.T).T@X",
    "diag(A@diag(x)@B)", "diag(diag(A))@x", "diag(x)*c", "diag(x)@diag(y)", "tr(A@diag(x))",
    "tr(A@diag(x)@B@diag(y))", "A.*(B@C)", "(A@B).*(C@A)", "(A@x).*y", "(A@x).*(B@y)", "A@(x.*(B@y))",
    "A@((x - y).*(B@y))", "A.*(x@ones(n).T)", "A.*(ones(n)@x.T)", "a.^(3/2)", "sum(A.*B, axis=0)",
    "sum(A.*B, axis=1)", "sum(A.^2, axis=1)", "ones(n).T@A@x", "A@A.T@A@A.T", "inv(A)@inv(A)",
    "inv(A).T@B.T@inv(A).T", "A@inv(A.T@A)@A.T", "det(A)^(-1)*B", "tr(A@x@y.T)", "exp(x).*x", "-exp(x).*x",
    "exp(-(x - y).T@A@(x - y)/c)", "softmax(A@x)*c", "x*(y.T@a) - y*(x.T@a)", "(x.T@y)*A@x", "(x.T@y)*(x - y)",
    "(x.T@y)/(1 + x.T@y)", "x/(1 + x.T@y)", "A@x/(1 + x.T@A@x)", "(A@x)@(A@x).T", "A@x@x.T@A.T", "X.T@(u.*(X@x))",
    "(X@x - u).T@(X@x - u)", "A.T[1,:]", "A[:,2]*x[1]", "y*std(x)^3", "std(x)*sqrt(c)*y", "mean(x.*y)*y",
    "y*mean(x)/n", "kron(A, B)@vec(C)", "vec(A).T@vec(B)", "outer(x, y)@A", "0*c", "c - c + 0*x.T@y", "(x.^2)[2]*y",
    "(A.^2)[1,:]", "(A.^2)[1,2]*x", "sqrt(a)[1]*x", "sum(X@x)/m", "sum(X.T@u)/n", "sum(X, axis=0)/n",
    "((x.T@A@y)*B)[1,:]", "x[1]*(y.T@A@a)*B[1,:]", "(x@y.T)[1,:]",
]  # fmt: skip


@pytest.mark.parametrize("text", [*BY_HAND, *OTHERWISE])
def test_what_is_written_by_hand_comes_back_no_longer(text: str):
    reading = read(text, DECLARED)
    written = write("text", notate(simplify(reading.root), reading))
    again = reread(written, reading)
    values = draw(list(reading.symbols.values()), 5) | {"k": np.asarray(2.0)}
    np.testing.assert_allclose(evaluate(again, values), evaluate(reading.root, values), rtol=1e-8, atol=1e-9)
    assert size(written) <= size(text)
    assert write("text", notate(simplify(again), reading)) == written
    assert written == text or text not in BY_HAND


@pytest.mark.parametrize(
    "text",
    [
        # the diagonal of a matrix is not the matrix
        "diag(A).T@(A - 2*eye(n))@x", "tr(A^2@(diag(x) - x@x.T))", "diag(A@B).T@x + y.T@A@B@x", "diag(A).*x + A@x",
        "diag(A).T@B@diag(C)*x", "diag(A).T@B@C@diag(A)*x", "norm(B@diag(A))*x",
        "x@eigvalsh(2*M).T", "u@eigvalsh(A.T + A)[1:2].T", "u@eigvalsh(3*M).T@A",
        # calls that have in them what they are worth
        "diag(diag(x)).T@y", "sum(B.*diag(x), axis=1)", "A[:,2]/sum(A[:,2].*diag(x)[:,2])", "diag(diag(A@x)).T@B@y",
        "sum(B.*diag(diag(A)), axis=1)", "sum(sqrt(c)*x)", "sum(sqrt(c)*x.*y)/c", "mean(std(x)*y)*x",
    ],
)  # fmt: skip
def test_what_is_written_means_what_it_was_written_for(text: str):
    reading = read(text, DECLARED)
    values = draw(list(reading.symbols.values()), 5)
    for words in (reading, None):  # those of the input, and our own
        written = write("text", notate(simplify(reading.root), words))
        again = evaluate(reread(written, reading), values)
        np.testing.assert_allclose(again, evaluate(reading.root, values), rtol=1e-8, atol=1e-9)


def test_a_derivative_of_a_call_with_a_root_in_it():
    reading = read("sum(sqrt(c)*x)", DECLARED)
    found = derivative(reading.root, reading.symbols["c"])
    assert write("text", notate(found, reading)) == "sum(x)/(2*sqrt(c))"
