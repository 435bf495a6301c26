"""The check of a MATLAB module: `derivative` without arguments runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mcalc.targets.code.selfcheck import Change, SelfCheck, kept_by
from mcalc.targets.code.spell import Scope
from mcalc.targets.code.task import Task

MADE = {
    "positive": "0.1 + abs({0})",
    "orthogonal": "orthogonal({0})",
    "diagonal": "diag(diag({0}))",
    "lower": "tril({0})",
    "symmetric": "both({0}, 1)",
    "skew": "both({0}, -1)",
    "psd": "square({0})",
}

#: What the check says in this language.
WORDS = {
    "value_of": "given.{0}",
    "drawn": "draw(trial, {0})",
    "normal": "randn({0})",
    "whole": "randi(3)",
    "both": "max({0}, {1})",
    "transposed": "permute({0}, {1})",
    "unrowed": "first_of({0})",
}

#: The functions that checks call.
SOURCES = {
    "draw": """\
function a = draw(trial, sizes)
    % Random numbers: of any sign, positive, small and large, by turns.
    a = randn(sizes);
    middle = 0;
    if sizes(1) > 1 && isequal(sizes, [sizes(1), sizes(1)])
        middle = sizes(1)*eye(sizes(1));
    end
    made = {a, 0.3 + abs(a) + middle, 0.1 + 0.2*tanh(abs(a)), 1.5 + abs(a) + 3*middle};
    a = made{mod(trial, 4) + 1};
end
""",
    "both": """\
