"""The mistakes that a diagnosis names: what each is, a check that ends with it, and what mends it.

`mcalc explain` tells them beside the codes of errors; `tests/cli/test_explain.py` runs the examples.
"""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """What `mcalc explain` tells of a diagnosis. The example follows `mcalc check`."""

    cause: str
    example: str
    cure: str


MISTAKES = {
    "not-differentiated": Mistake(
        "The answer, or a function in it, is what was to be differentiated.",
        "'x.T@A@x' --wrt x --answer 'x.T@A@x'",
        "Work out the differential first, and read the derivative off.",
    ),
    "integrated": Mistake(
        "The answer is an integral: its derivative is the expression.",
        "'t^2' --wrt t --answer 't^3/3'",
        "Differentiate instead: the exponent comes down as a factor.",
    ),
    "sign": Mistake(
        "The answer, or one of its terms, has the other sign.",
        "'x.T@x' --wrt x --answer '-2*x'",
        "Look where a minus was carried along: d(X⁻¹) and the derivative of cos have one.",
    ),
    "layout": Mistake(
        "The answer is right in another layout: the axes stand in another order.",
        "'A@x' --wrt x --answer 'A.T'",
        "Transpose it, or say which layout is meant: --layout denominator.",
    ),
    "transpose": Mistake(
        "A transpose is missing, or one too many.",
        "'x.T@A@y' --wrt A --answer 'y@x.T' --var 'x[n], y[n]'",
        "Compare the shapes with sizes that all differ; df = tr(Gᵀ dX) has the transpose of what stands before dX.",
    ),
    "vec-order": Mistake(
        "The rows of the matrices were stacked where the columns are.",
        "'A@X@B' --wrt X --answer 'kron(A, B.T)' --var 'A[n,n], X[n,n], B[n,n]'",
        "With columns stacked, vec(A X B) = (Bᵀ ⊗ A) vec(X).",
    ),
    "cookbook-symmetric": Mistake(
        "G + Gᵀ − diag(G) was given for a symmetric matrix, which counts the entries off the diagonal twice.",
        "'tr(A@X)' --wrt X --answer 'A + A.T - diag(diag(A))' --var 'X[n,n] symmetric'",
        "Give the derivative by free entries, or ask for this convention: --convention cookbook.",
    ),
    "missing-diag": Mistake(
        "A function of each entry has a diagonal matrix for its Jacobian, and its diagonal alone was given.",
        "'sigmoid(x)' --wrt x --answer 'sigmoid(x).*(1 - sigmoid(x))' --var 'x[n]'",
        "Put the slopes on the diagonal: diag(…).",
    ),
    "missing-trace": Mistake(
        "The derivative is the trace of what was given.",
        "'tr(t*A)' --wrt t --answer 'A' --var 't[], A[n,n]'",
        "Take the trace: the value is a scalar, and so is its derivative by a scalar.",
    ),
    "missing-sum": Mistake(
        "The derivative is a sum over entries of what was given.",
        "'sum(t*x)' --wrt t --answer 'x' --var 't[], x[n]'",
        "Sum over the axes that the value does not have.",
    ),
    "product-rule": Mistake(
        "In a product one factor was held constant that changes, or all were differentiated at once.",
        "'t*sin(t)' --wrt t --answer 'cos(t)' --var 't[]'",
        "d(U V) = dU V + U dV: one term for each factor.",
    ),
    "missed-occurrence": Mistake(
        "The variable occurs several times, and one occurrence was passed over.",
        "'x.T@A@x' --wrt x --answer 'A@x'",
        "Number the occurrences, take the derivative by each with the others held, and add: --method occurrences.",
    ),
    "missing-term": Mistake(
        "A term of the derivative is missing.",
        "'x.T@x + b.T@x' --wrt x --answer '2*x'",
        "d is linear: every term of the expression gives one, unless it does not depend on the variable.",
    ),
    "chain-factor": Mistake(
        "The derivative of what stands inside a function is missing.",
        "'norm(A@x - b)^2' --wrt x --answer '2*(A@x - b)' --var 'A[n,n]'",
        "d f(u) = f′(u) du: multiply by the derivative of u.",
    ),
    "factor": Mistake(
        "The answer, or one of its terms, is a multiple of what it should be.",
        "'x.T@x' --wrt x --answer 'x'",
        "Look where an exponent came down, or where two equal terms were added.",
    ),
    "extra-term": Mistake(
        "A term stands there that does not belong.",
        "'x.T@x + b.T@b' --wrt x --answer '2*x + 2*b' --var 'x[n], b[n]'",
        "Leave it out: what does not depend on the variable has no derivative.",
    ),
    "order-swapped": Mistake(
        "Two matrices of a product have changed places.",
        "'tr(A@X@B)' --wrt X --answer 'B.T@A.T' --var 'A[n,n], B[n,n], X[n,n]'",
        "(A B)ᵀ = Bᵀ Aᵀ, and under a trace factors may go round, but not past each other.",
    ),
    "product-kind": Mistake(
        "A matrix product stands where entries are multiplied, or the other way round.",
        "'sum(A.*X.*X)' --wrt X --answer '2*A@X' --var 'A[n,n], X[n,n]'",
        "Keep A ⊙ X and A X apart; check them on matrices that are not diagonal.",
    ),
    "symmetric-only": Mistake(
        "The answer is right where a matrix has a property, such as symmetry, that the question does not give it.",
        "'x.T@A@x' --wrt x --answer '2*A@x'",
        "Keep A and Aᵀ apart, or declare the property: --var 'A[n,n] symmetric'.",
    ),
    "wrong-shape": Mistake(
        "The answer has another shape than the derivative.",
        "'x.T@x' --wrt x --answer '2*x.T@x'",
        "The gradient of a scalar has the shape of the variable; the Jacobian a row for each entry of the value.",
    ),
}
