"""A mutation test of calculus and notation: does some test fail where the code says something else?

    pip install -e '.[test,mutation]'
    python -m tests.mutation --sample 600 --seed 1      # results in .mutation/, taken up again where they end
    python -m tests.mutation --survivors                # what no test told from the code
    python -m tests.mutation --again --budget 60 --corpus    # survivors once more, before more tests

The first run learns which tests run which lines, which takes ten minutes, and a mutant takes three seconds. After the
code has changed, take .mutation/ away. What survives is one of three things: it is the same program (a pruned search,
a condition for the type checker), it writes another of two equal forms, or a test is missing.

`mutants` makes the changes: of expressions, conditions and statements, and of data, where a rule or an entry of a table
goes missing or another name stands in it. mutmut leaves decorated functions and tables alone, which the rules are, and
cosmic-ray's parser does not read `match`. `judge` runs on each the tests that run its lines, the quickest first, in a
process forked from one that has imported the rest.
"""
