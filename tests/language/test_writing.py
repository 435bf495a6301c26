"""How people write: each line is read as the line beside it, or refused with advice."""

from __future__ import annotations

import pytest

from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.read import read

DECLARED = [
    "A[n,n], B[n,n], X[n,m], Y[n,m], W[m,n], Σ[n,n] symmetric, K[n,n]",
    "x[n], y[n], z[n], a[n], b[n], μ[n], w[m], v[m], c[], t[], λ[]",
]

# fmt: off
READ_AS = [
    ("x'*A*x", "x.T@A@x"), ("x' A x", "x.T@A@x"), ("xᵀAx", "x.T@A@x"), ("x^T A x", "x.T@A@x"), ("x^TAx", "x.T@A@x"),
    ("x^{T}Ax", "x.T@A@x"), ("x^⊤ A x", "x.T@A@x"), ("x.T.dot(A).dot(x)", "x.T@A@x"),
    ("x.T.dot(A.dot(x))", "x.T@A@x"), ("x.dot(A@x)", "x.T@A@x"), ("np.dot(x, A@x)", "x.T@A@x"),
    ("dot(x, A x)", "x.T@A@x"), ("x @ A @ x", "x.T@A@x"), ("x·(Ax)", "x.T@A@x"), ("x·y", "x.T@y"),
    ("⟨x, y⟩", "x.T@y"), ("⟨x,A y⟩", "x.T@A@y"), ("<x, y>", "x.T@y"), ("\\langle x, y \\rangle", "x.T@y"),
    ("np.linalg.norm(x)", "norm(x)"), ("np.linalg.norm(x)**2", "norm(x)^2"), ("numpy.linalg.norm(x, 2)", "norm(x)"),
    ("np.linalg.norm(X, 'fro')", "norm(X)"), ("norm(X, 'fro')^2", "norm(X)^2"), ("norm(X,\"fro\")", "norm(X)"),
    ("‖x‖₂²", "norm(x)^2"), ("‖x‖²", "norm(x)^2"), ("||x||^2", "norm(x)^2"), ("||x||_2^2", "norm(x)^2"),
    ("‖Ax - b‖₂²", "norm(A@x - b)^2"), ("||A x - b||^2", "norm(A@x - b)^2"), ("|| Ax - b ||_2^2", "norm(A@x - b)^2"),
    ("‖X‖_F^2", "norm(X)^2"), ("‖X‖_F²", "norm(X)^2"), ("||X||_F^2", "norm(X)^2"), ("||x||_1", "norm1(x)"),
    ("‖x‖₁", "norm1(x)"), ("‖x‖_∞", "norminf(x)"), ("‖X‖_*", "nuclear(X)"), ("½‖x - y‖²", "norm(x-y)^2/2"),
    ("1/2 ||x - y||^2", "norm(x-y)^2/2"), ("(1/2)*||x-y||_2^2", "norm(x-y)^2/2"),
    ("0.5*norm(x-y)^2", "norm(x-y)^2/2"), ("1/2 x'Ax", "x.T@A@x/2"), ("trace(A)", "tr(A)"), ("Tr(A)", "tr(A)"),
    ("tr A", "tr(A)"), ("Tr(A B)", "tr(A@B)"), ("tr(AB)", "tr(A@B)"), ("np.trace(A@B)", "tr(A@B)"),
    ("tr(AXX^T)", "tr(A@X@X.T)"), ("tr(X'AX)", "tr(X.T@A@X)"), ("tr(X^TAX)", "tr(X.T@A@X)"),
    ("trace(X.'*A*X)", "tr(X.T@A@X)"), ("log|Σ|", "logdet(Σ)"), ("log |Σ|", "logdet(Σ)"),
    ("log det Σ", "log(det(Σ))"), ("log det(Σ)", "log(det(Σ))"), ("log(det(Σ))", "log(det(Σ))"),
    ("ln det Σ", "log(det(Σ))"), ("ln|Σ|", "logdet(Σ)"), ("logdet(A)", "logdet(A)"), ("det A", "det(A)"),
    ("det(A - λ I)", "det(A - λ*eye(n))"), ("np.log(np.linalg.det(A))", "log(det(A))"), ("log(|A|)", "logdet(A)"),
    ("A⁻¹", "inv(A)"), ("A^-1", "inv(A)"), ("A^{-1}", "inv(A)"), ("A^(-1)", "inv(A)"), ("A**-1", "A.^(-1)"),
    ("inv(A)", "inv(A)"), ("np.linalg.inv(A)", "inv(A)"), ("A⁻ᵀ", "inv(A).T"), ("A^{-T}", "inv(A).T"),
    ("A^(-T)", "inv(A).T"), ("A^-T", "inv(A).T"), ("A^{-⊤}", "inv(A).T"), ("inv(A)'", "inv(A).T"),
    ("A\\b", "solve(A, b)"), ("A \\ b", "solve(A, b)"), ("np.linalg.solve(A, b)", "solve(A, b)"),
    ("(A'A)^-1 A'b", "inv(A.T@A)@A.T@b"), ("(AᵀA)⁻¹Aᵀb", "inv(A.T@A)@A.T@b"),
    ("(A^T A)^{-1} A^T b", "inv(A.T@A)@A.T@b"), ("A^T^{-1}", "inv(A).T"), ("(A^T)^-1", "inv(A).T"),
    ("(A^{-1})^T", "inv(A).T"), ("A^{1/2}", "sqrtm(A)"), ("Σ^{-1/2}", "inv(sqrtm(Σ))"), ("A⁺", "pinv(A)"),
    ("A^+", "pinv(A)"), ("(x-μ)ᵀΣ⁻¹(x-μ)", "(x-μ).T@inv(Σ)@(x-μ)"),
    ("(x - mu)' inv(Sigma) (x - mu)", "(x-μ).T@inv(Σ)@(x-μ)"), ("-½(x−μ)ᵀΣ⁻¹(x−μ)", "-(x-μ).T@inv(Σ)@(x-μ)/2"),
    ("exp(-1/2 (x-μ)^T Σ^{-1} (x-μ))", "exp(-(x-μ).T@inv(Σ)@(x-μ)/2)"), ("np.sum(x**2)", "sum(x.^2)"),
    ("sum(x.^2)", "sum(x.^2)"), ("(x**2).sum()", "sum(x.^2)"), ("x.sum()", "sum(x)"),
    ("X.sum(axis=0)", "sum(X, axis=0)"), ("X.sum(0)", "sum(X, axis=0)"), ("np.sum(X, axis=1)", "sum(X, axis=1)"),
    ("X.mean()", "mean(X)"), ("np.mean((X@w - y)**2)", "mean((X@w - y).^2)"),
    ("((X@w - y)**2).mean()", "mean((X@w - y).^2)"), ("torch.sum(x*y)", "sum(x.*y)"), ("jnp.exp(x)", "exp(x)"),
    ("np.exp(x)/np.sum(np.exp(x))", "exp(x)/sum(exp(x))"), ("X.T @ X", "X.T@X"), ("X.transpose()", "X.T"),
    ("np.transpose(X)", "X.T"), ("transpose(X)*X", "X.T@X"), ("X.t() @ X", "X.T@X"), ("X.mT @ X", "X.T@X"),
    ("A.trace()", "tr(A)"), ("A.inverse()", "inv(A)"), ("A.det()", "det(A)"), ("np.einsum('ij,j->i', A, x)", "A@x"),
    ("np.outer(x,y)", "outer(x,y)"), ("x yᵀ", "x@y.T"), ("x y'", "x@y.T"), ("x⊗y", "kron(x,y)"), ("A⊗B", "kron(A,B)"),
    ("A ∘ B", "A.*B"), ("A ⊙ B", "A.*B"), ("A .* B", "A.*B"), ("np.multiply(A,B)", "A.*B"), ("np.matmul(A,B)", "A@B"),
    ("A×B", "A@B"), ("A x", "A@x"), ("Ax", "A@x"), ("np.kron(A,B)", "kron(A,B)"), ("np.diag(x)@A", "diag(x)@A"),
    ("diag(x)A", "diag(x)@A"), ("√(xᵀx)", "sqrt(x.T@x)"), ("√c", "sqrt(c)"), ("sqrt(x'x)", "sqrt(x.T@x)"),
    ("e^t", "exp(t)"), ("e^{-x'x}", "exp(-x.T@x)"), ("exp(-‖x−y‖²/(2c²))", "exp(-norm(x-y)^2/(2*c^2))"),
    ("sin t", "sin(t)"), ("sin(t)cos(t)", "sin(t)*cos(t)"), ("sin²(t)", "sin(t)^2"), ("sin^2(t)", "sin(t)^2"),
    ("cos^2 t", "cos(t)^2"), ("2t", "2*t"), ("2 sin(t)", "2*sin(t)"), ("t²", "t^2"), ("t^2", "t^2"), ("t**2", "t^2"),
    ("ln(t)", "log(t)"), ("ln t", "log(t)"), ("arctan(t)", "atan(t)"), ("|t|", "abs(t)"), ("abs(t)", "abs(t)"),
    ("max(0,t)", "relu(t)"), ("log10(t)", "log10(t)"), ("π t", "pi*t"), ("3.14 t", "3.14*t"), ("1e-3 t", "0.001*t"),
    ("∑_i x_i", "sum(x)"), ("∑ᵢ xᵢ²", "sum(x.^2)"), ("sum_i a_i x_i", "a.T@x"), ("sum_i(a[i]*x[i])", "a.T@x"),
    ("\\sum_i a_i x_i", "a.T@x"), ("∑_{i} a_i x_i^2", "sum(a.*x.^2)"), ("∑_{i,j} A_{ij} x_i x_j", "tr(A@x@x.T)"),
    ("∑_{ij} A_ij x_i x_j", "tr(A@x@x.T)"), ("∑_i ∑_j A_{ij} x_i x_j", "tr(A@x@x.T)"), ("∑ᵢ₌₁ⁿ xᵢ", "sum(x)"),
    ("sum_{i=1}^n x_i", "sum(x)"), ("∑_{i=1}^{n} log(x_i)", "sum(log(x))"), ("∏_i x_i", "prod(x)"),
    ("（x−y）ᵀ（x−y）", "(x-y).T@(x-y)"), ("ｘ'ｘ", "x.T@x"), ("x′x", "x.T@x"), ("x⋅y", "x.T@y"), ("A∙x", "A@x"),
    ("2∗t", "2*t"), ("x − y", "x-y"), ("x ÷ 2", "x/2"), ("X[:,0]", "X[:,0]"), ("x[0]", "x[0]"), ("x[-1]", "x[-1]"),
    ("A[0,1]", "A[0,1]"), ("A[0][1]", "A[0,1]"), ("[x; y]", "[x; y]"), ("np.hstack([A, B])", "[A, B]"),
    ("np.concatenate([x, y])", "[x; y]"), ("np.eye(n)", "eye(n)"), ("I_n", "eye(n)"), ("A + λI", "A + λ*eye(n)"),
    ("inv(A + c*I)", "inv(A + c*eye(n))"), ("A + λ*eye(n)", "A+λ*eye(n)"), ("ones(n)'x", "sum(x)"),
    ("np.ones(n)@x", "sum(x)"), ("zeros(n)", "zeros(n)"), ("σ(x)", "sigmoid(x)"), ("sigmoid(X w)", "sigmoid(X@w)"),
    ("σ(Xw)", "sigmoid(X@w)"), ("ReLU(x)", "relu(x)"), ("torch.relu(x)", "relu(x)"), ("F.softmax(x)", "softmax(x)"),
    ("nn.functional.relu(x)", "relu(x)"), ("scipy.special.expit(x)", "sigmoid(x)"), ("LogSumExp(x)", "logsumexp(x)"),
    ("np.maximum(x, 0)", "max(x,0)"), ("np.where(x > 0, x, 0)", "x.*step(x)"), ("(x > 0).*y", "step(x).*y"),
    ("x > 0", "step(x)"), ("λ‖x‖²", "λ*norm(x)^2"), ("lambda*x'*x", "λ*x.T@x"), ("\\lambda x^T x", "λ*x.T@x"),
    ("y - Xw", "y - X@w"), ("(y - Xw)'(y - Xw)", "(y-X@w).T@(y-X@w)"),
    ("||y - Xw||² + λ||w||²", "norm(y-X@w)^2 + λ*norm(w)^2"), ("y.^2", "y.^2"), ("vec(X)", "vec(X)"),
    ("⟨A,B⟩_F", "inner(A,B)"), ("⟨A, B⟩", "inner(A,B)"), ("∑_i x_i^3 + c", "sum(x.^3) + c"),
    ("2 ∑_i a_i x_i", "2*a.T@x"), ("∑_{i=1}^{n-1} (x_{i+1} - x_i)^2", "norm(x[1:] - x[:-1])^2"),
    ("∑_i ‖X[i,:] - w‖²", "norm(X - ones(n)@w.T)^2"), ("X[0,:]@w", "X[0,:].T@w"), ("λ_max(A'A)", "lambda_max(A.T@A)"),
    ("‖A‖₂", "norm(A, 2)"), ("Σ^{1/2}", "sqrtm(Σ)"), ("np.pi*t", "pi*t"), ("x >= 0", "1 - step(-x)"),
]
REFUSED = [
    ("trace(A*B)", "E303", "write A@B for the matrix product, A.*B for the product of entries"),
    ("tr[A B]", "E207", "write tr(…), or declare the variable: --var 'tr[n]'"),
    ("Tr[A]", "E214", "write (T r)[…] or T r[…]"),
    ("tr{A}", "E124", "brackets of an expression are ( and )"),
    ("|A|", "E117", "write det(…) or abs(…)"),
    ("|A - λI|", "E117", "write det(…) or abs(…)"),
    ("inv(A').", "E107", "a product of numbers and arrays is *, the elementwise product .*"),
    ("b/A", "E302", "the solution of A x = b is solve(A, b)"),
    ("A^†", "E107", "the pseudo-inverse is pinv(A), the transpose A.T; complex conjugates a"),
    ("sum(X, 1)", "E308", "sum(…, axis=0) goes down the columns, sum(…, axis=1) along the rows"),
    ("tan^{-1}(t)", "E113", "write the name of the inverse function, or 1/tan(…)"),
    ("t!", "E107", "the factorial of n is gamma(n + 1)"),
    ("t/2π", "E118", "write the brackets: (1/2) x or 1/(2 x)"),
    ("sum(i, a[i]*x[i])", "E308", "sum(…, axis=0) goes down the columns, sum(…, axis=1) along the rows"),
    ("x^t x", "E306", "x.^t is the power of every entry"),
    ("X(:,1)", "E107", "a range of places stands in square brackets: x[1:3]; A:B is inner(A, B"),
    ("[A B; B A]", "E141", "write [A, B] for blocks side by side, [A@B] for the product"),
    ("np.block([[A, B], [B, A]])", "E201", "mcalc functions lists them"),
    ("np.vstack((A, B))", "E121", "definitions are separated by `;`"),
    ("𝟏ᵀx", "E142", "a row of ones is ones(n).T, and 1ᵀx is sum(x)"),
    ("1ᵀx", "E142", "a row of ones is ones(n).T, and 1ᵀx is sum(x)"),
    ("(Xw - y)²", "E306", "(Xw - y).^2 is the power of every entry"),
    ("x²", "E306", "x.^2 is the power of every entry"),
    ("vec(AXB)", "E302", "did you mean X.T@B? AXB was read as A·X·B; a name that is declared st"),
    ("A:B", "E107", "a range of places stands in square brackets: x[1:3]; A:B is inner(A, B"),
    ("A : B", "E107", "a range of places stands in square brackets: x[1:3]; A:B is inner(A, B"),
]
# fmt: on


@pytest.mark.parametrize(("written", "meant"), READ_AS)
def test_it_is_read_as_it_is_meant(written: str, meant: str) -> None:
    found, wanted = read(written, DECLARED), read(meant, DECLARED)
    assert simplify(found.root) is simplify(wanted.root)
    assert found.row == wanted.row


@pytest.mark.parametrize(("written", "code", "hint"), REFUSED)
def test_what_can_be_meant_otherwise_is_refused_with_advice(written: str, code: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        read(written, DECLARED)
    assert caught.value.code == code
    assert hint in caught.value.hint
    assert caught.value.span is not None
