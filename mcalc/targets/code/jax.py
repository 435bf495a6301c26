"""JAX: functions that can be compiled, vectorised and differentiated again."""

from __future__ import annotations

import re

from mcalc.targets.code.array import UNIT, Code
from mcalc.targets.code.frame import framed
from mcalc.targets.code.library import Library
from mcalc.targets.code.python import FIT, constant, tuple_of
from mcalc.targets.code.spell import ATOM, PRODUCT, Scope, Text, wrap

_NUMPY = """
    abs arccos arccosh arcsin arcsinh arctan arctanh block cos cosh exp expm1 heaviside linalg.cholesky linalg.det
    linalg.eigh linalg.eigvalsh linalg.inv linalg.norm linalg.pinv linalg.slogdet linalg.svd log log1p logaddexp max
    maximum min minimum ones_like pi power prod sign sin sinh
    sum swapaxes tan tanh tril vectorize zeros_like
"""
_SPECIAL = "digamma ellipe ellipk erf erfc erfinv expi gamma gammaln".split()

#: What NumPy's and SciPy's functions are called.
SAME = {
    **{f"np.{name}": f"jnp.{name}" for name in _NUMPY.split()},
    **{f"scipy.special.{name}": f"jax.scipy.special.{name}" for name in _SPECIAL if not name.startswith("ellip")},
    "scipy.linalg.expm": "jax.scipy.linalg.expm",
}

#: How the operations are spelled that have a way of their own.
OWN = {
    "logsumexp": "jax.scipy.special.logsumexp({0}, axis=-1)",
    "relu": "jax.nn.relu({0})",
    "sigmoid": "jax.nn.sigmoid({0})",
    "softmax": "jax.nn.softmax({0}, axis=-1)",
    "softplus": "jax.nn.softplus({0})",
    "unit": "jnp.eye(int({0}))[int({1})]",
    "window": "jnp.eye(int({0}))[:, int({1}):int({2})]",
    "trigamma": "jax.scipy.special.polygamma(1, {0})",
}


class Jax(Library):
    """Code for JAX."""

    name = "JAX"
    lib = "jnp"
    vector_first = True  # XLA would write the transpose out
    words = Library.words | {"jax", "jnp"}
    same = SAME
    own = OWN
    made_of_numpy = "jnp.asarray({})"
    main = '    jax.config.update("jax_enable_x64", True)\n'
    taking = (
        FIT
        + '''

def arrays(names, *given):
    """The variables as arrays of one floating type; a plain number takes that of the others."""
    found = [a if isinstance(a, (int, float)) else jnp.asarray(a) for a in given]
    dtype = jnp.result_type(float, *found)
    if not jnp.issubdtype(dtype, jnp.floating):
        raise TypeError(f"the variables are to be real numbers, and not {dtype}")
    found = [jnp.asarray(a, dtype) for a in found]
    fit(dict(zip(names.split(), found)))
    return found
'''
    )
    bridge = '''\
def on_host(f, shape, *given):
    """A function of NumPy's or SciPy's, which JAX lacks; further axes in front are batch axes."""
    kind = jax.ShapeDtypeStruct(shape, jnp.result_type(*given))
    found = lambda *arrays: np.asarray(f(*map(np.asarray, arrays)), kind.dtype)
    return jax.pure_callback(found, kind, *given, vmap_method="broadcast_all")
'''

    def host_shape(self, node: Code, scope: Scope) -> str:
        """The shape of the result, which a compiled program has to know."""
        return tuple_of([scope.size(d)[0] for d in node.shape]) + ", " if node.rank else "(), "

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """An array with diagonals: a mask chooses where their values stand. Nothing is written in place."""
        based, patterns, signs = node.data
        terms = [values[0][0]] if based else []
        spanned = set(range(node.rank)) if based else set[int]()  # the axes that some term is as long as
        for code, value, pattern, sign in zip(node.args[based:], values[based:], patterns, signs, strict=True):
            labels = tuple(dict.fromkeys(pattern))
            held = labels[len(labels) - code.rank :]
            seen: set[int] = set()
            masks = []
            places = []
            for k, x in enumerate(pattern):
                places.append(":" if x in held and x not in seen else "None")
                if x in seen:
                    size = scope.size(node.shape[k])[0]
                    axes = ", ".join(":" if j in (pattern.index(x), k) else "None" for j in range(len(pattern)))
                    masks.append(f"jnp.eye({size}, dtype=bool)" + (f"[{axes}]" if len(pattern) > 2 else ""))
                seen.add(x)
            long = {x for x, d in zip(held, code.shape, strict=True) if d is not UNIT}
            spanned |= {k for k, x in enumerate(pattern) if x in long or pattern.count(x) > 1}
            spread = f"{wrap(value, ATOM)}[{', '.join(places)}]" if code.rank else value[0]
            spread = value[0] if all(place == ":" for place in places) else spread
            spread = f"jnp.asarray({spread}, {scope.kind()})" if constant(code) else spread
            terms.append(
                ("- " if sign < 0 else "+ " if terms else "") + f"jnp.where({' & '.join(masks)}, {spread}, 0.0)"
            )
        text = " ".join(terms)
        if len(spanned) < node.rank:
            text = f"jnp.broadcast_to({text}, {tuple_of([scope.size(d)[0] for d in node.shape])})"
        return [f"{name} = {text}"]

    def chol(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The Cholesky factor, with the triangle that it stands in."""
        return f"jax.scipy.linalg.cho_factor({args[0][0]})", ATOM

    def chol_solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system by the factor."""
        return f"jax.scipy.linalg.cho_solve({args[0][0]}, {args[1][0]})", ATOM

    def chol_inv(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The inverse by the factor."""
        return f"jax.scipy.linalg.cho_solve({args[0][0]}, {self.eye(node, [], scope)[0]})", ATOM

    def chol_logdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The logarithm of the determinant by the factor."""
        return f"2*jnp.sum(jnp.log(jnp.diagonal({wrap(args[0], ATOM)}[0])))", PRODUCT

    def imports(self, text: str) -> list[str]:
        """JAX, and NumPy where the host computes something."""
        host = ["import numpy as np"] if re.search(r"\bnp\.", text) else []
        scipy = sorted({f"import {name}" for name in re.findall(r"(?<![.\w])scipy\.\w+(?=\.)", text)})
        inner = sorted({f"import {name}" for name in re.findall(r"\bjax\.scipy\.\w+(?=\.)", text)})
        top = ["import jax"] if re.search(r"\bjax\.(?!scipy)", text) else []
        return [*top, "import jax.numpy as jnp", *inner, *host, *scipy]

    def typed(self, arrays: list[str]) -> str:
        """The type of numbers that the arrays have."""
        return super().typed(arrays) if arrays else "float"

    def result(self, code: Code, text: Text, scope: Scope) -> str:
        """The result as an array; nobody can write to it."""
        return f"jnp.asarray({text[0]}, {scope.kind()})" if constant(code) else text[0]


module = framed(Jax())
