"""What an expression is, and what can be done with one without knowing calculus."""
