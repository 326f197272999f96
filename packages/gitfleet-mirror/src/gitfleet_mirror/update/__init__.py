"""Updates of a mirror: what is listed, read, written and marked as deleted, in which order."""
