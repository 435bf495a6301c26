"""Which way round a matrix is computed: the one whose code has fewer transposes."""

from __future__ import annotations

from collections.abc import Container, Sequence

from mcalc.targets.code.array import Code, Codes, order

#: A transpose goes this far into the expression that it is of.
DEPTH = 5
TRANSPOSE = (1, 0)


def oriented(codes: Codes, code: Code, shared: Container[Code]) -> tuple[Code, bool]:
    """The matrix or its transpose, and whether it is the transpose. `shared` nodes stay as they are."""
    other = _transposed(codes, code, shared, DEPTH)
    return (other, True) if _transposes(other, DEPTH) < _transposes(code, DEPTH) else (code, False)


def _transposed(codes: Codes, code: Code, shared: Container[Code], depth: int) -> Code:
    """The transpose, written on the parts."""
    if code.rank == 1:
        return codes.expand(code, (True, False))
    if code.rank < 2 or code.symmetric:
        return code
    if code.kind == "expand":
        return code.args[0]
    if depth and code not in shared:
        match code.kind:
            case "add":
                parts = zip(code.args, code.data, strict=True)
                return codes.add([(_transposed(codes, arg, shared, depth - 1), sign) for arg, sign in parts])
            case "mul":
                parts = zip(code.args, code.data[1], strict=True)
                turned = [(_transposed(codes, arg, shared, depth - 1), sign) for arg, sign in parts]
                return codes.mul(code.data[0], turned)
            case "matmul":
                a, b = (_transposed(codes, arg, shared, depth - 1) for arg in code.args)
                return codes.matmul(b, a)
            case "outer":
                return codes.outer(code.args[1], code.args[0])
    return codes.permute(code, TRANSPOSE)


def _transposes(code: Code, depth: int) -> int:
    own = int(code.kind == "permute")
    return own + sum(_transposes(arg, depth - 1) for arg in code.args) if depth else own


def mirrored(codes: Codes, roots: Sequence[Code]) -> dict[Code, Code]:
    """Every node, with a product of matrices whose transpose is computed before it as the transpose of that."""
    moved: dict[Code, Code] = {}
    made: dict[tuple[Code, ...], Code] = {}
    for node in order(roots):
        args = tuple(moved[arg] for arg in node.args)
        if node.kind == "matmul" and args[0].rank == args[1].rank == 2:
            other = made.get((codes.permute(args[1], TRANSPOSE), codes.permute(args[0], TRANSPOSE)))
            shape = other.shape[::-1] if other else ()
            moved[node] = codes.make("permute", (other,), TRANSPOSE, shape) if other else codes.again(node, args)
            made.setdefault(args, moved[node])
        else:
            moved[node] = codes.again(node, args)
    return moved
