"""Julia, read by a parser: there is no runtime to run it."""

from __future__ import annotations

from tests import needed


def julia_fault(text):
    """Where a parser of Julia stumbles; None where it reads all of the text."""
    tree_sitter = needed.library("tree_sitter")
    grammar = needed.library("tree_sitter_julia")
    root = tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(text.encode()).root_node
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            return node.start_point
        stack.extend(child for child in node.children if child.has_error or child.is_missing)
    return None
