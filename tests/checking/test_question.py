"""Verdicts and diagnoses, as a student and a teacher meet them."""

from __future__ import annotations

import pytest

from mcalc.checking.question import Question, Verdict
from mcalc.errors import Problem


def check(expr: str, wrt: str, answer: str, *declared: str, **more: object) -> Verdict:
    return Question(expr, wrt, declared, **more).check(answer)  # type: ignore[arg-type]


RIGHT = [
    ("x.T@A@x", "x", "(A + A.T)@x", ()),
    ("x.T@A@x", "x", "A@x + A.T@x", ()),
    ("x.T@A@x", "x", "2*A@x", ("A[n,n] symmetric",)),
    ("norm(A@x - b)^2", "x", "2*A.T@A@x - 2*A.T@b", ()),
    ("det(X)", "X", "adj(X).T", ()),
    ("logdet(X)", "X", "inv(X.T)", ()),
    ("tr(inv(X))", "X", "-inv(X@X).T", ()),
    ("sum(exp(x))", "x", "exp(x)", ()),
    ("exp(2*t)", "t", "2*exp(t)^2", ("t[]",)),
    ("sum(log(x))", "x", "1 ./ abs(x)", ()),  # where the question has a value, it is right
    ("sum(log(x))", "x", "exp(-log(x))", ()),
    ("sum(sqrt(x))", "x", "0.5 ./ sqrt(x)", ()),
    ("log(det(X))", "X", "inv(X).T", ()),
    ("norm(Q@x)^2", "x", "2*x", ("Q[n,n] orthogonal",)),
    ("sum(sigmoid(x))", "x", "exp(-x) ./ (1 + exp(-x)).^2", ()),
    ("sum(tanh(x))", "x", "1 ./ cosh(x).^2", ()),
    ("A@x", "x", "A", ()),
    ("x.T@y", "A", "0", ("A[m,n]",)),
    ("x.T@y", "A", "zeros(m, n)", ("A[m,n]",)),
    ("sum(cos(x).^2 + sin(x).^2)", "x", "0", ()),
    ("sum(cos(x).^2 + sin(x).^2)", "x", "2*sin(x).*cos(x) - sin(2*x)", ()),
    ("x.T@x", "x", "x + x", ()),
    ("mean(x)", "x", "ones(n)/n", ("x[n]",)),
]


@pytest.mark.parametrize(("expr", "wrt", "answer", "declared"), RIGHT)
def test_right_answers(expr: str, wrt: str, answer: str, declared: tuple[str, ...]) -> None:
    found = check(expr, wrt, answer, *declared)
    assert found.verdict == "correct", found.message
    assert found.exit_status(strict_layout=True) == 0
    assert not found.findings


OTHER_LAYOUTS = [
    ("x.T@A@x", "x", "x.T@(A + A.T)", ()),  # a row
    ("A@x", "x", "A.T", ()),
    ("tr(A@X)", "X", "A", ()),
    ("A@X@B", "X", "kron(B.T, A)", ()),
    ("A@X@B", "X", "kron(B, A.T)", ()),
    ("x.T@A@x", "x", "dx.T@A@x + x.T@A@dx", ()),  # the differential
    ("tr(A@X)", "X", "(A + A.T)/2", ("X[n,n] symmetric",)),
    ("tr(A@X)", "X", "diag(diag(A))", ("X[n,n] diagonal",)),
]


@pytest.mark.parametrize(("expr", "wrt", "answer", "declared"), OTHER_LAYOUTS)
def test_right_in_another_layout(expr: str, wrt: str, answer: str, declared: tuple[str, ...]) -> None:
    found = check(expr, wrt, answer, *declared)
    assert found.verdict == "correct-up-to-layout"
    assert [finding.code for finding in found.findings] == ["layout"]
    assert (found.exit_status(), found.exit_status(strict_layout=True)) == (0, 1)


def test_the_layout_of_the_question_counts() -> None:
    assert check("A@x", "x", "A.T", layout="denominator").verdict == "correct"
    assert check("A@x", "x", "A", layout="denominator").verdict == "correct-up-to-layout"
    assert check("tr(A@X)", "X", "A", layout="numerator").verdict == "correct"
    assert check("tr(A@X)", "X", "A.T", layout="denominator").verdict == "correct"
    for layout, row, column in (("numerator", "correct", "correct-up-to-layout"),
                                ("denominator", "correct-up-to-layout", "correct")):  # fmt: skip
        assert check("b.T@x", "x", "b.T", layout=layout).verdict == row
        assert check("b.T@x", "x", "b", layout=layout).verdict == column
    assert check("t*x", "t", "x.T", layout="denominator").verdict == "correct"
    assert check("A@x", "A", "einsum('i,k->iki', ones(m), x)", layout="numerator").verdict == "correct"
    assert check("A@x", "A", "einsum('i,k->iik', ones(m), x)", layout="numerator").verdict == "correct-up-to-layout"


