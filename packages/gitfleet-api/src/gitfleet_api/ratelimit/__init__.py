"""Tokens, their budgets, and the choice of a token for a request."""
