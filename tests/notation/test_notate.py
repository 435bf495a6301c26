"""Answers as the textbook has them: what is asked, by what, what is to be written."""

from __future__ import annotations

import pytest

from mcalc.calculus.derivative import derivative
from mcalc.language.read import read
from mcalc.notation import notate
from mcalc.targets import write

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
    ("kron(a, x)", "x", "kron(a, eye(n))"),
    ("x.T@y", "x", "y"),
    ("sum(tanh(X))", "X", "1 - tanh(X).^2"),
    ("var(X@w)", "w", "2*X.T@(X@w - mean(X@w))/m"),
    ("sum(A@X@B)", "X", "(B@ones(k, m)@A).T"),
    ("sum(log(cosh(X@w - y)))", "w", "X.T@tanh(X@w - y)"),
    ("p = x - mean(x); p.T@a*norm(p)", "a", "norm(p)*p"),
    ("norm(x - a)", "x", "(x - a)/norm(x - a)"),
    ("norm(X@X.T)", "X", "2*X@X.T@X/norm(X@X.T)"),
    ("std(x)", "x", "(x - mean(x))/(n*std(x))"),
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
