"""The end of a Python module: run as a program it compares its derivative with differences of its value.

The arrays are random, of sizes that all differ, and drawn again in another manner until the value is finite: that is
the domain as far as anybody can see. Differences of two steps have to agree, else the point says nothing.
"""

from __future__ import annotations

import re

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Apply, Symbol
from mcalc.algebra.ops.abstract import taken_apart
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

NAME = re.compile(r"[^\W\d]\w*")
#: The properties of which the Cookbook's derivative counts an entry and its mirror image together.
MIRRORED = frozenset(("symmetric", "psd", "skew"))

INNER = {
    "both": "    def both(a, sign):\n        return (a + sign * a.T) / 2\n",
    "expanded": (
        "    def expanded(parts, full, shape):\n        whole = np.zeros(shape)\n"
        "        for part, (axes, held) in zip(parts, full):\n"
        "            kept = ''.join(dict.fromkeys(axes))\n"
        "            at = tuple(slice(None) if x in held else None for x in kept)\n"
        '            np.einsum(f"{axes}->{kept}", whole)[...] += np.asarray(part)[at]\n        return whole\n'
    ),
    "entry": (
        "    def entry(a, *place):\n        v = np.zeros(np.shape(a))\n"
        "        v[tuple(int(k) for k in place)] = 1.0\n        return v\n"
    ),
    "square": "    def square(a):\n        return a @ a.T + np.eye(len(a))\n",
    "smooth": (
        "    def smooth(seed, order, out, inner):\n"
        "        a = np.random.default_rng(seed).normal(size=(*out, *inner))\n        axes = range(-len(inner), 0)\n\n"
        "        def f(x):\n            x = np.asarray(x)\n"
        "            y = np.tensordot(x, a, (list(axes), list(axes))) + order * np.pi / 2\n"
        "            y = np.sin(y) + 2 * (not order)\n"
        "            for k in range(order):\n"
        "                y = y.reshape((*y.shape, *(1 for _ in inner)))\n"
        "                y = y * a.reshape((*out, *(1 for _ in inner for _ in range(k)), *inner))\n"
        "            return {made}\n\n        return f\n"
    ),
}

