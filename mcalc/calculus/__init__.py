"""Derivatives: differentials forward, their transpose backward, and the normal form of an answer."""
