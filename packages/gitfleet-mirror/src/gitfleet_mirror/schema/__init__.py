"""The tables of a mirror, derived from the models."""
