"""Programs in numerical languages."""
