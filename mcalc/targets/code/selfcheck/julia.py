"""The check of a Julia module: the file runs it as a program."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from mcalc.targets.code.selfcheck import Change, SelfCheck, kept_by
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

MADE = {
    "positive": "0.1 .+ abs.({0})",
    "orthogonal": "Matrix(qr({0}).Q)",
    "diagonal": "diagm(diag({0}))",
    "lower": "tril({0})",
    "symmetric": "both({0}, 1)",
    "skew": "both({0}, -1)",
    "psd": "square({0})",
}

#: What the check says in this language.
WORDS = {
    "value_of": "given[:{0}]",
    "drawn": "draw(trial, {0})",
    "normal": "randn({0}...)",
    "whole": "float(rand(1:3))",
    "both": "max.({0}, {1})",
    "transposed": "permutedims({0}, {1})",
    "unrowed": "first_of({0})",
}

#: The functions that checks call.
SOURCES = {
    "draw": '''\
"""Random numbers: of any sign, positive, small and large, by turns."""
function draw(trial, sizes)
    a = randn(sizes...)
    middle = length(sizes) == 2 && sizes[1] == sizes[2] ? sizes[1]*Matrix(1.0I, sizes...) : 0.0
    trial % 4 == 0 && return a
    trial % 4 == 1 && return 0.3 .+ abs.(a) .+ middle
    trial % 4 == 2 && return 0.1 .+ 0.2 .* tanh.(abs.(a))
    return 1.5 .+ abs.(a) .+ 3 .* middle
end
''',
    "both": '''\
"""The symmetric part of a matrix, or, of sign -1, the skew one."""
both(a, sign) = (a + sign*a')/2
''',
    "square": '''\
"""A positive matrix."""
square(a) = a*a' + I
''',
    "entry": '''\
"""Zeros, but for a one at a place that is counted from zero."""
function entry(a, place...)
    v = zeros(size(a))
    v[(mod.(Int.(place), size(a)) .+ 1)...] = 1.0
    return v
end
''',
    "smooth": '''\
"""A function with the axes `out` of an array with the axes `inner`, or its derivative of an order."""
function smooth(seed, order, out, inner)
    a = randn(MersenneTwister(seed), prod(out, init=1), prod(inner, init=1))
    sizes = (out..., (n for _ in 1:order for n in inner)...)
    function f(x)
        y = sin.(a*flat(x) .+ order*pi/2) .+ 2*(order == 0)
        for k in 1:order
            y = y .* reshape(a, size(a, 1), ones(Int, k - 1)..., size(a, 2))
        end
        return isempty(sizes) ? y[1] : reshape(y, sizes)
    end
    return f
end
''',
    "expanded": '''\
"""What is made of compressed arrays: a letter that stands twice is a diagonal, one that a part lacks repeats it."""
function expanded(parts, axes, shape)
    whole = zeros(shape)
    for (part, (labels, held)) in zip(parts, axes)
        at = places(labels, whole)
        sizes = [x in held ? size(at, k) : 1 for (k, x) in enumerate(unique(labels))]
        whole[at] .+= reshape(flat(part), sizes...)
    end
    return whole
end
''',
    "stacked": '''\
"""Two samples of an array, along an axis in front of its own or behind."""
function stacked(a, other, front)
    both = cat(a, other; dims=ndims(a) + 1)
    return front && ndims(a) > 0 ? permutedims(both, (ndims(both), 1:ndims(a)...)) : both
end
''',
    "first_of": '''\
"""What belongs to the first place of the first axis."""
first_of(a) = ndims(a) == 1 ? a[1] : copy(selectdim(a, 1, 1))
''',
    "flat": '''\
"""The entries one below the other."""
flat(a) = a isa Number ? [a] : vec(Array(a))
''',
}

BODY = '''\
"""Compare the derivative with differences of the value at random points; the exit status is 0 where they agree."""
function self_check()
    points, reason = 0, "none was tried"
    for trial in 0:79
        Random.seed!(trial)
        gaps = []
        try
            given = Dict{{Symbol, Any}}(
                {given},
            )
            found = derivative(; {arguments}...)
            gaps = [
                {compared},
            ]
        catch fault  # outside the domain, or at a kink
            fault isa InterruptException && rethrow()
            reason = sprint(showerror, fault)
            continue
        end
        for (name, gap) in gaps
            if !(gap <= 4*{tolerance})
                println("the derivative by $name disagrees with differences of the value by $gap of its scale")
                return 1
            end
        end
        points += 1
        if points == 3
            println("the derivative agrees with differences of the value at 3 random points")
            return 0
        end
    end
    println("no point was found at which differences of the value settle: $reason")
    return 1
end


"""How far the derivative along some changes is from differences along these, and along those held."""
function compare(given, exact, held, changes)
    for (name, v) in reverse(changes)
{contract}        exact = reshape(flat(exact), :, length(v))*flat(v)
    end
    exact = flat(exact)
    rough, fine = (flat(rate(given, [held; changes], step)) for step in ({step}, {step}/2))
    scale = maximum([1e-9; abs.(fine); 1e-3 .* abs.(flat({call}))])
    all(abs.(rough - fine) .<= {tolerance}*scale) || error("differences do not settle")
    return maximum([0.0; abs.(exact - fine)])/maximum([scale; abs.(exact)])
end


"""How fast the value changes along each change in turn."""
function rate(given, along, step)
    isempty(along) && return {value}
    name, v = along[1]
    at(k) = rate(merge(given, Dict{{Symbol, Any}}(name => given[name] .+ k*step .* v)), along[2:end], step)
    return (8 .* (at(1) .- at(-1)) .- (at(2) .- at(-2))) ./ (12*step)
end


if abspath(PROGRAM_FILE) == @__FILE__
    exit(self_check())
end
'''


class JuliaCheck(SelfCheck):
    """The check in Julia."""

    words = MappingProxyType(WORDS)
    first = 1
    made = MappingProxyType(MADE)
    kept = kept_by(MADE, "{1}*both({0}, -1)")

    def expanded(self, text: str, parts: Sequence[tuple[str, str]], lengths: Sequence[int]) -> str:
        """The whole of a compressed derivative."""
        axes = ", ".join(f'("{whole}", "{held}")' for whole, held in parts)
        text = text if len(parts) > 1 else f"({text},)"
        return f"expanded({text}, [{axes}], {self.shape(lengths)})"

    def found(self, k: int) -> str:
        """The derivative by the k-th variable."""
        text = "found" if len(self.task.wrt) == 1 else f"found[{k + 1}]"
        return text if self.task.patterns or self.task.batch is None else self.unrowed(text)

    def compare(self, title: str, exact: str, held: Sequence[Change], changes: Sequence[Change]) -> str:
        """What is compared, and the call that compares."""
        along, free = (", ".join(f"(:{name}, {change})" for name, change in some) for some in (held, changes))
        return f'("{title}", compare(given, {exact}, [{along}], [{free}]))'


def self_check(task: Task, scope: Scope) -> str:
    """The text of the check, or '' where there is nothing to compare."""
    if not task.wrt:
        return ""
    check = JuliaCheck(task, scope)
    arguments, other = "given", []
    if check.stacked:
        names = {name: scope.fresh(f"other_{name}") for name, _, _ in check.stacked}
        other = [(names[name], text) for name, _, text in check.stacked]
        both = ", ".join(
            f":{name} => stacked(given[:{name}], given[:{names[name]}], {'false' if axis else 'true'})"
            for name, axis, _ in check.stacked
        )
        arguments = f"merge(given, Dict{{Symbol, Any}}({both}))"
    call = f"value(; {arguments}...)"
    call = call if task.batch is None else f"first_of({call})"
    upstream = f"sum({call} .* {check.value_of(scope.variables[check.array])})" if check.kind == "vjp" else ""
    among = ", ".join(f":{name}" for name in check.mirrored)
    return BODY.format(
        given=",\n                ".join(f":{name} => {text}" for name, text in [*check.given, *other]),
        arguments=arguments,
        compared=",\n                ".join(check.compared),
        contract=f"        v = name in ({among},) ? triu(v) : v\n" if among else "",
        step=check.step,
        tolerance=check.tolerance,
        value=upstream or call,
        call=call,
    )
