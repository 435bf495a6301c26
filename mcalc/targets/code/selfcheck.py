"""The end of a Python module: run as a program it compares its derivative with differences of its value.

The arrays are random, of sizes that all differ, and drawn again in another manner until the value is finite: that is
the domain as far as anybody can see. Differences of two steps have to agree, else the point says nothing.
"""

from __future__ import annotations

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Apply, Symbol
from mcalc.algebra.walk import postorder
from mcalc.calculus.layout import is_row, order_of
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

#: By order: the step, and up to what share of the scale derivative and differences agree.
STEPS = {1: ("1e-3", "1e-6"), 2: ("1e-2", "1e-5"), 3: ("3e-2", "1e-3"), 4: ("6e-2", "1e-2")}

#: How a random array gets a property, in the order in which that is done, and which part of a change keeps it.
MADE = {
    "positive": "0.1 + abs({})",
    "orthogonal": "np.linalg.qr({})[0]",
    "diagonal": "np.diag(np.diagonal({}))",
    "lower": "np.tril({})",
    "symmetric": "both({}, 1)",
    "skew": "both({}, -1)",
    "psd": "square({})",
}
KEPT = {name: MADE[name] for name in ("diagonal", "lower", "symmetric", "skew")} | {"psd": MADE["symmetric"]}

INNER = {
    "both": "    def both(a, sign):\n        return (a + sign * a.T) / 2\n",
    "expanded": (
        "    def expanded(a, axes, held, shape):\n        whole = np.zeros(shape)\n"
        "        kept = ''.join(dict.fromkeys(axes))\n"
        "        at = tuple(slice(None) if x in held else None for x in kept)\n"
        '        np.einsum(f"{axes}->{kept}", whole)[...] = a[at]\n        return whole\n'
    ),
    "square": "    def square(a):\n        return a @ a.T + np.eye(len(a))\n",
}

