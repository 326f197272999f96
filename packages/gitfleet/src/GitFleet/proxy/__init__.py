"""A local HTTP proxy through which other programs use the tokens, budgets and cache of GitFleet's clients."""