WRONG = [
    # the likeliest cause, and one that is to be among the causes told
    ("x.T@A@x", "x", "A@x", (), "missed-occurrence"),
    ("x.T@A@x", "x", "A.T@x", (), "missed-occurrence"),
    ("tr(X@A@X@B)", "X", "(A@X@B).T", ("A[n,n]", "B[n,n]"), "missed-occurrence"),
    ("norm(x - W.T@sigmoid(W@x))^2", "W", "-2*sigmoid(W@x)@(x - W.T@sigmoid(W@x)).T", (), "missed-occurrence"),
    ("x.T@A@x", "x", "2*A@x", (), "symmetric-only"),
    ("x.T@A@x", "x", "-(A + A.T)@x", (), "sign"),
    ("x.T@A@x", "x", "A@x - A.T@x", (), "sign"),
    ("sum(cos(x))", "x", "sin(x)", (), "sign"),
    ("x.T@A@x", "x", "2*(A + A.T)@x", (), "factor"),
    ("norm(X@w - y)^2", "w", "X.T@(X@w - y)", (), "factor"),
    ("mean((X@w - y).^2)", "w", "2*X.T@(X@w - y)", ("X[m,n]",), "factor"),
    ("det(X)", "X", "inv(X).T", (), "factor"),
    ("det(X)", "X", "det(X)*inv(X)", (), "transpose"),
    ("tr(A@X)", "X", "A", ("A[n,n]",), "transpose"),
    ("norm(A@x - b)^2", "x", "2*A@(A@x - b)", ("A[n,n]",), "transpose"),
    ("A@x", "x", "A.T", ("A[n,n]",), "layout"),
    ("norm(A@x - b)^2", "x", "2*(A@x - b)", (), "chain-factor"),
    ("sum(tanh(A@x))", "x", "1 - tanh(A@x).^2", (), "chain-factor"),
    ("exp(sin(t))", "t", "exp(sin(t))*sin(t)", ("t[]",), "not-differentiated"),
    ("exp(t^2)", "t", "exp(t^2)", ("t[]",), "not-differentiated"),
    ("sin(t^2)", "t", "cos(t^2)", ("t[]",), "chain-factor"),
    ("x.T@A@x", "x", "x.T@A@x", (), "not-differentiated"),
    ("sum(tanh(A@x))", "x", "A.T@tanh(A@x)", (), "not-differentiated"),
    ("t^2*sin(t)", "t", "2*t*cos(t)", ("t[]",), "product-rule"),
    ("t^2*sin(t)", "t", "2*t*sin(t)", ("t[]",), "product-rule"),
    ("t^2", "t", "t^3/3", ("t[]",), "integrated"),
    ("sin(t)", "t", "-cos(t)", ("t[]",), "integrated"),
    ("tr(A@X)", "X", "A + A.T - diag(diag(A))", ("X[n,n] symmetric",), "cookbook-symmetric"),
    ("logdet(X)", "X", "2*inv(X) - diag(diag(inv(X)))", ("X[n,n] symmetric",), "cookbook-symmetric"),
    ("tr(A@X@B)", "X", "(A@B).T", ("A[n,n]", "B[n,n]"), "order-swapped"),
    ("tr(X.T@(A.*X))", "X", "2*A@X", ("A[n,n]",), "product-kind"),
    ("tanh(x)", "x", "1 - tanh(x).^2", (), "missing-diag"),
    ("tr(A@X)", "t", "tr(A)", ("A[n,n]", "X[n,n]", "t[]"), "extra-term"),
    ("tr(A + t*B)", "t", "B", ("A[n,n]", "t[]"), "missing-trace"),
    ("sum(t*x)", "t", "x", ("t[]", "x[n]"), "missing-sum"),
    ("A@X@B", "X", "kron(A, B.T)", (), "vec-order"),
    ("norm(X@w - y)^2 + a*norm(w)^2", "w", "2*X.T@(X@w - y)", ("a[]",), "missing-term"),
    ("norm(X@w - y)^2", "w", "2*X.T@X@w", (), "missing-term"),
    ("x.T@A@x", "x", "(A + A.T)@x + x", (), "extra-term"),
    ("x.T@A@x", "x", "A + A.T", (), "wrong-shape"),
    ("x.T@A@x", "x", "0", (), "missing-term"),
    ("Q@x", "x", "Q.T", ("Q[n,n]",), "symmetric-only"),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "wrt", "answer", "declared", "code"), WRONG)
