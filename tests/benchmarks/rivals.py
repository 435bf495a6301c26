"""The same derivatives from mcalc, SymPy and, where installed, tensorgrad and PyTensor, as a table in Markdown.

    python tests/benchmarks/rivals.py [--write]    # into README, in the place of the table there

tensorgrad wants PyTorch; `pip install torch==2.13.0 tensorgrad pytensor` brings all.

A cell has the milliseconds of CPU time to derive, and the characters of the answer without its blanks. Every answer is
computed at random numbers and compared with central differences of a function written in NumPy. SymPy has no single
way to write these: it is asked with matrices of one entry, by `diff` and by `array_derive`, and with traces, and the
shortest of its right answers counts; a + tells that another of its spellings ends in a wrong one. Where no answer is
right, "none" is an error or a derivative that was left as it is, and "wrong" an answer without a warning.

Each question is asked in a process of its own, forked when all is imported and has answered one small question; the
least of three times is told.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy.matrices.expressions import OneMatrix, Trace
from sympy.tensor.array.expressions.arrayexpr_derivatives import array_derive

sys.path.insert(0, str(Path(__file__).parents[2]))
from mcalc import diff

README = Path(__file__).parents[2] / "README.md"
TABLE = re.compile(r"^\| \| mcalc \| SymPy .*\n(?:\|.*\n)+", re.MULTILINE)
TIMES, STEP, TOLERANCE = 3, 1e-3, 1e-4
SIZES = {"m": 4, "n": 3, "k": 2, "1": 1}
Values = dict[str, np.ndarray]


class Case(NamedTuple):
    """A problem: its variables with their sizes, and its value in the ways of each."""

    name: str
    shapes: str
    wrt: str
    mcalc: str
    numpy: Callable[..., Any]
    sympy: Callable[..., tuple[Any, ...]]  #: with matrices throughout, then with traces where that differs
    pytensor: Callable[..., Any]  #: given the module as its first argument
    tensorgrad: Callable[..., Any]  #: given its functions; a variable is called with the names of its edges
    order: int = 1

    @property
    def variables(self) -> dict[str, tuple[str, ...]]:
        """The sizes of each variable: a vector has one."""
        return {name: tuple(axes) for name, axes in (part.split(":") for part in self.shapes.split())}


def ones(x: Any) -> Any:
    """A row of ones as long as a column of SymPy's."""
    return OneMatrix(1, x.shape[0])


def net(W1: Any, W2: Any, x: Any, y: Any) -> Any:
    """What a net of two layers misses, for SymPy."""
    return W2 * (W1 * x).applyfunc(sp.tanh) - y


def logistic(pt: Any, X: Any, w: Any, y: Any) -> Any:
    """The loss of logistic regression, for PyTensor."""
    return pt.log(1 + pt.exp(-y * (X @ w))).sum()


