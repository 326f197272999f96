"""One call through all policies: admission, execution, retries, paging."""
