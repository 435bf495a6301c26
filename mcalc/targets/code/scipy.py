"""SciPy: what `scipy.optimize.minimize` takes, over the variables as one vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc.algebra.dims import dim, product
from mcalc.algebra.expr import Expr, Symbol, ones, symbol
from mcalc.calculus.derivative import along, derivative, jacobians, onto
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.targets.code.frame import written
from mcalc.targets.code.numpy import NumPy
from mcalc.targets.code.python import tuple_of
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

FUNCTIONS = '''\
def pack({wrt}):
    """The variables {wrt} as one vector, where SciPy's minimize starts."""
    return np.concatenate([np.ravel(a) for a in ({wrt},)]).astype(float)


def unpack({packed}{data}):
    """The variables {wrt} out of one vector."""
    {packed} = np.asarray({packed}, float)
{sizes}    return {parts}


def fun({packed}{data}, **_):
    """The value, a number. As in minimize(fun, pack({wrt}), args=({args}), jac=jac, hess=hess)."""
    {taken} = unpack({packed}{data})
    return float(value({all}))


def jac({packed}{data}, **_):
    """The gradient, of the shape of {packed}."""
    {taken} = unpack({packed}{data})
    return pack({gradient})


def hess({packed}{data}, **_):
    """The Hessian, a matrix over the entries of {packed}."""
    {taken} = unpack({packed}{data})
    blocks = {blocks}
    return {hessian}


def hessp({packed}, {along}{data}, **_):
    """The Hessian times {along}, without the Hessian."""
    {taken} = unpack({packed}{data})
    {moves} = unpack({along}{data})
    return pack({products})
'''


def module(reading: Reading, value: Expr, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
    """A module with `fun`, `jac`, `hess` and `hessp`, and with `value` and `derivative` that they call.

    Raises a `Problem` of kind unsupported where the value is no scalar.
    """
    task = Task(reading, value, derivatives, **manner)
    if value.rank or task.batch is not None:
        raise Problem("E419", "SciPy minimises scalars, and the value is an array", hint="sum it, or take its norm")
    plain = task.layout == "mixed" and task.convention in ("", "unstructured")
    if not plain or not task.wrt or any((task.product[0], task.full, task.then, *task.entries)):
        raise Problem("E419", "the form for SciPy is of the plain derivative by a variable, in the mixed layout")
    variables = task.variables
    gradients = [derivative(value, x) for x in variables] if len(variables) == 1 else jacobians(value, variables)
    task.derivatives, task.order = [simplify(g) for g in gradients], 1
    count = len(reading.symbols)
    directions = [symbol(_free(f"d_{x.name}", reading), x.shape, x.props, count + k) for k, x in enumerate(variables)]
    slope = [simplify(onto(value, x, ones(()))) for x in variables]
    blocks = [simplify(derivative(slope[i], x)) for i in range(len(variables)) for x in variables[i:]]
    products = [_moved(g, variables, directions) for g in slope]
    more = {"hessian": blocks, "product": products}
    return written(NumPy(), task, more, directions, lambda scope: _functions(task, directions, scope))


def _moved(gradient: Expr, variables: Sequence[Symbol], directions: Sequence[Symbol]) -> Expr:
    """How a gradient changes where every variable moves along its direction."""
    parts = [along(gradient, x, v) for x, v in zip(variables, directions, strict=True)]
    return simplify(sum(parts[1:], parts[0]))


def _free(name: str, reading: Reading) -> str:
    while name in reading.symbols or name in reading.sizes:
        name += "_"
    return name


def _functions(task: Task, directions: Sequence[Symbol], scope: Scope) -> str:
    """The functions over one vector, in the names of the module."""
    wrt = [scope.variables[x.name] for x in task.variables]
    names = [scope.variables[s.name] for s in task.reading.symbols.values()]
    data = [name for name in names if name not in wrt]
    moves = [scope.variables[v.name] for v in directions]
    packed, moved = (scope.fresh(name) for name in ("params", "p"))
    lengths = [product(x.shape) for x in task.variables]
    total = sum(lengths[1:], lengths[0])
    reader = Scope(
        [
            *(s for s in task.reading.symbols.values() if s not in task.variables),
            symbol(packed, (total,), (), len(names)),
        ],
        NumPy(),
    )
    for d in (*lengths, *(d for x in task.variables for d in x.shape)):
        reader.size(d)
    read, missing = reader.found()
    sizes = [
        f"    {size} = " + solved.format(f"np.shape({reader.variables[v]})[{axis}]") for size, v, axis, solved in read
    ]
    if len(missing) == 1:
        # Only the length of the vector tells it, as of a square matrix alone.
        n = missing.pop()
        whole = reader.described(total)[0]
        sizes.append(f"    {n} = next({n} for {n} in range(1, {packed}.size + 1) if {whole} == {packed}.size)")
    parts, start = [], dim(0)
    for x, length in zip(task.variables, lengths, strict=True):
        end = start + length
        ends = ["" if d is dim(0) or d is total else reader.size(d)[0] for d in (start, end)]
        text = packed if len(wrt) == 1 else f"{packed}[{ends[0]}:{ends[1]}]"
        if x.rank != 1:
            text = f"{text}.reshape({tuple_of([reader.size(d)[0] for d in x.shape]) if x.rank else '()'})"
        parts.append(text)
        start = end
    by_name = ", ".join(f"{name}={name}" for name in [*names, *missing])
    count = len(wrt)
    places: dict[tuple[int, int], str] = {}
    for i in range(count):
        for j in range(i, count):
            text = "blocks" if count == 1 else f"blocks[{len(places)}]"
            size_i, size_j = (f"np.size({wrt[k]})" for k in (i, j))
            places[i, j] = f"{text}.reshape({size_i}, {size_j})"
    rows = [[places[i, j] if i <= j else f"{places[j, i]}.T" for j in range(count)] for i in range(count)]
    hessian = rows[0][0] if count == 1 else _block(rows)
    taken = f"({wrt[0]},)" if count == 1 else ", ".join(wrt)
    given = "".join(f", {name}" for name in [*data, *missing])
    star = "" if count == 1 else "*"
    moved_by = ", ".join(f"{name}={name}" for name in moves)
    return FUNCTIONS.format(
        wrt=", ".join(wrt),
        packed=packed,
        data=given,
        args=", ".join(data) + ("," if len(data) == 1 else ""),
        sizes="".join(line + "\n" for line in sizes),
        parts=tuple_of(parts),
        taken=taken,
        all=by_name,
        gradient=f"{star}derivative({by_name})",
        blocks=f"hessian({by_name})",
        hessian=hessian,
        along=moved,
        moves=f"({moves[0]},)" if count == 1 else ", ".join(moves),
        products=f"{star}product({by_name}, {moved_by})",
    )


def _block(rows: Sequence[Sequence[str]]) -> str:
    inside = "".join(f"        [{', '.join(row)}],\n" for row in rows)
    return f"np.block([\n{inside}    ])"
