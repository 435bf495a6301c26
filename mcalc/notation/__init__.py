"""From an expression back to the syntax a person would write."""