CASES = [
    Case("xᵀAx", "A:nn x:n", "x", "x.T@A@x", lambda A, x: x @ A @ x,
         lambda A, x: (x.T * A * x, Trace(x.T * A * x)), lambda pt, A, x: x @ A @ x,
         lambda F, A, x: x("i") @ A("i", "j") @ x("j")),
    Case("xᵀAx, Hessian", "A:nn x:n", "x", "x.T@A@x", lambda A, x: x @ A @ x,
         lambda A, x: (x.T * A * x, Trace(x.T * A * x)), lambda pt, A, x: x @ A @ x,
         lambda F, A, x: x("i") @ A("i", "j") @ x("j"), 2),
    Case("‖Ax − b‖²", "A:mn x:n b:m", "x", "norm(A@x - b)^2", lambda A, x, b: (A @ x - b) @ (A @ x - b),
         lambda A, x, b: ((A * x - b).T * (A * x - b), Trace((A * x - b).T * (A * x - b))),
         lambda pt, A, x, b: ((A @ x - b) ** 2).sum(),
         lambda F, A, x, b: F.frobenius2(A("i", "j") @ x("j") - b("i"))),
    Case("‖x‖", "x:n", "x", "norm(x)", lambda x: np.sqrt(x @ x),
         lambda x: ((x.T * x) ** sp.Rational(1, 2), sp.sqrt(Trace(x.T * x))), lambda pt, x: pt.sqrt(x @ x),
         lambda F, x: F.sqrt(F.frobenius2(x("i")))),
    Case("xᵀAx / xᵀx", "A:nn x:n", "x", "(x.T@A@x)/(x.T@x)", lambda A, x: x @ A @ x / (x @ x),
         lambda A, x: (x.T * A * x * (x.T * x) ** -1, Trace(x.T * A * x) / Trace(x.T * x)),
         lambda pt, A, x: (x @ A @ x) / (x @ x),
         lambda F, A, x: (x("i") @ A("i", "j") @ x("j")) / F.frobenius2(x("i"))),
    Case("tr(AXBXᵀ)", "A:mm X:mn B:nn", "X", "tr(A@X@B@X.T)", lambda A, X, B: np.trace(A @ X @ B @ X.T),
         lambda A, X, B: (Trace(A * X * B * X.T),), lambda pt, A, X, B: pt.trace(A @ X @ B @ X.T),
         lambda F, A, X, B: A("i", "j") @ X("j", "k") @ B("k", "l") @ X("i", "l")),
    Case("tr(AX⁻¹B)", "A:mn X:nn B:nm", "X", "tr(A@inv(X)@B)", lambda A, X, B: np.trace(A @ np.linalg.inv(X) @ B),
         lambda A, X, B: (Trace(A * X.inverse() * B),), lambda pt, A, X, B: pt.trace(A @ pt.linalg.inv(X) @ B),
         lambda F, A, X, B: A("i", "j") @ F.inverse(X("k", "j")) @ B("k", "i")),
    Case("det X", "X:nn", "X", "det(X)", lambda X: np.linalg.det(X),
         lambda X: (sp.Determinant(X),), lambda pt, X: pt.linalg.det(X), lambda F, X: F.det(X("i", "j"))),
    Case("log det X", "X:nn", "X", "logdet(X)", lambda X: np.log(np.linalg.det(X)),
         lambda X: (sp.log(sp.Determinant(X)),), lambda pt, X: pt.log(pt.linalg.det(X)),
         lambda F, X: F.log(F.det(X("i", "j")))),
    Case("log det XᵀX", "X:mn", "X", "logdet(X.T@X)", lambda X: np.log(np.linalg.det(X.T @ X)),
         lambda X: (sp.log(sp.Determinant(X.T * X)),), lambda pt, X: pt.log(pt.linalg.det(X.T @ X)),
         lambda F, X: F.log(F.det(X("i", "j") @ X("i", "k")))),
    Case("‖UVᵀ − X‖²", "U:mk V:nk X:mn", "U", "norm(U@V.T - X)^2", lambda U, V, X: ((U @ V.T - X) ** 2).sum(),
         lambda U, V, X: (Trace((U * V.T - X).T * (U * V.T - X)),), lambda pt, U, V, X: ((U @ V.T - X) ** 2).sum(),
         lambda F, U, V, X: F.frobenius2(U("i", "k") @ V("j", "k") - X("i", "j"))),
    Case("softmax cross-entropy", "z:n y:n", "z", "logsumexp(z) - y.T@z",
         lambda z, y: np.log(np.exp(z).sum()) - y @ z,
         lambda z, y: ((ones(z) * z.applyfunc(sp.exp)).applyfunc(sp.log) - y.T * z,
                       sp.log(Trace(ones(z) * z.applyfunc(sp.exp))) - Trace(y.T * z)),
         lambda pt, z, y: pt.log(pt.exp(z).sum()) - y @ z,
         lambda F, z, y: F.log(F.sum(F.exp(z("i")))) - y("i") @ z("i")),
    Case("logistic regression", "X:mn w:n y:m", "w", "sum(log(1 + exp(-y.*(X@w))))",
         lambda X, w, y: np.log(1 + np.exp(-y * (X @ w))).sum(),
         lambda X, w, y: tuple(total(ones(y) * (-sp.HadamardProduct(y, X * w)).applyfunc(
             sp.Lambda(sp.Symbol("t"), sp.log(1 + sp.exp(sp.Symbol("t")))))) for total in (lambda s: s, Trace)),
         logistic, lambda F, X, w, y: F.sum(F.log(1 + F.exp(-y("i") * (X("i", "j") @ w("j")))))),
    Case("two-layer net, by its first weights", "W1:mn W2:km x:n y:k", "W1", "norm(W2@tanh(W1@x) - y)^2",
         lambda W1, W2, x, y: ((W2 @ np.tanh(W1 @ x) - y) ** 2).sum(),
         lambda W1, W2, x, y: (net(W1, W2, x, y).T * net(W1, W2, x, y),
                               Trace(net(W1, W2, x, y).T * net(W1, W2, x, y))),
         lambda pt, W1, W2, x, y: ((W2 @ pt.tanh(W1 @ x) - y) ** 2).sum(),
         lambda F, W1, W2, x, y: F.frobenius2(W2("k", "i") @ F.tanh(W1("i", "j") @ x("j")) - y("k"))),
]  # fmt: skip