BODY = '''\
def self_check():
    """Compare the derivative with differences of the value; the exit status is 0 where they agree."""
{imports}
    def draw(*shape):
        a = rng.normal(size=shape)
        middle = len(a) * np.eye(len(a)) if len(shape) == 2 and shape[0] == shape[1] else 0
        return [a, 0.3 + abs(a) + middle, 0.1 + 0.2 * np.tanh(abs(a)), 1.5 + abs(a) + 3 * middle][trial % 4]

{inner}    def rate(name, along, step):
        if not along:
            return {value}
        here = given[name]

        def at(h):
            given[name] = here + h * along[0]
            return rate(name, along[1:], step)

        slope = (8 * (at(step) - at(-step)) - at(2 * step) + at(-2 * step)) / (12 * step)
        given[name] = here
        return slope

    def compare(name, exact, along, changes):
        for v in changes:
            {contract}
        rough, fine = (rate(name, along + changes, h) for h in ({step}, {step} / 2))
        scale = max(np.max(abs(a), initial=1e-9) for a in (fine, 1e-3 * np.asarray(value(**given))))
        if not np.max(abs(rough - fine), initial=0) <= {tolerance} * scale:
            raise ValueError("differences do not settle")
        return name, np.max(abs(exact - fine), initial=0) / max(scale, np.max(abs(exact), initial=0))

    points = 0
    for trial in range(80):
        rng = np.random.default_rng(trial)
        given = {{{given}}}
        try:
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


def self_check(task: Task, scope: Scope, imports: str = "", main: str = "") -> str:
    """The text of the check, or '' where there is nothing to compare.

    `scope` has the names of the variables and sizes; `imports` imports NumPy, and `main` stands before the call.
    """
    kind, array = task.product
    if (
        not task.wrt
        or kind == "by-entry"
        or task.reading.abstract
        or task.then
        or task.convention == "cookbook"
        or (kind and (task.layout != "mixed" or task.batch))
    ):
        return ""
    sizes = _sizes(task)
    order = 1 if kind in ("jvp", "vjp") else 2 if kind == "hvp" else task.order
    symbols, whole = list(task.reading.symbols.values()), _whole(task)
    bare = {scope.described(dim(name))[0]: length for name, length in sizes.items()}
    given = [f'"{name}": {length}' for name, length in bare.items() if name not in scope.variables.values()]
    given += [f'"{scope.variables[s.name]}": {_drawn(s, sizes, s in whole)}' for s in symbols]
    compared = []
    for k, x in enumerate(task.variables):
        exact = "found" if len(task.wrt) == 1 else f"found[{k}]"
        held = [f'given["{scope.variables[array]}"]'] if kind in ("jvp", "hvp") else []
        change = _with(KEPT, x, f"rng.normal(size={_shape(x, sizes)})")
        if "orthogonal" in x.props:
            change = f'given["{scope.variables[x.name]}"] @ both({change}, -1)'
        changes = [change] * (order - len(held))
        arranged = _arranged(task, x, exact, scope)
        compared.append(
            f'compare("{scope.variables[x.name]}", {arranged}, [{", ".join(held)}], [{", ".join(changes)}])'
        )
    step, tolerance = STEPS[order]
    text = "np.asarray(value(**given))"
    text = f'np.sum({text} * given["{scope.variables[array]}"])' if kind == "vjp" else text
    contract = "exact = np.tensordot(exact, v, axes=v.ndim)"
    if task.batch is not None and any(task.batch in x.shape for x in task.variables):
        x = task.variables[0]
        first = "" if x.shape[0] is task.batch else "v = np.moveaxis(v, -1, 0)\n            "
        product = "np.einsum('bfx,bx->bf', exact.reshape(len(v), -1, v[0].size), v.reshape(len(v), -1))"
        contract = f"{first}exact = {product}.reshape(exact.shape[: exact.ndim - v.ndim + 1])"
    parts = ", ".join([*given, *compared])
    return BODY.format(
        imports=imports,
        inner="".join(source + "\n" for name, source in INNER.items() if f"{name}(" in parts),
        value=text,
        contract=contract,
        step=step,
        tolerance=tolerance,
        given=", ".join(given),
        found="derivative(**given)",
        compared=", ".join(compared),
        main=main,
    )


def _sizes(task: Task) -> dict[str, int]:
    """A size for every name, all different and none of them one that an axis is declared to have."""
    shapes = [*(s.shape for s in task.reading.symbols.values()), *(root.shape for root in task.roots)]
    names = sorted({name for shape in shapes for d in shape for name in d.names} | _bare(task))
    numbers = {d.number for shape in shapes for d in shape}
    free = [k for k in range(3, 5 + len(names) + len(numbers)) if k not in numbers]
    return dict(zip(names, free, strict=False))


def _bare(task: Task) -> set[str]:
    """The sizes that occur as numbers or in arrays that are made of nothing."""
    return set(task.reading.sizes) if hasattr(task.reading, "sizes") else set()


def _shape(x: Symbol, sizes: dict[str, int]) -> str:
    return f"({', '.join(str(d.at(sizes)) for d in x.shape)}{',' if x.rank == 1 else ''})"


def _drawn(x: Symbol, sizes: dict[str, int], whole: bool) -> str:
    if whole:
        return "float(rng.integers(1, 4))"
    return _with(MADE, x, f"draw({', '.join(str(d.at(sizes)) for d in x.shape)})")


def _with(table: dict[str, str], x: Symbol, text: str) -> str:
    for prop, made in table.items():
        if prop in x.props and not (prop == "symmetric" and x.props & {"psd", "diagonal"}):
            text = made.format(text)
    return text


def _arranged(task: Task, x: Symbol, text: str, scope: Scope) -> str:
    """The derivative as an array in the mixed layout, the whole of it."""
    text = f"np.asarray({text})"
    if task.product[0]:
        return text
    rank = task.value.rank - (task.batch is not None)
    counts = [x.rank - (task.batch is not None and x.rank > 0 and x.shape[0] is task.batch)] * task.order
    if task.full:
        whole, held = task.pattern
        axes = "".join(whole)
        shape = f'np.shape(value(**given)) + {task.order} * np.shape(given["{scope.variables[x.name]}"])'
        return f'expanded({text}, "{axes}", "{"".join(held)}", {shape})'
    if is_row(task.layout, rank, counts):
        return f"{text}[0]"
    order = order_of(task.layout, rank, counts)
    if order != tuple(range(len(order))):
        back = tuple(order.index(k) for k in range(len(order)))
        return f"{text}.transpose({back})"
    return text


def _whole(task: Task) -> set[Symbol]:
    """The variables that stand where whole numbers are wanted."""
    found: set[Symbol] = set()
    for root in task.roots:
        for node in postorder(root):
            if isinstance(node, Apply):
                words = [word.split()[0] for word in node.op.domain.split(", ")]
                for arg, word in zip(node.args, words * len(node.args) if len(words) == 1 else words, strict=False):
                    if word in ("whole", "order", "place", "size"):
                        found |= arg.free
    return found