BODY = '''\
def self_check():
    """Compare the derivative with differences of the value; the exit status is 0 where they agree."""
{imports}
    def draw(*shape):
        a = rng.normal(size=shape)
        middle = len(a) * np.eye(len(a)) if len(shape) == 2 and shape[0] == shape[1] else 0
        return [a, 0.3 + abs(a) + middle, 0.1 + 0.2 * np.tanh(abs(a)), 1.5 + abs(a) + 3 * middle][trial % 4]

{inner}    def rate(along, step):
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
            {contract}
        rough, fine = (rate(along + changes, h) for h in ({step}, {step} / 2))
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


def self_check(task: Task, scope: Scope, imports: str = "", main: str = "", made: str = "{}") -> str:
    """The text of the check, or '' where there is nothing to compare.

    `scope` has the names of the variables and sizes; `imports` imports NumPy, and `main` stands before the call; `made`
    makes the library's array of one of NumPy's.
    """
    kind, array = task.product
    if not task.wrt or (kind and (task.layout != "mixed" or task.batch)):
        return ""
    sizes = _sizes(task)
    order = 1 if kind in ("jvp", "vjp") else 2 if kind == "hvp" else task.order + len(task.then)
    symbols, whole = list(task.reading.symbols.values()), _whole(task)
    known = {*sizes, *(s.name for s in symbols)}
    places = [name for entry in task.entries for name in NAME.findall(entry.partition("[")[2]) if name not in known]
    bare = {scope.described(dim(name))[0]: length for name, length in (sizes | dict.fromkeys(places, 1)).items()}
    given = [f'"{name}": {length}' for name, length in bare.items() if name not in scope.variables.values()]
    given += [f'"{scope.variables[s.name]}": {_drawn(s, sizes, s in whole)}' for s in symbols]
    given += _functions(task, sizes)
    compared = []
    for k, x in enumerate(task.variables):
        name, entry = scope.variables[x.name], task.entries[k] if task.entries else ""
        exact = "found" if len(task.wrt) == 1 else f"found[{k}]"
        held = [f'("{name}", given["{scope.variables[array]}"])'] if kind in ("jvp", "hvp") else []
        turns = [x] * (order - len(task.then)) + [task.reading.symbols[other] for other in task.then]
        if entry:
            held, turns = [f'("{name}", {_entry(x, entry, sizes, scope)})'] * order, []
        changes = ", ".join(_change(y, sizes, scope) for y in turns[len(held) :])
        arranged = _arranged(task, k, exact, scope)
        compared.append(f'compare("{entry or name}", {arranged}, [{", ".join(held)}], [{changes}])')
    step, tolerance = STEPS[order]
    text = "np.asarray(value(**given))"
    text = f'np.sum({text} * given["{scope.variables[array]}"])' if kind == "vjp" else text
    mirrored = [scope.variables[x.name] for x in symbols if task.convention == "cookbook" and x.props & MIRRORED]
    contract = "exact = np.tensordot(exact, v, axes=v.ndim)"
    if mirrored:
        among = ", ".join(f'"{name}"' for name in mirrored)
        contract = f"v = np.triu(v) if at in {{{among}}} else v\n            {contract}"
    if task.batch is not None and any(task.batch in x.shape for x in task.variables):
        x = task.variables[0]
        first = "" if x.shape[0] is task.batch else "v = np.moveaxis(v, -1, 0)\n            "
        product = "np.einsum('bfx,bx->bf', exact.reshape(len(v), -1, v[0].size), v.reshape(len(v), -1))"
        contract = f"{first}exact = {product}.reshape(exact.shape[: exact.ndim - v.ndim + 1])"
    parts = ", ".join([*given, *compared])
    return BODY.format(
        imports=imports,
        inner="".join(
            source.replace("{made}", made.format("y")) + "\n" for name, source in INNER.items() if f"{name}(" in parts
        ),
        value=text,
        variable="at" if mirrored else "_",
        contract=contract,
        step=step,
        tolerance=tolerance,
        given=", ".join(given),
        found="derivative(**given)",
        compared=", ".join(compared),
        main=main,
    )


def _functions(task: Task, sizes: dict[str, int]) -> list[str]:
    """Functions for those that the caller gives, and for their derivatives: sines of random combinations."""
    given = []
    for op, source, target in task.reading.abstract.values():
        order = taken_apart(op.name)[1]
        out, inner = target[: len(target) - order * len(source)], source
        texts = [f"({''.join(f'{d.at(sizes)}, ' for d in axes)})" for axes in (out, inner)]
        base = sorted({taken_apart(other.name)[0] for other, _, _ in task.reading.abstract.values()})
        seed = base.index(taken_apart(op.name)[0])
        given.append(f'"{op.numpy.partition("(")[0]}": smooth({seed}, {order}, {texts[0]}, {texts[1]})')
    return given


def _change(x: Symbol, sizes: dict[str, int], scope: Scope) -> str:
    """A variable and a random change that keeps its structure."""
    name = scope.variables[x.name]
    change = _with(KEPT, x, f"rng.normal(size={_shape(x, sizes)})")
    if "orthogonal" in x.props:
        change = f'given["{name}"] @ both({change}, -1)'
    return f'("{name}", {change})'


def _entry(x: Symbol, text: str, sizes: dict[str, int], scope: Scope) -> str:
    """The change of one entry, `X[1,2]`, in a symmetric matrix with the one across the diagonal."""

    def known(word: re.Match[str]) -> str:
        name = scope.variables.get(word[0]) or scope.described(dim(word[0]))[0]
        return str(sizes[word[0]]) if word[0] in sizes else f'given["{name}"]'

    place = NAME.sub(known, text.partition("[")[2].removesuffix("]")).split(",")
    array = f'given["{scope.variables[x.name]}"]'
    texts = [f"entry({array}, {', '.join(one)})" for one in ([place, place[::-1]] if x.symmetric else [place])]
    return f"np.maximum({', '.join(texts)})" if len(texts) > 1 else texts[0]


def _sizes(task: Task) -> dict[str, int]:
    """A size for every name, all different and none of them one that an axis is declared to have."""
    shapes = [*(s.shape for s in task.reading.symbols.values()), *(root.shape for root in task.roots)]
    shapes += [axes for _, *both in task.reading.abstract.values() for axes in both]
    names = sorted({name for shape in shapes for d in shape for name in d.names} | _bare(task))
    numbers = {d.number for shape in shapes for d in shape}
    least = max([3, *(1 + int(k) for entry in task.entries for k in re.findall(r"\b\d+", entry))])
    free = [k for k in range(least, least + 2 + len(names) + len(numbers)) if k not in numbers]
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


def _arranged(task: Task, k: int, text: str, scope: Scope) -> str:
    """The derivative by a variable as an array in the mixed layout, the whole of it."""
    x = task.variables[k]
    rank = task.value.rank - (task.batch is not None)
    turns = [x] * task.order + [task.reading.symbols[name] for name in task.then]
    counts = [y.rank - (task.batch is not None and y.rank > 0 and y.shape[0] is task.batch) for y in turns]
    order = order_of(task.layout, rank, counts)
    back = tuple(order.index(axis) for axis in range(len(order)))
    row = is_row(task.layout, rank, counts)
    if task.patterns:
        full = [("".join(whole[j + row] for j in back), held) for whole, held in task.patterns[k]]
        shape = " + ".join(
            ["np.shape(value(**given))", *(f'np.shape(given["{scope.variables[y.name]}"])' for y in turns)]
        )
        return f"expanded({text if len(full) > 1 else f'[{text}]'}, {full}, {shape})"
    text = f"np.asarray({text})"
    if task.product[0] or (task.entries and task.entries[k]):
        return text
    if row:
        return f"{text}[0]"
    return text if back == tuple(range(len(back))) else f"{text}.transpose({back})"


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
