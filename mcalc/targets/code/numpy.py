"""NumPy: Python's spelling as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from mcalc.algebra.dims import product
from mcalc.targets.code.array import Code
from mcalc.targets.code.frame import framed
from mcalc.targets.code.python import FIT, PLAIN, Python, filled, is_given, letters, shared_with_caller
from mcalc.targets.code.spell import ATOM, MATRIX, POWER, PRODUCT, Scope, Text, wrap

CHO_INVERSE = '''\
def cho_inverse(factor):
    """The inverse of a symmetric positive matrix whose Cholesky factor scipy.linalg.cho_factor gave."""
    (potri,) = scipy.linalg.get_lapack_funcs(("potri",), factor[:1])
    half = np.triu(potri(factor[0])[0])
    return half + np.triu(half, 1).T
'''
GRAM = '''\
def gram(A, d):
    """A.T @ (d[:, None]*A), of a large A as a matrix times its transpose, which BLAS computes by half."""
    if A.shape[1] < 256:
        return A.T @ (d[:, None]*A)
    A = np.sqrt(d)[:, None]*A
    return A.T @ A
'''
ON_DIAGONAL = '''\
def on_diagonal(a, labels, v, zeros=False):
    """The array with v added where axes that share a letter have one index, in place where it lies in memory."""
    if isinstance(a, np.ndarray) and isinstance(v, (np.ndarray, np.generic, float, int)):
        diagonal = np.einsum(labels, a)
        diagonal[...] = v if zeros else diagonal + v
        return a
    axes, kept = labels.split("->")
    first = [k == axes.index(x) for k, x in enumerate(axes)]
    v = np.broadcast_to(v, [a.shape[axes.index(x)] for x in kept])[tuple(slice(None) if f else None for f in first)]
    for k in [k for k, f in enumerate(first) if not f]:
        n, shared = a.shape[k], (k, axes.index(axes[k]))
        v = v * np.eye(n, dtype=a.dtype).reshape([n if j in shared else 1 for j in range(len(axes))])
    return a + v
'''


SIGNS = {("add", 1): "+", ("add", -1): "-", ("mul", 1): "*", ("mul", -1): "/"}
CALL = re.compile(r"np\.\w+\([^()]*\)")  #: a template that is one function of NumPy's


class NumPy(Python):
    """Code for NumPy and SciPy."""

    name = "NumPy"
    imports_numpy = ""
    vector_first = True  # it takes no view
    wider = ("logm", "logm_frechet", "logm_frechet2", "trigamma", "lambertw")
    taking = (
        FIT
        + '''

def arrays(names, *given, fitting={}, ndarray=np.ndarray, double=np.dtype(np.float64)):
    """The variables as arrays of one floating type: float32 where no array says otherwise, else float64."""
    shapes = []
    for a in given:
        if type(a) is not ndarray or a.dtype is not double:
            break
        shapes.append(a.shape)
    else:
        if shapes == fitting.get(names):  # as in the last call: there is nothing to look at
            return given
    found = [a if isinstance(a, (int, float)) or hasattr(a, "dtype") else np.asarray(a, double) for a in given]
    types = [a.dtype for a in found if hasattr(a, "dtype")]
    dtype = np.result_type(np.float32, *types) if types else double
    if dtype.kind != "f":
        raise TypeError(f"the variables are to be real numbers, and not {dtype}")
    found = [a.astype(dtype, copy=False) if hasattr(a, "astype") else np.asarray(a, dtype) for a in found]
    fit(dict(zip(names.split(), found)))
    fitting[names] = [a.shape for a in found]
    return found
'''
    )

    methods: Mapping[str, str] = MappingProxyType(
        {"max": "{0}.max(axis=-1)", "min": "{0}.min(axis=-1)", "step": "({0} > 0).astype({0}.dtype)"}
    )
    own_helpers = MappingProxyType({"on_diagonal": ON_DIAGONAL, "gram": GRAM, "cho_inverse": CHO_INVERSE})

    def known_template(self, node: Code) -> str:
        """The spelling of the operation: a method where that is quicker than the function of the same name."""
        own = self.methods.get(node.data.name) if node.args and node.args[0].rank else None
        return own or super().known_template(node)

    def tensordot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over several axes as one of matrices, which is what np.tensordot makes of it, in more time."""
        (a, b), (left, right) = node.args, node.data
        count = len(left)
        edges = [tuple(range(count)), tuple(range(a.rank - count, a.rank)), tuple(range(b.rank - count, b.rank))]
        if left not in edges[:2] or right not in (edges[0], edges[2]):
            return super().tensordot(node, args, scope)

        def matrix(code: Code, text: Text, last: bool, first: bool) -> str:
            """The array with its summed axes put together, and the others: those that come first or last."""
            rest = code.shape[:-count] if last else code.shape[count:]
            turned = "" if last == first or not rest else ".T"
            if code.rank == 2 and rest:
                return wrap(text, ATOM if turned else POWER) + turned
            parts = [product(code.shape[-count:] if last else code.shape[:count]), *([product(rest)] if rest else [])]
            sizes = [scope.size(d)[0] for d in (parts[::-1] if last else parts)]
            return f"{wrap(text, ATOM)}.reshape({', '.join(sizes)}){turned}"

        text = f"{matrix(a, args[0], left == edges[1], True)} @ {matrix(b, args[1], right == edges[2], False)}"
        if node.rank == 1 + (len(left) < min(a.rank, b.rank)):
            return text, MATRIX
        return f"({text}).reshape({', '.join(scope.size(d)[0] for d in node.shape)})", ATOM

    def plain(self, code: Code) -> bool:
        """Whether the code has a plain number of Python's here: a function of such, too."""
        return not code.rank and code.kind in PLAIN and all(map(self.plain, code.args)) and not is_given(code)

    def narrowed(self, node: Code, text: str, scope: Scope) -> str:
        """Of numbers alone a float, which gives way to the type of the arrays."""
        return f"float({text})" if node.args and self.plain(node) else super().narrowed(node, text, scope)

    def gram(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A weighted Gram matrix."""
        return f"gram({args[0][0]}, {args[1][0]})", ATOM

    def chol(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The Cholesky factor as SciPy has it: with the triangle that it stands in."""
        return f"scipy.linalg.cho_factor({args[0][0]})", ATOM

    def chol_solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system by the factor."""
        return f"scipy.linalg.cho_solve({args[0][0]}, {args[1][0]})", ATOM

    def chol_inv(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The inverse by the factor."""
        return f"cho_inverse({args[0][0]})", ATOM

    def chol_logdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The logarithm of the determinant by the factor."""
        return f"2*np.log(np.diagonal({wrap(args[0], ATOM)}[0])).sum()", PRODUCT

    def onto(self, node: Code, k: int, args: list[Text]) -> str:
        """The statement that writes a sum, a product or a function of NumPy's onto an argument."""
        if node.kind == "call":
            text = filled(self.known_template(node), args)
            return f"{text[:-1]}, out={args[k][0]})" if CALL.fullmatch(self.known_template(node)) else ""
        sign = node.data[1 - k] if node.kind == "add" else node.data[1][1 - k]
        return f"{args[k][0]} {SIGNS[node.kind, sign]}= {args[1 - k][0]}"

    def repeats(self, node: Code, k: int) -> int:
        """How often the spelling has the argument."""
        return 1 if node.kind == "gram" else super().repeats(node, k)

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """An array with diagonals written onto it."""
        based, patterns, signs = node.data
        zeros = not based
        if zeros:
            text = self.zeros(node, [], scope)[0]
        elif shared or shared_with_caller(node.args[0]):
            text = self.copied(values[0])
        else:
            text = values[0][0]
        for value, pattern, sign in zip(values[based:], patterns, signs, strict=True):
            labels = f"{letters(pattern)}->{letters(tuple(dict.fromkeys(pattern)))}"
            added = "-" + wrap(value, POWER) if sign < 0 else value[0]
            text = f'on_diagonal({text}, "{labels}", {added}{", zeros=True" if zeros else ""})'
            zeros = False
        return [f"{name} = {text}"]


module = framed(NumPy())
