"""Checking: whether two expressions are equal, and what is wrong with an answer that is not right."""