def test_wrong_answers_and_what_went_wrong(
    expr: str, wrt: str, answer: str, declared: tuple[str, ...], code: str
) -> None:
    found = check(expr, wrt, answer, *declared)
    assert found.verdict in ("wrong", "partial")
    assert found.exit_status() == 1
    assert code in [finding.code for finding in found.findings], [(f.code, f.message) for f in found.findings]
    assert all(finding.message for finding in found.findings)
    if found.verdict == "partial":
        assert "factor" in [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("expr", "wrt", "answer", "declared", "code"),
    [case for case in WRONG if case[-1] not in ("transpose", "layout", "symmetric-only", "extra-term", "wrong-shape")],
)
def test_the_likeliest_comes_first(expr: str, wrt: str, answer: str, declared: tuple[str, ...], code: str) -> None:
    assert check(expr, wrt, answer, *declared).findings[0].code == code


def test_a_message_names_the_occurrence_and_its_part() -> None:
    found = check("x.T@A@x", "x", "A@x")
    assert found.message == "x occurs 2 times, and each contributes; the second is missing: it contributes A.T@x"


def test_tiny_differences_are_differences() -> None:
    assert check("t/2^100", "t", "1/2^100", "t[]").verdict == "correct"
    assert check("t/2^100", "t", "1/2^99", "t[]").verdict == "partial"
    assert check("exp(t)/2^100", "t", "exp(t)/2^99", "t[]").verdict == "partial"


@pytest.mark.parametrize(
    ("expr", "answer"),
    [
        ("tr(B@X@X)", "tr(X)*B.T + (B@X).T"),
        ("tr(X^3)/3", "tr(X)*X.T - det(X)*eye(n)"),  # X² by Cayley and Hamilton, where X is 2 x 2
        ("det(X)", "tr(X)*eye(n) - X.T"),
    ],
)
def test_what_holds_for_two_rows_only_is_wrong(expr: str, answer: str) -> None:
    assert check(expr, "X", answer, "X[n,n]").verdict == "wrong"


@pytest.mark.parametrize("answer", ["A@@x", "B@x", "A@A@x.T", "ones(q)", "f(x)", "", "x = 2", "var y[n]; y"])
def test_what_means_nothing_is_invalid(answer: str) -> None:
    found = check("x.T@A@x", "x", answer)
    assert found.verdict == "invalid"
    assert found.message
    assert found.exit_status() == 2


def test_what_cannot_be_decided_is_not_wrong() -> None:
    # The logarithm of a negative number has no value at any point.
    found = check("sum(exp(x))", "x", "log(-exp(x))")
    assert found.verdict == "undecided"
    assert found.exit_status() == 4


def test_too_long_is_undecided() -> None:
    assert check("x.T@x", "x", "2*x" + " + 0*x" * 10_000).verdict == "undecided"


def test_a_question_that_means_nothing_is_a_problem() -> None:
    with pytest.raises(Problem):
        Question("x.T@A@x", "y")


def test_the_counterexample_is_one() -> None:
    found = check("x.T@A@x", "x", "2*A@x").counterexample
    assert found is not None
    A, x = found.at["A"], found.at["x"]
    n = found.sizes["n"]
    assert found.expected == [sum((A[i][j] + A[j][i]) * x[j] for j in range(n)) for i in range(n)]
    assert found.got == [2 * sum(A[i][j] * x[j] for j in range(n)) for i in range(n)]
    assert found.expected != found.got


def test_a_counterexample_lies_in_the_domain() -> None:
    found = check("sum(log(x))", "x", "2 ./ x + sqrt(x)").counterexample
    assert found is not None
    assert all(value > 0 for value in found.at["x"])


def test_feedback_tells_as_much_as_it_is_asked_for() -> None:
    found = check("x.T@A@x", "x", "A@x")
    assert found.reply("none")["verdict"] is None
    alone = found.reply("verdict")
    assert (alone["verdict"], alone["diagnosis"], alone["message"], alone["counterexample"]) == ("wrong", [], "", None)
    kind = found.reply("type")
    assert kind["diagnosis"][0] == "missed-occurrence"
    assert kind["message"] == ""
    assert found.reply("full")["message"] == found.message


def test_the_same_seed_gives_the_same_reply() -> None:
    first, second = (check("sum(exp(A@x))", "x", "exp(A@x)", seed=3).reply() for _ in range(2))
    assert first == second


LAYOUTS = ("mixed", "numerator", "denominator")


