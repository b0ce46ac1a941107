"""Somebody who may label, and what that person may do."""

from __future__ import annotations

from dataclasses import dataclass

#: What people may do; each role may what those before it may.
ROLES = ("label", "review", "admin")


@dataclass(frozen=True)
class Person:
    """Somebody who may label.

    Attributes
    ----------
    name : str
    role : {"label", "review", "admin"}
    """

    name: str
    role: str

    def may(self, role: str) -> bool:
        """Whether the own role is this one, or one that may more."""
        return ROLES.index(self.role) >= ROLES.index(role)
