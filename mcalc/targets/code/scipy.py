"""SciPy: what `scipy.optimize.minimize` takes, over the free entries of the variables as one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcalc.algebra.dims import dim, product
from mcalc.algebra.expr import Expr, Symbol, ones, symbol
from mcalc.calculus.derivative import along, derivative, jacobians, onto
from mcalc.calculus.simplify import simplify
from mcalc.calculus.structure import structure_of
from mcalc.errors import Problem
from mcalc.phrase import say
from mcalc.targets.code.frame import written
from mcalc.targets.code.helpers.free import FREE, Free
from mcalc.targets.code.numpy import NumPy
from mcalc.targets.code.python import tuple_of
from mcalc.targets.code.spell import Scope, used
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

FUNCTIONS = '''\
def pack({wrt}):
    """{told} as one vector, where SciPy's minimize starts."""
    return np.concatenate([{taken}]).astype(float)


def unpack({packed}{data}):
    """The variables {wrt} out of one vector."""
    {packed} = np.asarray({packed}, float)
{sizes}    return {parts}


def fun({packed}{data}, **_):
    """The value, a number{outside}. As in minimize(fun, pack({wrt}), args=({args}), jac=jac, hess=hess)."""
    {variables} = unpack({packed}{data})
{result}
    return {found}


def jac({packed}{data}, **_):
    """The gradient, of the shape of {packed}."""
    {variables} = unpack({packed}{data})
{derivative}
    return np.concatenate([{gradient}])


def hess({packed}{data}, **_):
    """The Hessian, a matrix over the entries of {packed}{nothing}."""
    {variables} = unpack({packed}{data})
{blocks}
    return {hessian}


def hessp({packed}, {along}{data}, **_):
    """The Hessian times {along}, without the Hessian."""
    {variables} = unpack({packed}{data})
    {moves} = unpack({along}{data})
{product}
    return np.concatenate([{gradient}])
