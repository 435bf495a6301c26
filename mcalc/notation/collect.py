"""Presentation by search: of the ways to group a sum, the one that reads lightest.

Two moves, both exact: pull a factor that several terms share out of them (A@x + A.T@x into (A + A.T)@x,
and the same for scalars, left and right factors and elementwise ones), and multiply a product over a sum
out, which is worth it where terms then cancel. What is lighter is decided by the notation itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcalc.algebra.expr import (
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Size,
    Sum,
    Symbol,
    Term,
    add,
    children,
    contract,
    is_zero,
    postorder,
    ratio,
    rebuild,
    scale,
)
from mcalc.calculus.rules import settle
from mcalc.notation.notate import Notation

#: Sums beyond these sizes are shown as they are: the search would cost more than it shortens.
MOST_TERMS, MOST_EXPANDED = 24, 64

#: Where a factor touches the result: the places of its label there, and whether it is summed.
Role = tuple[tuple[int, ...], ...]


def present(root: Expr, notation: Notation, share: bool = False) -> Expr:
    """An equal expression that reads lighter.

    With `share`, what stands in several places weighs as one name while the rest is weighed.
    """
    done: dict[Expr, Expr] = {}
    order = postorder(root)
    uses: dict[Expr, int] = {}
    for node in order if share else ():
        for child in children(node):
            uses[child] = uses.get(child, 0) + 1
    for node in order:
        kept = node in notation.names or node in notation.said
        new = done[node] = lightest(node if kept else rebuild(node, done.__getitem__), notation)
        if uses.get(node, 0) > 1 and not isinstance(new, (Symbol, Number, Size)) and new not in notation.names:
            notation.call(new, f"·{len(notation.names)}")
    return done[root]


def lightest(node: Expr, notation: Notation) -> Expr:
    """The lightest of the node as it is, with factors collected, and multiplied out first."""
    if node in notation.names or not isinstance(node, (Sum, Contract)):
        return node
    options = [node]
    for start in dict.fromkeys((node, settle(expand(node)))):
        options.append(start)
        if isinstance(start, Sum):
            options.append(settle(collect(start, notation)))
    return min(options, key=notation.weight)


def expand(node: Expr) -> Expr:
    """Products multiplied over their sums, like terms merged; the node itself where that grows too far."""
    queue: list[Term] = list(node.terms) if isinstance(node, Sum) else [(1, node)]
    found: list[Term] = []
    while queue:
        if len(queue) + len(found) > MOST_EXPANDED:
            return node
        c, term = queue.pop()
        match term:
            case Sum(terms):
                queue += [(c * k, n) for k, n in terms]
            case Contract(factors, out, sizes) if (k := _spreadable(factors)) is not None:
                base, exponent, axes = factors[k]
                assert isinstance(base, Sum)
                rest = [*factors[:k], *factors[k + 1 :]]
                if exponent > 1:
                    rest.append((base, exponent - 1, axes))
                known = dict(enumerate(sizes))
                queue += [(c * t, contract([*rest, (n, 1, axes)], out, known)) for t, n in base.terms]
            case _:
                found.append((c, term))
    return add(found, node.shape)


def _spreadable(factors: tuple[Factor, ...]) -> int | None:
    for k, (base, exponent, _) in enumerate(factors):
        if isinstance(base, Sum) and isinstance(exponent, int) and 0 < exponent <= 2:
            return k
    return None


def collect(node: Sum, notation: Notation) -> Expr:
    """The sum with shared factors pulled out as long as that makes it lighter."""
    while isinstance(node, Sum) and 1 < len(node.terms) <= MOST_TERMS:
        best, weight = None, notation.weight(node)
        for candidate in _groupings(node):
            grouped = _inner(candidate, notation)
            now = notation.weight(grouped)
            if now < weight:
                best, weight = grouped, now
        if best is None:
            return node
        if not isinstance(best, Sum):
            return best
        node = best
    return node


def _inner(grouped: tuple[list[Term], Factor, list[Term], tuple[Group, ...], tuple[Group, ...]], notation: Notation) -> Expr:
    """The sum with a grouping carried out, what is left in brackets presented in its turn."""
    others, (base, exponent, axes), parts, inside, out = grouped
    bracket: Expr = add(parts, parts[0][1].shape)
    if is_zero(bracket):
        return add(others, _shape(others, parts, out)) if others else bracket
    if isinstance(bracket, Sum):
        bracket = collect(bracket, notation)
    whole = contract([(base, exponent, axes), (bracket, 1, inside)], out)
    return add([*others, (1, whole)], whole.shape)


def _shape(others: list[Term], parts: list[Term], out: tuple[Group, ...]):  # type: ignore[no-untyped-def]
    del parts, out
    return others[0][1].shape


def _factors(node: Expr) -> tuple[tuple[Factor, ...], tuple[Group, ...], dict[int, object]]:
    if isinstance(node, Contract):
        return node.factors, node.out, dict(enumerate(node.sizes))
    axes = tuple((k,) for k in range(node.rank))
    return ((node, 1, axes),), axes, dict(enumerate(node.shape))


def _groupings(
    node: Sum,
) -> Iterator[tuple[list[Term], Factor, list[Term], tuple[Group, ...], tuple[Group, ...]]]:
    """Every factor that several terms share in the same place, with what it leaves of them."""
    holders: dict[tuple[Expr, Role, bool], list[tuple[int, int, tuple[Group, ...]]]] = {}
    split = [_factors(n) for _, n in node.terms]
    for t, (factors, out, _) in enumerate(split):
        if any(len(g) != 1 for g in out):
            continue
        for f, (base, exponent, axes) in enumerate(factors):
            if isinstance(base, Number) or any(len(g) != 1 for g in axes) or len(axes) > 2:
                continue
            for way in {axes, axes[::-1]} if base.symmetric else {axes}:
                role = tuple(tuple(p for p, g in enumerate(out) if g == a) for a in way)
                spots = holders.setdefault((base, role, exponent > 0), [])
                if not any(spot[0] == t for spot in spots):
                    spots.append((t, f, way))
                else:
                    spots.append((t, f, way))
    for (base, role, _), spots in holders.items():
        for chosen in _selections(spots):
            if len(chosen) < 2:
                continue
            found = _pull_out(node, split, base, role, chosen)
            if found is not None:
                yield found


def _selections(
    spots: list[tuple[int, int, tuple[Group, ...]]],
) -> Iterator[list[tuple[int, int, tuple[Group, ...]]]]:
    """One spot in each term: the first of each, and each other spot of a term with the firsts of the rest."""
    by_term: dict[int, list[tuple[int, int, tuple[Group, ...]]]] = {}
    for spot in spots:
        by_term.setdefault(spot[0], []).append(spot)
    firsts = {t: found[0] for t, found in by_term.items()}
    yield list(firsts.values())
    for t, found in by_term.items():
        for other in found[1:]:
            yield list({**firsts, t: other}.values())


def _pull_out(
    node: Sum,
    split: list[tuple[tuple[Factor, ...], tuple[Group, ...], dict[int, object]]],
    base: Expr,
    role: Role,
    chosen: list[tuple[int, int, tuple[Group, ...]]],
) -> tuple[list[Term], Factor, list[Term], tuple[Group, ...], tuple[Group, ...]] | None:
    exponents = [split[t][0][f][1] for t, f, _ in chosen]
    shared: Rational = min(exponents, key=abs)
    rank = node.rank
    covered = {p for places in role for p in places}
    # An axis of the factor is an axis of the bracket too where it is summed, or where some term uses it again.
    rests: list[list[Factor]] = []
    used = [False] * len(role)
    for t, f, way in chosen:
        factors = split[t][0]
        rest = [*factors[:f], *factors[f + 1 :]]
        left = ratio(factors[f][1] - shared)
        if left:
            rest.append((base, left, way))
        rests.append(rest)
        labels = {x for _, _, axes in rest for g in axes for x in g}
        for k, group in enumerate(way):
            used[k] = used[k] or not role[k] or group[0] in labels
    if len({g for g in chosen[0][2]}) < len(role):
        return None
    free = [p for p in range(rank) if p not in covered]
    if len(free) + sum(used) > max(2, rank):
        return None
    parts: list[Term] = []
    for (t, _, way), rest in zip(chosen, rests, strict=True):
        _, out, sizes = split[t]
        axes = tuple(out[p] for p in free) + tuple(g for g, u in zip(way, used, strict=True) if u)
        parts.append((node.terms[t][0], contract(rest, axes, {x: d for x, d in sizes.items() if _named(x, axes)})))  # type: ignore[misc]
    # Labels of the whole: its places first, then the factor's own.
    own: list[Group] = []
    for k, places in enumerate(role):
        own.append((places[0],) if places else (rank + k,))
    inside = tuple((p,) for p in free) + tuple(g for g, u in zip(own, used, strict=True) if u)
    home = {p: own[k] for k, places in enumerate(role) for p in places}
    out = tuple(home.get(p, (p,)) for p in range(rank))
    first_out = split[chosen[0][0]][1]
    for p in free:  # equal labels among the free places stay equal: leave such sums alone
        if sum(first_out[p] == first_out[q] for q in range(rank)) > 1:
            return None
    taken = {t for t, _, _ in chosen}
    others = [term for t, term in enumerate(node.terms) if t not in taken]
    return others, (base, shared, tuple(own)), parts, inside, out


def _named(label: int, axes: tuple[Group, ...]) -> bool:
    return any(label in g for g in axes)


__all__ = ["collect", "expand", "lightest", "present", "scale"]
