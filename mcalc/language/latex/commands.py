r"""The commands of LaTeX by what they mean: operators, delimiters, fonts, accents, and what is not read."""

from __future__ import annotations

from mcalc.language.letters import GREEK_LETTERS, VARIANTS

#: Between operands: the terminal, and the operator as the tree writes it.
OPERATORS = {
    "cdot": ("DOT", "·"), "bullet": ("DOT", "·"), "times": ("CROSS", "×"), "ast": ("STAR", "*"), "div": ("SLASH", "/"),
    "odot": ("DOTSTAR", ".*"), "circ": ("DOTSTAR", ".*"), "bigodot": ("DOTSTAR", ".*"), "oslash": ("DOTSLASH", "./"),
    "otimes": ("KRON", "⊗"), "coloneqq": ("EQUALS", "="), "triangleq": ("EQUALS", "="), "equiv": ("EQUALS", "="),
    "lbrack": ("LPAR", "["), "rbrack": ("RPAR", "]"), "{": ("LPAR", "{"), "}": ("RPAR", "}"),
    "lbrace": ("LPAR", "{"), "rbrace": ("RPAR", "}"), "langle": ("ANGLE", "⟨"), "rangle": ("ANGLE_END", "⟩"),
}  # fmt: skip
CHARACTERS = {
    "+": ("PLUS", "+"), "-": ("MINUS", "-"), "*": ("STAR", "*"), "·": ("DOT", "·"), "×": ("CROSS", "×"),
    "/": ("SLASH", "/"), "@": ("AT", "@"), "⊙": ("DOTSTAR", ".*"), "⊘": ("DOTSLASH", "./"), "⊗": ("KRON", "⊗"),
    "=": ("EQUALS", "="), ",": ("COMMA", ","), ";": ("SEPARATOR", ";"), "(": ("LPAR", "("), ")": ("RPAR", ")"),
    "[": ("LPAR", "["), "]": ("RPAR", "]"), "⟨": ("ANGLE", "⟨"), "⟩": ("ANGLE_END", "⟩"), "'": ("TRANSPOSE", "'"),
    "⊤": ("TRANSPOSE", "⊤"),
}  # fmt: skip

#: Bars: the terminal, and the side that the command tells.
BARS = {
    "|": ("NORM", ""), "Vert": ("NORM", ""), "lVert": ("NORM", "left"), "rVert": ("NORM", "right"),
    "vert": ("BAR", ""), "lvert": ("BAR", "left"), "rvert": ("BAR", "right"), "mid": ("BAR", ""),
}  # fmt: skip

#: In front of a delimiter: which side it is on, where that is said.
SIDES = {"left": "left", "right": "right"}
for _size in ("big", "Big", "bigg", "Bigg"):
    SIDES |= {_size: "", f"{_size}l": "left", f"{_size}r": "right", f"{_size}m": ""}

FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))
SPACES = frozenset(", ; : ! > / quad qquad enspace thinspace medspace thickspace negthinspace".split()) | set(" \n\t")
SPACES |= set("displaystyle textstyle limits nolimits nonumber notag mathstrut strut hfill allowbreak".split())
#: What takes an argument that is not shown.
UNSEEN = frozenset(("label", "tag", "hspace", "vspace", "phantom", "hphantom", "vphantom"))

BOLD = frozenset(
    "mathbf boldsymbol bm pmb mathbfit symbf symbfit textbf bold vec vv overrightarrow mathbb mathds".split()
)
BOLD |= {"mathbbm"}
UPRIGHT = frozenset(
    "mathrm operatorname operatorname* text textrm textnormal mathop mbox mathsf textsf mathtt mathit textit".split()
)
FONTS = BOLD | UPRIGHT | {"mathcal", "mathscr", "mathfrak", "mathnormal", "ensuremath", "underline"}
#: What a letter of `\\mathbb` says that is no array: expectation, probability, variance, and sets of numbers.
SETS = frozenset("EPVRCNZQ")
#: In braces with what they change: {\bf x}.
SWITCHES = {"bf": True, "bfseries": True, "boldmath": True, "rm": False, "it": False, "sf": False, "cal": False}

ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "dot": "\u0307", "ddot": "\u0308",
}  # fmt: skip

#: Commands that are letters, and the names that they are.
LETTERS = {word: word for word in (*GREEK_LETTERS, *VARIANTS)} | {"ell": "ell", "imath": "i", "jmath": "j"}

#: Of the environments: those that hold a matrix, and those that hold formulas.
MATRICES = frozenset(("bmatrix", "pmatrix", "matrix", "smallmatrix", "Bmatrix", "array", "vmatrix"))
DISPLAYS = frozenset(
    "equation align aligned alignat gather gathered multline split math displaymath flalign eqnarray".split()
)

#: What `^` may carry that is no power.
TRANSPOSES = frozenset(("T", "⊤", "'"))
TRANSPOSE_COMMANDS = frozenset(("top", "intercal", "prime", "transpose", "trans", "tran", "T"))

_CONJUGATE = "it can be the conjugate transpose or a mark: write ^\\top, or another name such as \\hat{x}"
REFUSED_POWERS = {"*": _CONJUGATE, "ast": _CONJUGATE, "star": _CONJUGATE, "H": _CONJUGATE, "dagger": _CONJUGATE}

_WRT = "leave it out, and name the variable with --wrt"
_OBJECTIVE = "leave it out: only what stands behind it is differentiated"
#: Commands that mean something which is not read, and what to do instead.
ADVICE = {
    "partial": _WRT, "nabla": _WRT, "mathrm{d}": _WRT, "min": _OBJECTIVE, "max": _OBJECTIVE, "arg": _OBJECTIVE,
    "argmin": _OBJECTIVE, "argmax": _OBJECTIVE, "sup": _OBJECTIVE, "inf": _OBJECTIVE,
    "int": "integrals are not read", "prod": "products over an index are not read",
    "lim": "limits are not read", "cases": "cases are not read: for a maximum there is \\max(0, x)",
    "infty": "there is no infinite number here", "dots": "write all the terms", "ldots": "write all the terms",
    "cdots": "write all the terms", "vdots": "write all the terms", "ddots": "write all the terms",
    "in": "a variable is declared with --var 'x[n]'", "to": "only a formula can be read",
    "leq": "there are no equations", "geq": "there are no equations", "le": "there are no equations",
    "ge": "there are no equations", "neq": "there are no equations", "approx": "there are no equations",
    "propto": "there are no equations", "sim": "there are no equations", "over": "write \\frac{a}{b}",
    "star": "write \\cdot, \\odot or \\otimes", "oplus": "write + or \\otimes", "pm": "write + or -",
    "mp": "write + or -", "setminus": "A\\b is \\operatorname{solve}(A, b)", "binom": "binomials are not read",
}  # fmt: skip
