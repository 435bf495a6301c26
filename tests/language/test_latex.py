r"""Formulas in LaTeX: what people paste from papers and question sites, and what is said of what is not read.

Each formula is held against its meaning, written by hand in NumPy.
"""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy import exp, log, sqrt
from numpy.linalg import det, inv, norm, slogdet

from mcalc.errors import Problem
from mcalc.language.calls import FUNCTIONS
from mcalc.language.letters import GREEK_LETTERS, is_latex
from mcalc.language.parse import name_in, parse
from mcalc.language.read import read, reread
from mcalc.targets import text
from tests.evaluate import DIMS, evaluate

N, M = DIMS["n"], DIMS["m"]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + exp(-z))


def softplus(z: np.ndarray) -> np.ndarray:
    return log(1 + exp(z))


def nuclear(X: np.ndarray) -> float:
    return float(np.linalg.svd(X, compute_uv=False).sum())


def logdet(S: np.ndarray) -> float:
    return float(slogdet(S)[1])


def trace(X: np.ndarray) -> float:
    return float(np.trace(X))


def logsumexp(z: np.ndarray) -> float:
    return float(log(exp(z).sum()))


#: What a formula needs said: the shapes that operators leave open.
SQUARE, TALL = "A[n,n]", "X[m,n], y[m], w[n]"

