"""Audits: what needs attention in the repositories of a fleet."""
