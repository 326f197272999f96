"""From columns of JSON values to dataclass objects."""
