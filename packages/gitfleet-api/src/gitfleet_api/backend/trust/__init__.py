"""The certificates that a client trusts. They are read once, above the engines, which read files differently."""
