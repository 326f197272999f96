"""The numbers of a report, read by SQL. Only rows with ``deleted_at IS NULL`` count."""
