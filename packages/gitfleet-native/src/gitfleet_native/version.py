"""The version of this package. All packages of GitFleet are released together, with the same version."""

VERSION = "0.3.0"