@pytest.mark.parametrize("asked", LAYOUTS)
@pytest.mark.parametrize(
    ("expr", "wrt", "answers", "declared"),
    [
        ("x.T@A@x", "x", ("(A + A.T)@x", "x.T@(A + A.T)", "(A + A.T)@x"), ""),
        ("A@x", "x", ("A", "A", "A.T"), ""),
        ("tr(A@X)", "X", ("A.T", "A", "A.T"), ""),
        ("t*x", "t", ("x", "x", "x.T"), "t[], x[n]"),
        ("t*X", "t", ("X", "X", "X.T"), "t[], X[m,n]"),
        (
            "A@X@B",
            "X",
            ("einsum('ik,lj->ijkl', A, B)", "einsum('il,kj->ijkl', A, B)", "einsum('jk,li->ijkl', B, A)"),
            "",
        ),
    ],
)
def test_an_answer_in_another_layout_is_told_from_the_one_asked_for(
    asked: str, expr: str, wrt: str, answers: tuple[str, ...], declared: str
) -> None:
    question = Question(expr, wrt, [declared] if declared else [], layout=asked)
    right = answers[LAYOUTS.index(asked)]
    for layout, answer in zip(LAYOUTS, answers, strict=True):
        found = question.check(answer)
        assert found.verdict == ("correct" if answer == right else "correct-up-to-layout")
        named = [other for other, same in zip(LAYOUTS, answers, strict=True) if same == answer]
        assert answer == right or any(f"right in the {other} layout" in found.message for other in named), layout


@pytest.mark.parametrize(
    ("f", "x", "declared", "answer", "verdict"),
    [
        ("lambda_max(S)", "S", "S[n,n] symmetric", "eigvecs(S)[:,-1]@eigvecs(S)[:,-1].T", "correct"),
        ("X[1,2]*x[0]", "x", "X[n,n], x[n]", "X[1,2]*unit(n, 0)", "correct"),
        ("norm(vech(X))^2", "X", "X[n,n]", "2*tril(X)", "correct"),
        ("tr(X^k)", "X", "X[n,n], k[]", "k*(X^(k - 1))'", "correct"),
        ("tr(X^k)", "X", "X[n,n], k[]", "X^(k - 1).T", "wrong"),
        ("∑_i a_i x_i^2", "x", "a[n], x[n]", "2 a ⊙ x", "correct"),
        ("logdet(A + c*eye(n))", "A", "A[n,n], c[]", "(A + cI)^{-T}", "correct"),
    ],
)
def test_answers_in_the_words_of_sums_powers_and_spectra(f: str, x: str, declared: str, answer: str, verdict: str):
    assert check(f, x, answer, declared).verdict == verdict


def test_a_place_that_no_size_names_is_refused() -> None:
    asked = Question("x.T@A@x", "x", ["a[n]", "A[n,n]"])
    assert asked.check("a[i]*x").verdict == "invalid"
    assert "no size i" in asked.check("a[i]*x").told
    asked = Question("x[k]*x.T@x", "x")
    assert asked.check("x[k]*x").verdict == "wrong"


@pytest.mark.parametrize(
    ("expr", "answer", "verdict"),
    [
        ("x[9]", "unit(n, 9)", "correct"),
        ("x[9]", "2*unit(n, 9)", "partial"),
        ("sum(x)", "unit(n, 9) + ones(n)", "wrong"),
        ("exp(x[9])", "exp(x[9])*unit(n, 9)", "correct"),
        ("exp(x[9])", "exp(x[8])*unit(n, 9)", "wrong"),
        ("besselk(1, x[0]^2 + 1)", "2*x[0]*unit(n, 3)", "wrong"),
        ("sum(x[0:n-9])", "ones(n)", "wrong"),
        ("sum(x[0:n-9])", "eye(n)[:, 0:n-9]@ones(n - 9)", "correct"),
        # Of a range of one entry both would be the same.
        ("sum(exp(x[k:n]))^2", "2*eye(n)[:, k:n]@(exp(x[k:n]).^2)", "wrong"),
        ("sum(exp(x[k:n]))^2", "2*sum(exp(x[k:n]))*eye(n)[:, k:n]@exp(x[k:n])", "correct"),
    ],
)
def test_places_are_there_at_the_points(expr: str, answer: str, verdict: str) -> None:
    assert check(expr, "x", answer, "x[n]").verdict == verdict


@pytest.mark.parametrize(
    "function",
    ["log1p(c)", "coth(c)", "csch(c)", "Si(c)", "Ei(c)", "gamma(c)", "besselj(1, c)", "lambertw(c)"],
)
def test_a_function_is_tried_wherever_it_has_a_value(function: str) -> None:
    assert check(f"sum(abs({function})*x)", "x", f"{function}*ones(n)", "x[n], c[]").verdict == "wrong"


def test_where_a_function_is_complex_decides_nothing() -> None:
    assert check("sum(c*x)", "x", "lambertw(c)*exp(lambertw(c))*ones(n)", "x[n], c[]").verdict == "correct"
