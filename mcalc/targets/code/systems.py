"""Inverses that are only multiplied, as linear systems; those of symmetric positive matrices by one Cholesky factor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mcalc.targets.code.array import Code, Codes, order

#: Two factorisations cost less than one inverse, three do not.
SOLVES = 2


def solved(codes: Codes, roots: Sequence[Code]) -> dict[Code, Code]:
    """Every node with `inv(A) @ b` as a linear system, where A's inverse serves nothing else."""
    found = order(roots)
    systems = _systems(found, roots)
    moved: dict[Code, Code] = {}
    for node in found:
        args = tuple(moved[arg] for arg in node.args)
        side = next((k for k, arg in enumerate(node.args) if _inverse(arg) in systems), None)
        if node.kind == "matmul" and side is not None:
            moved[node] = _system(codes, node, side, moved)
        else:
            moved[node] = codes.again(node, args)
    return moved


def _systems(found: Sequence[Code], roots: Sequence[Code]) -> set[Code]:
    """The inverses that are only multiplied: once by anything, or by few vectors."""
    vectors: dict[Code, list[bool]] = {}
    banned = {_inverse(root) for root in roots}
    for node in found:
        inverses = [_inverse(arg) for arg in node.args if node.kind != "permute"]
        for k, inverse in enumerate(inverses):
            if inverse is not None:
                vectors.setdefault(inverse, []).append(node.args[1 - k].rank == 1 if node.kind == "matmul" else False)
                if node.kind != "matmul" or inverses[0] is inverses[1]:
                    banned.add(inverse)
    return {
        inverse
        for inverse, uses in vectors.items()
        if inverse not in banned and (len(uses) == 1 or (len(uses) <= SOLVES and all(uses)))
    }


def _inverse(code: Code) -> Code | None:
    """The inverse of one matrix that the node is, or is the transpose of."""
    if code.kind == "permute":
        code = code.args[0]
    return code if code.kind == "call" and getattr(code.data, "name", "") == "inv" and code.rank == 2 else None


def _system(codes: Codes, node: Code, side: int, moved: dict[Code, Code]) -> Code:
    """The product with an inverse on this side, as the solution of a linear system."""
    inverse = _inverse(node.args[side])
    assert inverse is not None
    matrix, right = moved[inverse.args[0]], moved[node.args[1 - side]]
    if (node.args[side] is inverse) == (side == 1):
        matrix = codes.permute(matrix, (1, 0))
    if side == 0:
        return codes.make("solve", (matrix, right), None, right.shape)
    right = codes.permute(right, (1, 0))
    return codes.permute(codes.make("solve", (matrix, right), None, right.shape), (1, 0))


def factorised(
    codes: Codes, moved: Mapping[Code, Code], roots: Sequence[Code], positive: Collection[Code]
) -> dict[Code, Code]:
    """What `moved` leads to, with what is asked of one matrix by a factor of it that is computed once.

    Of a positive matrix that is Cholesky's, for systems, the inverse and log det; it costs half of what a factor of any
    matrix costs. Of another one sign and size of the determinant come together.
    """
    matrices = {moved.get(code, code) for code in positive}
    found = order([moved[root] for root in roots])
    signed = {node.args[0] for node in found if _function(node) == "detsign"}
    done: dict[Code, Code] = {}
    for node in found:
        args = tuple(done[arg] for arg in node.args)
        name = _function(node)
        if name in ("solve", "inv", "logdet") and node.args[0] in matrices:
            factor = codes.make("chol", args[:1], None, args[0].shape)
            done[node] = codes.make(f"chol_{name}", (factor, *args[1:]), None, node.shape)
            done[node].symmetric = name == "inv"
        elif name in ("detsign", "logdet") and node.args[0] in signed:
            done[node] = codes.make("item", (codes.make("slogdet", args),), name == "logdet")
        else:
            done[node] = codes.again(node, args)
    return {old: done[new] for old, new in moved.items() if new in done}


def _function(node: Code) -> str:
    return getattr(node.data, "name", "") if node.kind == "call" else node.kind
