"""The surface tree as a whole: what stands in it, how long it is, and the tree with other parts.

Notation shares what an answer repeats, so a tree may be far larger than the nodes that it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mcalc.language.syntax import (
    Aligned,
    Call,
    Change,
    Entry,
    Equation,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Open,
    Power,
    Product,
    Program,
    Slice,
    Summation,
    Syntax,
    Terms,
    Transpose,
    body_of,
    definitions_of,
)


def children(node: Syntax) -> tuple[Syntax, ...]:
    """The nodes directly below."""
    try:
        return node._children
    except AttributeError:
        node._children = tuple(_below(node))
        return node._children


def _below(node: Syntax) -> Iterator[Syntax]:
    match node:  # what is met most stands first
        case Name() | Num():
            return
        case Matmul(items) | Product(items) | Terms(items):
            yield from items
        case Call(_, args, options):
            yield from args
            yield from (value for _, value in options)
        case Transpose(arg) | Negative(arg) | Open(arg):
            yield arg
        case Entry(inner) | Change(inner):
            yield inner
        case Summation(_, inner, limits):
            yield inner
            yield from limits or ()
        case Equation(left, right):
            yield left
            yield right
        case Power(base, exponent):
            yield base
            yield exponent
        case Index(base, places):
            yield base
            yield from places
        case Slice(start, stop):
            yield from (end for end in (start, stop) if end is not None)
        case Aligned(lines):
            for line in lines:
                yield line.left
                yield from (part for definition in definitions_of(line.right) for part in definition)
                yield body_of(line.right)
        case Program(definitions, body):
            yield from (value for _, value in definitions)
            yield body


def distinct(root: Syntax) -> list[Syntax]:
    """The nodes of a tree that differ, children first."""
    found: dict[Syntax, None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in found:
            continue
        if ready:
            found[node] = None
        else:
            stack.append((node, True))
            stack.extend([(part, False) for part in children(node)])
    return list(found)


def length(root: Syntax) -> int:
    """The names, numbers and calls of a text, those of the definitions as well."""
    stack = [root]
    while stack:
        node = stack[-1]
        unknown = [part for part in children(node) if not hasattr(part, "_length")]
        if unknown:
            stack += unknown
            continue
        stack.pop()
        own = len(node.definitions) if isinstance(node, Program) else isinstance(node, (Name, Num, Call, Open))
        node._length = own + sum([part._length for part in children(node)])
    return root._length


def walk(root: Syntax) -> list[Syntax]:
    """Every node, parents first, in the order of the text."""
    found: list[Syntax] = []
    stack = [root]
    while stack:
        node = stack.pop()
        found.append(node)
        if below := children(node):
            stack.extend(reversed(below))
    return found


def replaced(root: Syntax, new: Callable[[Syntax], Syntax | None]) -> Syntax:
    """The tree with every node for which `new` has another replaced by that."""
    made: dict[int, Syntax] = {}
    for node in reversed(walk(root)):
        made[id(node)] = new(node) or over(node, made)
    return made[id(root)]


def over(node: Syntax, made: Mapping[int, Syntax]) -> Syntax:
    """The node over other children; itself where they are the same."""
    if all(made[id(child)] is child for child in children(node)):
        return node

    def other(value: object) -> object:
        if isinstance(value, Syntax):
            return made.get(id(value), value)
        return tuple(other(part) for part in value) if isinstance(value, tuple) else value

    found: Syntax = type(node)(*(other(field) for field in node.fields()))
    found.span = node.span
    if isinstance(node, Program) and isinstance(found, Program):
        found.bold = node.bold
    return found
