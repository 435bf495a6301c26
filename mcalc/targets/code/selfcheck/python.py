"""The check of a Python module, over NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from mcalc.targets.code.selfcheck import Change, SelfCheck, kept_by
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

MADE = {
    "positive": "0.1 + abs({0})",
    "orthogonal": "np.linalg.qr({0})[0]",
    "diagonal": "np.diag(np.diagonal({0}))",
    "lower": "np.tril({0})",
    "symmetric": "both({0}, 1)",
    "skew": "both({0}, -1)",
    "psd": "square({0})",
}

#: What the check says in this language.
WORDS = {
    "value_of": 'given["{0}"]',
    "drawn": "draw({0})",
    "normal": "rng.normal(size={0})",
    "whole": "float(rng.integers(1, 4))",
    "both": "np.maximum({0}, {1})",
    "transposed": "{0}.transpose({1})",
    "unrowed": "{0}[0]",
}

#: The functions that a check calls where it needs them.
INNER = {
    "both": """
    def both(a, sign):
        return (a + sign * a.T) / 2
""",
    "expanded": """
    def expanded(parts, full, shape):
        whole = np.zeros(shape)
        for part, (axes, held) in zip(parts, full):
            kept = "".join(dict.fromkeys(axes))
            at = tuple(slice(None) if x in held else None for x in kept)
            np.einsum(f"{axes}->{kept}", whole)[...] += np.asarray(part)[at]
        return whole
""",
    "entry": """
    def entry(a, *place):
        v = np.zeros(np.shape(a))
        v[tuple(int(k) for k in place)] = 1.0
        return v
""",
    "square": """
    def square(a):
        return a @ a.T + np.eye(len(a))
""",
    "smooth": """
    def smooth(seed, order, out, inner):
        a = np.random.default_rng(seed).normal(size=(*out, *inner))
        axes = range(-len(inner), 0)

        def f(x):
            x = np.asarray(x)
            y = np.tensordot(x, a, (list(axes), list(axes))) + order * np.pi / 2
            y = np.sin(y) + 2 * (not order)
            for k in range(order):
                y = y.reshape((*y.shape, *(1 for _ in inner)))
                y = y * a.reshape((*out, *(1 for _ in inner for _ in range(k)), *inner))
            return {made}

        return f
""",
    "sampled": """
    def sampled():
        return given | {name: np.stack([given[name], a], axis) for name, (a, axis) in other.items()}
""",
}

BODY = '''\
def self_check():
    """Compare the derivative with differences of the value; the exit status is 0 where they agree."""
{imports}
    def draw(shape):
        a = rng.normal(size=shape)
        middle = len(a) * np.eye(len(a)) if len(shape) == 2 and shape[0] == shape[1] else 0
        return [a, 0.3 + abs(a) + middle, 0.1 + 0.2 * np.tanh(abs(a)), 1.5 + abs(a) + 3 * middle][trial % 4]
{inner}
    def rate(along, step):
        if not along:
            return {value}
        name, v = along[0]
        here = given[name]

        def at(h):
            given[name] = here + h * v
            return rate(along[1:], step)

        slope = (8 * (at(step) - at(-step)) - at(2 * step) + at(-2 * step)) / (12 * step)
        given[name] = here
        return slope

    def compare(name, exact, along, changes):
        for {variable}, v in reversed(changes):
            {contract}exact = np.tensordot(exact, v, axes=v.ndim)
        rough, fine = (rate(along + changes, h) for h in ({step}, {step} / 2))
        scale = max(np.max(abs(a), initial=1e-9) for a in (fine, 1e-3 * {call}))
        if not np.max(abs(rough - fine), initial=0) <= {tolerance} * scale:
            raise ValueError("differences do not settle")
        return name, np.max(abs(exact - fine), initial=0) / max(scale, np.max(abs(exact), initial=0))

    points = 0
    for trial in range(80):
        rng = np.random.default_rng(trial)
        given = {{{given}}}
{other}        try:
            with np.errstate(all="ignore"):
                found = {found}
                gaps = [{compared}]
        except (ValueError, RuntimeError):  # outside the domain, or at a kink
            continue
        for name, gap in gaps:
            if not gap <= 4 * {tolerance}:
                print(f"the derivative by {{name}} disagrees with differences of the value by {{gap:.1e}} of its scale")
                return 1
        points += 1
        if points == 3:
            print("the derivative agrees with differences of the value at 3 random points")
            return 0
    print("no point was found at which differences of the value settle")
    return 1


if __name__ == "__main__":
{main}    raise SystemExit(self_check())
'''


class PythonCheck(SelfCheck):
    """The check in Python."""

    words = MappingProxyType(WORDS)
    made = MappingProxyType(MADE)
    kept = kept_by(MADE, "{1} @ both({0}, -1)")

    def expanded(self, text: str, parts: Sequence[tuple[str, str]], lengths: Sequence[int]) -> str:
        """The whole of a compressed derivative."""
        return f"expanded({text if len(parts) > 1 else f'[{text}]'}, {list(parts)}, {self.shape(lengths)})"

    def found(self, k: int) -> str:
        """The derivative by the k-th variable."""
        text = "found" if len(self.task.wrt) == 1 else f"found[{k}]"
        if self.task.patterns:
            return text
        return f"np.asarray({text})" + "[0]" * (self.task.batch is not None)

    def compare(self, title: str, exact: str, held: Sequence[Change], changes: Sequence[Change]) -> str:
        """The call that compares."""
        along, free = (", ".join(f'("{name}", {change})' for name, change in some) for some in (held, changes))
        return f'compare("{title}", {exact}, [{along}], [{free}])'


def self_check(task: Task, scope: Scope, imports: str = "", main: str = "", made: str = "{}") -> str:
    """The text of the check, or '' where there is nothing to compare.

    `scope` has the names of the variables and sizes; `imports` imports NumPy, and `main` stands before the call; `made`
    makes the library's array of one of NumPy's.
    """
    if not task.wrt:
        return ""
    check = PythonCheck(task, scope)
    given = ", ".join(f'"{name}": {text}' for name, text in check.given)
    other = ", ".join(f'"{name}": ({text}, {-1 if axis else 0})' for name, axis, text in check.stacked)
    call = "np.asarray(value(**given))" if not other else "np.asarray(value(**sampled()))[0]"
    compared = ", ".join(check.compared)
    calls = given + compared + call
    among = ", ".join(f'"{name}"' for name in check.mirrored)
    return BODY.format(
        imports=imports,
        inner="".join(
            source.replace("{made}", made.format("y")) for name, source in INNER.items() if f"{name}(" in calls
        ),
        value=f"np.sum({call} * {check.value_of(scope.variables[check.array])})" if check.kind == "vjp" else call,
        call=call,
        variable="at" if among else "_",
        contract=f"v = np.triu(v) if at in {{{among}}} else v\n            " if among else "",
        step=check.step,
        tolerance=check.tolerance,
        given=given,
        other=f"        other = {{{other}}}\n" if other else "",
        found="derivative(**given)" if not other else "derivative(**sampled())",
        compared=compared,
        main=main,
    )
