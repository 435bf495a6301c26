"""Random problems against the laws that every answer keeps: for a minute in the tests, for as long as wanted by hand.

    python -m tests.fuzz --minutes 60 --seed 1

`problems` makes them, `laws` has what must hold, and `cases.jsonl` keeps what once failed.
"""
