"""Functions that come with code, in its own language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def called(sources: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """The functions among `sources` that the texts call, and those that these call."""
    found: dict[str, str] = {}
    stack = list(texts)
    while stack:
        text = stack.pop()
        for name, source in sources.items():
            if name not in found and re.search(rf"\b{name}\(", text):
                found[name] = source.strip()
                stack.append(source)
    return [found[name] for name in sources if name in found]