FORMULAS: list[tuple[str, str, Callable[..., object]]] = [
    # sums over an index; the i-th of some bold vectors is a row
    (
        r"\frac{1}{2}\sum_{i=1}^{m} (y_i - \mathbf{w}^\top\mathbf{x}_i)^2",
        "y[m]",
        lambda y, w, x: norm(y - x @ w) ** 2 / 2,
    ),
    (
        r"-\sum_{i} \left[ y_i \log \sigma(\mathbf{w}^\top \mathbf{x}_i) + (1-y_i)\log(1-\sigma(\mathbf{w}^\top\mathbf{x}_i)) \right]",
        "y[m] positive",
        lambda y, w, x: -(y * log(sigmoid(x @ w)) + (1 - y) * log(1 - sigmoid(x @ w))).sum(),
    ),
    (
        r"\sum_{i,j} A_{ij} x_i x_j + \sum_{k} p_k \log q_k",
        "p[m] positive, q[m] positive",
        lambda A, x, p, q: x @ A @ x + p @ log(q),
    ),
    (r"\log\sum_{j} e^{z_j} - \frac{1}{n}\sum_{i=1}^n z_i", "z[n]", lambda z: logsumexp(z) - z.mean()),
    (
        r"\log \sum_i \exp(\mathbf{x}_i^\top \mathbf{w}) + c",
        "x[m,n], w[n], c[]",
        lambda x, w, c: logsumexp(x @ w) + c,
    ),
    (r"\sum_{i} \|\mathbf{x}_i - \boldsymbol{\mu}\|^2", "x[m,n]", lambda x, μ: ((x - μ) ** 2).sum()),
    # quadratic forms, as the Matrix Cookbook and question sites set them
    (r"\mathbf{x}^\top \mathbf{A} \mathbf{x}", "", lambda x, A: x @ A @ x),
    (r"\mathbf{x}^{\top}\mathbf{A}\,\mathbf{x} + \mathbf{b}^{\top}\mathbf{x}", "", lambda x, A, b: x @ A @ x + b @ x),
    (r"$$\frac{1}{2} x^{T} A x - b^{T} x$$", "", lambda x, A, b: x @ A @ x / 2 - b @ x),
    (
        r"f(\mathbf{x}) = \tfrac12 \mathbf{x}^{\mathsf T} \mathbf{Q} \mathbf{x} + \mathbf{c}^{\mathsf T}\mathbf{x}",
        "",
        lambda x, Q, c: x @ Q @ x / 2 + c @ x,
    ),
    (
        r"(\mathbf{A}\mathbf{x} + \mathbf{b})^T \mathbf{C} (\mathbf{D}\mathbf{x} + \mathbf{e})",
        "",
        lambda A, x, b, C, D, e: (A @ x + b) @ C @ (D @ x + e),
    ),
    (
        r"(\mathbf{x} - \mathbf{A}\mathbf{s})^T\mathbf{W}(\mathbf{x} - \mathbf{A}\mathbf{s})",
        "",
        lambda x, A, s, W: (x - A @ s) @ W @ (x - A @ s),
    ),
    (r"\frac{\mathbf{x}^\top \mathbf{A} \mathbf{x}}{\mathbf{x}^\top \mathbf{x}}", "", lambda x, A: x @ A @ x / (x @ x)),
    (r"\vec{a}\cdot\vec{x}", "", lambda a, x: a @ x),
    (r"\langle x, A x\rangle - \left\langle b, x \right\rangle", "", lambda x, A, b: x @ A @ x - b @ x),
    (r"\mathbf{a}^{\intercal} \mathbf{X}^{\intercal} \mathbf{X} \mathbf{b}", "", lambda a, X, b: a @ X.T @ X @ b),
    # least squares and its relatives
    (r"\lVert X w - y \rVert_2^2 + \lambda \|w\|^2", "", lambda X, w, y, λ: norm(X @ w - y) ** 2 + λ * norm(w) ** 2),
    (
        r"J(\theta) = \frac{1}{2m} \left\| X\theta - y \right\|_2^2",
        "X[m,n], theta[n], y[m]",
        lambda X, θ, y: norm(X @ θ - y) ** 2 / (2 * M),
    ),
    (
        r"\frac{1}{2}\|\mathbf{y}-\mathbf{X}\boldsymbol{\beta}\|^2_2 + \alpha\|\boldsymbol{\beta}\|_1",
        "",
        lambda y, X, β, α: norm(y - X @ β) ** 2 / 2 + α * abs(β).sum(),
    ),
    (
        r"(\mathbf{y} - \mathbf{X}\boldsymbol\beta)^{\prime}(\mathbf{y} - \mathbf{X}\boldsymbol\beta)",
        "",
        lambda y, X, β: (y - X @ β) @ (y - X @ β),
    ),
    (r"y'y - 2\beta'X'y + \beta'X'X\beta", "", lambda y, β, X: y @ y - 2 * β @ X.T @ y + β @ X.T @ X @ β),
    (
        r"\| \mathbf{W}\mathbf{X} - \mathbf{Y} \|_F^2 + \gamma \| \mathbf{W} \|_{F}^{2}",
        "W[m,n], X[n,k]",
        lambda W, X, Y, γ: norm(W @ X - Y) ** 2 + γ * norm(W) ** 2,
    ),
    (r"\left\Vert A - U V^\top \right\Vert_{\mathrm{F}}^2", "A[m,n], U[m,k]", lambda A, U, V: norm(A - U @ V.T) ** 2),
    (r"\|x - W^\top \sigma(W x)\|^2", "", lambda x, W: norm(x - W.T @ sigmoid(W @ x)) ** 2),
    (r"\sqrt{\mathbf{x}^\top\mathbf{x} + \epsilon}", "", lambda x, ε: sqrt(x @ x + ε)),
    (r"\|\mathbf x-\mathbf a\|_2", "", lambda x, a: norm(x - a)),
    # traces and determinants
    (r"\operatorname{tr}(A X^{-1} B)", "X[n,n], A[m,n]", lambda A, X, B: trace(A @ inv(X) @ B)),
    (
        r"\operatorname{Tr}\left[\mathbf{A}\mathbf{X}\mathbf{B}\mathbf{X}^T\mathbf{C}\right]",
        "A[m,n], X[n,k], B[k,k], C[n,m]",
        lambda A, X, B, C: trace(A @ X @ B @ X.T @ C),
    ),
    (r"{\rm tr}(\mathbf{X}^T \mathbf{A}\mathbf{X})", "X[n,m]", lambda X, A: trace(X.T @ A @ X)),
    (r"\mathrm{tr}\, A^\top B", "A[m,n]", lambda A, B: trace(A.T @ B)),
    (r"\log\det\Sigma", "Sigma[n,n] psd", lambda Σ: logdet(Σ)),
    (
        r"-\log\det(\mathbf{X}) + \operatorname{tr}(\mathbf{S}\mathbf{X})",
        "X[n,n] psd",
        lambda X, S: -logdet(X) + trace(S @ X),
    ),
    (r"\ln |\mathbf{X}^{\top}\mathbf{X}|", "X[k,m]", lambda X: logdet(X.T @ X)),
    (r"\det(\mathbf{A}\mathbf{X}\mathbf{B})", "A[n,n], X[n,n]", lambda A, X, B: det(A @ X @ B)),
    (r"\mathbf{a}^T \mathbf{X}^{-1} \mathbf{b}", "", lambda a, X, b: a @ inv(X) @ b),
    (r"\mathbf{a}^\top\mathbf{X}^{-\top}\mathbf{b}", "", lambda a, X, b: a @ inv(X).T @ b),
    (r"\mathrm{Tr}\left( (\mathbf{X} + \mathbf{A})^{-1} \right)", "X[n,n]", lambda X, A: trace(inv(X + A))),
    (r"\|X\|_* + \mu \|X\|_F", "X[m,n], mu[]", lambda X, μ: nuclear(X) + μ * norm(X)),
    (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}", "a[], b[], c[], d[]", lambda a, b, c, d: a * d - b * c),
    # statistics
    (r"\frac{1}{2}(x-\mu)^T\Sigma^{-1}(x-\mu)", "Sigma[n,n] psd", lambda x, μ, Σ: (x - μ) @ inv(Σ) @ (x - μ) / 2),
    (
        r"-\frac{1}{2}\log|\boldsymbol{\Sigma}| - \frac{1}{2}(\mathbf{x}-\boldsymbol{\mu})^{\top}\boldsymbol{\Sigma}^{-1}(\mathbf{x}-\boldsymbol{\mu})",
        "Sigma[n,n] psd",
        lambda Σ, x, μ: -logdet(Σ) / 2 - (x - μ) @ inv(Σ) @ (x - μ) / 2,
    ),
    (
        r"-\frac{n}{2}\ln 2\pi - \frac{1}{2\sigma^2}\|\mathbf{y} - \mathbf{X}\boldsymbol{\beta}\|^2",
        "X[m,n], sigma[]",
        lambda σ, y, X, β: -N / 2 * log(2 * np.pi) - norm(y - X @ β) ** 2 / (2 * σ**2),
    ),
    (r"e^{-\frac{1}{2}\mathbf{x}^\top\mathbf{P}\mathbf{x}}", "P[n,n] psd", lambda x, P: exp(-x @ P @ x / 2)),
    (
        r"\exp\left(-\frac{\|\mathbf{x} - \mathbf{z}\|^2}{2\ell^2}\right)",
        "ell[]",
        lambda x, z, ell: exp(-(norm(x - z) ** 2) / (2 * ell**2)),
    ),
    (
        r"(\mathbf{K} + \sigma^2\mathbf{I})^{-1}\mathbf{y}",
        "K[n,n] psd, sigma[]",
        lambda K, σ, y: inv(K + σ**2 * np.eye(N)) @ y,
    ),
    (
        r"\mathbf{y}^\top (\mathbf{I} - \tfrac{1}{n}\mathbf{1}\mathbf{1}^\top) \mathbf{y}",
        "y[n]",
        lambda y: y @ y - y.sum() ** 2 / N,
    ),
    (
        r"\mathbf{1}_n^\top \mathbf{p} + \mathbf{p}^\top \log \mathbf{p}",
        "p[n] positive",
        lambda p: p.sum() + p @ log(p),
    ),
    (r"\hat{\mathbf{y}}^\top\hat{\mathbf{y}} - \bar{y}^2", "", lambda **v: v["ŷ"] @ v["ŷ"] - v["ȳ"] ** 2),
    # 1 where a comparison holds
    (r"\mathbf{1}_{x \geq y}^\top w", "", lambda x, y, w: (x >= y) @ w),
    (r"\mathbb{1}_{A x < y + \mathbf{1}_{y > 0}}^{\top} w", "", lambda A, x, y, w: (A @ x < y + (y > 0)) @ w),
    (r"\mathbf{1}_{x_{1} \le z}^\top w", "x_1[n], z[n]", lambda x_1, z, w: (x_1 <= z) @ w),
    # learning
    (r"\sigma(\mathbf{w}^\top \mathbf{x} + b)", "", lambda w, x, b: sigmoid(w @ x + b)),
    (
        r"-\left[ y\log\sigma(\mathbf{w}^\top\mathbf{x}) + (1-y)\log(1-\sigma(\mathbf{w}^\top\mathbf{x})) \right]",
        "y[]",
        lambda y, w, x: -(y * log(sigmoid(w @ x)) + (1 - y) * log(1 - sigmoid(w @ x))),
    ),
    (
        r"\mathbf{1}^\top\log\left(1+\exp(-\mathbf{y}\odot \mathbf{X}\mathbf{w})\right)",
        "X[m,n]",
        lambda y, X, w: softplus(-y * (X @ w)).sum(),
    ),
    (
        r"-\mathbf{y}^{T} \log \operatorname{softmax}(\mathbf{W}\mathbf{x})",
        "W[m,n]",
        lambda y, W, x: -y @ (W @ x - logsumexp(W @ x)),
    ),
    (
        r"\mathbf{W}^{(2)}\tanh(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) + \mathbf{b}^{(2)}",
        "x[n], W_1[m,n]",
        lambda W_2, W_1, x, b_1, b_2: W_2 @ np.tanh(W_1 @ x + b_1) + b_2,
    ),
    (
        r"\mathbf{h}_t = \tanh(\mathbf{W}_{hh}\mathbf{h}_{t-1} + \mathbf{W}_{xh}\mathbf{x}_t)",
        "W_xh[m,n]",
        lambda W_hh, h_tm1, W_xh, x_t: np.tanh(W_hh @ h_tm1 + W_xh @ x_t),
    ),
    (r"\max(0, 1 - y\,\mathbf{w}^\top\mathbf{x})", "y[]", lambda y, w, x: np.maximum(0, 1 - y * (w @ x))),
    (
        r"(\mathbf{x}\circ\mathbf{y})^{T}(\mathbf{A} \circ \mathbf{B})\mathbf{z}",
        "",
        lambda x, y, A, B, z: (x * y) @ (A * B) @ z,
    ),
    (r"\mathbf{A}\,\mathrm{diag}(\mathbf{x})\,\mathbf{B}", "A[m,n], B[n,k]", lambda A, x, B: A @ np.diag(x) @ B),
    (
        r"(\mathbf{A}\otimes\mathbf{B})\operatorname{vec}(\mathbf{X})",
        "A[m,n], B[k,p], X[p,n]",
        lambda A, B, X: (B @ X @ A.T).T.reshape(-1),
    ),
    (r"\mathbf{x}^{\circ 2} + \sqrt[3]{2}\,\mathbf{x}", "", lambda x: x**2 + 2 ** (1 / 3) * x),
    (r"\sin^2\theta + \cos^{2}(\theta) \times 3", "", lambda θ: np.sin(θ) ** 2 + 3 * np.cos(θ) ** 2),
    (
        r"\begin{bmatrix} \mathbf{A} & \mathbf{b} \\ \mathbf{b}^\top & c \end{bmatrix}",
        "A[n,n], c[]",
        lambda A, b, c: np.block([[A, b[:, None]], [b[None, :], np.array([[c]])]]),
    ),
    (
        r"\begin{align*} r &= \mathbf{X}\mathbf{w} - \mathbf{y} \\ L &= r^\top r \end{align*}",
        "X[m,n]",
        lambda X, w, y: norm(X @ w - y) ** 2,
    ),
]


