"""The working: the trace of a derivation, grouped into the lines a teacher writes."""
