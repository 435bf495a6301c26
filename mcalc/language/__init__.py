"""From text to an expression: parse, infer the shapes, lower.

letters names tokens                what is known of a character, a name, a token by itself
lexer paper callee summation        from text to tokens; functions without brackets; calls told from products; sums
latex sympy                         from formulas in LaTeX to tokens, from SymPy's expressions to text
parse build syntax_errors           from tokens to the surface tree, and what is said where there is none
_grammar _latex tables              the parser's tables, and what writes them from grammar/
syntax tree                         the nodes of the surface tree, and walks over the whole of it
declare abstract                    declarations of variables and of functions
calls form einsum entries indices   what a call, an entry and a sum mean
laws value                          which shapes go together, and what an expression of the text stands for
plan spelling sized                 a program laid out for reading, its names known for what they are
infer kinds axes unify              the shapes that nobody declared
lower product                       from the surface tree to the expression
read                                all of it, from text to a `Reading`
"""