def values_of(case: Case) -> Values:
    """Random numbers for the variables; square matrices have a positive determinant."""
    rng = np.random.default_rng(7)
    values = {name: rng.normal(size=[SIZES[a] for a in axes]) for name, axes in case.variables.items()}
    return {n: v / 4 + np.eye(len(v)) if v.ndim == 2 and len(v) == v.shape[1] else v for n, v in values.items()}


def truth(case: Case, values: Values, order: int) -> np.ndarray:
    """The derivative by central differences, extrapolated once."""
    if not order:
        return np.asarray(case.numpy(**values))
    at = values[case.wrt]

    def difference(place: tuple[int, ...], step: float) -> np.ndarray:
        ends = []
        for sign in (1, -1):
            moved = at.copy()
            moved[place] += sign * step
            ends.append(truth(case, values | {case.wrt: moved}, order - 1))
        return (ends[0] - ends[1]) / (2 * step)

    found = [(4 * difference(p, STEP / 2) - difference(p, STEP)) / 3 for p in np.ndindex(at.shape)]
    return np.reshape(found, (*at.shape, *np.shape(found[0])))


# ------------------------------------------------------------ who answers


Answered = tuple[float, str, Callable[[Values], Any]]


def by_mcalc(case: Case) -> Answered:
    """mcalc's answer; what is computed is its code for NumPy."""
    declared = [f"{name}[{','.join(axes)}]" for name, axes in case.variables.items()]
    before = time.process_time()
    result = diff(case.mcalc, case.wrt, var=declared, order=case.order)
    text = result.derivative
    seconds = time.process_time() - before

    def compute(values: Values) -> Any:
        scope: dict[str, Any] = {}
        exec(result.numpy(), scope)
        return scope["derivative"](**values)

    return seconds, text, compute


def by_sympy(case: Case, spelling: int, arrays: bool) -> Answered:
    """SymPy's answer to one spelling, by `diff` or by `array_derive`."""
    symbols = {}
    for name, axes in case.variables.items():
        rows, columns = (SIZES[axis] for axis in (*axes, "1")[:2])
        symbols[name] = sp.MatrixSymbol(name, rows, columns)
    before = time.process_time()
    answer = case.sympy(**symbols)[spelling]
    for _ in range(case.order):
        answer = array_derive(answer, symbols[case.wrt]) if arrays else answer.diff(symbols[case.wrt])
    text = str(answer)
    seconds = time.process_time() - before

    def compute(values: Values) -> Any:
        entries = {}
        for name, symbol in symbols.items():
            columns = values[name].reshape(symbol.shape)
            entries |= {symbol[i, j]: sp.Float(columns[i, j]) for i, j in np.ndindex(symbol.shape)}
        explicit = sp.Array(answer.as_explicit()).applyfunc(lambda e: e.doit().subs(entries).doit())
        return np.array(explicit.tolist(), dtype=float)

    return seconds, text, compute


