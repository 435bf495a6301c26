"""Derivatives of matrix expressions, in matrix notation."""

__version__ = "0.1.0"
