"""A report about a mirror: one HTML file with plots and tables that loads nothing."""
