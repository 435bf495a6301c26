"""Diagnoses: for every code wrong answers that students give, and for wrong answers of no known kind no code."""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

from collections import Counter

import pytest

from mcalc.checking.finding import CODES
from mcalc.checking.question import Question, Verdict

#: The likeliest cause, the expression, the variable, the answer, and what is declared.
TABLE = """
    chain-factor | norm(A@x-b)^2 | x | 2*(A@x-b) | A[n,n]
    chain-factor | sum(tanh(A@x)) | x | 1-tanh(A@x).^2 | A[n,n]
    chain-factor | sin(t^2) | t | cos(t^2) | t[]
    chain-factor | sum(exp(A@x)) | x | exp(A@x) | A[n,n]
    chain-factor | log(1+t^2) | t | 1/(1+t^2) | t[]
    chain-factor | logdet(A@X@B) | X | inv(A@X@B).T | A[n,n];B[n,n]
    chain-factor | sum(log(sigmoid(x))) | x | 1 ./ sigmoid(x)
    chain-factor | sqrt(1+x.T@x) | x | 1/(2*sqrt(1+x.T@x))
    cookbook-symmetric | tr(A@X) | X | A + A.T - diag(diag(A)) | X[n,n] symmetric
    cookbook-symmetric | logdet(X) | X | 2*inv(X) - diag(diag(inv(X))) | X[n,n] symmetric
    cookbook-symmetric | b.T@X@b | X | 2*b@b.T - diag(b.*b) | X[n,n] symmetric
    cookbook-symmetric | tr(X@X) | X | 4*X - 2*diag(diag(X)) | X[n,n] symmetric
    cookbook-symmetric | tr(A@X@B) | X | A.T@B.T + B@A - diag(diag(B@A)) | X[n,n] symmetric;A[n,n];B[n,n]
    cookbook-symmetric | det(X) | X | det(X)*(2*inv(X) - diag(diag(inv(X)))) | X[n,n] symmetric
    cookbook-symmetric | tr(A@X) | X | A + A.T | X[n,n] symmetric
    extra-term | x.T@A@x | x | (A+A.T)@x + x
    extra-term | tr(A@X) | X | A.T + X
    extra-term | b.T@x | x | b + x
    extra-term | norm(A@x-b)^2 | x | 2*A.T@A@x - 2*A.T@b + b | A[n,n]
    extra-term | norm(x)^2 + c | x | 2*x + c*ones(n) | c[]
    factor | norm(A@x-b)^2 | x | A.T@(A@x-b)
    factor | norm(A@x-b)^2/2 | x | 2*A.T@(A@x-b)
    factor | mean((A@x-b).^2) | x | 2*A.T@(A@x-b)
    factor | a*x.T@x | x | 2*x | a[]
    factor | (x.T@A@x)^2 | x | 2*(A+A.T)@x
    factor | t^5 | t | t^4 | t[]
    factor | norm(x) | x | x
    factor | mean(x) | x | ones(n) | x[n]
    integrated | t^2 | t | t^3/3 | t[]
    integrated | sin(t) | t | -cos(t) | t[]
    integrated | exp(2*t) | t | exp(2*t)/2 | t[]
    integrated | 1/t | t | log(t) | t[]
    integrated | t^2+3*t | t | t^3/3 + 3*t^2/2 | t[]
    integrated | cos(x) | x | sin(x)
    integrated | sum(x.^2) | x | x.^3/3
    layout | A@x | x | A.T | A[n,n]
    layout | tanh(A@x) | x | A.T@diag(1-tanh(A@x).^2) | A[n,n]
    layout | softmax(A@x) | x | A.T@(diag(softmax(A@x)) - softmax(A@x)@softmax(A@x).T) | A[n,n]
    layout | x.*(A@x) | x | diag(A@x) + A.T@diag(x)
    layout | A@B@x | x | B.T@A.T | A[n,n];B[n,n]
    missed-occurrence | x.T@A@x | x | A.T@x
    missed-occurrence | tr(X.T@A@X) | X | A@X | A[n,n]
    missed-occurrence | tr(X@A@X@B) | X | (A@X@B).T | A[n,n];B[n,n]
    missed-occurrence | norm(x - W.T@sigmoid(W@x))^2 | W | -2*sigmoid(W@x)@(x - W.T@sigmoid(W@x)).T
    missed-occurrence | x.T@A@x*(b.T@x) | x | (x.T@A@x)*b
    missed-occurrence | tr(X@X@A) | X | A.T@X.T | A[n,n]
    missed-occurrence | (x-b).T@A@(x-b) | x | A@(x-b)
    missed-occurrence | x.*exp(x) | x | diag(exp(x))
    missing-diag | tanh(x) | x | 1 - tanh(x).^2
    missing-diag | x.*b | x | b
    missing-diag | x.^2 | x | 2*x
    missing-diag | sigmoid(x).*b | x | b.*sigmoid(x).*(1-sigmoid(x))
    missing-diag | log(x) | x | 1 ./ x
    missing-sum | sum(t*x) | t | x | t[];x[n]
    missing-sum | sum(exp(t*x)) | t | x.*exp(t*x) | t[];x[n]
    missing-sum | sum(t*X) | t | X | t[];X[m,n]
    missing-sum | norm(x - t*y)^2 | t | -2*(x-t*y).*y | t[];x[n];y[n]
    missing-sum | sum(log(x+t)) | t | 1 ./ (x+t) | t[];x[n]
    missing-sum | sum(sigmoid(b + t*x)) | t | x.*sigmoid(b+t*x).*(1-sigmoid(b+t*x)) | t[];x[n];b[n]
    missing-term | x.T@x | x | 0*x
    missing-term | norm(A@x-b)^2 + a*norm(x)^2 | x | 2*A.T@(A@x-b) | a[]
    missing-term | norm(A@x-b)^2 | x | 2*A.T@A@x
    missing-term | x.T@A@x + b.T@x | x | (A+A.T)@x
    missing-term | logdet(X) + tr(A@X) | X | inv(X).T
    missing-term | t^3 + t^2 + t | t | 3*t^2 + 1 | t[]
    missing-term | sum(exp(x)) + sum(x) | x | exp(x)
    missing-trace | tr(A + t*B) | t | B | A[n,n];t[]
    missing-trace | tr(exp(t)*A) | t | exp(t)*A | A[n,n];t[]
    missing-trace | logdet(A+t*B) | t | inv(A+t*B)@B | A[n,n];B[n,n];t[]
    missing-trace | tr(A@B)*t | t | A@B | A[n,n];B[n,n];t[]
    missing-trace | tr(t^2*A) | t | 2*t*A | A[n,n];t[]
    missing-trace | det(A+t*B) | t | det(A+t*B)*inv(A+t*B)@B | A[n,n];B[n,n];t[]
    not-differentiated | x.T@A@x | x | x.T@A@x
    not-differentiated | exp(sin(t)) | t | exp(sin(t))*sin(t) | t[]
    not-differentiated | exp(t^2) | t | exp(t^2) | t[]
    not-differentiated | sum(tanh(A@x)) | x | A.T@tanh(A@x)
    not-differentiated | tanh(x) | x | tanh(x)
    not-differentiated | A@x | x | A@x
    not-differentiated | logdet(X) | X | logdet(X)
    order-swapped | a.T@inv(X)@b | X | -inv(X).T@b@a.T@inv(X).T
    order-swapped | tr(A@X@B) | X | (A@B).T | A[n,n];B[n,n]
    order-swapped | norm(A@X-B)^2 | X | 2*(A@X-B)@A.T | A[n,n];B[n,n];X[n,n]
    order-swapped | tr(X.T@A@X@B) | X | B@X@A + B.T@X@A.T | A[n,n];B[n,n];X[n,n]
    order-swapped | tr(A@inv(X)@B) | X | -(inv(X)@A@B@inv(X)).T | A[n,n];B[n,n]
    order-swapped | tr(A@B@x@x.T) | x | (B@A + A.T@B.T)@x | A[n,n];B[n,n]
    product-kind | tr(X.T@(A.*X)) | X | 2*A@X | A[n,n];X[n,n]
    product-kind | sum(A.*X.*X) | X | 2*A@X | A[n,n];X[n,n]
    product-kind | sum(exp(X).*A) | X | A@exp(X) | A[n,n];X[n,n]
    product-kind | norm(A@X)^2 | X | 2*(A.T.*(A@X)) | A[n,n];X[n,n]
    product-kind | sum(tanh(A@X)) | X | A.T.*(1-tanh(A@X).^2) | A[n,n];X[n,n]
    product-kind | tr(A@X@X) | X | A.T.*X.T + (X@A).T | A[n,n];X[n,n]
    product-rule | t^2*sin(t) | t | 2*t*cos(t) | t[]
    product-rule | t^2*sin(t) | t | 2*t*sin(t) | t[]
    product-rule | t*exp(t) | t | exp(t) | t[]
    product-rule | exp(t)*cos(t) | t | -exp(t)*sin(t) | t[]
    product-rule | t*log(t) | t | log(t) | t[]
    product-rule | sin(t)*cos(t) | t | -cos(t)*sin(t) | t[]
    sign | sum(cos(x)) | x | sin(x)
    sign | tr(inv(X)) | X | (inv(X)@inv(X)).T
    sign | norm(b-A@x)^2 | x | 2*A.T@(b-A@x)
    sign | -b.T@x | x | b
    sign | sum(exp(-x)) | x | exp(-x)
    sign | sum(sigmoid(-x)) | x | sigmoid(x).*sigmoid(-x)
    sign | norm(A@x)^2 - a*norm(x)^2 | x | 2*A.T@A@x + 2*a*x | a[]
    symmetric-only | x.T@A@x | x | 2*A@x
    symmetric-only | tr(X.T@A@X) | X | 2*A@X
    symmetric-only | (x-b).T@A@(x-b) | x | 2*A@(x-b)
    symmetric-only | (x.T@A@x)^2 | x | 4*(x.T@A@x)*(A@x)
    symmetric-only | exp(x.T@A@x) | x | 2*exp(x.T@A@x)*(A@x)
    transpose | tr(A@X) | X | A | A[n,n]
    transpose | tr(A@X@B) | X | B@A | A[n,n];B[n,n]
    transpose | logdet(X) | X | inv(X)
    transpose | det(X) | X | det(X)*inv(X)
    transpose | norm(A@x-b)^2 | x | 2*A@(A@x-b) | A[n,n]
    transpose | a.T@inv(X)@b | X | -inv(X)@b@a.T@inv(X)
    transpose | tr(inv(X)@A) | X | -inv(X)@A@inv(X)
    transpose | sum(tanh(A@x)) | x | A@(1-tanh(A@x).^2) | A[n,n]
    vec-order | A@X@B | X | kron(A, B.T)
    vec-order | A@X | X | kron(A, eye(p)) | X[n,p];A[m,n]
    vec-order | X@B | X | kron(eye(m), B.T) | X[m,n];B[n,p]
    vec-order | A@X@X | X | kron(A, X.T) + kron(A@X, eye(n)) | A[m,n];X[n,n]
    vec-order | A@X@B + X | X | kron(A, B.T) + eye(n*n) | A[n,n];X[n,n];B[n,n]
    wrong-shape | x.T@A@x | x | A + A.T
    wrong-shape | x.T@A@x | x | norm(x)
    wrong-shape | logdet(X) | X | det(X)
    wrong-shape | norm(A@x-b)^2 | x | 2*(A@x-b).T@A@x
    wrong-shape | x.T@y | x | y@x.T | x[n];y[n]
"""
MISTAKES = [[*(part.strip() for part in line.split(" | ")), ""][:5] for line in TABLE.strip().splitlines()]

