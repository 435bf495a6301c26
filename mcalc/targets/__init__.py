"""Spellings of the syntax tree: text, mathematics, LaTeX, code."""
