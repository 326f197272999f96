"""The output of rows: formats, and the file or stdout that they are written to."""
