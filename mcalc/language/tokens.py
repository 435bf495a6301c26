"""Tokens, and what the kinds of them are: those that end an operand, and those that come in pairs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Token = tuple[str, str, int, int]  #: terminal, meaning, and the place in the text

#: What an operand ends in: after it a bar can close, and a name or a bracket multiplies.
OPERAND_ENDS = frozenset(
    (
        "NAME", "NUMBER", "RPAR", "RBRACE", "RENTRY", "RBLOCK", "TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT",
        "NORM_END", "BAR_END", "ANGLE_END", "PSEUDO_INVERSE",
    )
)  # fmt: skip
BRACKETS = {
    "LPAR": "RPAR", "LBRACE": "RBRACE", "LENTRY": "RENTRY", "LBLOCK": "RBLOCK", "NORM": "NORM_END", "BAR": "BAR_END",
    "ANGLE": "ANGLE_END",
}  # fmt: skip
CLOSERS = frozenset(("RPAR", "RBRACE", "RENTRY", "RBLOCK", "ANGLE_END"))