def values_of(shape: tuple[int, ...], props: frozenset[str], rng: np.random.Generator) -> np.ndarray:
    """A well-conditioned array with these properties."""
    made = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        made = made / 4 + 2 * np.eye(shape[0])
    if "psd" in props:
        made = made @ made.T
    return np.abs(made) if "positive" in props or not shape else made


@pytest.mark.parametrize(("formula", "declared", "meaning"), FORMULAS, ids=[row[0] for row in FORMULAS])
def test_a_formula_means_what_it_means_on_paper(
    formula: str, declared: str, meaning: Callable[..., np.ndarray]
) -> None:
    reading = read(formula, [declared] if declared else [])
    rng = np.random.default_rng(7)
    values = {name: values_of(tuple(d.at(DIMS) for d in x.shape), x.props, rng) for name, x in reading.symbols.items()}
    found = evaluate(reading.root, values)
    told = {GREEK_LETTERS.get(name, name): value for name, value in values.items()}
    assert np.allclose(found, meaning(**told), rtol=1e-9), text.write(reading.program)


def test_there_are_fifty() -> None:
    assert len(FORMULAS) >= 50


@pytest.mark.parametrize(
    ("formula", "meaning"),
    [
        # letters, words and marks
        (r"\mathbf{Xw}", "X w"),
        (r"2xy\,z", "2 x y z"),
        (r"\lambda \varepsilon \ell", "lambda varepsilon ell"),
        (r"\mathrm{loss} + \text{reg}", "loss + reg"),
        (r"x_1 W_{hh} \theta_{\text{old}} A_{i,j}", "x_1 W_hh theta_old A_i_j"),
        (r"x_1^\top x^\top_1", "x_1.T x_1.T"),
        (r"\hat{x} \bar y \tilde{\mathbf{z}}", "x̂ ȳ z̃"),
        (r"{\bf x}^T {\bf A} {\bf x}", "x.T A x"),
        (r"\mathcal{L} \mathbb{X}", "L X"),
        # powers and what stands above
        (r"X^{-1} X^{-T} X^{-\mathsf{T}} X^{-\top}", "X^(-1) (X^-1).T (X^-1).T (X^-1).T"),
        (r"x^T x^{\mathrm T} x^\intercal x' x^{\prime}", "x.T x.T x.T x.T x.T"),
        (r"x^2y x^{10} x^{n+1}", "x^2 y x^10 x^(n + 1)"),
        (r"\mathbf{A}^{+} b", "pinv(A) b"),
        (r"(x^{2})^{\odot 3}", "(x^2).^3"),
        # fractions and roots
        (r"\frac12 \frac{a}{b} \dfrac{1}{2n} \frac 1n", "(1/2) (a/b) (1/(2 n)) (1/n)"),
        (r"\sqrt2 + \sqrt{x} + \sqrt[n]{x}", "sqrt(2) + sqrt(x) + x^(1/n)"),
        # functions with and without brackets
        (r"\log\det\Sigma + \ln x", "log(det(Sigma)) + ln(x)"),
        (r"\operatorname{Tr}[AB] + \tr(A) + tr(A) + \mathrm{diag}(x)", "tr(A B) + tr(A) + tr(A) + diag(x)"),
        (r"\operatorname{tr} AB + c", "tr(A B) + c"),
        (r"\sin x \cos y", "sin(x) cos(y)"),
        (r"\sin^2 x + \cos^{2}(x) y", "sin(x)^2 + cos(x)^2 y"),
        (r"\log x - y", "log(x) - y"),
        (r"\log_2 x + \log_{10}(y)", "log2(x) + log10(y)"),
        (r"\exp\left\{-x\right\} + \exp\bigl[y\bigr]", "exp(-x) + exp(y)"),
        (r"\arctan x + \Gamma(t) + \gamma(s+t)", "arctan(x) + gamma(t) + gamma (s + t)"),
        (r"\operatorname{ReLU}(z) + \operatorname{vec}(X)", "relu(z) + vec(X)"),
        # bars
        (r"|x| + |X| + \lvert t \rvert + \left|A\right|", "abs(x) + det(X) + abs(t) + det(A)"),
        (r"\|x\| \|y\|_1 + a\Vert x\Vert_\infty", "norm(x) norm1(y) + a norminf(x)"),
        (r"\|X\|_F^2 + \|X\|^2_F + \|X\|_* + ||x||_2", "normfro(X)^2 + normfro(X)^2 + nuclear(X) + norm(x, 2)"),
        # products
        (r"a \cdot b + a \times b + A \otimes B + A \odot B + x \circ y", "a·b + a×b + kron(A, B) + A.*B + x.*y"),
        (r"\langle x, y \rangle", "inner(x, y)"),
        # wrappers, spaces and rows
        (r"$x^\top x$.", "x.T x"),
        (r"\[ x^{\top}\!x \; , \]", "x.T x"),
        (r"\begin{equation} x \cdot y \label{eq:1} \end{equation}", "x·y"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "vcat(hcat(a, b), hcat(c, d))"),
        (r"r = Xw - y;\; \|r\|^2 % the loss", "r = X w - y; norm(r)^2"),
        (r"f(x, y) = x^\top y", "x.T y"),
        (r"X.T@w + x.*\lambda", "X.T@w + x.*lambda"),
    ],
)
def test_spelling(formula: str, meaning: str) -> None:
    assert text.write(parse(formula, FUNCTIONS)) == meaning


