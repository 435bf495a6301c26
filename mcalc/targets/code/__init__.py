"""Programs in numerical languages.

task manner                        what is to be computed, and how it is wanted
stable                             what loses digits as it is written, written otherwise
program array plan                 from expressions to array code
term merging path                  factors of a product, merged in a cheap order of pairs
orient distribute factor systems   array code made cheaper: fewer transposes, fewer products, no inverses
spell python columns               array code as text: for Python, and for languages that store by columns
reuse                              which large arrays are written onto others there
frame library selfcheck helpers    the module around it, its check of itself, and functions that come with it
numpy scipy jax torch julia matlab sympy     a language each
"""