function a = both(a, sign)
    a = (a + sign*a')/2;
end
""",
    "square": """\
function a = square(a)
    a = a*a' + eye(size(a));
end
""",
    "orthogonal": """\
function Q = orthogonal(a)
    [Q, ~] = qr(a);
end
""",
    "entry": """\
function v = entry(a, varargin)
    % Zeros, but for a one at a place that is counted from zero.
    v = zeros(size(a));
    at = varargin;
    for k = 1:numel(at)
        at{k} = mod(at{k}, size(a, k)) + 1;
    end
    v(at{:}) = 1;
end
""",
    "smooth": """\
function f = smooth(seed, order, out, inner)
    % A function with the axes `out` of an array with the axes `inner`, or its derivative of an order.
    state = rng;
    rng(1000 + seed);
    a = randn(prod(out), prod(inner));
    rng(state);
    f = @(x) sines(x, a, order, out, inner);
end


function y = sines(x, a, order, out, inner)
    % The derivative of sines of combinations of x; where neither has axes, of each entry.
    if isempty(out) && isempty(inner)
        y = sin(a*x + order*pi/2)*a^order + 2*(order == 0);
        return
    end
    y = sin(a*x(:) + order*pi/2) + 2*(order == 0);
    for k = 1:order
        y = y .* reshape(a, [size(a, 1), ones(1, k - 1), size(a, 2)]);
    end
    y = reshape(y, [out, repmat(inner, 1, order), 1, 1]);
end
""",
    "expanded": """\
function whole = expanded(parts, axes, shape)
    % What is made of compressed arrays: a letter that stands twice is a diagonal, one that a part lacks repeats it.
    whole = zeros([shape, 1, 1]);
    for k = 1:numel(parts)
        at = places(axes{k, 1}, whole);
        [letters, first] = unique(axes{k, 1}, 'first');
        [~, order] = sort(first);
        [held, axis] = ismember(letters(order), axes{k, 2});
        sizes = ones(1, numel(held));
        for j = find(held)
            sizes(j) = size(parts{k}, axis(j));
        end
        whole(at) = whole(at) + reshape(parts{k}, [sizes, 1, 1]);
    end
end
""",
    "stacked": """\
function a = stacked(a, other, rank, front)
    % Two samples of an array with so many axes, along an axis in front of these or behind.
    a = cat(rank + 1, a, other);
    if front && rank > 0
        a = permute(a, [rank + 1, 1:rank]);
    end
end
""",
    "first_of": """\
function a = first_of(a)
    % What belongs to the first place of the first axis.
    sizes = size(a);
    a = reshape(a(1, :), [sizes(2:end), 1]);
end
""",
}

BODY = """\
function self_check()
    % Compare the derivative with differences of the value at random points; an error where they disagree.
    state = warning('off', 'all');
    restore = onCleanup(@() warning(state));
    points = 0;
    reason = 'none was tried';
    for trial = 0:79
        rng(trial);
        try
{given}
            found = cell(1, {count});
            [found{{:}}] = derivative({arguments});
            gaps = {{ ...
                {compared}}};
        catch fault  % outside the domain, or at a kink
            reason = fault.message;
            continue
        end
        for k = 1:size(gaps, 1)
            if ~(gaps{{k, 2}} <= 4*{tolerance})
                error('mcalc:check', ...
                    'the derivative by %s disagrees with differences of the value by %.1e of its scale', gaps{{k, :}});
            end
        end
        points = points + 1;
        if points == 3
            disp('the derivative agrees with differences of the value at 3 random points');
            return
        end
    end
    error('mcalc:check', 'no point was found at which differences of the value settle: %s', reason);
end


function gap = compare(given, exact, held, changes)
    % How far the derivative along some changes is from differences along these, and along those held.
    for k = size(changes, 1):-1:1
        v = changes{{k, 2}};
{contract}        exact = reshape(exact, [], numel(v))*v(:);
    end
    rough = rate(given, [held; changes], {step});
    fine = rate(given, [held; changes], {step}/2);
    f = {call};
    scale = max([1e-9; abs(fine(:)); 1e-3*abs(f(:))]);
    if any(abs(rough(:) - fine(:)) > {tolerance}*scale)
        error('mcalc:check', 'differences do not settle');
    end
    gap = max([0; abs(exact(:) - fine(:))])/max([scale; abs(exact(:))]);
end


function slope = rate(given, along, step)
    % How fast the value changes along each change in turn.
    if isempty(along)
        slope = {value};
        if ~isreal(slope) || any(~isfinite(slope(:)))
            error('mcalc:check', 'there is no finite real value');
        end
        return
    end
    [name, v] = along{{1, :}};
    slope = 0;
    for k = [-2, -1, 1, 2; 1, -8, 8, -1]
        there = given;
        there.(name) = given.(name) + k(1)*step*v;
        slope = slope + k(2)*rate(there, along(2:end, :), step)/(12*step);
    end
end
"""


class MatlabCheck(SelfCheck):
    """The check in MATLAB."""

    words = MappingProxyType(WORDS)
    first = 1
    made = MappingProxyType(MADE)
    kept = kept_by(MADE, "{1}*both({0}, -1)")

    def shape(self, lengths: Sequence[int]) -> str:
        """The shape of an array, of two axes at least."""
        return self.listed([*lengths, *[1] * (2 - len(lengths))])

    def listed(self, numbers: Sequence[int]) -> str:
        """Numbers as an argument."""
        return str(list(numbers))

    def expanded(self, text: str, parts: Sequence[tuple[str, str]], lengths: Sequence[int]) -> str:
        """The whole of a compressed derivative."""
        axes = "; ".join(f"'{whole}', '{held}'" for whole, held in parts)
        return f"expanded({text}, {{{axes}}}, {self.shape(lengths)})"

    def found(self, k: int) -> str:
        """The derivative by the k-th variable; the cells of one that is compressed."""
        if self.task.patterns:
            counts = [len(parts) for parts in self.task.patterns]
            return f"found({sum(counts[:k]) + 1}:{sum(counts[: k + 1])})"
        text = f"found{{{k + 1}}}"
        return text if self.task.batch is None else self.unrowed(text)

    def compare(self, title: str, exact: str, held: Sequence[Change], changes: Sequence[Change]) -> str:
        """The row of what is compared, and the call that compares."""
        along, free = ("; ".join(f"'{name}', {change}" for name, change in some) for some in (held, changes))
        return f"'{title}', compare(given, {exact}, {{{along}}}, {{{free}}})"


def self_check(task: Task, scope: Scope, taken: Mapping[str, Sequence[str]]) -> str:
    """The text of the check, or '' where there is nothing to compare; `taken` are the arguments of each function."""
    if not task.wrt:
        return ""
    check = MatlabCheck(task, scope)
    given = [*check.given, *((scope.fresh(f"other_{name}"), text) for name, _, text in check.stacked)]
    others = {name: other for (name, _, _), (other, _) in zip(check.stacked, given[len(check.given) :], strict=True)}
    axes = {name: axis for name, axis, _ in check.stacked}
    ranks = {scope.variables[s.name]: s.rank for s in check.symbols}

    def argument(name: str) -> str:
        if name not in others:
            return f"given.{name}"
        front = "false" if axes[name] else "true"
        return f"stacked(given.{name}, given.{others[name]}, {ranks[name] - 1}, {front})"

    arguments = {name: ", ".join(map(argument, names)) for name, names in taken.items()}
    call = f"value({arguments['value']})"
    call = call if task.batch is None else f"first_of({call})"
    upstream = f"sum(reshape({call} .* given.{scope.variables[check.array]}, [], 1))" if check.kind == "vjp" else ""
    among = ", ".join(f"'{name}'" for name in check.mirrored)
    contract = f"if any(strcmp(changes{{k, 1}}, {{{among}}}))\n            v = triu(v);\n        end\n" if among else ""
    return BODY.format(
        given="\n".join(f"            given.{name} = {text};" for name, text in given),
        count=len(task.derivatives),
        arguments=arguments["derivative"],
        compared="; ...\n                ".join(check.compared),
        contract="        " * bool(among) + contract,
        step=check.step,
        tolerance=check.tolerance,
        value=upstream or call,
        call=call,
    )
