"""General helpers that are not specific to Git hosting. Private."""
