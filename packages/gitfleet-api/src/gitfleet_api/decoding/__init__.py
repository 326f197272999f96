"""Decoding of JSON columns into dataclass objects. Private, except :class:`JsonPath`, ``Shape`` and ``Convert``."""