'''


#: A step that may be outside the domain of the value, where a search may go: there a matrix may have no factor.
GUARDED = """\
    try:
        {step}
    except np.linalg.LinAlgError:  # outside the domain
        return {outside}"""


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


def _free_entries(x: Symbol) -> Free | None:
    """What is known of the free entries of a variable, None where all are free."""
    structure = structure_of(x, "structured")
    if structure is not None and structure.name not in FREE:
        raise Problem(
            "E419",
            "{name} is {structure}, and SciPy minimises over numbers that are free",
            hint="without that declaration it minimises over all matrices",
            name=x.name,
            structure=say(structure.name),
        )
    return FREE[structure.name] if structure is not None else None


def _functions(task: Task, directions: Sequence[Symbol], scope: Scope) -> str:
    """The functions over one vector, in the names of the module."""
    wrt = [scope.variables[x.name] for x in task.variables]
    names = [scope.variables[s.name] for s in task.reading.symbols.values()]
    data = [name for name in names if name not in wrt]
    moves = [scope.variables[v.name] for v in directions]
    packed, moved = (scope.fresh(name) for name in ("params", "p"))
    free = {x: _free_entries(x) for x in task.variables}
    lengths = [f.count(x.shape[0]) if f else product(x.shape) for x, f in free.items()]
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
        (size, f"{size} = " + solved.format(f"np.shape({reader.variables[v]})[{axis}]"))
        for size, v, axis, solved in read
    ]
    if len(missing) == 1:
        # Only the length of the vector tells it, as of a square matrix alone.
        n = missing.pop()
        whole = reader.described(total)[0]
        sizes.append((n, f"{n} = next({n} for {n} in range(1, {packed}.size + 1) if {whole} == {packed}.size)"))
    parts, start = [], dim(0)
    for x, length in zip(task.variables, lengths, strict=True):
        end = start + length
        ends = ["" if d is dim(0) or d is total else reader.size(d)[0] for d in (start, end)]
        text = packed if len(wrt) == 1 else f"{packed}[{ends[0]}:{ends[1]}]"
        held = free[x]
        if held is not None:
            text = held.put.format(text, reader.size(x.shape[0])[0])
        elif x.rank != 1:
            text = f"{text}.reshape({tuple_of([reader.size(d)[0] for d in x.shape]) if x.rank else '()'})"
        parts.append(text)
        start = end
    count = len(wrt)
    places: dict[tuple[int, int], str] = {}
    for i in range(count):
        for j in range(i, count):
            text = "blocks" if count == 1 else f"blocks[{len(places)}]"
            places[i, j] = _by_entries(text, wrt[i], wrt[j], free[task.variables[i]], free[task.variables[j]])
    rows = [[places[i, j] if i <= j else f"{places[j, i]}.T" for j in range(count)] for i in range(count)]
    by_name = ", ".join(f"{name}={name}" for name in [*names, *missing])
    gradients = [scope.fresh(f"g_{name}") for name in wrt]
    results, moved_by = ", ".join(gradients), ", ".join(f"{name}={name}" for name in moves)
    nowhere = f"np.full(np.shape({packed}), np.nan)"
    frees = {scope.variables[x.name]: free[x] for x in task.variables}
    bounded = task.bounded

    def step(text: str, outside: str) -> str:
        return GUARDED.format(step=text, outside=outside) if bounded else f"    {text}"

    sources = dict.fromkeys(source for f in free.values() if f for source in f.source.split("\n\n\n"))
    return "\n\n\n".join(
        [
            FUNCTIONS.format(
                told=_told(frees),
                wrt=", ".join(wrt),
                taken=", ".join(f.taken.format(name) if f else f"np.ravel({name})" for name, f in frees.items()),
                packed=packed,
                data="".join(f", {name}" for name in [*data, *missing]),
                args=", ".join(data) + ("," if len(data) == 1 else ""),
                sizes="".join(f"    {line}\n" for line in used(sizes, parts)),
                parts=tuple_of(parts),
                variables=_together(wrt),
                outside=", infinite where there is none" * bounded,
                result=step(f"found = float(value({by_name}))", "np.inf"),
                found="np.inf if np.isnan(found) else found" if bounded else "found",
                derivative=step(f"{results} = derivative({by_name})", nowhere),
                nothing="; zeros outside the domain, where trust-exact looks before it turns back" * bounded,
                blocks=step(f"blocks = hessian({by_name})", f"np.zeros(2*np.shape({packed}))"),
                product=step(f"{results} = product({by_name}, {moved_by})", nowhere),
                gradient=", ".join(
                    f.by.format(name) if f else f"np.ravel({name})"
                    for name, f in zip(gradients, frees.values(), strict=True)
                ),
                hessian=rows[0][0] if count == 1 else _block(rows),
                along=moved,
                moves=_together(moves),
            ).strip(),
            *(source.strip() for source in sources),
        ]
    )


def _together(names: Sequence[str]) -> str:
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def _told(frees: Mapping[str, Free | None]) -> str:
    """What the vector holds."""
    if not any(frees.values()):
        return f"The variables {', '.join(frees)}"
    return f"The free entries of the variables {', '.join(frees)}"


def _by_entries(text: str, x: str, y: str, rows: Free | None, columns: Free | None) -> str:
    """Second derivatives by two variables as a matrix over the entries of both."""
    if not rows and not columns:
        return f"{text}.reshape(np.size({x}), np.size({y}))"
    text = rows.by.format(text) if rows else f"{text}.reshape(np.size({x}), *np.shape({y}))"
    return f"{columns.by.format(f'np.moveaxis({text}, 0, -1)')}.T" if columns else f"{text}.reshape(-1, np.size({y}))"


def _block(rows: Sequence[Sequence[str]]) -> str:
    inside = "".join(f"        [{', '.join(row)}],\n" for row in rows)
    return f"np.block([\n{inside}    ])"
