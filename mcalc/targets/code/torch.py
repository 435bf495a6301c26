"""PyTorch: functions that keep the dtype and the device of their arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcalc.targets.code.array import Code
from mcalc.targets.code.frame import framed
from mcalc.targets.code.library import Library
from mcalc.targets.code.python import FIT, constant, filled, shared_with_caller, tuple_of
from mcalc.targets.code.spell import ATOM, POWER, PRODUCT, Scope, Text, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.targets.code.task import Task

_NUMPY = """
    abs arccos arccosh arcsin arcsinh arctan arctanh cos cosh exp expm1 linalg.cholesky linalg.det linalg.inv
    linalg.eigvalsh linalg.matrix_power linalg.pinv linalg.slogdet linalg.svd log log1p ones_like sign sin sinh sum
    swapaxes tan tanh tril
"""
_SPECIAL = "digamma erf erfc erfinv gammaln"

#: What NumPy's and SciPy's functions are called.
SAME = {
    **{f"np.{name}": f"torch.{name}" for name in _NUMPY.split()},
    **{f"scipy.special.{name}": f"torch.special.{name}" for name in _SPECIAL.split()},
    "np.max": "torch.amax",
    "np.min": "torch.amin",
    "np.power": "torch.pow",
    "scipy.linalg.expm": "torch.linalg.matrix_exp",
}

#: How the operations are spelled that have a way of their own.
OWN = {
    "greater_of": "torch.clamp({0}, min={1})",
    "lesser_of": "torch.clamp({0}, max={1})",
    "eigvecs": "torch.linalg.eigh({0})[1]",
    "elu": "torch.nn.functional.elu({0})",
    "logsumexp": "torch.logsumexp({0}, -1)",
    "max": "torch.amax({0}, -1)",
    "min": "torch.amin({0}, -1)",
    "nuclear": "torch.sum(torch.linalg.svdvals({0}), -1)",
    "pi": "torch.pi",
    "prod": "torch.prod({0}, -1)",
    "relu": "torch.relu({0})",
    "sigmoid": "torch.sigmoid({0})",
    "softmax": "torch.softmax({0}, -1)",
    "softplus": "(-torch.nn.functional.logsigmoid(-{0}))",
    "specnorm": "torch.linalg.matrix_norm({0}, 2)",
    "step": "torch.heaviside({0}, torch.zeros_like({0}))",
    "svdvals": "torch.linalg.svdvals({0})",
    "svdleft": "torch.linalg.svd({0}, full_matrices=False)[0]",
    "svdright": "torch.linalg.svd({0}, full_matrices=False)[2].mT",
    "unit": "torch.eye(int({0}), **{like})[int({1})]",
    "window": "torch.eye(int({0}), **{like})[:, int({1}):int({2})]",
    "trigamma": "torch.special.polygamma(1, {0})",
}


class Torch(Library):
    """Code for PyTorch."""

    name = "PyTorch"
    lib = "torch"
    words = Library.words | {"torch"}
    calls_value = True
    made_of_numpy = "torch.as_tensor({})"
    same = SAME
    own = OWN
    taking = (
        FIT
        + '''

def arrays(names, *given):
    """The variables as tensors of one floating dtype on one device."""
    device = next((a.device for a in given if torch.is_tensor(a)), None)
    found = [torch.as_tensor(a, device=device) for a in given]
    dtype = found[0].dtype
    for a in found[1:]:
        dtype = torch.promote_types(dtype, a.dtype)
    if dtype.is_complex:
        raise TypeError(f"the variables are to be real numbers, and not {dtype}")
    dtype = dtype if dtype.is_floating_point else torch.get_default_dtype()
    fit(dict(zip(names.split(), found)))
    return [a.to(dtype) for a in found]
'''
    )
    function = '''\
class Value(torch.autograd.Function):
    """The value, which autograd differentiates by {names}: Value.apply({all}){tensors}."""

    @staticmethod
    def forward({all}):
        return value({calls})

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward({saved}){told}

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, cotangent):
        needed = [name for name, need in zip({named}, ctx.needs_input_grad) if need]
        if not set(needed) <= {{{wrt}}}:
            raise ValueError(f"Value is differentiated by {names}, and not by {{', '.join(needed)}}")
        found = derivative({stored})
        return {results}
'''
    bridge = '''\
def on_host(f, *given):
    """A function of NumPy's or SciPy's, which PyTorch lacks."""
    found = np.asarray(f(*(a.detach().cpu().numpy() if torch.is_tensor(a) else a for a in given)))
    like = next((a for a in given if torch.is_tensor(a)), torch.as_tensor(found))
    return torch.as_tensor(found, dtype=like.dtype, device=like.device)
'''

    def made(self, function: str, shape: str, scope: Scope) -> Text:
        """A tensor made of nothing, on the device of the arguments."""
        return f"torch.{function}({shape}, **{scope.kind()})", ATOM

    def typed(self, arrays: list[str]) -> str:
        """The dtype and the device of the arguments."""
        return f'{{"dtype": {arrays[0]}.dtype, "device": {arrays[0]}.device}}' if arrays else "{}"

    def call(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """An operation; its arguments are tensors, also where they are plain numbers."""
        if node.data.shape is not None:
            if not self.native(node.data) and not any(code.rank for code in node.args):
                text = filled(node.data.numpy, args)  # of sizes alone: there is nothing that lies on a device
                return f"torch.as_tensor({text}, **{scope.kind()})", ATOM
            text, level = super().call(node, args, scope)
            text = text if self.native(node.data) else f"{text}.to(**{{like}})"
            return text.replace("{like}", scope.kind()), level
        made = [
            (f"torch.tensor({text[0]}, **{scope.kind()})", ATOM) if constant(code) else text
            for code, text in zip(node.args, args, strict=True)
        ]
        return super().call(node, made, scope)

    def narrowed(self, node: Code, text: str, scope: Scope) -> str:
        """The host's results have the type of what it was given."""
        return text

    def dot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The sum of an elementwise product."""
        return f"torch.sum({wrap(args[0], POWER)}*{wrap(args[1], POWER)})", ATOM

    def tensordot(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A product over several axes."""
        left, right = map(list, node.data)
        return f"torch.tensordot({args[0][0]}, {args[1][0]}, dims=({left}, {right}))", ATOM

    def chol(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The Cholesky factor."""
        return self.called("linalg.cholesky", args)

    def chol_solve(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A linear system by the factor, which takes matrices alone."""
        if node.rank > 1:
            return self.called("cholesky_solve", args[::-1])
        return f"torch.cholesky_solve({wrap(args[1], ATOM)}[:, None], {args[0][0]})[:, 0]", ATOM

    def chol_inv(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The inverse by the factor."""
        return self.called("cholesky_inverse", args)

    def chol_logdet(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """The logarithm of the determinant by the factor."""
        return f"2*torch.sum(torch.log(torch.diagonal({args[0][0]})))", PRODUCT

    def permute(self, node: Code, args: list[Text], scope: Scope) -> Text:
        """A transpose."""
        return (super().permute(node, args, scope)[0].replace(".transpose(", ".permute("), ATOM)

    def blank(self, node: Code, values: list[Text], scope: Scope) -> str:
        """Zeros made of one of the values, where it has a name: `torch.func.vmap` writes what it maps onto these."""
        held = next((text for text, _ in values if text.isidentifier()), "")
        return f"{held}.new_zeros({self.shape(node, scope)})" if held else super().blank(node, values, scope)

    def written(self, name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
        """An array with diagonals written onto it; a value for zeros has a name."""
        lines = []
        place = next((k for k, code in enumerate(node.args) if not constant(code)), None)
        if not node.data[0] and place is not None and not any(text.isidentifier() for text, _ in values):
            title = scope.temporary(None)
            lines.append(f"{title} = {values[place][0]}")
            values = [*values[:place], (title, ATOM), *values[place + 1 :]]
        return [*lines, *super().written(name, node, values, shared, scope)]

    def copied(self, text: Text) -> str:
        """The tensor as one that nothing else holds."""
        return f"torch.clone({text[0]})"

    def endings(self, task: Task, scope: Scope, sizes: Sequence[str]) -> list[str]:
        """The value as a function that autograd differentiates, and what a module ends with."""
        plain = (
            task.wrt and task.order == 1 and not any((task.product[0], task.batch, task.full, task.then, *task.entries))
        ) and task.convention != "cookbook"
        if not plain or task.reading.abstract or task.layout != "mixed":
            return super().endings(task, scope, sizes)
        order = [scope.variables[s.name] for s in scope.symbols]
        wrt = [scope.variables[name] for name in task.wrt]
        parts = {
            name: f"torch.tensordot(cotangent, found{f'[{k}]' if len(wrt) > 1 else ''}, dims={task.value.rank})"
            for k, name in enumerate(wrt)
        }
        results = [parts.get(name, "None") for name in [*order, *sizes]]
        count = len(order)
        text = self.function.format(
            names=", ".join(wrt),
            all=", ".join([*order, *sizes]),
            tensors=", all of them tensors" if not sizes else f", all of them tensors but {', '.join(sizes)}",
            named=tuple_of([f'"{name}"' for name in order]),
            wrt=", ".join(f'"{name}"' for name in wrt),
            results=", ".join(results),
            saved=f"*inputs[:{count}]" if sizes else "*inputs",
            told=f"\n        ctx.sizes = inputs[{count}:]" if sizes else "",
            stored="**dict(zip({}, (*ctx.saved_tensors, *ctx.sizes)))".format(
                tuple_of([f'"{name}"' for name in [*order, *sizes]])
            )
            if sizes
            else "*ctx.saved_tensors",
            calls=", ".join(f"{name}={name}" for name in [*order, *sizes]) if sizes else ", ".join(order),
        )
        return [text, *super().endings(task, scope, sizes)]

    def imports(self, text: str) -> list[str]:
        """PyTorch, and NumPy where the host computes something."""
        host = ["import numpy as np"] if re.search(r"\bnp\.", text) else []
        return [*host, *sorted({f"import {name}" for name in re.findall(r"\bscipy\.\w+(?=\.)", text)}), "import torch"]

    def result(self, code: Code, text: Text, scope: Scope) -> str:
        """The result as a tensor that the caller may keep."""
        if constant(code):
            return f"torch.tensor({text[0]}, **{scope.kind()})"
        return self.copied(text) if shared_with_caller(code) else text[0]


module = framed(Torch())