@pytest.mark.parametrize(
    ("marked", "code", "message", "hint"),
    [
        (r"\frac{a}«{»b", "E101", "`{` is never closed", ""),
        (r"\frac{a}{b}«}»", "E102", "`}` closes nothing", ""),
        (r"\left«(»x + \frac{1}{2}", "E101", "`(` is never closed", ""),
        (r"\left«( x \right]»", "E103", "`(` is closed by `]`", ""),
        (r"\sqrt{«(»x} + y)", "E101", "`(` is never closed", ""),
        (r"\mathbf{x}«^»", "E134", "an argument is missing behind `^`", ""),
        (r"\frac{a}{b} + «_»1", "E135", "an index stands here without a letter", "as in x_1"),
        (r"x_{«a \geq b»}", "E135", "an index is made of letters and digits", "as in x_1 and W_{hh}"),
        (r"x_{«1:n»}", "E135", "an index is made of letters and digits", "as in x_1 and W_{hh}"),
        (r"«\lamda» x", "E136", r"the command `\lamda` is not known", r"did you mean \lambda?"),
        (r"x«\top» y", "E136", r"`\top` stands above its operand", r"write ^\top"),
        (r"«\int» x", "E404", r"`\int` is not read", "integrals are not read"),
        (r"«\partial» x", "E404", r"`\partial` is not read", "leave it out, and name the variable with --wrt"),
        (r"«\min»_{w} \|w\|", "E404", r"`\min` is not read", "leave it out: only what stands behind it is differentiated"),
        (r"\mathbf{A}«^*»", "E404", "`^*` is not read", "it can be the conjugate transpose or a mark: write ^\\top, or another name such as \\hat{x}"),
        (r"\|x«\|_A»^2", "E402", "this norm is not supported", r"the norms are _1, _2, _F, _\infty and _*; of \|x\|_A^2 write x^\top A x"),
        (r"«\operatorname{trac}»(A)", "E201", "there is no function trac", "did you mean trace?"),
        (r"\mathbf{x}^\top «x»", "E215", r"`\mathbf{x}` and `x` would both be x", "tell them apart by an index: x_1"),
        (r"«\operatorname{tr} A (B + C)»", "E137", "the argument of tr can end in several places", "write the brackets: tr( … )"),
        (r"«\sin^{-1}» x", "E137", "the -1 of sin can be read in two ways", "for the inverse function write its name, as in \\arcsin, for the quotient a fraction"),
        (r"x \leq y".replace(r"\leq", r"«\leq»"), "E404", r"`\leq` is not read", "there are no equations"),
        (r"«\mathbb{E}»[x^2]", "E404", r"`\mathbb{E}` is not read", "sets, expectations and probabilities are not read"),
        (r"«\operatorname*{arg\,min}»_w \|w\|", "E404", r"`\operatorname*{arg\,min}` is not read", "leave it out: only what stands behind it is differentiated"),
        (r"x^\top x «\text{ subject to }» y", "E404", r"`\text{ subject to }` is not read", "give the formula alone, without words"),
        (r"«\begin{bmatrix}» a \\ b", "E101", r"`\begin{bmatrix}` is never closed", r"write \end{bmatrix}"),
        (r"f«(»\frac{1}{2}", "E101", "`(` is never closed", ""),
        (r"\alpha «=»", "E120", "an expression is missing after `=`", ""),
        (r"\frac{a}{b} «+»", "E120", "an operand is missing after `+`", ""),
    ],
)  # fmt: skip
def test_mistake(marked: str, code: str, message: str, hint: str) -> None:
    source = marked.replace("«", "").replace("»", "")
    with pytest.raises(Problem) as caught:
        parse(source)
    problem = caught.value
    assert (problem.code, problem.message, problem.hint) == (code, message, hint)
    assert problem.source == source
    assert problem.span == (marked.index("«"), marked.index("»") - 1)


