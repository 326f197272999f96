"""HTTP rules above the engines: URLs, links, credentials, redaction, proxies, request validation. Private."""
