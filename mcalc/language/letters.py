"""How mathematics is written: typographic characters, Greek letters, and figures above and below the line."""

from __future__ import annotations

import re

#: What a typographic character means, one for one, so that places in the folded text are places in the user's.
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width ！ to ～ are ! to ~
for _written, _meaning in (
    ("−–—‐‑﹣", "-"),
    ("∗", "*"),
    ("⋅∙•", "·"),
    ("÷∕⁄", "/"),
    ("∘◦⨀", "⊙"),
    ("ᵀ⊺", "⊤"),
    ("′’‘", "'"),
    ("“”", '"'),
    ("∥", "‖"),
    ("∣", "|"),
    ("、", ","),
    ("\u200b\u200c\u200d\u2060\ufeff", " "),
):
    FOLD.update((ord(character), ord(_meaning)) for character in _written)

#: What makes a text LaTeX: a command, TeX's spaces and brackets, an index in braces, a formula between dollars.
_SUM = re.compile(r"[∑∏]|(?<![^\W_])(?:sum|prod)_\{")
_TEX = re.compile(r"\\(?:[A-Za-z]{2}|[|,;:!{}()\[\]])|[^\W_]_\s*\{|^\s*\$.*\$[\s.,;]*$", re.DOTALL)

#: Greek letters and the words for them. λ and lambda are two spellings of one name.
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
GREEK_LETTERS = {word: letter for letter, word in GREEK.items()}
#: The letters that have a second form.
VARIANTS = tuple(f"var{word}" for word in ("epsilon", "kappa", "phi", "pi", "rho", "sigma", "theta"))

SUPERSCRIPTS = dict(zip("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}


def is_latex(text: str) -> bool:
    r"""Whether the text is a formula in LaTeX.

    >>> is_latex(r"\mathbf{x}^\top A x"), is_latex("$x$"), is_latex("x.T@A@x"), is_latex(r"A\b")
    (True, True, False, False)
    >>> is_latex(r"x.T@x  # \|x\|^2")
    False
    """
    if "#" in text:
        text = re.sub(r"(?<!\\)#.*", "", text)
    if "\\" not in text and "$" not in text and _SUM.search(text):
        return False  # ∑_{i=1}^{n} is written so in both languages
    return ("\\" in text or "{" in text or "$" in text) and _TEX.search(text) is not None


def normal_name(written: str) -> str | None:
    """The name that a spelling stands for, or None where it is no name.

    Compatible letters are one letter, as in Python; x₁ is x_1.

    >>> normal_name("x₁₂"), normal_name("𝐀"), normal_name("xⁿ")
    ('x_12', 'A', None)
    """
    if written.isascii():
        return written if written.isidentifier() else None
    from unicodedata import decomposition, normalize

    below = False
    parts: list[str] = []
    for character in written:
        form = decomposition(character)
        if form.startswith("<super>"):
            return None
        if form.startswith("<sub>") and not below:
            parts.append("_")
        below = form.startswith("<sub>")
        parts.append(character)
    name = normalize("NFKC", "".join(parts))
    return name if name.isidentifier() else None


def other_spelling(name: str) -> str | None:
    """The same name with its Greek letter written out, or with the letter for the word; None where it has neither.

    >>> other_spelling("λ_1"), other_spelling("lambda"), other_spelling("x")
    ('lambda_1', 'λ', None)
    """
    stem, line, index = name.partition("_")
    other = GREEK.get(stem) or GREEK_LETTERS.get(stem)
    return other + line + index if other else None
