"""Runs whose work is done by the workers of an executor: processes, or machines."""
