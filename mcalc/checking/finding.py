"""What can be wrong with an answer."""

from __future__ import annotations

#: Every code, the likeliest first where several hold.
CODES = (
    "not-differentiated", "integrated", "sign", "layout", "transpose", "vec-order", "cookbook-symmetric",
    "missing-diag", "missing-trace", "missing-sum", "product-rule", "missed-occurrence", "missing-term", "chain-factor",
    "factor", "extra-term", "order-swapped", "product-kind", "symmetric-only", "wrong-shape",
)  # fmt: skip


class Finding:
    """One thing that is wrong: its code, how likely it is the cause (less is likelier), and a sentence."""

    __slots__ = ("code", "message", "proportional", "rank", "weak")

    def __init__(
        self, code: str, message: str, likelier: float = 0.0, proportional: bool = False, weak: bool = False
    ) -> None:
        self.code, self.message, self.rank = code, message, CODES.index(code) - likelier
        self.proportional = proportional  # the answer as a whole is a multiple of the derivative
        self.weak = weak  # told only where there is nothing else to tell