def by_pytensor(case: Case) -> Answered:
    """PyTensor's answer, made canonical as it prints it."""
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.utils import rewrite_graph
    from pytensor.printing import pp

    symbols = {name: pt.tensor(name, shape=(None,) * len(axes)) for name, axes in case.variables.items()}
    before = time.process_time()
    answer = pytensor.grad(case.pytensor(pt, **symbols), symbols[case.wrt])
    if case.order == 2:
        from pytensor.gradient import jacobian

        answer = jacobian(answer, symbols[case.wrt])
    answer = rewrite_graph(answer, include=("canonicalize",))
    text = pp(answer)
    seconds = time.process_time() - before

    def compute(values: Values) -> Any:
        mode = Mode(linker="py", optimizer="fast_compile")
        return pytensor.function(list(symbols.values()), answer, mode=mode, on_unused_input="ignore")(*values.values())

    return seconds, text, compute


def by_tensorgrad(case: Case) -> Answered:
    """tensorgrad's answer with its edges by the names of indices. Its own evaluation takes tensors with names, which
    PyTorch has no longer; `worth` says what its nodes mean.
    """
    import tensorgrad
    from tensorgrad import functions
    from tensorgrad.extras.to_index import to_index

    sizes = {axis: sp.Symbol(axis) for axis in SIZES}
    edges = {name: [f"{name}{k}" for k in range(len(axes))] for name, axes in case.variables.items()}
    symbols = {
        name: tensorgrad.Variable(name, **{e: sizes[a] for e, a in zip(edges[name], axes, strict=True)})
        for name, axes in case.variables.items()
    }

    def called(name: str) -> Callable[..., Any]:
        return lambda *names: symbols[name].rename(**dict(zip(edges[name], names, strict=True)))

    before = time.process_time()
    answer, ends = case.tensorgrad(functions, **{name: called(name) for name in symbols}), []
    for k in range(case.order):
        new = {edge: f"{edge}_{k}" for edge in edges[case.wrt]}
        answer = tensorgrad.Derivative(answer, symbols[case.wrt], new).full_simplify()
        ends += new.values()
    try:
        text = to_index(answer)
    except NotImplementedError:  # the derivative of an inverse or of a determinant: what is left is its Python
        text = str(answer)
    seconds = time.process_time() - before

    def compute(values: Values) -> Any:
        array, names = worth(answer, values, edges)
        return np.einsum(array, [names.index(e) for e in names], [names.index(e) for e in ends])

    return seconds, text, compute


ELEMENTWISE = {"exp": np.exp, "tanh": np.tanh, "log": np.log}


def worth(node: Any, values: Values, edges: dict[str, list[str]]) -> tuple[np.ndarray, list[str]]:
    """What a node of tensorgrad's is worth, with the names of its axes."""

    def aligned(part: tuple[np.ndarray, list[str]], names: list[str]) -> np.ndarray:
        array, own = part
        return np.transpose(array, [own.index(name) for name in names])

    kind = type(node).__name__
    parts = [worth(part, values, edges) for part in getattr(node, "inputs", None) or _parts(node)]
    if kind == "Variable":
        return values[node.name], edges[node.name]
    if kind == "Rename":
        ((array, names),) = parts
        return array, [node.mapping.get(name, name) for name in names]
    if kind == "Delta":
        size, order = SIZES[str(node.size)], len(node.edges)
        array = np.zeros([size] * order)
        array[tuple(np.arange(size) for _ in range(order))] = 1.0
        return (array, list(node.edges)) if order else (np.asarray(float(size)), [])
    if kind == "Zero":
        return np.zeros([SIZES[str(size)] for size in node.shape.values()]), list(node.shape)
    if kind == "Sum":
        names = list(node.edges)
        terms = [float(w) * aligned(part, names) for w, part in zip(node.weights, parts, strict=True)]
        return np.sum(terms, axis=0), names
    if kind == "Product":
        place = {name: k for k, name in enumerate(dict.fromkeys(name for _, names in parts for name in names))}
        operands = [x for array, names in parts for x in (array, [place[name] for name in names])]
        names = list(node.edges)
        return np.asarray(np.einsum(*operands, [place[name] for name in names])) if parts else np.asarray(1.0), names
    assert kind == "Function", kind
    return _called(node.signature, parts[0], list(node.edges))


def _parts(node: Any) -> list[Any]:
    for name in ("tensor", "factors", "terms"):
        if hasattr(node, name):
            return [node.tensor] if name == "tensor" else list(getattr(node, name))
    return []