EACH = pytest.mark.parametrize(
    ("code", "expr", "wrt", "answer", "declared"), MISTAKES, ids=[f"{one[0]}: {one[3]}" for one in MISTAKES]
)


def check(expr: str, wrt: str, answer: str, declared: str = "") -> Verdict:
    return Question(expr, wrt, [one for one in declared.split(";") if one]).check(answer)


@pytest.mark.parametrize(
    ("code", "expr", "wrt", "answer", "declared"), MISTAKES, ids=[f"{m[0]}: {m[3]}" for m in MISTAKES]
)
def test_the_likeliest_cause(code: str, expr: str, wrt: str, answer: str, declared: str) -> None:
    found = check(expr, wrt, answer, declared)
    codes = [finding.code for finding in found.findings]
    assert found.verdict in ("wrong", "partial")
    assert codes[0] == code, [(f.code, f.message) for f in found.findings]
    assert len(codes) == len(set(codes))
    for finding in found.findings:
        assert 15 < len(finding.message) < 250
        assert finding.message[0].islower() or finding.message.split()[0] in (wrt, wrt.upper())
        assert not finding.message.endswith((".", " "))
        assert "{" not in finding.message


@pytest.mark.parametrize(
    ("code", "expr", "wrt", "answer", "declared"), MISTAKES, ids=[f"{m[0]}: {m[3]}" for m in MISTAKES]
)
def test_a_counterexample_in_small_numbers(code: str, expr: str, wrt: str, answer: str, declared: str) -> None:
    found = check(expr, wrt, answer, declared)
    if found.counterexample is None:
        assert "wrong-shape" in [finding.code for finding in found.findings] or code == "vec-order"
        return
    shown = found.counterexample.reply()
    assert shown["expected"] != shown["got"]
    assert all(2 <= size <= 6 for size in shown["sizes"].values())
    assert all(abs(number) < 1e4 for number in numbers(shown["at"]))
    assert all(len(f"{number}") <= 9 for number in numbers(shown["at"]))


