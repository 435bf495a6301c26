"""Names that are written as more than a name: `Xw` for X·w, and the e of `e^(-x)`."""

from __future__ import annotations

from collections.abc import Container

from mcalc.errors import Problem
from mcalc.language.letters import other_spelling
from mcalc.language.names import letters
from mcalc.language.syntax import Call, Index, Matmul, Name, Num, Power, Program, Syntax, Transpose
from mcalc.language.tree import over, walk
from mcalc.phrase import say


def opened(program: Program, whole: Container[str]) -> tuple[Program, list[str]]:
    """The program without such spellings, and what was made of them. Names in `whole` stay as they are.

    Raises a `Problem` where a T among the letters may be a transpose, or where a place stands behind the letters.
    """
    names = [node for node in walk(program) if isinstance(node, Name)]
    products: dict[str, tuple[str, ...]] = {}
    for node in names:
        if node.id not in whole and (parts := letters(node.id)):
            products[node.id] = parts
    alone = {node.id for node in names}
    for name, parts in products.items():
        # λ and lambda are one name: the letter in a product is called as it is called elsewhere.
        others = [(part, other_spelling(part)) for part in parts]
        products[name] = tuple(
            o if o and part not in alone and (o in alone or o in whole) else part for part, o in others
        )
    for node in names:
        if "T" in products.get(node.id, ())[1:] and "T" not in alone and "T" not in whole:
            shown = "".join("'" if letter == "T" and k else letter for k, letter in enumerate(node.id))
            raise Problem(
                "E214",
                "{name} can be a transpose or a product",
                node.span,
                "write {shown} for the transpose; the letters stay apart with spaces between them",
                name=node.id,
                shown=shown,
            )
    for index in walk(program):
        if isinstance(index, Index) and isinstance(index.base, Name) and index.base.id in products:
            apart = " ".join(products[index.base.id])
            raise Problem(
                "E214",
                "the place can be one of {name} or one of its last letter",
                index.span,
                "write ({apart})[…] or {apart}[…]",
                name=index.base.id,
                apart=apart,
            )
    notes: list[str] = [
        say("{name} was read as {product}", name=name, product="·".join(parts)) for name, parts in products.items()
    ]
    exponential = "e" not in whole and _is_euler(program)
    if exponential:
        notes.append(say("e was read as Euler's number"))
    if not (products or exponential):
        return program, notes
    return _rewritten(program, products, exponential), notes


def _is_euler(program: Program) -> bool:
    """Whether `e` stands only as the base of powers that are not plain numbers."""
    uses = sum(isinstance(node, Name) and node.id == "e" for node in walk(program))
    return uses > 0 and uses == sum(_is_exponential(node) for node in walk(program))


def _is_exponential(node: Syntax) -> bool:
    return isinstance(node, Power) and node.base == Name("e") and not isinstance(node.exponent, Num)


def _rewritten(program: Program, products: dict[str, tuple[str, ...]], exponential: bool) -> Program:
    new: dict[int, Syntax] = {}

    def bound(mark: Syntax) -> bool:
        """Whether a mark belongs to the last letter of a product, as on paper in XX'; after brackets it does not."""
        node = mark
        while isinstance(node, (Transpose, Power)):
            node = node.arg if isinstance(node, Transpose) else node.base
            if node.span[0] != mark.span[0]:
                return False
        return isinstance(node, Name) and node.id in products

    def marked(under: Syntax) -> tuple[tuple[Syntax, ...], Syntax]:
        """The factors in front of the last, and the last, of what a bound mark stands behind."""
        product = new[id(under)]
        assert isinstance(product, Matmul)
        return product.items[:-1], product.items[-1]

    for node in reversed(walk(program)):
        made: Syntax | None = None
        match node:
            case Name(name) if name in products:
                made = _product(node, products[name])
            case Transpose(arg) if bound(node):
                front, last = marked(arg)
                made = _matmul((*front, Transpose(last, (last.span[0], node.span[1]))), node)
            case Power(base, exponent, each) if bound(node):
                front, last = marked(base)
                made = _matmul((*front, Power(last, new[id(exponent)], each, (last.span[0], node.span[1]))), node)
            case Power(_, exponent) if exponential and _is_exponential(node):
                made = Call("exp", (new[id(exponent)],), (), node.span)
        new[id(node)] = made if made is not None else over(node, new)
    result = new[id(program)]
    assert isinstance(result, Program)
    return result


def _product(node: Name, parts: tuple[str, ...]) -> Matmul:
    start, stop = node.span
    apart = stop - start == len(parts)
    spans = [(start + k, start + k + 1) if apart else node.span for k in range(len(parts))]
    return _matmul(tuple(Name(part, span) for part, span in zip(parts, spans, strict=True)), node)


def _matmul(items: tuple[Syntax, ...], node: Syntax) -> Matmul:
    return Matmul(items, (" ",) * (len(items) - 1), node.span)