@pytest.mark.parametrize(
    ("written", "name"),
    [(r"\mathbf{x}", "x"), (r"\lambda", "lambda"), (r"W_{hh}", "W_hh"), (r"$\hat{y}$", "ŷ"), ("x", "x")],
)
def test_a_variable_can_be_named_in_latex(written: str, name: str) -> None:
    assert name_in(written) == name


def test_what_no_name_is_told() -> None:
    with pytest.raises(Problem, match="is not a name"):
        name_in(r"\mathbf{x} + y")


def test_an_answer_in_latex_is_read_with_the_names_and_sizes_of_the_question() -> None:
    reading = read(r"\tfrac12 \|\mathbf{X}\mathbf{w} - \mathbf{y}\|^2 + \tfrac{\lambda}{2}\|\mathbf{w}\|^2")
    answer = reread(r"(\mathbf{X}^\top \mathbf{X} + \lambda\mathbf{I})\mathbf{w} - \mathbf{X}^\top\mathbf{y}", reading)
    assert answer is reread("(X.T@X + lambda*eye(n))@w - X.T@y", reading)


def test_the_identity_and_the_ones_take_the_size_that_fits() -> None:
    assert read(r"\mathbf{I} + A").root is read("eye(n) + A").root
    assert read(r"X^\top \mathbf{1}", ["X[m,n]"]).root is read("X.T@ones(m)", ["X[m,n]"]).root
    assert read(r"I x + \mathbf{1}", ["I[n,n]", "x[n]"]).symbols.keys() == {"I", "x"}


def test_where_vectors_are_bold_other_small_letters_are_numbers() -> None:
    shapes = {
        name: x.shape
        for name, x in read(r"a\,\mathbf{x}^\top\mathbf{y} + \boldsymbol{\theta}^\top\mathbf{x}").symbols.items()
    }
    assert [len(shapes[name]) for name in ("a", "x", "y", "theta")] == [0, 1, 1, 1]


def test_a_text_with_latex_in_it_is_told_from_others() -> None:
    assert is_latex(r"x^\top x")
    assert is_latex(r"W_{hh} x")
    assert not any(map(is_latex, ["x^{T} A x", "A\\b", "‖X‖_{F}", "x.T@A@x", "cost in $"]))