def numbers(value: object) -> list[float]:
    match value:
        case dict():
            return [n for part in value.values() for n in numbers(part)]
        case list():
            return [n for part in value for n in numbers(part)]
        case int() | float():
            return [value]
    raise AssertionError(value)


def test_every_code_has_five_mistakes() -> None:
    count = Counter(mistake[0] for mistake in MISTAKES)
    assert count.keys() == set(CODES)
    assert min(count.values()) >= 5, count


@pytest.mark.parametrize(
    ("expr", "wrt", "answer", "codes"),
    [
        ("x.T@A@x", "x", "3*A@x", ""),
        ("x.T@A@x", "x", "A@A@x", ""),
        ("x.T@A@x", "x", "(A - 3*A.T)@x", "factor"),
        ("x.T@A@x", "x", "x", ""),
        ("x.T@A@x", "x", "A@x + 2*A.T@x", "factor"),
        ("x.T@A@x", "x", "A@ones(n)", ""),
        ("norm(A@x-b)^2", "x", "2*A.T@A@x + A.T@b", "factor"),
        ("norm(A@x-b)^2", "x", "A.T@A@x - 2*A.T@b", "factor"),
        ("norm(A@x-b)^2", "x", "2*A.T@(A@x+b)", "sign"),
        ("logdet(X)", "X", "inv(X@X).T", ""),
        ("logdet(X)", "X", "X", "symmetric-only"),
        ("logdet(X)", "X", "det(X)*eye(n)", ""),
        ("tr(A@X@B)", "X", "A.T@B", "transpose symmetric-only"),
        ("tr(A@X@B)", "X", "A@B", "symmetric-only"),
        ("tr(A@X@B)", "X", "B@A.T", "symmetric-only"),
        ("tr(X.T@A@X)", "X", "(A - A.T)@X", "sign"),
        ("sum(tanh(A@x))", "x", "A.T@(1-tanh(A@x))", "factor"),
        ("sum(tanh(A@x))", "x", "A.T@(1+tanh(A@x).^2)", "sign"),
        ("sum(sigmoid(x))", "x", "sigmoid(x).^2", ""),
        ("sum(exp(x).*x)", "x", "exp(x) + x", "chain-factor"),
        ("t^2*sin(t)", "t", "t*sin(t) + t^2*cos(t)", "factor"),
        ("t^2*sin(t)", "t", "2*t*sin(t) - t^2*cos(t)", "sign"),
        ("log(1+t^2)", "t", "2*t", "chain-factor factor"),
        ("log(1+t^2)", "t", "2/(1+t^2)", "factor"),
        ("t^3", "t", "3*t^3", "factor"),
        ("t^3", "t", "3*t", "factor"),
        ("softmax(x)", "x", "diag(softmax(x))", "missing-term"),
        ("softmax(x)", "x", "diag(softmax(x)) + softmax(x)@softmax(x).T", "sign"),
        ("norm(x)", "x", "x/norm(x)^2", "factor"),
        ("norm(x)", "x", "1/norm(x)", "wrong-shape"),
        ("tr(inv(X))", "X", "-inv(X).T", "chain-factor"),
        ("tr(inv(X))", "X", "-inv(X)^2", "transpose layout symmetric-only"),
        ("det(X)", "X", "det(X)", "not-differentiated wrong-shape"),
        ("x/norm(x)", "x", "eye(n)/norm(x)", "missed-occurrence product-rule missing-term"),
        ("x/norm(x)", "x", "eye(n)/norm(x) - x@x.T/norm(x)^2", ""),
    ],
)
def test_no_cause_is_told_that_is_none(expr: str, wrt: str, answer: str, codes: str) -> None:
    declared = [f"{name}[n,n]" for name in "ABX" if name in expr and "X" in expr] + (["t[]"] if wrt == "t" else [])
    found = check(expr, wrt, answer, ";".join(declared))
    assert found.verdict == "wrong"
    assert " ".join(finding.code for finding in found.findings) == codes
    assert found.message


