"""GitHub: client, profile, shapes, owners and GraphQL batches."""
