"""Faults: broken responses and connections.

``Forge`` has one method per fault. The classes are for ``Forge.faults_every``, which takes several of them.
"""

from __future__ import annotations

from .connections import Drop, Reset, Stall, Trickle, Truncate
from .effect import Effect
from .responses import Corrupt, Fail, Garbage, SecondaryLimit
from .rules import Fault

__all__ = [
    "Corrupt",
    "Drop",
    "Effect",
    "Fail",
    "Fault",
    "Garbage",
    "Reset",
    "SecondaryLimit",
    "Stall",
    "Trickle",
    "Truncate",
]
