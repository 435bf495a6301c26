"""Derivatives: differentials forward, their transpose backward, and the normal form of an answer.

differential cotangent   the differential of an expression, and cotangents carried back through it
derivative freed size    derivatives by any array, to any order; by what is free in it; how large they may be
occurrences              what each place where a variable stands contributes
structure layout         matrices with a structure, and how the axes of a derivative are arranged
simplify rules           identities between functions, and their use until none applies
"""