def _called(signature: Any, part: tuple[np.ndarray, list[str]], names: list[str]) -> tuple[np.ndarray, list[str]]:
    """A function of tensorgrad's on an array. An inverse has the same name at the edges that cancel."""
    array, own = part
    match type(signature).__name__:
        case "_ScaleFunction":
            found, names = _called(signature.inner, part, names)
            return float(signature.alpha) * found, names
        case "_PowerFunction":
            return array ** float(signature.k), own
        case "_DeterminantFunction":
            return np.asarray(np.linalg.det(array)), []
        case "_MatrixInverseFunction":
            return np.linalg.inv(array).T, own
        case "_LogFunction":
            return np.log(array), own
        case _:
            return ELEMENTWISE[signature.name](array), own


def outcome(who: Callable[..., Answered], place: int, *more: Any) -> tuple[str, float, int]:
    """Right, wrong or why there is no answer to the case at this place; with the seconds and the length."""
    case = CASES[place]
    try:
        seconds, text, compute = who(case, *more)
        length = len("".join(text.split()))
        found = np.asarray(compute(values_of(case)), dtype=float)
        expected = truth(case, values_of(case), case.order)
        if found.size != expected.size:
            return "wrong", seconds, length
        gap = np.max(np.abs(found.reshape(expected.shape) - expected)) / max(1.0, np.max(np.abs(expected)))
        return ("right" if gap < TOLERANCE else "wrong"), seconds, length
    except Exception as fault:
        return f"none: {type(fault).__name__}", 0.0, 0


def asked(who: Callable[..., Answered], case: Case, *more: Any) -> tuple[str, float, int]:
    """The outcome, with the least time of several processes."""
    question = (who, CASES.index(case), *more)
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        return min((pool.apply(outcome, question) for _ in range(TIMES)), key=lambda found: found[1])


def cell(found: tuple[str, float, int], mark: str = "") -> str:
    """What the table says of an outcome."""
    verdict, seconds, length = found
    return f"{seconds * 1000:.1f} ms, {length}{mark}" if verdict == "right" else verdict


def sympy_cell(case: Case) -> str:
    """The shortest right answer of SymPy's, or else what it says."""
    symbols = [sp.MatrixSymbol(name, *(SIZES[x] for x in (*axes, "1")[:2])) for name, axes in case.variables.items()]
    tried = []
    for k, spelled in enumerate(case.sympy(*symbols)):
        tried += [asked(by_sympy, case, k, arrays) for arrays in (False, True)[: 1 + spelled.is_Matrix]]
    verdicts = {found[0].split(":")[0] for found in tried}
    right = [found for found in tried if found[0] == "right"]
    if right:
        return cell(min(right, key=lambda found: found[2]), " +" if "wrong" in verdicts else "")
    return " or ".join(sorted(verdicts))


def main() -> None:
    """Ask all and print the table."""
    columns: dict[str, Callable[[Case], str]] = {"mcalc": lambda case: cell(asked(by_mcalc, case))}
    columns[f"SymPy {sp.__version__}"] = sympy_cell
    if find_spec("tensorgrad"):
        from importlib.metadata import version

        columns[f"tensorgrad {version('tensorgrad')}"] = lambda case: cell(asked(by_tensorgrad, case))
    if find_spec("pytensor"):
        import pytensor

        columns[f"PyTensor {pytensor.__version__}"] = lambda case: cell(asked(by_pytensor, case))
    for who, *more in ((by_mcalc,), (by_sympy, 0, False), (by_tensorgrad,), (by_pytensor,)):
        outcome(who, 0, *more)
    rows = [f"| | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    print("\n".join(rows))
    for case in CASES:
        rows.append(f"| {case.name} | {' | '.join(ask(case) for ask in columns.values())} |")
        print(rows[-1], flush=True)
    if "--write" in sys.argv:
        text, table = README.read_text(encoding="utf-8"), "\n".join(rows) + "\n"
        README.write_text(TABLE.sub(lambda _: table, text), encoding="utf-8")


if __name__ == "__main__":
    main()
