"""Small changes of a module, each of which some test should tell from the module itself."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

#: What stands for an operator or a function, in its place.
INSTEAD: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
#: Decorators that change no meaning, and calls whose words are for people: tests of messages look after these.
CACHES, WORDS = {"cache", "lru_cache", "cached_property"}, {"Problem", "say"}


class Mutant(NamedTuple):
    """One change: the module's file, the node's place in its tree, and which of the node's changes it is.

    `spans` are the first and last lines of the node and of the statement of the module that it stands in.
    """

    file: str
    node: int
    variant: int
    line: int
    what: str
    spans: tuple[tuple[int, int], ...]

    def code(self) -> object:
        """The changed module, compiled."""
        tree = ast.parse((ROOT / self.file).read_text(encoding="utf-8"))
        old = list(ast.walk(tree))[self.node]
        new = list(variants(old))[self.variant]
        changed = _Put(old, new).visit(tree)
        return compile(ast.fix_missing_locations(changed), str(ROOT / self.file), "exec")


class _Put(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.old:
            return self.generic_visit(node)
        return ast.copy_location(self.new, node) if hasattr(node, "lineno") else self.new


def mutants(file: str) -> list[Mutant]:
    """All changes of a module, in the order of its lines."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    left_out = set(_left_out(tree))
    inner = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.Lambda) for n in ast.walk(f)}
    whole = {id(n): span for statement in tree.body for span in [_span(statement)] for n in ast.walk(statement)}
    found: list[Mutant] = []
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in left_out or (isinstance(node, ast.Tuple | ast.List | ast.Set) and id(node) in inner):
            continue  # a table is data of the module
        for k, new in enumerate(variants(node)):
            spans = (_span(node), whole[id(node)])
            found.append(Mutant(file, number, k, spans[0][0], f"{_shown(node)}  ->  {_shown(new)}", spans))
    return sorted(found, key=lambda m: (m.line, m.node, m.variant))


def _span(node: ast.AST) -> tuple[int, int]:
    """The first and the last line of a node."""
    placed = [n for n in ast.walk(node) if isinstance(n, ast.expr | ast.stmt | ast.pattern)]
    return min(n.lineno for n in placed), max(n.end_lineno or n.lineno for n in placed)


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(ops=[op, *rest]) if type(op) in INSTEAD:
            yield _with(node, ops=[INSTEAD[type(op)](), *rest])
        case ast.BoolOp(op, values):
            yield _with(node, op=INSTEAD[type(op)]())
            for k in range(len(values)):
                kept = values[:k] + values[k + 1 :]
                yield _with(node, values=kept) if len(kept) > 1 else kept[0]
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in INSTEAD:
            yield _with(node, op=INSTEAD[type(op)]())
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(str() as value):
            yield ast.Constant("XX" + value)
        case ast.If() | ast.IfExp():
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.Constant(False))
        case ast.comprehension(ifs=[_, *_]):
            yield _with(node, ifs=[])
        case ast.Call(ast.Name(name)) if name in FUNCTIONS:
            yield _with(node, func=ast.Name(FUNCTIONS[name], ast.Load()))
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Dict(keys, values) if len(keys) > 1:
            for k in range(len(keys)):
                yield _with(node, keys=keys[:k] + keys[k + 1 :], values=values[:k] + values[k + 1 :])
        case ast.Tuple(elts) | ast.List(elts) | ast.Set(elts) if len(elts) > 1:
            if all(isinstance(e, ast.Constant) for e in elts):
                for k in range(len(elts)):
                    yield _with(node, elts=elts[:k] + elts[k + 1 :])
        case ast.FunctionDef(decorator_list=[first, *_]) if CACHES.isdisjoint(_names(first)):
            yield _with(node, decorator_list=[])
        case ast.Match(cases=cases) if len(cases) > 1:
            for k in range(len(cases)):
                yield _with(node, cases=cases[:k] + cases[k + 1 :])
        case ast.match_case(guard=ast.expr()):
            yield _with(node, guard=None)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """The node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _left_out(tree: ast.Module) -> Iterator[int]:
    """Nodes of no meaning when the program runs, or of none but in words: annotations, docstrings, assertions."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        match node:
            case ast.Module(body) | ast.FunctionDef(body=body) | ast.ClassDef(body=body):
                first = body[0] if body else None
                parts = [first] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else []
                parts += [node.returns] if isinstance(node, ast.FunctionDef) else []
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation):
                parts = [annotation]
            case ast.Assert() | ast.Raise(ast.Call(ast.Name("AssertionError"))) | ast.If(ast.Name("TYPE_CHECKING")):
                parts = [node]
            case ast.Assign([ast.Name("__slots__" | "__all__" | "TYPE_CHECKING")]) | ast.JoinedStr():
                parts = [node]
            case ast.Assign([ast.Name(name)], ast.Subscript() as value) if name[0].isupper():
                parts = [value]  # the name of a type
            case ast.Call(ast.Name(name)) if name in WORDS:
                parts = [n for n in ast.walk(node) if isinstance(n, ast.Constant)]
            case ast.Constant(str() as text) if text.endswith((".", ". ", " ")) or len(text) > 80:
                parts = [node]  # prose
        for part in parts:
            if part is not None:
                yield from (id(n) for n in ast.walk(part))


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)
    }


def _shown(node: ast.AST) -> str:
    """A node in one line of text; of long ones the head."""
    match node:
        case ast.comprehension(ifs=tests):
            return " ".join("if " + ast.unparse(t) for t in tests)
        case ast.match_case(pattern, guard):
            return f"case {ast.unparse(pattern)}" + (f" if {ast.unparse(guard)}" if guard else "")
        case ast.If(test):
            return f"if {ast.unparse(test)}:"
        case ast.FunctionDef(name, decorator_list=decorators):
            return " ".join("@" + ast.unparse(d)[:60] for d in decorators) + f" {name}"
        case ast.Match(subject, cases):
            return f"match {ast.unparse(subject)}: " + "; ".join(ast.unparse(c.pattern) for c in cases)
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) < 200 else text[:200] + " …"
