"""The commands: one module per group of commands."""
