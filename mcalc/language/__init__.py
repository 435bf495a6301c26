"""From text to an expression: parse, infer the shapes, lower."""