@pytest.mark.parametrize(
    ("expr", "wrt", "answer", "declared", "message"),
    [
        ("x.T@A@x", "x", "A@x", "", "x occurs 2 times, and each contributes; the second is missing: it contributes A.T@x"),
        ("tr(X@X@X)", "X", "X.T@X.T", "X[n,n]", "X occurs 3 times, and each contributes; the first and the second are missing"),
        ("norm(A@x-b)^2", "x", "A.T@(A@x-b)", "", "a factor 2 is missing"),
        ("norm(A@x-b)^2/2", "x", "2*A.T@(A@x-b)", "", "there is a factor 2 too many"),
        ("mean((A@x-b).^2)", "x", "2*A.T@(A@x-b)", "", "there is a factor m too many"),
        ("mean(x)", "x", "ones(n)", "x[n]", "there is a factor n too many"),
        ("norm(A@x-b)^2", "x", "-A.T@(A@x-b)", "", "a factor 2 is missing, and the sign is the other way round"),
        ("(x.T@A@x)^2", "x", "2*(A+A.T)@x", "", "the factor x.T@A@x is missing"),
        ("A@x", "x", "A.T", "A[n,n]", "this would be right in the denominator layout; the question asks for the mixed layout"),
        ("tr(A@X@B)", "X", "(A@B).T", "A[n,n];B[n,n]", "the order of the product matters: A and B have changed places"),
        ("sum(A.*X.*X)", "X", "2*A@X", "A[n,n];X[n,n]", "a product of the wrong kind: A and X are to be multiplied entry by entry"),
        ("x.*b", "x", "b", "", "the entries are right, and belong on the diagonal of a matrix: diag(…)"),
        ("t^2*sin(t)", "t", "2*t*sin(t)", "t[]", "the one where sin(t) is differentiated is missing"),
        ("x.T@A@x", "x", "A + A.T", "", "the shape of the derivative is n, and that of this is n x n"),
    ],
)  # fmt: skip
def test_messages_that_a_student_can_act_on(expr: str, wrt: str, answer: str, declared: str, message: str) -> None:
    assert message in check(expr, wrt, answer, declared).message
