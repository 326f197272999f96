"""GraphQL requests: documents, errors, pages and batches."""
